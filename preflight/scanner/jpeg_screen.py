"""JPEG, screen: which channels may have a step, from the pixels of a reduced decode.

The full test (`jpeg_dc.find_step`) decodes at full size; most photos need not.
"""

from __future__ import annotations

from preflight.scanner.arrays import numpy
from preflight.scanner.jpeg_dc import (
    LEAST_CHROMA,
    LEAST_LUMA,
    boxcar,
    doubled_steps,
    has_room,
)
from preflight.scanner.jpeg_decode import FULL, Array
from preflight.scanner.jpeg_layout import Frame

_SCREEN = 12.0
"""Below this score the full test need not run."""
_SCREEN_SMALL = 7.0
"""The same where the full test is cheap and rows are too short for the score to grow: 99 % of its
finds on 501 damaged files are kept, 10 % of 135 healthy ones go on to it."""
_SMALL_PIXELS = 4_000_000
_TO_YCC = ((0.299, 0.587, 0.114), (-0.1687, -0.3313, 0.5), (0.5, -0.4187, -0.0813))
"""Of ITU-R BT.601, as JFIF has it; differences have no offset."""
_BLOCK_VALUES = 131_072
"""Values of pixels taken at a time: they and their steps stay in the cache."""
_UNITS_AT_ONCE = 262_144
"""As many as 67 megapixels with halved colour have; there are 10 MB of their steps and sums."""


def suspicious(pixels: Array, frame: Frame, eighths: int, interval: int = 0) -> tuple[int, ...]:
    """The channels for which the full test has to run, from the pixels that are there anyway.

    Args:
        pixels, frame, eighths: As for `screen`.
        interval: As for `has_room`.
    """
    if not has_room(frame, interval):
        return ()
    small = frame.width_px * frame.height_px <= _SMALL_PIXELS
    least = _SCREEN_SMALL if small else _SCREEN
    scores = screen(pixels, frame, eighths)
    return tuple(channel for channel, score in enumerate(scores) if score >= least)


def screen(pixels: Array, frame: Frame, eighths: int) -> list[float]:
    """A cheap score for each channel from a reduced decode; see `suspicious`.

    Args:
        pixels: Height x width x channels (grey, RGB or four inks), at `eighths` of the full size.
        frame: The frame; `has_room(frame)` must hold.
        eighths: 1 to 8; then a block is `eighths` pixels wide.
    """
    np = numpy()
    across, down = (side // 8 * eighths for side in frame.unit_px)
    units_down, units_across = pixels.shape[0] // down, pixels.shape[1] // across
    whole = pixels[: units_down * down, : units_across * across]
    edges = np.arange(1, units_down) * down
    scores = [0.0] * pixels.shape[2]
    rows = max(2, _UNITS_AT_ONCE // units_across)
    for first in range(0, len(edges) - 1, rows - 1):  # what begins in a row ends in the next
        part = edges[first : first + rows]
        luma = chroma = _mean_steps(whole, part, 1, across)
        if eighths == FULL and frame.down > 1:  # interpolated across the edge
            chroma = _mean_steps(whole, part, 2, across)
        for channel, score in enumerate(scores):
            steps = (chroma if channel else luma)[:, channel]
            least_mean = LEAST_CHROMA if channel else LEAST_LUMA
            found = boxcar(steps, units_across, 0.5, least_mean)[1]
            scores[channel] = max(score, float(found.max(initial=0)))
    return scores


def _mean_steps(pixels: Array, edges: Array, out: int, across: int) -> Array:
    """The mean step of each unit, of moderate height: units in coded order x channels.

    Args:
        pixels: Of whole units.
        edges, out: As for `doubled_steps`.
        across: Pixels of a unit.
    """
    np = numpy()
    _, width, channels = pixels.shape
    units_across = width // across
    weights = _channel_means(across, channels)
    steps = np.empty((len(edges) * units_across, channels))
    block = max(1, _BLOCK_VALUES // (width * channels))
    for first in range(0, len(edges), block):
        doubled = doubled_steps(pixels, edges[first : first + block], out, 1)
        doubled = doubled.reshape(-1, len(weights)).astype(np.float32)
        begin = first * units_across
        np.matmul(doubled, weights, out=steps[begin : begin + len(doubled)])
    steps /= 2
    return np.clip(steps, -40, 40, out=steps)


def _channel_means(across: int, channels: int) -> Array:
    """Weights that make of so many pixels the mean of each channel; of RGB that of Y, Cb, Cr."""
    np = numpy()
    mix = np.array(_TO_YCC).T if channels == 3 else np.eye(channels)
    return np.tile(mix / across, (across, 1)).astype(np.float32)
