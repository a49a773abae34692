"""PNG, chunk by chunk: where each one lies and whether its checksum fits. Bounded, never raises."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from preflight.frozen import frozen

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_BITS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}

ADAM7_PASSES = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
"""Left, top, step right, step down of the seven interlace passes (PNG 3rd edition, 8.1)."""

_LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


class Chunk(NamedTuple):
    """One chunk. `start` is of its length field; the body is `[body, body_end)`.

    Attributes:
        name: Four letters, as bytes.
        start, body, body_end: Offsets in the file; `body_end` may be cut at the end of the file.
        whole: It lies in the file with its checksum.
    """

    name: bytes
    start: int
    body: int
    body_end: int
    whole: bool

    @property
    def end(self) -> int:
        """Behind the checksum."""
        return self.body_end + 4 if self.whole else self.body_end

    @property
    def critical(self) -> bool:
        """A decoder must understand it."""
        return not self.name[0] & 32


@frozen
class Header:
    """The values of IHDR.

    Attributes:
        width_px, height_px: Size.
        bits: A sample.
        colour_type: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA.
        interlaced: Adam7.
        legal: All values are ones that the standard allows.
    """

    width_px: int
    height_px: int
    bits: int
    colour_type: int
    interlaced: bool
    legal: bool

    @classmethod
    def parse(cls, body: bytes) -> Header:
        """Reads the 13 bytes of an IHDR."""
        width, height, bits, colour, method, filters, interlace = struct.unpack(">IIBBBBB", body)
        legal = (
            0 < width < 1 << 31
            and 0 < height < 1 << 31
            and bits in _BITS.get(colour, ())
            and method == filters == 0
            and interlace <= 1
        )
        return cls(width, height, bits, colour, interlace == 1, legal)

    def passes(self) -> list[tuple[int, int]]:
        """Bytes of a row (its filter byte included) and rows, for each pass that has pixels."""
        bits = self.bits * CHANNELS[self.colour_type]
        sizes = [(self.width_px, self.height_px)]
        if self.interlaced:
            sizes = [
                (-(-(self.width_px - left) // right), -(-(self.height_px - top) // down))
                for left, top, right, down in ADAM7_PASSES
            ]
        return [(1 + (wide * bits + 7) // 8, high) for wide, high in sizes if wide > 0 < high]


def chunks(data: bytes, start: int = len(SIGNATURE)) -> Iterator[Chunk]:
    """The chunks from `start` on, up to IEND, the end of the file or what cannot be a chunk.

    The last one may be cut (`whole` is false).
    """
    size = len(data)
    at = start
    while at + 8 <= size:
        length = int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8]
        if length >= 1 << 31 or not _LETTERS.issuperset(name):
            return
        end = at + 8 + length
        if end + 4 > size:
            yield Chunk(name, at, at + 8, min(end, size), whole=False)
            return
        yield Chunk(name, at, at + 8, end, whole=True)
        if name == b"IEND":
            return
        at = end + 4


def checksum_fits(data: bytes, chunk: Chunk) -> bool:
    """Whether the CRC of a whole chunk is right."""
    with memoryview(data) as view:
        actual = zlib.crc32(view[chunk.start + 4 : chunk.body_end])
    return actual == int.from_bytes(data[chunk.body_end : chunk.body_end + 4], "big")
