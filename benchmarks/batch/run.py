"""Batch: thousands of photos on all cores, some broken, some that crash or hang their process.

    python -m benchmarks.batch.run [--photos 3000] [--compared 600] [--jobs 2] [--write]

Exactly the bad ones have to be reported, the parent's memory has to be flat from the 500th photo
to the last, and two jobs have to be nearly twice as fast as one (on a machine that is idle).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.results import machine, write_section
from tests.batch.processes import command, copies, environment, finished, make_photos

BROKEN, CRASHING, HANGING = 30, 5, 5
TIMEOUT_S = 8
EXPECTED = {"broken": "truncated", "crash": "decoder-crashed", "hang": "timed-out"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=3000)
    parser.add_argument("--compared", type=int, default=600, help="photos of the -j comparison")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="into RESULTS.md")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wrong, memory, rate = whole_run(folder, wanted.photos, wanted.jobs)
        shutil.rmtree(folder / "in-ready")
        speedup, load = comparison(folder, wanted.compared, wanted.jobs)
    bad = BROKEN + CRASHING + HANGING
    flat = memory[1] / memory[0]
    body = (
        f"## Thousands of photos\n\n`python -m benchmarks.batch.run`, {machine()}, load {load:.1f} "
        f"besides.\n\n- {wanted.photos:,} photos of 0.06 MP with {BROKEN} broken, {CRASHING} that "
        f"crash and {HANGING} that hang their process: {bad - len(wrong)} of {bad} reported as "
        f"what they are, {len(wrong)} wrong.\n- {rate:.1f} photos a second; {wanted.jobs} jobs "
        f"{speedup:.2f} times as fast as one ({wanted.compared} photos, turn about).\n"
        f"- Memory of the parent: {memory[0] / 1e6:.1f} MB at the 500th photo, "
        f"{memory[1] / 1e6:.1f} MB at the last ({flat:.2f} times)."
    )
    print(body)
    for line in wrong:
        print(line)
    if wanted.write:
        write_section("batch", body)
    return 0 if not wrong and flat < 1.1 else 1


def whole_run(folder: Path, photos: int, jobs: int) -> tuple[list[str], tuple[int, int], float]:
    """What was reported wrongly; bytes of memory at the 500th and the last; photos a second."""
    bad = BROKEN + CRASHING + HANGING
    make_photos(folder / "in", photos - bad)
    _make_bad(folder / "in")
    report = folder / "report.json"
    words = ("fix", "in", "-j", jobs, "--size", 320, "--timeout", TIMEOUT_S, "--format", "jsonl")
    begin = time.monotonic()
    with report.open("w") as stdout, _running(words, folder, stdout.fileno()) as process:
        journal = folder / "in-ready" / ".preflight-journal.jsonl"
        memory = [0, 0]
        while process_lives(process):
            memory[1] = _memory_bytes(process) or memory[1]
            if not memory[0] and journal.exists() and _lines(journal) >= min(500, photos // 2):
                memory[0] = memory[1]
            time.sleep(0.5)
    rate = photos / (time.monotonic() - begin)
    wrong = []
    with report.open() as lines:
        for line in lines:
            photo = json.loads(line)
            stem = Path(photo["path"]).stem
            expected = EXPECTED.get(stem.rpartition("-")[0].partition("_")[2])
            got = photo["findings"][0]["rule"] if photo["fix"]["status"] == "refused" else None
            if got != expected:
                wrong.append(f"{stem}: {got}, expected {expected}")
    good = len(copies(folder / "in-ready"))
    if good != photos - bad:
        wrong.append(f"{good} copies, expected {photos - bad}")
    return wrong, (memory[0], memory[1]), rate


def comparison(folder: Path, photos: int, jobs: int) -> tuple[float, float]:
    """How many times as fast several jobs are as one, and the load that others made."""
    load = os.getloadavg()[0]
    shutil.rmtree(folder / "in")
    make_photos(folder / "in", photos)
    seconds = {1: 0.0, jobs: 0.0}
    for number in (1, jobs, jobs, 1):  # turn about, because others may be at work as well
        begin = time.monotonic()
        words = ("fix", "in", "-o", "out", "-j", number, "--size", 320, "-q")
        assert finished(*words, cwd=folder, timeout_s=3600).returncode == 0
        seconds[number] += time.monotonic() - begin
        shutil.rmtree(folder / "out")
    return seconds[1] / seconds[jobs], load


def _make_bad(folder: Path) -> None:
    good = (folder / "photo-00000.jpg").read_bytes()
    for kind, count in (("broken", BROKEN), ("crash", CRASHING), ("hang", HANGING)):
        for number in range(count):
            data = good[: len(good) // 2] if kind == "broken" else good
            # spread over the run by name
            (folder / f"photo-{number * 90:05}_{kind}-{number}.jpg").write_bytes(data)


@contextmanager
def _running(words: tuple[object, ...], folder: Path, stdout: int) -> Iterator[int]:
    import subprocess

    with subprocess.Popen(command(*words), cwd=folder, env=environment(), stdout=stdout) as process:
        yield process.pid


def process_lives(process: int) -> bool:
    try:
        return os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    except ChildProcessError:
        return False


def _memory_bytes(process: int) -> int:
    try:
        text = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    found = [line.split()[1] for line in text.splitlines() if line.startswith("VmRSS")]
    return int(found[0]) * 1024 if found else 0


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 20), b""))


if __name__ == "__main__":
    sys.exit(main())
