"""Salvage: the good part of a damaged photo, and what is lost with the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

from preflight.facts import Box, Damage, Face, Facts
from preflight.finding import Severity
from preflight.fixer.crop import Window, choose_window
from preflight.fixer.options import FixOptions
from preflight.fixer.plan import Refusal
from preflight.frozen import frozen
from preflight.report import Report

_MOST_REGIONS = 8
"""More damaged places than this are taken together, two by two, nearest first in the file."""

_EDGE_PX = 8
"""Left out around a damaged place: decoders smear a block's damage into its neighbours."""


@frozen
class Salvage:
    """The part that is whole.

    Attributes:
        area: The largest good part, in pixels of the upright photo.
        note: What was lost, a plain sentence.
    """

    area: Box
    note: str


def good_part(report: Report, faces: tuple[Face, ...] | None, least_px: int) -> Salvage:
    """Finds the best part of a damaged photo.

    Args:
        report: Blocked; its findings say why.
        faces: As found in what could be decoded, to prefer a part that has one.
        least_px: A part with a shorter side is of no use.

    Raises:
        Refusal: Something else than damage is wrong, where the damage is is not known, or too
            little is left.
    """
    facts = report.facts
    width, height = facts.width_px or 0, facts.height_px or 0
    harm = [damage for damage in facts.damage if damage.harms_picture]
    for finding in report.findings:
        if finding.severity is Severity.ERROR and not finding.step and finding.family != "damage":
            raise Refusal(finding.message)
    if not harm or not width or not height or any(damage.region is None for damage in harm):
        raise Refusal(
            "Which part of the photo is still good cannot be told, so nothing can be saved of it. "
            "Get the original again."
        )
    regions = _merged([_grown(damage, width, height) for damage in harm])
    free = _free_rectangles(width, height, regions)
    area = max(free, key=lambda box: _worth(box, faces), default=(0, 0, 0, 0))
    side = min(area[2] - area[0], area[3] - area[1])
    if side < least_px:
        raise Refusal(
            f"Too little of the photo is whole: a square of {max(0, int(side))} pixels, and at "
            f"least {least_px} are needed. Get the original again."
        )
    kept = (area[2] - area[0]) * (area[3] - area[1]) / (width * height)
    return Salvage(
        area,
        f"Part of the photo is damaged and was cut away; about {max(1, round((1 - kept) * 100))} % "
        "of it is lost. Get the original again if you can.",
    )


def window_inside(area: Box, faces: tuple[Face, ...] | None, options: FixOptions) -> Window:
    """Chooses the square inside the good part, as if it were the photo.

    An explicit window is kept to the good part, and so is everything that would be padded.
    """
    left, top = round(area[0]), round(area[1])
    width, height = int(area[2]) - left, int(area[3]) - top
    if isinstance(options.crop, tuple):
        x, y, right, bottom = options.crop
        options = replace(options, crop=(x - left, y - top, right - left, bottom - top))
    window = choose_window(width, height, _moved(_inside(faces, area), -left, -top), options)
    if window.padded and options.crop != "whole":
        raise Refusal("The window to cut out reaches into the damaged part of the photo.")
    x, y, right, bottom = window.box
    return replace(
        window,
        box=(x + left, y + top, right + left, bottom + top),
        faces_used=_moved(window.faces_used, left, top) or (),
    )


def _grown(damage: Damage, width: int, height: int) -> Box:
    left, top, right, bottom = damage.region or (0, 0, width, height)
    return (
        max(0.0, left - _EDGE_PX),
        max(0.0, top - _EDGE_PX),
        min(float(width), right + _EDGE_PX),
        min(float(height), bottom + _EDGE_PX),
    )


def _merged(regions: list[Box]) -> list[Box]:
    while len(regions) > _MOST_REGIONS:
        pairs = zip(regions[::2], regions[1::2])
        regions = [
            (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])) for a, b in pairs
        ] + regions[len(regions) // 2 * 2 :]
    return regions


def _free_rectangles(width: int, height: int, regions: Sequence[Box]) -> list[Box]:
    """Rectangles that touch no region; the largest ones are among them, since each side of those
    lies on the photo's edge or on a region's."""
    lefts = {0.0, *(box[2] for box in regions)}
    tops = {0.0, *(box[3] for box in regions)}
    rights = {float(width), *(box[0] for box in regions)}
    bottoms = {float(height), *(box[1] for box in regions)}
    return [
        (left, top, right, bottom)
        for left, right in product(lefts, rights)
        if left < right
        for top, bottom in product(tops, bottoms)
        if top < bottom and not any(_overlap((left, top, right, bottom), box) for box in regions)
    ]


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _worth(box: Box, faces: tuple[Face, ...] | None) -> tuple[int, float, float]:
    """More whole faces first, then the larger square, then the larger part."""
    width, height = box[2] - box[0], box[3] - box[1]
    return len(_inside(faces, box) or ()), min(width, height), width * height


def _inside(faces: tuple[Face, ...] | None, box: Box) -> tuple[Face, ...] | None:
    if faces is None:
        return None
    return tuple(
        face
        for face in faces
        if box[0] <= face.box[0]
        and box[1] <= face.box[1]
        and face.box[2] <= box[2]
        and face.box[3] <= box[3]
    )


def _moved(faces: tuple[Face, ...] | None, x: float, y: float) -> tuple[Face, ...] | None:
    if faces is None:
        return None
    return tuple(
        Face((f.box[0] + x, f.box[1] + y, f.box[2] + x, f.box[3] + y), f.score) for f in faces
    )


def is_salvageable(facts: Facts) -> bool:
    """There is damage to work around; other reasons for being blocked stay."""
    return any(damage.harms_picture for damage in facts.damage)
