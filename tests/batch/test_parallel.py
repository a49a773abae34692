"""Side by side: order, limits on what is in flight, interrupts, errors that hold for all."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.batch import parallel
from preflight.batch.outcome import Outcome, Summary
from preflight.errors import SourceError, UsageError
from preflight.isolation.direct import Direct
from preflight.limits import Limits
from preflight.naming import Photo
from preflight.render.ordered import Ordered


def photos(count: int) -> Iterator[Photo]:
    return (Photo(Path(f"{number}.jpg")) for number in range(count))


def test_all_come_with_their_numbers() -> None:
    def work(photo: Photo, caller: object) -> Outcome:
        if photo.path.stem == "3":
            time.sleep(0.05)
            raise SourceError("gone")
        return Outcome(str(photo.path))

    outcomes = list(parallel.run(photos(40), work, Direct, 4))
    assert sorted(outcome.number for outcome in outcomes) == list(range(40))
    assert all(outcome.path == f"{outcome.number}.jpg" for outcome in outcomes)
    assert [outcome.number for outcome in outcomes if outcome.error] == [3]


def test_a_bad_request_stops_all() -> None:
    def work(photo: Photo, caller: object) -> Outcome:
        raise UsageError("no such platform")

    with pytest.raises(UsageError):
        list(parallel.run(photos(1000), work, Direct, 2))


def test_photos_are_taken_as_they_are_needed() -> None:
    taken = []

    def many() -> Iterator[Photo]:
        for photo in photos(10_000):
            taken.append(photo)
            yield photo

    outcomes = parallel.run(many(), lambda photo, _: Outcome(str(photo.path)), Direct, 2)
    for _ in range(100):
        next(outcomes)
    time.sleep(0.5)
    assert len(taken) < 100 + 2 * 4 + 2 * parallel.THREADS_A_JOB + 1
    outcomes.close()
    assert len(taken) < 200


def test_none_is_begun_far_ahead_of_one_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "WINDOW", 10)
    release, begun = threading.Event(), []

    def work(photo: Photo, caller: object) -> Outcome:
        begun.append(photo)
        if photo.path.stem == "0":
            release.wait(10)
        return Outcome(str(photo.path))

    outcomes = parallel.run(photos(50), work, Direct, 2)
    first = [next(outcomes) for _ in range(9)]
    time.sleep(0.5)
    assert len(begun) == 10
    release.set()
    assert len(first) + len(list(outcomes)) == 50


def test_an_interrupt_gives_what_is_finished() -> None:
    def work(photo: Photo, caller: object) -> Outcome:
        if photo.path.stem == "5":
            raise KeyboardInterrupt
        return Outcome(str(photo.path))

    given: list[int] = []
    outcomes = parallel.run(photos(6), work, Direct, 1)
    with pytest.raises(KeyboardInterrupt):
        given.extend(outcome.number for outcome in outcomes)
    assert sorted(given) == [0, 1, 2, 3, 4]


class Names:
    def start(self) -> str:
        return "<"

    def photo(self, outcome: Outcome) -> str:
        return outcome.path

    def end(self, summary: Summary) -> str:
        return ">"


def test_a_report_gets_them_in_order_and_the_rest_at_an_early_end() -> None:
    report = Ordered(Names())
    texts = [report.start()]
    for number in (1, 0, 2, 5, 4):
        texts.append(report.photo(Outcome("abcdef"[number], number=number)))
    texts.append(report.end(Summary()))
    assert texts == ["<", "", "ab", "c", "", "", "ef>"]


def test_a_child_works_on_while_a_copy_is_written() -> None:
    """A disk may take as long for a copy as its child for the photo."""
    writing, both = threading.Event(), threading.Event()

    class Child(Direct):
        at_work = 0

        def show(self, source: Path, copy: Path | None, limits: Limits) -> None:
            Child.at_work += 1
            assert Child.at_work == 1
            if source.stem == "1":
                assert writing.wait(10)
                both.set()
            Child.at_work -= 1

    def work(photo: Photo, caller: Direct) -> Outcome:
        caller.show(photo.path, None, Limits())
        if photo.path.stem == "0":
            writing.set()
            assert both.wait(10)
        return Outcome(str(photo.path))

    assert [outcome.bug for outcome in parallel.run(photos(4), work, Child, 1)] == [""] * 4
