"""Where the time of one photo goes, by stage, as `--timings` says it; the rest is the start.

python -m benchmarks.speed.stages SCRATCH [--runs 7]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.results import machine, table, write_section
from benchmarks.speed.measuring import installed, median, timed
from benchmarks.speed.workset import make

PHOTOS = {
    "sRGB JPEG": "srgb.jpg",
    "turned Display P3 JPEG": "p3-turned.jpg",
    "iPhone-like HEIC": "phone.heic",
    "WebP": "photo.webp",
    "PNG with alpha": "rgba.png",
}
COMMANDS = ("check", "fix")
MS = 1000


@dataclass(frozen=True)
class Staged:
    """One whole process: how long it took, and what of that was whose."""

    wall_s: float
    stages_s: Mapping[str, float]

    @property
    def start_s(self) -> float:
        """Python's start, the command line, the writing and the end: all but the stages."""
        return self.wall_s - sum(self.stages_s.values())


def main() -> None:
    """Measures photos and commands in turn, and writes the section of RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--runs", type=int, default=7)
    wish = parser.parse_args()
    scratch: Path = wish.scratch.resolve()
    make(scratch / "set", 0, 0)
    preflight = installed(scratch / "venv")
    taken: dict[tuple[str, str], list[Staged]] = {}
    for number in range(wish.runs + 1):
        for command in COMMANDS:
            for name, file in PHOTOS.items():
                staged = _run(preflight, command, scratch / "set" / "one" / file, scratch)
                if number:  # the first round fills caches
                    taken.setdefault((command, name), []).append(staged)
    write_section("speed-stages", section(taken))


def _run(preflight: Path, command: str, photo: Path, scratch: Path) -> Staged:
    words = [str(preflight), command, "--timings", "--format", "json", str(photo)]
    if command == "fix":
        words += ["--force", "-o", str(scratch / "staged.jpg")]
    run = timed(words, heard=True)
    return Staged(run.wall_s, json.loads(run.output)["photos"][0]["timings_s"])


def section(taken: Mapping[tuple[str, str], Sequence[Staged]]) -> str:
    """The section of RESULTS.md: medians by stage."""
    stages = list(
        dict.fromkeys(stage for runs in taken.values() for run in runs for stage in run.stages_s)
    )
    rows = [
        [
            f"`{command}` {name}",
            *(_ms([run.stages_s.get(stage, 0.0) for run in runs]) for stage in stages),
            _ms([run.start_s for run in runs]),
            _ms([run.wall_s for run in runs]),
        ]
        for (command, name), runs in taken.items()
    ]
    fewest = min((len(runs) for runs in taken.values()), default=0)
    return f"""## Speed: where the time of a photo goes

`python -m benchmarks.speed.stages SCRATCH` · {machine()}

Milliseconds of wall time by stage, medians of {fewest} whole processes in turn, photos of 12
megapixels. A module is loaded in the stage that first needs it. "start" is the rest of the
process: Python, the command line, writing the copy and the report. Medians need not add up.

{table(["photo", *stages, "start", "whole"], rows)}
"""


def _ms(seconds: Sequence[float]) -> str:
    return f"{MS * median(seconds):.0f}"


if __name__ == "__main__":
    main()
