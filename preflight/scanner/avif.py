"""AVIF: what the scan asks of an AVIF file. Structure by boxes; content only with libaom (pyvips).

Pillow turns nothing: it folds irot and imir into an Exif orientation, and it ignores clap. So sizes
and regions here are before the turn, which is `orientation`, and inside the clean aperture, to
which `decode_picture` crops.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from preflight.facts import Damage, Skipped
from preflight.limits import MB, Limits
from preflight.scanner import libaom
from preflight.scanner.av1 import BEGINNING_BYTES, Av1Error, coded_size, read_units
from preflight.scanner.heif_description import Parts
from preflight.scanner.heif_items import LAYERED, Layout, Tile
from preflight.scanner.heif_structure import damage_of_tiles, pixel_limit, read_structure
from preflight.scanner.isobmff import BoxError, Container, UnsupportedBoxError
from preflight.scanner.orientation import combined, stored_samples, to_stored, upright_size
from preflight.scanner.reduce import SMALLEST_SIDE_PX
from preflight.scanner.structure import SPOILED, Content, Picture, Structure

CHECK = "avif-content"
_NO_LIBAOM = (
    "what is coded inside an AVIF can only be checked with the extra photo-preflight[avif]; "
    "without it damage there goes unseen"
)
_MOST_TILES = 256
"""A grid of more is not judged: each tile takes a walk through the file's table of contents."""
_UNKNOWN = "this kind of AVIF cannot be checked; damage may go unseen"


def read(data: bytes, limits: Limits) -> Structure:
    """Walks the boxes; `orientation` is what irot and imir say together, None without them."""
    structure = read_structure(data, limits)
    parts = structure.private
    if isinstance(parts, Parts) and not structure.limits_hit:
        hit = pixel_limit(max((w * h for w, h in _coded_sizes(parts)), default=0), limits)
        structure = replace(structure, limits_hit=hit)
    return _unturned(structure)


def check_content(
    data: bytes, structure: Structure, limits: Limits, side_px: int | None
) -> Content:
    """Reads every coded byte, where a decoder is installed that says what it thinks of them."""
    parts = structure.private
    layout = parts.layout if isinstance(parts, Parts) else None
    damage = _units(parts.container, layout) if isinstance(parts, Parts) and layout else ()
    if damage or any(each.harms_picture for each in structure.damage):
        return Content(damage)
    if not libaom.available():
        return Content(skipped=(Skipped(CHECK, _NO_LIBAOM),))
    if not isinstance(parts, Parts) or layout is None or _layered(parts.container, layout):
        return Content(skipped=(Skipped(CHECK, _UNKNOWN),))
    file = _uncropped(data, parts.container, layout)
    samples = None
    if structure.colour.hdr in ("pq", "hlg") and structure.colour.bits > 8 and not parts.sequence:
        verdict, samples = libaom.judge_and_keep(file)
    else:
        verdict = libaom.judge(file)
    lost: list[Tile] = []
    if verdict is libaom.Verdict.WHOLE and len(layout.tiles) > 1:
        verdict, lost = _judged_by_tile(file, parts.container, layout)
    if verdict is libaom.Verdict.DAMAGED:
        message = "its coded data make no sense from some place on"
        offset = _offset(parts.container, lost or layout.tiles)
        spoiled = Damage("corrupt", "lost-sync", message, offset)
        return Content((_of_tiles(layout, lost, spoiled),))
    if verdict is libaom.Verdict.UNKNOWN:
        return Content(skipped=(Skipped(CHECK, _UNKNOWN),))
    return Content(picture=_hdr_picture(samples, structure, layout, side_px) if samples else None)


def _hdr_picture(
    samples: libaom.Samples, structure: Structure, layout: Layout, side_px: int | None
) -> Picture | None:
    """The picture with its tones mapped from all its bits; None leaves it to Pillow, which has 8.

    libvips turns what it opens; it saw no crop, see `_uncropped`.
    """
    from preflight.scanner.heif_hdr import hdr_picture

    turn = structure.orientation or 1
    height, width = samples.values.shape[:2]
    if (width, height) != upright_size(layout.width_px, layout.height_px, turn):
        return None
    values = stored_samples(samples.values, turn)
    if structure.clean_aperture:
        left, top, right, bottom = structure.clean_aperture
        values = values[top:bottom, left:right]
    return hdr_picture(values, samples.bits, structure.colour, side_px or SMALLEST_SIDE_PX)


def _uncropped(data: bytes, container: Container, layout: Layout) -> bytes:
    """The file with clean apertures as large as the picture: libvips takes memory for any size."""
    apertures = [box for box in container.properties if box.kind == b"clap"]
    if not apertures:
        return data
    changed = bytearray(data)
    whole = struct.pack(">8I", layout.width_px, 1, layout.height_px, 1, 0, 1, 0, 1)
    for box in apertures:
        if box.end - box.body >= len(whole):
            changed[box.body : box.body + len(whole)] = whole
    return bytes(changed)


def _coded_sizes(parts: Parts) -> Iterator[tuple[int, int]]:
    """The sizes that the AV1 streams themselves give: a small `ispe` must not hide a huge frame."""
    container = parts.container
    spans = []
    if parts.sequence and parts.sequence.first_frame:
        spans.append(parts.sequence.first_frame)
    for number in _av1_items(container, parts.layout) if parts.layout else ():
        with suppress(BoxError, UnsupportedBoxError):
            spans += container.spans(number)[:1]
    for start, end in spans:
        yield coded_size(container.data[start : min(end, start + BEGINNING_BYTES)])


def _av1_items(container: Container, layout: Layout) -> list[int]:
    numbers = [tile.item for tile in layout.tiles] + list(layout.alpha)
    items = (container.items.get(number) for number in dict.fromkeys(numbers))
    return [item.number for item in items if item and item.kind == b"av01"]


def _units(container: Container, layout: Layout) -> tuple[Damage, ...]:
    """Items whose OBUs do not fit into them."""
    allowance = 2 * len(container.data) + MB
    for number in _av1_items(container, layout):
        try:
            data = container.item_bytes(number, allowance)
            allowance -= len(data)
            read_units(data)
        except UnsupportedBoxError:
            continue
        except (Av1Error, BoxError) as error:
            if isinstance(error, BoxError) and error.what != "item-too-long":
                continue  # reported when the boxes were read
            spans = container.spans(number)
            tiles = [tile for tile in layout.tiles if tile.item == number]
            damage = Damage("corrupt", error.what, SPOILED, spans[0][0] if spans else None)
            return (_of_tiles(layout, tiles, damage),)
    return ()


def _judged_by_tile(
    data: bytes, container: Container, layout: Layout
) -> tuple[libaom.Verdict, list[Tile]]:
    """What libaom thinks of each tile of a grid, and those that are damaged.

    Of a whole grid libheif leaves out what it cannot decode, and says nothing.
    """
    verdicts = {}
    for number in _av1_items(container, layout)[:_MOST_TILES]:
        verdicts[number] = libaom.judge(_alone(data, container, number))
    lost = [tile for tile in layout.tiles if verdicts.get(tile.item) is libaom.Verdict.DAMAGED]
    if libaom.Verdict.DAMAGED in verdicts.values():
        return libaom.Verdict.DAMAGED, lost
    known = all(verdicts.get(tile.item) is libaom.Verdict.WHOLE for tile in layout.tiles)
    return libaom.Verdict.WHOLE if known else libaom.Verdict.UNKNOWN, []


def _alone(data: bytes, container: Container, number: int) -> bytes:
    """The file with another of its items as the picture that is shown."""
    start, end = container.primary_span
    flags_at = container.items[number].flags_at
    changed = bytearray(data)
    # A number that has no room there, of a file made by hand, becomes that of some other item.
    changed[start:end] = (number % 256 ** (end - start)).to_bytes(end - start, "big")
    changed[flags_at] &= 0xFE
    return bytes(changed)


def _of_tiles(layout: Layout, tiles: list[Tile], damage: Damage) -> Damage:
    """The same damage with its place, where tiles have one."""
    if len(layout.tiles) < 2 or not layout.simple:
        return damage
    crops = tuple(each for each in layout.transforms if each.crop)
    return damage_of_tiles(replace(layout, transforms=crops), tiles, damage)


def _layered(container: Container, layout: Layout) -> bool:
    numbers = [container.primary or 0, *_av1_items(container, layout)]
    return any(box.kind in LAYERED for number in numbers for box in container.properties_of(number))


def _offset(container: Container, tiles: Sequence[Tile]) -> int | None:
    """Where the first of them begins."""
    try:
        spans = container.spans(tiles[0].item) if tiles else []
    except (BoxError, UnsupportedBoxError):
        return None
    return spans[0][0] if spans else None


def _unturned(structure: Structure) -> Structure:
    """Takes back the turns that the shared reading applied to the size; keeps the crop."""
    parts = structure.private
    layout = parts.layout if isinstance(parts, Parts) else None
    if layout is None or not layout.transforms:
        return structure
    turn, turned, crop = 1, False, None
    width, height = layout.width_px, layout.height_px
    for each in layout.transforms:
        if each.text != "clap":
            turn, turned = combined(turn, each.turn), True
        elif each.crop and crop is None:  # as seen after the turns so far
            left, top, right, bottom = to_stored(each.crop, turn, width, height)
            crop = int(left), int(top), int(right), int(bottom)
    if crop:
        width, height = crop[2] - crop[0], crop[3] - crop[1]
    damage = [
        replace(each, region=to_stored(each.region, turn, width, height)) if each.region else each
        for each in structure.damage
    ]
    return replace(
        structure,
        damage=tuple(damage),
        width_px=width,
        height_px=height,
        clean_aperture=crop,
        orientation=turn if turned else None,
    )
