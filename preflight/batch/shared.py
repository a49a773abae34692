"""Shared: the children of a run, as one caller that several threads have at once."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.fixer.options import FixOptions
from preflight.isolation.direct import Caller, Target
from preflight.limits import Limits
from preflight.report import FixResult, Report
from preflight.scanner.arrays import threads_allowed
from preflight.source import Source

if TYPE_CHECKING:
    from preflight.render.thumbnails import Thumbnails


class Shared:
    """A thread has one of the callers for the time of a call only, and waits until one is idle."""

    def __init__(self, callers: Iterable[Caller]) -> None:
        self._idle: queue.SimpleQueue[Caller] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._waiting = 0
        self._ending = False
        for caller in callers:
            self._idle.put(caller)

    def check(
        self, source: Path | Source, platforms: Target, limits: Limits, *, pictured: bool = False
    ) -> tuple[Report, Thumbnails | None]:
        """As `preflight.check`."""
        with self._one() as caller:
            return caller.check(source, platforms, limits, pictured=pictured)

    def fix(
        self,
        source: Path | Source,
        platforms: Target,
        options: FixOptions,
        limits: Limits,
        *,
        pictured: bool = False,
    ) -> tuple[FixResult, Thumbnails | None]:
        """As `preflight.fix`."""
        with self._one() as caller:
            return caller.fix(source, platforms, options, limits, pictured=pictured)

    def show(self, source: Path, copy: Path | None, limits: Limits) -> Thumbnails | None:
        """The small pictures of a photo that was fixed before."""
        with self._one() as caller:
            return caller.show(source, copy, limits)

    def spread(self, threads: int) -> None:
        """Nothing: it is said to each as it is needed."""

    def no_more(self) -> None:
        """Somebody came and found no photo left: those who wait have the last ones."""
        self._ending = True

    def abandon(self) -> None:
        """Nothing: who has the callers does that to each."""

    def close(self) -> None:
        """Nothing, likewise."""

    @contextmanager
    def _one(self) -> Iterator[Caller]:
        with self._lock:
            self._waiting += 1
        caller = self._idle.get()
        with self._lock:
            self._waiting -= 1
            last = self._ending and not self._waiting
        try:
            # it soon has a second core for itself
            caller.spread(threads_allowed() if last else 1)
            yield caller
        finally:
            self._idle.put(caller)
