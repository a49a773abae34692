"""Children that several threads share: the last photo of a run may use both cores."""

import threading
import time
from pathlib import Path

import pytest

from preflight.batch import shared as shared_module
from preflight.batch.shared import Shared
from preflight.limits import Limits


class Slow:
    """Notes with how many threads each photo is begun, and is busy until it is let go."""

    def __init__(self) -> None:
        self.threads = 0
        self.begun: list[tuple[str, int]] = []
        self.go = threading.Semaphore(0)

    def spread(self, threads: int) -> None:
        self.threads = threads

    def show(self, source: Path, copy: Path | None, limits: Limits) -> None:
        self.begun.append((source.name, self.threads))
        assert self.go.acquire(timeout=10)


def waits_for(condition) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


@pytest.mark.parametrize("allowed", [1, 2])
def test_only_the_last_photo_is_spread_over_the_threads_allowed(monkeypatch, allowed: int) -> None:
    monkeypatch.setattr(shared_module, "threads_allowed", lambda: allowed)
    one = Slow()
    shared = Shared([one])

    def begin(name: str) -> threading.Thread:
        thread = threading.Thread(target=shared.show, args=(Path(name), None, Limits()))
        thread.start()
        return thread

    threads = [begin("first")]
    waits_for(lambda: len(one.begun) == 1)
    for count, name in enumerate(("second", "third"), 1):
        threads.append(begin(name))
        waits_for(lambda count=count: shared._waiting == count)
    shared.no_more()
    for done in (2, 3):
        one.go.release()
        waits_for(lambda done=done: len(one.begun) == done)
    one.go.release()
    for thread in threads:
        thread.join(10)
    assert [threads for _, threads in one.begun] == [1, 1, allowed]
    assert {name for name, _ in one.begun} == {"first", "second", "third"}


def test_while_there_may_be_more_nothing_is_spread() -> None:
    one = Slow()
    one.go.release()
    Shared([one]).show(Path("alone"), None, Limits())
    assert one.begun == [("alone", 1)]
