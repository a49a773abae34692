"""WebP, chunk by chunk, and the headers of its two kinds of bitstream. Bounded, never raises."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

RIFF_HEADER_BYTES = 12
FRAME_HEADER_BYTES = 16
"""Of an ANMF chunk, in front of the frame's own chunks."""

BITSTREAMS = frozenset({b"VP8 ", b"VP8L"})
KNOWN = frozenset({b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP", b"EXIF", b"XMP ", *BITSTREAMS})


class Chunk(NamedTuple):
    """One RIFF chunk. `start` is of its name; the body is `[body, body_end)`.

    Attributes:
        name: Four characters, as bytes.
        start, body, body_end: Offsets in the file; `body_end` may be cut.
        end: Behind the padding byte.
        whole: Its body lies inside its parent.
    """

    name: bytes
    start: int
    body: int
    body_end: int
    end: int
    whole: bool


def chunks(data: bytes, start: int, stop: int) -> Iterator[Chunk]:
    """The chunks in `[start, stop)`; the last one may be cut."""
    at = start
    while at + 8 <= stop:
        name = data[at : at + 4]
        body = at + 8
        body_end = body + int.from_bytes(data[at + 4 : body], "little")
        if body_end > stop:
            yield Chunk(name, at, body, stop, stop, False)
            return
        end = min(body_end + (body_end - body) % 2, stop)
        yield Chunk(name, at, body, body_end, end, True)
        at = end


class Bitstream(NamedTuple):
    """The header of a VP8 or VP8L bitstream.

    Attributes:
        width_px, height_px: Size of the frame.
        lossless: VP8L.
        alpha: VP8L says that it uses alpha.
    """

    width_px: int
    height_px: int
    lossless: bool
    alpha: bool


VP8_HEADER_BYTES = 10
VP8L_HEADER_BYTES = 5


def bitstream_of(data: bytes, chunk: Chunk) -> Bitstream | None:
    """Reads the header (RFC 6386, 9.1; RFC 9649, 3.4); None if it is none."""
    head = data[chunk.body : min(chunk.body_end, chunk.body + VP8_HEADER_BYTES)]
    if chunk.name == b"VP8L":
        if len(head) < VP8L_HEADER_BYTES or head[0] != 0x2F:
            return None
        bits = int.from_bytes(head[1:5], "little")
        if bits >> 29:  # the version has to be 0
            return None
        return Bitstream((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, True, bool(bits >> 28))
    if len(head) < VP8_HEADER_BYTES or head[0] & 1 or head[3:6] != b"\x9d\x01\x2a":
        return None
    width = int.from_bytes(head[6:8], "little") & 0x3FFF
    height = int.from_bytes(head[8:10], "little") & 0x3FFF
    return Bitstream(width, height, False, False)
