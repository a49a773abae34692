"""Run: thousands of photos on all cores, some broken, some that crash or hang their process.

    python -m benchmarks.batch.run [--photos 3000] [--jobs 2] [--timeout 8] [--write]

Exactly the bad ones have to be reported, and memory has to be flat from the 500th photo to the
last, of the parent as of its children.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.batch.watching import Watched, lines_of, most, watched
from benchmarks.results import machine, write_section
from tests.batch.processes import copies, make_photos

BROKEN, CRASHING, HANGING = 30, 5, 5
EXPECTED = {"broken": "truncated", "crash": "decoder-crashed", "hang": "timed-out"}
MOST_GROWTH = 1.1


@dataclass(frozen=True)
class Memory:
    """Bytes from the 500th photo on and at the end: the most at any look in 500 photos there."""

    early: int
    late: int

    @property
    def growth(self) -> float:
        """How many times as much it is at the end."""
        return self.late / self.early


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=3000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--timeout", type=int, default=8, help="seconds until a photo hangs")
    parser.add_argument("--write", action="store_true", help="into RESULTS.md")
    wanted = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        run, wrong = whole_run(Path(name), wanted.photos, wanted.jobs, wanted.timeout)
    parent = memory(run.parent_bytes, wanted.photos)
    child = memory(run.child_bytes, wanted.photos)
    bad = BROKEN + CRASHING + HANGING
    body = (
        f"## Thousands of photos\n\n`python -m benchmarks.batch.run`, {machine()}, load "
        f"{load:.1f} besides.\n\n- {wanted.photos:,} photos of 0.06 MP with {BROKEN} broken, "
        f"{CRASHING} that crash and {HANGING} that hang their process (up to {wanted.timeout} s): "
        f"{bad} to be reported as what they are and no other, {len(wrong)} were reported "
        f"otherwise.\n- {run.wall_s:.0f} seconds, {wanted.photos / run.wall_s:.1f} photos a second "
        f"with {wanted.jobs} jobs; {run.cpu_s / wanted.photos * 1000:.0f} ms of processor time a "
        f"photo.\n- Memory from the 500th photo and at the last: parent {_words(parent)}, largest "
        f"child {_words(child)}."
    )
    print(body)
    for line in wrong:
        print(line)
    if wanted.write:
        write_section("batch", body)
    return 0 if not wrong and parent.growth < MOST_GROWTH and child.growth < MOST_GROWTH else 1


def whole_run(folder: Path, photos: int, jobs: int, timeout_s: int) -> tuple[Watched, list[str]]:
    """The run, and what was reported otherwise than it should have been."""
    bad = BROKEN + CRASHING + HANGING
    make_photos(folder / "in", photos - bad)
    _make_bad(folder / "in", photos)
    report = folder / "report.jsonl"
    words = ("fix", "in", "-j", jobs, "--size", 320, "--timeout", timeout_s, "--format", "jsonl")
    run = watched(words, folder, lines_of(report), report)
    wrong = []
    reported = 0
    with report.open() as lines:
        for line in lines:
            photo = json.loads(line)
            stem = Path(photo["path"]).stem
            expected = EXPECTED.get(stem.rpartition("-")[0].partition("_")[2])
            got = photo["findings"][0]["rule"] if photo["fix"]["status"] == "refused" else None
            if got != expected:
                wrong.append(f"{stem}: {got}, expected {expected}")
            reported += 1
    good = len(copies(folder / "in-ready"))
    if (reported, good) != (photos, photos - bad):
        wrong.append(f"{reported} reported and {good} copies, expected {photos} and {photos - bad}")
    return run, wrong


def memory(looks: list[tuple[int, int]], photos: int) -> Memory:
    """For fewer photos than a thousand: of the second quarter and of the last."""
    span = min(500, photos // 4)
    return Memory(most(looks, span, 2 * span), most(looks, photos - span, photos))


def _make_bad(folder: Path, photos: int) -> None:
    good = (folder / "photo-00000.jpg").read_bytes()
    for kind, count in (("broken", BROKEN), ("crash", CRASHING), ("hang", HANGING)):
        for number in range(count):
            data = good[: len(good) // 2] if kind == "broken" else good
            at = number * photos // (count + 1)  # spread over the run by name
            (folder / f"photo-{at:05}_{kind}-{number}.jpg").write_bytes(data)


def _words(memory: Memory) -> str:
    return f"{memory.early / 1e6:.1f} MB and {memory.late / 1e6:.1f} MB ({memory.growth:.2f} times)"


if __name__ == "__main__":
    sys.exit(main())
