"""Damage, stage 6: why some flips in lossless WebP are not seen -> RESULTS.md.

    python -m benchmarks.damage.lossless FILE.webp...

A VP8L stream has no checksum. A flipped bit that turns a code into another one of the same length
leaves a stream that is as legal as before. What tells a decoder that it lost its way is where it
ends: too early (more bits at its end may change and the picture stays), or too late (fewer, or what
follows the stream changes the picture). This counts how many flips leave neither trace.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from pathlib import Path

import numpy as np

from benchmarks.damage.label import VISIBLE_SHARE, changed_share, decode
from benchmarks.damage.run import bad, damage_in
from benchmarks.results import machine, table, versions, write_section

FLIPS = 200
SEED = 1
NOISE = b"\xff" * 8
MOST_BITS = 40


def wrapped(coded: bytes) -> bytes:
    """A file around a bare VP8L stream."""
    body = b"WEBPVP8L" + len(coded).to_bytes(4, "little") + coded + bytes(len(coded) % 2)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def coded_of(data: bytes) -> bytes | None:
    """The VP8L stream of a file; None without one."""
    at = data.find(b"VP8L")
    if at < 0:
        return None
    return data[at + 8 : at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")]


def pixels(coded: bytes) -> np.ndarray | None:
    """What libwebp makes of the stream."""
    return decode(wrapped(coded), lenient=False)


def unread_bits(coded: bytes, shown: np.ndarray) -> int:
    """How many bits at the end of the stream do not matter; so many at most as are looked at."""
    for count in range(MOST_BITS):
        at, bit = len(coded) - 1 - count // 8, 7 - count % 8
        other = pixels(coded[:at] + bytes([coded[at] ^ 1 << bit]) + coded[at + 1 :])
        if other is None or not np.array_equal(other, shown):
            return count
    return MOST_BITS


def trace(coded: bytes, shown: np.ndarray, usual: int) -> str:
    """Where a damaged stream that decodes ends: `early`, `late`, or `exactly` where it should.

    Args:
        coded, shown: The stream and its pixels.
        usual: Unread bits of the intact one.
    """
    after = pixels(coded + NOISE)
    if after is None or not np.array_equal(after, shown):
        return "late"
    unread = unread_bits(coded, shown)
    return "exactly" if unread == usual else "late" if unread < usual else "early"


def count(data: bytes) -> Counter[str]:
    """What becomes of single flipped bits of one file."""
    seen: Counter[str] = Counter()
    coded, clean = coded_of(data), decode(data, lenient=False)
    if coded is None or clean is None:
        return seen
    usual = unread_bits(coded, clean)
    chance = random.Random(f"{SEED}:{len(data)}")
    for _ in range(FLIPS):
        at, bit = chance.randrange(5, len(coded)), chance.randrange(8)
        torn = coded[:at] + bytes([coded[at] ^ 1 << bit]) + coded[at + 1 :]
        shown = pixels(torn)
        if shown is not None and shown.shape == clean.shape:
            if changed_share(clean, shown) < VISIBLE_SHARE:
                seen["not visible"] += 1
                continue
            where = trace(torn, shown, usual)
        else:
            where = "no picture"
        seen[where] += 1
        seen[f"{where}, seen"] += bad(damage_in(wrapped(torn)))
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    total: Counter[str] = Counter()
    files = parser.parse_args().files
    for path in files:
        total += count(path.read_bytes())
    names = {
        "no picture": "the decoder gives up",
        "early": "it ends too early",
        "late": "it reads on behind the end",
        "exactly": "it ends where it should: as legal as before",
    }
    rows = [
        [text, str(total[where]), str(total[f"{where}, seen"])] for where, text in names.items()
    ]
    parts = [
        "## Flips in lossless WebP",
        f"`python -m benchmarks.damage.lossless` · {machine()} · {versions('pillow')}",
        f"{FLIPS} single bits flipped in each of {len(files)} files without a loss; "
        f"{total['not visible']} of the flips change too little to be seen. The others:",
        table(["the stream", "visible flips", "seen by preflight"], rows),
        "VP8L has no checksum: what ends where it should can only be seen by looking at it.",
    ]
    write_section("damage-lossless", "\n\n".join(parts))


if __name__ == "__main__":
    main()
