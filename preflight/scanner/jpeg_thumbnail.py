"""JPEG, thumbnail: is the small copy inside the Exif block whole?

Viewers show it in folders. Damage there leaves the photo good, but says that the file was hit.
"""

from __future__ import annotations

from preflight.facts import Damage
from preflight.limits import Limits
from preflight.scanner.exif import Tiff, read_ifd
from preflight.scanner.jpeg_content import content_of
from preflight.scanner.jpeg_walk import walk

_START, _LENGTH = 0x0201, 0x0202
"""Exif 2.32, 4.6.5, table 4: place and size of the thumbnail, in the second directory."""
_MAX_PIXELS = 1_000_000
"""More than any thumbnail has; larger ones are previews, and not worth the time."""


def thumbnail_fault(exif: bytes, limits: Limits) -> Damage | None:
    """Damage of kind `readable`; None if the thumbnail is whole, or if there is none."""
    thumbnail = _thumbnail(exif)
    if thumbnail is None:
        return None
    layout = walk(thumbnail, limits)
    frame = layout.frame
    if frame is not None and frame.width_px * frame.height_px > _MAX_PIXELS:
        return None
    found = (*layout.damage, *content_of(thumbnail, layout, limits, 1).damage)
    if all(damage.kind == "readable" for damage in found):
        return None
    message = "the thumbnail in it is damaged; the photo itself is whole"
    return Damage("readable", "bad-thumbnail", message)


def _thumbnail(exif: bytes) -> bytes | None:
    """Its bytes, if they begin as a JPEG."""
    tiff = Tiff.parse(exif)
    if tiff is None:
        return None
    _entries, following = read_ifd(tiff, tiff.first_ifd)
    if not following:
        return None
    entries, _ = read_ifd(tiff, following)
    start, length = (
        entries[tag].integer() if tag in entries else None for tag in (_START, _LENGTH)
    )
    if not start or not length:
        return None
    data = tiff.data[start : start + length]
    return data if data[:3] == b"\xff\xd8\xff" else None
