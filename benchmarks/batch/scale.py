"""Scale: folders of up to a hundred thousand files; memory and time have to grow with them.

    python -m benchmarks.batch.scale [--counts 1000 10000 100000] [--write]

Four files of five are empty, which is said of each at once: what is measured is the parent, which
finds, plans, journals and reports.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tempfile
from pathlib import Path

from PIL import Image

from benchmarks.batch.watching import Watched, lines_of, most, watched
from benchmarks.results import machine, table, write_section

EVERY_TINY, EVERY_GOOD = 5, 500


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--write", action="store_true", help="into RESULTS.md")
    wanted = parser.parse_args()
    rows, good = [], True
    for count in wanted.counts:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            make(folder / "in", count)
            for words in (
                ["check", "in"],
                ["fix", "in", "--no-enlarge"],
                ["fix", "in", "--no-enlarge"],
            ):
                report = folder / "report.jsonl"
                run = watched([*words, "--format", "jsonl"], folder, lines_of(report), report)
                good &= run.exit_code == 1 and _complete(report, count)
                again = " again" if rows and rows[-1][0] == words[0] else ""
                rows.append(_row(words[0] + again, count, run))
                print(*rows[-1], f"exit {run.exit_code}", flush=True)
    head = ("command", "files", "wall", "CPU of all, a file", "parent at most", "a child at most")
    body = (
        f"## A hundred thousand files\n\n`python -m benchmarks.batch.scale`, {machine()}. Of each "
        f"{EVERY_TINY} files one is a tiny picture, the others are empty; one of "
        f"{EVERY_GOOD} gets a copy.\n\n{table(head, rows)}"
    )
    if wanted.write:
        write_section("batch-scale", body)
    return 0 if good else 1


def make(folder: Path, count: int) -> None:
    """Files in folders of at most 10,000."""
    tiny, fine = _picture(24), _picture(400)
    for number in range(count):
        place = folder / f"{number // 10_000:02}"
        if number % 10_000 == 0:
            place.mkdir(parents=True)
        data = b"" if number % EVERY_TINY else fine if number % EVERY_GOOD == 0 else tiny
        (place / f"IMG_{number:06}.png").write_bytes(data)


def _picture(side_px: int) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((side_px, side_px)).convert("RGB").save(out, "PNG")
    return out.getvalue()


def _complete(report: Path, count: int) -> bool:
    """Every file is reported once, in order."""
    with report.open() as lines:
        paths = [json.loads(line)["path"] for line in lines]
    return len(paths) == count and paths == sorted(paths)


def _row(name: str, count: int, run: Watched) -> tuple[str, ...]:
    return (
        name,
        f"{count:,}",
        f"{run.wall_s:.1f} s",
        f"{run.cpu_s / count * 1000:.2f} ms",
        f"{most(run.parent_bytes, 0, count) / 1e6:.1f} MB",
        f"{most(run.child_bytes, 0, count) / 1e6:.1f} MB",
    )


if __name__ == "__main__":
    sys.exit(main())
