"""Run lengths: walks BMP's RLE and TIFF's PackBits and counts, without making the pixels."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Walked(NamedTuple):
    """How a walk over a BMP's runs ended.

    Attributes:
        verdict: `whole`; `short`: the data ends before the picture; `overrun`: a run leaves it.
        rows: Rows that were finished.
        used_bytes: Bytes read.
    """

    verdict: Literal["whole", "short", "overrun"]
    rows: int
    used_bytes: int


def walk_bmp(data: memoryview, width_px: int, height_px: int, nibbles: bool) -> Walked:
    """Walks RLE8, or RLE4 with `nibbles`.

    Rows may be left early and pixels skipped: both are legal. A run that leaves its row by less
    than a word is tolerated, as decoders do.
    """
    size, at, x, y = len(data), 0, 0, 0
    widest = (width_px + 3) // 4 * 4
    while at + 1 < size:
        count, value = data[at], data[at + 1]
        at += 2
        if count:
            x += count
        elif value == 0:
            x, y = 0, y + 1
        elif value == 1:
            return Walked("whole", height_px, at)
        elif value == 2:
            if at + 1 >= size:
                break
            x, y, at = x + data[at], y + data[at + 1], at + 2
        else:
            x += value
            coded = (value + 1) // 2 if nibbles else value
            at += coded + coded % 2
            if at > size + 1:
                break
        if y >= height_px:
            # Many writers end the last row and then the picture, some only the row.
            ended = x == 0 or y > height_px
            return Walked("whole" if ended else "overrun", height_px, at)
        if x > widest:
            return Walked("overrun", y, at)
    last = y + (x >= width_px)
    return Walked("whole" if last >= height_px else "short", min(last, height_px), at)


_LEFT_OVER_BYTES = 4
"""Encoders pad the end of a strip."""


def packbits_fits(data: bytes, least: int, most: int) -> bool:
    """Whether a PackBits strip (TIFF 6.0, section 9) holds as many bytes as it should."""
    size, at, count = len(data), 0, 0
    while at < size:
        head = data[at]
        if head < 128:
            count += min(head + 1, size - at - 1)
            at += head + 2
        elif head > 128:
            count += 257 - head
            at += 2
        else:
            at += 1
        if count > most:
            return False
        if count >= least and size - at <= _LEFT_OVER_BYTES:
            return True
    return count >= least
