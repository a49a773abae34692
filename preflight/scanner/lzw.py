"""LZW: walks the codes of GIF and TIFF data and counts the pixels, without making them.

A wrong bit nearly always changes how long the strings are that follow, so the count, the end code
and codes that are not yet defined tell of damage. About 0.3 s a megabyte; memory is constant.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

MAX_CODES = 4096

Verdict = Literal["whole", "short", "long", "undefined", "left-over"]


class Walked(NamedTuple):
    """How a walk ended.

    Attributes:
        verdict: `whole`; `short`: the data or its end code came too early; `long`: more came than
            there is room for; `undefined`: a code that means nothing; `left-over`: the end code
            came in time but bytes follow it.
        coded: Pixels (GIF) or bytes (TIFF) that were coded until then.
        used_bytes: Bytes of the data read until then.
        ended: The walk met the end code.
    """

    verdict: Verdict
    coded: int
    used_bytes: int
    ended: bool


_LEFT_OVER_BYTES = 4
"""Encoders pad the end with a few bytes."""


def walk_gif(data: bytes, code_bits: int, wanted: int) -> Walked:
    """Walks GIF's variant: codes begin at the low bits and grow late.

    Args:
        data: The joined sub-blocks.
        code_bits: Bits of a pixel, 1 to 11.
        wanted: Pixels of the frame.
    """
    clear = 1 << code_bits
    end_code = clear + 1
    lengths = [1] * clear + [0] * (MAX_CODES - clear)
    size, free, previous = code_bits + 1, end_code + 1, 0
    limit, mask = 1 << size, (1 << size) - 1
    bits = held = count = at = 0
    last = len(data)
    while True:
        while held < size:
            if at >= last:
                return Walked("whole" if count == wanted else "short", count, at, False)
            bits |= data[at] << held
            held += 8
            at += 1
        code = bits & mask
        bits >>= size
        held -= size
        if code < clear:
            length = 1
        elif code > end_code:
            if code < free:
                length = lengths[code]
            elif code == free and previous:
                length = previous + 1
            else:
                return Walked("undefined", count, at, False)
        elif code == clear:
            size, free, previous = code_bits + 1, end_code + 1, 0
            limit, mask = 1 << size, (1 << size) - 1
            continue
        else:
            return _ended(count, wanted, at, last)
        count += length
        if count > wanted:
            return Walked("long", wanted, at, False)
        if previous and free < MAX_CODES:
            lengths[free] = previous + 1
            free += 1
            if free == limit and size < 12:
                size += 1
                limit <<= 1
                mask = limit - 1
        previous = length


def walk_tiff(data: bytes, wanted: int) -> Walked:
    """Walks TIFF's variant: codes begin at the high bits and grow early (TIFF 6.0, section 13).

    Args:
        data: One strip or tile.
        wanted: Bytes that it holds.
    """
    lengths = [1] * 256 + [0] * (MAX_CODES - 256)
    size, free, previous = 9, 258, 0
    bits = held = count = at = 0
    last = len(data)
    while True:
        while held < size:
            if at >= last:
                return Walked("whole" if count >= wanted else "short", count, at, False)
            bits = (bits << 8 | data[at]) & 0xFFFFFFFF
            held += 8
            at += 1
        held -= size
        code = bits >> held & (1 << size) - 1
        if code < 256:
            length = 1
        elif code == 256:
            size, free, previous = 9, 258, 0
            continue
        elif code == 257:
            return _ended(count, wanted, at, last)
        elif code < free:
            length = lengths[code]
        elif code == free and previous:
            length = previous + 1
        else:
            return Walked("undefined", count, at, False)
        count += length
        if count > wanted:
            return Walked("long", wanted, at, False)
        if previous:
            if free >= MAX_CODES:
                return Walked("undefined", count, at, False)
            lengths[free] = previous + 1
            free += 1
            if free >= 511:
                size = 10 if free < 1023 else 11 if free < 2047 else 12
        previous = length


def _ended(count: int, wanted: int, at: int, last: int) -> Walked:
    """At the end code."""
    if count != wanted:
        return Walked("short", count, at, True)
    return Walked("left-over" if last - at > _LEFT_OVER_BYTES else "whole", count, at, True)
