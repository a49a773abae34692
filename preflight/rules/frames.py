"""Rules of frames: more than one picture in the file."""

from __future__ import annotations

from preflight.facts import Facts
from preflight.finding import Severity
from preflight.platforms.platform import Platform
from preflight.rules.registry import Hit, rule
from preflight.rules.wanting import by_hardness, says


@rule(family="frames", severity=Severity.WARNING, step="first-frame")
def animated(facts: Facts, platform: Platform) -> Hit | None:
    """The picture is animated.

    ## Why it matters
    Most places show the first picture of an animation only, or refuse it.

    ## How to fix
    `preflight fix` keeps the first picture.
    """
    limit = platform.max_frames
    if not facts.animated or limit is None:
        return None
    if limit.value > 1 and (facts.frames is None or facts.frames <= limit.value):
        return None
    has = "more than one picture" if facts.frames is None else f"{facts.frames} pictures"
    verb = says(platform, limit, "takes", "take")
    most = "only one" if limit.value == 1 else f"at most {limit.value}"
    consequence = f"{verb} {most}." if limit.hard else f"{verb} {most}: the first may be shown."
    return Hit(
        f"It is animated ({has}). {consequence}",
        measured=has,
        required="a still picture" if limit.value == 1 else f"at most {limit.value} pictures",
        limit=limit,
        severity=by_hardness(limit),
        excess=1 / limit.value,
    )


@rule(family="frames", severity=Severity.WARNING, step="encode")
def several_images(facts: Facts, platform: Platform) -> Hit | None:
    """There are several full pictures in the file.

    ## Why it matters
    Portrait mode, bursts, 3D photos and scans of several pages put more than one
    picture into one file. Some places refuse it, or show another one than you see,
    and the hidden ones are published with it.

    ## How to fix
    `preflight fix` keeps the main picture alone.
    """
    if facts.animated or facts.images < 2:
        return None
    return Hit(
        f"There are {facts.images} pictures in this file. It may be refused, or another one than "
        "you expect may be shown.",
        measured=f"{facts.images} pictures",
        required="one picture",
    )
