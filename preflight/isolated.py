"""Isolated: check and fix in a child process, for strangers' bytes. Deadline and memory cap.

A photo that crashes, hangs or fills its process comes back as a finding (`decoder-crashed`,
`timed-out`, `out-of-memory`); the process that called is never harmed. Processes are kept for the
next call.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from preflight import errors
from preflight.api import Platforms
from preflight.facts import Facts
from preflight.fixer.options import FixOptions
from preflight.isolation.wire import Failure
from preflight.isolation.worker import Stopped, Worker
from preflight.limits import Limits
from preflight.platforms.loader import load_many
from preflight.report import FixResult, Report
from preflight.rules.judge import judge_facts
from preflight.source import Source, SourceLike, read_source

if TYPE_CHECKING:
    from preflight.render.thumbnails import Thumbnails

_LIMITS = Limits()
_OPTIONS = FixOptions()


class Pool:
    """Idle workers, kept for the next call. Thread-safe; starts what is needed, no more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[Worker] = []

    @contextmanager
    def worker(self, limits: Limits) -> Iterator[Worker]:
        """A worker with these limits, for the duration of one call."""
        with self._lock:
            fitting = [w for w in self._idle if w.limits == limits]
            taken = fitting[-1] if fitting else None
            if taken is not None:
                self._idle.remove(taken)
        worker = taken or Worker(limits)
        try:
            yield worker
        except BaseException:
            worker.close()  # its answer, if one comes, belongs to nobody
            raise
        with self._lock:
            self._idle.append(worker)

    def close(self) -> None:
        """Ends all idle workers."""
        with self._lock:
            workers, self._idle = self._idle, []
        for worker in workers:
            worker.close()


_pool = Pool()
atexit.register(_pool.close)


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
    return _checked("check", source, platforms, limits, timeout_s)[0]


def check_pictured(
    source: SourceLike | Source,
    *,
    platforms: Platforms = "default",
    limits: Limits = _LIMITS,
    timeout_s: float | None = None,
) -> tuple[Report, Thumbnails | None]:
    """Like `preflight.pictured.check`, in a child process; the pictures are made there too."""
    return _checked("check_pictured", source, platforms, limits, timeout_s)


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
    return _fixed("fix", source, platforms, options, limits, timeout_s)[0]


def fix_pictured(
    source: SourceLike | Source,
    *,
    platforms: Platforms = "default",
    options: FixOptions = _OPTIONS,
    limits: Limits = _LIMITS,
    timeout_s: float | None = None,
) -> tuple[FixResult, Thumbnails | None]:
    """Like `preflight.pictured.fix`, in a child process; the pictures are made there too."""
    return _fixed("fix_pictured", source, platforms, options, limits, timeout_s)


def _checked(
    call: str,
    source: SourceLike | Source,
    platforms: Platforms,
    limits: Limits,
    timeout_s: float | None,
) -> tuple[Report, Thumbnails | None]:
    limits = _with_timeout(limits, timeout_s)
    whole = read_source(source, limits)
    wanted = load_many(platforms)
    answer = _call(call, {"source": whole, "platforms": wanted, "limits": limits}, limits)
    if isinstance(answer, Stopped):
        return _stopped_report(whole, answer, wanted), None
    return answer if isinstance(answer, tuple) else (answer, None)


def _fixed(
    call: str,
    source: SourceLike | Source,
    platforms: Platforms,
    options: FixOptions,
    limits: Limits,
    timeout_s: float | None,
) -> tuple[FixResult, Thumbnails | None]:
    limits = _with_timeout(limits, timeout_s)
    whole = read_source(source, limits)
    wanted = load_many(platforms)
    arguments = {"source": whole, "platforms": wanted, "options": options, "limits": limits}
    answer = _call(call, arguments, limits)
    if isinstance(answer, Stopped):
        before = _stopped_report(whole, answer, wanted)
        why = before.findings[0].message if before.findings else answer.hit.measured
        return FixResult(data=None, status="refused", before=before, why=why), None
    return answer if isinstance(answer, tuple) else (answer, None)


def _call(name: str, arguments: dict[str, object], limits: Limits) -> Any:
    with _pool.worker(limits) as worker:
        answer = worker.call(name, arguments)
    if isinstance(answer, Failure):
        raise _error(answer)
    return answer


def _error(failure: Failure) -> errors.PreflightError:
    kind = getattr(errors, failure.error, errors.PreflightError)
    if not (isinstance(kind, type) and issubclass(kind, errors.PreflightError)):
        kind = errors.PreflightError
    return kind(failure.text, failure.advice)


def _stopped_report(source: Source, stopped: Stopped, wanted: Any) -> Report:
    from preflight.scanner.sniff import sniff

    kind = sniff(source.data, source.extension)
    facts = Facts(
        name=source.name,
        size_bytes=source.size_bytes,
        extension=source.extension,
        format=kind.format,
        format_name=kind.name,
        is_image=kind.is_image,
        limits_hit=(stopped.hit,),
    )
    return judge_facts(facts, wanted)


def _with_timeout(limits: Limits, timeout_s: float | None) -> Limits:
    return limits if timeout_s is None else replace(limits, timeout_s=timeout_s)
