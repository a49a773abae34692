"""Rules of colour: what a viewer that expects 8-bit sRGB would show wrongly."""

from __future__ import annotations

from preflight.facts import Facts
from preflight.finding import Severity
from preflight.platforms.platform import Platform
from preflight.rules.registry import Hit, rule
from preflight.rules.wanting import says

MODEL_WORDS = {"cmyk": "CMYK", "ycck": "YCCK", "lab": "Lab"}
"""The colour models that are for printing, not for screens."""

GREY = ("grey", "bilevel")

SRGB = "sRGB"


@rule(family="colour", severity=Severity.INFO, step="to-srgb")
def wide_gamut(facts: Facts, platform: Platform) -> Hit | None:
    """The photo has colours beyond sRGB, such as Display P3.

    ## Why it matters
    Phones take photos so. A place that drops the colour profile without converting
    shows them paler than they are.

    ## How to fix
    `preflight fix` converts the colours to sRGB, which every screen and place
    shows alike.
    """
    if facts.colour.gamut != "wide":
        return None
    name = facts.colour.profile
    return Hit(
        f"Its colours are stored in a wide range{f' ({name})' if name else ''}; places that "
        "ignore that show them pale.",
        measured=name or "wide gamut",
        required=SRGB,
    )


@rule(family="colour", severity=Severity.WARNING, step="to-srgb")
def not_rgb(facts: Facts, platform: Platform) -> Hit | None:
    """The photo is in printing colours (CMYK).

    ## Why it matters
    CMYK is for printing presses. Upload forms refuse it, or show it too bright,
    too dark or as a negative.

    ## How to fix
    `preflight fix` converts it to sRGB through its own colour profile.
    """
    word = MODEL_WORDS.get(facts.colour.model)
    if word is None:
        return None
    return Hit(
        f"Its colours are for printing ({word}), not for screens. It may be refused, or shown in "
        "wrong colours.",
        measured=word,
        required="RGB",
    )


@rule(family="colour", severity=Severity.INFO, step="to-srgb")
def high_bit_depth(facts: Facts, platform: Platform) -> Hit | None:
    """The photo has more than 8 bits a colour.

    ## Why it matters
    More than profile photos can show. Some programs that receive it convert it
    wrongly, which makes it nearly white or black.

    ## How to fix
    `preflight fix` scales it to 8 bits.
    """
    if facts.colour.bits <= 8:
        return None
    return Hit(
        f"It has finer colour steps than a profile photo can show ({facts.colour.bits} bits).",
        measured=f"{facts.colour.bits} bits",
        required="8 bits",
    )


@rule(family="colour", severity=Severity.WARNING, step="to-srgb")
def hdr(facts: Facts, platform: Platform) -> Hit | None:
    """The photo is high dynamic range (HDR).

    ## Why it matters
    Places that do not know HDR show it grey and washed out. A photo with a gain map
    is no trouble: an ordinary picture is in it, and that is what is shown (then
    this is only a note).

    ## How to fix
    `preflight fix` converts it to an ordinary picture; of a photo with a gain map it
    keeps the ordinary picture.
    """
    kind = facts.colour.hdr
    if kind is None:
        return None
    if kind == "gain-map":
        return Hit(
            "It carries extra brightness for HDR screens; profile photos are shown without.",
            measured="gain map",
            required="standard range",
            severity=Severity.INFO,
            step="strip",
        )
    return Hit(
        "It is an HDR picture; most places show it grey and washed out.",
        measured=kind.upper(),
        required="standard range",
    )


@rule(family="colour", severity=Severity.WARNING, step="flatten", needs=("transparency",))
def transparent(facts: Facts, platform: Platform) -> Hit | None:
    """Parts of the picture are transparent.

    ## Why it matters
    Profile photos have no transparency: most places fill it with black or white,
    and a dark drawing on black, or a white one on white, vanishes.

    ## How to fix
    `preflight fix` fills it with white; `--background` chooses another colour.
    """
    if not facts.colour.transparent:
        return None
    limit = platform.transparency
    becomes = limit.value if limit is not None else None
    if becomes == "keeps":
        return None
    if becomes is None:
        consequence = "They may turn black or white."
    else:
        consequence = f"{says(platform, limit, 'shows', 'show')} them {becomes}."
    return Hit(
        f"Parts of it are transparent. {consequence}",
        measured="transparent parts",
        required="none",
        limit=limit,
    )


@rule(family="colour", severity=Severity.WARNING, step="to-srgb")
def broken_colour_profile(facts: Facts, platform: Platform) -> Hit | None:
    """The colour profile in the file cannot be used.

    ## Why it matters
    It is damaged, or belongs to another kind of picture. Some places refuse the
    file for it, others show other colours than you see. Only a note when a grey
    picture has a profile for coloured ones, which viewers ignore.

    ## How to fix
    `preflight fix` takes the colours as sRGB, as viewers do, and replaces the
    profile.
    """
    colour = facts.colour
    if colour.profile_error is None:
        return None
    if colour.model in GREY and colour.profile_space == "RGB":
        return Hit(
            "The colour profile in it is for coloured pictures, and this one is grey.",
            measured=colour.profile_error,
            required="a grey profile, or none",
            severity=Severity.INFO,
        )
    return Hit(
        "The colour profile in it is broken. It may be refused, or shown in other colours.",
        measured=colour.profile_error,
        required="a valid profile, or none",
    )
