"""Rules: pure functions of Facts and Platform, registered by name. `judge_facts` runs them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from preflight.facts import Damage, Facts
from preflight.finding import Severity
from preflight.platforms.platform import Limit, Platform


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule returns when it hits.

    Attributes:
        message: One or two plain sentences for a person; what it means and what happens.
        measured: What the photo has, with its unit.
        required: What is wanted.
        limit: The platform's limit behind `required`, for source and date.
        severity: Instead of the rule's own, where it depends on the measurement.
        step: Instead of the rule's own; "" means that nothing mends this one.
        damage: The damage behind it.
    """

    message: str
    measured: str = ""
    required: str = ""
    limit: Limit[object] | None = None
    severity: Severity | None = None
    step: str | None = None
    damage: Damage | None = None


RuleFunction = Callable[[Facts, Platform], Hit | list[Hit] | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One registered rule; `page` is its manual page (the docstring, dedented)."""

    name: str
    family: str
    severity: Severity
    step: str | None
    needs: tuple[str, ...]
    function: RuleFunction
    page: str
    summary: str
