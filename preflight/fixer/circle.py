"""Heads and circles: how far points reach from a centre, and where a circle holds them best.

Pure geometry on points (x, y) in pixels of the upright photo. A head is the ellipse inside its box.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import repeat

from preflight.facts import Box

Point = tuple[float, float]

OUTLINE_POINTS = 36
"""Of one ellipse. Between two of them it reaches 0.4 % of its half axis further."""

SEARCH_STEPS = 18
"""Of a golden-section search: the place is found to 1/5,000 of the range."""

GOLDEN = (math.sqrt(5) - 1) / 2


def outline(heads: Sequence[Box]) -> tuple[Point, ...]:
    """The points of all heads that can be the farthest from somewhere: their convex hull."""
    points = set()
    for left, top, right, bottom in heads:
        for number in range(OUTLINE_POINTS):
            angle = math.tau * number / OUTLINE_POINTS
            points.add(
                (
                    (left + right + (right - left) * math.cos(angle)) / 2,
                    (top + bottom + (bottom - top) * math.sin(angle)) / 2,
                )
            )
    ordered = sorted(points)
    if len(ordered) < 3:
        return tuple(ordered)
    return (*_half_hull(ordered)[:-1], *_half_hull(ordered[::-1])[:-1])


def _half_hull(ordered: Sequence[Point]) -> list[Point]:
    """One side of the hull, by Andrew's monotone chain."""
    hull: list[Point] = []
    for x, y in ordered:
        while len(hull) > 1:
            (ax, ay), (bx, by) = hull[-2:]
            if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                break
            hull.pop()
        hull.append((x, y))
    return hull


def reach(points: Sequence[Point], x: float, y: float) -> float:
    """Distance of the farthest point from (x, y)."""
    return max(map(math.dist, points, repeat((x, y))))


def least(function: Callable[[float], float], low: float, high: float) -> float:
    """Where between low and high a function with one valley has its least value."""
    if high <= low:
        return low
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = function(left), function(right)
    for _ in range(SEARCH_STEPS):
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = function(right)
    return left if at_left <= at_right else right


def smallest_circle(points: Sequence[Point]) -> tuple[Point, float]:
    """Centre and radius of the smallest circle around the points."""
    columns, rows = zip(*points)
    top, bottom = min(rows), max(rows)

    def best_row(x: float) -> float:
        return least(lambda y: reach(points, x, y), top, bottom)

    x = least(lambda x: reach(points, x, best_row(x)), min(columns), max(columns))
    y = best_row(x)
    return (x, y), reach(points, x, y)


def nearest_centre(points: Sequence[Point], free: Point, bounds: Box) -> Point:
    """The place inside the bounds from which the farthest point is nearest.

    Args:
        points: As `outline` gives them.
        free: Centre of the smallest circle around them. If it lies outside the bounds, the place
            looked for is on an edge that faces it, because the reach is a convex function.
        bounds: Left, top, right, bottom; may have no width or height.
    """
    left, top, right, bottom = bounds
    x, y = clamp(free[0], left, right), clamp(free[1], top, bottom)
    choices = []
    if x != free[0]:
        choices.append((x, least(lambda y: reach(points, x, y), top, bottom)))
    if y != free[1]:
        choices.append((least(lambda x: reach(points, x, y), left, right), y))
    return min(choices, key=lambda choice: reach(points, *choice), default=(x, y))


def clamp(value: float, low: float, high: float) -> float:
    """The value, or the end of the range that is nearest to it."""
    return min(max(value, low), high)
