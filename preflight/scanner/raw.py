"""Raw: tells a camera's raw photo from a TIFF picture; both begin alike."""

from __future__ import annotations

from preflight.scanner.exif import Entry, Tiff, read_ifd
from preflight.scanner.kind import EXTENSIONS

_DNG_VERSION = 0xC612
_PHOTOMETRIC = 0x0106
_SUB_IFDS = 0x014A
_NEW_SUBFILE_TYPE = 0x00FE
_SENSOR_PHOTOMETRIC = (32803, 34892)
"""Colour filter array and linear raw (TIFF/EP, DNG 1.7)."""

_RAW_EXTENSIONS = EXTENSIONS["raw"]
_MAX_IFDS = 12


def is_camera_raw(data: bytes, extension: str) -> bool:
    """Whether a file that begins like a TIFF holds a sensor's data.

    Args:
        data: The file.
        extension: Lower case; a raw's extension settles the doubt when the first picture is
            declared to be only a preview.
    """
    if data[8:10] == b"CR" and data[:4] == b"II*\x00":
        return True
    tiff = Tiff.parse(data)
    if tiff is None:
        return False
    first: dict[int, Entry] | None = None
    offset, seen = tiff.first_ifd, 0
    while offset and seen < _MAX_IFDS:
        ifd, offset = read_ifd(tiff, offset)
        seen += 1
        if first is None:
            first = ifd
        if _is_sensor(ifd):
            return True
        for sub in ifd[_SUB_IFDS].integers()[:_MAX_IFDS] if _SUB_IFDS in ifd else ():
            if _is_sensor(read_ifd(tiff, sub)[0]):
                return True
    if extension not in _RAW_EXTENSIONS or first is None:
        return False
    preview = first[_NEW_SUBFILE_TYPE].integer() == 1 if _NEW_SUBFILE_TYPE in first else False
    return preview or _SUB_IFDS in first


def _is_sensor(ifd: dict[int, Entry]) -> bool:
    photometric = ifd.get(_PHOTOMETRIC)
    return _DNG_VERSION in ifd or (
        photometric is not None and photometric.integer() in _SENSOR_PHOTOMETRIC
    )
