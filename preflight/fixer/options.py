"""FixOptions: what a person may wish of a fix."""

from __future__ import annotations

from typing import Literal

from preflight.errors import UsageError
from preflight.facts import Box
from preflight.frozen import frozen

FORMATS = ("jpeg", "png", "auto")
"""Of copies."""

CROPS = ("auto", "face", "center", "top", "whole")
"""Ways to crop that have a name."""


@frozen
class FixOptions:
    """Wishes; the platform's limits come on top.

    Attributes:
        size_px: Side of the output square; clamped into the platform's range.
        max_bytes: Upper limit besides the platform's.
        to: `jpeg`, `png`, or `auto` (PNG only for real transparency where it is accepted).
        crop: `auto`, `face`, `center`, `top`, `whole`, or a window (left, top, right, bottom) in
            pixels of the upright source.
        pad: Colour (`#rrggbb` or a CSS name) or `blur`; fills where the square leaves the photo.
        background: Colour that replaces transparency.
        enlarge: Enlarge smaller photos to `size_px`.
        keep_metadata: Keep all metadata but location and orientation.
        salvage: Cut the damaged part away instead of refusing a damaged photo.
    """

    size_px: int = 1024
    max_bytes: int | None = None
    to: Literal["jpeg", "png", "auto"] = "jpeg"
    crop: Literal["auto", "face", "center", "top", "whole"] | Box = "auto"
    pad: str | None = None
    background: str = "white"
    enlarge: bool = True
    keep_metadata: bool = False
    salvage: bool = False


def checked(options: FixOptions) -> FixOptions:
    """The wishes, if each is one of those that there are.

    Raises:
        UsageError: One is not; it would be taken for another.
    """
    if options.to not in FORMATS:
        raise UsageError(f"{options.to!r} is not a format (to).", f"Use {', '.join(FORMATS)}.")
    if not isinstance(options.crop, tuple) and options.crop not in CROPS:
        raise UsageError(
            f"{options.crop!r} is not a way to crop.",
            f"Use {', '.join(CROPS)}, or a window of left, top, right, bottom.",
        )
    return options
