"""Fit: the straight line through a few points, by relative distances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Fit:
    """`start` and `each` of the line, and the largest relative distance of a point from it."""

    start: float
    each: float
    largest_residual: float = 0.0

    def at(self, x: float) -> float:
        """The line's value."""
        return self.start + self.each * x

    def residual(self, x: float, y: float) -> float:
        """How far a point is above the line, as a share of the line's value."""
        return y / self.at(x) - 1


def straight(points: Mapping[int, float]) -> Fit:
    """The line of least squares of relative distances.

    Each point counts as much as any other: by plain least squares 10,000 photos would be all
    that counts, and 10 could lie anywhere.

    >>> straight({1: 3.0, 10: 12.0, 100: 102.0})
    Fit(start=2.0, each=1.0, largest_residual=0.0)
    """
    weights = {x: 1 / y**2 for x, y in points.items()}
    total = sum(weights.values())
    mean_x = sum(weights[x] * x for x in points) / total
    mean_y = sum(weights[x] * y for x, y in points.items()) / total
    width = sum(weights[x] * (x - mean_x) ** 2 for x in points)
    rise = sum(weights[x] * (x - mean_x) * (y - mean_y) for x, y in points.items())
    each = rise / width if width else 0.0
    line = Fit(round(mean_y - each * mean_x, 9), round(each, 9))
    largest = max(abs(line.residual(x, y)) for x, y in points.items())
    return Fit(line.start, line.each, round(largest, 9))
