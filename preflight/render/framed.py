"""Framed: which faces the square of a fix is around, and how much air the circle leaves them."""

from __future__ import annotations

from preflight.faces.head import main_faces
from preflight.facts import Box
from preflight.report import FixResult
from preflight.words import both


def framed(result: FixResult) -> str:
    """Sentences for people who want to know; empty where no face chose the square.

    Places are in pixels of the upright photo.
    """
    faces = framed_faces(result)
    if result.air is None or not faces:
        return ""
    what = "face" if len(faces) == 1 else f"{len(faces)} faces:"
    heads, reach = ("the head", "reaches") if len(faces) == 1 else ("the heads", "reach")
    if result.air >= 0:
        air = f"{result.air:.0%} of the circle's radius is free around {heads}"
    else:
        air = f"{heads} {reach} to {1 - result.air:.0%} of the circle's radius"
    sentences = [f"Around the {what} {both([_place(box) for box in faces])}; {air}."]
    if result.faces_left_out:
        sentences.append(f"Left out: {both([_place(box) for box in result.faces_left_out])}.")
    return " ".join(sentences)


def framed_faces(result: FixResult) -> list[Box]:
    """Boxes of the faces whose heads the circle is to hold, the main one first."""
    faces = result.before.facts.faces
    main = [face.box for face in main_faces(faces)] if faces else []
    return [box for box in main if box not in result.faces_left_out]


def _place(box: Box) -> str:
    left, top, right, bottom = box
    return f"at {left:.0f}, {top:.0f} ({right - left:.0f} x {bottom - top:.0f} px)"
