"""GIF, block by block: frames, extensions and where each lies. Bounded, never raises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

HEADER_BYTES = 13
IMAGE, EXTENSION, TRAILER = 0x2C, 0x21, 0x3B
CONTROL, COMMENT, APPLICATION, PLAIN_TEXT = 0xF9, 0xFE, 0xFF, 0x01

_NEXT_BLOCK = re.compile(rb"[\x21\x2c\x3b]")


class Block(NamedTuple):
    """One block. The sub-blocks lie in `[body, end)`, their length bytes and the final zero too.

    Attributes:
        kind: `IMAGE`, `EXTENSION` or `TRAILER`.
        label: Of an extension, else 0.
        start, body, end: Offsets in the file.
        whole: It ends inside the file.
        junk: Bytes between the block before and this one that are none of its.
    """

    kind: int
    label: int
    start: int
    body: int
    end: int
    whole: bool
    junk: int


class Frame(NamedTuple):
    """An image descriptor.

    Attributes:
        left, top, width_px, height_px: Where it lies on the canvas.
        interlaced: Rows come in four passes.
        code_bits: Bits of a pixel's own code, as LZW starts with.
        data: Offset of its first sub-block.
    """

    left: int
    top: int
    width_px: int
    height_px: int
    interlaced: bool
    code_bits: int
    data: int


def first_block(data: bytes) -> int:
    """Offset behind the header and the colour table of all frames."""
    flags = data[10]
    return HEADER_BYTES + (3 << (flags & 7) + 1 if flags & 0x80 else 0)


def blocks(data: bytes, start: int) -> Iterator[Block]:
    """The blocks from `start` on, to the trailer or the end of the file.

    Bytes that begin no block are skipped, as browsers and Pillow do; the last block may be cut.
    """
    size, at = len(data), start
    while at < size:
        match = _NEXT_BLOCK.search(data, at)
        if match is None:
            return
        begin = match.start()
        junk, kind = begin - at, data[begin]
        if kind == TRAILER:
            yield Block(kind, 0, begin, begin + 1, begin + 1, True, junk)
            return
        label, body = 0, begin + 2
        if kind == EXTENSION:
            label = data[begin + 1] if begin + 1 < size else 0
        else:
            body = _image_data(data, begin)
        at = skip_sub_blocks(data, body)
        yield Block(kind, label, begin, body, min(at, size), at <= size, junk)


def _image_data(data: bytes, begin: int) -> int:
    """Offset of the first sub-block of an image: behind its colour table and code size."""
    if begin + 10 > len(data):
        return len(data) + 1
    flags = data[begin + 9]
    return begin + 11 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)


def frame_of(data: bytes, block: Block) -> Frame | None:
    """The descriptor of an image block; None if it is cut."""
    if block.kind != IMAGE or block.body > len(data):
        return None
    left, top, wide, high = (
        int.from_bytes(data[block.start + at : block.start + at + 2], "little")
        for at in (1, 3, 5, 7)
    )
    interlaced = bool(data[block.start + 9] & 0x40)
    return Frame(left, top, wide, high, interlaced, data[block.body - 1], block.body)


def skip_sub_blocks(data: bytes, at: int) -> int:
    """Offset behind the sub-blocks that begin at `at`; beyond the file if they do not end."""
    size = len(data)
    while at < size:
        length = data[at]
        at += length + 1
        if not length:
            return at
    return size + 1


def join_sub_blocks(data: bytes, at: int, max_bytes: int) -> bytes:
    """The bytes of the sub-blocks that begin at `at`, at most `max_bytes`."""
    size, out = len(data), bytearray()
    while at < size and data[at] and len(out) < max_bytes:
        out += data[at + 1 : at + 1 + data[at]]
        at += data[at] + 1
    return bytes(out[:max_bytes])
