"""A photo that lies on its side: seen by the face that is only found when the photo is turned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.faces.find import search, shrunk

if TYPE_CHECKING:
    from PIL import Image

MIN_SCORE = 0.85
"""Least score of a face in a turned copy: three more looks are three more chances to be wrong. Of
82 pictures without a face none was called sideways (at 0.8 one was); of 160 turned portraits whose
face is not found as they lie, 146 were, two of them the wrong way round."""

FIRST_LOOK_PX, FIRST_SCORE = 160, 0.4
"""Longer side and least score of a first look, which costs a quarter of a whole one: only a copy
that passes it is searched as carefully as the photo was. Finds 143 in place of 146 of the portraits
above, and spares nearly all photos without a face the three searches."""

TURNS_DEG = (90, 270, 180)


def sideways_turn(image: Image.Image) -> int | None:
    """By how many degrees clockwise a photo has to be turned to show a face upright.

    Only for photos without a face as they are: a face that leans is found there too.

    Args:
        image: The upright photo in RGB, at any size.

    Returns:
        90, 180 or 270; None if there is no face either way.
    """
    from PIL import Image

    methods = {
        90: Image.Transpose.ROTATE_270,
        180: Image.Transpose.ROTATE_180,
        270: Image.Transpose.ROTATE_90,
    }
    small = shrunk(image)
    smaller = shrunk(small, FIRST_LOOK_PX)
    best: tuple[float, int] | None = None
    for turn_deg in TURNS_DEG:
        first = smaller.transpose(methods[turn_deg])
        if not search(first, *first.size, FIRST_SCORE):
            continue
        turned = small.transpose(methods[turn_deg])
        faces = search(turned, *turned.size, MIN_SCORE)
        if faces and (best is None or faces[0].score > best[0]):
            best = faces[0].score, turn_deg
    return best[1] if best is not None else None
