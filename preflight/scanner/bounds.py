"""Bounds: what keeps a walk over a stranger's file short, shared by the raster formats."""

from __future__ import annotations

import zlib

from preflight.facts import LimitHit
from preflight.limits import Limits
from preflight.scanner.structure import Segment

MAX_SEGMENTS = 20_000
"""Segments kept of a file. Runs of one name count once; real files have a few dozen."""


def pixel_limit(width_px: int, height_px: int, limits: Limits) -> tuple[LimitHit, ...]:
    """The limit that a picture or canvas of that size hits, if any.

    >>> pixel_limit(30_000, 30_000, Limits())[0].measured
    '900 megapixels'
    >>> pixel_limit(10_000, 10_000, Limits())
    ()
    """
    pixels = width_px * height_px
    if pixels <= limits.max_pixels:
        return ()
    return (LimitHit("max_pixels", megapixels(pixels), megapixels(limits.max_pixels)),)


def megapixels(pixels: int) -> str:
    """A number of pixels in words: "900 megapixels"."""
    return f"{pixels / 1e6:,.0f} megapixels"


class InflateError(ValueError):
    """A deflated block is damaged or inflates to more than is allowed."""


def inflate(data: bytes | memoryview, max_bytes: int) -> bytes:
    """Inflates a small zlib block: a text, a colour profile.

    Args:
        data: A zlib stream; bytes behind its end are ignored.
        max_bytes: Most bytes that may come out.

    Raises:
        InflateError: It is damaged, ends early or is larger than allowed.
    """
    stream = zlib.decompressobj()
    try:
        inflated = stream.decompress(data, max_bytes + 1)
    except zlib.error as error:
        raise InflateError(f"the compressed data is damaged: {error}") from error
    if len(inflated) > max_bytes:
        raise InflateError(f"it inflates to more than {max_bytes / 1e6:.3g} MB")
    if not stream.eof:
        raise InflateError("the compressed data ends early")
    return inflated


class SegmentLog:
    """Collects the pieces of a file; runs of one name become one piece.

    Files of millions of tiny pieces exist, so what is kept is bounded: with more than
    `MAX_SEGMENTS` the log gives none at all, and the file cannot be stripped losslessly.
    """

    def __init__(self) -> None:
        self._pieces: list[tuple[str, int, int]] = []
        self._full = False

    def add(self, name: str, start: int, end: int) -> None:
        """Notes the piece `[start, end)`."""
        if self._pieces and self._pieces[-1][0] == name and self._pieces[-1][2] == start:
            self._pieces[-1] = (name, self._pieces[-1][1], end)
        elif len(self._pieces) < MAX_SEGMENTS:
            self._pieces.append((name, start, end))
        else:
            self._full = True

    def segments(self) -> tuple[Segment, ...]:
        """All pieces in file order, or none if there were too many."""
        return () if self._full else tuple(Segment(*piece) for piece in self._pieces)
