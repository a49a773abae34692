"""Watching: memory of a run's process and of its children while it goes on."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.batch.processes import children_of, command, environment

_EVERY_S = 0.25


@dataclass
class Watched:
    """What one run took.

    Attributes:
        wall_s, cpu_s: Of the run and its children.
        parent_bytes: Resident memory of the parent at each look, with the photos done until then.
        child_bytes: Of the largest child, likewise.
        exit_code: As it ended.
    """

    wall_s: float = 0.0
    cpu_s: float = 0.0
    parent_bytes: list[tuple[int, int]] = field(default_factory=list)
    child_bytes: list[tuple[int, int]] = field(default_factory=list)
    exit_code: int = 0


def watched(
    words: Sequence[object], folder: Path, done: Callable[[], int], stdout: Path
) -> Watched:
    """Runs preflight and looks at its memory.

    Args:
        words: Of the command.
        folder: Where it runs.
        done: How many photos are done.
        stdout: Gets its standard output.
    """
    run = Watched()
    before, begin = os.times(), time.monotonic()
    with (
        stdout.open("wb") as out,
        subprocess.Popen(command(*words), cwd=folder, env=environment(), stdout=out) as process,
    ):
        while process.poll() is None:
            photos = done()
            children = [_resident_bytes(child) for child in children_of(process.pid)]
            run.parent_bytes.append((photos, _resident_bytes(process.pid)))
            run.child_bytes.append((photos, max(children, default=0)))
            time.sleep(_EVERY_S)
    after = os.times()
    run.wall_s = time.monotonic() - begin
    run.cpu_s = sum(after[2:4]) - sum(before[2:4])
    run.exit_code = process.returncode
    return run


def most(looks: list[tuple[int, int]], first: int, last: int) -> int:
    """The most bytes at a look between these numbers of photos."""
    return max((size for photos, size in looks if first <= photos <= last), default=0)


def lines_of(path: Path) -> Callable[[], int]:
    """How many lines a growing file has; reads each byte once."""
    seen = {"bytes": 0, "lines": 0}

    def lines() -> int:
        if path.exists():
            with path.open("rb") as file:
                file.seek(seen["bytes"])
                for piece in iter(lambda: file.read(1 << 20), b""):
                    seen["bytes"] += len(piece)
                    seen["lines"] += piece.count(b"\n")
        return seen["lines"]

    return lines


def _resident_bytes(process: int) -> int:
    try:
        text = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    found = [line.split()[1] for line in text.splitlines() if line.startswith("VmRSS")]
    return int(found[0]) * 1024 if found else 0
