"""HEIC and AVIF in HDR: their light is compressed while the pixels still have 10 or 12 bits.

After that 8 bits are enough: they are sRGB. The other way round smooth dark walls and skies would
show bands, because one code of 8-bit PQ is as wide as 1.5 to 3 codes of sRGB.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from preflight.facts import Colour
from preflight.scanner.arrays import numpy
from preflight.scanner.code_points import brightest_light, tone_mapped
from preflight.scanner.reduce import reduced_picture, reduction
from preflight.scanner.structure import Picture, PixelBox

if TYPE_CHECKING:
    from PIL import Image

_STRIP_PIXELS = 1_000_000
"""Light is a floating-point number for each channel, with several copies on the way: 50 MB."""

_SAMPLES = 1_000_000
"""Pixels, about, that the brightest light is looked for among."""


def hdr_picture(samples: Any, bits: int, colour: Colour, side_px: int | None) -> Picture:
    """The picture in sRGB.

    Args:
        samples: Array-like, PQ or HLG in the upper `bits` of 16: height x width for grey, height x
            width x 3 for colours, x 4 with alpha.
        bits: 9 to 16.
        colour: What the file says of its colour.
        side_px: As in `decode_picture`.
    """
    np = numpy()
    owner, samples = samples, np.asarray(samples)
    height, width = samples.shape[:2]
    if samples.ndim == 2:
        samples = np.broadcast_to(samples[..., None], (height, width, 3))
    elif samples.shape[2] == 4:
        return _with_alpha(samples, bits, colour, side_px)
    scale = 1 if side_px is None else reduction(min(width, height), side_px)
    small = samples if scale == 1 else _reduced(samples, scale)
    step = max(1, round((small.shape[0] * small.shape[1] / _SAMPLES) ** 0.5))
    white = (2**bits - 1) << (16 - bits)
    # One peak for the reduced copy and for all pixels: the two must not differ in brightness.
    peak = brightest_light(small[::step, ::step], colour, white)
    closer = None if scale == 1 else partial(_part, owner, samples, colour, white, peak)
    return Picture(_image(small, colour, white, peak), 1, width, height, closer, is_srgb=True)


def _part(
    _owner: Any,
    samples: Any,
    colour: Colour,
    white: int,
    peak: float,
    box: PixelBox,
    _shrink: float,
) -> tuple[Image.Image, tuple[int, int]]:
    """The owner is only kept: pillow-heif 1.3 frees the samples with the picture they came from."""
    left, top, right, bottom = box
    return _image(samples[top:bottom, left:right], colour, white, peak), (left, top)


def _with_alpha(samples: Any, bits: int, colour: Colour, side_px: int | None) -> Picture:
    """Mapped whole, then reduced like any other: alpha weighs the colours."""
    from PIL import Image

    whole = hdr_picture(samples[..., :3], bits, colour, None).image
    whole.putalpha(Image.fromarray((samples[..., 3] >> 8).astype(numpy().uint8)))
    return replace(reduced_picture(whole, side_px), is_srgb=True)


def _image(samples: Any, colour: Colour, white: int, peak: float) -> Image.Image:
    from PIL import Image

    height, width = samples.shape[:2]
    image = Image.new("RGB", (width, height))
    rows = max(1, _STRIP_PIXELS // width)
    for top in range(0, height, rows):
        image.paste(tone_mapped(samples[top : top + rows], colour, white, peak), (0, top))
    return image


def _reduced(samples: Any, scale: int) -> Any:
    """Means of blocks; the last ones are filled up with copies of the edge."""
    np = numpy()
    height, width = samples.shape[:2]
    small = np.empty((-(-height // scale), -(-width // scale), 3), np.uint16)
    rows = max(1, _STRIP_PIXELS // (width * scale))
    for top in range(0, small.shape[0], rows):
        strip = samples[top * scale : (top + rows) * scale]
        spare = [(0, -side % scale) for side in strip.shape[:2]]
        strip = np.pad(strip, [*spare, (0, 0)], "edge").astype(np.uint32)
        lines = sum(strip[line::scale] for line in range(scale))
        sums = sum(lines[:, column::scale] for column in range(scale))
        small[top : top + rows] = (sums + scale * scale // 2) // (scale * scale)
    return small
