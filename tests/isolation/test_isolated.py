"""A stranger's photo may do what it likes to its own process, and nothing to ours."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

import preflight
from preflight import Limits, SourceError, UsageError, Verdict, isolated, pictured
from preflight.isolation import child, process, wire
from preflight.isolation.process import Process, start
from preflight.isolation.worker import AbandonedError, Stopped, Worker
from preflight.platforms.loader import load_many
from preflight.scanner.arrays import threads_allowed
from preflight.source import Source


class FaultyWorker(Worker):
    child_module = "tests.isolation.faulty_child"


def _jpeg(width: int = 400, height: int = 400) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def _arguments(name: str) -> dict[str, object]:
    data = _jpeg()
    source = Source(data, name, len(data))
    return {"source": source, "platforms": load_many("default"), "limits": Limits()}


@pytest.fixture
def worker() -> object:
    worker = FaultyWorker(Limits(timeout_s=20))
    yield worker
    worker.close()


def test_the_answer_is_the_same_as_without_isolation(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(_jpeg(600, 400))
    assert isolated.check(photo) == preflight.check(photo)
    inside, outside = isolated.fix(photo), preflight.fix(photo)
    assert inside.data == outside.data
    assert inside.after == outside.after


def test_the_small_pictures_are_the_same_too() -> None:
    data = _jpeg(600, 400)
    assert isolated.check_pictured(data) == pictured.check(data)
    (inside, small), (outside, expected) = isolated.fix_pictured(data), pictured.fix(data)
    assert inside.data == outside.data
    assert small == expected
    assert small is not None
    assert small.ready is not None


@pytest.mark.parametrize(
    ("name", "limit"),
    [("crash.jpg", "decoder"), ("exit.jpg", "decoder"), ("fill.jpg", "max_memory_bytes")],
)
def test_a_photo_that_kills_its_child_blames_itself_alone(
    worker: FaultyWorker, name: str, limit: str
) -> None:
    assert worker.call("check", _arguments("before.jpg")).verdict is not Verdict.BLOCKED
    stopped = worker.call("check", _arguments(name))
    assert isinstance(stopped, Stopped)
    assert stopped.hit.limit == limit
    assert worker.call("check", _arguments("after.jpg")).verdict is not Verdict.BLOCKED


def test_a_photo_that_hangs_is_stopped_by_the_clock() -> None:
    worker = FaultyWorker(Limits(timeout_s=0.8))
    begin = time.monotonic()
    stopped = worker.call("check", _arguments("hang.jpg"))
    worker.close()
    assert isinstance(stopped, Stopped)
    assert stopped.hit.limit == "timeout_s"
    assert 0.8 < time.monotonic() - begin < 15


def test_a_decoder_that_prints_does_not_garble_the_answer(worker: FaultyWorker) -> None:
    assert worker.call("check", _arguments("shout.jpg")).name == "shout.jpg"


@pytest.mark.parametrize(
    ("name", "rule", "timeout_s"),
    [("hang.jpg", "timed-out", 1.0), ("crash.jpg", "decoder-crashed", 20.0)],
)
def test_the_public_call_makes_it_a_finding(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, rule: str, timeout_s: float
) -> None:
    monkeypatch.setattr("preflight.isolation.caller.Worker", FaultyWorker)
    photo = tmp_path / name
    photo.write_bytes(_jpeg())
    limits = Limits(timeout_s=timeout_s)
    report = isolated.check(photo, limits=limits)
    assert [f.rule for f in report.findings] == [rule]
    assert report.verdict is Verdict.BLOCKED
    result = isolated.fix(photo, limits=limits)
    assert (result.status, result.data) == ("refused", None)
    assert result.why


def test_errors_of_the_request_come_back_as_themselves(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        isolated.check(tmp_path / "nothing.jpg")
    with pytest.raises(UsageError):
        isolated.check(_jpeg(), platforms="no-such-place")


def test_calls_from_many_threads_at_once() -> None:
    data, reports = _jpeg(), []

    def work() -> None:
        reports.append(isolated.check(data))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reports) == 4
    assert all(report == reports[0] for report in reports)


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("echo pwned",)


@pytest.mark.parametrize("reply", [Evil(), Limits()])
def test_a_reply_may_only_hold_preflights_own_answers(reply: object) -> None:
    stream = io.BytesIO()
    wire.send(stream, reply)
    stream.seek(0)
    with pytest.raises(EOFError):
        wire.receive(stream, trusted=False)


@pytest.mark.parametrize(
    "raw", [b"", b"\0" * 7, b"\xff" * 8, b"\0" * 7 + b"\x09abc", b"\0" * 7 + b"\x01x"]
)
def test_a_torn_reply_is_the_end_of_the_child(raw: bytes) -> None:
    with pytest.raises(EOFError):
        wire.receive(io.BytesIO(raw), trusted=False)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="no address-space limit there")
def test_memory_is_capped_where_the_system_can() -> None:
    data = _jpeg()
    with contextlib.closing(Worker(Limits(max_memory_bytes=64 * 1024 * 1024))) as worker:
        source = Source(data, "photo.jpg", len(data))
        answer = worker.call("check", {"source": source, "platforms": load_many("default")})
    assert isinstance(answer, Stopped)
    assert answer.hit.limit in ("max_memory_bytes", "decoder")


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def _until(true: Callable[[], object], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not (answer := true()) and time.monotonic() < end:
        time.sleep(0.02)
    return bool(answer)


LINUX = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux's /proc")

PATIENCE_S = 3.0


def _impatient(module: str, limits: Limits) -> Process:
    """A child that ends itself soon, of a parent whose clock lets it be."""
    return start(module, replace(limits, timeout_s=PATIENCE_S / child._PATIENCE))


def test_a_file_that_cannot_be_read_to_the_end_is_stopped_too(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes with names here")
    os.mkfifo(tmp_path / "photo.jpg")  # nobody ever writes: opening it waits for ever
    report = isolated.check(tmp_path / "photo.jpg", timeout_s=1)
    assert [finding.rule for finding in report.findings] == ["timed-out"]
    assert report.name == "photo.jpg"


@LINUX
def test_a_child_killed_by_others_gets_one_successor(worker: FaultyWorker) -> None:
    expected = worker.call("check", _arguments("photo.jpg"))
    arguments = _arguments("slow.jpg")
    answers: list[object] = []
    thread = threading.Thread(target=lambda: answers.append(worker.call("check", arguments)))
    thread.start()
    time.sleep(0.3)
    killed = worker._child.pid
    os.kill(killed, signal.SIGKILL)
    thread.join(20)
    assert answers[0].findings == expected.findings
    assert worker._child.pid != killed


def test_a_child_that_was_stopped_until_it_gave_up_gets_one_successor() -> None:
    """Its timer went on in a SIGSTOP. This one gives up each time, and is asked twice."""

    class Counting(FaultyWorker):
        times = 0

        def _once(self, name, arguments):
            Counting.times += 1
            return super()._once(name, arguments)

    with contextlib.closing(Counting(Limits(timeout_s=20))) as worker:
        stopped = worker.call("check", _arguments("gives up.jpg"))
        assert stopped.hit.measured == "the decoder ended with exit code 1"
        assert Counting.times == 2
        assert worker.call("check", _arguments("exit.jpg")).hit.limit == "decoder"
        assert Counting.times == 3  # another exit code is the photo's own doing


@LINUX
def test_seconds_in_which_all_was_stopped_are_no_fault_of_the_photo() -> None:
    worker = FaultyWorker(Limits(timeout_s=20), _impatient)
    answers: list[object] = []
    with contextlib.closing(worker):
        expected = worker.call("check", _arguments("photo.jpg"))
        pid = worker._child.pid
        thread = threading.Thread(
            target=lambda: answers.append(worker.call("check", _arguments("slow.jpg")))
        )
        thread.start()
        time.sleep(0.3)
        os.kill(pid, signal.SIGSTOP)
        time.sleep(PATIENCE_S + 0.3)
        os.kill(pid, signal.SIGCONT)
        thread.join(20)
        assert worker._child.pid != pid  # it gave up
    assert answers[0].findings == expected.findings


def test_an_answer_that_does_not_fit_into_memory_is_a_memory_stop(worker: FaultyWorker) -> None:
    stopped = worker.call("check", _arguments("unspeakable.jpg"))
    assert isinstance(stopped, Stopped)
    assert stopped.hit.limit == "max_memory_bytes"


@LINUX
@pytest.mark.parametrize("name", ["idle.jpg", "hang.jpg", "stubborn.jpg"])
def test_children_end_with_their_parent(name: str) -> None:
    script = (
        "import time\n"
        "from tests.isolation.test_isolated import FaultyWorker, Limits, _arguments, _impatient\n"
        "w = FaultyWorker(Limits(timeout_s=60), _impatient); w.call('check', _arguments('a.jpg'))\n"
        "print(w._child.pid, flush=True)\n"
        f"w.call('check', _arguments({name!r})) if {name!r} != 'idle.jpg' else time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        time.sleep(0.3)
        parent.kill()
    assert _until(lambda: _gone(pid), 2 if name != "stubborn.jpg" else PATIENCE_S + 4)


def test_nothing_is_imported_from_among_the_photos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "PIL.py").write_text("import os; os._exit(9)")
    (tmp_path / "numpy.py").write_text("import os; os._exit(9)")
    monkeypatch.chdir(tmp_path)
    assert isolated.check(_jpeg(), timeout_s=31).finding("decoder-crashed") is None


def test_replies_can_be_read_however_a_python_pickles_enumerations(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """3.11.0 to 3.11.3, which Debian 12 has, name `getattr`: nothing of a folder could be read."""
    by_name = lambda member, protocol: (getattr, (type(member), member.name))  # noqa: E731
    monkeypatch.setattr(Verdict, "__reduce_ex__", by_name)
    stream = io.BytesIO()
    wire.send(stream, {"verdict": Verdict.READY})
    stream.seek(0)
    assert wire.receive(stream, trusted=False) == {"verdict": Verdict.READY}


def test_an_abandoned_worker_stops_at_once_and_for_good() -> None:
    worker = FaultyWorker(Limits(timeout_s=60))
    raised: list[BaseException] = []

    def work() -> None:
        try:
            worker.call("check", _arguments("hang.jpg"))
        except AbandonedError as error:
            raised.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(0.5)
    worker.abandon()
    thread.join(5)
    assert len(raised) == 1
    with pytest.raises(AbandonedError):
        worker.call("check", _arguments("a.jpg"))


def test_a_child_uses_as_many_threads_as_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(child, "_read", lambda answers, arguments: arguments["source"])
    monkeypatch.setattr(child, "_answer", lambda call, arguments: (threads_allowed(), arguments))
    for told, used in (({"threads": 2}, 2), ({"threads": 1}, 1), ({}, 1)):
        answer = child._reply(io.BytesIO(), "check", {"source": b"", **told})
        assert answer == (used, {"source": b""})


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows does not fork")
def test_a_process_that_was_forked_leaves_the_workers_to_its_parent() -> None:
    with isolated._pool.caller(Limits(timeout_s=23)):
        pass
    idle = len(isolated._pool._idle)
    child = os.fork()
    if not child:
        os._exit(len(isolated._pool._idle))
    assert os.waitpid(child, 0)[1] == 0
    assert len(isolated._pool._idle) == idle > 0


def test_calls_with_ever_other_limits_keep_few_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[float] = []
    monkeypatch.setattr(
        isolated.Isolated, "close", lambda self: closed.append(self.limits.timeout_s)
    )
    pool = isolated.Pool()
    for timeout_s in (1, 2, 3, 1, 4, 5, 6):
        with pool.caller(Limits(timeout_s=timeout_s)):
            pass
    assert [one.limits.timeout_s for one in pool._idle] == [1, 4, 5, 6]
    assert closed == [2, 3]  # those that waited longest
    closed.clear()
    with contextlib.ExitStack() as together:
        for _ in range(6):
            together.enter_context(pool.caller(Limits(timeout_s=7)))
    assert [one.limits.timeout_s for one in pool._idle] == [7] * 6
    assert closed == [1, 4, 5, 6]
    with pytest.raises(KeyError), pool.caller(Limits(timeout_s=7)):
        raise KeyError
    assert (pool._busy, len(pool._idle), closed) == (0, 5, [1, 4, 5, 6, 7])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to the cap for certain")
@pytest.mark.parametrize("max_memory_bytes", [1_000_000, 60_000_000])
def test_a_child_that_has_no_room_even_for_itself_is_no_crash(max_memory_bytes: int) -> None:
    limits = Limits(max_memory_bytes=max_memory_bytes)
    worker = Worker(limits)
    stopped = worker.call("check", {**_arguments("a.jpg"), "limits": limits})
    worker.close()
    assert isinstance(stopped, Stopped)
    assert stopped.hit.limit == "max_memory_bytes"


@pytest.mark.skipif(sys.platform == "win32", reason="no such server on Windows")
def test_a_server_that_has_python_within_it_is_not_taken_for_python(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = sys.executable
    assert process.python() == own
    monkeypatch.setattr(sys, "executable", "/usr/bin/uwsgi")
    assert Path(process.python()).samefile(own)
    monkeypatch.setattr(sys, "prefix", "/nowhere")
    assert process.python() == "/usr/bin/uwsgi"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no `true` there")
@pytest.mark.parametrize("program", ["true", "false"])
def test_a_child_that_never_says_a_word_is_no_fault_of_the_photo(program: str) -> None:
    def start(module: str, limits: Limits) -> process.Process:
        pipe = subprocess.PIPE
        return subprocess.Popen([program], stdin=pipe, stdout=pipe)

    worker = Worker(Limits(), start)
    with pytest.raises(process.ChildBugError, match="exit code"):
        worker.call("check", _arguments("a.jpg"))
    worker.close()
