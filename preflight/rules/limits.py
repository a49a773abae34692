"""Rules of limits: why preflight did not open a file. A limit is not damage."""

from __future__ import annotations

from preflight.facts import UNKNOWN_KIND, WRONG_SIZE, Facts, LimitHit
from preflight.finding import Severity
from preflight.platforms.platform import Platform
from preflight.rules.registry import Hit, rule

DECODER, TIMEOUT, MEMORY = "decoder", "timeout_s", "max_memory_bytes"
"""`LimitHit.limit` of what can stop an isolated process; all others are about size."""


@rule(family="limits", severity=Severity.ERROR)
def too_large_to_open(facts: Facts, platform: Platform) -> Hit | None:
    """The file is too large for preflight to open safely.

    ## Why it matters
    Such a file can be made to fill the memory of whatever opens it, so preflight
    does not. It says nothing about damage: the photo may be fine.

    ## How to fix
    If you trust the file, raise the limit (`--max-pixels`), or make it smaller in
    the app that made it.
    """
    others = (DECODER, TIMEOUT, MEMORY, UNKNOWN_KIND)
    hit = next((h for h in facts.limits_hit if h.limit not in others), None)
    if hit is None or any(damage.what == WRONG_SIZE for damage in facts.damage):
        return None
    return _stopped(
        hit,
        f"It is too large to open safely ({hit.measured}; at most {hit.allowed}). "
        "That is preflight's limit, not damage: make it smaller in the app that made it.",
    )


@rule(family="limits", severity=Severity.ERROR)
def unknown_kind(facts: Facts, platform: Platform) -> Hit | None:
    """The file is of a rare kind that preflight cannot open.

    ## Why it matters
    Formats have corners that few programs know: TIFF with numbers in place of
    colours, JPEG with 12 bits, BMP with odd masks. Nothing in the file is wrong, but
    upload forms will not open it either.

    ## How to fix
    Open it in the app that made it and export it as JPEG.
    """
    hit = _hit(facts, UNKNOWN_KIND)
    if hit is None:
        return None
    return Hit(
        f"This is {facts.format_name} of a rare kind, which preflight cannot open. That is not "
        "damage: export it as JPEG from the app that made it.",
        measured=hit.measured,
        required=hit.allowed,
    )


@rule(family="limits", severity=Severity.ERROR)
def decoder_crashed(facts: Facts, platform: Platform) -> Hit | None:
    """The program part that reads this format crashed on the file.

    ## Why it matters
    The crash was caught and did no harm. Such a file is very likely to fail at the
    upload too, or to have been made to cause harm.

    ## How to fix
    Export the photo as JPEG from the app that made it, or get the original again.
    """
    hit = _hit(facts, DECODER)
    if hit is None:
        return None
    return _stopped(
        hit,
        "Reading it made the decoder crash, so nothing can be said about the picture. Export it "
        "as JPEG from the app that made it, or get the original again.",
    )


@rule(family="limits", severity=Severity.ERROR)
def timed_out(facts: Facts, platform: Platform) -> Hit | None:
    """Reading the file took too long.

    ## Why it matters
    preflight stopped so that one file does not hold up the others. It says nothing
    about damage: the computer may have been busy.

    ## How to fix
    Try it alone, with more time (`--timeout`).
    """
    hit = _hit(facts, TIMEOUT)
    if hit is None:
        return None
    return _stopped(
        hit,
        f"Reading it took too long (at most {hit.allowed}), so it was stopped. That is not "
        "damage: try it again alone, with more time.",
    )


@rule(family="limits", severity=Severity.ERROR)
def out_of_memory(facts: Facts, platform: Platform) -> Hit | None:
    """Reading the file needed too much memory.

    ## Why it matters
    preflight stopped before it could slow down the computer. It says nothing about
    damage.

    ## How to fix
    Try it with more memory (`--max-memory`), or make the photo smaller in the app
    that made it.
    """
    hit = _hit(facts, MEMORY)
    if hit is None:
        return None
    return _stopped(
        hit,
        f"Reading it needs too much memory (at most {hit.allowed}), so it was stopped. That is "
        "not damage: make it smaller in the app that made it.",
    )


def _hit(facts: Facts, limit: str) -> LimitHit | None:
    return next((hit for hit in facts.limits_hit if hit.limit == limit), None)


def _stopped(hit: LimitHit, message: str) -> Hit:
    return Hit(message, measured=hit.measured, required=f"at most {hit.allowed}")
