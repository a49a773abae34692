"""Judging: Facts and platforms to a Report, by running every rule. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from preflight.facts import Facts, Skipped
from preflight.finding import Finding, Severity
from preflight.frozen import frozen
from preflight.platforms.platform import Platform
from preflight.report import Report
from preflight.rules.registry import Hit, Rule, rules

NOT_OF_PICTURES = ("limits", "file")
"""Families that say something about a file that is no picture."""


NOT_DECODED = "the picture was not decoded"


def _unopened(facts: Facts) -> str:
    return "a limit stopped it, so the picture was not opened" if facts.limits_hit else ""


def _no_size(facts: Facts) -> str:
    known = (facts.width_px or 0) > 0 and (facts.height_px or 0) > 0
    return "" if known else _unopened(facts) or "the size of the picture is not known"


def _no_pixels(facts: Facts) -> str:
    return "" if facts.decoded else _unopened(facts) or NOT_DECODED


def _no_transparency(facts: Facts) -> str:
    unknown = facts.colour.alpha and facts.colour.transparent is None
    return _no_pixels(facts) or "nobody looked for transparent parts" if unknown else ""


def _no_faces(facts: Facts) -> str:
    return "" if facts.faces is not None else _no_pixels(facts) or "nobody looked for faces"


NEEDS: Mapping[str, Callable[[Facts], str]] = {
    "size": _no_size,
    "pixels": _no_pixels,
    "transparency": _no_transparency,
    "faces": _no_faces,
}
"""What a rule can need, to why it is missing; "" when it is there."""


@frozen
class _Judged:
    """One hit of one rule for one platform."""

    hit: Hit
    severity: Severity
    platform: Platform

    @property
    def weight(self) -> tuple[int, float]:
        return self.severity.rank, self.hit.excess


def judge_facts(facts: Facts, platforms: Sequence[Platform]) -> Report:
    """Runs every rule for every platform.

    A rule that says the same of the photo for several platforms gives one finding: it names them
    all, and has severity, message and source of the one that is missed worst.

    Args:
        facts: What was measured.
        platforms: One or more.
    """
    findings: list[tuple[int, Finding]] = []
    skipped = list(facts.skipped)
    for number, rule in enumerate(_running(facts)):
        why = next((why for need in rule.needs if (why := NEEDS[need](facts))), "")
        if why:
            skipped.append(Skipped(rule.name, why))
            continue
        findings.extend((number, finding) for finding in _findings(rule, facts, platforms))
    findings.sort(key=lambda entry: (-entry[1].severity.rank, entry[0]))
    return Report(
        name=facts.name,
        facts=facts,
        findings=tuple(finding for _, finding in findings),
        platforms=tuple(platform.name for platform in platforms),
        skipped=tuple(dict.fromkeys(skipped)),
    )


def _running(facts: Facts) -> Iterator[Rule]:
    """The rules that make sense: of a web page nobody asks whether it is square."""
    for rule in rules():
        if facts.is_image or rule.family in NOT_OF_PICTURES:
            yield rule


def _findings(rule: Rule, facts: Facts, platforms: Sequence[Platform]) -> Iterator[Finding]:
    same: dict[str, list[_Judged]] = {}
    for platform in platforms:
        found = rule.function(facts, platform)
        for hit in found if isinstance(found, list) else [found]:
            if hit is not None:
                severity = hit.severity or rule.severity
                if rule.name in platform.severities:
                    severity = platform.severities[rule.name][0]
                same.setdefault(hit.measured, []).append(_Judged(hit, severity, platform))
    for judged in same.values():
        yield _finding(rule, judged)


def _finding(rule: Rule, judged: Sequence[_Judged]) -> Finding:
    binding = max(judged, key=lambda one: one.weight)  # the first of equal ones
    hit, limit = binding.hit, binding.hit.limit
    step = rule.step if hit.step is None else hit.step
    return Finding(
        rule=rule.name,
        family=rule.family,
        severity=binding.severity,
        message=hit.message,
        measured=hit.measured,
        required=hit.required,
        step=step or None,
        platforms=tuple(dict.fromkeys(one.platform.name for one in judged)),
        source=limit.source if limit else "",
        checked_on=limit.checked_on if limit else "",
        damage=hit.damage,
    )
