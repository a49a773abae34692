"""HEIF description: colour, metadata and companions of the picture, from items and properties."""

from __future__ import annotations

from typing import Literal

from preflight.facts import Colour
from preflight.frozen import frozen
from preflight.limits import Limits
from preflight.scanner.heif_items import CODINGS, Layout
from preflight.scanner.heif_sequence import Sequence
from preflight.scanner.isobmff import Box, BoxError, Container, UnsupportedBoxError

ALPHA = (b"auxiliary:alpha", b"hevc:2015:auxid:1")
"""What the URN of an alpha plane contains."""

_AUXILIARY = (
    (b"depth", "depth map"),
    (b"auxid:2", "depth map"),
    (b"disparity", "depth map"),
    (b"gainmap", "gain map"),
    (b"matte", "portrait matte"),
)
_PICTURES = frozenset({*CODINGS, b"grid", b"iovl", b"iden"})
_SUBSAMPLING = ("4:0:0", "4:2:0", "4:2:2", "4:4:4")
_HDR: dict[int, Literal["pq", "hlg"]] = {16: "pq", 18: "hlg"}
"""Transfer characteristics of ITU-T H.273."""


@frozen
class Parts:
    """Handed from `read` to `check_content`.

    Attributes:
        container: The boxes.
        layout: How the primary picture is put together; None if that could not be read.
        sequence: The picture track, if there is one.
    """

    container: Container
    layout: Layout | None = None
    sequence: Sequence | None = None


def auxiliary_type(container: Container, number: int) -> bytes:
    """The URN of an auxiliary picture; empty if it is none."""
    box = container.property_of(number, b"auxC")
    if box is None:
        return b""
    return container.data[box.body + 4 : min(box.end, box.body + 200)].split(b"\0")[0]


def configurations(parts: Parts, kind: bytes) -> list[Box]:
    """Boxes of that kind of the primary picture: its own, its first tile's, or its track's."""
    container = parts.container
    numbers = [container.primary] if container.primary is not None else []
    if parts.layout:
        numbers += [tile.item for tile in parts.layout.tiles[:1]]
    found = [box for number in numbers for box in container.properties_of(number)]
    if parts.sequence and not parts.layout:
        found += parts.sequence.config
    return [box for box in found if box.kind == kind]


def coding(parts: Parts) -> str:
    """How the pixels are coded, as in `Facts.coding`."""
    container = parts.container
    if parts.layout and parts.layout.tiles:
        item = container.items.get(parts.layout.tiles[0].item)
        return CODINGS.get(item.kind, "") if item else ""
    if parts.sequence:
        return parts.sequence.coding
    item = container.items.get(container.primary or 0)
    return CODINGS.get(item.kind, "") if item else ""


def subsampling(parts: Parts) -> str | None:
    """Chroma subsampling that hvcC or av1C gives."""
    data = parts.container.data
    for box in configurations(parts, b"hvcC"):
        if box.end - box.body >= 23:
            return _SUBSAMPLING[data[box.body + 16] & 3]
    for box in configurations(parts, b"av1C"):
        if box.end - box.body >= 4:
            flags = data[box.body + 2]
            if flags & 0x10:
                return "4:0:0"
            return {0: "4:4:4", 0x08: "4:2:2", 0x0C: "4:2:0"}.get(flags & 0x0C)
    return None


def _bits(parts: Parts) -> int:
    data = parts.container.data
    for box in configurations(parts, b"pixi"):
        if box.end - box.body >= 6:
            return max(
                data[box.body + 5 : min(box.end, box.body + 5 + data[box.body + 4])] or b"\x08"
            )
    for box in configurations(parts, b"hvcC"):
        if box.end - box.body >= 23:
            return 8 + (data[box.body + 17] & 7)
    for box in configurations(parts, b"av1C"):
        if box.end - box.body >= 4:
            flags = data[box.body + 2]
            return 12 if flags & 0x20 else 10 if flags & 0x40 else 8
    return 8


def colour(parts: Parts) -> Colour:
    """Everything about colour but the ICC profile."""
    data, layout = parts.container.data, parts.layout
    cicp, full_range = None, True
    for box in configurations(parts, b"colr"):
        if data[box.body : box.body + 4] == b"nclx" and box.end - box.body >= 11 and cicp is None:
            primaries, transfer, matrix = (
                int.from_bytes(data[box.body + at : box.body + at + 2], "big") for at in (4, 6, 8)
            )
            cicp, full_range = (primaries, transfer, matrix), bool(data[box.body + 10] & 0x80)
    hdr: Literal["pq", "hlg", "gain-map"] | None = _HDR.get(cicp[1]) if cicp else None
    if hdr is None and "gain map" in hidden_images(parts.container):
        hdr = "gain-map"
    return Colour(
        model="grey" if subsampling(parts) == "4:0:0" else "rgb",
        bits=_bits(parts),
        cicp=cicp,
        full_range=full_range,
        hdr=hdr,
        alpha=bool(layout and layout.alpha) or bool(parts.sequence and parts.sequence.alpha),
    )


def icc(parts: Parts, limits: Limits) -> bytes | None:
    """The ICC profile."""
    data = parts.container.data
    for box in configurations(parts, b"colr"):
        if data[box.body : box.body + 4] in (b"prof", b"rICC"):
            profile = data[box.body + 4 : box.end]
            return profile if len(profile) <= limits.max_inflated_bytes else None
    return None


_USUAL_KINDS = frozenset({b"hvc1", b"hev1", b"av01"})
_MAX_HEVC_PROFILE = 4
"""Up to the range extensions; libde265 knows no more."""


def is_rare(parts: Parts) -> bool:
    """Legal, but coded in a way that the decoders at hand may not know.

    Another codec, a rare profile of HEVC, or an alpha plane that does not say its size, which
    libavif demands and the standard does not.
    """
    container, layout = parts.container, parts.layout
    if layout is None:
        return False
    alpha = [container.items[number] for number in layout.alpha if number in container.items]
    kinds = {container.items[t.item].kind for t in layout.tiles if t.item in container.items}
    profiles = {container.data[box.body + 1] & 31 for box in configurations(parts, b"hvcC")}
    return (
        not kinds <= _USUAL_KINDS
        or max(profiles, default=0) > _MAX_HEVC_PROFILE
        or any(not container.property_of(item.number, b"ispe") for item in alpha)
    )


def hidden_images(container: Container) -> tuple[str, ...]:
    """What other pictures travel along, each kind once."""
    names = {}
    for kind, source, to in container.references:
        if kind == b"thmb":
            names["thumbnail"] = True
        elif kind == b"auxl":
            urn = auxiliary_type(container, source).lower()
            if not any(name in urn for name in ALPHA):
                found = (word for key, word in _AUXILIARY if key in urn)
                names[next(found, "auxiliary picture")] = True
        elif kind == b"dimg" and len(to) > 1:
            item = container.items.get(source)
            if item and item.kind == b"tmap":
                names["gain map"] = True
    return tuple(names)


def images(container: Container) -> int:
    """Full pictures: not hidden, no thumbnail, no auxiliary picture."""
    lesser = {source for kind, source, _ in container.references if kind in (b"thmb", b"auxl")}
    count = sum(
        item.kind in _PICTURES and not item.hidden and item.number not in lesser
        for item in container.items.values()
    )
    return max(1, count)


def _first_item(container: Container, kind: bytes, content_type: bytes = b"") -> int | None:
    """The first item of that kind; rather one that describes the primary picture."""
    chosen = [
        item.number
        for item in container.items.values()
        if item.kind == kind and item.content_type == content_type
    ]
    described = container.referring(b"cdsc", frozenset({container.primary or 0}))
    return next((number for number in chosen if number in described), chosen[0] if chosen else None)


def exif(container: Container, limits: Limits) -> bytes | None:
    """The TIFF block: behind a 4-byte offset, and often "Exif\\0\\0" (ISO/IEC 23008-12, A.2.1)."""
    block = _metadata(container, _first_item(container, b"Exif"), limits)
    if block is None or len(block) < 8:
        return None
    start = 4 + int.from_bytes(block[:4], "big")
    if block[start : start + 6] == b"Exif\0\0":
        start += 6
    if block[start : start + 2] in (b"II", b"MM"):
        return block[start:]
    found = [at for at in (block.find(mark) for mark in (b"II*\0", b"MM\0*")) if 0 <= at <= 64]
    return block[min(found) :] if found else None


def xmp(container: Container, limits: Limits) -> bytes | None:
    """The XMP packet."""
    return _metadata(container, _first_item(container, b"mime", b"application/rdf+xml"), limits)


def _metadata(container: Container, number: int | None, limits: Limits) -> bytes | None:
    if number is None:
        return None
    try:
        return container.item_bytes(number, limits.max_inflated_bytes)
    except (BoxError, UnsupportedBoxError):
        return None
