"""HEIF content: every coded item of the primary picture goes once through libde265.

The decode that proves the picture whole also hands over its pixels, where they are of the usual
kind; everything unusual is left to pillow-heif.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from preflight.facts import Damage, Skipped
from preflight.limits import MB, Limits
from preflight.scanner import libde265
from preflight.scanner.heif_blocks import ends_early, has_unwritten, slices_overrun
from preflight.scanner.heif_description import Parts
from preflight.scanner.heif_items import Layout, Tile, item_size
from preflight.scanner.heif_pixels import KEPT_PIXELS, Mosaic
from preflight.scanner.heif_structure import damage_of_tiles
from preflight.scanner.heif_tiles import Tiles, in_threads, is_smoothed
from preflight.scanner.hevc import HevcError, Stream, UnsupportedHevcError, read_stream
from preflight.scanner.isobmff import BoxError, Container, UnsupportedBoxError
from preflight.scanner.libde265 import Decoded
from preflight.scanner.orientation import upright_size
from preflight.scanner.planes import can_convert
from preflight.scanner.reduce import reduced_picture, reduction
from preflight.scanner.structure import SPOILED, Content, Picture, Structure

CHECK = "heic-content"
_HEVC = frozenset({b"hvc1", b"hev1"})
_NO_MEMORY = "there was not enough memory"
_CHECKSUM = 5
_IDENTITY = 0
"""Matrix of planes that are green, blue and red: there 0, 0, 0 is black, as in a grey picture."""
_LAST_CODE_POINT = 22
"""Of colour primaries (ITU-T H.273, table 2), which has the most."""
_MESSAGES = {
    "wrong-checksum": "its checksum does not fit",
    "missing-blocks": "parts of the picture were never written",
    "lost-slice": "its coded data make no sense from some place on",
    "lost-sync": "its coded data make no sense from some place on",
    "wrong-size": "it is smaller than the file says",
}


@dataclass(slots=True)
class _Findings:
    """What the tiles had to say; filled by several threads."""

    lost: dict[int, str] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    colours: set[tuple[int, bool]] = field(default_factory=set)
    pixels: bool = True
    lock: threading.Lock = field(default_factory=threading.Lock)


def check_hevc(structure: Structure, limits: Limits, side_px: int | None) -> Content:
    """Decodes each coded item once; see `FormatModule.check_content`."""
    try:
        return _check_hevc(structure, limits, side_px)
    except MemoryError:  # a limit, not damage
        return Content(skipped=(Skipped(CHECK, _NO_MEMORY),))


def _check_hevc(structure: Structure, limits: Limits, side_px: int | None) -> Content:
    parts = structure.private
    if not isinstance(parts, Parts) or parts.layout is None:
        return Content(skipped=(Skipped(CHECK, "the file has no single picture to check"),))
    layout, container = parts.layout, parts.container
    numbers = [tile.item for tile in layout.tiles] + list(layout.alpha)
    kinds = {container.items[number].kind for number in numbers if number in container.items}
    if not kinds <= _HEVC:
        return Content(skipped=(Skipped(CHECK, "the picture is not coded as HEVC"),))
    if not libde265.available():
        why = "libde265, which sees such damage, is not on this system; damage may go unseen"
        return Content(skipped=(Skipped(CHECK, why),))
    findings = _Findings()
    mosaic = _mosaic(structure, container, layout, side_px)
    scale = None if side_px is None or mosaic is None else mosaic.scale
    tiles = Tiles(layout) if scale is not None and scale > 1 else None
    _check_all(parts, numbers, mosaic, tiles, findings, limits, scale)
    damage = _damage(parts, layout, findings)
    picture = None
    if mosaic is not None and not damage and not findings.skipped:
        picture = _picture(structure, layout, mosaic, tiles, findings, side_px)
    skipped = tuple(Skipped(CHECK, why) for why in dict.fromkeys(findings.skipped))
    return Content(damage, skipped, picture)


def _mosaic(
    structure: Structure, container: Container, layout: Layout, side_px: int | None
) -> Mosaic | None:
    """Where the pixels go, if they are of the kind that is put together here."""
    declared = item_size(container, container.primary or 0)
    usual = (
        layout.simple
        and (not layout.alpha or _has_simple_alpha(container, layout))
        and declared == (layout.width_px, layout.height_px)  # libheif refuses what has no ispe
        and structure.colour.hdr not in ("pq", "hlg")  # these need all their bits
        and structure.subsampling == "4:2:0"
        and all(transform.text != "clap" or transform.crop for transform in layout.transforms)
    )
    if not usual:
        return None
    whole = layout.alpha or any(transform.crop for transform in layout.transforms)
    scale = 1 if whole else reduction(min(layout.width_px, layout.height_px), side_px)
    while any(edge % (2 * scale) for tile in layout.tiles for edge in tile.box[:2]):
        if scale == 1:
            return None
        scale //= 2
    return Mosaic((0, 0, layout.width_px, layout.height_px), scale)


def _has_simple_alpha(container: Container, layout: Layout) -> bool:
    """One coded item for the colours and one of the same size for alpha, neither to be turned."""
    return (
        len(layout.tiles) == len(layout.alpha) == 1
        and not layout.transforms
        and item_size(container, layout.alpha[0]) == (layout.width_px, layout.height_px)
        and not any(kind == b"prem" for kind, _, _ in container.references)
    )


def _check_all(
    parts: Parts,
    numbers: list[int],
    mosaic: Mosaic | None,
    tiles: Tiles | None,
    findings: _Findings,
    limits: Limits,
    scale: int | None,
) -> None:
    """Where `scale` is None nobody is going to see the pixels."""
    places: dict[int, list[Tile]] = {number: [] for number in numbers}
    for tile in parts.layout.tiles if parts.layout else ():
        places[tile.item].append(tile)
    allowance = [
        2 * len(parts.container.data) + MB
    ]  # bytes of all items; they may not overlap much
    keep = tiles is not None and tiles.layout.width_px * tiles.layout.height_px <= KEPT_PIXELS

    def check(number: int) -> None:
        stream = _stream(parts, number, allowance, findings, limits)
        if stream is not None:
            filtered = scale is not None and is_smoothed(stream, scale)
            decoded = _check_item(number, stream, places[number], findings, filtered=filtered)
            if decoded is not None and mosaic is not None:
                _place(decoded, stream, places[number], mosaic, findings)
            if tiles is not None:
                tiles.streams[number] = stream
            if decoded is not None and tiles is not None and keep:
                tiles.planes[number] = decoded.planes
                if filtered:
                    tiles.smoothed.add(number)

    in_threads(check, places)


def _stream(
    parts: Parts, number: int, allowance: list[int], findings: _Findings, limits: Limits
) -> Stream | None:
    container = parts.container
    box = container.property_of(number, b"hvcC")
    try:
        if any(kind == b"pred" and source == number for kind, source, _ in container.references):
            raise UnsupportedHevcError("a picture that is predicted from others")
        if box is None:
            raise HevcError("no-hvcc")
        with findings.lock:
            data = container.item_bytes(number, allowance[0])
            allowance[0] -= len(data)
        stream = read_stream(container.data[box.body : box.end], data)
        width, height = item_size(container, number)
        shown, coded = stream.sequence.shown_size, stream.sequence.coded_size
        if shown[0] < width or shown[1] < height:
            raise HevcError("wrong-size")
        if shown != (width, height):
            with findings.lock:
                findings.pixels = False  # libheif may refuse it
        if coded[0] * coded[1] > min(limits.max_pixels * 3 // 2, 2 * width * height + MB):
            raise HevcError("wrong-size")
        return stream
    except HevcError as error:
        with findings.lock:
            findings.lost[number] = error.what
    except BoxError as error:
        with findings.lock:
            findings.pixels = False
            if error.what == "item-too-long":  # the rest was reported when the boxes were read
                findings.lost[number] = error.what
    except (UnsupportedHevcError, UnsupportedBoxError) as error:
        with findings.lock:
            findings.skipped.append(f"this kind of HEIC cannot be checked: {error}")
    return None


def _check_item(
    number: int,
    stream: Stream,
    tiles: list[Tile],
    findings: _Findings,
    *,
    filtered: bool,
) -> Decoded | None:
    """What came of it, if nothing is wrong with it."""
    sequence = stream.sequence
    try:
        decoded = libde265.decode(
            stream.units, sequence.shown_size, sequence.chroma, filtered=filtered
        )
        what = _what(decoded, stream, tiles, filtered=filtered)
    except MemoryError:
        with findings.lock:
            findings.skipped.append(_NO_MEMORY)
        return None
    with findings.lock:
        if libde265.NOT_IMPLEMENTED in decoded.codes:
            findings.skipped.append("this kind of HEIC cannot be checked")
        elif what:
            findings.lost[number] = what
        else:
            return decoded
    return None


def _place(
    decoded: Decoded, stream: Stream, tiles: list[Tile], mosaic: Mosaic, findings: _Findings
) -> None:
    """Hands the pixels over, of colours where the tiles lie; what has no tile is alpha."""
    usual = not tiles or (stream.sequence.chroma == 1 and len(decoded.planes) == 3)
    with findings.lock:
        findings.pixels &= usual
        if tiles:
            findings.colours.add((decoded.matrix, decoded.full_range))
    if usual and not tiles:
        mosaic.place_alpha(decoded.planes[0])
    for tile in tiles if usual else ():
        mosaic.place(tile.box, decoded.planes)


def _what(decoded: Decoded, stream: Stream, tiles: list[Tile], *, filtered: bool) -> str:
    """The name of the defect; empty if there is none."""
    if _CHECKSUM in decoded.codes:
        return "wrong-checksum"
    if decoded.codes:
        return "lost-sync"
    if not decoded.planes:
        return "no-picture"
    if stream.sequence.chroma == 0 or decoded.matrix == _IDENTITY:
        early = ends_early(stream, decoded.planes, filtered=filtered)
        return "lost-sync" if early else ""
    box = tiles[0].box if tiles else (0, 0, *stream.sequence.shown_size)
    visible = box[2] - box[0], box[3] - box[1]
    if has_unwritten(decoded.planes, visible):
        return "missing-blocks"
    if len(stream.slices) > 1 and stream.raster and slices_overrun(stream, decoded.planes):
        return "lost-slice"
    return ""


def _damage(parts: Parts, layout: Layout, findings: _Findings) -> tuple[Damage, ...]:
    if not findings.lost:
        return ()
    lost = [tile for tile in layout.tiles if tile.item in findings.lost]
    number, what = next(iter(sorted(findings.lost.items())))
    message = _MESSAGES.get(what, SPOILED)
    try:
        offset = parts.container.spans(number)[0][0]
    except (BoxError, UnsupportedBoxError, IndexError):
        offset = None
    damage = Damage("corrupt", what, message, offset)
    if len(layout.tiles) > 1 and layout.simple:
        damage = damage_of_tiles(layout, lost, damage)
    return (damage,)


def _picture(
    structure: Structure,
    layout: Layout,
    mosaic: Mosaic,
    tiles: Tiles | None,
    findings: _Findings,
    side_px: int | None,
) -> Picture | None:
    if not findings.pixels or len(findings.colours) != 1:
        return None
    matrix, full_range = next(iter(findings.colours))
    if structure.colour.cicp is not None:
        matrix, full_range = structure.colour.cicp[2], structure.colour.full_range
    known = structure.colour.cicp is None or max(structure.colour.cicp) <= _LAST_CODE_POINT
    if not can_convert(matrix) or not known:
        return None  # libheif refuses unknown code points
    image, turn = mosaic.picture(matrix, full_range, layout.transforms)
    if layout.alpha:
        return reduced_picture(image, side_px)
    size = upright_size(structure.width_px, structure.height_px, turn)
    closer = tiles.closer(matrix, full_range) if tiles else None
    return Picture(image, turn, *size, closer, planes=mosaic.planes(matrix, full_range))
