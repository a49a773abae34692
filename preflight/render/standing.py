"""Standing: where a photo stands after the run, in the words that all formats share."""

from __future__ import annotations

from enum import StrEnum

from preflight.batch.outcome import Outcome
from preflight.finding import Finding, Severity
from preflight.report import Verdict

BUG = "preflight itself failed on this photo; this is a bug in preflight."


class Standing(StrEnum):
    """Who has to do what. In the order in which a person wants to read them."""

    NEEDS_YOU = "needs-you"
    FIXABLE = "fixable"
    MADE_READY = "made-ready"
    READY = "ready"


def standing(outcome: Outcome) -> Standing:
    """Where the photo stands: after a check by its verdict, after a fix by what was made."""
    if needs_person(outcome):
        return Standing.NEEDS_YOU
    if outcome.result is not None:
        changed = outcome.result.status != "unchanged"
        return Standing.MADE_READY if changed else Standing.READY
    if outcome.report is not None and outcome.report.verdict is Verdict.FIXABLE:
        return Standing.FIXABLE
    return Standing.READY


def needs_person(outcome: Outcome) -> str:
    """Why a person has to act, in plain sentences; empty if nobody has to."""
    if outcome.error is not None:
        return str(outcome.error)
    if outcome.bug:
        return BUG
    if outcome.result is not None:
        return "" if outcome.result.made else outcome.result.why or "It failed."
    if outcome.report is not None and outcome.report.verdict is Verdict.BLOCKED:
        return " ".join(finding.message for finding in outcome.report.findings if _blocks(finding))
    return ""


def remaining(outcome: Outcome) -> tuple[Finding, ...]:
    """The findings that hold for what there is now: for the copy, where one was made."""
    if outcome.result is not None and outcome.result.after is not None:
        return outcome.result.after.findings
    return outcome.report.findings if outcome.report is not None else ()


def _blocks(finding: Finding) -> bool:
    return finding.severity is Severity.ERROR and not finding.step
