"""Finding: one rule that hit one photo."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from preflight.facts import Damage
from preflight.frozen import frozen


class Severity(StrEnum):
    """How bad a finding is; `rank` orders them, worst highest."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for error."""
        return ("info", "warning", "error").index(self.value)


@frozen
class Finding:
    """What a rule says about a photo, for people and for programs.

    Attributes:
        rule: Name of the rule, such as `not-square`.
        family: `file`, `damage`, `geometry`, `colour`, `frames`, `privacy`, `coding`, `face`,
            `limits`.
        severity: See `Severity`.
        message: One or two plain sentences.
        measured: What the photo has: "3024 x 4032 px".
        required: What is wanted: "as wide as high".
        step: Name of the fix step that mends it; None if nothing does.
        platforms: Names of the platforms for which it holds.
        source: Where `required` comes from: an address or a document; empty if it is preflight's.
        checked_on: ISO date on which the source was read; empty without one.
        damage: The damage behind it, if any.
    """

    rule: str
    family: str
    severity: Severity
    message: str
    measured: str = ""
    required: str = ""
    step: str | None = None
    platforms: tuple[str, ...] = ()
    source: str = ""
    checked_on: str = ""
    damage: Damage | None = field(default=None)
