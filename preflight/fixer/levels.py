"""Levels: the ways to encode a picture from best to smallest, and the best that fits."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from preflight.fixer.encode import Encoded
from preflight.frozen import frozen

if TYPE_CHECKING:
    from PIL import Image

LOWEST_QUALITY = 70
"""Below it blocks show in faces; rather fewer pixels (design.md, section 7)."""

MOST_ENCODES = 5
SIDE_STEP_PX = 16
SURE = 0.8
"""Share of the model's step to the next better level that must already break the limit."""
USUAL_ENCODES = 3
NEAR_ENOUGH = 2.0
"""The same after so many encodes: then few better qualities still fit. 26 pictures x 5 limits: at
most 3 encodes in 122 of 130, the best quality in 110, at most 3 lower in the others."""


@frozen
class _Level:
    """One way to encode; levels are ordered from best to smallest."""

    side_px: int
    quality: int

    def log_bytes(self, side_px: int) -> float:
        """Logarithm of the bytes to expect, but for a constant: an error of some per cent.

        Bytes go with the quantisation step to the power -0.70, as measured on 14 portraits, and
        with a little less than the number of pixels, since a smaller picture has more detail in
        each.
        """
        step = 5000 / self.quality if self.quality < 50 else 200 - 2 * self.quality
        return 1.7 * math.log(self.side_px / side_px) - 0.70 * math.log(step + 6)


def fitted(
    image: Image.Image,
    qualities: Sequence[int],
    floor_px: int | None,
    encode: Callable[[Image.Image, int], bytes],
    max_bytes: int,
    first_bytes: float,
    *,
    first_was_other: bool = False,
) -> Encoded:
    """The best level that fits, by regula falsi on the logarithm of bytes.

    The first level is known not to fit, or was encoded in another way and may be tried again. With
    the model of `_Level` the second guess is near and the third usually the answer. It ends when
    the next better level is known, or by the model sure, to be too large.

    Args:
        image: At the size that is wanted.
        qualities: To try at that size, best first; the last of them for smaller sizes.
        floor_px: Smallest longer side; None keeps the size.
        encode: Makes a file of an image at a quality.
        max_bytes: The limit.
        first_bytes: What the first level took or, encoded in another way, is expected to take.
        first_was_other: It is only expected.
    """
    side = max(image.size)
    levels = [_Level(side, quality) for quality in qualities]
    levels += [_Level(smaller, qualities[-1]) for smaller in _sides_below(side, floor_px)]
    expected = [level.log_bytes(side) for level in levels]
    goal = math.log(max_bytes)
    too_large, fits = (-1 if first_was_other else 0), len(levels)
    sizes = {0: math.log(first_bytes)}
    best: Encoded | None = None
    smallest = Encoded(b"", image.size, None, False, 1)
    encodes = 1
    while too_large + 1 < fits and encodes < MOST_ENCODES:
        at = _guess(expected, sizes, goal, too_large, fits)
        if best is None and encodes == MOST_ENCODES - 1:
            at = len(levels) - 1  # the last try: is it possible at all?
        smaller = _shrunk(image, levels[at].side_px)
        data = encode(smaller, levels[at].quality)
        encodes += 1
        sizes[at] = math.log(len(data))
        fit = len(data) <= max_bytes
        tried = Encoded(data, smaller.size, levels[at].quality, fit, encodes)
        if tried.fits:
            best, fits = tried, at
            steps = SURE if encodes < USUAL_ENCODES else NEAR_ENOUGH
            if at > 0 and sizes[at] + (expected[at - 1] - expected[at]) * steps > goal:
                break
        else:
            smallest, too_large = tried, at
    return replace(best or smallest, encodes=encodes)


def _guess(
    expected: list[float], sizes: dict[int, float], goal: float, too_large: int, fits: int
) -> int:
    """The first level that should fit, strictly between the two bounds."""
    nearest, *others = sorted(sizes, key=lambda at: abs(sizes[at] - goal))
    slope = 1.0
    if others and expected[others[0]] != expected[nearest]:
        rise = (sizes[others[0]] - sizes[nearest]) / (expected[others[0]] - expected[nearest])
        slope = min(max(rise, 0.3), 2.0)
    wanted = expected[nearest] + (goal - sizes[nearest]) / slope
    for at in range(too_large + 1, fits):
        if expected[at] <= wanted + 1e-9:
            return at
    return fits - 1


def _sides_below(side_px: int, floor_px: int | None) -> list[int]:
    """Smaller sides to try, down to the floor itself."""
    if floor_px is None or floor_px >= side_px:
        return []
    return [*range(side_px - SIDE_STEP_PX, floor_px, -SIDE_STEP_PX), floor_px]


def _shrunk(image: Image.Image, side_px: int) -> Image.Image:
    from PIL.Image import Resampling

    longest = max(image.size)
    if side_px == longest:
        return image
    width, height = (max(1, round(length * side_px / longest)) for length in image.size)
    return image.resize((width, height), Resampling.BICUBIC)
