"""Where the square goes. Pure geometry in pixels of the upright photo."""

from __future__ import annotations

import math
from collections.abc import Sequence

from preflight.errors import UsageError
from preflight.faces.head import head_box, main_faces, roomy_head_box
from preflight.facts import Box, Face
from preflight.fixer.framing import (
    SEEN_EXCESS,
    Heads,
    Photo,
    Place,
    best_place,
    padded_place,
)
from preflight.fixer.options import FixOptions
from preflight.frozen import frozen
from preflight.words import both


@frozen
class Window:
    """The chosen square.

    Attributes:
        box: Left, top, right, bottom in whole pixels; square; leaves the photo only when padding.
        how: One plain clause for people: "around the face", "from the middle".
        padded: `box` leaves the photo, so that something has to be filled.
        faces_used: Faces whose heads the square is meant to hold, the main one first.
        faces_left_out: Main faces whose heads did not fit.
        air: 1 - (farthest head point / radius): at least 0 when all heads are inside the circle;
            None without a face.
        notes: What a person should be told, plain sentences.
    """

    box: Box
    how: str
    padded: bool = False
    faces_used: tuple[Face, ...] = ()
    faces_left_out: tuple[Face, ...] = ()
    air: float | None = None
    notes: tuple[str, ...] = ()


class NoFaceError(UsageError):
    """`face` framing was asked for, and no face is known. For the fixer: a refusal, not a crash."""


TOP_SHARE = 0.25
"""Of the spare height above the square in a portrait without a known face (faces.md, rule 9)."""

DROP_EXCESS = 1.10
"""The same, above which a person is left out of a group. Generous, as the head boxes are: most
heads end before them (faces.md, rule 8, has 1.05 for smaller boxes)."""

AUTO_HEAD_SHARE = 0.30
"""Least share of the square's height that `auto` gives to the main head."""

AUTO_SIDE_SHARE = 0.50
"""Least share of the photo's short side that `auto` keeps, unless the circle needs less."""

FACE_HEAD_SHARE = 0.45
"""Share of the square's height that `face` gives to the head (faces.md, rule 4)."""

MOST_ENLARGEMENT = 2.0
"""`face` goes no closer than this: beyond it a face looks soft."""


def choose_window(
    width_px: int, height_px: int, faces: tuple[Face, ...] | None, options: FixOptions
) -> Window:
    """Chooses the square that becomes the profile photo.

    Args:
        width_px: Width of the upright photo.
        height_px: Height of it.
        faces: As found in it; None when nobody looked.
        options: `crop` and `pad` are obeyed; `face` also looks at `size_px`.

    Raises:
        UsageError: An explicit window that is not square, does not touch the photo, or leaves it
            without `pad`.
        NoFaceError: `face` without one.
    """
    crop, photo = options.crop, Photo(width_px, height_px)
    if isinstance(crop, tuple):
        return _explicit(photo, crop, options)
    if crop == "whole":
        return _whole(photo)
    if crop in ("center", "top"):
        share = 0.5 if crop == "center" else 0.0
        how = "from the middle" if crop == "center" else "from the top"
        return Window(photo.square(share), how)
    if not faces:
        if crop == "face":
            raise NoFaceError(
                "No face was found in this photo, so it cannot be framed as a portrait.",
                "Use --crop auto, or name the place: --crop X,Y,SIDE.",
            )
        return _without_face(photo, looked=faces is not None)
    return _around(photo, main_faces(faces), options)


def _explicit(photo: Photo, crop: Box, options: FixOptions) -> Window:
    size = f"The photo is {photo.width_px} x {photo.height_px} pixels."
    if len(crop) != 4 or not all(math.isfinite(edge) and abs(edge) < 1e9 for edge in crop):
        raise UsageError("The window to cut out is not made of proper numbers.", size)
    left, top, right, bottom = (round(value) for value in crop)
    side = right - left
    if side < 1 or abs(side - (bottom - top)) > 1:
        raise UsageError(f"The window to cut out is not square: {side} x {bottom - top}.", size)
    box = (left, top, right, top + side)
    if left >= photo.width_px or top >= photo.height_px or right <= 0 or top + side <= 0:
        raise UsageError("The window to cut out lies outside the photo.", size)
    padded = not photo.holds(box)
    if padded and options.pad is None:
        advice = f"{size} Choose a smaller one, or say how to fill the rest with --pad."
        raise UsageError("The window to cut out reaches over the edge of the photo.", advice)
    return Window(box, "where you said", padded)


def _whole(photo: Photo) -> Window:
    side = max(photo.width_px, photo.height_px)
    left, top = (photo.width_px - side) // 2, (photo.height_px - side) // 2
    box = (left, top, left + side, top + side)
    return Window(box, "the whole photo", padded=photo.width_px != photo.height_px)


def _without_face(photo: Photo, *, looked: bool) -> Window:
    portrait = photo.height_px > photo.width_px
    how = "from the upper part" if portrait else "from the middle"
    done = f"the square was taken {how}"
    if photo.width_px == photo.height_px:
        how, done = "as it was", "the photo stays as it is framed"
    why = "No face was found" if looked else "Nobody looked for a face"
    note = f"{why}, so {done}."
    return Window(photo.square(TOP_SHARE if portrait else 0.5), how, notes=(note,))


def _around(photo: Photo, faces: Sequence[Face], options: FixOptions) -> Window:
    nearest_first = sorted(faces, key=lambda face: _distance(faces[0].box, face.box))
    pad, count = options.pad is not None, len(faces)
    place = _place(photo, faces, options)
    if place.excess > DROP_EXCESS and not pad and count > 1:
        count, place = _most_that_fit(photo, nearest_first, options, place)
    kept, left_out = nearest_first[:count], nearest_first[count:]
    return Window(
        place.box,
        how="around the face" if count == 1 else f"around {count} faces",
        padded=not photo.holds(place.box),
        faces_used=tuple(kept),
        faces_left_out=tuple(left_out),
        air=1 - place.excess,
        notes=_notes(place, count, left_out),
    )


def _distance(one: Box, other: Box) -> float:
    """Between the centres of two boxes, twice."""
    return math.hypot(one[0] + one[2] - other[0] - other[2], one[1] + one[3] - other[1] - other[3])


def _place(photo: Photo, faces: Sequence[Face], options: FixOptions) -> Place:
    """The square for these faces' heads; the least bad one if the circle cannot hold them."""
    size, short = (photo.width_px, photo.height_px), photo.short_px
    heads = Heads.of(
        [head_box(face, *size) for face in faces], [roomy_head_box(face, *size) for face in faces]
    )
    if options.crop == "face":
        wanted = max(heads.tallest_px / FACE_HEAD_SHARE, options.size_px / MOST_ENLARGEMENT)
    else:
        wanted = max(heads.tallest_px / AUTO_HEAD_SHARE, short * AUTO_SIDE_SHARE)
    place = best_place(photo, heads, wanted)
    if options.pad is not None and heads.are_cut(place.box):
        return padded_place(photo, heads, wanted)
    return place


def _most_that_fit(
    photo: Photo, nearest_first: Sequence[Face], options: FixOptions, all_of_them: Place
) -> tuple[int, Place]:
    """How many of the heads nearest to the main one fit into the circle, at least that one."""
    fit, too_many = 0, len(nearest_first)
    best = all_of_them
    while too_many - fit > 1:
        count = (fit + too_many) // 2
        place = _place(photo, nearest_first[:count], options)
        if place.excess <= DROP_EXCESS:
            fit, best = count, place
        else:
            too_many = count
            if count == 1:
                best = place
    return max(fit, 1), best


def _notes(place: Place, count: int, left_out: Sequence[Face]) -> tuple[str, ...]:
    notes = []
    if left_out:
        sides = both(list(dict.fromkeys(_side(place.box, face.box) for face in left_out)))
        many = f"{len(left_out)} other people, {sides}, are"
        who = many if len(left_out) > 1 else f"the person {sides} is"
        notes.append(f"The circle cannot hold everybody: {who} cut off or left out.")
    # Of 261 windows whose head box only touched the circle, 17 heads were cut by it; of 76 beyond
    # the excess that is seen, 53.
    if place.excess > SEEN_EXCESS:
        whose = "The head is" if count == 1 else "The heads are"
        notes.append(f"{whose} too large or too near the edge of the photo: the circle cuts a bit.")
    return tuple(notes)


def _side(square: Box, face: Box) -> str:
    """Where a face is, seen from the middle of the square."""
    across = face[0] + face[2] - square[0] - square[2]
    down = face[1] + face[3] - square[1] - square[3]
    if abs(across) >= abs(down):
        return "on the left" if across < 0 else "on the right"
    return "above" if down < 0 else "below"
