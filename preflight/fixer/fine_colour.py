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

    Measured on every fourth row of blocks of 2 x 2 pixels: how far (blue - green) and (red - green)
    lie from the block's mean; root mean square.
    """
    np = numpy()
    pixels = np.asarray(image)
    height, width = pixels.shape[0] // 2 * 2, pixels.shape[1] // 2 * 2
    if height < 2 or width < 2:
        return False
    rows = [pixels[row:height:8, :width].astype(np.int16) for row in (0, 1)]
    blue, red = (
        _details([each[..., channel] - each[..., 1] for each in rows]) for channel in (2, 0)
    )
    blues, reds, both = (
        _mean_product(one, other) for one, other in ((blue, blue), (red, red), (blue, red))
    )
    lost = (b * b * blues + r * r * reds + 2 * b * r * both for b, r in _CHROMA_WEIGHTS)
    return max(lost) > FINE_COLOUR_RMS**2


def _details(rows: list[Any]) -> list[Any]:
    """What makes the pixels of a block differ: left from right, twice, and upper from lower."""
    upper, lower = rows
    across = [row[:, ::2] - row[:, 1::2] for row in rows]
    down = upper[:, ::2] + upper[:, 1::2] - lower[:, ::2] - lower[:, 1::2]
    return [detail.astype("float32").ravel() for detail in (*across, down)]


def _mean_product(one: list[Any], other: list[Any]) -> float:
    """Of the distances from the block's mean, a pixel; from the details."""
    upper, lower, down = (float(a @ b) for a, b in zip(one, other))
    return (upper / 2 + lower / 2 + down / 4) / (4 * len(one[0]))
