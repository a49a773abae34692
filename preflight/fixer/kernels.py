"""Kernels: by which weights inputs add up to outputs, in bands for matrix products."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

from preflight.scanner.arrays import numpy

Array = Any
"""A numpy array (its type is not imported: numpy is loaded late)."""

LOBES = 3
"""What Lanczos sees to each side, in outputs; the most that any kernel does."""
_SHARPNESS = -0.5
"""Bicubic's free parameter; Keys (1981) found it the most exact."""
_KEPT = 4
"""Weights of so many reductions are kept: photos of one camera that are cut in the middle."""


class Bands(NamedTuple):
    """Weights of one direction.

    Attributes:
        begins: For each block of outputs the first input it sees.
        weights: (blocks, outputs of a block, inputs of a block); the last block may be cut.
    """

    begins: tuple[int, ...]
    weights: Array


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
def spread(
    length: int, begin: float, end: float, count: int, channels: int, kept: int, block: int
) -> Bands:
    """Bands for rows of pixels, whose channels lie side by side: transposed, begins in values."""
    np = numpy()
    plain = bands(length, begin, end, count, block)
    blocks, outputs, inputs = plain.weights.shape
    weights = np.zeros((blocks, inputs * channels, outputs * kept), np.float32)
    for channel in range(kept):
        weights[:, channel::channels, channel::kept] = plain.weights.transpose(0, 2, 1)
    return Bands(tuple(first * channels for first in plain.begins), weights)


@lru_cache(_KEPT)
def bands(length: int, begin: float, end: float, count: int, block: int) -> Bands:
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
    return Bands(tuple(begins.tolist()), np.ascontiguousarray(spread[:, :, :inputs]))
