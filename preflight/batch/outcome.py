"""Outcome: what became of one photo, and the sums over all of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from preflight.errors import ExitCode, PreflightError
from preflight.finding import Severity
from preflight.frozen import frozen
from preflight.report import FixResult, Report, Verdict

if TYPE_CHECKING:
    from preflight.render.thumbnails import Thumbnails

FailOn = Literal["error", "warning", "never"]


@frozen
class Outcome:
    """What became of one photo.

    Attributes:
        path: As it was named or found; `-` for standard input.
        report: What `check` thinks of it; of the source, for a fix.
        result: The fix; None for a check.
        output: Where the copy is (or would be, in a dry run); None if there is none.
        written: The copy is new: written now, or to be written in a dry run. False if it was there
            already.
        backup: Where the original went, for a fix in place.
        error: Why it could not be read or written.
        bug: A traceback, when preflight itself failed on it.
        thumbnails: Small pictures of it, where a page is asked for.
        number: Its place among the photos of the run, from 0; they may be done in another order.
    """

    path: str
    report: Report | None = None
    result: FixResult | None = None
    output: Path | None = None
    written: bool = False
    backup: Path | None = None
    error: PreflightError | None = None
    bug: str = ""
    thumbnails: Thumbnails | None = None
    number: int = 0

    @property
    def timings_s(self) -> dict[str, float]:
        """Seconds by stage; empty where nothing was opened."""
        if self.result is not None:
            return self.result.timings_s
        return self.report.timings_s if self.report is not None else {}

    @property
    def already_done(self) -> bool:
        """A copy with these very bytes was there before."""
        return self.output is not None and not self.written and self.error is None

    def exit_code(self, fail_on: FailOn | None = None) -> ExitCode:
        """What this photo alone says to the caller of the process.

        Args:
            fail_on: Lowest severity of a finding that counts; None for whatever makes the verdict
                other than ready. A fix counts by whether there is a copy that passes.
        """
        if self.bug:
            return ExitCode.BUG
        if self.error is not None:
            return self.error.exit_code
        if self.result is not None:
            return ExitCode.READY if self.result.made else ExitCode.FINDINGS
        if self.report is None or fail_on == "never":
            return ExitCode.READY
        if fail_on is None:
            hit = self.report.verdict is not Verdict.READY
        else:
            least = Severity(fail_on).rank
            hit = any(finding.severity.rank >= least for finding in self.report.findings)
        return ExitCode.FINDINGS if hit else ExitCode.READY


@dataclass(slots=True, eq=False, repr=False)  # each method is compiled anew when it is loaded
class Summary:
    """Sums over a run.

    Attributes:
        photos: How many were looked at.
        counts: By verdict of the source (`ready`, `fixable`, `blocked`), by status of the fix
            (`fixed`, `unchanged`, `stripped`, `refused`, `failed`; `failed` counts also what could
            not be read or written), and `already_done`.
        replaced: How many originals have another name now.
        skipped: Files in folders that were passed over, by the reason.
        dry_run: Nothing was written.
        interrupted: The person stopped it before the end.
    """

    photos: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    replaced: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    dry_run: bool = False
    interrupted: bool = False

    def add(self, outcome: Outcome) -> None:
        """Counts one photo."""
        self.photos += 1
        self.replaced += outcome.backup is not None
        if outcome.report is not None:
            self.counts[outcome.report.verdict.value] += 1
        if outcome.error is not None or outcome.bug:
            self.counts["failed"] += 1
        elif outcome.result is not None:
            self.counts[outcome.result.status] += 1
            self.counts["already_done"] += outcome.already_done
