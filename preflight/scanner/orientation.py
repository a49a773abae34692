"""Orientation: the eight ways a picture may lie in its file (Exif 2.32, tag 0x0112)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from preflight.facts import Box

if TYPE_CHECKING:
    from PIL import Image

SWAPS_SIDES = frozenset({5, 6, 7, 8})
"""Codes that make a wide picture tall."""

FLIPS_X, FLIPS_Y = frozenset({2, 3, 6, 7}), frozenset({3, 4, 7, 8})
"""Codes whose upright picture begins at the stored one's right or lower end, sides swapped first.
"""


def turned_upright(image: Image.Image, orientation: int) -> Image.Image:
    """An image that was stored with that Exif code as a viewer shows it; with 1 the same."""
    from PIL.Image import Transpose

    turn = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }.get(orientation)
    return image if turn is None else image.transpose(turn)


def upright_size(width: int, height: int, orientation: int) -> tuple[int, int]:
    """Width and height as a viewer shows them."""
    return (height, width) if orientation in SWAPS_SIDES else (width, height)


def combined(first: int, second: int) -> int:
    """The one code that does what `first` and then `second` do.

    >>> combined(6, 6), combined(6, 8), combined(8, 4)
    (3, 1, 5)
    """
    pixel: Box = (0, 0, 1, 1)  # of a picture of 3 x 2: each code puts it somewhere else
    moved = to_upright(pixel, first, 3, 2)
    moved = to_upright(moved, second, *upright_size(3, 2, first))
    turned = (first in SWAPS_SIDES) != (second in SWAPS_SIDES)
    return next(
        code
        for code in range(1, 9)
        if (code in SWAPS_SIDES) == turned and to_upright(pixel, code, 3, 2) == moved
    )


def to_upright(box: Box, orientation: int, width: int, height: int) -> Box:
    """Maps a box from the stored to the upright picture.

    Args:
        box: In stored pixels.
        orientation: Exif code 1 to 8.
        width: Stored width in pixels.
        height: Stored height in pixels.

    >>> to_upright((0, 0, 10, 20), 6, 100, 50)
    (30, 0, 50, 10)
    """
    left, top, right, bottom = box
    if orientation in SWAPS_SIDES:
        left, top, right, bottom = top, left, bottom, right
        width, height = height, width
    if orientation in FLIPS_X:
        left, right = width - right, width - left
    if orientation in FLIPS_Y:
        top, bottom = height - bottom, height - top
    return left, top, right, bottom


def to_stored(box: Box, orientation: int, width: int, height: int) -> Box:
    """Maps a box from the upright to the stored picture; `width`, `height` are the stored ones.

    >>> to_stored((30, 0, 50, 10), 6, 100, 50)
    (0, 0, 10, 20)
    """
    return to_upright(box, _inverse(orientation), *upright_size(width, height, orientation))


def stored_samples(upright: Any, orientation: int) -> Any:
    """The rows of an upright array as they lie in the file; the same memory, seen otherwise."""
    code = _inverse(orientation)
    samples = upright.swapaxes(0, 1) if code in SWAPS_SIDES else upright
    if code in FLIPS_X:
        samples = samples[:, ::-1]
    return samples[::-1] if code in FLIPS_Y else samples


def _inverse(orientation: int) -> int:
    """The turn back; only the two by 90 degrees are not their own."""
    return {6: 8, 8: 6}.get(orientation, orientation)
