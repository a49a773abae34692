"""Brands: tells apart what begins with an `ftyp` box: HEIC, AVIF, other HEIF, raw, video, audio."""

from __future__ import annotations

from collections.abc import Iterator

from preflight.scanner.kind import Kind, kind

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIF_BRANDS = frozenset({b"mif1", b"mif2", b"mif3", b"msf1", b"miaf", b"unif"}) | frozenset(
    {b"jpeg", b"jpgs", b"avci", b"avcs", b"j2ki", b"j2is", b"vvic", b"vvis", b"evbi", b"evbs"}
)
_OTHER_BRANDS = frozenset(
    b"1pic pred tmap geo1 mski hevi avio heoi MiHB MiHA MiHE MiAB MiAC MiPr MiBu MiBr MA1A MA1B "
    b"isom iso2 iso3 iso4 iso5 iso6 iso7 iso8 iso9 isoa isob isoc mp41 mp42 MSNV".split()
) | {b"qt  ", b"jp2 "}
"""What else files with pictures begin with, or say that they are compatible with."""
_AUDIO_BRANDS = frozenset({b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B "})
_HEVC_ITEMS = frozenset({b"hvc1", b"hev1", b"lhv1"})
_AV1_ITEMS = frozenset({b"av01"})
_OTHER_ITEMS = frozenset({b"unci", b"jpeg", b"avc1", b"j2k1", b"vvc1", b"evc1", b"mski"})
_QUICKTIME_BOXES = frozenset({b"moov", b"mdat", b"wide", b"pnot", b"skip", b"free", b"uuid"})
_MAX_BOXES = 4096
"""Boxes and items looked at; a phone's HEIC has about 60."""

_META_LIMIT_BYTES = 4_000_000
"""Bytes of a `meta` box that are walked."""


def kind_of_boxes(data: bytes) -> Kind | None:
    """The kind of a file of ISO boxes (ISO/IEC 14496-12); None if it is no such file."""
    if data[4:8] != b"ftyp":
        return kind("video") if data[4:8] in _QUICKTIME_BOXES and _is_box(data) else None
    size = int.from_bytes(data[:4], "big")
    major = data[8:12]
    end = min(max(size, 16), 1024)
    brands = {major} | {data[start : start + 4] for start in range(16, end, 4)}
    if major == b"crx ":
        return kind("raw")
    if major in _AUDIO_BRANDS:
        return kind("audio")
    if not brands & (_HEIC_BRANDS | _AVIF_BRANDS | _HEIF_BRANDS):
        return kind("video")
    return kind(_format_of_heif(data, size, major, brands))


def kind_of_torn_boxes(data: bytes) -> Kind | None:
    """The kind of a HEIC or AVIF whose first box is not called `ftyp` any more."""
    size, major = int.from_bytes(data[:4], "big"), data[8:12]
    brands = {major} | {data[start : start + 4] for start in range(16, min(size, 1024), 4)}
    whole = 16 <= size <= 1024 and not size % 4 and data[size + 4 : size + 8] == b"meta"
    if not whole or not brands & (_HEIC_BRANDS | _AVIF_BRANDS):
        return None
    return kind(_format_of_heif(data, size, major, brands))


def has_odd_brand(brands: tuple[bytes, ...]) -> bool:
    """The first brand of a picture is none that is in use.

    Args:
        brands: The first is what the file is, the others what it is compatible with. A writer
            repeats the first among the others: so a new one is not taken for a damaged one.
    """
    if not brands:
        return False
    major, *others = brands
    known = _HEIC_BRANDS | _AVIF_BRANDS | _HEIF_BRANDS | _OTHER_BRANDS
    return major not in known and not (major.isalnum() and major in others)


def _is_box(data: bytes) -> bool:
    size = int.from_bytes(data[:4], "big")
    return size in (0, 1) or 8 <= size <= 0x7FFFFFFF


def _format_of_heif(data: bytes, ftyp_size: int, major: bytes, brands: set[bytes]) -> str:
    """What codes the picture decides; the brands where the items cannot be read."""
    types = _item_types(data, ftyp_size)
    primary = types[0] if types else b""
    for coded in ({primary}, set(types)):
        if coded & _HEVC_ITEMS:
            return "heic"
        if coded & _AV1_ITEMS:
            return "avif"
        if coded & _OTHER_ITEMS:
            return "heif"
    for declared in ({major}, brands):
        if declared & _AVIF_BRANDS:
            return "avif"
        if declared & _HEIC_BRANDS:
            return "heic"
    return "heif"


def _item_types(data: bytes, start: int) -> list[bytes]:
    """Types of all items, the primary one's first (b"" when it is unknown)."""
    for name, begin, end in _boxes(data, start, len(data)):
        if name == b"meta":
            return _items_of_meta(data, begin + 4, min(end, begin + _META_LIMIT_BYTES))
    return []


def _items_of_meta(data: bytes, begin: int, end: int) -> list[bytes]:
    primary: int | None = None
    types: dict[int, bytes] = {}
    for name, start, stop in _boxes(data, begin, end):
        if name == b"pitm":
            width = 2 if data[start : start + 1] == b"\0" else 4
            primary = int.from_bytes(data[start + 4 : start + 4 + width], "big")
        elif name == b"iinf":
            first = start + (6 if data[start : start + 1] == b"\0" else 8)
            for _, entry, entry_end in _boxes(data, first, stop):
                wide = data[entry : entry + 1] == b"\x03"
                type_at = entry + (10 if wide else 8)
                if type_at + 4 <= entry_end:
                    item = int.from_bytes(data[entry + 4 : entry + (8 if wide else 6)], "big")
                    types[item] = data[type_at : type_at + 4]
    return [types.get(primary, b"") if primary is not None else b"", *types.values()]


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, first byte and end of the content of each box in `[start, end)`."""
    for _ in range(_MAX_BOXES):
        if start + 8 > end:
            return
        size = int.from_bytes(data[start : start + 4], "big")
        name = data[start + 4 : start + 8]
        header = 8
        if size == 1:
            size = int.from_bytes(data[start + 8 : start + 16], "big")
            header = 16
        elif size == 0:
            size = end - start
        if size < header:
            return
        yield name, start + header, min(start + size, end)
        start += size
