"""Steps on pixels: from the decoded picture to the square, at output size.

What is reported in the order of `plan.STEPS` runs in the order that costs least, within a tested
tolerance (speed.md, section 1): crop and resize in one call on the picture as it lies in the file,
then turn, convert colours, flatten and fill, all at output size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.errors import UsageError
from preflight.facts import Box, Colour
from preflight.scanner.modes import eight_bits
from preflight.scanner.orientation import (
    SWAPS_SIDES,
    to_stored,
    transposition,
    upright_size,
)
from preflight.scanner.structure import Picture

if TYPE_CHECKING:
    from PIL import Image

REDUCING_GAP = 2.0
"""Pictures above four times the output are first halved by averaging; not visible at 12 MP."""

_MARGIN_SOURCES = 3
"""Bicubic reads two output pixels' worth beyond the box; one more for rounding."""


@dataclass(frozen=True, slots=True)
class Placement:
    """How a window that may leave the photo fills the output.

    Attributes:
        part: The part of the window inside the photo, upright pixels.
        spot: Left, top, right, bottom of it in the output, whole pixels.
        size: Width and height of the output.
    """

    part: Box
    spot: tuple[int, int, int, int]
    size: tuple[int, int]

    @property
    def padded(self) -> bool:
        """Something has to be filled."""
        return self.spot != (0, 0, *self.size)


def place(window: Box, width_px: int, height_px: int, side_px: int) -> Placement:
    """Where the photo lies in a square of `side_px` that shows `window`.

    Args:
        window: Left, top, right, bottom in upright pixels; may leave the photo.
        width_px: Width of the upright photo.
        height_px: Height of it.
        side_px: Longer side of the output.

    Raises:
        UsageError: The window does not touch the photo.
    """
    left, top, right, bottom = window
    scale = side_px / max(right - left, bottom - top)
    size = _whole((right - left) * scale), _whole((bottom - top) * scale)
    spot_x, part_x = _span(left, right, width_px, size[0])
    spot_y, part_y = _span(top, bottom, height_px, size[1])
    return Placement(
        part=(part_x[0], part_y[0], part_x[1], part_y[1]),
        spot=(spot_x[0], spot_y[0], spot_x[1], spot_y[1]),
        size=size,
    )


def _whole(length: float) -> int:
    return max(1, round(length))


def _span(
    low: float, high: float, length: int, size: int
) -> tuple[tuple[int, int], tuple[float, float]]:
    """One axis of `place`: the spot in whole output pixels, at least one, and the part shown."""
    if high <= 0 or low >= length or high <= low:
        raise UsageError("The crop window lies outside the photo.")
    scale = size / (high - low)
    start = min(_whole_or_zero((max(low, 0) - low) * scale), size - 1)
    end = max(start + 1, min(size, round((min(high, length) - low) * scale)))
    return (start, end), (max(low, 0.0), min(high, float(length)))


def _whole_or_zero(length: float) -> int:
    return max(0, round(length))


def cut(picture: Picture, placement: Placement) -> Image.Image:
    """Crops, resizes and turns: the part of the photo, upright, as large as its spot.

    The crop is mapped into the picture as it is stored and possibly reduced, so that only small
    pictures are turned. Pillow multiplies with alpha before it resizes, so that the colour of
    invisible pixels does not show at edges.

    Returns:
        Eight bits a channel, colours as coded.
    """
    image, box = _around(picture.image, _box_in_image(picture, placement.part))
    image = eight_bits(image)
    width = placement.spot[2] - placement.spot[0]
    height = placement.spot[3] - placement.spot[1]
    if picture.orientation in SWAPS_SIDES:
        width, height = height, width
    resized = _resized(image, (width, height), box)
    turn = transposition(picture.orientation)
    return resized if turn is None else resized.transpose(turn)


def _box_in_image(picture: Picture, part: Box) -> Box:
    """A box of the upright photo in pixels of the decoded image."""
    image = picture.image
    left, top, right, bottom = to_stored(
        part, picture.orientation, picture.width_px, picture.height_px
    )
    across, down = image.width / picture.width_px, image.height / picture.height_px
    return (
        max(0.0, left * across),
        max(0.0, top * down),
        min(float(image.width), right * across),
        min(float(image.height), bottom * down),
    )


def _around(image: Image.Image, box: Box) -> tuple[Image.Image, Box]:
    """Only what the resize will read, where the mode has to be changed first: saves memory."""
    if image.mode in ("L", "RGB", "CMYK", "I", "F") or image.mode.startswith("I;16"):
        return image, box  # nothing to change, or the whole range of values has to be known
    left, top, right, bottom = box
    margin = _MARGIN_SOURCES + math.ceil(max(right - left, bottom - top) / 32)
    x, y = max(0, math.floor(left) - margin), max(0, math.floor(top) - margin)
    around = image.crop(
        (
            x,
            y,
            min(image.width, math.ceil(right) + margin),
            min(image.height, math.ceil(bottom) + margin),
        )
    )
    around.info = dict(image.info)
    return around, (left - x, top - y, right - x, bottom - y)


def _resized(image: Image.Image, size: tuple[int, int], box: Box) -> Image.Image:
    """Bicubic: against Lanczos no difference can be seen (butteraugli 0.22 and 0.13, below 1 is
    invisible), it overshoots half as much at edges and costs two thirds (speed.md, section 7)."""
    from PIL.Image import Resampling

    if image.size == size and box == (0, 0, *size):
        return image
    return image.resize(size, Resampling.BICUBIC, box=box, reducing_gap=REDUCING_GAP)


def is_fine_enough(picture: Picture, placement: Placement) -> bool:
    """The picture at hand has all the pixels that the output can show.

    It has when it is at full size, or its part is at least as large as the spot.
    """
    if picture.image.size == (picture.width_px, picture.height_px):
        return True
    left, top, right, bottom = _box_in_image(picture, placement.part)
    width, height = upright_size(
        placement.spot[2] - placement.spot[0],
        placement.spot[3] - placement.spot[1],
        picture.orientation,
    )
    return right - left >= width - 1 and bottom - top >= height - 1


def side_that_covers(picture: Picture, placement: Placement) -> int:
    """The shorter side to decode the whole picture at, so that the part covers its spot."""
    shorter = min(picture.width_px, picture.height_px)
    left, top, right, bottom = placement.part
    scale = max(
        (placement.spot[2] - placement.spot[0]) / (right - left),
        (placement.spot[3] - placement.spot[1]) / (bottom - top),
    )
    return min(shorter, math.ceil(shorter * scale))


def flatten(image: Image.Image, background: tuple[int, int, int]) -> Image.Image:
    """Lays an RGBA image on a colour; an RGB image is returned as it is."""
    from PIL import Image

    if image.mode != "RGBA":
        return image
    below = Image.new("RGB", image.size, background)
    below.paste(image.convert("RGB"), mask=image.getchannel("A"))
    return below


def fill(
    part: Image.Image, placement: Placement, colour: tuple[int, int, int] | None
) -> Image.Image:
    """Puts the part on its spot and fills the rest.

    Args:
        part: RGB or RGBA, as large as the spot.
        placement: Where it goes.
        colour: What to fill with; None for the part itself, mirrored and blurred (RGB), or nothing
            at all (RGBA).
    """
    from PIL import Image

    if not placement.padded:
        return part
    if part.mode == "RGBA":
        canvas = Image.new("RGBA", placement.size, (0, 0, 0, 0) if colour is None else colour)
    elif colour is None:
        canvas = _mirrored_and_blurred(part, placement)
    else:
        canvas = Image.new("RGB", placement.size, colour)
    canvas.paste(part, placement.spot[:2])
    return canvas


_BLUR_SIDE_PX = 128
"""A blur has no detail: it is made at this size and enlarged."""


def _mirrored_and_blurred(part: Image.Image, placement: Placement) -> Image.Image:
    """The photo mirrored outwards at its edges, blurred: the colours go on where it ends."""
    from PIL import Image, ImageFilter

    from preflight.scanner.arrays import numpy

    np = numpy()
    longest = max(placement.size)
    size = tuple(_whole(length * _BLUR_SIDE_PX / longest) for length in placement.size)
    spots = [round(at * _BLUR_SIDE_PX / longest) for at in placement.spot]
    width, height = max(1, spots[2] - spots[0]), max(1, spots[3] - spots[1])
    left, top = min(spots[0], size[0] - width), min(spots[1], size[1] - height)
    small = np.asarray(part.resize((width, height), Image.Resampling.BOX))
    margins = ((top, size[1] - height - top), (left, size[0] - width - left), (0, 0))
    mirrored = Image.fromarray(np.pad(small, margins, mode="symmetric"))
    blurred = mirrored.filter(ImageFilter.GaussianBlur(_BLUR_SIDE_PX / 20))
    return blurred.resize(placement.size, Image.Resampling.BICUBIC)


def parse_colour(text: str, option: str) -> tuple[int, int, int]:
    """A colour name or `#rrggbb` as red, green, blue.

    Raises:
        UsageError: It is none; `option` is named in the message.

    >>> parse_colour("white", "background")
    (255, 255, 255)
    """
    from PIL import ImageColor

    try:
        colour = ImageColor.getrgb(text)
    except ValueError:
        raise UsageError(
            f"{text!r} is not a colour ({option}).", "Use a name such as white, or #rrggbb."
        ) from None
    return colour[0], colour[1], colour[2]


def render(
    picture: Picture,
    placement: Placement,
    colour: Colour,
    icc: bytes | None,
    *,
    background: tuple[int, int, int] | None,
    pad: tuple[int, int, int] | None,
) -> tuple[Image.Image, tuple[str, ...]]:
    """All steps up to encoding.

    Args:
        picture: Decoded, fine enough for the placement.
        placement: See `place`.
        colour: What the file says of its colour.
        icc: The embedded profile.
        background: Replaces transparency; None keeps it.
        pad: Colour around the photo; None blurs (or leaves transparent what may be).

    Returns:
        RGB, or RGBA when transparency is kept and there is any; and notes for the person.
    """
    from preflight.fixer.colour import to_srgb

    part, notes = to_srgb(cut(picture, placement), colour, icc)
    if part.mode == "RGBA":
        if background is not None:
            notes += _vanishing(part, background)
            part = flatten(part, background)
        elif part.getchannel("A").getextrema() == (255, 255):
            part = part.convert("RGB")
    return fill(part, placement, pad), notes


def _vanishing(image: Image.Image, background: tuple[int, int, int]) -> tuple[str, ...]:
    """Says so when most of what is drawn has the colour of the background it is laid on."""
    from PIL import Image, ImageChops

    alpha = image.getchannel("A")
    drawn = alpha.point([0] * 128 + [255] * 128)
    behind = Image.new("RGB", image.size, background)
    red, green, blue = ImageChops.difference(image.convert("RGB"), behind).split()
    apart = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    near = ImageChops.multiply(apart.point([255] * 25 + [0] * 231), drawn)
    drawn_px, near_px = drawn.histogram()[255], near.histogram()[255]
    if drawn_px == 0 or near_px < drawn_px * 0.5:
        return ()
    return (
        "Most of this picture has nearly the colour of the background that was put behind it, so "
        "it can hardly be seen. Choose another one with --background.",
    )
