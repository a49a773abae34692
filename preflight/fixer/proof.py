"""Proof: the output goes through the same scan and the same rules as the input."""

from __future__ import annotations

import os

from preflight.finding import Severity
from preflight.fixer.compare import Comparison
from preflight.fixer.plan import Plan
from preflight.limits import Limits
from preflight.platforms.platform import Platform
from preflight.report import Report
from preflight.rules.judge import judge_facts
from preflight.scanner.scan import scan
from preflight.source import Source

EXTENSIONS = {"jpeg": ".jpg", "png": ".png", "webp": ".webp"}


def proved(
    name: str,
    data: bytes,
    plan: Plan,
    format: str,  # noqa: A002  the field's own word, see Facts.format
    platforms: tuple[Platform, ...],
    limits: Limits,
) -> tuple[Report, str]:
    """Judges the output.

    Args:
        name: Of the source; the output is judged under it, with the extension of its format.
        data: The output.
        plan: What was to be mended.
        format: What the output is.
        platforms: As the source was judged for.
        limits: As the source was opened with.

    Returns:
        The report, and why the output is not good enough: empty when it is proved.
    """
    renamed = os.path.splitext(name)[0] + EXTENSIONS.get(format, "")
    facts = scan(Source(data, renamed, len(data)), limits).facts
    report = judge_facts(facts, platforms)
    for finding in report.findings:
        if finding.severity is Severity.ERROR or finding.rule in plan.mends:
            return report, f"The new file did not pass: {finding.message}"
    if facts.format != format or not facts.decoded:
        return report, "The new file could not be opened again."
    return report, ""


def harm_done(found: Comparison | None) -> str:
    """Why a fix that changed the picture too much is not delivered; empty when it did not."""
    if found is None or found.harmless:
        return ""
    return (
        "The new file looks different from the photo (colour difference "
        f"{found.delta_e:.1f}, likeness {found.ssim:.2f}), so it is not delivered."
    )
