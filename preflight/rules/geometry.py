"""Rules of geometry: shape, pixels, and which way is up."""

from __future__ import annotations

from math import isclose

from preflight.facts import Facts
from preflight.finding import Severity
from preflight.platforms.loader import DEFAULT
from preflight.platforms.platform import Platform
from preflight.rules.registry import Hit, rule
from preflight.rules.wanting import by_hardness, says, wants
from preflight.words import megapixels, pixels

ASPECT_TOLERANCE = 0.005
"""Half a per cent is 5 pixels of 1000: nobody sees it. Not granted where square is required."""

EXTREME_RATIO = 3
"""Longer by shorter side above which a square keeps less than a third of the photo."""

ROTATED = (3, 5, 6, 7, 8)
MIRRORED = (2, 4, 5, 7)
"""Exif orientation codes that turn, and that mirror."""

ROUND = "Profile photos are shown as circles, so the edges may be cut off."
CONSEQUENCES = {
    "required": "{refuses} such a photo.",
    "cropped": "{title} cuts a square from the middle, not around the face.",
    "letterboxed": "{title} adds bars to make it square.",
    "stretched": "{title} stretches it to a square, which distorts faces.",
}
"""What becomes of a photo that is not square, by `Platform.square`, where the place says so."""


@rule(family="geometry", severity=Severity.WARNING, step="crop", needs=("size",))
def not_square(facts: Facts, platform: Platform) -> Hit | None:
    """The photo is not square.

    ## Why it matters
    Profile photos are shown as circles cut from a square. Most places crop around
    the middle of the picture, not around the face; some add bars, stretch the
    photo, or refuse it.

    ## How to fix
    `preflight fix` crops to a square around the face; `--crop` moves it, `--pad`
    fills up instead of cutting.
    """
    limit, square = platform.aspect, platform.square
    width, height = _size(facts)
    refused = square is not None and square.value == "required"
    tolerance = 0.0 if refused else ASPECT_TOLERANCE
    if limit is None or isclose(width / height, limit.value, rel_tol=tolerance):
        return None
    is_square = limit.value == 1
    wanted = "as wide as high" if is_square else f"{limit.value:g} times as wide as high"
    shape = "square" if is_square else f"{wanted}, as it should be"
    consequence = ROUND
    if square is not None and not square.inherited and platform.name != DEFAULT:
        consequence = CONSEQUENCES[square.value].format(
            title=platform.title, refuses=says(platform, square, "refuses", "refuse")
        )
    return Hit(
        f"It is not {shape} ({pixels(width, height)}). {consequence}",
        measured=f"{pixels(width, height)} px",
        required=wanted,
        limit=square if refused else limit,
        severity=by_hardness(square) if refused and square else None,
    )


@rule(family="geometry", severity=Severity.ERROR, step="resize", needs=("size",))
def too_small(facts: Facts, platform: Platform) -> Hit | None:
    """The photo has fewer pixels than the platform takes.

    ## Why it matters
    Its shorter side is below the least that is accepted, and the upload is
    refused. Photos that came through a messenger or from a web page are often
    small copies.

    ## How to fix
    Best: find the larger original. `preflight fix` enlarges it so that it passes,
    but it will look soft.
    """
    limit = platform.min_side_px
    side = min(_size(facts))
    if limit is None or side >= limit.value:
        return None
    measured = pixels(*_size(facts))
    return Hit(
        f"It is too small ({measured}). {wants(platform, limit)} at least {limit.value} pixels a "
        "side; enlarged it will look soft, so look for a larger original.",
        measured=f"{measured} px",
        required=f"at least {limit.value} px a side",
        limit=limit,
        severity=by_hardness(limit),
        excess=limit.value / side,
    )


@rule(family="geometry", severity=Severity.WARNING, needs=("size",))
def low_resolution(facts: Facts, platform: Platform) -> Hit | None:
    """The photo has fewer pixels than are advised.

    ## Why it matters
    It will be accepted, but look soft where the photo is shown large.

    ## How to fix
    Look for a larger original: the one on the phone that took it, not the copy
    from a messenger. Nothing can bring back pixels, so this changes no verdict.
    """
    limit, least = platform.advised_side_px, platform.min_side_px
    side = min(_size(facts))
    if limit is None or side >= limit.value or (least is not None and side < least.value):
        return None
    measured = pixels(*_size(facts))
    return Hit(
        f"It has few pixels ({measured}) and may look soft; {limit.value} a side are better.",
        measured=f"{measured} px",
        required=f"{limit.value} px a side",
        limit=limit,
        excess=limit.value / side,
    )


@rule(family="geometry", severity=Severity.ERROR, step="resize", needs=("size",))
def too_many_pixels(facts: Facts, platform: Platform) -> Hit | None:
    """The photo has more pixels than the platform takes.

    ## Why it matters
    Besides the bytes, some places limit width and height. A photo that is small in
    bytes can still be refused for it.

    ## How to fix
    `preflight fix` makes it smaller; nothing is lost that would be shown.
    """
    width, height = _size(facts)
    hits = []
    if (limit := platform.max_side_px) is not None and max(width, height) > limit.value:
        measured = f"{pixels(width, height)} px"
        hits.append(
            Hit(
                f"It has too many pixels ({pixels(width, height)}). {wants(platform, limit)} at "
                f"most {limit.value} a side.",
                measured=measured,
                required=f"at most {limit.value} px a side",
                limit=limit,
                severity=by_hardness(limit),
                excess=max(width, height) / limit.value,
            )
        )
    if (most := platform.max_pixels) is not None and width * height > most.value:
        has, allowed = megapixels(width * height), megapixels(most.value)
        if has == allowed:
            has, allowed = f"{width * height:,} pixels", f"{most.value:,} pixels"
        hits.append(
            Hit(
                f"It has too many pixels ({has}). {wants(platform, most)} at most {allowed}.",
                measured=f"{pixels(width, height)} px",
                required=f"at most {allowed}",
                limit=most,
                severity=by_hardness(most),
                excess=(width * height / most.value) ** 0.5,
            )
        )
    return max(hits, key=lambda hit: (hit.severity or Severity.ERROR).rank, default=None)


@rule(family="geometry", severity=Severity.WARNING, step="crop", needs=("size",))
def extreme_shape(facts: Facts, platform: Platform) -> Hit | None:
    """The photo is a narrow strip.

    ## Why it matters
    One side is more than three times the other: a panorama, or a long screenshot.
    The square of a profile photo keeps only a small part of it.

    ## How to fix
    `preflight fix` cuts out the face; `--crop` chooses another part, and
    `--crop whole` keeps all of it and fills up to a square.
    """
    width, height = _size(facts)
    if max(width, height) <= EXTREME_RATIO * min(width, height):
        return None
    return Hit(
        f"It is a narrow strip ({pixels(width, height)}): a square keeps less than a third of it.",
        measured=f"{pixels(width, height)} px",
        required=f"at most {EXTREME_RATIO} times as long as wide",
    )


@rule(family="geometry", severity=Severity.INFO, step="upright")
def rotated_by_tag(facts: Facts, platform: Platform) -> Hit | None:
    """The photo is stored on its side, and a tag says how to turn it.

    ## Why it matters
    Phones do this with every upright photo. A place that drops the tag without
    turning the picture shows it sideways or upside down.

    ## How to fix
    `preflight fix` turns the picture itself, so that no tag is needed.
    """
    if facts.orientation not in ROTATED:
        return None
    return Hit(
        "It is stored on its side; only a tag says how to turn it.",
        measured=f"orientation {facts.orientation}",
        required="upright without a tag",
    )


@rule(family="geometry", severity=Severity.INFO, step="upright")
def mirrored_by_tag(facts: Facts, platform: Platform) -> Hit | None:
    """The photo is stored mirrored, and a tag says so.

    ## Why it matters
    Many front cameras do this. A place that drops the tag shows the mirror image:
    writing reads backwards.

    ## How to fix
    `preflight fix` mirrors the picture itself, so that no tag is needed.
    """
    if facts.orientation not in MIRRORED:
        return None
    return Hit(
        "It is stored mirrored; only a tag says so.",
        measured=f"orientation {facts.orientation}",
        required="not mirrored, without a tag",
    )


def _size(facts: Facts) -> tuple[int, int]:
    """Width and height; the rules that call it need `size`, so both are known."""
    return facts.width_px or 1, facts.height_px or 1
