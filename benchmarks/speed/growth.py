"""Does the cost grow with the size of a photo, and with the number of photos, and no faster?

    python -m benchmarks.speed.growth SCRATCH [--only size|count] [--runs 5] [--most N] [--again]

What was measured is kept in SCRATCH: a run that was stopped goes on where it was, until
preflight's code changes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.results import machine, table, write_section
from benchmarks.speed.fit import Fit, straight
from benchmarks.speed.line_chart import Axes, write_line_chart
from benchmarks.speed.measuring import ROOT, expect, installed, median, timed
from benchmarks.speed.workset import large_jpeg, small_jpeg

MEGAPIXELS = (1, 3, 12, 24, 48, 100)
COUNTS = (10, 100, 1000, 10_000)
DISTINCT = 200
"""Small photos; a folder of more of them has hard links to these."""

LONG_ROUND = 1000
"""A folder of more photos than this is measured once: it is an average already."""

ALLOWED = 0.15
"""Largest distance from the straight line that the project allows itself."""

Measured = dict[int, list[float]]
"""Size or count to seconds of CPU, run by run."""


@dataclass(frozen=True)
class Growth:
    """One of the two questions."""

    name: str
    unit: str
    values: tuple[int, ...]
    command: Callable[[Path, Path, int], list[str]]
    """From preflight's command, the scratch folder and a value to the words that are measured."""
    made: Callable[[int], int]
    """How many copies there must be afterwards."""
    log: bool = False


def main() -> None:
    """Measures what is not measured yet, and writes the section of RESULTS.md and the charts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--only", choices=GROWTHS)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--most", type=int, default=max(COUNTS), help="photos, megapixels")
    parser.add_argument("--again", action="store_true", help="forget what was measured")
    wish = parser.parse_args()
    scratch: Path = wish.scratch.resolve()
    preflight = installed(scratch / "venv")
    record = scratch / f"growth-{_code()}.jsonl"
    if wish.again:
        record.unlink(missing_ok=True)
    for name in [wish.only] if wish.only else GROWTHS:
        growth = GROWTHS[name]
        values = [value for value in growth.values if value <= wish.most]
        measured = measure(growth, values, wish.runs, preflight, scratch, record)
        points = {value: median(measured[value]) for value in values}
        fit = straight(points)
        target = Path(__file__).with_name(f"{name}.svg")
        title = f"preflight fix: processor time against the {name} of photos"
        write_line_chart(points, fit, Axes(title, growth.unit, "s of CPU", log=growth.log), target)
        print(f"{name}: largest residual {fit.largest_residual:.1%}", file=sys.stderr)
        write_section(f"speed-{name}", section(growth, measured, fit))


def _code() -> str:
    """Of preflight as it is, so that no figure of another state is taken for this one's."""
    digest = hashlib.sha256()
    for file in sorted((ROOT / "preflight").rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def measure(
    growth: Growth, values: list[int], rounds: int, preflight: Path, scratch: Path, record: Path
) -> Measured:
    """All values in turn, round by round; what the record has is not run again."""
    measured: Measured = {value: [] for value in values}
    if record.exists():
        for line in record.read_text().splitlines():
            name, value, seconds = json.loads(line)
            if name == growth.name and value in measured:
                measured[value].append(seconds)
    for number in range(rounds):
        for value in values:
            wanted = 1 if value > LONG_ROUND else rounds
            if len(measured[value]) > number or number >= wanted:
                continue
            out = scratch / "grown"
            shutil.rmtree(out, ignore_errors=True)
            run = timed(growth.command(preflight, scratch, value))
            made = sum(1 for file in out.rglob("*.jpg")) if out.is_dir() else 0
            expect(made, growth.made(value), f"{value} {growth.unit}")
            measured[value].append(run.cpu_s)
            with record.open("a") as file:
                file.write(json.dumps([growth.name, value, run.cpu_s]) + "\n")
            print(f"{value} {growth.unit}: {run.cpu_s:.2f} s", file=sys.stderr, flush=True)
    return measured


def _one_large(preflight: Path, scratch: Path, megapixels: int) -> list[str]:
    photo = scratch / "size" / f"{megapixels}.jpg"
    large_jpeg(photo, megapixels)
    return [str(preflight), "fix", "-q", "-o", str(scratch / "grown"), str(photo)]


def _many_small(preflight: Path, scratch: Path, count: int) -> list[str]:
    first, folder = scratch / "count" / "distinct", scratch / "count" / str(count)
    for number in range(DISTINCT):
        small_jpeg(first / f"{number:03}.jpg", number)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        link = folder / f"{number:05}.jpg"
        if not link.exists():
            os.link(first / f"{number % DISTINCT:03}.jpg", link)
    out = str(scratch / "grown")
    # so small that a close crop may have to be enlarged, which is then no reason to refuse
    return [str(preflight), "fix", "-q", "--size", "480", "-o", out, str(folder)]


GROWTHS = {
    "size": Growth("size", "megapixels", MEGAPIXELS, _one_large, lambda _: 1),
    "count": Growth("count", "photos", COUNTS, _many_small, lambda count: count, log=True),
}


def section(growth: Growth, measured: Measured, fit: Fit) -> str:
    """The section of RESULTS.md: each point, the line, and how far they are apart."""
    rows = []
    for value, seconds in measured.items():
        cpu_s = median(seconds)
        off = f"{fit.residual(value, cpu_s):+.1%}"
        rows.append([f"{value:,}", str(len(seconds)), f"{cpu_s:.2f}", f"{fit.at(value):.2f}", off])
    verdict = "within" if fit.largest_residual <= ALLOWED else "NOT within"
    what = {
        "size": "One baseline JPEG of each size, of one scene with the same fine texture and noise "
        "in each\npixel, to a square of 1024 px.",
        "count": f"Folders of photos of 640 x 480 px, {DISTINCT} different ones and links to "
        "them, on all cores,\nwith `--size 480`.",
    }[growth.name]
    return f"""## Speed: cost against {growth.name}

`python -m benchmarks.speed.growth SCRATCH --only {growth.name}` · {machine()}

{what} CPU of all processes, start included, medians.
The line {fit.start:.3f} s + {1000 * fit.each:.2f} ms x {growth.unit} has the least squares of
relative distances; the largest is {fit.largest_residual:.1%}, {verdict} {ALLOWED:.0%}.

![CPU against {growth.name}](speed/{growth.name}.svg)

{table([growth.unit, "runs", "CPU s", "line", "off"], rows)}
"""


if __name__ == "__main__":
    main()
