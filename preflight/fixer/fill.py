"""Fill: what lies behind transparent parts, and beside a photo that does not fill the square."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.errors import UsageError
from preflight.fixer.placement import Placement

if TYPE_CHECKING:
    from PIL import Image


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
        colour: What to fill with; None for the colours of its edges, drawn outwards and blurred
            (RGB), or nothing at all (RGBA).
    """
    from PIL import Image

    if not placement.padded:
        return part
    if part.mode == "RGBA":
        canvas = Image.new("RGBA", placement.size, (0, 0, 0, 0) if colour is None else colour)
    elif colour is None:
        canvas = _edges_carried_on(part, placement)
    else:
        canvas = Image.new("RGB", placement.size, colour)
    canvas.paste(part, placement.spot[:2])
    return canvas


_BLUR_SIDE_PX = 128
"""A blur has no detail: it is made at this size and enlarged."""


def _edges_carried_on(part: Image.Image, placement: Placement) -> Image.Image:
    """The colours of the photo's edges drawn outwards and blurred, so that they go on where it
    ends. Not mirrored: that puts a second, blurred head above the first."""
    from PIL import Image, ImageFilter

    from preflight.scanner.arrays import numpy

    np = numpy()
    longest = max(placement.size)
    size = tuple(max(1, round(length * _BLUR_SIDE_PX / longest)) for length in placement.size)
    spots = [round(at * _BLUR_SIDE_PX / longest) for at in placement.spot]
    width, height = max(1, spots[2] - spots[0]), max(1, spots[3] - spots[1])
    left, top = min(spots[0], size[0] - width), min(spots[1], size[1] - height)
    small = np.asarray(part.resize((width, height), Image.Resampling.BOX))
    margins = ((top, size[1] - height - top), (left, size[0] - width - left), (0, 0))
    drawn = Image.fromarray(np.pad(small, margins, mode="edge"))
    blurred = drawn.filter(ImageFilter.GaussianBlur(_BLUR_SIDE_PX / 20))
    return blurred.resize(placement.size, Image.Resampling.BICUBIC)


def parse_colour(text: str, option: str) -> tuple[int, int, int]:
    """A colour name or `#rrggbb` as red, green, blue.

    Raises:
        UsageError: It is none; `option` is named in the message.

    >>> parse_colour("white", "background")
    (255, 255, 255)
    """
    if text == "white":  # mostly; Pillow compiles five patterns before it knows a name
        return 255, 255, 255
    from PIL import ImageColor

    try:
        colour = ImageColor.getrgb(text)
    except ValueError:
        raise UsageError(
            f"{text!r} is not a colour ({option}).", "Use a name such as white, or #rrggbb."
        ) from None
    return colour[0], colour[1], colour[2]


def vanishing(image: Image.Image, background: tuple[int, int, int]) -> tuple[str, ...]:
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
