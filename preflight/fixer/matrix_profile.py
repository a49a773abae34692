"""Matrix profile: colours by a profile that is three curves and a matrix, as phones write it.

LittleCMS takes twice as long for them, and 11 ms to be loaded and made ready. What has a table, or
is anything else, is left to it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from preflight.scanner.arrays import numpy
from preflight.scanner.code_points import srgb_curve
from preflight.scanner.icc import read_matrix
from preflight.scanner.planes import image_of

if TYPE_CHECKING:
    from PIL import Image

_KEPT = 4
"""Profiles; a phone writes one into all photos, and the proof needs it again."""
_STEPS = 1 << 14
"""Of linear light, in which sRGB is looked up. LittleCMS then gives the same code for 98.5 % of the
samples of a photo in Display P3, and the next one for the rest; with 4096 steps for 95 %."""
_PIXELS_AT_ONCE = 1 << 16
"""They and what is made of them stay in the cache."""


class _Conversion(NamedTuple):
    """Light of each code (three curves, or one for all), then steps of sRGB's light, then codes."""

    light: Any
    matrix: Any
    codes: Any


def converted(image: Image.Image, icc: bytes) -> Image.Image | None:
    """An RGB image in sRGB, colours beyond it cut off; None where the profile is another kind."""
    from PIL import Image

    conversion = _conversion(icc) if image.mode == "RGB" else None
    if conversion is None:
        return None
    np = numpy()
    bands = np.stack([np.asarray(band).ravel() for band in image.split()])
    for begin in range(0, bands.shape[1], _PIXELS_AT_ONCE):
        part = bands[:, begin : begin + _PIXELS_AT_ONCE]
        if len(conversion.light) == 1:
            light = conversion.light[0].take(part, mode="clip")
        else:
            light = np.stack([curve.take(band) for curve, band in zip(conversion.light, part)])
        steps = conversion.matrix @ light
        np.clip(steps, 0, _STEPS - 1, out=steps)
        steps += 0.5
        part[...] = conversion.codes.take(steps.astype(np.uint16), mode="clip")
    shape = image.height, image.width
    return Image.merge("RGB", [image_of(band.reshape(shape)) for band in bands])


@lru_cache(_KEPT)
def _conversion(icc: bytes) -> _Conversion | None:
    found = read_matrix(icc)
    if found is None:
        return None
    np = numpy()
    curves, columns = found
    light = np.array(curves[:1] if len({*curves}) == 1 else curves, np.float32)
    matrix = np.array(columns, np.float32).T * np.float32(_STEPS - 1)
    codes = srgb_curve(np.arange(_STEPS) / (_STEPS - 1)) * 255 + 0.5
    return _Conversion(light, np.ascontiguousarray(matrix), codes.astype(np.uint8))
