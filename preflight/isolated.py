"""Isolated: check and fix in a child process, for strangers' bytes. Deadline and memory cap.

A photo that crashes, hangs or fills its process comes back as a finding (`decoder-crashed`,
`timed-out`, `out-of-memory`); the process that called is never harmed. Processes are kept for the
next call.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.api import Platforms
from preflight.fixer.options import FixOptions
from preflight.isolation.caller import Isolated
from preflight.limits import Limits
from preflight.platforms.loader import load_many
from preflight.report import FixResult, Report
from preflight.source import Source, SourceLike, read_source

if TYPE_CHECKING:
    from preflight.render.thumbnails import Thumbnails

_LIMITS = Limits()
_OPTIONS = FixOptions()


_KEPT_IDLE = 4
"""More only where more were busy at once. Each has one set of limits: where every call has another
time-out, such as what is left of a request's, each would leave a process of some 40 MB."""


class Pool:
    """Idle workers, kept for the next call. Thread-safe; starts what is needed, no more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[Isolated] = []  # that which waits longest first
        self._busy, self._most_busy = 0, 0

    @contextmanager
    def caller(self, limits: Limits) -> Iterator[Isolated]:
        """A caller with these limits, for the duration of one call."""
        with self._lock:
            fitting = [w for w in self._idle if w.limits == limits]
            taken = fitting[-1] if fitting else None
            if taken is not None:
                self._idle.remove(taken)
            self._busy += 1
            self._most_busy = max(self._most_busy, self._busy)
        caller = taken or Isolated(limits)
        answered = False
        try:
            yield caller
            answered = True
        finally:
            self._give_back(caller, answered)

    def _give_back(self, caller: Isolated, answered: bool) -> None:
        """Keeps it, unless its answer, if one comes, belongs to nobody; ends what is too many."""
        kept = [caller] if answered else []
        ended = [] if answered else [caller]
        with self._lock:
            self._busy -= 1
            waiting = self._idle + kept
            most = max(_KEPT_IDLE, self._most_busy)
            ended, self._idle = ended + waiting[:-most], waiting[-most:]
        for one in ended:
            one.close()

    def forget(self) -> None:
        """Leaves them to the process that this one was forked from: they know one master."""
        self._lock, self._idle = threading.Lock(), []
        self._busy, self._most_busy = 0, 0

    def close(self) -> None:
        """Ends all idle workers."""
        with self._lock:
            callers, self._idle = self._idle, []
        for caller in callers:
            caller.close()


_pool = Pool()
atexit.register(_pool.close)
if hasattr(os, "register_at_fork"):  # a web server loads an application once and forks it
    os.register_at_fork(after_in_child=_pool.forget)


def check(
    source: SourceLike | Source,
    *,
    platforms: Platforms = "default",
    limits: Limits = _LIMITS,
    timeout_s: float | None = None,
) -> Report:
    """Like `preflight.check`, in a child process.

    Args:
        source: Path, bytes, or a binary file object.
        platforms: Where the photo goes.
        limits: `timeout_s` and `max_memory_bytes` are obeyed here too.
        timeout_s: Seconds, instead of `limits.timeout_s`.

    Raises:
        SourceError: The file could not be read.
        UsageError: There is no such platform.
    """
    return _checked(source, platforms, limits, timeout_s, pictured=False)[0]


def check_pictured(
    source: SourceLike | Source,
    *,
    platforms: Platforms = "default",
    limits: Limits = _LIMITS,
    timeout_s: float | None = None,
) -> tuple[Report, Thumbnails | None]:
    """Like `preflight.pictured.check`, in a child process; the pictures are made there too."""
    return _checked(source, platforms, limits, timeout_s, pictured=True)


def fix(
    source: SourceLike | Source,
    *,
    platforms: Platforms = "default",
    options: FixOptions = _OPTIONS,
    limits: Limits = _LIMITS,
    timeout_s: float | None = None,
) -> FixResult:
    """Like `preflight.fix`, in a child process; arguments as there and in `check`.

    Raises:
        SourceError: The file could not be read.
        UsageError: As for `preflight.fix`.
    """
    return _fixed(source, platforms, options, limits, timeout_s, pictured=False)[0]


def fix_pictured(
    source: SourceLike | Source,
    *,
    platforms: Platforms = "default",
    options: FixOptions = _OPTIONS,
    limits: Limits = _LIMITS,
    timeout_s: float | None = None,
) -> tuple[FixResult, Thumbnails | None]:
    """Like `preflight.pictured.fix`, in a child process; the pictures are made there too."""
    return _fixed(source, platforms, options, limits, timeout_s, pictured=True)


def _checked(
    source: SourceLike | Source,
    platforms: Platforms,
    limits: Limits,
    timeout_s: float | None,
    *,
    pictured: bool,
) -> tuple[Report, Thumbnails | None]:
    limits = limits if timeout_s is None else replace(limits, timeout_s=timeout_s)
    wanted = load_many(platforms)
    with _pool.caller(limits) as caller:
        return caller.check(_to_send(source, limits), wanted, limits, pictured=pictured)


def _fixed(
    source: SourceLike | Source,
    platforms: Platforms,
    options: FixOptions,
    limits: Limits,
    timeout_s: float | None,
    *,
    pictured: bool,
) -> tuple[FixResult, Thumbnails | None]:
    limits = limits if timeout_s is None else replace(limits, timeout_s=timeout_s)
    wanted = load_many(platforms)
    with _pool.caller(limits) as caller:
        return caller.fix(_to_send(source, limits), wanted, options, limits, pictured=pictured)


def _to_send(source: SourceLike | Source, limits: Limits) -> Path | Source:
    """A path as it is: the child reads the file, so that a disk that hangs is cut off too."""
    if isinstance(source, str | os.PathLike):
        return Path(os.fsdecode(source))
    return read_source(source, limits)
