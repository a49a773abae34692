"""Children from a nursery behave as those that are a Python of their own.

Run by `test_nursery` in a process that has a single thread; pytest's helpers start others.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight import Limits, Verdict
from preflight.isolation.nursery import nursery
from preflight.isolation.process import Start
from preflight.isolation.worker import AbandonedError, Stopped, Worker
from tests.batch.processes import children_of, is_gone, make_photos
from tests.batch.processes import start as start_preflight
from tests.isolation.test_isolated import _arguments, _until


class FaultyWorker(Worker):
    child_module = "tests.isolation.faulty_child"


@pytest.fixture(scope="module")
def starting() -> Iterator[Start]:
    """One for all tests that leave it as it is: what is bad is over with its child."""
    with nursery(FaultyWorker.child_module, "check") as starting:
        yield starting


@pytest.fixture
def worker(starting: Start) -> Iterator[FaultyWorker]:
    with contextlib.closing(FaultyWorker(Limits(timeout_s=20), starting)) as worker:
        yield worker


def _nursery_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def _files_of(pid: int) -> set[str]:
    names = set()
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            names.add(str(file.readlink()))
    return names


def _address_space_of(pid: int) -> str:
    limits = Path(f"/proc/{pid}/limits").read_text().splitlines()
    return next(line.split()[3] for line in limits if line.startswith("Max address space"))


def test_its_children_are_forks_with_limits_of_their_own(worker: FaultyWorker) -> None:
    assert worker.call("check", _arguments("a.jpg")).verdict is not Verdict.BLOCKED
    pid = worker._child.pid
    assert _nursery_of(pid) in children_of(os.getpid())
    assert _address_space_of(pid) == str(Limits().max_memory_bytes)
    assert _address_space_of(_nursery_of(pid)) == _address_space_of(os.getpid())


def test_nothing_that_we_have_open_is_open_there(tmp_path: Path) -> None:
    with (tmp_path / "secret").open("w") as secret:
        os.set_inheritable(secret.fileno(), True)
        with (
            nursery(FaultyWorker.child_module, "check") as starting,
            contextlib.closing(FaultyWorker(Limits(), starting)) as worker,
            contextlib.closing(FaultyWorker(Limits(), starting)) as other,
        ):
            worker.call("check", _arguments("a.jpg"))
            other.call("check", _arguments("a.jpg"))
            pids = [worker._child.pid, other._child.pid, _nursery_of(other._child.pid)]
            files = list(map(_files_of, pids))
            assert not [name for name in set().union(*files) if "secret" in name]
            assert not [name for name in files[0] & files[1] if name.startswith("pipe")]


@pytest.mark.parametrize(
    ("name", "limit", "timeout_s"),
    [
        ("crash.jpg", "decoder", 20),
        ("exit.jpg", "decoder", 20),
        ("fill.jpg", "max_memory_bytes", 20),
        ("hang.jpg", "timeout_s", 1),
        ("stubborn.jpg", "timeout_s", 1),
    ],
)
def test_a_bad_photo_stops_its_child_alone(
    starting: Start, name: str, limit: str, timeout_s: float
) -> None:
    with contextlib.closing(FaultyWorker(Limits(timeout_s=timeout_s), starting)) as worker:
        stopped = worker.call("check", _arguments(name))
        assert isinstance(stopped, Stopped)
        assert stopped.hit.limit == limit
        if limit == "decoder":
            how = {"crash.jpg": "signal 11", "exit.jpg": "code 7"}[name]
            assert stopped.hit.measured.endswith(how)
        assert worker.call("check", _arguments("after.jpg")).verdict is not Verdict.BLOCKED
        assert _nursery_of(worker._child.pid) in children_of(os.getpid())  # it is there as before


def test_a_killed_nursery_is_done_without() -> None:
    with (
        nursery(FaultyWorker.child_module, "check") as starting,
        contextlib.closing(FaultyWorker(Limits(timeout_s=20), starting)) as worker,
    ):
        expected = worker.call("check", _arguments("a.jpg"))
        killed = _nursery_of(worker._child.pid)
        os.kill(killed, signal.SIGKILL)
        assert _until(lambda: is_gone(killed))
        assert worker.call("check", _arguments("a.jpg")) == expected
        worker.close()
        assert worker.call("check", _arguments("a.jpg")) == expected
        stopped = worker.call("check", _arguments("crash.jpg"))
        assert isinstance(stopped, Stopped)


def test_an_abandoned_child_is_gone_at_once(starting: Start) -> None:
    worker = FaultyWorker(Limits(timeout_s=60), starting)
    raised: list[BaseException] = []

    def work() -> None:
        try:
            worker.call("check", _arguments("hang.jpg"))
        except AbandonedError as error:
            raised.append(error)

    worker.call("check", _arguments("a.jpg"))
    pid = worker._child.pid
    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(0.3)
    worker.abandon()
    thread.join(5)
    assert len(raised) == 1
    assert is_gone(pid)


def test_it_ends_with_its_parent_and_so_do_its_children(tmp_path: Path) -> None:
    make_photos(tmp_path / "in", 1)
    for name in ("hang-1", "hang-2"):
        (tmp_path / "in" / f"{name}.jpg").write_bytes(b"x")
    process = start_preflight("fix", "in", "-j", "2", cwd=tmp_path)
    assert _until(lambda: len(children_of(process.pid)) == 3, 20)  # a nursery and two of its
    processes = children_of(process.pid)
    process.kill()
    process.communicate()
    assert _until(lambda: all(map(is_gone, processes)), 3)
