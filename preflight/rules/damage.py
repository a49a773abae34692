"""Rules of damage: what is broken, where, and whether anything can be done about it."""

from __future__ import annotations

from math import isfinite

from preflight.facts import Box, Damage, Facts
from preflight.finding import Severity
from preflight.platforms.platform import Platform
from preflight.rules.registry import Hit, rule
from preflight.words import exact_bytes, percent

EDGE_SHARE = 0.02
"""A region this close to an edge, as a share of the picture, reaches it."""

WHOLE_SHARE = 0.995
"""A loss from here on is called the whole picture."""

_NARROW_SHARE = 0.01
"""A band that is smaller is not told in per cent."""


@rule(family="damage", severity=Severity.ERROR)
def undecodable(facts: Facts, platform: Platform) -> Hit | None:
    """The picture cannot be opened.

    ## Why it matters
    The file has the marks of a photo, but no picture comes out of it: its
    beginning is damaged, or a program wrote it wrongly. Every upload fails.

    ## How to fix
    Get the original again, or open it in the app that made it and export it as
    JPEG. `preflight fix` cannot bring back what is not there.
    """
    if facts.decoded or facts.decode_error is None or facts.limits_hit:
        return None
    if _first(facts, "truncated") or _first(facts, "corrupt"):
        return None  # those say why
    return Hit(
        "The picture cannot be opened: the file is damaged or was written wrongly. "
        "Get the original again, or export it as JPEG from the app that made it.",
        measured=facts.decode_error,
        required="a picture that opens",
    )


@rule(family="damage", severity=Severity.ERROR)
def truncated(facts: Facts, platform: Platform) -> Hit | None:
    """The file ends before the picture does.

    ## Why it matters
    The download or transfer was cut off, or the phone was still loading the photo
    from the cloud. The lower part is missing, shown grey or black; many uploads
    refuse such a file, others publish it as it is.

    ## How to fix
    Get the original again: send it once more, or load it fully from the cloud
    first. If there is no other copy, `preflight fix --salvage` keeps the part that
    is whole and says what was lost.
    """
    damage = _first(facts, "truncated")
    if damage is None:
        return None
    return Hit(
        f"{_lost(facts, damage, 'missing')}: {damage.message}. The download or transfer was "
        "probably cut off; get the original again.",
        measured=_where_in_file(damage),
        required="a whole file",
        damage=damage,
    )


@rule(family="damage", severity=Severity.ERROR)
def corrupt(facts: Facts, platform: Platform) -> Hit | None:
    """The picture is damaged.

    ## Why it matters
    Some of its bytes are not what was once written: a failing memory card, a
    broken transfer, a program that crashed while saving. The picture shows
    stripes, shifted colours or grey areas, or does not open at all.

    ## How to fix
    Get the original again, from the device that made it or from a backup. If there
    is no other copy, `preflight fix --salvage` keeps a square of the part that is
    whole and says what was lost.
    """
    damage = _first(facts, "corrupt")
    if damage is None:
        return None
    return Hit(
        f"{_lost(facts, damage, 'damaged')}: {damage.message}. The file was changed by a bad "
        "memory card, transfer or app; get the original again.",
        measured=_where_in_file(damage),
        required="a picture without damage",
        damage=damage,
    )


@rule(family="damage", severity=Severity.ERROR, step="encode")
def damaged_header(facts: Facts, platform: Platform) -> Hit | None:
    """The picture is whole, but the beginning of the file is damaged.

    ## Why it matters
    A bad transfer or a failing memory card hit the part of the file that says what
    it is. preflight reads the picture all the same; most upload forms and many apps
    do not, and say that it is no photo.

    ## How to fix
    `preflight fix` writes the same picture into a clean file.
    """
    damage = _first(facts, "refused")
    if damage is None or not facts.decoded or any(each.harms_picture for each in facts.damage):
        return None
    return Hit(
        f"The picture is whole, but the beginning of the file is damaged: {damage.message}. "
        "Most upload forms will not open it.",
        measured=_where_in_file(damage),
        required="a file that every program opens",
        damage=damage,
    )


@rule(family="damage", severity=Severity.WARNING, step="encode")
def damaged_but_readable(facts: Facts, platform: Platform) -> Hit | None:
    """The picture is good, but the file is not quite right.

    ## Why it matters
    Programs agree on what the picture shows, but something around it is broken or
    unusual: a missing end mark, a damaged thumbnail, a vendor's peculiarity.
    Strict upload forms refuse such files.

    ## How to fix
    `preflight fix` writes the same picture into a clean file.
    """
    damage = _first(facts, "readable")
    if damage is None or (facts.decode_error is not None and not facts.decoded):
        return None
    if any(other.kind != "readable" for other in facts.damage):
        return None  # the picture is not good, or worse is said of the file
    return Hit(
        f"The picture is good, but the file is not quite right: {damage.message}. "
        "Strict upload forms may refuse it.",
        measured=_where_in_file(damage),
        required="a clean file",
        damage=damage,
    )


@rule(family="damage", severity=Severity.INFO, step="encode")
def trailing_data(facts: Facts, platform: Platform) -> Hit | None:
    """Something is attached behind the end of the picture.

    ## Why it matters
    Hardly ever a cause of failure, but what hangs there travels along unseen: a
    short film, a second picture, leftovers of an editor.

    ## How to fix
    `preflight fix` leaves it out.
    """
    if facts.trailing_bytes <= 0:
        return None
    has = exact_bytes(facts.trailing_bytes)
    return Hit(
        f"Behind the end of the picture there is something more ({has}).",
        measured=has,
        required="nothing behind the picture",
    )


def _first(facts: Facts, kind: str) -> Damage | None:
    return next((damage for damage in facts.damage if damage.kind == kind), None)


def _where_in_file(damage: Damage) -> str:
    if damage.offset_bytes is None:
        return damage.what
    return f"{damage.what} at byte {damage.offset_bytes:,}"


def _lost(facts: Facts, damage: Damage, how: str) -> str:
    """ "The lower 8 % of the picture is missing", as far as it is known."""
    part = _part(damage.region, facts.width_px or 0, facts.height_px or 0)
    share = damage.lost_share
    if share is None or not isfinite(share) or share <= 0:
        subject = f"The {part} part" if part else "Part"
    elif share >= WHOLE_SHARE:
        return f"The whole picture is {how}"
    elif part and share < _NARROW_SHARE:
        return f"A narrow strip along the {part} edge of the picture is {how}"
    elif part:
        subject = f"The {part} {percent(share)}"
    else:
        subject = percent(share).capitalize()
    return f"{subject} of the picture is {how}"


def _part(region: Box | None, width_px: int, height_px: int) -> str:
    """`lower`, `upper`, `left` or `right` when the region is a band along that edge, else ""."""
    if region is None or width_px < 1 or height_px < 1:
        return ""
    left, top, right, bottom = region
    at_left, at_right = left <= EDGE_SHARE * width_px, right >= (1 - EDGE_SHARE) * width_px
    at_top, at_bottom = top <= EDGE_SHARE * height_px, bottom >= (1 - EDGE_SHARE) * height_px
    edges = {
        "lower": at_left and at_right and at_bottom,
        "upper": at_left and at_right and at_top,
        "right": at_top and at_bottom and at_right,
        "left": at_top and at_bottom and at_left,
    }
    touched = [name for name, touches in edges.items() if touches]
    return touched[0] if len(touched) == 1 else ""
