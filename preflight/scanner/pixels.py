"""Pixels: a decoder's array as a Pillow image, and reduced, without the copy that Pillow makes.

Pillow keeps colours in four bytes: to take over 3 megapixels costs 1.7 ms and 12 MB, and mostly
nobody asks for them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PIL import Image

from preflight.scanner.arrays import numpy

Array = Any
"""A numpy array (its type is not imported: numpy is loaded late)."""

_BLOCK_VALUES = 300_000
"""Values taken at a time: they and their sums stay in the cache."""


class LaterImage(Image.Image):
    """An image that is made when it is first used.

    Args:
        mode, size: Those of what `make` makes.
        make: Makes it.
    """

    def __init__(self, mode: str, size: tuple[int, int], make: Callable[[], Image.Image]) -> None:
        super().__init__()
        self._mode, self._size = mode, size
        self._make = make
        self.readonly = 1  # whoever changes it makes a copy first

    def load(self) -> Any:
        """See `Image.load`, which all of Pillow's methods call."""
        if self._im is None:
            made = self._make()
            self.im, self.readonly = made.im, made.readonly
        return super().load()


class PixelsImage(LaterImage):
    """As `Image.frombuffer` gives it, but taken over when it is first used.

    Args:
        pixels: Height x width x channels, 8 bits; not to be changed any more.
        mode: Pillow's.
    """

    def __init__(self, pixels: Array, mode: str) -> None:
        size = pixels.shape[1], pixels.shape[0]
        super().__init__(
            mode, size, lambda: Image.frombuffer(mode, size, pixels, "raw", mode, 0, 1)
        )
        self._pixels = pixels

    @property
    def __array_interface__(self) -> dict[str, Any]:
        """As Pillow's, which copies; not copied while Pillow has not taken them over."""
        if self._im is not None:
            return super().__array_interface__
        pixels = self._pixels
        shown = pixels[:, :, 0] if pixels.shape[2] == 1 else pixels
        interface: dict[str, Any] = shown.__array_interface__
        return interface | {"data": (interface["data"][0], True)}


def averaged(pixels: Array, factor: int) -> Array:
    """As `Image.reduce`: means of squares of pixels; what is left over at the end is a block too.

    Args:
        pixels: Height x width x channels, 8 bits, rows without gaps.
        factor: Side of a square, 2 to 16.
    """
    np = numpy()
    height, width, channels = pixels.shape
    down, across = height // factor, width // factor
    result = np.empty((-(-height // factor), -(-width // factor), channels), np.uint8)
    weights = np.tile(np.eye(channels, dtype=np.float32) / factor**2, (factor, 1))
    block = max(1, _BLOCK_VALUES // (factor * width * channels))
    for first in range(0, down, block):
        end = min(first + block, down)
        part = pixels[first * factor : end * factor, : across * factor]
        sums = part[::factor].astype(np.uint16)
        for row in range(1, factor):
            sums += part[row::factor]
        means = sums.reshape(-1, factor * channels).astype(np.float32) @ weights
        means += 0.5
        result[first:end, :across] = means.reshape(end - first, across, channels)
    if across < result.shape[1]:
        result[:, -1] = _means(pixels[:, across * factor :].swapaxes(0, 1), factor)
    if down < result.shape[0]:
        result[-1] = _means(pixels[down * factor :], factor)
    return result


def _means(lines: Array, factor: int) -> Array:
    """Of lines that are fewer than a block has: their means, block by block."""
    np = numpy()
    starts = np.arange(0, lines.shape[1], factor)
    counts = len(lines) * np.diff(starts, append=lines.shape[1])
    sums = np.add.reduceat(lines.sum(0, dtype=np.int64), starts, axis=0)
    return sums / counts[:, None] + 0.5
