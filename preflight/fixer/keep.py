"""Keep: what `--keep-metadata` carries over. Written anew, so that nothing hides in a gap.

Location, orientation, previews, maker notes (which hide previews and serial numbers behind offsets
that would no longer be right) and what describes the old file are left out.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from preflight.scanner.exif import EXIF_IFD, Entry, Tiff, read_ifd

if TYPE_CHECKING:
    from xml.etree import ElementTree

_MAX_VALUE_BYTES = 4096
_MAX_EXIF_BYTES = 60_000
"""One APP1 segment holds 65,533 bytes."""

_MAX_XMP_BYTES = 60_000
_MAX_XMP_DEPTH = 32

_NOT_KEPT = frozenset(
    {
        *range(0x00FE, 0x0104),  # of which kind and size the old file was
        *(0x0106, 0x0111, 0x0112, 0x0115, 0x0116, 0x0117, 0x011C, 0x013D, 0x0140),
        *range(0x0142, 0x0146),  # tiles
        *(0x014A, 0x0152, 0x0153, 0x015B),  # further pictures, old coding
        *range(0x0200, 0x0216),  # embedded JPEG, coding
        *(0x02BC, 0x83BB, 0x8649, 0x8773),  # XMP, IPTC (has places), Photoshop, ICC
        *(0x8769, 0x8825, 0xA005, 0xEA1C),  # directories (Exif's is written anew), padding
        *(0x927C, 0xA002, 0xA003, 0xC4A5),  # maker note, size, print matching
        *range(0xC612, 0xC800),  # DNG, previews
    }
)
"""Exif 2.32 and TIFF 6.0 tags; location is the directory 0x8825, orientation 0x0112."""

_FIELD_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}


def kept_exif(exif: bytes | None) -> bytes | None:
    """An Exif block with the prefix `Exif\\0\\0` and what may be kept; None if nothing is left."""
    tiff = Tiff.parse(exif) if exif else None
    if tiff is None:
        return None
    main, _next = read_ifd(tiff, tiff.first_ifd)
    pointer = main[EXIF_IFD].integer() if EXIF_IFD in main else None
    details = read_ifd(tiff, pointer)[0] if pointer else {}
    kept, kept_details = _kept(main), _kept(details)
    if not kept and not kept_details:
        return None
    block = _written(tiff.order == "little", kept, kept_details)
    return block if len(block) <= _MAX_EXIF_BYTES else None


def _kept(entries: dict[int, Entry]) -> dict[int, Entry]:
    return {
        tag: entry
        for tag, entry in sorted(entries.items())
        if tag not in _NOT_KEPT
        and entry.type in _FIELD_BYTES
        and 0 < len(entry.raw) == entry.count * _FIELD_BYTES[entry.type] <= _MAX_VALUE_BYTES
    }


def _written(little: bool, main: dict[int, Entry], details: dict[int, Entry]) -> bytes:
    """A TIFF block of two directories; values keep the byte order that they had."""
    mark = "<" if little else ">"
    first_bytes = 2 + 12 * (len(main) + 1) + 4
    second_at = 8 + first_bytes
    values_at = second_at + (2 + 12 * len(details) + 4)
    values = bytearray()

    def directory(entries: dict[int, Entry], pointer: int | None) -> bytes:
        rows = {tag: (entry.type, entry.count, placed(entry.raw)) for tag, entry in entries.items()}
        if pointer is not None:
            rows[EXIF_IFD] = (4, 1, struct.pack(mark + "I", pointer))
        body = b"".join(
            struct.pack(mark + "HHI", tag, kind, count) + value
            for tag, (kind, count, value) in sorted(rows.items())
        )
        return struct.pack(mark + "H", len(rows)) + body + bytes(4)

    def placed(raw: bytes) -> bytes:
        if len(raw) <= 4:
            return raw.ljust(4, b"\0")
        at = values_at + len(values)
        values.extend(raw + bytes(len(raw) % 2))
        return struct.pack(mark + "I", at)

    head = (b"II*\0" if little else b"MM\0*") + struct.pack(mark + "I", 8)
    directories = directory(main, second_at) + directory(details, None)
    return b"Exif\0\0" + head + directories + bytes(values)


_PLACES = frozenset(
    {
        "City",
        "State",
        "Country",
        "CountryCode",
        "CountryName",
        "Location",
        "LocationCreated",
        "LocationShown",
        "LocationName",
        "LocationId",
        "Sublocation",
        "ProvinceState",
        "WorldRegion",
    }
)
_OF_THE_OLD_FILE = frozenset(
    {
        "Orientation",
        "ImageWidth",
        "ImageLength",
        "PixelXDimension",
        "PixelYDimension",
        "Thumbnails",
        "Regions",
        "RegionInfo",
        "DocumentAncestors",
        "TextLayers",
        "HasExtendedXMP",
    }
)
_PICTURE_NAMESPACES = (
    "http://ns.google.com/photos/",
    "http://ns.adobe.com/hdr-gain-map/",
    "http://ns.adobe.com/xap/1.0/g/img/",
    "http://ns.apple.com/",
    "http://ns.adobe.com/xmp/note/",
)
"""Depth maps, gain maps, thumbnails and pointers to them."""


def kept_xmp(xmp: bytes | None) -> bytes | None:
    """The XMP packet without places, previews and what describes the old file; None if it cannot
    be read safely or nothing is left."""
    if not xmp or len(xmp) > 4 * _MAX_XMP_BYTES or b"<!" in xmp.replace(b"<!--", b""):
        return None  # a document type could define entities that grow without bound
    from xml.etree import ElementTree

    try:
        root = ElementTree.fromstring(xmp.decode("utf-8").strip("\ufeff\0 \r\n"))
        if not _prune(root):
            return None
        packet = ElementTree.tostring(root, encoding="utf-8")
    except (ElementTree.ParseError, UnicodeError, ValueError, RecursionError):
        return None
    return packet if len(packet) <= _MAX_XMP_BYTES else None


def _prune(root: ElementTree.Element) -> bool:
    """Removes what is not kept; False if the tree is too deep."""
    level = [root]
    for _depth in range(_MAX_XMP_DEPTH):
        below = []
        for element in level:
            for name in [name for name in element.attrib if _is_dropped(name)]:
                del element.attrib[name]
            for child in list(element):
                if _is_dropped(child.tag) or len(child.text or "") > _MAX_VALUE_BYTES:
                    element.remove(child)
                else:
                    below.append(child)
        if not below:
            return True
        level = below
    return False


def _is_dropped(qualified: str) -> bool:
    namespace, _brace, name = qualified.rpartition("}")
    return (
        name in _PLACES
        or name in _OF_THE_OLD_FILE
        or name.startswith("GPS")
        or namespace.strip("{").startswith(_PICTURE_NAMESPACES)
    )
