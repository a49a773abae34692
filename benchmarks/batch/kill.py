"""Kill: runs that are killed at random moments, until the set is complete.

    python -m benchmarks.batch.kill --kills 50

Half of the kills hit the parent, half a child. After each, every copy that is visible has to be
whole; at the end all copies have to be there, the originals untouched, and no process alive.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.batch.processes import (
    children_of,
    copies,
    finished,
    is_gone,
    left_over,
    make_photos,
    start,
)

PATIENCE_S = 10.0
"""A child sees at once that its parent is gone; one that is being loaded, after that."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--photos", type=int, default=24)
    parser.add_argument("--seed", type=int, default=6)
    wanted = parser.parse_args()
    chance = random.Random(wanted.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_photos(folder / "in", wanted.photos)
        originals = copies(folder / "in")
        begin = time.monotonic()
        reference = finished("fix", "in", "-o", "whole", "--size", "320", cwd=folder)
        took_s = time.monotonic() - begin
        expected = copies(folder / "whole")
        assert len(expected) == wanted.photos, reference.stderr
        counts = dict.fromkeys(("parents", "children", "too late", "halves", "survivors"), 0)
        completed = rounds = 0
        while counts["parents"] + counts["children"] < wanted.kills:
            rounds += 1
            process = start("fix", "in", "-o", "out", "--size", "320", "-j", "2", cwd=folder)
            time.sleep(chance.uniform(0.05, took_s * 0.8))
            children = children_of(process.pid) if process.poll() is None else []
            if process.poll() is not None:
                counts["too late"] += 1
            elif children and chance.random() < 0.5:
                os.kill(chance.choice(children), signal.SIGKILL)
                counts["children"] += 1
            else:
                process.kill()
                counts["parents"] += 1
            process.communicate(timeout=120)
            end = time.monotonic() + PATIENCE_S
            while not all(map(is_gone, children)) and time.monotonic() < end:
                time.sleep(0.05)
            counts["survivors"] += sum(not is_gone(child) for child in children)
            there = copies(folder / "out") if (folder / "out").is_dir() else {}
            counts["halves"] += sum(data != expected.get(name) for name, data in there.items())
            if len(there) == wanted.photos:
                completed += 1
                assert (
                    finished("fix", "in", "-o", "out", "--size", "320", cwd=folder).returncode == 0
                )
                shutil.rmtree(folder / "out")
        last = finished("fix", "in", "-o", "out", "--size", "320", cwd=folder)
        complete = copies(folder / "out") == expected
        print(
            f"{counts['parents']} parents and {counts['children']} children killed in {rounds} runs"
            f" ({counts['too late']} were done before); sets completed meanwhile: {completed}"
        )
        print(
            f"copies that were not whole: {counts['halves']}; children that survived:"
            f" {counts['survivors']}; temporary files left: {len(left_over(folder / 'out'))}"
        )
        untouched = copies(folder / "in") == originals
        print(f"complete after the last run: {complete}; originals untouched: {untouched}")
        good = complete and untouched and last.returncode == 0
        good &= not counts["halves"] and not counts["survivors"] and not left_over(folder / "out")
        return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
