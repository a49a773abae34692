"""Steps on pixels: from the decoded picture to the square, at output size.

What is reported in the order of `plan.STEPS` runs in the order that costs least, within a tested
tolerance (speed.md, section 1): crop and resize in one call on the picture as it lies in the file,
then turn, convert colours, flatten and fill, all at output size.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from preflight.facts import Box, Colour
from preflight.fixer.detail import DETAIL, ENOUGH_TO_COMPARE, side_to_decode
from preflight.fixer.fill import fill, flatten, vanishing
from preflight.fixer.kernels import LOBES
from preflight.fixer.placement import Placement
from preflight.fixer.resample import MODES, REDUCING_GAP, resampled
from preflight.scanner.modes import PREMULTIPLIED, eight_bits
from preflight.scanner.orientation import (
    SWAPS_SIDES,
    to_stored,
    to_upright,
    turned_upright,
    upright_size,
)
from preflight.scanner.structure import Picture

if TYPE_CHECKING:
    from PIL import Image

    from preflight.scanner.planes import Planes

_LEFT_ALONE = MODES | {"I", "F"}
"""Modes that are resized as they are, or whose whole range of values has to be known."""

_MARGIN_SHARE = 8
"""One eighth of the part: what the kernel sees beside it, down to outputs of 32 px."""

_MARGIN_SOURCES = LOBES + 1
"""So many output pixels' worth are read beyond the box; one more for rounding."""

_LEAST_MARGIN_PX = 8 * _MARGIN_SOURCES
"""The same of a part that is made larger, in pixels of a JPEG that opens at one eighth only."""


def cut(picture: Picture, placement: Placement) -> Image.Image:
    """Crops, resizes and turns: the part of the photo, upright, as large as its spot.

    The crop is mapped into the picture as it is stored and possibly reduced, so that only small
    pictures are turned. Alpha is multiplied in before, so that the colour of invisible pixels does
    not show at edges.

    Returns:
        Eight bits a channel, colours as coded.
    """
    image, box = _around(picture.image, _box_in_image(picture, placement.part))
    whole = image is picture.image
    pixels, planes = (picture.pixels, picture.planes) if whole else (None, None)
    if image.mode not in ("RGBX", *PREMULTIPLIED.values()):
        image = eight_bits(image)
        if image.mode in PREMULTIPLIED:
            image = image.convert(PREMULTIPLIED[image.mode])
    width = placement.spot[2] - placement.spot[0]
    height = placement.spot[3] - placement.spot[1]
    if picture.orientation in SWAPS_SIDES:
        width, height = height, width
    return eight_bits(_resized(image, (width, height), box, pixels, planes, picture.orientation))


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
    if image.mode in _LEFT_ALONE or image.mode.startswith("I;16"):
        return image, box
    left, top, right, bottom = box
    margin = _margin(box)
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


def _resized(
    image: Image.Image,
    size: tuple[int, int],
    box: Box,
    pixels: Any | None,
    planes: Planes | None,
    orientation: int,
) -> Image.Image:
    """See `resampled`; it leaves two thirds of the difference to a whole decode that Pillow's
    bicubic leaves (speed.md, section 7)."""
    from PIL.Image import Resampling

    changed = (image.size, box) != (size, (0, 0, *size))
    if changed and image.mode in MODES:
        return resampled(image, size, box, pixels, planes, orientation)
    if changed:
        image = image.resize(size, Resampling.LANCZOS, box=box, reducing_gap=REDUCING_GAP)
    return turned_upright(image, orientation)


def is_fine_enough(picture: Picture, placement: Placement, detail: float = DETAIL) -> bool:
    """The picture at hand has all the pixels that the output can show.

    It has when it is at full size, or its part is so much larger than the spot (`detail`).
    """
    if picture.image.size == (picture.width_px, picture.height_px):
        return True
    left, top, right, bottom = _box_in_image(picture, placement.part)
    width, height = upright_size(
        placement.spot[2] - placement.spot[0],
        placement.spot[3] - placement.spot[1],
        picture.orientation,
    )
    return right - left >= width * detail - 1 and bottom - top >= height * detail - 1


def closer(picture: Picture, placement: Placement) -> tuple[Picture, Placement] | None:
    """What the part shows at full size, and the part in pixels of that; None if it is not at hand.

    Only the part comes, with what the kernel of the resize sees around it, and that of the proof
    where that cannot do with the picture.
    """
    if picture.closer is None:
        return None
    stored = picture.width_px, picture.height_px
    part = to_stored(placement.part, picture.orientation, *stored)
    spot = placement.spot[2] - placement.spot[0], placement.spot[3] - placement.spot[1]
    sides = upright_size(*spot, picture.orientation)
    shrinks = [(part[n + 2] - part[n]) / sides[n] for n in (0, 1)]
    margin = math.ceil(_MARGIN_SOURCES * max(1.0, *shrinks))
    if not is_fine_enough(picture, placement, ENOUGH_TO_COMPARE):
        margin += _margin(part)
    box = (
        *(max(0, math.floor(edge) - margin) for edge in part[:2]),
        *(min(side, math.ceil(edge) + margin) for side, edge in zip(stored, part[2:])),
    )
    image, (left, top) = picture.closer((box[0], box[1], box[2], box[3]), min(shrinks))
    width, height = image.size
    seen = to_upright((left, top, left + width, top + height), picture.orientation, *stored)
    moved = tuple(edge - at for edge, at in zip(placement.part, seen[:2] * 2))
    near = replace(
        picture,
        image=image,
        width_px=width,
        height_px=height,
        closer=None,
        pixels=None,
        planes=None,
        small=None,
    )
    return near, replace(placement, part=(moved[0], moved[1], moved[2], moved[3]))


def _margin(part: Box) -> int:
    """Pixels around the part that are read with it, to be made smaller by any factor."""
    longest = max(part[2] - part[0], part[3] - part[1])
    return _MARGIN_SOURCES + math.ceil(longest / _MARGIN_SHARE)


def side_that_covers(picture: Picture, placement: Placement) -> int:
    """The shorter side to decode the whole picture at, so that the part covers its spot."""
    shorter = min(picture.width_px, picture.height_px)
    left, top, right, bottom = placement.part
    scale = max(
        (placement.spot[2] - placement.spot[0]) / (right - left),
        (placement.spot[3] - placement.spot[1]) / (bottom - top),
    )
    return min(shorter, side_to_decode(shorter * scale))


def rows_to_decode(picture: Picture, placement: Placement) -> int:
    """How many rows of the stored photo at full size, from the top on, the resize may read."""
    part = to_stored(placement.part, picture.orientation, picture.width_px, picture.height_px)
    return min(picture.height_px, math.ceil(part[3]) + max(_LEAST_MARGIN_PX, _margin(part)))


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

    part = cut(picture, placement)
    notes: tuple[str, ...] = ()
    if not picture.is_srgb:
        part, notes = to_srgb(part, colour, icc)
    if part.mode == "RGBA":
        if background is not None:
            notes += vanishing(part, background)
            part = flatten(part, background)
        elif part.getchannel("A").getextrema() == (255, 255):
            part = part.convert("RGB")
    return fill(part, placement, pad), notes
