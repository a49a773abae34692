"""Fine colour: whether a picture needs its colours at full resolution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from preflight.scanner.arrays import numpy

if TYPE_CHECKING:
    from PIL import Image

FINE_COLOUR_RMS = 2.2
"""Error that halving the colour's resolution makes, of 255, from which on it is kept whole: 84
photos and drawings at 1024 px measured up to 2.0 (half of them 0.6), a flat logo 5, red letters
on white 12, pixel art 6. A painting with 2.3 is off by 1.9 (mean CIE76 of small blocks) at half
resolution and by 0.9 at the full one. All photos at full resolution would need 8 % more bytes for
the same SSIMULACRA2."""


_CHROMA_WEIGHTS = ((0.5, -0.1687), (-0.0813, 0.5))
"""JPEG's Cb and Cr from (blue - green) and (red - green)."""


def has_fine_colour(image: Image.Image) -> bool:
    """Halving the colour's resolution would be seen.

    Measured on every fourth row of blocks of 2 x 2 pixels: how far (blue - luma) and (red - luma)
    lie from the block's mean, which is what remains of them; root mean square.
    """
    np = numpy()
    pixels = np.asarray(image)
    height, width = pixels.shape[0] // 2 * 2, pixels.shape[1] // 2 * 2
    if height < 2 or width < 2:
        return False
    upper, lower = (pixels[row:height:8, :width].astype(np.int32) for row in (0, 1))
    less_green = [
        np.stack([rows[..., channel] - rows[..., 1] for rows in (upper, lower)])
        for channel in (2, 0)
    ]
    columns = [part[0] + part[1] for part in less_green]
    sums = [column[:, ::2] + column[:, 1::2] for column in columns]
    blue, red, both = (  # what remains of the mean products when the blocks' means are taken out
        _mean_product(less_green[i], less_green[j]) - _mean_product(sums[i], sums[j]) / 16
        for i, j in ((0, 0), (1, 1), (0, 1))
    )
    lost = (b * b * blue + r * r * red + 2 * b * r * both for b, r in _CHROMA_WEIGHTS)
    return max(lost) > FINE_COLOUR_RMS**2


def _mean_product(one: Any, other: Any) -> float:
    return float((one * other).mean())
