"""Rules: pure functions of Facts and Platform, registered by name. `judge_facts` runs them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from typing import Any

from preflight.docstring import docstring
from preflight.errors import UsageError
from preflight.facts import Damage, Facts
from preflight.finding import Severity
from preflight.frozen import frozen
from preflight.platforms.platform import Limit, Platform
from preflight.suggest import did_you_mean

FAMILIES = (
    "limits",
    "file",
    "damage",
    "geometry",
    "colour",
    "frames",
    "coding",
    "face",
    "privacy",
)
"""In the order in which findings of the same severity are shown: why a photo could not be opened,
then what it is, then what is in it."""


@frozen
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
        excess: How far the limit is missed. Of the same finding for several platforms, the one
            that is worst, then missed farthest, gives message, requirement and source.
    """

    message: str
    measured: str = ""
    required: str = ""
    limit: Limit[Any] | None = None
    severity: Severity | None = None
    step: str | None = None
    damage: Damage | None = None
    excess: float = 0.0


_WITHOUT_DOCSTRINGS = 2
"""The level of optimization, `python -OO`, at which Python drops them."""

RuleFunction = Callable[[Facts, Platform], Hit | list[Hit] | None]


@frozen
class Rule:
    """One registered rule."""

    name: str
    family: str
    severity: Severity
    step: str | None
    needs: tuple[str, ...]
    function: RuleFunction

    @property
    def page(self) -> str:
        """Its manual page: the docstring, dedented; its name where that was not installed."""
        return docstring(self.function) or f"{self.name.replace('-', ' ').capitalize()}."

    @property
    def summary(self) -> str:
        """The first line of the page."""
        return self.page.splitlines()[0]


_registered: dict[str, Rule] = {}


def rule(
    *, family: str, severity: Severity, step: str | None = None, needs: tuple[str, ...] = ()
) -> Callable[[RuleFunction], RuleFunction]:
    """Registers a rule under its function's name, `not_square` as `not-square`.

    Args:
        family: One of `FAMILIES`.
        severity: Unless the hit or the platform says otherwise.
        step: The fix step that mends it; None if nothing does.
        needs: Keys of `judge.NEEDS`: what has to be known for the rule to run.

    Raises:
        ValueError: The name is taken, the family unknown, or the manual page missing.
    """

    def register(function: RuleFunction) -> RuleFunction:
        name = function.__name__.replace("_", "-")
        if name in _registered:
            raise ValueError(f"there are two rules called {name}")
        if family not in FAMILIES:
            raise ValueError(f"{name}: there is no family called {family}")
        if not function.__doc__ and sys.flags.optimize < _WITHOUT_DOCSTRINGS:
            raise ValueError(f"{name} has no manual page")
        _registered[name] = Rule(name, family, severity, step, needs, function)
        return function

    return register


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, by family, within it as they stand in its file."""
    from preflight.rules import (  # noqa: F401  importing a family registers its rules
        coding,
        colour,
        damage,
        face,
        file,
        frames,
        geometry,
        limits,
        privacy,
    )

    return tuple(sorted(_registered.values(), key=lambda rule: FAMILIES.index(rule.family)))


@cache
def _by_name() -> dict[str, Rule]:
    return {rule.name: rule for rule in rules()}


def get(name: str) -> Rule:
    """The rule of that name.

    Raises:
        UsageError: There is none; a similar name is suggested.
    """
    known = _by_name()
    if name in known:
        return known[name]
    raise UsageError(
        f"There is no rule called {name!r}.",
        did_you_mean(name, known, "`preflight rules` lists them all."),
    )
