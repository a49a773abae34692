"""HEIF pixels: the planes of decoded tiles put together, reduced, converted and turned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.scanner.arrays import numpy
from preflight.scanner.orientation import combined, turned_upright
from preflight.scanner.planes import Array, Plane, Planes, image_of, merged
from preflight.scanner.structure import PixelBox

if TYPE_CHECKING:
    from PIL import Image

    from preflight.scanner.heif_items import Transform

KEPT_PIXELS = 24_000_000
"""What most phones make; all their pixels need 36 MB, and are kept until the crop is known."""

_SUMS_AT_ONCE = 65_536
"""Of a tile of 512 x 512; they stay in the cache."""


class Mosaic:
    """A part of a 4:2:0 picture in 8 bits, put together from tiles, at 1/1, 1/2, 1/4 or 1/8.

    Each tile is reduced on its own, while it is in the cache.

    Args:
        box: Left, top, right, bottom of the part, in pixels of the whole picture.
        scale: What its size is divided by; the part and each tile begin at a multiple of twice
            that.
    """

    def __init__(self, box: PixelBox, scale: int) -> None:
        np = numpy()
        self.scale = scale
        self._box = box
        self._chroma_scale = max(1, scale // 2)
        left, top, right, bottom = box
        luma = -(-(right - left) // scale), -(-(bottom - top) // scale)
        half = max(2, scale)
        chroma = -(-(right - left) // half), -(-(bottom - top) // half)
        self._planes = [np.zeros(size[::-1], np.uint8) for size in (luma, chroma, chroma)]
        self._alpha: Image.Image | None = None

    def place(self, box: PixelBox, planes: tuple[Plane, ...]) -> None:
        """Puts a tile where its box says; what lies outside the box, or the part, is dropped.

        Args:
            box: Left, top, right, bottom, in pixels of the whole picture.
            planes: Luma and the two of chroma; of more than 8 bits the upper ones are taken, as
                libheif does it. Not to be changed any more: what fills the part is not copied.
        """
        seen = intersection(box, self._box)
        if seen is None:
            return
        left, top, right, bottom = (edge - at for edge, at in zip(seen, box[:2] * 2))
        x, y = seen[0] - self._box[0], seen[1] - self._box[1]
        for number, (target, plane) in enumerate(zip(self._planes, planes)):
            step, scale = (2, self._chroma_scale) if number else (1, self.scale)
            visible = _samples(plane)[
                top // step : -(-bottom // step), left // step : -(-right // step)
            ]
            if scale == 1 and visible.shape == target.shape:
                self._planes[number] = visible
                continue
            rows, columns = (-(-side // scale) for side in visible.shape)
            across, down = x // step // scale, y // step // scale
            reduced(visible, scale, target[down : down + rows, across : across + columns])

    def place_alpha(self, plane: Plane) -> None:
        """How opaque the picture is; for scale 1 only, without transforms."""
        height, width = self._planes[0].shape
        self._alpha = image_of(_samples(plane)[:height, :width])

    def picture(
        self, matrix: int, full_range: bool, transforms: tuple[Transform, ...]
    ) -> tuple[Image.Image, int]:
        """YCbCr as JPEG has it, RGB or RGBA, after the transforms.

        Crops are in pixels of the full size, for scale 1 only. The usual matrix is left to whoever
        has made the picture smaller, and so are the turns behind which there is no crop.

        Returns:
            The picture, and the Exif code of the turn that is still to be applied to it.
        """
        planes = self.planes(matrix, full_range)
        image = planes.later() if planes else self._at_full_size(matrix, full_range)
        if self._alpha is not None:
            image = image.convert("RGB")
            image.putalpha(self._alpha)
        turn = 1
        for transform in transforms:
            if transform.crop:
                image, turn = turned_upright(image, turn).crop(transform.crop), 1
            else:
                turn = combined(turn, transform.turn)
        return image, turn

    def planes(self, matrix: int, full_range: bool) -> Planes | None:
        """The picture before the transforms; None at full size, where chroma has half of it."""
        if self.scale == 1:
            return None
        luma, blue, red = self._planes
        return Planes((luma, blue, red), matrix, full_range)

    def _at_full_size(self, matrix: int, full_range: bool) -> Image.Image:
        from PIL import Image

        luma, blue, red = (image_of(plane) for plane in self._planes)
        even = blue.width * 2, blue.height * 2
        doubled = Image.Resampling.NEAREST  # as libheif does it
        blue, red = (plane.resize(even, doubled) for plane in (blue, red))
        if even != luma.size:
            blue, red = (plane.crop((0, 0, *luma.size)) for plane in (blue, red))
        return merged(luma, blue, red, matrix, full_range=full_range)


def intersection(one: PixelBox, other: PixelBox) -> PixelBox | None:
    """What two boxes have in common; None if nothing."""
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right, bottom = min(one[2], other[2]), min(one[3], other[3])
    return (left, top, right, bottom) if left < right and top < bottom else None


def even_box(box: PixelBox, size: tuple[int, int]) -> PixelBox:
    """The box, within a picture of that size, with its beginning where samples of colour begin."""
    left, top = (max(0, edge // 2 * 2) for edge in box[:2])
    right, bottom = (min(side, edge) for side, edge in zip(size, box[2:]))
    return left, top, right, bottom


def reduced(samples: Array, scale: int, into: Array) -> None:
    """Means of squares of samples, rounded half up, as Pillow's `reduce` gives them.

    Args:
        samples: Height x width, 8 bits.
        scale: Side of a square; 1 copies.
        into: As large as what comes of it.
    """
    if scale == 1:
        into[...] = samples
    elif scale == 2 and not any(side % 2 for side in (*samples.shape, *samples.strides[:1])):
        _halved(samples, into)
    else:
        into[...] = image_of(samples).reduce(scale)


def _halved(samples: Array, into: Array) -> None:
    """Two samples at a time, as one number of 16 bits: two thirds of the time of Pillow."""
    np = numpy()
    pairs = samples.view("<u2")
    height, width = into.shape
    most = max(1, _SUMS_AT_ONCE // width)
    sums, part = (np.empty((min(most, height), width), np.uint16) for _ in range(2))
    for top in range(0, height, most):
        upper, lower = (pairs[row : 2 * (top + most) : 2] for row in (2 * top, 2 * top + 1))
        total, other = sums[: len(upper)], part[: len(upper)]
        np.bitwise_and(upper, 0xFF, out=total)
        for rows, take, number in (
            (upper, np.right_shift, 8),
            (lower, np.bitwise_and, 0xFF),
            (lower, np.right_shift, 8),
        ):
            total += take(rows, number, out=other)
        total += 2
        total >>= 2
        into[top : top + len(upper)] = total


def _samples(plane: Plane) -> Array:
    """Height x width in 8 bits, not copied if they are 8; of more bits the upper ones."""
    if plane.bits > 8:
        return (plane.samples >> (plane.bits - 8)).astype(numpy().uint8)
    return plane.samples
