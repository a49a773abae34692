"""Measures preflight and its peers in turn, whole processes, everything on: CPU and wall.

    python -m benchmarks.speed.run SCRATCH [--runs 7] [--jpegs 24] [--heics 8] [--minutes 60]

preflight is installed for the Python that runs this. Take one that people have, as the system's:
one that somebody compiled without optimisations needs a tenth more for one photo.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from pathlib import Path

from benchmarks.results import machine, table, versions, write_section
from benchmarks.speed.chart import write_chart
from benchmarks.speed.measuring import Run, expect, installed, median, spread, timed
from benchmarks.speed.tools import Tool, tools
from benchmarks.speed.works import Work, works
from benchmarks.speed.workset import make
from preflight.limits import MB

SECONDS_A_MINUTE = 60
_OWN = ("preflight", "preflight check")

Runs = dict[tuple[str, str], list[Run]]


def main() -> None:
    """Makes the work set, measures, and writes the section of RESULTS.md and the chart."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--jpegs", type=int, default=24)
    parser.add_argument("--heics", type=int, default=8)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--only", default="", help="works whose name has this in it")
    wish = parser.parse_args()
    scratch: Path = wish.scratch.resolve()
    make(scratch / "set", wish.jpegs, wish.heics)
    found = tools(scratch, installed(scratch / "venv"))
    todo = [
        work for work in works(scratch / "set", wish.jpegs, wish.heics) if wish.only in work.name
    ]
    loads = [os.getloadavg()[0]]
    runs = measure(todo, found, scratch / "out", wish.runs, wish.minutes * SECONDS_A_MINUTE)
    loads.append(os.getloadavg()[0])
    write_section("speed", _section(todo, found, runs, loads))
    write_chart(todo, runs, Path(__file__).with_name("chart.svg"))


def measure(
    todo: list[Work], found: dict[str, Tool], out: Path, rounds: int, seconds: float
) -> Runs:
    """All works by all tools, then again: what else the machine does hits all of them.

    Stops before a further round when the time is over; the first, which fills caches, is dropped.
    """
    runs: Runs = {}
    end = time.monotonic() + seconds
    for number in range(rounds + 1):
        if time.monotonic() > end:
            break
        for work in todo:
            for name in work.tools:
                if name not in found:
                    continue
                shutil.rmtree(out, ignore_errors=True)
                out.mkdir(parents=True)
                run = timed(found[name].command(work.files, out))
                if run.code not in found[name].codes:
                    raise SystemExit(f"{name}: {work.name}: exit code {run.code}")
                if number:
                    runs.setdefault((work.name, name), []).append(run)
                elif found[name].writes:
                    expect(len(list(out.iterdir())), len(work.files), f"{name}: {work.name}")
        print(f"round {number} of {rounds}", file=sys.stderr, flush=True)
    return runs


def _section(todo: list[Work], found: dict[str, Tool], runs: Runs, loads: list[float]) -> str:
    rows = [row for work in todo for row in _rows(work, runs)]
    head = ("work", "tool", "CPU s", "spread", "wall s")
    head += ("CPU: preflight / tool", "goal", "wall", "goal")
    tool_versions = ", ".join(dict.fromkeys(tool.version for tool in found.values()))
    fewest = min((len(taken) for taken in runs.values()), default=0)
    return f"""## Speed

`python -m benchmarks.speed.run SCRATCH` · {machine()} · load {loads[0]:.1f} to {loads[1]:.1f} ·
{tool_versions}, {versions("pillow_heif", "simplejpeg", "numpy")}

Photos of 12 megapixels, made from pictures that scikit-image ships, to an upright square of
1024 px in sRGB. The HEICs are {_megabytes(todo, ".heic")} MB each (iPhones write about 1.5 to 2),
the JPEGs {_megabytes(todo, ".jpg")}. Whole processes with their start, in turn, medians of {fewest}
rounds; spread is the distance of the quartiles over the median. preflight is its installed
command: every check, faces and proof on; the other tools of `fix` check nothing. CPU is of all
processes together. Where the load is above the number of cores, wall figures tell little.

{table(head, rows)}
"""


def _megabytes(todo: list[Work], suffix: str) -> str:
    """The smallest and the largest file of a kind: "1.3 to 3.2"."""
    files = {file for work in todo for file in work.files if file.suffix == suffix}
    sizes = sorted(file.stat().st_size / MB for file in files)
    return f"{sizes[0]:.1f} to {sizes[-1]:.1f}" if sizes else "none"


def _rows(work: Work, runs: Runs) -> list[list[str]]:
    own = next((runs[work.name, name] for name in _OWN if (work.name, name) in runs), [])
    rows = []
    for name in work.tools:
        taken = runs.get((work.name, name))
        if not taken:
            rows.append([work.name, f"{name} (not installed)", *[""] * 7])
            continue
        cpu_s, wall_s = median([run.cpu_s for run in taken]), median([r.wall_s for r in taken])
        row = [work.name, name, f"{cpu_s:.2f}", f"{spread(taken):.0%}", f"{wall_s:.2f}"]
        if name in _OWN:
            rows.append([*row, *[""] * 4])
            continue
        goal = work.bounds.get(name)
        row.append(f"{median([r.cpu_s for r in own]) / cpu_s:.2f}")
        row.append(f"<= {goal[0]}" if goal else "")
        row.append(f"{median([r.wall_s for r in own]) / wall_s:.2f}")
        row.append(f"<= {goal[1]}" if goal else "")
        rows.append(row)
    return rows


if __name__ == "__main__":
    main()
