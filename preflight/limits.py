"""Limits: how much of a stranger's file preflight is willing to open. The one table."""

from __future__ import annotations

import os
from dataclasses import replace

from preflight.frozen import frozen

MB = 1_000_000
"""Bytes in a megabyte as preflight means it everywhere, in code and in words."""


def in_mebibytes(size_bytes: int) -> str:
    """Memory in words.

    >>> in_mebibytes(2 * 1024**3)
    '2048 MiB'
    """
    return f"{size_bytes / 1024**2:.0f} MiB"


@frozen
class Limits:
    """Bounds that hold before anything is decoded.

    Attributes:
        max_bytes: Bytes read of a file; a larger one is `too-large-to-open`.
        max_pixels: Pixels of a picture, or of an animation's canvas, that is decoded whole.
        max_scaled_pixels: Pixels of a baseline JPEG, which can be decoded at a reduced scale.
        max_jpeg_scans: Scans of a JPEG; real files have at most 14.
        max_jpeg_scan_megapixels: Scans times megapixels of a JPEG.
        max_inflated_bytes: Bytes that one text, ICC or Exif chunk may inflate to.
        timeout_s: Seconds that a photo may take in an isolated process.
        max_memory_bytes: Address space of an isolated process.
    """

    max_bytes: int = 100 * MB
    max_pixels: int = 100 * MB
    max_scaled_pixels: int = 300 * MB
    max_jpeg_scans: int = 100
    max_jpeg_scan_megapixels: int = 500
    max_inflated_bytes: int = 8 * MB
    timeout_s: float = 60.0
    max_memory_bytes: int = 2 * 1024**3

    @classmethod
    def from_environment(cls) -> Limits:
        """The defaults, with `PREFLIGHT_MAX_PIXELS` obeyed.

        Raises:
            ValueError: The variable is not a positive whole number.
        """
        text = os.environ.get("PREFLIGHT_MAX_PIXELS")
        if not text:
            return cls()
        if not text.isdecimal() or int(text) < 1:
            raise ValueError(f"PREFLIGHT_MAX_PIXELS is {text!r}, not a positive whole number")
        return cls().with_max_pixels(int(text))

    def with_max_pixels(self, max_pixels: int) -> Limits:
        """The same, with pictures of up to `max_pixels` decoded whole.

        A baseline JPEG, which costs little at a reduced scale, keeps its own limit if that is more.
        """
        scaled = max(max_pixels, type(self)().max_scaled_pixels)
        return replace(self, max_pixels=max_pixels, max_scaled_pixels=scaled)
