"""Placement: where the photo lies in the output. Pure geometry."""

from __future__ import annotations

from dataclasses import replace

from preflight.errors import UsageError
from preflight.facts import Box
from preflight.frozen import frozen


@frozen
class Placement:
    """How a window that may leave the photo fills the output.

    Attributes:
        part: The part of the window inside the photo, upright pixels.
        spot: Left, top, right, bottom of it in the output, whole pixels.
        size: Width and height of the output.
    """

    part: Box
    spot: tuple[int, int, int, int]
    size: tuple[int, int]

    @property
    def padded(self) -> bool:
        """Something has to be filled."""
        return self.spot != (0, 0, *self.size)


def place_within(window: Box, area: Box, side_px: int) -> Placement:
    """As `place`, but only `area` of the photo may be seen; beside it is filled."""
    x, y = area[0], area[1]
    moved = (window[0] - x, window[1] - y, window[2] - x, window[3] - y)
    placement = place(moved, area[2] - x, area[3] - y, side_px)
    left, top, right, bottom = placement.part
    return replace(placement, part=(left + x, top + y, right + x, bottom + y))


def place(window: Box, width_px: float, height_px: float, side_px: int) -> Placement:
    """Where the photo lies in a square of `side_px` that shows `window`.

    Args:
        window: Left, top, right, bottom in upright pixels; may leave the photo.
        width_px: Width of the upright photo.
        height_px: Height of it.
        side_px: Longer side of the output.

    Raises:
        UsageError: The window does not touch the photo.
    """
    left, top, right, bottom = window
    scale = side_px / max(right - left, bottom - top)
    size = _whole((right - left) * scale), _whole((bottom - top) * scale)
    spot_x, part_x = _span(left, right, width_px, size[0])
    spot_y, part_y = _span(top, bottom, height_px, size[1])
    return Placement(
        part=(part_x[0], part_y[0], part_x[1], part_y[1]),
        spot=(spot_x[0], spot_y[0], spot_x[1], spot_y[1]),
        size=size,
    )


def _whole(length: float) -> int:
    return max(1, round(length))


def _span(
    low: float, high: float, length: float, size: int
) -> tuple[tuple[int, int], tuple[float, float]]:
    """One axis of `place`: the spot in whole output pixels, at least one, and the part shown."""
    if high <= 0 or low >= length or high <= low:
        raise UsageError("The crop window lies outside the photo.")
    scale = size / (high - low)
    start = min(_whole_or_zero((max(low, 0) - low) * scale), size - 1)
    end = max(start + 1, min(size, round((min(high, length) - low) * scale)))
    return (start, end), (max(low, 0.0), min(high, length))


def _whole_or_zero(length: float) -> int:
    return max(0, round(length))
