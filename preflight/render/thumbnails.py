"""Thumbnails: the small pictures of a photo for pages, made where its pixels are.

Call it in the process that opened the photo (isolated, for strangers' photos): what it returns are
JPEG files of our own making, without metadata, that are safe to show and to send to the parent.
"""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING

from preflight.facts import Box, Facts
from preflight.fixer.placement import place
from preflight.fixer.steps import render
from preflight.frozen import frozen
from preflight.scanner.decode import DECODER_ERRORS
from preflight.scanner.orientation import upright_size
from preflight.scanner.scan import Scan
from preflight.scanner.structure import Picture

if TYPE_CHECKING:
    from PIL import Image

    from preflight.report import FixResult

ORIGINAL_PX = 360
"""Longer side of the whole photo."""

CIRCLE_PX = 320
"""Side of the square that is shown as a circle at 320, 96 and 32 px."""

QUALITY = 78
"""With it and these sides a photo takes about 35 kB, see `page.PHOTOS_A_PAGE`."""

SHARP = 2
"""Factor on the sides for screens with several pixels a point: in previews, of one photo."""

_WHITE = (255, 255, 255)


@frozen
class Thumbnail:
    """One small picture: a JPEG file in sRGB, upright, and its size in pixels."""

    data: bytes
    width_px: int
    height_px: int


@frozen
class Thumbnails:
    """Small pictures of one photo; each is None where it cannot be made.

    Attributes:
        original: The whole photo as it came.
        as_is: The square that a platform cuts from its middle when it is uploaded as it is.
        ready: The square that `fix` made.
    """

    original: Thumbnail | None = None
    as_is: Thumbnail | None = None
    ready: Thumbnail | None = None


def thumbnails(scan: Scan, result: FixResult | None = None, scale: int = 1) -> Thumbnails:
    """Makes the small pictures of one photo. Never raises for what is in the file.

    Args:
        scan: With the pixels, decoded at least `CIRCLE_PX * scale` on the shorter side for sharp
            pictures. Transparent parts are shown on white.
        result: What `fix` made of it, if it was asked.
        scale: Factor on all sides, `SHARP` for previews.
    """
    if scan.picture is None:
        return Thumbnails()
    try:
        return _made(scan, scan.picture, result, scale)
    except (*DECODER_ERRORS, MemoryError):
        # a page without this picture is better than no answer about the photo
        return Thumbnails()


def middle(width_px: int, height_px: int) -> Box:
    """The largest square in the middle, as platforms cut it (and `head-cut-by-circle` judges)."""
    side = min(width_px, height_px)
    left, top = (width_px - side) / 2, (height_px - side) / 2
    return left, top, left + side, top + side


def _made(scan: Scan, picture: Picture, result: FixResult | None, scale: int) -> Thumbnails:
    width, height = upright_size(picture.width_px, picture.height_px, picture.orientation)
    whole = (0.0, 0.0, float(width), float(height))
    square = middle(width, height)
    original = _cut(scan, picture, whole, min(ORIGINAL_PX * scale, max(width, height)))
    as_is = _cut(scan, picture, square, min(CIRCLE_PX * scale, math.ceil(square[2] - square[0])))
    ready = None
    if result is not None and result.data is not None:
        # unchanged pixels are those at hand; what `fix` encoded is shown from its own bytes
        encoded = result.status == "fixed"
        ready = _encoded(result.data, CIRCLE_PX * scale) if encoded else as_is
    return Thumbnails(original, as_is, ready)


def _cut(scan: Scan, picture: Picture, window: Box, side_px: int) -> Thumbnail:
    facts: Facts = scan.facts
    size = upright_size(picture.width_px, picture.height_px, picture.orientation)
    placement = place(window, *size, side_px)
    icc = scan.structure.icc
    image, _ = render(picture, placement, facts.colour, icc, background=_WHITE, pad=_WHITE)
    return _jpeg(image)


def _encoded(data: bytes, side_px: int) -> Thumbnail:
    """A small copy of a file that `fix` has just made and proved."""
    from PIL import Image
    from PIL.Image import Resampling

    with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
        image.draft("RGB", (side_px, side_px))
        small = image.convert("RGBA" if image.mode in ("RGBA", "LA", "P") else "RGB")
    if small.mode == "RGBA":
        small = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small).convert("RGB")
    if max(small.size) > side_px:
        small.thumbnail((side_px, side_px), Resampling.BICUBIC, reducing_gap=None)
    return _jpeg(small)


def _jpeg(image: Image.Image) -> Thumbnail:
    buffer = io.BytesIO()
    plain = image.convert("RGB")
    plain.info = {}  # neither comment nor profile: sRGB is what a page assumes
    plain.save(buffer, "JPEG", quality=QUALITY, optimize=True, subsampling="4:2:0")
    return Thumbnail(buffer.getvalue(), *plain.size)
