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
from preflight.scanner.modes import eight_bits
from preflight.scanner.orientation import transposition
from preflight.scanner.structure import Picture

if TYPE_CHECKING:
    from PIL import Image

SHRINK = 4
LEAST_SIDE_PX = 64
"""Both are compared at a quarter of the output's size, not below 64 px: fine detail depends on the
filter and the quality, harm does not."""

_THINNEST_STRIP_PX = 32

MOST_DELTA_E = 8.0
LEAST_SSIM = 0.80
"""A fix beyond either is not delivered. 158 fixes of real photos measured 0.03 to 1.9 and 0.98 to
1.0 (at 320 px: 2.3 with quality 70, 4.3 for saturated HDR, 5.1 for dithered pixel art); what the
tests inflict (a turn, a mirror, a shift by 8 % of the side, a negative, a grey half, a third of the
light gone) is beyond one of them.

Faults put into fixes of 86 files at 512 px (benchmarks/quality/harm.py; sound ones: up to 4.0, from
0.89 on) are mostly caught: a turn in 80 of 85, a shift by 5 % in 62 of 67, inverted CMYK in 3 of 3,
colour dropped in 59 of 75. A wide profile forgotten is not (1 of 13): the median differs by 3.2."""


@frozen
class Comparison:
    """Mean CIE76 difference, and structural similarity of luma (1: the same)."""

    delta_e: float
    ssim: float

    @property
    def harmless(self) -> bool:
        """Within the thresholds."""
        return self.delta_e <= MOST_DELTA_E and self.ssim >= LEAST_SSIM


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
    size = _size(width, height)
    shown = image.resize(size, Image.Resampling.BICUBIC, box=(left, top, right, bottom))
    wanted = _from_source(picture, placement, colour, icc, background, size)
    return Comparison(_delta_e(shown, wanted), _ssim(shown, wanted))


def _scaled(box: Box, across: float, down: float, image: Image.Image) -> Box:
    """A box in pixels of a reduced image, not a rounding error beyond it."""
    left, top, right, bottom = box
    width, height = image.size
    return left * across, top * down, min(right * across, width), min(bottom * down, height)


def _size(width: int, height: int) -> tuple[int, int]:
    """Size to compare at, of a part that is so large in the output."""
    scale = max(1 / SHRINK, min(1.0, LEAST_SIDE_PX / max(width, height)))
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

    image = eight_bits(picture.image)
    left, top, right, bottom = placement.part
    shrink = picture.image.width / picture.width_px
    factor = int(min((right - left) / size[0], (bottom - top) / size[1]) * shrink / 2)
    if factor > 1:  # a plain resize: `reduce` would round the size up and shift what is turned
        width, height = (max(1, round(length / factor)) for length in image.size)
        image = image.resize((width, height), Image.Resampling.BOX)
    turn = transposition(picture.orientation)
    if turn is not None:
        image = image.transpose(turn)
    upright = (picture.width_px, picture.height_px)
    if picture.orientation >= 5:
        upright = upright[::-1]
    across, down = image.width / upright[0], image.height / upright[1]
    box = _scaled(placement.part, across, down, image)
    reduced = image.resize(size, Image.Resampling.BICUBIC, box=box)
    return flatten(to_srgb(reduced, colour, icc)[0], background)


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
    """Structural similarity (Wang 2004) of luma over 8 x 8 windows."""
    np = numpy()
    a, b = (np.asarray(image.convert("L"), dtype=np.float64) for image in (one, other))
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
    """Means over all windows, by sums of sums."""
    np = numpy()
    k = _WINDOW_PX
    sums = np.pad(values.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    return (sums[k:, k:] - sums[:-k, k:] - sums[k:, :-k] + sums[:-k, :-k]) / (k * k)
