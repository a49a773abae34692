"""Parallel: many photos side by side, each job a child with threads that work for it.

The threads wait for the children and write the copies; decoding happens in the children. Nothing
is kept of a photo that was handed on.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import replace

from preflight.batch.outcome import Outcome
from preflight.batch.shared import Shared
from preflight.batch.simple import Work, attempt
from preflight.isolation.direct import Caller
from preflight.isolation.process import AbandonedError
from preflight.naming import Photo

WINDOW = 1000
"""No photo is begun that is so far behind the first one unfinished: reports wait for that one."""

THREADS_A_JOB = 2
"""While one thread waits until its copy is on the disk, the child works on the other's photo."""

STOP_S = 1.5
"""An interrupt waits so long for copies that are just being written."""

_TICK_S = 0.2
"""Waiting for ever cannot be interrupted on Windows."""


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run(
    photos: Iterable[Photo], work: Work, open_caller: Callable[[], Caller], jobs: int
) -> Generator[Outcome]:
    """Does `work` on each photo and gives the outcomes as they come, with their numbers.

    Failures are outcomes as in `simple.run`. When the generator is closed or interrupted, children
    are ended at once, and copies that are just being written are finished.

    Args:
        photos: Taken one by one, by several threads in turn.
        work: What is done with each, by the caller it is given; in several threads at once.
        open_caller: Makes a caller; called once a job. Threads share them.
        jobs: How many photos at a time.

    Raises:
        UsageError: The request makes no sense.
        KeyboardInterrupt: After what was finished by then has been given.
    """
    crew = _Crew(photos, work, open_caller, jobs)
    try:
        yield from crew.outcomes()
    except KeyboardInterrupt:
        crew.stop()
        yield from crew.rest()
        raise
    finally:
        crew.stop()


class _Crew:
    def __init__(
        self,
        photos: Iterable[Photo],
        work: Work,
        open_caller: Callable[[], Caller],
        jobs: int,
    ) -> None:
        self._photos = enumerate(photos)
        self._work = work
        self._results: queue.Queue[Outcome | BaseException | None] = queue.Queue()
        self._room = jobs * 4
        self._turn = threading.Condition()
        self._taken = 0
        self._unfinished: set[int] = set()
        self._stopping = False
        self._callers = [open_caller() for _ in range(jobs)]
        shared = Shared(self._callers)
        self._threads = [
            threading.Thread(target=self._job, args=(shared,), daemon=True)
            for _ in range(jobs * THREADS_A_JOB)
        ]
        self._at_work = len(self._threads)
        for thread in self._threads:
            thread.start()

    def outcomes(self) -> Iterator[Outcome]:
        """All of them."""
        at_work = len(self._threads)  # until the words of each have been heard
        while at_work:
            try:
                result = self._results.get(timeout=_TICK_S)
            except queue.Empty:
                continue
            if result is None:
                at_work -= 1
            elif isinstance(result, BaseException):
                raise result
            else:
                yield result

    def stop(self) -> None:
        """Ends the children; waits a little for the threads."""
        with self._turn:
            self._stopping = True
            self._turn.notify_all()
        for caller in self._callers:
            caller.abandon()
        end = time.monotonic() + STOP_S
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def rest(self) -> Iterator[Outcome]:
        """What was finished and not yet given, after `stop`."""
        while True:
            try:
                result = self._results.get_nowait()
            except queue.Empty:
                return
            if isinstance(result, Outcome):
                yield result

    def _job(self, caller: Shared) -> None:
        try:
            while (taken := self._next()) is not None:
                number, photo = taken
                outcome = attempt(photo, lambda photo: self._work(photo, caller))
                self._finish(number)
                self._results.put(replace(outcome, number=number))
            caller.no_more()
        except AbandonedError:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            self._results.put(error)
        finally:
            with self._turn:
                self._at_work -= 1
                last = not self._at_work
            if last:
                for one in self._callers:
                    one.close()
            self._results.put(None)

    def _next(self) -> tuple[int, Photo] | None:
        with self._turn:
            while not self._stopping:
                behind = self._taken - min(self._unfinished, default=self._taken)
                if behind >= WINDOW or self._results.qsize() >= self._room:
                    self._turn.wait(_TICK_S)
                    continue
                taken = next(self._photos, None)
                if taken is not None:
                    self._taken = taken[0] + 1
                    self._unfinished.add(taken[0])
                return taken
            return None

    def _finish(self, number: int) -> None:
        with self._turn:
            self._unfinished.discard(number)
            self._turn.notify_all()
