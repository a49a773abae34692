"""Rules of coding: rare ways of writing a file that many programs do not read."""

from __future__ import annotations

from preflight.facts import Facts
from preflight.finding import Severity
from preflight.platforms.platform import Platform
from preflight.rules.registry import Hit, rule
from preflight.rules.wanting import by_hardness, says

UNUSUAL = {
    "arithmetic": "arithmetic coding",
    "lossless": "lossless coding",
    "hierarchical": "hierarchical coding",
}
"""Kinds of JPEG that browsers do not show."""


@rule(family="coding", severity=Severity.ERROR, step="encode")
def unusual_coding(facts: Facts, platform: Platform) -> Hit | None:
    """The JPEG is of a rare kind that browsers do not show.

    ## Why it matters
    Arithmetic, lossless, hierarchical and 12-bit JPEGs come from scanners, medical
    and scientific programs. They have the name of an ordinary photo, and fail
    nearly everywhere.

    ## How to fix
    `preflight fix` saves it as an ordinary JPEG.
    """
    if facts.format != "jpeg":
        return None
    kinds = [words for name, words in UNUSUAL.items() if name in facts.coding]
    if facts.colour.bits > 8:
        kinds.append(f"{facts.colour.bits} bits")
    if not kinds:
        return None
    return Hit(
        f"It is a rare kind of JPEG ({kinds[0]}) that browsers and upload forms do not open.",
        measured=kinds[0],
        required="an ordinary JPEG",
    )


@rule(family="coding", severity=Severity.ERROR, step="encode")
def progressive(facts: Facts, platform: Platform) -> Hit | None:
    """The JPEG is progressive, which this platform does not take.

    ## Why it matters
    A progressive JPEG is an ordinary one, stored so that a coarse picture comes
    first. A few upload forms cannot read it; this applies only to platforms that say so.

    ## How to fix
    `preflight fix` saves it as a baseline JPEG.
    """
    limit = platform.progressive
    if limit is None or limit.value or "progressive" not in facts.coding:
        return None
    if facts.format != "jpeg":
        return None
    return Hit(
        f"It is a progressive JPEG; {says(platform, limit, 'takes', 'take')} only baseline ones.",
        measured="progressive",
        required="baseline",
        limit=limit,
        severity=by_hardness(limit),
    )
