"""IPTC: reads IIM data sets and Photoshop's resource blocks for names and places. Never raises."""

from __future__ import annotations

from collections.abc import Iterator

_IIM_RESOURCE = 0x0404
_THUMBNAIL_RESOURCES = (0x0409, 0x040C)
_APPLICATION_RECORD = 2

_PERSONAL = {
    80: "the photographer's name",
    110: "the photographer's name",
    116: "the copyright holder's name",
    118: "the photographer's contact details",
    122: "the writer's name",
}
"""Data sets of record 2 (IPTC-IIM 4.2, chapter 6) that name a person."""

_PLACES = frozenset({26, 27, 90, 92, 95, 101})
"""Location name, city, sublocation, state, country."""

_MAX_PIECES = 2000


def iptc_tells(data: bytes) -> tuple[list[str], bool, bool]:
    """What an IPTC block gives away.

    Args:
        data: IIM data sets, or the Photoshop resource blocks that hold them; may be empty.

    Returns:
        What it tells of persons in plain words, whether it names a place, and whether the
        resources hold a thumbnail.
    """
    words: list[str] = []
    place = thumbnail = False
    blocks = list(_resources(data))
    thumbnail = any(number in _THUMBNAIL_RESOURCES for number, _ in blocks)
    iims = [block for number, block in blocks if number == _IIM_RESOURCE] or [data]
    for iim in iims:
        for number, value in _data_sets(iim):
            if not value.strip(b" \0"):
                continue
            place = place or number in _PLACES
            if number in _PERSONAL:
                words.append(_PERSONAL[number])
    return words, place, thumbnail


def has_iptc(resources: bytes) -> bool:
    """Whether Photoshop's resource blocks hold IPTC data sets."""
    return any(number == _IIM_RESOURCE and block for number, block in _resources(resources))


def _resources(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and content of Photoshop's resource blocks."""
    at = 0
    for _ in range(_MAX_PIECES):
        if data[at : at + 4] != b"8BIM" or at + 12 > len(data):
            return
        number = int.from_bytes(data[at + 4 : at + 6], "big")
        name = (data[at + 6] + 2) // 2 * 2  # a length byte and the name, padded to even
        size_at = at + 6 + name
        size = int.from_bytes(data[size_at : size_at + 4], "big")
        yield number, data[size_at + 4 : size_at + 4 + size]
        at = size_at + 4 + (size + 1) // 2 * 2


def _data_sets(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and value of the data sets of the application record."""
    at = 0
    for _ in range(_MAX_PIECES):
        if data[at : at + 1] != b"\x1c" or at + 5 > len(data):
            return
        size = int.from_bytes(data[at + 3 : at + 5], "big")
        if size & 0x8000:  # an extended data set: pictures, no names
            return
        if data[at + 1] == _APPLICATION_RECORD:
            yield data[at + 2], data[at + 5 : at + 5 + size]
        at += 5 + size
