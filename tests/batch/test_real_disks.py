"""Real disks that fill up, turn read-only or go away while copies are written to them."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from preflight.render.page.frame import MARK
from tests.batch.processes import copies, finished, left_over, make_photos, start

PHOTOS = 16
JOURNAL = ".preflight-journal.jsonl"

Mount = Callable[[str], None]


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the copies have to be."""
    folder = tmp_path_factory.mktemp("expected")
    make_photos(folder / "in", PHOTOS)
    assert finished("fix", "in", "-o", "whole", cwd=folder).returncode == 0
    return copies(folder / "whole")


@pytest.fixture
def photos(tmp_path: Path, expected: dict[str, bytes]) -> dict[str, bytes]:
    """Makes `in`, and gives what its copies have to be."""
    make_photos(tmp_path / "in", PHOTOS)
    return expected


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """Mounts a disk in memory as `disk`, or changes how it is mounted."""
    disk = tmp_path / "disk"
    disk.mkdir()

    def mount(options: str) -> None:
        words = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)]
        try:
            done = subprocess.run(words, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            pytest.skip("there is no mount here")
        if done.returncode:
            pytest.skip(f"a disk cannot be mounted here: {done.stderr.strip()}")

    yield mount
    subprocess.run(["umount", "-l", str(disk)], capture_output=True, check=False)


def _whole(folder: Path, expected: dict[str, bytes]) -> int:
    """How many copies there are; all have to be whole, and nothing besides."""
    there = copies(folder)
    assert {name: expected[name] for name in there} == there
    assert left_over(folder) == []
    return len(there)


def test_a_full_disk_holds_what_was_whole_and_is_completed(
    tmp_path: Path, photos: dict[str, bytes], mount: Mount
) -> None:
    some = sum(map(len, photos.values())) // 2
    mount(f"size={some // 1024}k")
    full = finished("fix", "in", "-o", "disk/out", "-j", "2", cwd=tmp_path)
    assert full.returncode == 3
    assert "could not be written: the disk is full." in full.stderr
    assert "Traceback" not in full.stderr
    there = _whole(tmp_path / "disk" / "out", photos)
    assert 0 < there < PHOTOS
    assert f"{there} ready, {PHOTOS - there} need you" in full.stdout
    mount("remount,size=20m")
    last = finished("fix", "in", "-o", "disk/out", cwd=tmp_path)
    assert last.returncode == 0, last.stderr
    assert _whole(tmp_path / "disk" / "out", photos) == PHOTOS


def test_a_disk_without_room_for_more_names(
    tmp_path: Path, photos: dict[str, bytes], mount: Mount
) -> None:
    mount("size=20m,nr_inodes=8")
    full = finished("fix", "in", "-o", "disk/out", cwd=tmp_path)
    assert full.returncode == 3
    assert "the disk is full" in full.stderr
    assert 0 < _whole(tmp_path / "disk" / "out", photos) < 8


def test_a_page_that_does_not_fit_says_so(
    tmp_path: Path, photos: dict[str, bytes], mount: Mount
) -> None:
    mount("size=64k")
    page = tmp_path / "disk" / "report.html"
    page.write_text(f"{MARK} the old one")  # a page of preflight's: a new one may take its place
    done = finished("fix", "in", "-o", "out", "--report", "disk/report.html", cwd=tmp_path)
    assert done.returncode == 3
    assert "report.html could not be written: the disk is full." in done.stderr
    assert page.read_text() == f"{MARK} the old one"
    assert left_over(tmp_path / "disk") == []
    assert f"{PHOTOS} photos: {PHOTOS} ready." in done.stdout
    assert _whole(tmp_path / "out", photos) == PHOTOS


def test_a_disk_that_is_read_only_from_the_beginning(
    tmp_path: Path, photos: dict[str, bytes], mount: Mount
) -> None:
    mount("size=20m,ro")
    done = finished("fix", "in", "-o", "disk/out", cwd=tmp_path)
    assert done.returncode == 3
    assert "read-only" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("what", ["turns read-only", "is taken away"])
def test_a_disk_that_changes_meanwhile(
    tmp_path: Path, photos: dict[str, bytes], mount: Mount, what: str
) -> None:
    mount("size=20m")
    out = tmp_path / "disk" / "out"
    (tmp_path / "in" / "photo-00003-slow.jpg").write_bytes(
        (tmp_path / "in" / "photo-00003.jpg").read_bytes()
    )
    process = start("fix", "in", "-o", "disk/out", "-j", "1", cwd=tmp_path)
    end = time.monotonic() + 30
    while not (out / JOURNAL).exists() or (out / JOURNAL).read_bytes().count(b"\n") < 3:
        assert time.monotonic() < end
        time.sleep(0.02)
    if what == "turns read-only":
        # a disk with an open journal cannot be remounted; a second look at it can
        subprocess.run(["mount", "--bind", "disk", "disk"], cwd=tmp_path, check=True)
        subprocess.run(["mount", "-o", "remount,bind,ro", "disk"], cwd=tmp_path, check=True)
    else:
        subprocess.run(["umount", "-l", "disk"], cwd=tmp_path, check=True)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 3, stdout
    assert ("read-only" if what == "turns read-only" else "taken away") in stderr
    assert "Traceback" not in stderr
    if what == "turns read-only":
        subprocess.run(["umount", "disk"], cwd=tmp_path, check=True)
        assert 0 < len(copies(out)) < PHOTOS
    (tmp_path / "in" / "photo-00003-slow.jpg").unlink()
    assert finished("fix", "in", "-o", "disk/out", cwd=tmp_path).returncode == 0
    there = copies(out)
    there.pop("photo-00003-slow.jpg", None)
    assert there == photos


def test_a_photo_that_changes_while_it_is_looked_at(tmp_path: Path) -> None:
    (stem,) = make_photos(tmp_path / "made", 1)
    make_photos(tmp_path / "other", 2)
    photo = tmp_path / "in" / "slow.jpg"
    photo.parent.mkdir()
    photo.write_bytes((tmp_path / "made" / f"{stem}.jpg").read_bytes())
    process = start("fix", "in", "-o", "out", "-j", "1", cwd=tmp_path)
    end = time.monotonic() + 30
    while not (tmp_path / "out" / JOURNAL).exists():
        assert time.monotonic() < end
        time.sleep(0.02)
    time.sleep(0.7)
    other = (tmp_path / "other" / "photo-00001.jpg").read_bytes()
    photo.write_bytes(other)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert photo.read_bytes() == other
    assert finished("fix", "in", "-o", "out", cwd=tmp_path).returncode == 0
    assert finished("fix", "other", "-o", "expected", cwd=tmp_path).returncode == 0
    expected = copies(tmp_path / "expected")["photo-00001.jpg"]
    assert copies(tmp_path / "out") == {"slow.jpg": expected}
