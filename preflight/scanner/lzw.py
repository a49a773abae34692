"""LZW: walks the codes of GIF and TIFF data and counts the pixels, without making them.

A wrong bit nearly always changes how long the strings are that follow, so the count, the end code
and codes that are not yet defined tell of damage.

Codes grow with their number since the last clear code, so the place of each is known beforehand:
all up to the next clear code are taken out at once. A code stands for the string of an earlier
code and one more pixel, so its length is its depth in a tree, found by doubling steps. About 0.05 s
a megabyte.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Literal, NamedTuple

from preflight.scanner.arrays import numpy

MOST_CODE_BITS = 12
_MAX_CODES = 1 << MOST_CODE_BITS
_LEFT_OVER_BYTES = 4
"""Encoders pad the end with a few bytes."""

_LATE_BLOCK = 8192
"""Codes taken out at once when the table is full and no clear code comes."""

Verdict = Literal["whole", "short", "long", "undefined", "left-over", "unchecked"]


class Walked(NamedTuple):
    """How a walk ended.

    Attributes:
        verdict: `whole`; `short`: the data or its end code came too early; `long`: more came than
            there is room for; `undefined`: a code that means nothing; `left-over`: the end code
            came in time but bytes follow it; `unchecked`: the budget was spent.
        coded: Pixels (GIF) or bytes (TIFF) until then.
        used_bytes: Bytes of the data read until then.
        ended: The walk met the end code.
    """

    verdict: Verdict
    coded: int
    used_bytes: int
    ended: bool


@dataclass(slots=True)
class Budget:
    """Runs between two clear codes that may still be walked; each has a cost of its own.

    A hostile file has one clear code after the other; encoders that only pretend to compress have
    one every 250 codes.
    """

    runs: int

    @classmethod
    def for_bytes(cls, size: int) -> Budget:
        """Enough for any file of that size with runs of 256 bytes, and for small ones."""
        return cls(2000 + size // 256)


@dataclass(frozen=True)
class Variant:
    """One of the two kinds of LZW.

    Attributes:
        code_bits: Bits of a pixel or byte.
        high_first: Codes begin at the high bits (TIFF 6.0, section 13); else at the low ones.
        early: Codes grow one code before they must (TIFF).
    """

    code_bits: int
    high_first: bool = False
    early: int = 0

    @property
    def clear(self) -> int:
        """The code that empties the table; the end code is the next one."""
        return 1 << self.code_bits

    @property
    def first_free(self) -> int:
        """The first code that stands for a string."""
        return self.clear + 2

    @cached_property
    def entries(self) -> int:
        """Strings that the table can hold."""
        return _MAX_CODES - self.first_free

    @cached_property
    def widths(self) -> Any:
        """Bits of each code, by its number since the clear code, until the table is full."""
        np = numpy()
        numbers = np.arange(self.entries + 1)
        free = self.first_free + np.maximum(numbers - 1, 0) + self.early
        grown = np.floor(np.log2(free)).astype(np.int64) + 1
        grown[0] = self.code_bits + 1
        return np.clip(grown, self.code_bits + 1, MOST_CODE_BITS)

    @cached_property
    def places(self) -> Any:
        """Bits from the clear code to each code."""
        np = numpy()
        return np.concatenate(([0], np.cumsum(self.widths)))


TIFF = Variant(8, high_first=True, early=1)


@cache
def gif(code_bits: int) -> Variant:
    """GIF's variant for pixels of so many bits."""
    return Variant(code_bits)


def walk(variant: Variant, data: bytes, least: int, most: int, budget: Budget) -> Walked:
    """Walks the codes of a frame, strip or tile.

    Args:
        variant: How it is coded.
        data: All of its bytes.
        least: Pixels or bytes that must come out.
        most: That may come out.
        budget: Is made smaller.
    """
    return _Walk(variant, data, least, most).run(budget)


class _Walk:
    def __init__(self, variant: Variant, data: bytes, least: int, most: int) -> None:
        np = numpy()
        self.variant = variant
        self.least, self.most = least, most
        self.size_bits = 8 * len(data)
        self.bytes = np.frombuffer(data + b"\0\0\0", np.uint8)
        self.at = 0
        self.coded = 0

    def run(self, budget: Budget) -> Walked:
        while True:
            budget.runs -= 1
            if budget.runs < 0:
                return self._walked("unchecked")
            result = self._run_of_codes()
            if result is not None:
                return result

    def _run_of_codes(self) -> Walked | None:
        """Walks to the next clear code; the result when the walk ends before."""
        np, variant = numpy(), self.variant
        places = variant.places
        room = int(np.searchsorted(places, self.size_bits - self.at, side="right")) - 1
        codes = self._codes(self.at + places[:room], variant.widths[:room])
        special = self._first_special(codes)
        known = codes[:special] - variant.first_free
        lengths, good = _depths(known)
        self.at += int(places[good])
        full = self.most - self.coded
        stop = self._count(lengths)
        if stop is not None:
            if good == len(codes) and self._is_padding(lengths, full):
                return self._walked("whole")
            return stop
        if good < len(known):
            return self._walked("undefined")
        if special < len(codes):
            return self._at_special(int(codes[special]), int(variant.widths[special]))
        if room < len(variant.widths):
            return self._out_of_data()
        return self._late_codes(lengths + 1)

    def _late_codes(self, strings: Any) -> Walked | None:
        """The table is full: nothing new is learnt until a clear code comes."""
        np, variant = numpy(), self.variant
        table = np.concatenate((np.ones(variant.first_free, np.int64), strings[: variant.entries]))
        while True:
            room = min(_LATE_BLOCK, (self.size_bits - self.at) // MOST_CODE_BITS)
            starts = self.at + MOST_CODE_BITS * np.arange(room)
            codes = self._codes(starts, np.full(room, MOST_CODE_BITS))
            special = self._first_special(codes)
            stop = self._count(table[codes[:special]])
            self.at += MOST_CODE_BITS * special
            if stop is not None:
                return stop
            if special < len(codes):
                return self._at_special(int(codes[special]), MOST_CODE_BITS)
            if room < _LATE_BLOCK:
                return self._out_of_data()

    def _codes(self, starts: Any, widths: Any) -> Any:
        """The codes at bit offsets; none is longer than 12 bits, so each lies in 3 bytes."""
        np = numpy()
        first, shift = starts >> 3, starts & 7
        one, two, three = (self.bytes[first + n].astype(np.uint32) for n in range(3))
        if self.variant.high_first:
            values = (one << 16 | two << 8 | three) >> (24 - shift - widths).astype(np.uint32)
        else:
            values = (three << 16 | two << 8 | one) >> shift.astype(np.uint32)
        return values.astype(np.int64) & ((1 << widths) - 1)

    def _first_special(self, codes: Any) -> int:
        """Number of the first clear or end code, or of codes if there is none."""
        np, clear = numpy(), self.variant.clear
        found = np.flatnonzero((codes == clear) | (codes == clear + 1))
        return int(found[0]) if len(found) else len(codes)

    def _count(self, lengths: Any) -> Walked | None:
        self.coded += int(lengths.sum())
        if self.coded > self.most:
            self.coded = self.most
            return self._walked("long")
        return None

    def _is_padding(self, lengths: Any, full: int) -> bool:
        """Codes behind the last pixel that are only the bytes with which some encoders fill up.

        They are few, and no end code is behind them; behind the codes of damaged data there is.

        Args:
            lengths: Of the strings up to the end of the data.
            full: Pixels that there was room for before them.
        """
        np = numpy()
        sums = np.concatenate(([0], np.cumsum(lengths)))
        behind = len(lengths) - int(np.searchsorted(sums, full))
        fills_up = bool((sums == full).any())
        return fills_up and behind * self.variant.code_bits <= 8 * _LEFT_OVER_BYTES

    def _at_special(self, code: int, width: int) -> Walked | None:
        self.at += width
        left = (self.size_bits - self.at) // 8
        if code == self.variant.clear:
            # Some encoders begin anew behind the last pixel and fill up the table's first byte.
            done = self.coded == self.most and left <= _LEFT_OVER_BYTES
            return self._walked("whole") if done else None
        if self.coded < self.least:
            return self._walked("short", ended=True)
        return self._walked("left-over" if left > _LEFT_OVER_BYTES else "whole", ended=True)

    def _out_of_data(self) -> Walked:
        return self._walked("whole" if self.coded >= self.least else "short")

    def _walked(self, verdict: Verdict, ended: bool = False) -> Walked:
        return Walked(verdict, self.coded, -(-self.at // 8), ended)


def _depths(parents: Any) -> tuple[Any, int]:
    """Lengths of the strings of a run of codes, up to the first that is not defined.

    Args:
        parents: For each code the number of the code whose string it prolongs; negative for a
            code that is a pixel itself.

    Returns:
        The lengths, and how many there are.
    """
    np = numpy()
    wrong = np.flatnonzero(parents >= np.arange(len(parents)))
    good = int(wrong[0]) if len(wrong) else len(parents)
    root = good
    up = np.append(np.where(parents[:good] < 0, root, parents[:good]), root)
    lengths = np.append(np.ones(good, np.int64), 0)
    while not (up == root).all():
        lengths = lengths + lengths[up]
        up = up[up]
    return lengths[:good], good
