"""Caller: check and fix in a child of one's own, with the face of `Direct`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from preflight import errors
from preflight.facts import Facts
from preflight.fixer.options import FixOptions
from preflight.isolation.direct import Target
from preflight.isolation.process import Start, start
from preflight.isolation.wire import Failure
from preflight.isolation.worker import Stopped, Worker
from preflight.limits import Limits
from preflight.report import FixResult, Report
from preflight.source import Source

if TYPE_CHECKING:
    from preflight.render.thumbnails import Thumbnails


class Isolated:
    """In a child: for strangers' photos. What stops the child becomes a finding of the photo.

    Args:
        limits: `timeout_s` a call, `max_memory_bytes` of the child.
        start_child: How children are started, see `nursery`.
    """

    def __init__(self, limits: Limits, start_child: Start = start) -> None:
        self.limits = limits
        self._worker = Worker(limits, start_child)
        self._threads = 1

    def check(
        self, source: Path | Source, platforms: Target, limits: Limits, *, pictured: bool = False
    ) -> tuple[Report, Thumbnails | None]:
        """As `preflight.check`."""
        name = "check_pictured" if pictured else "check"
        answer = self._call(name, source=source, platforms=platforms, limits=limits)
        if isinstance(answer, Stopped):
            return _stopped_report(source, answer, platforms), None
        return answer if isinstance(answer, tuple) else (answer, None)

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
        name = "fix_pictured" if pictured else "fix"
        answer = self._call(
            name, source=source, platforms=platforms, options=options, limits=limits
        )
        if isinstance(answer, Stopped):
            before = _stopped_report(source, answer, platforms)
            why = before.findings[0].message if before.findings else answer.hit.measured
            return FixResult(data=None, status="refused", before=before, why=why), None
        return answer if isinstance(answer, tuple) else (answer, None)

    def show(self, source: Path, copy: Path | None, limits: Limits) -> Thumbnails | None:
        """The small pictures of a photo that was fixed before."""
        answer: Thumbnails | Stopped = self._call("show", source=source, copy=copy, limits=limits)
        return None if isinstance(answer, Stopped) else answer

    def spread(self, threads: int) -> None:
        """So many threads a decoder may use for the photos to come; one at first."""
        self._threads = threads

    def abandon(self) -> None:
        """Stops what is in progress; it and what comes after raises `AbandonedError`."""
        self._worker.abandon()

    def close(self) -> None:
        """Ends the child."""
        self._worker.close()

    def _call(self, name: str, **arguments: object) -> Any:
        answer = self._worker.call(name, {**arguments, "threads": self._threads})
        if isinstance(answer, Failure):
            raise _error(answer)
        return answer


def _error(failure: Failure) -> errors.PreflightError:
    kind = getattr(errors, failure.error, errors.PreflightError)
    if not (isinstance(kind, type) and issubclass(kind, errors.PreflightError)):
        kind = errors.PreflightError
    return kind(failure.text, failure.advice)


def _stopped_report(source: Path | Source, stopped: Stopped, platforms: Target) -> Report:
    """The little that is known of a photo that could not be looked at to the end."""
    from dataclasses import replace

    from preflight.rules.judge import judge_facts

    # a file that could not even be read is not touched here either: it would hold us up as well
    seen = stopped.seen or Facts(name=source.name or "the photo", size_bytes=0)
    report = judge_facts(replace(seen, limits_hit=(stopped.hit,)), platforms)
    if stopped.seen is None:  # not even its size is known
        known = tuple(finding for finding in report.findings if finding.family == "limits")
        report = replace(report, findings=known)
    return report
