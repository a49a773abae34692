"""Real runs: crashes, hangs, kills, interrupts, full disks. Nothing is lost, nothing half."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from tests.batch.processes import (
    children_of,
    copies,
    environment,
    finished,
    is_gone,
    left_over,
    make_photos,
    start,
)

POSIX = pytest.mark.skipif(os.name == "nt", reason="needs signals as POSIX has them")
LINUX = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux's /proc")


def until(true: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def _all_gone(processes: list[int]) -> bool:
    return all(map(is_gone, processes))


def document(result: subprocess.CompletedProcess[str]) -> dict[str, object]:
    return json.loads(result.stdout)


def test_each_of_many_is_reported_as_what_it_is(tmp_path: Path) -> None:
    stems = make_photos(tmp_path / "in", 54)
    good = (tmp_path / "in" / "photo-00000.jpg").read_bytes()
    for name in ("a-crash", "m-crash", "a-hang", "m-exit"):
        (tmp_path / "in" / f"{name}.jpg").write_bytes(good)
    (tmp_path / "in" / "broken-1.jpg").write_bytes(good[:1500])
    (tmp_path / "in" / "broken-2.jpg").write_bytes(b"")
    words = ("in", "-j", "2", "--timeout", "2", "--size", "400", "--format", "json")
    fixed = finished("fix", *words, cwd=tmp_path)
    assert fixed.returncode == 1, fixed.stderr
    photos = document(fixed)["photos"]
    names = [Path(photo["path"]).stem for photo in photos]
    assert names == sorted(names)
    refused = {
        Path(photo["path"]).stem: photo["findings"][0]["rule"]
        for photo in photos
        if photo["fix"]["status"] == "refused"
    }
    assert refused == {
        **dict.fromkeys(("a-crash", "m-crash", "m-exit"), "decoder-crashed"),
        "a-hang": "timed-out",
        "broken-1": "truncated",
        "broken-2": "empty-file",
    }
    assert set(copies(tmp_path / "in-ready")) == {f"{stem}.jpg" for stem in stems}
    journal = (tmp_path / "in-ready" / ".preflight-journal.jsonl").read_text()
    assert len(journal.splitlines()) == 56
    assert "crash" not in journal  # tried again the next time: it may have been the computer


def test_a_second_run_does_only_what_is_to_do(tmp_path: Path) -> None:
    make_photos(tmp_path / "in", 6)
    assert finished("fix", "in", cwd=tmp_path).returncode == 0
    out = tmp_path / "in-ready"
    before = copies(out)

    def statuses(*words: str) -> dict[str, bool]:
        result = finished("fix", "in", "--format", "json", *words, cwd=tmp_path)
        assert result.returncode == 0, result.stderr
        return {
            Path(photo["path"]).stem: photo["fix"]["written"]
            for photo in document(result)["photos"]
        }

    first = [f"photo-0000{number}" for number in range(6)]
    assert statuses() == dict.fromkeys(first, False)
    (out / "photo-00001.jpg").unlink()
    whole = (out / "photo-00002.jpg").read_bytes()
    (out / "photo-00002.jpg").write_bytes(whole[:2000])
    (out / "photo-00003.jpg").write_bytes(b"x" * len(before["photo-00003.jpg"]))
    (tmp_path / "in" / "photo-00004.jpg").write_bytes(
        (tmp_path / "in" / "photo-00005.jpg").read_bytes()
    )
    with (out / ".preflight-journal.jsonl").open("ab") as journal:
        journal.write(b'{"version":1,"source":"/torn')
    redone = {first[number]: number in (1, 2, 3, 4) for number in range(6)}
    assert statuses() == redone
    after = copies(out)
    for number in (0, 1, 2, 5):
        assert after[f"photo-0000{number}.jpg"] == before[f"photo-0000{number}.jpg"]
    assert after["photo-00004.jpg"] == before["photo-00005.jpg"]
    assert after["photo-00003.jpg"][:1] == b"x"  # somebody's own file now: never overwritten
    assert after["photo-00003-2.jpg"] == before["photo-00003.jpg"]
    assert statuses("--size", "500") == dict.fromkeys(first, True)
    assert len(copies(out)) == len(after)
    assert statuses("--size", "500") == dict.fromkeys(first, False)
    assert oct((out / ".preflight-journal.jsonl").stat().st_mode)[-3:] in ("600", "666")


@LINUX
def test_killed_at_any_moment_and_completed(tmp_path: Path) -> None:
    stems = make_photos(tmp_path / "in", 10)
    originals = copies(tmp_path / "in")
    begin = time.monotonic()
    assert finished("fix", "in", "-j", "2", "-o", "whole", cwd=tmp_path).returncode == 0
    whole_s = min(2.5, time.monotonic() - begin)
    expected = copies(tmp_path / "whole")
    chance = random.Random(6)
    for number in range(5):
        process = start("fix", "in", "-j", "2", cwd=tmp_path)
        with suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0.2, 1.0) * whole_s)
        children = children_of(process.pid) if process.poll() is None else []
        process.kill()
        process.communicate()
        for name, data in copies(tmp_path / "in-ready").items():
            assert data == expected[name], f"kill {number}: {name} is not whole"
        until(partial(_all_gone, children), 5)
    last = finished("fix", "in", cwd=tmp_path)
    assert last.returncode == 0, last.stderr
    assert copies(tmp_path / "in-ready") == expected
    assert left_over(tmp_path / "in-ready") == []
    assert copies(tmp_path / "in") == originals
    assert len(expected) == len(stems)


@LINUX
def test_killed_children_hold_up_nobody(tmp_path: Path) -> None:
    stems = make_photos(tmp_path / "in", 8)
    process = start("fix", "in", "-j", "2", "--format", "json", cwd=tmp_path)
    until(lambda: children_of(process.pid))
    for _ in range(3):
        for child in children_of(process.pid)[:1]:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.5)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode in (0, 1), stderr
    photos = json.loads(stdout)["photos"]
    assert [Path(photo["path"]).stem for photo in photos] == stems
    for photo in photos:  # one that was killed twice is named, and done by the next run
        assert (
            photo["fix"]["status"] == "fixed" or photo["findings"][0]["rule"] == "decoder-crashed"
        )
    assert finished("fix", "in", cwd=tmp_path).returncode == 0
    assert len(copies(tmp_path / "in-ready")) == 8


@POSIX
def test_an_interrupt_ends_in_two_seconds_with_the_sums(tmp_path: Path) -> None:
    make_photos(tmp_path / "in", 6)
    good = (tmp_path / "in" / "photo-00000.jpg").read_bytes()
    for name in ("z-hang-1", "z-hang-2"):
        (tmp_path / "in" / f"{name}.jpg").write_bytes(good)
    process = start("fix", "in", "-j", "2", cwd=tmp_path)
    journal = tmp_path / "in-ready" / ".preflight-journal.jsonl"
    until(lambda: journal.exists() and journal.read_bytes().count(b"\n") == 6, 60)
    time.sleep(0.3)
    begin = time.monotonic()
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=20)
    assert time.monotonic() - begin < 2.5
    assert process.returncode == 130
    assert "Stopped before the end. 6 photos: 6 ready." in stdout
    assert stderr == "Stopped.\n"
    assert left_over(tmp_path / "in-ready") == []


@LINUX
def test_a_run_that_is_stopped_for_a_while_blames_no_photo(tmp_path: Path) -> None:
    make_photos(tmp_path / "in", 2)
    (tmp_path / "in" / "a-slow.jpg").write_bytes((tmp_path / "in" / "photo-00000.jpg").read_bytes())
    process = start("fix", "in", "-o", "out", "-j", "1", "--timeout", "3", cwd=tmp_path)
    until((tmp_path / "out" / ".preflight-journal.jsonl").exists)
    time.sleep(0.5)
    process.send_signal(signal.SIGSTOP)  # as Ctrl-Z does; the children go on
    time.sleep(3.5)
    process.send_signal(signal.SIGCONT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stdout + stderr
    assert len(copies(tmp_path / "out")) == 3


@POSIX
def test_two_runs_into_one_folder(tmp_path: Path) -> None:
    make_photos(tmp_path / "in", 1)
    (tmp_path / "in" / "z-hang.jpg").write_bytes(b"x")
    first = start("fix", "in", "-o", "out", cwd=tmp_path)
    until(lambda: copies(tmp_path / "out") if (tmp_path / "out").is_dir() else False)
    second = finished("fix", "in", "-o", "out", cwd=tmp_path)
    assert second.returncode == 3
    assert "Another preflight is at work in out." in second.stderr
    first.kill()  # the lock of a process that was killed holds nobody up
    first.communicate()
    third = finished("fix", "in", "-o", "out", "--timeout", "2", cwd=tmp_path)
    assert third.returncode == 1
    assert "1 done before" in third.stdout


@LINUX
def test_a_full_disk(tmp_path: Path) -> None:
    make_photos(tmp_path / "in", 6)
    limit = "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (8000, 8000));"
    ignore = "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    # a limit on the size of files stops writes in the middle, as a full disk does
    code = f"{limit}{ignore}import sys; sys.argv[1:] = ['fix', 'in', '-j', '2']; "
    code += "from preflight.cli.main import run; run()"
    full = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert full.returncode == 3, full.stderr
    assert copies(tmp_path / "in-ready") == {}
    assert left_over(tmp_path / "in-ready") == []
    assert "6 need you" in full.stdout
    assert finished("fix", "in", cwd=tmp_path).returncode == 0
    assert len(copies(tmp_path / "in-ready")) == 6


@POSIX
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    make_photos(tmp_path / "in", 1)
    (tmp_path / "out").write_text("a file")
    result = finished("fix", "in", "-o", "out", cwd=tmp_path)
    assert result.returncode == 3
    assert "out is not a folder" in result.stderr
    assert "Traceback" not in result.stderr


@POSIX
def test_folders_and_photos_that_vanish_meanwhile(tmp_path: Path) -> None:
    make_photos(tmp_path / "in", 3)
    (tmp_path / "in" / "a-slow.jpg").write_bytes((tmp_path / "in" / "photo-00000.jpg").read_bytes())
    process = start("fix", "in", "-o", "out", "-j", "1", cwd=tmp_path)
    journal = tmp_path / "out" / ".preflight-journal.jsonl"
    until(journal.exists)
    (tmp_path / "in" / "photo-00002.jpg").unlink()
    until(lambda: journal.read_bytes().count(b"\n") >= 1)
    for path in (tmp_path / "out").iterdir():
        path.unlink(missing_ok=True)
    process.communicate(timeout=60)
    assert process.returncode == 3
    assert finished("fix", "in", "-o", "out", cwd=tmp_path).returncode == 0
    assert set(copies(tmp_path / "out")) == {"a-slow.jpg", "photo-00000.jpg", "photo-00001.jpg"}
