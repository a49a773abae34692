"""JPEG, tables: is a quantisation or Huffman table one that a decoder can use and a camera writes?

Layouts and rules: ITU-T T.81, B.2.4 (tables) and annex C (Huffman codes).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from preflight.frozen import frozen
from preflight.scanner.arrays import numpy

Array = Any
Table = tuple[int, ...]


class BadTableError(ValueError):
    """A table that no decoder can use; the message is the short name of the defect."""


@frozen
class Quantiser:
    """A quantisation table: its number 0 to 3 and its 64 steps in zigzag order."""

    number: int
    steps: Table


def quantisers(body: bytes) -> list[Quantiser]:
    """The tables of one DQT segment.

    Args:
        body: The segment without marker and length.

    Raises:
        BadTableError: `bad-quantisation-table`.
    """
    found = []
    at = 0
    while at < len(body):
        wide, number = body[at] >> 4, body[at] & 15
        size = 128 if wide else 64
        raw = body[at + 1 : at + 1 + size]
        if wide > 1 or number > 3 or len(raw) < size:
            raise BadTableError("bad-quantisation-table")
        steps = tuple(raw) if not wide else tuple(a << 8 | b for a, b in zip(raw[::2], raw[1::2]))
        if 0 in steps:
            raise BadTableError("bad-quantisation-table")
        found.append(Quantiser(number, steps))
        at += 1 + size
    return found


def huffman_numbers(body: bytes) -> list[int]:
    """Class and number (class << 4 | number) of the tables of one DHT segment.

    Raises:
        BadTableError: `bad-huffman-table`: more codes than bits allow, a symbol twice, a DC
            symbol above 15, or counts that do not fit the segment.
    """
    found = []
    at = 0
    while at < len(body):
        counts = body[at + 1 : at + 17]
        symbols = body[at + 17 : at + 17 + sum(counts)]
        if (
            body[at] >> 4 > 1
            or body[at] & 15 > 3
            or len(counts) < 16
            or not _codes_fit(counts)
            or len(symbols) < sum(counts)
            or len(set(symbols)) < len(symbols)
            or (body[at] < 16 and any(symbol > 16 for symbol in symbols))
        ):
            raise BadTableError("bad-huffman-table")
        found.append(body[at])
        at += 17 + len(symbols)
    return found


END_OF_BLOCK = 0
"""Symbol of an AC table: the rest of the block is zero (T.81, F.1.2.2.1)."""


def first_symbols(body: bytes) -> list[tuple[int, int]]:
    """Number and symbol of the code of zero bits, of each AC table in a sound DHT segment."""
    found = []
    at = 0
    while at + 17 < len(body):
        if body[at] >> 4:
            found.append((body[at] & 15, body[at + 17]))
        at += 17 + sum(body[at + 1 : at + 17])
    return found


def _codes_fit(counts: bytes) -> bool:
    codes = 0
    for bits, count in enumerate(counts, start=1):
        codes = 2 * codes + count
        if codes > 1 << bits:
            return False
    return True


# T.81 annex K.1, in zigzag order: the tables that nearly every encoder scales by a quality.
_LUMINANCE = bytes.fromhex(
    "100b0c0e0c0a100e0d0e1211101318281a181616183123251d283a333d3c3933"
    "383740485c4e404457453738506d51575f626768673e4d71797064785c656763"
)
_CHROMINANCE = bytes.fromhex("1112121815182f1a1a2f634238426363") + bytes([99]) * 48


@cache
def _scaled_standard_tables() -> Array:
    """The annex K tables at qualities 5 to 99, by the formula of the IJG library; (190, 64)."""
    np = numpy()
    scales = np.array([5000 // q if q < 50 else 200 - 2 * q for q in range(5, 100)])
    standard = np.frombuffer(_LUMINANCE + _CHROMINANCE, np.uint8).astype(np.int32).reshape(2, 1, 64)
    scaled = (standard * scales[:, None] + 50) // 100
    return np.clip(scaled, 1, 255).reshape(-1, 64)


def wild_entries(steps: Table) -> int:
    """How many entries of a standard table were changed out of all proportion, 0 if it is sound.

    A table that is a standard one but for a few entries, each off by a factor of 2 or more, was
    hit by a flipped bit. Makers' own tables differ in many entries or by rounding (7 % of real
    files) and give 0.
    """
    standard = _scaled_standard_tables()
    differing = (standard != numpy().array(steps)).sum(1)
    nearest = int(differing.argmin())  # the first of several
    if not differing[nearest]:
        return 0
    changed = [(a, b) for a, b in zip(standard[nearest].tolist(), steps) if a != b]
    wild = [1 for a, b in changed if abs(a - b) > 3 and max(a, b) >= 2 * min(a, b)]
    if 1 <= len(changed) <= 10 and (len(wild) == len(changed) or len(wild) >= 4):
        return len(wild)
    return 0
