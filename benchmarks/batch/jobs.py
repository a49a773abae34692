"""Jobs: how many times as fast several jobs are as one. Wants a machine that is idle.

python -m benchmarks.batch.jobs [--photos 250] [--jobs 2] [--write]
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.batch.watching import Watched, watched
from benchmarks.results import machine, write_section
from tests.batch.processes import make_photos

LEAST = 1.8


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="into RESULTS.md")
    wanted = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        runs = compared(Path(name), wanted.photos, wanted.jobs)
    wall = {jobs: sum(run.wall_s for run in each) for jobs, each in runs.items()}
    cpu = {jobs: sum(run.cpu_s for run in each) for jobs, each in runs.items()}
    several = wanted.jobs
    speedup = wall[1] / wall[several]
    body = (
        f"## Two jobs against one\n\n`python -m benchmarks.batch.jobs`, {machine()}, load "
        f"{load:.1f} before.\n\n{wanted.photos} photos of 0.06 MP, fixed with 1 job and with "
        f"{several}, turn about, twice: {speedup:.2f} times as fast. With one job the run kept "
        f"{cpu[1] / wall[1]:.2f} cores busy, with {several} {cpu[several] / wall[several]:.2f}; "
        f"the same work took {cpu[several] / cpu[1]:.2f} times the processor time."
    )
    print(body)
    if wanted.write:
        write_section("batch-jobs", body)
    return 0 if speedup >= LEAST else 1


def compared(folder: Path, photos: int, jobs: int) -> dict[int, list[Watched]]:
    """Both, twice, turn about, because others may be at work as well."""
    make_photos(folder / "in", photos)
    runs: dict[int, list[Watched]] = {1: [], jobs: []}
    for number in (1, jobs, jobs, 1):
        words = ("fix", "in", "-o", "out", "-j", number, "--size", 320, "-q")
        run = watched(words, folder, lambda: 0, Path(os.devnull))
        if run.exit_code:
            raise SystemExit(f"preflight ended with {run.exit_code}")
        runs[number].append(run)
        shutil.rmtree(folder / "out")
    return runs


if __name__ == "__main__":
    sys.exit(main())
