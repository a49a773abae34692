"""JPEG, steps: damage that raises no warning, seen in the pixels.

Each block's brightness is coded as the difference to the block before. A flipped bit that keeps
the code readable shifts every block behind it by a constant. In raster order the step between
vertically neighbouring units is then a boxcar exactly one row of units long that starts mid-row,
which no photo has by chance. (A restart marker or the end of the picture ends the shift.)
"""

from __future__ import annotations

import math

from preflight.frozen import frozen
from preflight.scanner.arrays import median, numpy
from preflight.scanner.jpeg_decode import Array
from preflight.scanner.jpeg_layout import Frame

DAMAGED = 2.0
"""Score of `find_step` from which a photo is damaged: 0 of 1,020 real ones reach it, 1.5: 2."""

LEAST_LUMA = 1.0
LEAST_CHROMA = 2.0
"""A shift of chroma below this does not show; clipped colours make many such steps."""
_STAYS = (0.6, 1.75)
"""A shift moves whole units: away from the edge it is between these shares of what it is there.
Of 172 finds 171 were; lines and rims along an edge of blocks come back behind it."""
_LEAST_LEFT_END = 0.15
"""Share of the shift by which the unit where it begins, or a garbled one next to it, stands off its
neighbour; slanting lines that cross an edge of blocks have less."""
_LEFT_END_UNITS = 3
_LEAST_SHARE = 0.85
"""Share of the units that take part in a shift, of those that are not black or white behind it."""
_CLIPPED = 3
_FLAT = 2
_MOST_FLAT = 0.85
"""Where more units than that have one colour only, above and below, it is drawn: a tab, a panel."""
_MIN_UNITS_ACROSS = 16
_MIN_UNITS_DOWN = 4
_CANDIDATES = 12


def has_room(frame: Frame, interval: int = 0) -> bool:
    """Whether the picture has enough units for a step to stand out.

    Args:
        frame: The frame.
        interval: Units between restart markers, 0 without: a shift that ends at a marker before
            it is a row long has another shape.
    """
    width, height = frame.unit_px
    if 0 < interval <= frame.units[0]:
        return False
    return (
        frame.width_px // width >= _MIN_UNITS_ACROSS
        and frame.height_px // height >= _MIN_UNITS_DOWN
    )


def doubled_steps(plane: Array, edges: Array, out: int, reach: int) -> Array:
    """Twice the step across each edge, less the slope on both sides of it; whole numbers.

    Args:
        plane: Rows x columns, perhaps x channels, 8 bits.
        edges: First row below each edge.
        out: The step is taken between the rows this far from the edge: 1 is next to it.
        reach: Rows over which the slope is taken.
    """
    np = numpy()
    steps = plane[edges + out - 1].astype(np.int16)
    steps -= plane[edges - out]
    steps *= 3
    steps += plane[np.maximum(edges - out - reach, 0)]
    steps -= plane[np.minimum(edges + out - 1 + reach, len(plane) - 1)]
    return steps


def boxcar(
    steps: Array, length: int, least_variance: float, least_mean: float
) -> tuple[Array, Array]:
    """Where windows of `length` start that begin mid-row and have a mean of note; their score.

    The score is the mean in units of its standard error.
    """
    np = numpy()
    sums = _sums(steps)
    means = (sums[length:] - sums[:-length]) / length
    starts = np.flatnonzero(np.abs(means) >= least_mean)
    starts = starts[(starts % length >= 2) & (starts % length <= length - 2)]
    if not len(starts):
        return starts, starts
    squares = _sums(np.square(steps))
    mean = means[starts]
    variance = (squares[starts + length] - squares[starts]) / length - mean * mean
    score = np.abs(mean) * math.sqrt(length) / np.sqrt(np.maximum(variance, least_variance))
    return starts, score


def _sums(values: Array) -> Array:
    """Of the first none, one, two… up to all values."""
    np = numpy()
    sums = np.zeros(len(values) + 1)
    np.cumsum(values, out=sums[1:])
    return sums


@frozen
class Step:
    """The clearest step: its score, see `DAMAGED`, and the coded unit at which it begins."""

    score: float
    unit: int


def find_step(plane: Array, channel: int, frame: Frame, interval: int = 0) -> Step:
    """The full test on one channel.

    Args:
        plane: Height x width at full size, as coded: luma, chroma, an ink. (Chroma computed from
            RGB will not do: where that is clipped it has steps of its own.)
        channel: Which component it is; 0 is not subsampled.
        frame: The frame; `has_room(frame, interval)` must hold.
        interval: Units between restart markers, 0 without.
    """
    np = numpy()
    width, height = frame.unit_px
    across, down = frame.width_px // width, frame.height_px // height
    edges = np.arange(1, down) * height
    # Subsampled chroma is interpolated across the edge: look one row further out.
    out = 1 if channel == 0 or height == 8 else 2
    doubled = doubled_steps(plane[:, : across * width], edges, out, 2)
    doubled = doubled.reshape(down - 1, across, width)
    doubled.sort(axis=2)  # for the median of each unit's columns
    steps = (doubled[:, :, width // 2 - 1] + doubled[:, :, width // 2]).ravel() / 4
    whole = plane[: down * height, : across * width].reshape(down, height, across, width)
    out_across = 1 if channel == 0 or width == 8 else 2
    best = _clearest(steps, whole, out_across)
    # Steps are counted from the second row of whole units; the frame counts cut ones too.
    row, column = divmod(best.unit, across)
    unit = (row + 1) * frame.units[0] + column
    if interval and unit // interval != (unit + frame.units[0] - 1) // interval:
        return Step(0.0, 0)  # a restart marker would have ended it
    return Step(best.score, unit)


def _clearest(steps: Array, whole: Array, out_across: int) -> Step:
    """The window that is most like a shift by a constant: even, sharp at both ends.

    Args:
        steps: Of all units but those of the first row, in coded order.
        whole: The plane as rows of units x rows of pixels x units x columns.
        out_across: How far from an edge between units a step across it is taken.
    """
    np = numpy()
    across = whole.shape[2]
    starts, score = boxcar(np.clip(steps, -40, 40), across, 0.15, LEAST_LUMA)
    noise = float(median(np.abs(steps - median(steps))) * 1.4826 + 0.25)
    best = Step(0.0, 0)
    for place in np.argsort(-score)[:_CANDIDATES]:
        start = int(starts[place])
        if score[place] < 3:
            break
        window = steps[start : start + across]
        middle = float(median(window))
        height = abs(middle)
        share = float(np.mean(np.sign(middle) * window >= 0.4 * height))
        if height < 2 or (height < 3 and share < 0.85):
            continue
        if not _is_shift(whole, start, window, middle):
            continue
        if _left_end(whole, start, out_across) < _LEAST_LEFT_END * height:
            continue
        row_start = start - start % across
        row_end = row_start + across
        first = float(median(steps[start:row_end]))
        second = float(median(steps[row_end : start + across]))
        if first * second <= 0 or min(abs(first), abs(second)) < 0.4 * height:
            continue
        outside = (steps[row_start:start], steps[start + across : row_end + across])
        if any(len(o) >= 2 and abs(float(median(o))) > 0.4 * height for o in outside):
            continue
        value = height / noise * min(1, across / 40) ** 0.5 * max(0.0, share - 0.55) / 0.45
        if value > best.score:
            best = Step(value, start)
    return best


def _is_shift(whole: Array, start: int, steps: Array, height: float) -> bool:
    """Whether whole units stand off those above them, and all of them: no line, no rim, no tab.

    Args:
        whole, start: As for `_clearest`.
        steps: In the window that begins at `start`, one row of units long.
        height: Their median.
    """
    np = numpy()
    row, column = divmod(start, whole.shape[2])
    strip = whole[row : row + 3]  # the window hangs from the lower edges of the first two
    rows = strip.shape[1]

    def in_window(both: Array) -> Array:
        return np.concatenate([both[0, column:], both[1, :column]])

    upper = strip[:, 2 : rows // 2].mean(axis=(1, 3))
    lower = strip[:, rows // 2 : rows - 2].mean(axis=(1, 3))
    least, most = _STAYS
    if not least <= float(median(in_window(upper[1:] - lower[:-1]))) / height <= most:
        return False
    inner = strip[:, 1:-1, :, 1:-1]  # interpolated chroma takes from its neighbours
    flat = inner.max(axis=(1, 3)) - inner.min(axis=(1, 3)) <= _FLAT
    if in_window(flat[1:] & flat[:-1]).mean() > _MOST_FLAT:
        return False
    shifted = in_window(upper[1:])
    open_ended = shifted < 255 - _CLIPPED if height > 0 else shifted > _CLIPPED
    taking_part = np.sign(height) * steps >= 0.4 * abs(height)
    return bool((taking_part | ~open_ended).mean() >= _LEAST_SHARE)


def _left_end(whole: Array, start: int, out: int) -> float:
    """The largest step between neighbours in the row where the window begins, near its start."""
    np = numpy()
    row, column = divmod(start, whole.shape[2])
    units = whole[row + 1].astype(np.int16)  # rows x units x columns
    if out == 1 and len(units) == 8:  # luma blocks side by side: it may begin between them
        in_unit = units.shape[2] // 8
        units, first, last = units.reshape(8, -1, 8), column * in_unit, (column + 1) * in_unit - 1
    else:
        in_unit, first, last = 1, column, column
    near = _LEFT_END_UNITS * in_unit
    right = units[:, max(1, first - near) : last + near + 1]
    left = units[:, max(1, first - near) - 1 : last + near]
    left = left[:, : right.shape[1]]
    doubled = 3 * (right[:, :, out - 1] - left[:, :, -out])
    doubled += left[:, :, -out - 2] - right[:, :, out + 1]
    blocks = doubled.reshape(-1, 8, doubled.shape[1])
    return float(np.abs(median(blocks, axis=1)).max()) / 2
