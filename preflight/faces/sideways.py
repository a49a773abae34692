"""A photo that lies on its side: a face is found, or found better, in a turned copy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from preflight.faces.find import DOUBTFUL_SCORES, close_up, search, shrunk
from preflight.facts import Face

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

CLOSE_WIDTHS = 2.6
"""A face that lies is also found as it is in three of ten photos, though it scores less: so where
it is doubtful its surroundings, so many times its size, are turned. It lies if it reaches
`MIN_SCORE` then. Of 864 turned portraits and variants of them (mirrored, dark, leaning) 104 are
found so, one of them the wrong way round, beside 507 that show no face as they lie; of 576 upright
ones one, which leans by 35 degrees; of 520 turned pictures without a person none."""


def sideways_turn(image: Image.Image) -> int | None:
    """By how many degrees clockwise a photo has to be turned to show a face upright.

    Only for photos without a face as they are: a face that leans is found there too.

    Args:
        image: The upright photo in RGB, at any size.

    Returns:
        90, 180 or 270; None if there is no face either way.
    """
    small = shrunk(image)
    smaller = shrunk(small, FIRST_LOOK_PX)
    likely = [turn for turn in TURNS_DEG if _best_score(smaller, turn, FIRST_SCORE)]
    return _best_turn(small, likely)


def turn_of_face(image: Image.Image, face: Face) -> int | None:
    """The same for a photo in which a face was found as it lies.

    Args:
        image: The upright photo in RGB.
        face: The main one, in pixels of that.
    """
    if face.score >= DOUBTFUL_SCORES[1]:
        return None
    near, _ = close_up(image, face.box, CLOSE_WIDTHS)
    return _best_turn(near, TURNS_DEG)


def _best_turn(image: Image.Image, turns_deg: Iterable[int]) -> int | None:
    """The turn that shows the clearest face, the first of several; None if none shows one."""
    scores = {turn: _best_score(image, turn, MIN_SCORE) for turn in turns_deg}
    best = max(scores, key=scores.__getitem__, default=None)
    return best if best is not None and scores[best] else None


def _best_score(image: Image.Image, turn_deg: int, least: float) -> float:
    """Of the faces in the turned image; 0 if there is none of at least `least`."""
    from PIL.Image import Transpose

    methods = {90: Transpose.ROTATE_270, 180: Transpose.ROTATE_180, 270: Transpose.ROTATE_90}
    turned = image.transpose(methods[turn_deg])
    faces = search(turned, *turned.size, least)
    return faces[0].score if faces else 0.0
