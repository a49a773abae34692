"""Resample: Lanczos and bicubic as matrix products, for which numpy's BLAS uses all of a core.

Lanczos takes two thirds of the time of Pillow's bicubic resize, and is not rounded in between.
Each output row (and then each column) is a weighted sum of neighbouring input rows; a block of
them, with the weights in a band, is one product.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from preflight.facts import Box
from preflight.scanner.arrays import numpy
from preflight.scanner.modes import PREMULTIPLIED

if TYPE_CHECKING:
    from PIL import Image

    from preflight.scanner.planes import Planes

Array = Any
"""A numpy array (its type is not imported: numpy is loaded late)."""

LOBES = 3
"""What Lanczos sees to each side, in outputs; the most that any kernel does."""
_SHARPNESS = -0.5
"""Bicubic's free parameter; Keys (1981) found it the most exact."""
_ROWS_A_BLOCK, _COLUMNS_A_BLOCK = 12, 8
"""Measured best from 1512 to 1024 px: smaller blocks pay for more calls, larger ones for the zeros
outside the band."""
_COLUMNS_OF_A_PLANE, _PLANE_VALUES = 24, 400_000
"""The same for planes, and floats of one run of rows of one of them."""
_SCRATCH_VALUES = 1_200_000
"""Floats of one run of rows, before and behind; 5 MB stay in the cache."""
_KEPT = 4
"""Weights of so many reductions are kept: photos of one camera that are cut in the middle."""

REDUCING_GAP = 2.0
"""Pictures above four times the output are first halved by averaging; not visible at 12 MP."""

_CHANNELS = {"L": 1, "La": 2, "RGB": 3, "YCbCr": 3, "RGBX": 4, "RGBa": 4, "CMYK": 4}
MODES = frozenset(_CHANNELS)
"""Eight bits a channel, and no alpha but multiplied in."""


class _Bands(NamedTuple):
    """Weights of one direction.

    Attributes:
        begins: For each block of outputs the first input it sees.
        weights: (blocks, outputs of a block, inputs of a block); the last block may be cut.
    """

    begins: tuple[int, ...]
    weights: Array


def resampled(
    image: Image.Image,
    size: tuple[int, int],
    box: Box,
    pixels: Array | None = None,
    planes: Planes | None = None,
) -> Image.Image:
    """A part of the image at another size: smaller by Lanczos, larger by bicubic.

    Args:
        image: In one of `MODES`; `RGBX` becomes `RGB`, and so may what has planes.
        size: Width and height of the result.
        box: The part, in pixels, within the image.
        pixels: The image's own, height x width x channels, where they are at hand.
        planes: Those that the image comes of, likewise.
    """
    from PIL import Image

    left, top, right, bottom = box
    factor = tuple(
        max(1, int(length / count / REDUCING_GAP))
        for length, count in zip((right - left, bottom - top), size)
    )
    if factor != (1, 1):
        image, box = _averaged(image, box, factor)
        pixels = None
    elif planes is not None:
        return _from_planes(planes, size, box)
    channels = _CHANNELS[image.mode]
    rows = _rows_of(image, channels) if pixels is None else _rows_in(pixels, channels)
    values = _resampled(rows, image.size, size, box, image.mode)
    mode = "RGB" if image.mode == "RGBX" else image.mode
    return Image.frombuffer(mode, size, values, "raw", mode, 0, 1)


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
    down = _bands(shape[1], box[1], box[3], height, _ROWS_A_BLOCK)
    across = _spread(shape[0], box[0], box[2], width, channels, kept)
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
        for number in range(first, min(first + blocks, len(down.begins))):
            begin, weights = down.begins[number], down.weights[number]
            end = min(shape[1], begin + weights.shape[1])
            at = (number - first) * _ROWS_A_BLOCK
            into = tall[at : min(at + _ROWS_A_BLOCK, count)]
            seen = rows(begin, end, left, right).astype(np.float32)
            np.matmul(weights[: len(into), : end - begin], seen, out=into)
        step = _COLUMNS_A_BLOCK * kept
        for number, (offset, weights) in enumerate(zip(offsets, across.weights)):
            seen = tall[:count, offset : offset + len(weights)]
            into = wide[:count, number * step : (number + 1) * step]
            np.matmul(seen, weights[: seen.shape[1], : into.shape[1]], out=into)
        rounded = wide[:count]
        if premultiplied:
            _hold_alpha(rounded.reshape(count, width, kept))
        rounded += 0.5
        np.clip(rounded, 0, 255, out=rounded)
        result[row : row + count] = rounded
    return result


def _from_planes(planes: Planes, size: tuple[int, int], box: Box) -> Image.Image:
    """As `_resampled`, plane by plane; then colours of the sums, which nothing has rounded yet."""
    from PIL import Image

    np = numpy()
    width, height = size
    down = _bands(planes.size[1], box[1], box[3], height, _ROWS_A_BLOCK)
    across = _transposed(planes.size[0], box[0], box[2], width)
    left = across.begins[0]
    right = min(planes.size[0], across.begins[-1] + across.weights.shape[1])
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
            for number in range(first, min(first + blocks, len(down.begins))):
                begin, weights = down.begins[number], down.weights[number]
                seen = samples[begin : begin + weights.shape[1], left:right].astype(np.float32)
                at = (number - first) * _ROWS_A_BLOCK
                into = tall[at : min(at + _ROWS_A_BLOCK, count)]
                np.matmul(weights[: len(into), : len(seen)], seen, out=into)
            for number, (begin, weights) in enumerate(zip(across.begins, across.weights)):
                seen = tall[:count, begin - left : begin - left + len(weights)]
                at = number * _COLUMNS_OF_A_PLANE
                into = values[:count, at : at + _COLUMNS_OF_A_PLANE]
                np.matmul(seen, weights[: seen.shape[1], : into.shape[1]], out=into)
        colours = matrix @ wide[:, :count].reshape(3, -1)
        colours += offset
        np.clip(colours, 0, 255, out=colours)
        result[:, row : row + count] = colours.reshape(3, count, width)
    bands = [Image.frombuffer("L", size, band, "raw", "L", 0, 1) for band in result]
    return Image.merge("RGB", bands)


@lru_cache(_KEPT)
def _transposed(length: int, begin: float, end: float, count: int) -> _Bands:
    plain = _bands(length, begin, end, count, _COLUMNS_OF_A_PLANE)
    return _Bands(plain.begins, numpy().ascontiguousarray(plain.weights.transpose(0, 2, 1)))


def _hold_alpha(values: Array) -> None:
    """Where alpha overshoots, the colours that it was multiplied with come back with it.

    Cut off each for itself they would be too light along the edge of what is opaque.
    """
    np = numpy()
    values *= 255 / np.maximum(values[..., -1:], 255)


def _lanczos(distance: Array) -> Array:
    """For what is made smaller: of all kernels here the nearest to the whole picture."""
    np = numpy()
    weights = np.sinc(distance) * np.sinc(distance / LOBES)
    weights[distance >= LOBES] = 0
    return weights


def _bicubic(distance: Array) -> Array:
    """For what is made larger, where the rings that Lanczos leaves at edges are seen."""
    np = numpy()
    x, a = distance, _SHARPNESS
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = (((x - 5) * x + 8) * x - 4) * a
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))


@lru_cache(_KEPT)
def _spread(length: int, begin: float, end: float, count: int, channels: int, kept: int) -> _Bands:
    """Bands for rows of pixels, whose channels lie side by side: transposed, begins in values."""
    np = numpy()
    plain = _bands(length, begin, end, count, _COLUMNS_A_BLOCK)
    blocks, outputs, inputs = plain.weights.shape
    weights = np.zeros((blocks, inputs * channels, outputs * kept), np.float32)
    for channel in range(kept):
        weights[:, channel::channels, channel::kept] = plain.weights.transpose(0, 2, 1)
    return _Bands(tuple(first * channels for first in plain.begins), weights)


@lru_cache(_KEPT)
def _bands(length: int, begin: float, end: float, count: int, block: int) -> _Bands:
    """Weights for `count` outputs that share the inputs from `begin` to `end`.

    Args:
        length: Inputs there are; the kernel is cut off at their ends.
        begin, end: In inputs, 0 at the front edge of the first.
        count: Outputs.
        block: Outputs of a block.
    """
    np = numpy()
    scale = (end - begin) / count
    stretch = max(1.0, scale)
    centres = begin + (np.arange(count) + 0.5) * scale
    firsts = np.floor(centres - LOBES * stretch + 0.5).astype(np.int64)
    taps = math.ceil(2 * LOBES * stretch) + 1
    places = firsts[:, None] + np.arange(taps)
    distance = np.abs(places + 0.5 - centres[:, None]) / stretch
    weights = _lanczos(distance) if scale > 1 else _bicubic(distance)
    weights[(places < 0) | (places >= length)] = 0
    weights /= weights.sum(axis=1, keepdims=True)
    outputs = np.arange(count)
    begins = np.clip(firsts[::block], 0, length - 1)
    offsets = places - begins[outputs // block][:, None]
    inputs = int(offsets.max()) + 1
    offsets[offsets < 0] = inputs  # before the first input: a column that is dropped
    spread = np.zeros((len(begins), block, inputs + 1), np.float32)
    spread[(outputs // block)[:, None], (outputs % block)[:, None], offsets] = weights
    return _Bands(tuple(begins.tolist()), np.ascontiguousarray(spread[:, :, :inputs]))
