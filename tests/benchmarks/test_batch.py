"""The runs of thousands, in small: exactly the bad photos are reported, memory is looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.batch import run, scale
from benchmarks.batch.watching import lines_of, most, watched

LINUX = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux's /proc")


@LINUX
def test_exactly_the_bad_ones_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "HANGING", 2)  # each is waited for
    done, wrong = run.whole_run(tmp_path, 100, 2, timeout_s=2)
    assert wrong == []
    assert done.exit_code == 1
    for looks in (done.parent_bytes, done.child_bytes):
        assert max(size for _photos, size in looks) > 1_000_000


def test_memory_is_compared_early_and_late() -> None:
    looks = [(0, 90), (499, 80), (500, 10), (900, 12), (1001, 70), (2499, 60), (2500, 18)]
    memory = run.memory(looks, 3000)
    assert (memory.early, memory.late, memory.growth) == (12, 18, 1.5)
    assert run.memory([(24, 9), (25, 2), (50, 3), (51, 9), (75, 3), (100, 3)], 100).growth == 1


@LINUX
def test_all_files_of_a_folder_are_reported_in_order(tmp_path: Path) -> None:
    scale.make(tmp_path / "in", 40)
    report = tmp_path / "report"
    words = ("check", "in", "--format", "jsonl")
    done = watched(words, tmp_path, lines_of(report), report)
    assert done.exit_code == 1
    assert scale._complete(report, 40)
    assert not scale._complete(report, 41)


def test_lines_are_counted_as_they_come(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    lines = lines_of(file)
    assert lines() == 0
    file.write_bytes(b"one\ntw")
    assert lines() == 1
    with file.open("ab") as more:
        more.write(b"o\nthree\n")
    assert lines() == 3
    assert most([(1, 5), (10, 7), (20, 9)], 5, 15) == 7
    assert most([], 0, 9) == 0
