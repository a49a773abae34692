"""Finds the square whose circle holds some heads: its side, then its place."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice

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
"""Farthest head point over radius that nobody notices."""

TOUCHING_EXCESS = 1.01
"""The same of a head that ends at the photo's edge, and so at the circle's: it is not cut."""

PADDED_AIR = 0.08
"""Air where the square leaves the photo: a little more filling costs nothing, and twice the air
held 4 % more of heads close to the edge."""

ROOMY_EXCESS, CUT_ROOMY_EXCESS = 1.0, 1.03
"""Farthest point, in radii, of the largest heads that are likely: with much hair or a hat. They
should be inside, if they can be with hardly another square; above the second value, a head that is
larger than expected would be cut where everybody sees it."""

ROOMY_SHRINK = 0.7
"""Of the wanted side: no tighter for their sake."""

RAISE_SHARE, RAISED_AIR = 0.10, 0.15
"""Of the height that one head leaves free: how far it sits above the middle, so that the eyes are
near 45 % of the height (faces.md, rule 5). Only with this much air: hair is what is mostly
underestimated, and it is above."""

SIDE_STEPS = 24
"""Sides that are tried between the wanted one and either limit."""

PADDED_STEPS = 32
"""Places that are tried between outside the photo, around the heads, and inside."""


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
        roomy: Outline of the largest heads that are likely in their place.
        free: Centre of the smallest circle around them.
        roomy_free: The same for the larger heads; only known of one.
        radius_px: Radius of the circle around `free`.
        tallest_px: Height of the tallest head.
        count: How many there are.
    """

    points: tuple[Point, ...]
    roomy: tuple[Point, ...]
    free: Point
    roomy_free: Point
    radius_px: float
    tallest_px: float
    count: int

    @classmethod
    def of(cls, boxes: Sequence[Box], roomy_boxes: Sequence[Box]) -> Heads:
        """Measures some heads, at least one."""
        points, roomy = outline(boxes), outline(roomy_boxes)
        free, radius_px = _circle_around(points, boxes)
        roomy_free = _circle_around(roomy, roomy_boxes)[0] if len(boxes) == 1 else free
        tallest_px = max(box[3] - box[1] for box in boxes)
        return cls(points, roomy, free, roomy_free, radius_px, tallest_px, len(boxes))

    def excess(self, box: Box) -> float:
        """The farthest point in radii of the circle inside a square."""
        return _excess(self.points, box)

    def is_roomy(self, box: Box) -> bool:
        """Larger heads than expected would be inside, too."""
        return _excess(self.roomy, box) <= ROOMY_EXCESS

    def are_cut(self, box: Box) -> bool:
        """A head would be cut by the circle, or is likely to be."""
        return self.excess(box) > TOUCHING_EXCESS or _excess(self.roomy, box) > CUT_ROOMY_EXCESS

    def nearest(self, bounds: Box) -> Point:
        """The centre inside the bounds from which the farthest point is nearest."""
        if self.count == 1:  # an ellipse is symmetric, so each axis can be clamped alone
            x, y = self.free
            return clamp(x, bounds[0], bounds[2]), clamp(y, bounds[1], bounds[3])
        return nearest_centre(self.points, self.free, bounds)


def _circle_around(points: Sequence[Point], boxes: Sequence[Box]) -> tuple[Point, float]:
    if len(boxes) > 1:
        return smallest_circle(points)
    ((left, top, right, bottom),) = boxes
    return ((left + right) / 2, (top + bottom) / 2), max(right - left, bottom - top) / 2


def _excess(points: Sequence[Point], box: Box) -> float:
    left, top, right, bottom = box
    return reach(points, (left + right) / 2, (top + bottom) / 2) * 2 / (right - left)


def best_place(photo: Photo, heads: Heads, wanted_px: float) -> Place:
    """The first square inside the photo that holds the heads with air; else the least bad one.

    Args:
        photo: Bounds of the square.
        heads: What it should hold.
        wanted_px: Side to begin with; smaller ones come next, then larger ones.
    """
    airy: list[Place] = []
    others: list[Place] = []
    for side in _sides(photo, heads, wanted_px):
        for (x, y), least_air in _centres(photo, heads, side):
            left = clamp(round(x - side / 2), 0, photo.width_px - side)
            top = clamp(round(y - side / 2), 0, photo.height_px - side)
            box = (left, top, left + side, top + side)
            place = Place(box, heads.excess(box))
            air = 1 - place.excess
            if air < least_air or air * side / 2 < HEAD_AIR * heads.tallest_px:
                others.append(place)
            elif heads.is_roomy(box):
                if not airy or side >= ROOMY_SHRINK * airy[0].side_px:
                    return place
            else:
                airy.append(place)
    if airy:
        return airy[0]
    widest_px = MOST_STRETCH * others[0].side_px
    best = max((place for place in others if place.side_px <= widest_px), key=_room_px)
    return best if best.excess <= SEEN_EXCESS else max(others, key=_room_px)


def padded_place(photo: Photo, heads: Heads, wanted_px: float) -> Place:
    """The square of the wanted side that leaves the photo as little as the heads need.

    Args:
        photo: What it may leave.
        heads: What it holds with air, larger ones than expected included.
        wanted_px: Its side, unless they need more.
    """
    least_px = 2 * heads.radius_px / (1 - PADDED_AIR)
    free, roomy_px = smallest_circle(heads.roomy)
    side = math.ceil(max(1, least_px, 2 * roomy_px, min(wanted_px, photo.short_px)))
    half = side / 2
    across, down = _span(half, photo.width_px), _span(half, photo.height_px)
    inside = clamp(free[0], *across), clamp(free[1], *down)

    def at(share_x: float, share_y: float) -> Place:
        """So much of the way from the heads' middle to inside the photo."""
        x = free[0] + (inside[0] - free[0]) * share_x
        y = free[1] + (inside[1] - free[1]) * share_y
        left, top = round(x - half), round(y - half)
        box = (left, top, left + side, top + side)
        return Place(box, heads.excess(box))

    def holds(place: Place) -> bool:
        return place.excess <= 1 - PADDED_AIR and heads.is_roomy(place.box)

    shares = [step / PADDED_STEPS for step in range(PADDED_STEPS, -1, -1)]
    ways = ("across", "down", "both")
    found: list[Place] = []
    for way in ways:
        places = (at(1 if way == "down" else s, 1 if way == "across" else s) for s in shares)
        found += islice(filter(holds, places), 1)
    return min(found, key=lambda place: _outside_px(photo, place.box), default=at(0, 0))


def _outside_px(photo: Photo, box: Box) -> float:
    """Widths of the strips outside the photo, together."""
    left, top, right, bottom = box
    over = (-left, -top, right - photo.width_px, bottom - photo.height_px)
    return sum(max(0.0, strip) for strip in over)


def _span(half_px: float, length_px: int) -> tuple[float, float]:
    """Where the middle of a square lies that stays inside; the photo's middle if it is larger."""
    middle = length_px / 2
    return min(half_px, middle), max(length_px - half_px, middle)


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
    """Where one head looks well, then where the circle has most air.

    Each with the air that it needs.
    """
    half = side / 2
    bounds = (half, half, photo.width_px - half, photo.height_px - half)
    x, y = heads.free
    if heads.count == 1:
        lower = y + RAISE_SHARE * max(0.0, side - heads.tallest_px)
        yield (clamp(x, bounds[0], bounds[2]), clamp(lower, bounds[1], bounds[3])), RAISED_AIR
    yield heads.nearest(bounds), LEAST_AIR
    if heads.count == 1:
        x, y = heads.roomy_free
        yield (clamp(x, bounds[0], bounds[2]), clamp(y, bounds[1], bounds[3])), LEAST_AIR
