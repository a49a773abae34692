"""Watch: what arrives is done once it is there whole; what goes away does no harm."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from preflight.batch import watch
from preflight.batch.watch import SETTLED_S, Arrivals
from preflight.errors import UsageError
from tests.batch.processes import copies, make_photos, start


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def names(arrivals: Arrivals) -> list[str]:
    return [photo.path.name for photo in arrivals.settled()]


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_photo_is_waited_for_until_it_rests(tmp_path: Path, clock: Clock) -> None:
    arrivals = Arrivals(tmp_path, None, clock)
    (tmp_path / "a.jpg").write_bytes(b"half")
    arrivals.look()
    assert names(arrivals) == []
    clock.now += SETTLED_S - 0.1
    assert names(arrivals) == []
    (tmp_path / "a.jpg").write_bytes(b"half and more")
    clock.now += 1
    assert names(arrivals) == []
    clock.now += SETTLED_S - 0.1
    assert names(arrivals) == []
    clock.now += 0.1
    assert names(arrivals) == ["a.jpg"]
    arrivals.look()
    clock.now += 100
    assert names(arrivals) == []


def test_changed_deleted_and_put_back(tmp_path: Path, clock: Clock) -> None:
    arrivals = Arrivals(tmp_path, None, clock)
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(b"one")
    arrivals.look()
    (tmp_path / "b.jpg").unlink()
    clock.now += SETTLED_S
    ready = arrivals.settled()
    assert [photo.path.name for photo in ready] == ["a.jpg"]
    arrivals.put_back(ready)
    clock.now += watch.AGAIN_S - 0.1
    assert names(arrivals) == []
    clock.now += 0.1
    assert names(arrivals) == ["a.jpg"]
    (tmp_path / "a.jpg").write_bytes(b"other")
    arrivals.look()
    clock.now += SETTLED_S
    assert names(arrivals) == ["a.jpg"]
    (tmp_path / "a.jpg").unlink()
    arrivals.look()
    (tmp_path / "a.jpg").write_bytes(b"again")
    arrivals.look()
    clock.now += SETTLED_S
    assert names(arrivals) == ["a.jpg"]


def test_without_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "watchfiles", None)
    with pytest.raises(UsageError, match=r"photo-preflight\[watch\]"):
        next(iter(watch.watch(tmp_path, tmp_path / "out", lambda _: iter(()), print)))


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 40
    while not true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


@pytest.mark.skipif(os.name == "nt", reason="needs signals as POSIX has them")
def test_a_real_watch(tmp_path: Path) -> None:
    pytest.importorskip("watchfiles")
    make_photos(tmp_path / "new", 3)
    data = [path.read_bytes() for path in sorted((tmp_path / "new").iterdir())]
    inbox, out = tmp_path / "in", tmp_path / "out"
    inbox.mkdir()
    (inbox / "first.jpg").write_bytes(data[0])
    words = ("watch", "in", "-o", "out", "--size", "320")
    process = start(*words, cwd=tmp_path, PREFLIGHT_TEST_SETTLED_S="1")

    def there() -> set[str]:
        return set(copies(out)) if out.is_dir() else set()

    with (inbox / "slow.jpg").open("wb", buffering=0) as slow:
        pieces = (data[1][at : at + 1] for at in range(len(data[1])))

        def grown() -> bool:  # it never rests while another that rests is waited for and done
            slow.write(next(pieces))
            return there() == {"first.jpg"}

        until(grown)
        (inbox / "gone.jpg").write_bytes(data[1])
        (inbox / "gone.jpg").unlink()
        slow.write(b"".join(pieces))
    until(lambda: there() == {"first.jpg", "slow.jpg"})

    def taken_away() -> bool:  # by somebody: the next copies are made all the same
        shutil.rmtree(out, ignore_errors=True)  # a temporary file may vanish meanwhile
        return not out.exists()

    until(taken_away)
    (inbox / "deep").mkdir()
    (inbox / "deep" / "third.jpg").write_bytes(data[2])
    until(lambda: there() == {"third.jpg"})
    until(lambda: b"third" in (out / ".preflight-journal.jsonl").read_bytes())
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in stderr
    assert "\n3 photos: 3 ready." in stdout  # nothing was broken off: it has no end
