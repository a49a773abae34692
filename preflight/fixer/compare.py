"""Compare: the proof of no harm. The output against the source, same crop, both reduced.

The source's side takes another way than the fix: reduce the whole picture, turn it, then crop. A
crop mapped wrongly, a turn forgotten or an encoder gone wrong shows as a large difference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from preflight.facts import Box, Colour
from preflight.fixer.fill import flatten
from preflight.fixer.placement import Placement
from preflight.frozen import frozen
from preflight.scanner.arrays import numpy
from preflight.scanner.modes import PREMULTIPLIED, eight_bits
from preflight.scanner.orientation import FLIPS_X, FLIPS_Y, SWAPS_SIDES, turned_upright
from preflight.scanner.structure import Picture

if TYPE_CHECKING:
    from PIL import Image

SHRINK = 8
LEAST_SIDE_PX = 128
"""Both are compared at an eighth of the output's size, not below 128 px: fine detail depends on the
filter and the quality, harm does not."""

COLOUR_SIDES_PX = 64, 32
"""Longer sides at which colours are compared: what JPEG and dithering do to them evens out over the
large blocks of the second, while colours taken for those of another space stay wrong."""

_LEFT_TO_BICUBIC = 1.9
"""The source is averaged first, so far that so many pixels are left for each that is compared."""

_THINNEST_STRIP_PX = 32

MOST_DELTA_E, MOST_COARSE_DELTA_E = 5.0, 1.5
LEAST_SSIM = 0.80
"""A fix beyond any of them is not delivered. 161 fixes of real photos and test images at 512 px
measured 0.0 to 1.1, 0.0 to 1.0 and 0.99 to 1.0. Of faults put into them, by
benchmarks/quality/harm.py, 158 of 159 turns are noticed, 129 of 132 shifts by 5 %, 159 of 160
times a quarter less light, and 9 of 12 wide profiles forgotten: the other three are of nearly
grey pictures, which it hardly changes."""

MOST_DITHERED_DELTA_E, LEAST_DITHERED_SSIM = 4.0, 0.60
"""In place of the coarse one and of `LEAST_SSIM` for dots of black and white: what a filter makes
beyond both is clipped, which shifts the mean, by 2.9 at most, and fine dots depend on the filter.
"""


@frozen
class Comparison:
    """How much an output differs from its source.

    Attributes:
        delta_e: Mean CIE76 difference.
        coarse_delta_e: The same of large blocks.
        ssim: Structural similarity of luma; 1: the same.
        dithered: The source has no grey but what dots of black and white make.
    """

    delta_e: float
    coarse_delta_e: float
    ssim: float
    dithered: bool = False

    @property
    def harmless(self) -> bool:
        """Within the thresholds."""
        most_coarse, least_ssim = MOST_COARSE_DELTA_E, LEAST_SSIM
        if self.dithered:
            most_coarse, least_ssim = MOST_DITHERED_DELTA_E, LEAST_DITHERED_SSIM
        return (
            self.delta_e <= MOST_DELTA_E
            and self.coarse_delta_e <= most_coarse
            and self.ssim >= least_ssim
        )


def compare(
    picture: Picture,
    placement: Placement,
    colour: Colour,
    icc: bytes | None,
    background: tuple[int, int, int],
    output: Picture,
) -> Comparison | None:
    """Compares the encoded output with the source's pixels.

    Args:
        picture: The decoded source.
        placement: Which part of it went where, for an output of `placement.size`.
        colour: What the source says of its colour.
        icc: The source's profile.
        background: Under transparent pixels, on both sides.
        output: The output as it was decoded again, perhaps reduced; whole.

    Returns:
        None when the photo is a strip so thin that the colour of what it is padded with, which
        JPEG spreads over two pixels, covers it.
    """
    from PIL import Image

    width = placement.spot[2] - placement.spot[0]
    height = placement.spot[3] - placement.spot[1]
    written = output.width_px / placement.size[0]
    if placement.padded and min(width, height) * written < _THINNEST_STRIP_PX:
        return None
    image = flatten(eight_bits(output.image), background).convert("RGB")
    scale = image.width / placement.size[0]
    left, top, right, bottom = _scaled(placement.spot, scale, scale, image)
    size = _size(width, height, placement.part)
    shown = image.resize(size, Image.Resampling.BICUBIC, box=(left, top, right, bottom))
    wanted = _from_source(picture, placement, colour, icc, background, size)
    fine, coarse = (
        _delta_e(_blocks(shown, side), _blocks(wanted, side)) for side in COLOUR_SIDES_PX
    )
    return Comparison(fine, coarse, _ssim(shown, wanted), colour.bits == 1)


def _blocks(image: Image.Image, side_px: int) -> Image.Image:
    """The image in blocks, each with the mean of its pixels."""
    from PIL import Image

    scale = min(1.0, side_px / max(image.size))
    width, height = (max(1, round(side * scale)) for side in image.size)
    return image.resize((width, height), Image.Resampling.BOX)


def _scaled(box: Box, across: float, down: float, image: Image.Image) -> Box:
    """A box in pixels of a reduced image, not a rounding error beyond it."""
    left, top, right, bottom = box
    width, height = image.size
    return left * across, top * down, min(right * across, width), min(bottom * down, height)


def _size(width: int, height: int, part: Box) -> tuple[int, int]:
    """Size to compare at, of a part that is so large in the output.

    Half the source's own size if that is less: what was made larger has edges of another
    sharpness. (What has fewer pixels than the blocks that colours are compared in is made larger
    for it, as for the output.)
    """
    longer = max(width, height)
    scale = max(1 / SHRINK, min(1.0, LEAST_SIDE_PX / longer))
    own = max(part[2] - part[0], part[3] - part[1]) / 2
    if own >= min(COLOUR_SIDES_PX):
        scale = min(scale, own / longer)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _from_source(
    picture: Picture,
    placement: Placement,
    colour: Colour,
    icc: bytes | None,
    background: tuple[int, int, int],
    size: tuple[int, int],
) -> Image.Image:
    from PIL import Image

    from preflight.fixer.colour import to_srgb

    left, top, right, bottom = placement.part
    stored = picture.image.size
    shrink = stored[0] / picture.width_px
    ratio = min((right - left) / size[0], (bottom - top) / size[1]) * shrink
    # The last blocks may be less than whole: where a turned picture begins with them, it begins by
    # a part of a block too early.
    image, factor = _reduced(picture, max(1, int(ratio / _LEFT_TO_BICUBIC)))
    spare_x, spare_y = (n - side / factor for n, side in zip(image.size, stored))
    image = turned_upright(image, picture.orientation)
    upright, spare = (picture.width_px, picture.height_px), (spare_x, spare_y)
    if picture.orientation in SWAPS_SIDES:
        upright, spare = upright[::-1], spare[::-1]
    across, down = ((n - over) / side for n, over, side in zip(image.size, spare, upright))
    begin_x = spare[0] if picture.orientation in FLIPS_X else 0.0
    begin_y = spare[1] if picture.orientation in FLIPS_Y else 0.0
    box = (
        begin_x + left * across,
        begin_y + top * down,
        min(begin_x + right * across, image.width),
        min(begin_y + bottom * down, image.height),
    )
    reduced = eight_bits(image.resize(size, Image.Resampling.BICUBIC, box=box))
    return flatten(reduced if picture.is_srgb else to_srgb(reduced, colour, icc)[0], background)


def _reduced(picture: Picture, most: int) -> tuple[Image.Image, int]:
    """The whole picture averaged over blocks of at most that many pixels a side, and of how many.

    It starts from the copy on which faces were looked for, where that is not too small.
    """
    image, factor = picture.image, 1
    if picture.small is not None and picture.small[1] <= most:
        image, factor = picture.small
    elif picture.planes is not None and most > 1:
        return picture.planes.averaged(most), most
    if image.mode not in PREMULTIPLIED.values():
        image = eight_bits(image)
    return image.reduce(most // factor), factor * (most // factor)


def _delta_e(one: Image.Image, other: Image.Image) -> float:
    np = numpy()
    difference = _lab(np.asarray(one)) - _lab(np.asarray(other))
    return float(np.sqrt((difference**2).sum(-1)).mean())


def _lab(pixels: Any) -> Any:
    """CIE L*a*b* (D65) of sRGB pixels."""
    np = numpy()
    codes = np.arange(256) / 255
    light = np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    xyz = light.astype(np.float32)[pixels] @ (to_xyz / to_xyz.sum(1, keepdims=True)).T.astype(
        np.float32
    )
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), xyz * (24389 / 27 / 116) + 16 / 116)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


_WINDOW_PX = 8


def _ssim(one: Image.Image, other: Image.Image) -> float:
    """Structural similarity (Wang 2004) of luma over windows of 8 x 8."""
    np = numpy()
    a, b = (np.asarray(image.convert("L"), dtype=np.float32) for image in (one, other))
    if min(a.shape) < _WINDOW_PX:
        a, b = (np.pad(x, [(0, max(0, _WINDOW_PX - n)) for n in x.shape], "edge") for x in (a, b))
    mean_a, mean_b = _boxed(a), _boxed(b)
    var_a, var_b = _boxed(a * a) - mean_a**2, _boxed(b * b) - mean_b**2
    covariance = _boxed(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    similar = ((2 * mean_a * mean_b + c1) * (2 * covariance + c2)) / (
        (mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2)
    )
    return float(similar.mean())


def _boxed(values: Any) -> Any:
    """Means over windows side by side; what is left over at the end is dropped."""
    k = _WINDOW_PX
    rows, columns = (side // k for side in values.shape)
    return values[: rows * k, : columns * k].reshape(rows, k, columns, k).mean(axis=(1, 3))
