"""Report and FixResult: the answers that `check` and `fix` give. Picklable; to_dict is the JSON."""

from __future__ import annotations

import os
from dataclasses import field
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from preflight.facts import Box, Facts, Skipped
from preflight.finding import Finding, Severity
from preflight.frozen import frozen


class Verdict(StrEnum):
    """`blocked`: a person must act; `fixable`: `fix` mends it; `ready`: upload it."""

    READY = "ready"
    FIXABLE = "fixable"
    BLOCKED = "blocked"


@frozen
class Report:
    """What is known and thought about one photo.

    Attributes:
        name: As in `Facts.name`.
        facts: What was measured.
        findings: Worst first.
        platforms: Names of the platforms it was judged for.
        skipped: Rules and checks that could not run.
        timings_s: Seconds by stage, for people who measure; its keys may change.
    """

    name: str
    facts: Facts
    findings: tuple[Finding, ...]
    platforms: tuple[str, ...]
    skipped: tuple[Skipped, ...] = ()
    timings_s: dict[str, float] = field(default_factory=dict, compare=False)

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

    def to_dict(self, path: str | None = None) -> dict[str, Any]:
        """One entry of `photos` as in `render/schema.json`; only what JSON has.

        Args:
            path: How the caller calls the photo; None for `name`.
        """
        from preflight.render.document import report_document

        return report_document(self, path)


Status = Literal["unchanged", "stripped", "fixed", "refused", "failed"]


@frozen
class FixResult:
    """The outcome of one fix. Writes nothing until `save`.

    Attributes:
        data: The proved output; None when refused or failed, and when a batch has written it.
        status: `unchanged` (source bytes), `stripped` (lossless), `fixed`, `refused`, `failed`.
        why: One plain sentence for `refused` and `failed`; empty otherwise.
        steps: Names of the steps that ran, in order.
        notes: What the person should know first ("it will look soft"), plain sentences.
        before: Report of the source.
        after: Report of `data`; None without one.
        format: Of `data`: `jpeg` or `png` (`webp` when stripped).
        crop: Window in pixels of the upright source; may lie partly outside when padding.
        faces_left_out: Boxes of faces whose heads did not fit into the circle.
        air: Free share of the circle's radius around the head; None without a face.
        width_px, height_px: Of `data`; None without one.
        timings_s: Seconds by stage, for people who measure; its keys may change.
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
    faces_left_out: tuple[Box, ...] = ()
    air: float | None = None
    quality: int | None = None
    delta_e: float | None = None
    ssim: float | None = None
    timings_s: dict[str, float] = field(default_factory=dict, compare=False)

    @property
    def made(self) -> bool:
        """There is a file that passes, or there was one when a batch wrote it."""
        return self.status not in ("refused", "failed")

    @property
    def heads_left_out(self) -> int:
        """How many heads did not fit into the circle."""
        return len(self.faces_left_out)

    @property
    def size_bytes(self) -> int | None:
        """Of that file."""
        if self.data is not None:
            return len(self.data)
        return self.after.facts.size_bytes if self.after is not None else None

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
        """Writes `data` as that file: whole or not at all, on the disk when this returns.

        Args:
            path: The file; missing folders above it are made. Its suffix is not looked at.
            overwrite: Replace a file of that name.

        Returns:
            The path.

        Raises:
            OutputError: There is no `data`, something else has that name and `overwrite` is
                False, or it could not be written.
        """
        from preflight.errors import OutputError
        from preflight.output import write_file

        if self.data is None:
            raise OutputError(f"There is nothing to save: {self.why}")
        target = Path(os.fsdecode(path))
        write_file(target, self.data, replace=overwrite)
        return target

    def to_dict(self, path: str | None = None, output: str | None = None) -> dict[str, Any]:
        """One entry of `photos` as in `render/schema.json`, with `fix`; only what JSON has.

        Args:
            path: How the caller calls the photo; None for its name.
            output: Where the caller put the copy, if anywhere.
        """
        from preflight.render.document import fix_document

        return fix_document(self, path, output)
