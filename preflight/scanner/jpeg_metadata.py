"""JPEG, metadata: Exif, XMP, IPTC, comments and the joined colour profile out of the segments."""

from __future__ import annotations

import struct

from preflight.frozen import frozen
from preflight.scanner.iptc import has_iptc
from preflight.scanner.structure import Segment

_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENDED_XMP = b"http://ns.adobe.com/xmp/extension/\0"
_EXTENDED_XMP_HEADER = len(_EXTENDED_XMP) + 32 + 4 + 4
_ICC = b"ICC_PROFILE\0"
_PHOTOSHOP = b"Photoshop 3.0\0"


@frozen
class JpegMetadata:
    """What the application segments hold; fields as in `Structure`.

    Attributes:
        xmp: The packet, followed by its extended part if there is one.
        icc_bytes: Bytes in all ICC segments, put together or not.
    """

    exif: bytes | None = None
    xmp: bytes | None = None
    iptc: bool = False
    iptc_data: bytes | None = None
    comment: bool = False
    icc: bytes | None = None
    icc_error: str | None = None


def metadata(data: bytes, segments: tuple[Segment, ...], max_bytes: int) -> JpegMetadata:
    """Collects the metadata of the primary image.

    Args:
        data: The file.
        segments: From the walk.
        max_bytes: Each block is at most this long; a longer one is cut.
    """
    bodies = [(s.name, s.start + 4, s.end) for s in segments if s.end - s.start >= 4]
    icc, icc_error = _profile(data, bodies, max_bytes)
    photoshop = _photoshop(data, bodies, max_bytes)
    return JpegMetadata(
        exif=_exif(data, bodies, max_bytes),
        xmp=_xmp(data, bodies, max_bytes),
        iptc=has_iptc(photoshop or b""),
        iptc_data=photoshop,
        comment=any(
            name == "COM" and bool(data[start:end].strip(b"\0 \t\r\n"))
            for name, start, end in bodies
        ),
        icc=icc,
        icc_error=icc_error,
    )


Bodies = list[tuple[str, int, int]]


def _exif(data: bytes, bodies: Bodies, max_bytes: int) -> bytes | None:
    """The TIFF block; a long one may go on in further segments, as Pillow and libjpeg write it."""
    block = b""
    for name, start, end in bodies:
        if name == "APP1" and data.startswith(b"Exif\0", start):
            part = data[start + 6 : end]
            if block and part[:2] in (b"II", b"MM"):
                break  # a second block, not the rest of the first
            block += part
        if len(block) >= max_bytes:
            break
    return block[:max_bytes] or None


def _xmp(data: bytes, bodies: Bodies, max_bytes: int) -> bytes | None:
    """The packet and, behind it, its extended part (XMP specification part 3, 1.1.3.1)."""
    packet = b""
    parts: dict[int, bytes] = {}
    room = max_bytes
    for name, start, end in bodies:
        if name != "APP1" or room <= 0:
            continue
        if data.startswith(_XMP, start) and not packet:
            packet = data[start + len(_XMP) : end]
        elif data.startswith(_EXTENDED_XMP, start) and end - start > _EXTENDED_XMP_HEADER:
            at = start + _EXTENDED_XMP_HEADER
            part = data[at : min(end, at + room)]
            parts[struct.unpack_from(">I", data, at - 4)[0]] = part
            room -= len(part)
    return packet + b"".join(parts[offset] for offset in sorted(parts)) or None


def _photoshop(data: bytes, bodies: Bodies, max_bytes: int) -> bytes | None:
    """Photoshop's resource blocks, which hold IPTC; a long one goes on in the next segment."""
    start_of = len(_PHOTOSHOP)
    parts = (
        data[start + start_of : end]
        for name, start, end in bodies
        if name == "APP13" and data.startswith(_PHOTOSHOP, start)
    )
    return b"".join(parts)[:max_bytes] or None


def _profile(data: bytes, bodies: Bodies, max_bytes: int) -> tuple[bytes | None, str | None]:
    """The ICC profile from its numbered pieces (ICC.1, annex B.4), and why it is not whole."""
    parts: dict[int, bytes] = {}
    count = 0
    for name, start, end in bodies:
        if name != "APP2" or not data.startswith(_ICC, start):
            continue
        at = start + len(_ICC)
        if at + 2 > end:
            return None, "a piece of the colour profile is cut short"
        parts.setdefault(data[at], data[at + 2 : end])
        count = max(count, data[at + 1])
    if not parts:
        return None, None
    wanted = range(1, count + 1)
    if any(number not in parts for number in wanted) or not count:
        # Some writers count from 0, or forget to count; the size at the front then decides.
        joined = b"".join(parts[number] for number in sorted(parts))
        if len(joined) < 128 or struct.unpack_from(">I", joined)[0] != len(joined):
            return None, "pieces of the colour profile are missing"
    else:
        joined = b"".join(parts[number] for number in wanted)
    if len(joined) > max_bytes:
        return None, "the colour profile is too large"
    return joined, None
