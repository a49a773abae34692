"""A check and a fix that look at a word in the file, so that the shell is tested alone."""

from __future__ import annotations

from dataclasses import replace

from preflight.errors import UsageError
from preflight.facts import Colour, Damage, Face, Facts, Metadata
from preflight.limits import Limits
from preflight.platforms.loader import load_many
from preflight.report import FixResult
from preflight.rules.judge import judge_facts
from preflight.source import read_source

READY = Facts(
    "ready.jpg",
    300_000,
    "jpg",
    "jpeg",
    "a JPEG photo",
    is_image=True,
    width_px=1024,
    height_px=1024,
    decoded=True,
    colour=Colour(transparent=False),
    faces=(Face((362, 300, 662, 700), 0.9),),
)
PHONE = replace(
    READY,
    size_bytes=3_100_000,
    width_px=3024,
    height_px=4032,
    orientation=6,
    colour=Colour(profile="Display P3", profile_space="RGB", gamut="wide", transparent=False),
    metadata=Metadata(exif=True, location=True, camera="Apple iPhone 12"),
    faces=(Face((1062, 1500, 1962, 2700), 0.9),),
)
HEIC = replace(PHONE, format="heic", format_name="a HEIC photo", extension="heic", orientation=1)
CUT = replace(
    PHONE,
    damage=(
        Damage(
            *("truncated", "missing-eoi", "the file ends too early"),
            region=(0, 700, 1000, 1000),
            lost_share=0.3,
        ),
    ),
)
EMPTY = Facts("empty.jpg", 0, "jpg", "empty", "an empty file")
KINDS = {b"ready": READY, b"phone": PHONE, b"heic": HEIC, b"cut": CUT, b"": EMPTY}
"""Content of a file to what the fake check sees in it."""

COPY = b"the copy of "


def fake_check(source, *, platforms="default", limits=Limits()):  # noqa: B008
    source = read_source(source, limits)
    if source.data == b"bug":
        raise RuntimeError("the fake bug")
    if source.data == b"interrupt":
        raise KeyboardInterrupt
    facts = KINDS[source.data.removeprefix(COPY)]
    if source.data.startswith(COPY):
        facts = replace(READY, size_bytes=source.size_bytes)
    facts = replace(facts, name=source.name, extension=source.extension)
    return judge_facts(facts, load_many(platforms))


def fake_fix(source, *, platforms="default", options, limits=Limits()):  # noqa: B008
    source = read_source(source, limits)
    if options.crop == (0, 0, 7, 7):
        raise UsageError("The window is too small.")
    before = fake_check(source, platforms=platforms, limits=limits)
    if source.data in (b"cut", b""):
        return FixResult(None, "refused", before, why=before.findings[0].message)
    if source.data == b"ready":
        return FixResult(source.data, "unchanged", before, before, format="jpeg", width_px=1024)
    data = COPY + source.data
    after = fake_check(data, platforms=platforms, limits=limits)
    return FixResult(
        data,
        "fixed",
        before,
        after,
        steps=("upright", "to-srgb", "crop", "resize", "encode"),
        format="png" if options.to == "png" else "jpeg",
        width_px=1024,
        height_px=1024,
        crop=(0.0, 300.0, 3024.0, 3324.0),
        air=0.1,
        quality=90,
    )
