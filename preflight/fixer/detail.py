"""Detail: how many decoded pixels the output needs. Loaded before anything is decoded."""

from __future__ import annotations

import math

DETAIL = 1.4
"""Decoded pixels for each of the output, along a side, that a reduced decode has to leave. With
1.48 (12 megapixels at half scale to 1024 px) butteraugli's 3-norm against the whole decode is 0.19,
with 1.0 to 1.25 it is more than twice that; below 1 is invisible."""

ENOUGH_TO_COMPARE = 0.5
"""The same for the proof, which compares at an eighth of the output's size, not below 128 px."""


def side_to_decode(side_px: float) -> int:
    """The shorter side that a decode has to leave for a square of `side_px` of the whole photo."""
    return math.ceil(side_px * DETAIL)
