"""Damage, stage 1: one clean file and a seed -> damaged copies, the same ones every time.

Knows no format: only `payload_of` looks where the coded pixels lie, so that bit flips and bursts
hit them and not an Exif block.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass

CUT_SHARES = (0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.99, 0.999)
CUT_LAST_BYTES = (1, 2, 3, 4, 8, 16)
BURST_BYTES = (16, 512, 4096)
SWAP_BYTES = 4096
TAIL_SHARES = (0.05, 0.3)


@dataclass(frozen=True, slots=True)
class Variant:
    """A damaged copy.

    Attributes:
        kind: What was done: `cut`, `cut-last`, `flip`, `burst-zero`, `burst-random`, `burst-drop`,
            `burst-double`, `swap`, `zero-tail`, `header`.
        detail: The same with its size and place, to find it again.
        data: The bytes.
    """

    kind: str
    detail: str
    data: bytes


def variants(data: bytes, seed: int, flips: int = 8) -> Iterator[Variant]:
    """Damaged copies of one clean file, about 32 with 8 single bit flips.

    Args:
        data: The clean file.
        seed: The same seed and file give the same copies.
        flips: How many single bit flips, the hardest kind.
    """
    chance = random.Random(f"{seed}:{len(data)}")
    start, end = payload_of(data)
    for share in CUT_SHARES:
        yield Variant("cut", f"to {share:.1%}", data[: int(len(data) * share)])
    for count in CUT_LAST_BYTES:
        yield Variant("cut-last", f"{count} bytes", data[:-count])
    for _ in range(flips):
        at, bit = chance.randrange(start, end), chance.randrange(8)
        flipped = bytes([data[at] ^ 1 << bit])
        yield Variant("flip", f"bit {bit} of {at}", data[:at] + flipped + data[at + 1 :])
    for size in BURST_BYTES:
        yield from _bursts(data, chance, start, end, size)
    yield from _swap(data, chance, start, end)
    for share in TAIL_SHARES:
        keep = end - int((end - start) * share)
        yield Variant("zero-tail", f"{share:.0%}", data[:keep] + bytes(len(data) - keep))
    for _ in range(2):
        at = chance.randrange(2, max(3, start))
        yield Variant(
            "header", f"byte {at}", data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
        )


def _bursts(
    data: bytes, chance: random.Random, start: int, end: int, size: int
) -> Iterator[Variant]:
    if end - start < 2 * size:
        return
    for kind in ("zero", "random", "drop", "double"):
        at = chance.randrange(start, end - size)
        piece = data[at : at + size]
        new = {
            "zero": bytes(size),
            "random": chance.randbytes(size),
            "drop": b"",
            "double": piece + piece,
        }[kind]
        yield Variant(f"burst-{kind}", f"{size} bytes at {at}", data[:at] + new + data[at + size :])


def _swap(data: bytes, chance: random.Random, start: int, end: int) -> Iterator[Variant]:
    blocks = (end - start) // SWAP_BYTES
    if blocks < 2:
        return
    one, two = sorted(start + SWAP_BYTES * n for n in chance.sample(range(blocks), 2))
    yield Variant(
        "swap",
        f"{one} and {two}",
        data[:one]
        + data[two : two + SWAP_BYTES]
        + data[one + SWAP_BYTES : two]
        + data[one : one + SWAP_BYTES]
        + data[two + SWAP_BYTES :],
    )


def payload_of(data: bytes) -> tuple[int, int]:
    """Where the coded pixels of the (first) picture lie: start and end in bytes.

    Roughly is enough: it only aims the damage. Unknown formats: all but the first twentieth.
    """
    start, end = len(data) // 20, len(data)
    if data[:2] == b"\xff\xd8":
        start, end = _jpeg_payload(data)
    elif data[:4] == b"\x89PNG":
        start, end = data.find(b"IDAT") + 4, data.rfind(b"IEND") - 8
    elif data[:4] == b"RIFF":
        start, end = data.find(b"VP8") + 8, len(data)
    elif data[4:8] == b"ftyp":
        start, end = data.find(b"mdat") + 4, len(data)
    if not 0 < start < end <= len(data):
        return len(data) // 20, len(data)
    return start, end


def _jpeg_payload(data: bytes) -> tuple[int, int]:
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], struct.unpack_from(">H", data, at + 2)[0]
        if marker == 0xDA:  # up to the last scan's end; later images (MPF, trailers) start anew
            end = data.find(b"\xff\xd9", at)
            return at + 2 + length, end if end > 0 else len(data)
        at += 2 + length
    return len(data) // 20, len(data)
