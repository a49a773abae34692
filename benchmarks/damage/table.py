"""Damage, stage 4: preflight beside other tools, and its cost beside Pillow's -> RESULTS.md.

    python -m benchmarks.damage.table tuned-on=FOLDER held-out=FOLDER [--copies 6] [--seconds 600]

Each FOLDER holds clean files; of each some damaged copies are drawn, the same ones for all tools.
"""

from __future__ import annotations

import argparse
import io
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from benchmarks.damage.generate import variants
from benchmarks.damage.label import Label, decode, label
from benchmarks.damage.peers import ALL, Verdicts, peers, versions_of_commands
from benchmarks.damage.run import bad, damage_in, module_of
from benchmarks.results import machine, table, versions, write_section

LARGEST_BYTES = 1_000_000
LARGEST_PIXELS = 3_000_000
FLIPS = 12
TWELVE_MEGAPIXELS = (4000, 3000)
COST_RUNS = 5


@dataclass(frozen=True, slots=True)
class Case:
    """One file that every tool is shown; `label` is None for a clean one."""

    format: str
    kind: str
    data: bytes
    label: Label | None = None


def cases(folder: Path, copies: int, seed: int, until: float) -> list[Case]:
    """Clean files of a folder and damaged copies of each, until the time is over."""
    made = []
    for path in sorted(p for p in folder.iterdir() if p.is_file()):
        data = path.read_bytes()
        name = module_of(data)
        if name is None or len(data) > LARGEST_BYTES or time.monotonic() > until:
            continue
        clean = decode(data, lenient=False)
        if clean is None or clean.shape[0] * clean.shape[1] > LARGEST_PIXELS:
            continue
        # By these names samples/ has damaged files that Pillow opens.
        if path.stem.startswith(("corrupt", "truncated", "bad-", "zeros", "strip")):
            continue
        made.append(Case(name, "clean", data))
        drawn = random.Random(f"{seed}{path.name}").sample(
            list(variants(data, seed, FLIPS)), copies
        )
        made += [Case(name, v.kind, v.data, label(clean, v.data)) for v in drawn]
    return made


def _preflight(name: str) -> Callable[[bytes], bool]:
    return lambda data: bad(damage_in(data, name))


def _preflight_each(name: str) -> Verdicts:
    judge = _preflight(name)
    return lambda files: [judge(data) for data in files]


def _rates(found: list[Case], shown: list[Case]) -> list[str]:
    """Recall on visible, hard and visible flips; false alarms on clean files."""

    def share(test: Callable[[Case], bool]) -> str:
        whole = [case for case in shown if test(case)]
        part = sum(1 for case in found if test(case))
        return f"{part / len(whole):.0%} of {len(whole)}" if whole else "-"

    alarms = sum(1 for case in found if case.kind == "clean")
    clean = sum(1 for case in shown if case.kind == "clean")
    return [
        share(lambda c: c.label is not None and c.label.visible),
        share(lambda c: c.label is not None and c.label.hard),
        share(lambda c: c.label is not None and c.label.visible and c.kind == "flip"),
        f"{alarms} of {clean}",
    ]


def compared(shown: list[Case]) -> str:
    """A table: format and tool by rates."""
    rows = []
    for name in sorted({case.format for case in shown}):
        of_format = [case for case in shown if case.format == name]
        mine = _preflight_each(name)
        for tool, (formats, verdicts) in {"**preflight**": (ALL, mine), **peers()}.items():
            if name in formats:
                told = verdicts([case.data for case in of_format])
                found = [case for case, wrong in zip(of_format, told, strict=True) if wrong]
                rows.append([name, tool, *_rates(found, of_format)])
    head = ["format", "tool", "visible", "hard", "visible flips", "false alarms"]
    return table(head, rows)


def by_kind(shown: list[Case]) -> str:
    """preflight alone: visible damage found by kind and format."""
    rows = []
    kinds = sorted({case.kind for case in shown} - {"clean"})
    for name in sorted({case.format for case in shown}):
        cells = []
        for kind in kinds:
            seen = [
                _preflight(name)(case.data)
                for case in shown
                if (case.format, case.kind) == (name, kind) and case.label and case.label.visible
            ]
            cells.append(f"{sum(seen)}/{len(seen)}" if seen else "-")
        rows.append([name, *cells])
    return table(["format", *kinds], rows)


def cost(photo: Path) -> str:
    """Processor time of the check against Pillow's open and load of the same 12 megapixels."""
    with Image.open(photo) as image:
        large = image.convert("RGB").resize(TWELVE_MEGAPIXELS, Image.Resampling.LANCZOS)
    rows = []
    for name, options in {
        "JPEG": {"quality": 92},
        "JPEG progressive": {"quality": 92, "progressive": True},
        "PNG": {"compress_level": 6},
        "WEBP": {"quality": 85, "method": 1},
        "HEIF": {"quality": 70},
    }.items():
        file = io.BytesIO()
        large.save(file, name.split()[0], **options)
        data = file.getvalue()
        module = module_of(data) or ""
        mine, pillow = [], []
        for _ in range(COST_RUNS):
            start = time.process_time()
            damage_in(data, module)
            middle = time.process_time()
            decode_only(data)
            mine.append(middle - start)
            pillow.append(time.process_time() - middle)
        ours, theirs = statistics.median(mine), statistics.median(pillow)
        size = f"{len(data) / 1e6:.1f} MB"
        rows.append([name, size, f"{ours:.2f} s", f"{theirs:.2f} s", f"{ours / theirs:.2f}"])
    return table(["12 megapixels", "file", "check", "Pillow open + load", "ratio"], rows)


def decode_only(data: bytes) -> None:
    """What Pillow's open and load cost, and nothing else."""
    with Image.open(io.BytesIO(data)) as image:
        image.load()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="+", help="name=FOLDER")
    parser.add_argument("--copies", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=300, help="for drawing the copies")
    parser.add_argument("--photo", type=Path, default=Path("samples/landscape.jpg"))
    options = parser.parse_args()
    packages = versions("pillow", "pillow-heif", "simplejpeg", "pyvips", "av")
    extra = versions("checkcorruptedimages")
    parts = [
        "## Is damage seen?",
        f"`python -m benchmarks.damage.table` · {machine()} · {packages}, {extra}, "
        f"{versions_of_commands()}",
        f"Damaged copies of clean files, {options.copies} of each, seed {options.seed}. *Visible*: "
        "even a lenient decoder gives no picture or another one; *hard*: it gives another one; "
        "*false alarms*: clean files called damaged.",
    ]
    for group in options.groups:
        name, _, folder = group.partition("=")
        until = time.monotonic() + options.seconds / len(options.groups)
        shown = cases(Path(folder), options.copies, options.seed, until)
        clean = sum(1 for case in shown if case.kind == "clean")
        parts += [f"### {name}: {clean} clean files, {len(shown) - clean} damaged copies"]
        parts += [compared(shown), "preflight, visible damage by kind:", by_kind(shown)]
    parts += ["### Processor time", cost(options.photo)]
    write_section("damage", "\n\n".join(parts))


if __name__ == "__main__":
    main()
