"""The clock strikes when a photo takes too long, and only then."""

from __future__ import annotations

import time

from preflight.isolation import clock
from preflight.isolation.clock import Clock


class Child:
    pid, stdin, stdout = 0, None, None

    def __init__(self) -> None:
        self.killed_s = 0.0

    def kill(self) -> None:
        self.killed_s = time.monotonic()

    def poll(self) -> int | None:
        return None


def test_it_strikes_when_time_is_up_and_once() -> None:
    child = Child()
    one = Clock(child, 0.3)
    time.sleep(0.4)  # nobody has begun
    assert not one.struck
    begin = time.monotonic()
    one.begin()
    one._thread.join(5)
    assert one.struck
    assert 0.3 <= child.killed_s - begin < 3


def test_photos_that_are_done_in_time_are_left_alone() -> None:
    child = Child()
    one = Clock(child, 0.8)
    for _ in range(9):
        one.begin()
        time.sleep(0.1)
        one.end()
    time.sleep(0.9)
    one.stop()
    one._thread.join(5)
    assert not one._thread.is_alive()
    assert (one.struck, child.killed_s) == (False, 0.0)


def test_seconds_in_which_all_was_stopped_do_not_count(monkeypatch) -> None:
    """As if the whole computer had been asleep: the time of a clock that jumps."""
    jumped_s = [0.0]
    real = time.monotonic
    monkeypatch.setattr(clock.time, "monotonic", lambda: real() + jumped_s[0])
    child = Child()
    one = Clock(child, 0.8)
    begin = time.monotonic()
    one.begin()
    time.sleep(0.1)
    jumped_s[0] = 100.0
    one._thread.join(10)
    assert one.struck  # it is a hang after all
    assert 100.8 <= child.killed_s - begin < 105
