"""Report and FixResult: the answers that `check` and `fix` give. Picklable; to_dict is the JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from preflight.facts import Box, Facts, Skipped
from preflight.finding import Finding, Severity


class Verdict(StrEnum):
    """`blocked`: a person must act; `fixable`: `fix` mends it; `ready`: upload it."""

    READY = "ready"
    FIXABLE = "fixable"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Report:
    """What is known and thought about one photo.

    Attributes:
        name: As in `Facts.name`.
        facts: What was measured.
        findings: Worst first.
        platforms: Names of the platforms it was judged for.
        skipped: Rules and checks that could not run.
    """

    name: str
    facts: Facts
    findings: tuple[Finding, ...]
    platforms: tuple[str, ...]
    skipped: tuple[Skipped, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Derived from the findings, see design: blocked, fixable, ready."""
        if any(f.severity is Severity.ERROR and not f.step for f in self.findings):
            return Verdict.BLOCKED
        if any(f.severity is not Severity.INFO and f.step for f in self.findings):
            return Verdict.FIXABLE
        return Verdict.READY

    def finding(self, rule: str) -> Finding | None:
        """The first finding of that rule, or None."""
        return next((f for f in self.findings if f.rule == rule), None)


Status = Literal["unchanged", "stripped", "fixed", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class FixResult:
    """The outcome of one fix. Writes nothing until `save`.

    Attributes:
        data: The proved output; None when refused or failed.
        status: `unchanged` (source bytes), `stripped` (lossless), `fixed`, `refused`, `failed`.
        why: One plain sentence for `refused` and `failed`; empty otherwise.
        steps: Names of the steps that ran, in order.
        notes: What the person should know first ("it will look soft"), plain sentences.
        before: Report of the source.
        after: Report of `data`; None without one.
        format: Of `data`: `jpeg` or `png` (`webp` when stripped).
        crop: Window in pixels of the upright source; may lie partly outside when padding.
        heads_left_out: Heads that did not fit into the circle.
        air: Free share of the circle's radius around the head; None without a face.
        quality: JPEG quality 1 to 100; None if not encoded as JPEG.
        delta_e: Mean CIE76 difference to the source, same crop; None if not measured.
        ssim: Structural similarity to the same.
    """

    data: bytes | None
    status: Status
    before: Report
    after: Report | None = None
    why: str = ""
    steps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    format: str = ""
    width_px: int | None = None
    height_px: int | None = None
    crop: Box | None = None
    heads_left_out: int = 0
    air: float | None = None
    quality: int | None = None
    delta_e: float | None = None
    ssim: float | None = None
    timings_s: dict[str, float] = field(default_factory=dict)
