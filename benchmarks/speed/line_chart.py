"""Line chart: measured points and the straight line through them (SVG)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

from benchmarks.speed.chart import OTHER, OWN, write_svg
from benchmarks.speed.fit import Fit

_WIDTH_PX, _HEIGHT_PX = 720, 360
_LEFT_PX, _RIGHT_PX, _TOP_PX, _BOTTOM_PX = 70, 690, 40, 310
_STEPS = 64


@dataclass(frozen=True)
class Axes:
    """What the chart says around its points; `log`: both scales are by powers of ten."""

    title: str
    x_unit: str
    y_unit: str
    log: bool = False


def write_line_chart(points: Mapping[int, float], fit: Fit, axes: Axes, target: Path) -> None:
    """Writes the points as dots with their values, and the line of the fit in grey."""
    low_x, high_x = min(points), max(points)
    line = [_between(low_x, high_x, step / _STEPS, axes.log) for step in range(_STEPS + 1)]
    high_y = max(*points.values(), fit.at(high_x))
    low_y = min(*points.values(), fit.at(low_x)) if axes.log else 0.0
    left = low_x if axes.log else 0

    def place(x: float, y: float) -> tuple[float, float]:
        across = _share(x, left, high_x, axes.log)
        up = _share(max(y, low_y), low_y, high_y, axes.log)
        return (
            _LEFT_PX + across * (_RIGHT_PX - _LEFT_PX),
            _BOTTOM_PX - up * (_BOTTOM_PX - _TOP_PX),
        )

    path = " ".join("{:.1f},{:.1f}".format(*place(x, fit.at(x))) for x in line)
    parts = [
        f'<path d="M{_LEFT_PX} {_TOP_PX}V{_BOTTOM_PX}H{_RIGHT_PX}" fill="none" stroke="{OTHER}"/>',
        f'<polyline points="{path}" fill="none" stroke="{OTHER}" stroke-width="2"/>',
    ]
    last_px = -math.inf
    for x, y in points.items():
        x_px, y_px = place(x, y)
        parts += [
            f'<circle cx="{x_px:.1f}" cy="{y_px:.1f}" r="5" fill="{OWN}"/>',
            f'<text x="{x_px:.1f}" y="{y_px - 10:.1f}" text-anchor="middle">{y:.3g}</text>',
        ]
        if x_px - last_px > 20:  # else the numbers run into each other
            below = _BOTTOM_PX + 18
            parts += [f'<text x="{x_px:.1f}" y="{below}" text-anchor="middle">{x:,}</text>']
            last_px = x_px
    scales = ", both scales by powers of ten" if axes.log else ""
    said = (
        f"{axes.x_unit}{scales}; dots: {axes.y_unit}; line: straight, "
        f"at most {fit.largest_residual:.1%} off"
    )
    middle = (_LEFT_PX + _RIGHT_PX) // 2
    parts += [
        f'<text x="{middle}" y="{_BOTTOM_PX + 38}" text-anchor="middle">{escape(said)}</text>'
    ]
    write_svg(target, axes.title, (_WIDTH_PX, _HEIGHT_PX), parts)


def _share(value: float, low: float, high: float, log: bool) -> float:
    """Where a value lies between two others, 0 to 1."""
    if log:
        value, low, high = math.log(value), math.log(low), math.log(high)
    return (value - low) / (high - low) if high > low else 0.5


def _between(low: float, high: float, share: float, log: bool) -> float:
    """The value that lies there."""
    return low * (high / low) ** share if log else low + (high - low) * share
