"""Damage, stage 4: preflight beside other tools -> RESULTS.md.

    python -m benchmarks.damage.bases FOLDER
    python -m benchmarks.damage.table tuned=FOLDER/tuned held-out=FOLDER/held-out [--each 1]

Of each clean file copies of every kind of damage are drawn, the same ones for all tools. Only the
last group is shown beside other tools; of the others only preflight's rates are told.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.damage.generate import Variant, variants
from benchmarks.damage.label import Label, decode, label
from benchmarks.damage.peers import ALL, peers, versions_of_commands
from benchmarks.damage.run import bad, damage_in, module_of
from benchmarks.results import machine, table, versions, write_section

LARGEST_BYTES = 1_000_000
LARGEST_PIXELS = 3_000_000
FLIPS = 12


@dataclass(frozen=True, slots=True)
class Case:
    """One file that every tool is shown; `label` is None for a clean one."""

    format: str
    kind: str
    data: bytes
    label: Label | None = None


def cases(folder: Path, each: int, seed: int) -> list[Case]:
    """Clean files of a folder, and so many damaged copies of every kind; twice the flips."""
    made = []
    for path in sorted(p for p in folder.iterdir() if p.is_file()):
        data = path.read_bytes()
        name = module_of(data)
        if name is None or len(data) > LARGEST_BYTES:
            continue
        clean = decode(data, lenient=False)
        if clean is None or clean.shape[0] * clean.shape[1] > LARGEST_PIXELS:
            continue
        made.append(Case(name, "clean", data))
        by_kind: dict[str, list[Variant]] = {}
        for variant in variants(data, seed, FLIPS):
            by_kind.setdefault(variant.kind, []).append(variant)
        chance = random.Random(f"{seed}{path.name}")
        for kind, found in by_kind.items():
            wanted = min(len(found), each * (2 if kind == "flip" else 1))
            drawn = chance.sample(found, wanted)
            made += [Case(name, kind, v.data, label(clean, v.data)) for v in drawn]
    return made


def _preflight(files: Sequence[bytes]) -> list[bool]:
    return [bad(damage_in(data)) for data in files]


def _rates(found: list[Case], shown: list[Case]) -> list[str]:
    """Recall on visible, hard and visible flips; false alarms on clean files."""

    def share(test: Callable[[Case], bool]) -> str:
        whole = [case for case in shown if test(case)]
        part = sum(1 for case in found if test(case))
        return f"{part / len(whole):.1%}" if whole else "-"

    return [share(_visible), share(_hard), share(_flip), str(_clean(found))]


def rates(shown: list[Case], others: bool) -> str:
    """A table: a row for each format and tool, preflight first, then by what they see."""
    rows = []
    for name in sorted({case.format for case in shown}):
        of_format = [case for case in shown if case.format == name]
        tools = {"**preflight**": (ALL, _preflight), **(peers() if others else {})}
        told = []
        for tool, (formats, verdicts) in tools.items():
            if name in formats:
                wrong = verdicts([case.data for case in of_format])
                found = [case for case, is_wrong in zip(of_format, wrong, strict=True) if is_wrong]
                told.append([tool, *_rates(found, of_format)])
        told[1:] = sorted(told[1:], key=lambda row: (-_number(row[1]), row[0]))
        counts = [str(sum(test(case) for case in of_format)) for test in (_visible, _hard, _flip)]
        rows.append([f"**{name}**, how many", *counts, str(_clean(of_format))])
        rows += told
    return table(["tool", "visible", "hard", "visible flips", "false alarms"], rows)


def _number(share: str) -> float:
    return float(share.rstrip("%")) if share != "-" else 0.0


def _visible(case: Case) -> bool:
    return case.label is not None and case.label.visible


def _hard(case: Case) -> bool:
    return case.label is not None and case.label.hard


def _flip(case: Case) -> bool:
    return case.kind == "flip" and _visible(case)


def _clean(shown: list[Case]) -> int:
    return sum(case.kind == "clean" for case in shown)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="+", help="name=FOLDER")
    parser.add_argument("--each", type=int, default=1, help="copies of each kind of damage")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    packages = versions("pillow", "pillow-heif", "simplejpeg", "pyvips", "av")
    extra = versions("checkcorruptedimages")
    parts = [
        "## Is damage seen?",
        f"`python -m benchmarks.damage.table` · {machine()} · {packages}, {extra}, "
        f"{versions_of_commands()}",
        f"Copies of clean files (`benchmarks.damage.bases`), seed {options.seed}: cut short, cut "
        "by up to 16 bytes, single bits flipped, 16 to 4096 bytes zeroed, made random, dropped or "
        "doubled, blocks swapped, tails zeroed, headers changed. *Visible*: even a lenient decoder "
        "gives no picture or another one; *hard*: it gives another one; *false alarms*: clean "
        "files called damaged. Rows of a format are in order of what they see. The first pictures "
        "were looked at while the checks were made, the held-out ones by this script only.",
    ]
    for group in options.groups:
        name, _, folder = group.partition("=")
        shown = cases(Path(folder), options.each, options.seed)
        count = _clean(shown)
        parts += [f"### {name}: {count} clean files, {len(shown) - count} damaged copies"]
        parts += [rates(shown, others=group == options.groups[-1])]
    write_section("damage", "\n\n".join(parts))


if __name__ == "__main__":
    main()
