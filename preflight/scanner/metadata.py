"""Metadata: what Exif, XMP and IPTC tell about the person, the place and the device.

Reads the blocks that a format module found; presence and words only, no values leave this stage
but the camera's name. Never raises.
"""

from __future__ import annotations

from collections.abc import Iterable

from preflight.facts import Metadata
from preflight.scanner.exif import EXIF_IFD, GPS_IFD, Entry, Tiff, clean_text, read_ifd
from preflight.scanner.iptc import iptc_tells
from preflight.scanner.structure import Structure
from preflight.scanner.xmp import XmpPacket

_ORIENTATION = 0x0112
_MAKE, _MODEL = 0x010F, 0x0110
_HOST_COMPUTER = 0x013C
_XP_AUTHOR = 0x9C9D
_XMP_IN_TIFF, _IPTC_IN_TIFF, _PHOTOSHOP_IN_TIFF = 0x02BC, 0x83BB, 0x8649
_THUMBNAIL_START, _THUMBNAIL_SIZE, _STRIP_OFFSETS = 0x0201, 0x0202, 0x0111

_GPS_POSITIONS = ((0x0002, 0x0004), (0x0014, 0x0016))
"""Latitude and longitude of the camera, and of the destination."""

_GPS_AREA_NAME = 0x001C
_CHARACTER_CODE_BYTES = 8
"""Length of the code ("ASCII", "UNICODE") in front of some Exif texts."""

_PERSONAL_TEXTS = {
    0xA430: "the owner's name",
    0xFDE8: "the owner's name",  # Camera Raw
    0x013B: "the photographer's name",
    0x8298: "the copyright holder's name",
    0xA431: "the camera's serial number",
    0xC62F: "the camera's serial number",  # DNG
    0xA435: "the lens's serial number",
}
"""Exif tags that name a person or one device among all of its model (Exif 3.0, section 4.6.6)."""


def read_metadata(structure: Structure) -> Metadata:
    """Says what the metadata blocks of a file give away.

    Args:
        structure: What a format module read; `exif`, `xmp`, `iptc`, `iptc_data` and `comment`
            are used.
    """
    tiff = Tiff.parse(structure.exif or b"")
    ifd0, ifd1, exif, gps = _directories(tiff)
    xmp = XmpPacket.parse(structure.xmp or _raw(ifd0, _XMP_IN_TIFF))
    iptc_data = structure.iptc_data or _raw(ifd0, _PHOTOSHOP_IN_TIFF) or _raw(ifd0, _IPTC_IN_TIFF)
    iptc_words, iptc_place, iptc_thumbnail = iptc_tells(iptc_data)
    place_named = iptc_place or xmp.names_place() or _area_name(gps)
    words = [*_exif_words(ifd0, exif), *xmp.personal(), *iptc_words]
    if place_named:
        words.append("the name of the place")
    return Metadata(
        exif=bool(structure.exif),
        xmp=bool(structure.xmp) or _XMP_IN_TIFF in ifd0,
        iptc=structure.iptc or _IPTC_IN_TIFF in ifd0,
        comment=structure.comment,
        location=_has_position(gps) or xmp.has_position() or place_named,
        personal=tuple(dict.fromkeys(words)),
        camera=_camera(ifd0),
        thumbnail=_has_thumbnail(ifd1) or xmp.has_thumbnail() or iptc_thumbnail,
        exif_orientation=ifd0[_ORIENTATION].integer() if _ORIENTATION in ifd0 else None,
        xmp_orientation=xmp.orientation(),
    )


def orientation_of(structure: Structure, metadata: Metadata) -> int:
    """The Exif code, 1 to 8, of the turn that a viewer has to apply after decoding.

    The container decides where it has a say; then Exif's first directory. Other values (0 and 100
    occur) and what only XMP says are not obeyed, as in browsers.
    """
    if structure.orientation is not None:
        return structure.orientation
    raw = metadata.exif_orientation
    return raw if raw is not None and 1 <= raw <= 8 else 1


Ifd = dict[int, Entry]


def _directories(tiff: Tiff | None) -> tuple[Ifd, Ifd, Ifd, Ifd]:
    """The first and second directory, Exif's and GPS's; each is read once, so loops end."""
    if tiff is None:
        return {}, {}, {}, {}
    ifd0, second = read_ifd(tiff, tiff.first_ifd)
    ifd1 = read_ifd(tiff, second)[0] if second != tiff.first_ifd else {}
    exif, gps = (
        read_ifd(tiff, ifd0[tag].integer() or 0)[0] if tag in ifd0 else {}
        for tag in (EXIF_IFD, GPS_IFD)
    )
    return ifd0, ifd1, exif, gps


def _raw(ifd: Ifd, tag: int) -> bytes:
    return ifd[tag].raw if tag in ifd else b""


def _exif_words(ifd0: Ifd, exif: Ifd) -> Iterable[str]:
    for tag, words in _PERSONAL_TEXTS.items():
        for ifd in (ifd0, exif):
            if tag in ifd and _says_something(ifd[tag].text()):
                yield words
    if _XP_AUTHOR in ifd0 and _says_something(ifd0[_XP_AUTHOR].wide_text()):
        yield "the photographer's name"
    if _HOST_COMPUTER in ifd0:
        host = ifd0[_HOST_COMPUTER].text()
        # iPhones write their model here
        if _says_something(host) and host != _text(ifd0, _MODEL):
            yield "the computer's name"


def _says_something(text: str) -> bool:
    """Cameras fill unused fields with blanks, zeros or dashes."""
    return bool(text.strip(" 0-._?*")) and text.lower() not in ("none", "unknown", "n/a")


def _text(ifd: Ifd, tag: int) -> str:
    return ifd[tag].text() if tag in ifd else ""


def _camera(ifd0: Ifd) -> str | None:
    make, model = clean_text(_text(ifd0, _MAKE), 60), clean_text(_text(ifd0, _MODEL), 60)
    if make and model.lower().startswith(make.split()[0].lower()):
        make = ""
    return f"{make} {model}".strip() or None


def _has_position(gps: Ifd) -> bool:
    """A latitude and a longitude that are numbers and not both zero (an empty fix)."""
    for tags in _GPS_POSITIONS:
        values = [_degrees(gps[tag]) if tag in gps else None for tag in tags]
        if all(value is not None for value in values) and any(values):
            return True
    return False


def _degrees(entry: Entry) -> float | None:
    """Degrees, minutes and seconds as degrees; None if there is no number."""
    parts = entry.rationals()[:3]
    if not parts or parts[0][1] == 0:
        return None
    shares = [abs(top / bottom) / 60**power for power, (top, bottom) in enumerate(parts) if bottom]
    return float(sum(shares))


def _area_name(gps: Ifd) -> bool:
    raw = _raw(gps, _GPS_AREA_NAME)[_CHARACTER_CODE_BYTES:]
    return bool(clean_text(raw.replace(b"\0", b"").decode("latin-1")))


def _has_thumbnail(ifd1: Ifd) -> bool:
    if _THUMBNAIL_START in ifd1 and _THUMBNAIL_SIZE in ifd1:
        return bool(ifd1[_THUMBNAIL_START].integer() and ifd1[_THUMBNAIL_SIZE].integer())
    return bool(ifd1.get(_STRIP_OFFSETS) and ifd1[_STRIP_OFFSETS].integer())
