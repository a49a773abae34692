"""Where the square goes. Pure geometry in pixels of the upright photo."""

from __future__ import annotations

from dataclasses import dataclass

from preflight.facts import Box, Face
from preflight.fixer.options import FixOptions


@dataclass(frozen=True, slots=True)
class Window:
    """The chosen square.

    Attributes:
        box: Left, top, right, bottom; square; leaves the photo only when padding.
        how: One plain clause for people: "around the face", "from the middle".
        padded: `box` leaves the photo, so that something has to be filled.
        faces_used: Faces whose heads the square is meant to hold.
        heads_left_out: Main heads that did not fit.
        air: 1 - (farthest head point / radius): at least 0 when all heads are inside the circle;
            None without a face.
        notes: What a person should be told, plain sentences.
    """

    box: Box
    how: str
    padded: bool = False
    faces_used: tuple[Face, ...] = ()
    heads_left_out: int = 0
    air: float | None = None
    notes: tuple[str, ...] = ()


TOP_SHARE = 0.25
"""Of the spare height above the square in a portrait without a known face (faces.md, rule 9)."""


def choose_window(
    width_px: int, height_px: int, faces: tuple[Face, ...] | None, options: FixOptions
) -> Window:
    """Chooses the square that becomes the profile photo.

    Args:
        width_px: Width of the upright photo.
        height_px: Height of it.
        faces: As found in it; None when nobody looked.
        options: `crop` and `pad` are obeyed.

    Raises:
        UsageError: A window that does not touch the photo, or `face` without one.
    """
    raise NotImplementedError
