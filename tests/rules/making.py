"""Facts, platforms and short names for the tests of the rules."""

from dataclasses import replace

from preflight.facts import Colour, Facts, Metadata
from preflight.platforms.loader import load
from preflight.platforms.platform import Limit, Platform
from preflight.report import Report
from preflight.rules.judge import judge_facts

PHOTO = Facts(
    name="anna.jpg",
    size_bytes=300_000,
    extension="jpg",
    format="jpeg",
    format_name="a JPEG photo",
    is_image=True,
    width_px=1024,
    height_px=1024,
    stored_width_px=1024,
    stored_height_px=1024,
    coding="baseline",
    subsampling="4:2:0",
    colour=Colour(transparent=False),
    decoded=True,
    faces=None,
)
"""Ready everywhere that does not ask for less."""

PHONE = replace(
    PHOTO,
    name="IMG_1.jpg",
    size_bytes=3_000_000,
    width_px=3024,
    height_px=4032,
    stored_width_px=4032,
    stored_height_px=3024,
    orientation=6,
    colour=Colour(profile="Display P3", profile_space="RGB", gamut="wide", transparent=False),
    metadata=Metadata(
        exif=True, location=True, camera="Apple iPhone 13", thumbnail=True, exif_orientation=6
    ),
)
"""An ordinary photo of a phone: 12 MP, 3 MB, 4:3, with position, Display P3, on its side."""


def limit(value: object, hard: bool = True) -> Limit:
    return Limit(value, "a source", "2026-01-02", "official", hard)


def place(**limits: object) -> Platform:
    """A platform that states these limits and inherits nothing."""
    limits = {key: v if isinstance(v, Limit) else limit(v) for key, v in limits.items()}
    limits.setdefault("formats", limit(("jpeg", "png")))
    return Platform(name="place", title="The Place", **limits)


def judged(facts: Facts = PHOTO, *platforms: str | Platform, **changes: object) -> Report:
    chosen = [load(p) if isinstance(p, str) else p for p in platforms or ("default",)]
    return judge_facts(replace(facts, **changes), chosen)


def names(report: Report) -> dict[str, str]:
    """Rule to severity of all findings but the privacy ones."""
    return {f.rule: str(f.severity) for f in report.findings if f.family != "privacy"}
