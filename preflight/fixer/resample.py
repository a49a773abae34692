"""Resample: Lanczos and bicubic as matrix products, for which numpy's BLAS uses all of a core.

Lanczos takes two thirds of the time of Pillow's bicubic resize, and is not rounded in between.
Each output row (and then each column) is a weighted sum of neighbouring input rows; a block of
them, with the weights in a band, is one product.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from preflight.facts import Box
from preflight.fixer.kernels import LOBES, Bands, bands, spread
from preflight.scanner.arrays import numpy
from preflight.scanner.modes import PREMULTIPLIED
from preflight.scanner.orientation import turned_upright

if TYPE_CHECKING:
    from PIL import Image

    from preflight.scanner.planes import Planes

Array = Any
"""A numpy array (its type is not imported: numpy is loaded late)."""

_ROWS_A_BLOCK, _COLUMNS_A_BLOCK = 12, 8
"""Measured best from 1512 to 1024 px: smaller blocks pay for more calls, larger ones for the zeros
outside the band."""
_COLUMNS_OF_A_PLANE, _PLANE_VALUES = 24, 400_000
"""The same for planes, and floats of one run of rows of one of them."""
_SCRATCH_VALUES = 1_200_000
"""Floats of one run of rows, before and behind; 5 MB stay in the cache."""

REDUCING_GAP = 2.0
"""Pictures above four times the output are first halved by averaging; not visible at 12 MP."""

_CHANNELS = {"L": 1, "La": 2, "RGB": 3, "YCbCr": 3, "RGBX": 4, "RGBa": 4, "CMYK": 4}
MODES = frozenset(_CHANNELS)
"""Eight bits a channel, and no alpha but multiplied in."""


def resampled(
    image: Image.Image,
    size: tuple[int, int],
    box: Box,
    pixels: Array | None = None,
    planes: Planes | None = None,
    orientation: int = 1,
) -> Image.Image:
    """A part of the image at another size, turned upright: smaller by Lanczos, larger by bicubic.

    Args:
        image: In one of `MODES`; `RGBX` becomes `RGB`, and so may what has planes.
        size: Width and height of the result.
        box: The part, in pixels, within the image.
        pixels: The image's own, height x width x channels, where they are at hand.
        planes: Those that the image comes of, likewise.
        orientation: Exif code of the image.
    """
    from preflight.scanner.pixels import PixelsImage

    left, top, right, bottom = box
    factor = tuple(
        max(1, int(length / count / REDUCING_GAP))
        for length, count in zip((right - left, bottom - top), size)
    )
    if factor != (1, 1):
        image, box = _averaged(image, box, factor)
        pixels = None
    elif planes is not None:
        return _from_planes(planes, size, box, orientation)
    channels = _CHANNELS[image.mode]
    rows = _rows_of(image, channels) if pixels is None else _rows_in(pixels, channels)
    values = _resampled(rows, image.size, size, box, image.mode)
    mode = "RGB" if image.mode == "RGBX" else image.mode
    resized = PixelsImage(values.reshape(size[1], size[0], -1), mode)
    return turned_upright(resized, orientation)


def _averaged(image: Image.Image, box: Box, factor: tuple[int, ...]) -> tuple[Image.Image, Box]:
    """The part and what the kernel sees around it, in blocks of `factor` pixels."""
    left, top, right, bottom = box
    across, down = factor
    reach_x, reach_y = (n * math.ceil(2 * LOBES * REDUCING_GAP) for n in factor)
    x, y = max(0, math.floor(left) - reach_x), max(0, math.floor(top) - reach_y)
    ends = math.ceil(right) + reach_x, math.ceil(bottom) + reach_y
    seen = x, y, min(image.width, ends[0]), min(image.height, ends[1])
    reduced = image.reduce((across, down), box=seen)
    return reduced, (
        (left - x) / across,
        (top - y) / down,
        min((right - x) / across, reduced.width),
        min((bottom - y) / down, reduced.height),
    )


def _rows_of(image: Image.Image, channels: int) -> Callable[[int, int, int, int], Array]:
    """Gives rows and columns of an image; Pillow keeps its pixels in another layout."""
    np = numpy()

    def rows(top: int, bottom: int, left: int, right: int) -> Array:
        part = np.asarray(image.crop((left, top, right, bottom)))
        return part.reshape(bottom - top, (right - left) * channels)

    return rows


def _rows_in(pixels: Array, channels: int) -> Callable[[int, int, int, int], Array]:
    flat = pixels.reshape(len(pixels), -1)
    return lambda top, bottom, left, right: flat[top:bottom, left * channels : right * channels]


def _resampled(
    rows: Callable[[int, int, int, int], Array],
    shape: tuple[int, int],
    size: tuple[int, int],
    box: Box,
    mode: str,
) -> Array:
    """Rows first, then columns, some hundred rows at a time.

    Args:
        rows: Gives the values from a top to a bottom row and a left to a right column.
        shape: Width and height of the image.
        size: Of the result.
        box: The part.
        mode: Pillow's; of `RGBX` the last channel is left out.
    """
    np = numpy()
    width, height = size
    channels = _CHANNELS[mode]
    kept = 3 if mode == "RGBX" else channels
    premultiplied = mode in PREMULTIPLIED.values()
    down = bands(shape[1], box[1], box[3], height, _ROWS_A_BLOCK)
    across = spread(shape[0], box[0], box[2], width, channels, kept, _COLUMNS_A_BLOCK)
    left = across.begins[0] // channels
    right = min(shape[0], (across.begins[-1] + across.weights.shape[1]) // channels)
    offsets = [begin - left * channels for begin in across.begins]
    values = (right - left) * channels
    widest = max(values, width * kept)
    blocks = min(len(down.begins), max(1, _SCRATCH_VALUES // widest // _ROWS_A_BLOCK))
    tall = np.empty((blocks * _ROWS_A_BLOCK, values), np.float32)
    wide = np.empty((blocks * _ROWS_A_BLOCK, width * kept), np.float32)
    result = np.empty((height, width * kept), np.uint8)
    for first in range(0, len(down.begins), blocks):
        row = first * _ROWS_A_BLOCK
        count = min(height - row, len(tall))
        _sum_rows(rows, shape[1], (left, right), down, first, tall[:count])
        _sum_columns(tall[:count], offsets, across.weights, wide[:count])
        rounded = wide[:count]
        if premultiplied:
            _hold_alpha(rounded.reshape(count, width, kept))
        rounded += 0.5
        np.clip(rounded, 0, 255, out=rounded)
        result[row : row + count] = rounded
    return result


def _from_planes(planes: Planes, size: tuple[int, int], box: Box, orientation: int) -> Image.Image:
    """As `_resampled`, plane by plane; then colours of the sums, which nothing has rounded yet.

    Three planes are turned in half the time of one picture of three colours.
    """
    from PIL import Image

    from preflight.scanner.planes import image_of

    np = numpy()
    width, height = size
    down = bands(planes.size[1], box[1], box[3], height, _ROWS_A_BLOCK)
    across = spread(planes.size[0], box[0], box[2], width, 1, 1, _COLUMNS_OF_A_PLANE)
    left = across.begins[0]
    right = min(planes.size[0], across.begins[-1] + across.weights.shape[1])
    offsets = [begin - left for begin in across.begins]
    matrix, offset = planes.to_rgb
    widest = max(right - left, width)
    blocks = min(len(down.begins), max(1, _PLANE_VALUES // widest // _ROWS_A_BLOCK))
    tall = np.empty((blocks * _ROWS_A_BLOCK, right - left), np.float32)
    wide = np.empty((3, blocks * _ROWS_A_BLOCK, width), np.float32)
    result = np.empty((3, height, width), np.uint8)
    for first in range(0, len(down.begins), blocks):
        row = first * _ROWS_A_BLOCK
        count = min(height - row, len(tall))
        for samples, values in zip(planes.samples, wide):
            rows = _rows_in(samples, 1)
            _sum_rows(rows, planes.size[1], (left, right), down, first, tall[:count])
            _sum_columns(tall[:count], offsets, across.weights, values[:count])
        colours = matrix @ wide[:, :count].reshape(3, -1)
        colours += offset
        np.clip(colours, 0, 255, out=colours)
        result[:, row : row + count] = colours.reshape(3, count, width)
    return Image.merge("RGB", [turned_upright(image_of(band), orientation) for band in result])


def _sum_rows(
    rows: Callable[[int, int, int, int], Array],
    height: int,
    across: tuple[int, int],
    down: Bands,
    first: int,
    into: Array,
) -> None:
    """Weighted sums of rows, from block `first` on.

    Args:
        rows, height: Where they come from.
        across: Left and right column that are wanted.
        down: The weights.
        first: Number of a block.
        into: Filled.
    """
    np = numpy()
    for number, at in enumerate(range(0, len(into), _ROWS_A_BLOCK), first):
        begin, weights = down.begins[number], down.weights[number]
        end = min(height, begin + weights.shape[1])
        seen = rows(begin, end, *across).astype(np.float32)
        part = into[at : at + _ROWS_A_BLOCK]
        np.matmul(weights[: len(part), : end - begin], seen, out=part)


def _sum_columns(tall: Array, offsets: list[int], weights: Array, into: Array) -> None:
    """Weighted sums of columns; a block begins at each of the offsets."""
    np = numpy()
    step = weights.shape[2]
    for number, (offset, each) in enumerate(zip(offsets, weights)):
        seen = tall[:, offset : offset + len(each)]
        part = into[:, number * step : (number + 1) * step]
        np.matmul(seen, each[: seen.shape[1], : part.shape[1]], out=part)


def _hold_alpha(values: Array) -> None:
    """Where alpha overshoots, the colours that it was multiplied with come back with it.

    Cut off each for itself they would be too light along the edge of what is opaque.
    """
    np = numpy()
    values *= 255 / np.maximum(values[..., -1:], 255)
