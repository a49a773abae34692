"""Reduce: a picture that was decoded whole as small as is wanted, in steps of 1/2."""

from __future__ import annotations

from typing import Any

from preflight.scanner.modes import PREMULTIPLIED
from preflight.scanner.structure import Picture

SMALLEST_SIDE_PX = 512
"""The shorter side of "any small picture"."""

_STRIP_ROWS = 256
"""A multiple of 8, the most that is reduced by; a strip of a phone's photo stays in the cache."""


def reduction(shorter_px: int, side_px: int | None) -> int:
    """1, 2, 4 or 8: by how much a picture may be reduced and still have that shorter side.

    None stands for any small picture.
    """
    wanted = SMALLEST_SIDE_PX if side_px is None else max(1, side_px)
    scale = 1
    while scale < 8 and shorter_px // (scale * 2) >= wanted:
        scale *= 2
    return scale


def reduced_picture(image: Any, side_px: int | None) -> Picture:
    """The picture as small as is wanted, with all its pixels at hand.

    Args:
        image: A loaded Pillow image, in any mode.
        side_px: As in `decode_picture`.
    """
    small = _reduced(image, side_px)
    width, height = image.size
    closer = None if small is image else lambda _box, _shrink: (image, (0, 0))
    return Picture(small, 1, width, height, closer)


def _reduced(image: Any, side_px: int | None) -> Any:
    """The picture as small as is wanted; what has alpha is multiplied with it then.

    That is done once, strip by strip: Pillow would copy the whole picture for it, each time that
    it is resized.
    """
    scale = 1 if side_px is None else reduction(min(image.size), side_px)
    if scale == 1 or "transparency" in image.info:
        return image
    if image.mode in ("L", "RGB", "CMYK"):
        return image.reduce(scale)
    if image.mode not in PREMULTIPLIED:
        return image
    from PIL import Image

    mode = PREMULTIPLIED[image.mode]
    small = Image.new(mode, (-(-image.width // scale), -(-image.height // scale)))
    for top in range(0, image.height, _STRIP_ROWS):
        strip = image.crop((0, top, image.width, min(top + _STRIP_ROWS, image.height)))
        small.paste(strip.convert(mode).reduce(scale), (0, top // scale))
    return small
