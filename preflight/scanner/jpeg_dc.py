"""JPEG, steps: damage that raises no warning, seen in the pixels.

Each block's brightness is coded as the difference to the block before. A flipped bit that keeps
the code readable shifts every block behind it by a constant. In raster order the step between
vertically neighbouring units is then a boxcar exactly one row of units long that starts mid-row,
which no photo has by chance. (A restart marker or the end of the picture ends the shift.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.scanner.arrays import numpy
from preflight.scanner.jpeg_decode import Array
from preflight.scanner.jpeg_layout import Frame

if TYPE_CHECKING:
    from PIL import Image

_SCREEN = 12.0
"""Below this score the full test need not run: of photos from a camera 7 % go on to it."""
_SCREEN_SMALL = 7.0
"""The same where the full test is cheap and rows are too short for the score to grow: 94 % of its
finds are kept."""
_SMALL_PIXELS = 4_000_000
DAMAGED = 2.0
"""Score of `find_step` from which a photo is damaged: 0 of 1,020 real ones reach it, 1.5: 2."""

_MIN_UNITS_ACROSS = 16
_MIN_UNITS_DOWN = 4
_CANDIDATES = 12


def testable(frame: Frame) -> bool:
    """Whether the picture has enough units for a step to stand out."""
    width, height = frame.unit_px
    return (
        frame.width_px // width >= _MIN_UNITS_ACROSS
        and frame.height_px // height >= _MIN_UNITS_DOWN
    )


def suspicious(image: Image.Image, frame: Frame, eighths: int) -> bool:
    """Whether the full test has to run, from the pixels that are there anyway.

    Args:
        image, frame, eighths: As for `screen`.
    """
    small = frame.width_px * frame.height_px <= _SMALL_PIXELS
    return testable(frame) and screen(image, frame, eighths) >= (
        _SCREEN_SMALL if small else _SCREEN
    )


def screen(image: Image.Image, frame: Frame, eighths: int) -> float:
    """A cheap score from a reduced decode; see `suspicious`.

    Args:
        image: `L`, `RGB` or `CMYK`, decoded at `eighths` of the full size.
        frame: The frame; `testable(frame)` must hold.
        eighths: 1 to 8; then a block is `eighths` pixels wide.
    """
    np = numpy()
    blocks = image.reduce(eighths) if eighths > 1 else image
    if blocks.mode == "RGB":
        blocks = blocks.convert("YCbCr")
    means = np.atleast_3d(np.asarray(blocks)).astype(np.float32)
    across, down = (side // 8 for side in frame.unit_px)
    units_down, units_across = means.shape[0] // down, means.shape[1] // across
    best = 0.0
    for channel in range(means.shape[2]):
        plane = means[: units_down * down, : units_across * across, channel]
        plane = plane.reshape(units_down * down, units_across, across).mean(2)
        rows_each = down
        if channel and down > 1:
            plane = plane.reshape(units_down, down, units_across).mean(1)
            rows_each = 1
        below = np.arange(1, units_down) * rows_each
        last = plane.shape[0] - 1
        upper, lower = plane[below - 1], plane[below]
        slope = upper - plane[np.maximum(below - 2, 0)]
        slope = slope + plane[np.minimum(below + 1, last)] - lower
        steps = np.clip(lower - upper - slope / 2, -40, 40).ravel()
        if len(steps) >= 2 * units_across:
            best = max(best, float(_boxcar(steps, units_across, 0.5).max()))
    return best


def _boxcar(steps: Array, length: int, least_variance: float) -> Array:
    """Score and mean of every window of `length` that starts mid-row and has a mean of 1 or more.

    The score is the mean in units of its standard error.
    """
    np = numpy()
    sums = np.concatenate([[0.0], np.cumsum(steps, dtype=np.float64)])
    squares = np.concatenate([[0.0], np.cumsum(np.square(steps, dtype=np.float64))])
    mean = (sums[length:] - sums[:-length]) / length
    variance = (squares[length:] - squares[:-length]) / length - mean * mean
    score = np.abs(mean) * math.sqrt(length) / np.sqrt(np.maximum(variance, least_variance))
    column = np.arange(len(mean)) % length
    middle = (column >= 2) & (column <= length - 2) & (np.abs(mean) >= 1)
    return np.where(middle, score, 0.0)


@dataclass(frozen=True, slots=True)
class Step:
    """The clearest step: its score, see `DAMAGED`, and the coded unit at which it begins."""

    score: float
    unit: int


def find_step(pixels: Array, frame: Frame) -> Step:
    """The full test.

    Args:
        pixels: Height x width x channels at full size, as coded: grey, YCbCr or CMYK. (RGB will
            not do: where it is clipped, the chroma that one computes from it has steps of its own.)
        frame: The frame; `testable(frame)` must hold.
    """
    np = numpy()
    width, height = frame.unit_px
    across, down = frame.width_px // width, frame.height_px // height
    edges = np.arange(1, down) * height
    best = Step(0.0, 0)
    for channel in range(pixels.shape[2]):
        # Subsampled chroma is interpolated across the edge: look one row further out.
        out = 1 if channel == 0 or height == 8 else 2
        reach = max(2, out)
        upper, lower, above, beneath = (
            pixels[rows, : across * width, channel].astype(np.float32)
            for rows in (
                edges - out,
                edges + out - 1,
                edges - out - reach,
                edges + out - 1 + reach,
            )
        )
        jump = (lower - upper) - ((upper - above) + (beneath - lower)) / 2
        steps = np.median(jump.reshape(down - 1, across, width), axis=2).ravel()
        if len(steps) >= 2 * across:
            best = max(best, _clearest(steps, across), key=lambda step: step.score)
    # Steps are counted from the second row of whole units; the frame counts cut ones too.
    row, column = divmod(best.unit, across)
    return Step(best.score, (row + 1) * frame.units[0] + column)


def _clearest(steps: Array, across: int) -> Step:
    """The window that is most like a shift by a constant: even, sharp at both ends."""
    np = numpy()
    score = _boxcar(np.clip(steps, -40, 40), across, 0.15)
    noise = float(np.median(np.abs(steps - np.median(steps))) * 1.4826 + 0.25)
    best = Step(0.0, 0)
    for place in np.argsort(-score)[:_CANDIDATES]:
        start = int(place)
        if score[start] < 3:
            break
        window = steps[start : start + across]
        middle = float(np.median(window))
        height = abs(middle)
        share = float(np.mean(np.sign(middle) * window >= 0.4 * height))
        if height < 2 or (height < 3 and share < 0.85):
            continue
        row_start = start - start % across
        row_end = row_start + across
        first = float(np.median(steps[start:row_end]))
        second = float(np.median(steps[row_end : start + across]))
        if first * second <= 0 or min(abs(first), abs(second)) < 0.4 * height:
            continue
        outside = (steps[row_start:start], steps[start + across : row_end + across])
        if any(len(o) >= 2 and abs(float(np.median(o))) > 0.4 * height for o in outside):
            continue
        value = height / noise * min(1, across / 40) ** 0.5 * max(0.0, share - 0.55) / 0.45
        if value > best.score:
            best = Step(value, start)
    return best
