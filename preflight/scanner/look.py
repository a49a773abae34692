"""Look: what only the pixels tell. Transparency, faces, focus and light on a small copy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from preflight.facts import Face, Facts
from preflight.frozen import frozen
from preflight.scanner.modes import eight_bits, is_transparent
from preflight.scanner.orientation import turned_upright
from preflight.scanner.structure import Picture

if TYPE_CHECKING:
    from PIL import Image

SMALL_SIDE_PX = 320
"""Longer side of the copy that faces are looked for on (faces.md, rule 1)."""

_REDUCIBLE = frozenset({"L", "RGB", "RGBA", "RGBa", "CMYK", "LA", "YCbCr"})
"""Modes that Pillow averages."""


@frozen
class Seen:
    """What was seen before in the same scene, so that nobody has to look again.

    Attributes:
        faces: As in `Facts.faces`, in pixels of the picture that is at hand now.
        sideways_turn: As in `Facts`.
    """

    faces: tuple[Face, ...]
    sideways_turn: int | None


def with_small(picture: Picture) -> Picture:
    """The picture with `Picture.small`, where reducing it is simple and worth it."""
    image = picture.image
    factor = _factor(image)
    if factor == 1 or image.mode not in _REDUCIBLE or "transparency" in image.info:
        return picture
    return replace(picture, small=(_reduced(picture, factor), factor))


def _reduced(picture: Picture, factor: int) -> Image.Image:
    if picture.planes is not None:
        return picture.planes.averaged(factor)
    if picture.pixels is None:
        return picture.image.reduce(factor)
    from PIL import Image

    from preflight.scanner.pixels import averaged

    pixels = averaged(picture.pixels, factor)
    return Image.fromarray(pixels[:, :, 0] if picture.image.mode == "L" else pixels)


def look_at(facts: Facts, picture: Picture, seen: Seen | None = None) -> Facts:
    """Adds to the facts what the pixels tell; faces are looked for unless `seen` says where."""
    from preflight.faces.quality import focus_and_light

    transparent = is_transparent(picture.image) if facts.colour.alpha else False
    small = small_upright_rgb(picture)
    size = facts.width_px or 1, facts.height_px or 1
    seen = seen or _seen(small, size, is_upright=_says_how_it_lies(facts))
    sharpness, brightness = focus_and_light(small, *size, seen.faces)
    return replace(
        facts,
        colour=replace(facts.colour, transparent=transparent),
        faces=seen.faces,
        sideways_turn=seen.sideways_turn,
        sharpness=sharpness,
        brightness=brightness,
    )


def _says_how_it_lies(facts: Facts) -> bool:
    """A camera that writes a turn, or that there is none, has measured it."""
    return facts.metadata.exif_orientation in range(1, 9) or bool(facts.transforms)


def _seen(small: Image.Image, size: tuple[int, int], *, is_upright: bool) -> Seen:
    from preflight.faces.find import find_faces, scaled

    faces = find_faces(small, *small.size)
    turn_deg = None if is_upright else _turn_deg(small, faces)
    across, down = size[0] / small.width, size[1] / small.height
    return Seen(tuple(scaled(face, across, down) for face in faces), turn_deg)


def _turn_deg(small: Image.Image, faces: tuple[Face, ...]) -> int | None:
    from preflight.faces.head import main_faces
    from preflight.faces.sideways import sideways_turn, turn_of_face

    return turn_of_face(small, main_faces(faces)[0]) if faces else sideways_turn(small)


def small_upright_rgb(picture: Picture) -> Image.Image:
    """A copy in RGB, upright, at most about twice `SMALL_SIDE_PX` long, transparent parts white.

    The profile is not applied: faces are found all the same, and it would cost more than they do.
    """
    from PIL import Image

    image, factor = picture.image, _factor(picture.image)
    if picture.small is not None:
        image = picture.small[0]
    elif factor > 1 and image.mode in _REDUCIBLE:
        image = image.reduce(factor)
    elif factor > 1:
        size = (max(1, image.width // factor), max(1, image.height // factor))
        image = image.resize(size, Image.Resampling.NEAREST)
    image = eight_bits(image)
    if image.mode in ("RGBA", "LA"):
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return turned_upright(image.convert("RGB"), picture.orientation)


def _factor(image: Image.Image) -> int:
    """By how much the copy is reduced."""
    return max(1, max(image.size) // (2 * SMALL_SIDE_PX))
