"""Rules of privacy: what a photo tells besides the picture. Notes; a fix always removes it."""

from __future__ import annotations

from preflight.facts import Facts
from preflight.finding import Severity
from preflight.platforms.platform import Platform
from preflight.rules.registry import Hit, rule
from preflight.words import both

THUMBNAIL = "thumbnail"


@rule(family="privacy", severity=Severity.INFO, step="strip")
def location_inside(facts: Facts, platform: Platform) -> Hit | None:
    """The place where it was taken is in the file.

    ## Why it matters
    Phones write the position into each photo, often to within a few metres: your
    home. Most large places remove it, small ones publish it.

    ## How to fix
    `preflight fix` removes it, also with `--keep-metadata`.
    """
    if not facts.metadata.location:
        return None
    return Hit(
        "It contains the place where it was taken.",
        measured="a position or place",
        required="none",
    )


@rule(family="privacy", severity=Severity.INFO, step="strip")
def personal_metadata(facts: Facts, platform: Platform) -> Hit | None:
    """The file tells who or which device took it.

    ## Why it matters
    A camera's serial number or an owner's name links this photo to your others.

    ## How to fix
    `preflight fix` removes it, unless `--keep-metadata` is given.
    """
    if not facts.metadata.personal:
        return None
    what = both(facts.metadata.personal)
    return Hit(f"It contains {what}.", measured=what, required="none")


@rule(family="privacy", severity=Severity.INFO, step="strip")
def hidden_images(facts: Facts, platform: Platform) -> Hit | None:
    """Other pictures travel along in the file.

    ## Why it matters
    A thumbnail can still show what was cropped away later; a depth map or the
    original of an edited photo tells more than you meant to.

    ## How to fix
    `preflight fix` leaves them out.
    """
    hidden = list(dict.fromkeys(facts.hidden_images))
    if facts.metadata.thumbnail and THUMBNAIL not in hidden:
        hidden.append(THUMBNAIL)
    if not hidden:
        return None
    what = both(hidden)
    return Hit(f"Hidden pictures travel along: {what}.", measured=what, required="none")
