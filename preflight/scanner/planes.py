"""Planes: luma and chroma as decoders give them, and the colours that they stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from preflight.frozen import frozen
from preflight.scanner.arrays import numpy

if TYPE_CHECKING:
    from PIL import Image

Array = Any
"""A numpy array (its type is not imported: numpy is loaded late)."""

_BT601 = (0.299, 0.114)
_WEIGHTS = {1: (0.2126, 0.0722), 2: _BT601, 5: _BT601, 6: _BT601, 9: (0.2627, 0.0593)}
"""Red and blue weights by matrix code (ITU-T H.273, table 4); libheif treats 2 as BT.601."""

_FULL_LUMA = [min(255, max(0, round((code - 16) * 255 / 219))) for code in range(256)]
_FULL_CHROMA = [min(255, max(0, round((code - 128) * 255 / 224 + 128))) for code in range(256)]
"""From video range to all 256 codes (ITU-T H.273, 8.3)."""


def can_convert(matrix: int) -> bool:
    """Whether the matrix is known here."""
    return matrix in _WEIGHTS


@frozen
class Plane:
    """Samples of one colour component: rows of `stride` bytes, 2 a sample above 8 `bits`."""

    width: int
    height: int
    stride: int
    bits: int
    data: bytes | bytearray

    @property
    def bytes_each(self) -> int:
        """Bytes a sample."""
        return (self.bits + 7) // 8

    @property
    def samples(self) -> Array:
        """Height x width, 8 or 16 bits each, not copied."""
        kind = "=u2" if self.bytes_each == 2 else "u1"
        rows = numpy().frombuffer(self.data, kind).reshape(self.height, -1)
        return rows[:, : self.width]


@frozen
class Planes:
    """Y, Cb and Cr of the same size.

    Attributes:
        samples: The three, each height x width in 8 bits; not to be changed any more.
        matrix: Code of the matrix (ITU-T H.273, table 4).
        full_range: All 256 codes are used.
    """

    samples: tuple[Array, Array, Array]
    matrix: int
    full_range: bool

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        height, width = self.samples[0].shape
        return width, height

    def image(self) -> Image.Image:
        """YCbCr as JPEG has it, or RGB of other matrices."""
        luma, blue, red = (image_of(each) for each in self.samples)
        return merged(luma, blue, red, self.matrix, full_range=self.full_range)

    def averaged(self, factor: int) -> Image.Image:
        """RGB, averaged over squares of `factor`.

        Pillow's own conversion of YCbCr rounds down, as copies are not made: the proof, which
        compares with this, would find a plain wall to be of another colour.
        """
        from PIL import Image

        np = numpy()
        small = np.stack([np.asarray(image_of(each).reduce(factor)) for each in self.samples])
        matrix, offset = self.to_rgb
        colours = matrix @ small.reshape(3, -1).astype(np.float32)
        colours += offset
        np.clip(colours, 0, 255, out=colours)
        pixels = np.ascontiguousarray(colours.T.astype(np.uint8))
        return Image.fromarray(pixels.reshape(*small.shape[1:], 3))

    def later(self) -> Image.Image:
        """The whole image, made when it is first used: mostly nobody asks for it."""
        from preflight.scanner.pixels import LaterImage

        return LaterImage(mode_of(self.matrix), self.size, self.image)

    @property
    def to_rgb(self) -> tuple[Array, Array]:
        """A matrix of 3 x 3, and what is added to its products to be cut off to 8 bits."""
        np = numpy()
        rows = np.array(_matrix(_WEIGHTS[self.matrix], self.full_range), np.float32)
        rows = rows.reshape(3, 4)
        return rows[:, :3], rows[:, 3:] + np.float32(0.5)


def mode_of(matrix: int) -> str:
    """Pillow's mode of what `merged` gives."""
    return "YCbCr" if _WEIGHTS[matrix] == _BT601 else "RGB"


def merged(
    luma: Image.Image, blue: Image.Image, red: Image.Image, matrix: int, *, full_range: bool
) -> Image.Image:
    """One image of three of the same size, in the mode that `mode_of` tells."""
    from PIL import Image

    if mode_of(matrix) == "RGB":
        weights = _matrix(_WEIGHTS[matrix], full_range)
        return Image.merge("RGB", (luma, blue, red)).convert("RGB", weights)
    if not full_range:
        luma, blue, red = (
            plane.point(table)
            for plane, table in ((luma, _FULL_LUMA), (blue, _FULL_CHROMA), (red, _FULL_CHROMA))
        )
    return Image.merge("YCbCr", (luma, blue, red))


def image_of(samples: Array) -> Image.Image:
    """A grey image of an array, height x width in 8 bits; not copied if its rows have no gaps."""
    from PIL import Image

    height, width = samples.shape
    pixels = numpy().ascontiguousarray(samples)
    return Image.frombuffer("L", (width, height), pixels, "raw", "L", 0, 1)


def _matrix(weights: tuple[float, float], full_range: bool) -> tuple[float, ...]:
    """The 3 x 4 matrix from Y, Cb, Cr (0 to 255) to R, G, B (ITU-T H.273, 8.3)."""
    red, blue = weights
    green = 1 - red - blue
    luma = 1.0 if full_range else 255 / 219
    chroma = 1.0 if full_range else 255 / 224
    black = 0.0 if full_range else 16.0
    rows = (
        (luma, 0.0, 2 * (1 - red) * chroma),
        (luma, -2 * blue * (1 - blue) / green * chroma, -2 * red * (1 - red) / green * chroma),
        (luma, 2 * (1 - blue) * chroma, 0.0),
    )
    return tuple(value for y, cb, cr in rows for value in (y, cb, cr, -black * y - 128 * (cb + cr)))
