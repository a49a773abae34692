"""Fuzz: seeds from the samples, mutated, scanned in a child process with a deadline and a cap.

    python -m tests.fuzz.harness --seconds 1800 --seed 7 --keep FOLDER

A failure is a crash of the child, more than 20 s, more than 1.5 GB, or an exception that is not a
finding. Each failing input is written to FOLDER (a photo that fails is a test to be written), and
what the child said last is told: the stack of a crash, or a traceback.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from preflight.isolation.process import start
from preflight.isolation.worker import ChildBugError, Stopped, Worker
from preflight.limits import Limits
from preflight.platforms.loader import load_many
from preflight.source import Source

ROOT = Path(__file__).resolve().parents[2]
LIMITS = Limits(timeout_s=20.0, max_memory_bytes=1_500_000_000)
_LAST_WORDS_BYTES = 4000
EDGES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


@dataclass
class Outcome:
    """What a run saw."""

    inputs: int = 0
    slowest_s: float = 0.0
    verdicts: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[str, bytes]] = field(default_factory=list)


def seeds(folders: list[Path], largest_bytes: int = 400_000) -> list[tuple[str, bytes]]:
    """Names and bytes of the files to begin with, small ones first."""
    found = [
        (path.name, path.read_bytes())
        for folder in folders
        for path in sorted(folder.iterdir())
        if path.is_file() and 0 < path.stat().st_size <= largest_bytes
    ]
    return sorted(found, key=lambda seed: len(seed[1]))


def mutate(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """One to six changes, most of them where headers are."""
    raw = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        if not raw:
            break
        reach = len(raw) if rng.random() < 0.4 else min(len(raw), rng.choice((64, 512, 4096)))
        at = rng.randrange(reach)
        _change(raw, at, other, rng)
    return bytes(raw)


def _change(raw: bytearray, at: int, other: bytes, rng: random.Random) -> None:
    kind = rng.randrange(9)
    length = rng.choice((1, 2, 4, 16, 256, 4096))
    if kind <= 1:
        raw[at] ^= 1 << rng.randrange(8)
    elif kind == 2:
        width = rng.choice((1, 2, 4))
        value = rng.choice(EDGES) & ((1 << 8 * width) - 1)
        raw[at : at + width] = value.to_bytes(width, rng.choice(("big", "little")))
    elif kind == 3:
        raw[at : at + length] = rng.randbytes(length)
    elif kind == 4:
        del raw[at : at + length]
    elif kind == 5:
        raw[at:at] = raw[at : at + length]
    elif kind == 6:
        begin = rng.randrange(len(other) or 1)
        raw[at : at + length] = other[begin : begin + length]
    elif kind == 7:
        raw[at : at + length] = bytes(min(length, len(raw) - at))
    else:
        del raw[max(1, at) :]


def inputs(files: list[tuple[str, bytes]], rng: random.Random) -> Iterator[tuple[str, bytes]]:
    """Mutated files without end."""
    while True:
        name, data = rng.choice(files)
        yield name, mutate(data, rng.choice(files)[1], rng)


def run(
    files: list[tuple[str, bytes]],
    seed: int,
    *,
    seconds: float | None = None,
    count: int | None = None,
    call: str = "check",
) -> Outcome:
    """Feeds mutated files to a child until the time or the count is over."""
    os.environ["PYTHONFAULTHANDLER"] = "1"  # the child's stack, if it crashes
    with TemporaryFile() as words:
        worker = Worker(LIMITS, partial(start, errors=words.fileno()))
        try:
            return _feed(worker, words, files, seed, seconds=seconds, count=count, call=call)
        finally:
            worker.close()


def _feed(
    worker: Worker,
    words: IO[bytes],
    files: list[tuple[str, bytes]],
    seed: int,
    *,
    seconds: float | None,
    count: int | None,
    call: str,
) -> Outcome:
    outcome = Outcome()
    platforms, begin = load_many("default"), time.monotonic()
    for name, data in inputs(files, random.Random(seed)):
        if (count is not None and outcome.inputs >= count) or (
            seconds is not None and time.monotonic() - begin > seconds
        ):
            break
        source = Source(data, name, len(data))
        words.truncate(0)
        words.seek(0)
        started = time.monotonic()
        try:
            answer = worker.call(call, {"source": source, "platforms": platforms})
        except ChildBugError as error:
            outcome.failures.append((str(error), data))
            answer = None
        outcome.inputs += 1
        outcome.slowest_s = max(outcome.slowest_s, time.monotonic() - started)
        if isinstance(answer, Stopped):
            outcome.failures.append((f"{name}: {answer.hit}\n{last_words(words)}", data))
        verdict = getattr(answer, "verdict", getattr(answer, "status", None))
        outcome.verdicts[str(verdict)] += 1
    return outcome


def last_words(words: IO[bytes]) -> str:
    """The end of what children wrote to standard error since this photo began."""
    words.seek(0)
    return words.read()[-_LAST_WORDS_BYTES:].decode(errors="replace")


def main() -> int:
    """Runs for a while and says what it saw; exit code 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--call", choices=("check", "fix"), default="check")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("folders", nargs="*", type=Path, default=[ROOT / "samples"])
    given = parser.parse_args()
    outcome = run(seeds(given.folders), given.seed, seconds=given.seconds, call=given.call)
    print(f"{outcome.inputs} inputs, slowest {outcome.slowest_s:.1f} s, {dict(outcome.verdicts)}")
    for text, data in outcome.failures:
        digest = hashlib.sha256(data).hexdigest()[:12]
        print(f"--- {digest}, {len(data)} bytes\n{text}")
        if given.keep:
            given.keep.mkdir(parents=True, exist_ok=True)
            (given.keep / digest).write_bytes(data)
    return 1 if outcome.failures else 0


if __name__ == "__main__":
    sys.exit(main())
