"""HEIF items: how the primary picture of a HEIF or AVIF file is put together, and how it is turned.

A picture is one coded item, a grid of them, or derived from others (ISO/IEC 23008-12, 6.6); its
transforms (6.5: clap, irot, imir) apply in the order in which they are associated.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from preflight.facts import Box as PixelBox
from preflight.frozen import frozen
from preflight.scanner.isobmff import Box, BoxError, Container, Item, UnsupportedBoxError
from preflight.scanner.orientation import to_upright, upright_size

if TYPE_CHECKING:
    from fractions import Fraction

CODINGS = {
    b"hvc1": "hevc",
    b"hev1": "hevc",
    b"lhv1": "hevc",
    b"av01": "av1",
    b"vvc1": "vvc",
    b"avc1": "h264",
    b"jpeg": "jpeg",
    b"j2k1": "jpeg2000",
    b"unci": "uncompressed",
}
_RARE = frozenset({b"hvt1", b"hvc2", b"hev2", b"lhe1", b"evc1", b"avc3", b"mski"})
"""Types of items that are legal and not followed: tiles and layers of HEVC by themselves, masks."""
DERIVED = frozenset({b"grid", b"iovl", b"iden", b"tmap", b"sato"})
LAYERED = frozenset({b"a1lx", b"a1op", b"lsel"})
"""Properties of pictures in several layers (AV1 Image File Format, 2.3)."""
MAX_DEPTH = 5
"""Derivations of derivations; real files have two (a tmap of a grid)."""

_IROT_TO_EXIF = {0: 1, 1: 8, 2: 3, 3: 6}
_IMIR_TO_EXIF = {0: 4, 1: 2}
"""Axis 0 exchanges top and bottom, 1 left and right, as libheif and libavif do it."""


@frozen
class Transform:
    """One transform: as written in `Facts.transforms`, and either a turn (Exif code) or a crop.

    A crop that reaches beyond the picture is not `inside`, and one that had to be rounded to pixels
    not `whole`.
    """

    text: str
    turn: int = 1
    crop: tuple[int, int, int, int] | None = None
    inside: bool = True
    whole: bool = True


@frozen
class Tile:
    """A coded item and the part of the canvas that it fills (visible pixels only)."""

    item: int
    box: tuple[int, int, int, int]


@frozen
class Layout:
    """The primary picture.

    Attributes:
        width_px, height_px: Of the canvas, before the transforms.
        tiles: The coded items that it is made of, each once.
        transforms: To be applied to the canvas, in this order.
        simple: One coded item or a grid of them: tiles are where their boxes say.
        alpha: Coded items of its alpha plane.
    """

    width_px: int = 0
    height_px: int = 0
    tiles: tuple[Tile, ...] = ()
    transforms: tuple[Transform, ...] = ()
    simple: bool = False
    alpha: tuple[int, ...] = ()

    @property
    def shown_size(self) -> tuple[int, int]:
        """Width and height after the transforms."""
        width, height = self.width_px, self.height_px
        for transform in self.transforms:
            if transform.crop:
                left, top, right, bottom = transform.crop
                width, height = right - left, bottom - top
            else:
                width, height = upright_size(width, height, transform.turn)
        return width, height

    def shown_box(self, box: PixelBox) -> PixelBox:
        """A box of the canvas as it lies after the transforms; may be empty when cropped away."""
        width, height = self.width_px, self.height_px
        for transform in self.transforms:
            if transform.crop:
                left, top, right, bottom = transform.crop
                width, height = right - left, bottom - top
                box = (
                    min(max(box[0] - left, 0), width),
                    min(max(box[1] - top, 0), height),
                    min(max(box[2] - left, 0), width),
                    min(max(box[3] - top, 0), height),
                )
            else:
                box = to_upright(box, transform.turn, width, height)
                width, height = upright_size(width, height, transform.turn)
        return box


@dataclass(slots=True)
class _Walk:
    container: Container
    seen: set[int] = field(default_factory=set)


def item_size(container: Container, number: int) -> tuple[int, int]:
    """Width and height that `ispe` gives; 0, 0 without one."""
    box = container.property_of(number, b"ispe")
    if box is None or box.end - box.body < 12:
        return 0, 0
    return container.uint(box.body + 4, 4, box.end), container.uint(box.body + 8, 4, box.end)


def configuration_of(container: Container, number: int) -> Box | None:
    """How a HEVC or AV1 item is coded: its `hvcC` or `av1C`."""
    kinds = (b"hvcC", b"av1C")
    return next((box for box in container.properties_of(number) if box.kind in kinds), None)


_MISNAMED = "a part of it is not called what it is"


def _is_misnamed(container: Container, item: Item) -> bool:
    """Its type is unknown, and it is coded as HEVC or AV1."""
    known = item.kind in CODINGS or item.kind in DERIVED | _RARE
    return not known and configuration_of(container, item.number) is not None


def _is_misnamed_grid(container: Container, item: Item) -> bool:
    """Its type is unknown, and it is put together as a grid is."""
    if item.kind in CODINGS or item.kind in DERIVED | _RARE:
        return False
    inputs = container.inputs(item.number)
    try:
        return bool(inputs) and bool(_grid(container, item.number, inputs).tiles)
    except (BoxError, UnsupportedBoxError):
        return False


def layout_of(container: Container, number: int) -> Layout:
    """How an item is put together.

    Raises:
        BoxError: The items contradict each other, or lie outside the file.
        UnsupportedBoxError: It is derived in a way that preflight does not follow.
    """
    return _layout(_Walk(container), number, MAX_DEPTH)


def _layout(walk: _Walk, number: int, depth: int) -> Layout:
    container = walk.container
    item = container.items.get(number)
    if item is None:
        raise BoxError("missing-item", "a part of the picture is missing")
    if depth == 0:
        raise BoxError("derived-too-deep", "its parts refer to each other in a circle")
    if item.kind not in DERIVED:
        if _is_misnamed(container, item) or _is_misnamed_grid(container, item):
            raise BoxError("unknown-item", _MISNAMED)
        width, height = item_size(container, number)
        layout = Layout(width, height, (Tile(number, (0, 0, width, height)),), simple=True)
    else:
        inputs = container.inputs(number)
        if not inputs:
            raise BoxError("missing-item", "the parts that it is made of are not named")
        if item.kind == b"grid":
            layout = _grid(container, number, inputs)
        elif item.kind in (b"iden", b"tmap"):  # the first input of a tmap is the plain picture
            layout = _layout(walk, inputs[0], depth - 1)
        else:
            layout = _overlay(walk, number, inputs, depth)
    shown = transforms_of(container, number, layout)
    return Layout(
        layout.width_px,
        layout.height_px,
        layout.tiles,
        (*layout.transforms, *shown),
        layout.simple,
    )


def _grid(container: Container, number: int, inputs: tuple[int, ...]) -> Layout:
    fields = container.item_bytes(number, 64)
    wide = len(fields) > 1 and fields[1] & 1
    size = 4 if wide else 2
    if len(fields) < 4 + 2 * size:
        raise BoxError("bad-grid", "the plan of its tiles is damaged")
    rows, columns = fields[2] + 1, fields[3] + 1
    width = int.from_bytes(fields[4 : 4 + size], "big")
    height = int.from_bytes(fields[4 + size : 4 + 2 * size], "big")
    if rows * columns != len(inputs):
        raise BoxError("missing-tiles", "some of the tiles that it is made of are missing")
    tile_width, tile_height = _shown_tile(container, inputs[0]).shown_size
    declared = item_size(container, number)
    covers = tile_width * columns >= width and tile_height * rows >= height
    if (tile_width and not covers) or (declared != (0, 0) and declared != (width, height)):
        raise BoxError("bad-grid", "its tiles do not add up to its size")
    tiles = []
    simple = bool(tile_width and tile_height)
    for index, tile in enumerate(inputs):
        item = container.items.get(tile)
        if item is None:
            raise BoxError("missing-item", "a tile of the picture is missing")
        if _is_misnamed(container, item):
            raise BoxError("unknown-item", _MISNAMED)
        left, top = index % columns * tile_width, index // columns * tile_height
        box = left, top, min(left + tile_width, width), min(top + tile_height, height)
        tiles.append(Tile(tile, box))
        shown = _shown_tile(container, tile)
        alike = shown.shown_size == (tile_width, tile_height)
        simple = simple and alike and not shown.transforms and item.kind not in DERIVED
    return Layout(width, height, tuple(tiles), simple=simple)


def _shown_tile(container: Container, number: int) -> Layout:
    """A tile by what it declares itself; tiles may be turned, too."""
    layout = Layout(*item_size(container, number))
    return replace(layout, transforms=transforms_of(container, number, layout))


def _overlay(walk: _Walk, number: int, inputs: tuple[int, ...], depth: int) -> Layout:
    """An overlay (iovl) or a sample transform (sato): where its inputs lie is not followed."""
    width, height = item_size(walk.container, number)
    tiles = []
    for each in inputs:
        if each in walk.seen:
            continue
        walk.seen.add(each)
        for tile in _layout(walk, each, depth - 1).tiles:
            tiles.append(Tile(tile.item, (0, 0, width, height)))
    return Layout(width, height, tuple(tiles))


def transforms_of(container: Container, number: int, layout: Layout) -> tuple[Transform, ...]:
    """The transforms of an item itself, for a canvas that `layout` made."""
    found: list[Transform] = []
    for box in container.properties_of(number):
        if box.kind == b"irot":
            angle = container.uint(box.body, 1, box.end) & 3
            found.append(Transform(f"irot={angle * 90}", _IROT_TO_EXIF[angle]))
        elif box.kind == b"imir":
            axis = container.uint(box.body, 1, box.end) & 1
            found.append(Transform(f"imir={axis}", _IMIR_TO_EXIF[axis]))
        elif box.kind == b"clap":
            before = Layout(
                layout.width_px, layout.height_px, transforms=(*layout.transforms, *found)
            )
            found.append(_clean_aperture(container, box.body, box.end, *before.shown_size))
    return tuple(found)


def _clean_aperture(
    container: Container, body: int, end: int, width: int, height: int
) -> Transform:
    """The crop of a clap box, in whole pixels as libheif rounds them; None if it makes no sense.

    Nothing should have to be rounded or left out (ISO/IEC 23000-22, 7.3.6.7).
    """
    from fractions import Fraction  # few files are cropped so

    numbers = [container.uint(body + 4 * n, 4, end) for n in range(8)]
    if 0 in numbers[1::2]:
        return Transform("clap", inside=False, whole=False)
    signed = [n - 2**32 if n >= 2**31 else n for n in numbers]
    inner_width, inner_height = (Fraction(numbers[n], numbers[n + 1]) for n in (0, 2))
    off_x, off_y = (Fraction(signed[n], numbers[n + 1]) for n in (4, 6))
    sides = (width, inner_width, off_x), (height, inner_height, off_y)
    (left, right), (top, bottom) = (_aperture_side(*side) for side in sides)
    if left >= right or top >= bottom:
        return Transform("clap", inside=False, whole=False)
    starts = tuple(offset + (size - inner) / 2 for size, inner, offset in sides)
    inside = all(0 <= at <= size - inner for at, (size, inner, _) in zip(starts, sides))
    rounded = left - starts[0], top - starts[1], right - left - inner_width
    whole = not any((*rounded, bottom - top - inner_height))
    return Transform("clap", crop=(left, top, right, bottom), inside=inside, whole=whole)


def _aperture_side(size: int, inner: Fraction, offset: Fraction) -> tuple[int, int]:
    first = offset + (size - inner) / 2
    start = first.numerator // first.denominator
    stop = start + (2 * inner.numerator + inner.denominator) // (2 * inner.denominator)
    return max(start, 0), min(stop, size)
