"""Finds the square whose circle holds some heads: its side, then its place."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from preflight.facts import Box
from preflight.fixer.circle import Point, clamp, nearest_centre, outline, reach, smallest_circle
from preflight.frozen import frozen

LEAST_AIR = 0.04
"""Free share of the radius around the heads (faces.md, rule 6)."""

HEAD_AIR = 0.06
"""Least free pixels around the heads, as a share of the tallest head: a head box is wrong by a
share of the head, whatever the circle."""

TOLERATED_EXCESS = 1.10
"""Where nothing fits, the square with most pixels between the heads and 1.10 radii is the least bad
one: of two with the same excess the larger one, in which an error of the head box weighs less. (By
the excess alone, 2 % fewer of 308 difficult windows held the head.)"""

MOST_STRETCH = 1.25
"""How much larger than the wanted side that square may be, if it cuts nothing that is seen."""

SEEN_EXCESS = 1.02
"""Farthest head point over radius that nobody notices: a head that touches the photo's edge has
1.00 to 1.02."""

PADDED_AIR = 0.08
"""The same where the square leaves the photo: a little more filling costs nothing, and twice the
air held 4 % more of heads close to the edge."""

RAISE_SHARE, RAISED_AIR = 0.10, 0.15
"""Of the height that one head leaves free: how far it sits above the middle, so that the eyes are
near 45 % of the height (faces.md, rule 5). Only with this much air: hair is what is mostly
underestimated, and it is above."""

SIDE_STEPS = 24
"""Sides that are tried between the wanted one and either limit."""


@frozen
class Photo:
    """Size of the upright photo."""

    width_px: int
    height_px: int

    @property
    def short_px(self) -> int:
        """The shorter side."""
        return min(self.width_px, self.height_px)

    def square(self, share_above: float) -> Box:
        """The largest square; `share_above` of the spare height is above it, half of the width."""
        side = self.short_px
        left = (self.width_px - side) // 2
        top = round((self.height_px - side) * share_above)
        return (left, top, left + side, top + side)

    def holds(self, box: Box) -> bool:
        """The box lies inside the photo."""
        left, top, right, bottom = box
        return left >= 0 and top >= 0 and right <= self.width_px and bottom <= self.height_px


@frozen
class Place:
    """A square in whole pixels, and the farthest head point in radii of its circle."""

    box: Box
    excess: float

    @property
    def side_px(self) -> float:
        """Width and height."""
        return self.box[2] - self.box[0]


@frozen
class Heads:
    """What has to lie inside the circle.

    Attributes:
        points: Their outline.
        free: Centre of the smallest circle around them.
        radius_px: Its radius.
        tallest_px: Height of the tallest head.
        count: How many there are.
    """

    points: tuple[Point, ...]
    free: Point
    radius_px: float
    tallest_px: float
    count: int

    @classmethod
    def of(cls, boxes: Sequence[Box]) -> Heads:
        """Measures some heads, at least one."""
        points = outline(boxes)
        free, radius_px = smallest_circle(points)
        return cls(points, free, radius_px, max(box[3] - box[1] for box in boxes), len(boxes))

    def excess(self, box: Box) -> float:
        """The farthest point in radii of the circle inside a square."""
        left, top, right, bottom = box
        return reach(self.points, (left + right) / 2, (top + bottom) / 2) * 2 / (right - left)

    def tight_square(self) -> Place:
        """The square just around them with some air; may leave the photo."""
        side = max(1, math.ceil(2 * self.radius_px / (1 - PADDED_AIR)))
        left, top = (round(value - side / 2) for value in self.free)
        box = (left, top, left + side, top + side)
        return Place(box, self.excess(box))


def best_place(photo: Photo, heads: Heads, wanted_px: float) -> Place:
    """The first square inside the photo that holds the heads with air; else the least bad one.

    Args:
        photo: Bounds of the square.
        heads: What it should hold.
        wanted_px: Side to begin with; smaller ones come next, then larger ones.
    """
    others = []
    for side in _sides(photo, heads, wanted_px):
        for (x, y), least_air in _centres(photo, heads, side):
            left = clamp(round(x - side / 2), 0, photo.width_px - side)
            top = clamp(round(y - side / 2), 0, photo.height_px - side)
            box = (left, top, left + side, top + side)
            place = Place(box, heads.excess(box))
            air = 1 - place.excess
            if air >= least_air and air * side / 2 >= HEAD_AIR * heads.tallest_px:
                return place
            others.append(place)
    widest_px = MOST_STRETCH * others[0].side_px
    best = max((place for place in others if place.side_px <= widest_px), key=_room_px)
    return best if best.excess <= SEEN_EXCESS else max(others, key=_room_px)


def _room_px(place: Place) -> float:
    """Between the farthest head point and the tolerated one."""
    return (TOLERATED_EXCESS - place.excess) * place.side_px / 2


def _sides(photo: Photo, heads: Heads, wanted_px: float) -> Iterator[int]:
    """Whole pixels: the wanted side, down to the tightest circle, up to the photo's short side."""
    most = photo.short_px
    wanted = clamp(max(wanted_px, 2 * heads.radius_px / (1 - LEAST_AIR)), 1, most)
    tightest = clamp(2 * heads.radius_px, 1, wanted)
    shares = [step / SIDE_STEPS for step in range(SIDE_STEPS + 1)]
    sides = [wanted + (end - wanted) * share for end in (tightest, most) for share in shares]
    yield from dict.fromkeys(int(clamp(round(side), 1, most)) for side in sides)


def _centres(photo: Photo, heads: Heads, side: int) -> Iterator[tuple[Point, float]]:
    """Where one head looks well, then where the circle has most air; each with the air it needs."""
    half = side / 2
    bounds = (half, half, photo.width_px - half, photo.height_px - half)
    x, y = heads.free
    if heads.count == 1:
        lower = y + RAISE_SHARE * max(0.0, side - heads.tallest_px)
        yield (clamp(x, bounds[0], bounds[2]), clamp(lower, bounds[1], bounds[3])), RAISED_AIR
    yield nearest_centre(heads.points, heads.free, bounds), LEAST_AIR
