"""TIFF, raw: damage of pixels that are not coded at all, by what it does to the rows.

Raw samples have no redundancy, so only damage that no picture has by chance is told: a block of
zeros as long as blocks of disks are, zeros from the middle of a row on, a block of noise, and bytes
that were put in, which push all rows behind them to the side.
"""

from __future__ import annotations

from typing import Any

from preflight.scanner.arrays import median, numpy

_BLOCK_BYTES = 512
"""Sectors of disks and pages of flash memory are this long, or a multiple."""
_PIECE_BYTES = _BLOCK_BYTES // 2
"""Wherever such a block begins, one of these, counted from the first byte, lies within it."""
_STRIP_BYTES = 1 << 20
"""Numbers are made of so many bytes at once: of a whole picture they would take 27 times its
size."""
_FULL_SHARE = 0.98
"""So much of a row that is no black row holds something."""
_LEAST_ROWS = 4
_RIM_SHARE = 0.02
"""Black from so near an edge on may be a panel: the pixels beside it are dark too, or padding."""
_LIGHT = 24
_MOST_RUNS = 64
"""Where more long runs are, the picture has black parts of its own."""
_LEAST_VALUES = 8
_NOISE_BYTES = 256
"""Length of the pieces that are tested for noise: long enough for `_LEAST_CHI`."""
_BINS = 16
_MOST_CHI = 45.0
"""Chi-square of bins that are evenly filled is below that but for 1 in 10,000 (15 degrees)."""
_NOISE_STEP = 60.0
"""Mean step between neighbours in noise is 85 of 255; few textures of photos come near."""
_MOST_NOISY_PIECES = 20
"""One lost block of 4096 bytes or two; where more is like noise, it is a texture."""
_SEAM_RATIO = 3.0


Span = tuple[int, int]
"""First byte that is damaged, and the first behind it that is not."""


def lost_span(
    samples: bytes, row_bytes: int, pixel_bytes: int, extra_bytes: int, smooth: bool = True
) -> Span | None:
    """Which of the samples are damaged; None if no damage is seen.

    Args:
        samples: All rows, as they lie in the file.
        row_bytes: Of one row.
        pixel_bytes: Of one pixel, for the steps between neighbours of one colour.
        extra_bytes: That lie behind the last row in the file and belong to nothing.
        smooth: A byte is like its neighbour of the same colour: not one of a palette's numbers, not
            half of a sample. Without that only zeros can be told.
    """
    np = numpy()
    if len(samples) < _LEAST_ROWS * row_bytes or row_bytes < 4 * pixel_bytes:
        return None
    flat = np.frombuffer(samples, np.uint8)
    found = _zeros(flat, row_bytes, pixel_bytes)
    if found is not None or not smooth:
        return found
    return _noise(flat, row_bytes, pixel_bytes) or _seam(flat, row_bytes, extra_bytes)


def _zeros(flat: Any, row_bytes: int, pixel_bytes: int) -> Span | None:
    """The first long run of zeros that is a block or a tail that no picture has."""
    runs = _long_runs(flat)
    for start, end in runs[:_MOST_RUNS]:
        length = end - start
        # A black panel begins and ends with rows, or with the padding or the dark rim of one.
        aside = min(start % row_bytes, -start % row_bytes)
        if not aside or start < row_bytes:
            continue
        inner = end < len(flat) and len(runs) == 1
        if not inner and aside <= _RIM_SHARE * row_bytes and not _in_light(flat, start, row_bytes):
            continue
        before = flat[start - row_bytes : start]
        if end == len(flat):
            if length >= _LEAST_ROWS * row_bytes and _is_full(before, pixel_bytes):
                return start, end
        elif length % _BLOCK_BYTES == 0:
            behind = flat[end : end + row_bytes]
            if len(runs) == 1 and length % row_bytes:
                return start, end
            around = _is_full(before, pixel_bytes) and _is_full(behind, pixel_bytes)
            if around and _is_textured(before) and _is_textured(behind):
                return start, end
    return None


def _in_light(flat: Any, start: int, row_bytes: int) -> bool:
    """Whether nothing dark lies about zeros that begin beside an edge: before, above, across."""
    row = start - start % row_bytes
    aside = min(start - row, row + row_bytes - start)
    above = start - row_bytes
    near = (flat[start - aside : start], flat[above : above + aside], flat[row : row + aside])
    return all(int(part.min()) >= _LIGHT for part in near)


def _is_full(row: Any, pixel_bytes: int) -> bool:
    """Whether so many bytes are a row in which next to no pixel is zero."""
    pixels = row[: len(row) // pixel_bytes * pixel_bytes].reshape(-1, pixel_bytes)
    full = numpy().count_nonzero(pixels.any(axis=1))
    return bool(full >= _FULL_SHARE * len(pixels) > 0)


def _is_textured(row: Any) -> bool:
    """Whether a row is a photo's: drawn ones have few values."""
    return int(numpy().count_nonzero(numpy().bincount(row, minlength=256))) >= _LEAST_VALUES


def _long_runs(flat: Any) -> list[Span]:
    """All runs of zeros of `_BLOCK_BYTES` and more."""
    np = numpy()
    count = len(flat) // _PIECE_BYTES
    pieces = flat[: count * _PIECE_BYTES].reshape(count, _PIECE_BYTES)
    empty = np.flatnonzero(~pieces.any(axis=1))  # a long run has one or more of these in it
    if not len(empty) or len(empty) == count:
        return []
    first = empty[np.concatenate(([True], np.diff(empty) > 1))]
    behind = empty[np.concatenate((np.diff(empty) > 1, [True]))] + 1
    starts = first * _PIECE_BYTES - _empty_bytes(pieces[np.maximum(first - 1, 0)][:, ::-1])
    tail = np.zeros((1, _PIECE_BYTES), np.uint8)
    tail[0, : len(flat) - count * _PIECE_BYTES] = flat[count * _PIECE_BYTES :]
    last = pieces[np.minimum(behind, count - 1)]
    last[behind == count] = tail
    ends = np.minimum(behind * _PIECE_BYTES + _empty_bytes(last), len(flat))
    starts = np.maximum(starts, 0)
    long = ends - starts >= _BLOCK_BYTES
    return list(zip(starts[long].tolist(), ends[long].tolist()))


def _empty_bytes(pieces: Any) -> Any:
    """How many zeros each piece begins with."""
    np = numpy()
    full = pieces != 0
    return np.where(full.any(axis=1), full.argmax(axis=1), pieces.shape[1])


def _noise(flat: Any, row_bytes: int, pixel_bytes: int) -> Span | None:
    """The first of a few pieces whose bytes are evenly spread and go with no neighbour."""
    np = numpy()
    count = len(flat) // _NOISE_BYTES
    pieces = flat[: count * _NOISE_BYTES].reshape(count, _NOISE_BYTES)
    steps = np.empty(count)
    for first in range(0, count, _STRIP_BYTES // _NOISE_BYTES):
        strip = slice(first, first + _STRIP_BYTES // _NOISE_BYTES)
        values = pieces[strip, ::pixel_bytes].astype(np.int16)
        steps[strip] = np.abs(np.diff(values, axis=1)).mean(axis=1)
    noisy = np.flatnonzero(steps >= _NOISE_STEP)
    if not 1 <= len(noisy) <= noisy[-1:].sum() - noisy[:1].sum() + 1 <= _MOST_NOISY_PIECES:
        return None  # none, or here and there: a texture
    begin = next((int(n) for n in noisy if _is_noise(flat, int(n) * _NOISE_BYTES, row_bytes)), None)
    if begin is None:
        return None
    return begin * _NOISE_BYTES, (int(noisy[-1]) + 1) * _NOISE_BYTES


def _is_noise(flat: Any, at: int, row_bytes: int) -> bool:
    np = numpy()
    piece = flat[at : at + _NOISE_BYTES]
    expected = _NOISE_BYTES / _BINS
    bins = np.bincount(piece >> 4, minlength=_BINS)
    if at < row_bytes or float(((bins - expected) ** 2).sum()) / expected > _MOST_CHI:
        return False
    above = flat[at - row_bytes : at - row_bytes + _NOISE_BYTES]
    return float(np.abs(piece.astype(np.int16) - above).mean()) >= _NOISE_STEP


def _seam(flat: Any, row_bytes: int, extra_bytes: int) -> Span | None:
    """Where rows go on as many bytes later as lie behind the picture."""
    np = numpy()
    shift = row_bytes + extra_bytes
    if not extra_bytes or extra_bytes % row_bytes == 0 or len(flat) < shift + 2 * row_bytes:
        return None
    half = row_bytes // 2
    span = len(flat) - shift
    straight = _mean_steps(flat[shift:], flat[extra_bytes : extra_bytes + span], half)
    aside = _mean_steps(flat[shift:], flat[:span], half)
    usual = float(median(straight))
    if usual < 1:  # drawn: what is not flat is an edge
        return None
    hits = np.flatnonzero((straight > _SEAM_RATIO * usual) & (straight > _SEAM_RATIO * aside))
    if not len(hits) or hits[-1] - hits[0] > 2 or float(aside[hits].max()) > 2 * usual:
        return None
    if int(straight.argmax()) not in hits:
        return None
    return shift - extra_bytes + int(hits[0]) * half, len(flat)


def _mean_steps(flat: Any, other: Any, length: int) -> Any:
    """Mean difference of two rows of bytes for each piece of that length, a strip at a time."""
    np = numpy()
    means = np.empty(len(flat) // length)
    each = max(1, _STRIP_BYTES // length)
    for first in range(0, len(means), each):
        strip = slice(first * length, min(first + each, len(means)) * length)
        steps = np.abs(flat[strip].astype(np.int16) - other[strip])
        means[first : first + each] = steps.reshape(-1, length).mean(axis=1)
    return means
