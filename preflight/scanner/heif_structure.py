"""HEIF structure: what the boxes of a HEIF or AVIF file tell, without decoding; for both."""

from __future__ import annotations

from dataclasses import replace

from preflight.facts import Damage, LimitHit
from preflight.limits import MB, Limits
from preflight.scanner.brands import has_odd_brand
from preflight.scanner.heif_agreement import disagreements
from preflight.scanner.heif_description import (
    ALPHA,
    Parts,
    auxiliary_type,
    coding,
    colour,
    exif,
    hidden_images,
    icc,
    images,
    is_rare,
    subsampling,
    xmp,
)
from preflight.scanner.heif_items import Layout, Tile, item_size, layout_of
from preflight.scanner.heif_sequence import Sequence, read_sequence
from preflight.scanner.heif_ties import broken_ties
from preflight.scanner.isobmff import BoxError, Container, UnsupportedBoxError
from preflight.scanner.isobmff_meta import read_container
from preflight.scanner.structure import CUT_SHORT, Structure, worst_first
from preflight.words import exact_bytes

_NOT_SAID = "its first bytes do not say what it is"


def read_structure(data: bytes, limits: Limits) -> Structure:
    """Everything that the boxes say. Sizes are after clap, irot and imir; never raises."""
    container = read_container(data)
    sequence = read_sequence(container)
    layout, problem, skipped = _layout(container)
    damage = [_as_damage(error) for error in container.problems]
    if problem is not None:
        damage.append(_as_damage(problem))
    if layout is not None:
        damage += [*disagreements(container, layout), *broken_ties(container, layout)]
    if layout is None and sequence is None and not damage and not skipped:
        damage.append(Damage("corrupt", "no-picture", "it does not say where its picture is"))
    damage += _outside(container, layout, sequence)
    damage += _cut_off(container, any(each.harms_picture for each in damage))
    if not container.brands:
        damage.append(Damage("readable", "bad-signature", _NOT_SAID, 4))
    elif has_odd_brand(container.brands):
        damage.append(Damage("readable", "bad-brand", _NOT_SAID, 8))
    width, height = layout.shown_size if layout else _fallback_size(container)
    if not (width and height) and sequence:
        width, height = sequence.width_px, sequence.height_px
    parts = Parts(container, layout, sequence)
    structure = Structure(width, height, damage=worst_first(damage), private=parts)
    return replace(
        structure,
        colour=colour(parts),
        transforms=tuple(transform.text for transform in layout.transforms) if layout else (),
        frames=sequence.frames if sequence and sequence.frames else 1,
        animated=sequence is not None and sequence.frames > 1,
        images=images(container),
        hidden_images=hidden_images(container),
        coding=coding(parts),
        subsampling=subsampling(parts),
        exif=exif(container, limits),
        xmp=xmp(container, limits),
        icc=icc(parts, limits),
        trailing_bytes=len(data) - container.trailing_start,
        legal_kind=not any(each.harms_picture for each in damage) and is_rare(parts),
        limits_hit=limits_hit(parts, limits),
        doubt=_doubt(container),
    )


def _doubt(container: Container) -> Damage | None:
    if not container.odd:
        return None
    what, offset = container.odd[0]
    return Damage("refused", what, "its table of contents is not as it has to be", offset)


def _as_damage(error: BoxError) -> Damage:
    return Damage(
        "truncated" if error.cut_off else "corrupt", error.what, error.message, error.offset_bytes
    )


def _layout(container: Container) -> tuple[Layout | None, BoxError | None, bool]:
    """The layout, or why there is none; the last says that it is legal but not followed."""
    number = container.primary
    if number is None or (number not in container.items and not container.items):
        return None, None, False
    try:
        layout = layout_of(container, number)
    except BoxError as error:
        return None, error, False
    except UnsupportedBoxError:
        return None, None, True
    pictures = frozenset({number, *(tile.item for tile in layout.tiles)})
    alpha: list[int] = []
    for auxiliary in container.referring(b"auxl", pictures):
        if any(name in auxiliary_type(container, auxiliary) for name in ALPHA):
            try:
                alpha += [tile.item for tile in layout_of(container, auxiliary).tiles]
            except BoxError as error:
                return replace(layout, alpha=tuple(alpha)), error, False
            except UnsupportedBoxError:
                continue
    return replace(layout, alpha=tuple(dict.fromkeys(alpha))), None, False


def _cut_off(container: Container, explained: bool) -> list[Damage]:
    """A top-level box that ends behind the end of the file."""
    if container.cut is None or explained:
        return []
    box, missing = container.cut
    message = f"the end of the file is missing ({exact_bytes(missing)})"
    if box.kind in (b"ftyp", b"meta"):
        return [Damage("truncated", "cut-off", message, len(container.data))]
    return [Damage("readable", "cut-off", message, len(container.data))]


def _outside(
    container: Container, layout: Layout | None, sequence: Sequence | None
) -> list[Damage]:
    """Items whose bytes lie outside the file: the worst for the picture, a warning for others."""
    if layout is None:
        frame = sequence.first_frame if sequence else None
        if frame is None or frame[1] <= len(container.data):
            return []
        return [Damage("truncated", "extent-outside", CUT_SHORT, len(container.data))]
    pictures = {tile.item for tile in layout.tiles}
    lost: list[Tile] = []
    found: list[Damage] = []
    first: BoxError | None = None
    for number in container.locations:
        try:
            container.spans(number)
        except UnsupportedBoxError:
            continue
        except BoxError as error:
            if number in pictures:
                lost += [tile for tile in layout.tiles if tile.item == number]
                first = first or error
            elif number in layout.alpha:
                found.append(_as_damage(error))
            elif not found:
                message = "something that travels along with the picture is cut off"
                found.append(Damage("readable", error.what, message, error.offset_bytes))
    unplaced = sum(tile.item not in container.locations for tile in layout.tiles)
    if unplaced and not container.problems:
        found.append(
            Damage("corrupt", "item-without-place", "the place of a part of it is not given")
        )
    if first is not None:
        found.append(damage_of_tiles(layout, lost, _as_damage(first)))
    return found


def damage_of_tiles(layout: Layout, lost: list[Tile], damage: Damage) -> Damage:
    """The same damage with the box that holds the lost tiles, and their share of the picture."""
    shown = [layout.shown_box(tile.box) for tile in lost]
    shown = [box for box in shown if box[0] < box[2] and box[1] < box[3]]
    area = sum((right - left) * (bottom - top) for left, top, right, bottom in shown)
    width, height = layout.shown_size
    if not area or not width or not height:
        return damage
    return replace(
        damage,
        region=(
            min(box[0] for box in shown),
            min(box[1] for box in shown),
            max(box[2] for box in shown),
            max(box[3] for box in shown),
        ),
        lost_share=min(1.0, area / (width * height)),
    )


def _fallback_size(container: Container) -> tuple[int, int]:
    """What `ispe` says although the rest of the picture cannot be followed."""
    if container.primary is None:
        return 0, 0
    try:
        return item_size(container, container.primary)
    except BoxError:
        return 0, 0


def limits_hit(parts: Parts, limits: Limits) -> tuple[LimitHit, ...]:
    """Limits that the sizes of the canvas, of any tile or of all tiles together exceed."""
    sizes = [_fallback_size(parts.container)]
    layout = parts.layout
    if layout:
        tiles = [item_size(parts.container, tile.item) for tile in layout.tiles]
        sizes += [(layout.width_px, layout.height_px), *tiles]
        # Tiles may overhang the canvas a little; hardly anything is gained by half as much again.
        sizes.append((sum(width * height for width, height in tiles) * 2 // 3, 1))
    if parts.sequence:
        sizes.append((parts.sequence.width_px, parts.sequence.height_px))
    return pixel_limit(max(width * height for width, height in sizes), limits)


def pixel_limit(pixels: int, limits: Limits) -> tuple[LimitHit, ...]:
    """The limit that so many pixels exceed, if they do."""
    if pixels <= limits.max_pixels:
        return ()
    return (LimitHit("max_pixels", _megapixels(pixels), _megapixels(limits.max_pixels)),)


def _megapixels(pixels: int) -> str:
    return f"{pixels / MB:,.0f} megapixels"
