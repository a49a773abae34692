"""Plans: which steps, why, how large; when nothing, or only metadata, is touched."""

from dataclasses import replace

import pytest

from preflight.errors import UsageError
from preflight.facts import Colour, Facts, Metadata
from preflight.finding import Finding, Severity
from preflight.fixer.crop import Window, choose_window
from preflight.fixer.options import FixOptions
from preflight.fixer.plan import STEPS, Plan, Refusal, make_plan
from preflight.platforms.platform import Target
from preflight.report import Report

TARGET = Target(
    platforms=("default",),
    formats=("jpeg", "png"),
    max_bytes=10_000_000,
    advised_bytes=5_000_000,
    min_side_px=320,
    advised_side_px=1024,
)
RIGHT = Facts(
    name="a.jpg",
    size_bytes=200_000,
    extension="jpg",
    format="jpeg",
    is_image=True,
    width_px=1024,
    height_px=1024,
    decoded=True,
)
OPTIONS = FixOptions()


def finding(rule: str, step: str | None, severity: Severity = Severity.INFO) -> Finding:
    return Finding(rule, "file", severity, f"{rule}, that is.", step=step)


def planned(
    facts: Facts = RIGHT,
    *findings: Finding,
    options: FixOptions = OPTIONS,
    target: Target = TARGET,
    window: Window | None = None,
) -> Plan:
    if window is None:
        window = choose_window(facts.width_px or 0, facts.height_px or 0, facts.faces, options)
    return make_plan(Report(facts.name, facts, findings, target.platforms), options, target, window)


def test_a_right_photo_is_left_alone() -> None:
    plan = planned()
    assert plan.steps == ()
    assert plan.notes == ()


def test_only_metadata_is_stripped() -> None:
    plan = planned(RIGHT, finding("location-inside", "strip"), finding("trailing-data", "encode"))
    assert plan.is_lossless
    assert plan.mends == {"location-inside", "trailing-data"}
    assert plan.format == "jpeg"


def test_a_wrong_name_alone_needs_no_new_pixels() -> None:
    assert planned(RIGHT, finding("wrong-extension", "encode", Severity.WARNING)).is_lossless


def test_kept_metadata_is_no_reason() -> None:
    keep = FixOptions(keep_metadata=True)
    assert planned(RIGHT, finding("personal-metadata", "strip"), options=keep).steps == ()
    assert planned(RIGHT, finding("location-inside", "strip"), options=keep).is_lossless


def test_everything_in_the_literal_order() -> None:
    facts = replace(
        RIGHT,
        format="gif",
        animated=True,
        frames=3,
        orientation=6,
        width_px=2000,
        height_px=1500,
        colour=Colour(gamut="wide", alpha=True, transparent=True),
        metadata=Metadata(exif=True),
    )
    plan = planned(
        facts,
        finding("format-not-accepted", "encode", Severity.ERROR),
        finding("not-square", "crop", Severity.WARNING),
        finding("location-inside", "strip"),
    )
    assert plan.names == STEPS
    assert plan.steps[4].why == "not-square, that is."
    assert all(step.why for step in plan.steps)
    assert plan.mends == {"format-not-accepted", "not-square", "location-inside"}


@pytest.mark.parametrize(
    ("change", "step"),
    [
        ({"orientation": 3}, "upright"),
        ({"width_px": 1200}, "crop"),
        ({"width_px": 1200, "height_px": 1200}, "resize"),
        ({"format": "png"}, "encode"),
        ({"size_bytes": 5_000_001}, "encode"),
        ({"colour": Colour(alpha=True, transparent=True)}, "flatten"),
    ],
)
def test_each_reason_alone(change: dict[str, object], step: str) -> None:
    plan = planned(replace(RIGHT, **change))  # type: ignore[arg-type]
    assert step in plan.names
    assert "encode" in plan.names


@pytest.mark.parametrize(
    ("wish", "least", "most", "pixels", "want"),
    [
        (1024, 320, None, None, 1024),
        (100, 320, None, None, 320),
        (1024, None, 640, None, 640),
        (1024, None, None, 921_600, 960),
        (1024, 512, 1024, 90_000, 300),
        (1, None, None, None, 1),
    ],
)
def test_the_size_is_clamped_into_the_range(
    wish: int, least: int | None, most: int | None, pixels: int | None, want: int
) -> None:
    target = replace(TARGET, min_side_px=least, max_side_px=most, max_pixels=pixels)
    facts = replace(RIGHT, width_px=3000, height_px=3000)
    plan = planned(facts, target=target, options=FixOptions(size_px=wish))
    assert plan.size_px == want
    assert bool(plan.notes) == (wish != want)
    assert plan.floor_px <= want


@pytest.mark.parametrize("wish", [0, -5, 10_001])
def test_impossible_sizes_are_refused(wish: int) -> None:
    with pytest.raises(UsageError, match="pixels"):
        planned(options=FixOptions(size_px=wish))
    with pytest.raises(UsageError, match="bytes"):
        planned(options=FixOptions(max_bytes=0))


def test_a_small_photo_is_enlarged_and_that_is_said() -> None:
    small = replace(RIGHT, width_px=240, height_px=240)
    plan = planned(small)
    assert plan.size_px == 1024
    assert plan.notes[0].startswith("It will look soft: the photo is only 240 pixels wide.")
    part = planned(replace(RIGHT, width_px=900, height_px=240))
    assert "the part that is used is only 240" in part.notes[0]


def test_no_enlarge_keeps_the_size_or_refuses() -> None:
    keep = FixOptions(enlarge=False)
    assert planned(replace(RIGHT, width_px=800, height_px=800), options=keep).steps == ()
    larger = planned(replace(RIGHT, width_px=900, height_px=800), options=keep)
    assert larger.size_px == 800
    assert "resize" not in larger.names
    with pytest.raises(Refusal, match="240 pixels"):
        planned(replace(RIGHT, width_px=240, height_px=240), options=keep)


def test_formats() -> None:
    seen = replace(RIGHT, format="png", colour=Colour(alpha=True, transparent=True))
    assert planned(seen, options=FixOptions(to="auto")).steps == ()
    assert planned(RIGHT, options=FixOptions(to="auto")).steps == ()
    objected = planned(
        seen, finding("transparent", "flatten", Severity.WARNING), options=FixOptions(to="auto")
    )
    assert objected.format == "jpeg"
    assert not objected.keep_alpha
    assert planned(RIGHT, options=FixOptions(to="png")).format == "png"
    only_png = replace(TARGET, formats=("png",))
    assert planned(RIGHT, target=only_png).format == "png"
    only_jpeg = replace(TARGET, formats=("jpeg",))
    with pytest.raises(Refusal, match="PNG"):
        planned(RIGHT, target=only_jpeg, options=FixOptions(to="png"))
    with pytest.raises(Refusal, match="GIF"):
        planned(RIGHT, target=replace(TARGET, formats=("gif",)))


def test_a_webp_may_stay_one_where_it_is_accepted() -> None:
    webp = replace(RIGHT, format="webp")
    target = replace(TARGET, formats=("jpeg", "png", "webp"))
    kept = planned(webp, finding("location-inside", "strip"), target=target,
                   options=FixOptions(to="auto"))  # fmt: skip
    assert kept.is_lossless
    assert kept.format == "webp"
    assert planned(webp, target=target).names == ("encode",)


def test_a_file_made_smaller_for_a_limit_is_left_alone() -> None:
    shrunk = replace(RIGHT, width_px=800, height_px=800, size_bytes=95_000)
    options = FixOptions(max_bytes=100_000)
    target = replace(TARGET, advised_side_px=640)
    assert planned(shrunk, options=options, target=target).steps == ()
    loose = replace(shrunk, size_bytes=50_000)
    assert "resize" in planned(loose, options=options, target=target).names


def test_portrait_framing_is_not_done_twice() -> None:
    options = FixOptions(crop="face")
    near = Window((20, 10, 1014, 1004), "around the face")
    assert planned(options=options, window=near).steps == ()
    far = Window((200, 100, 800, 700), "around the face")
    assert "crop" in planned(options=options, window=far).names
    padded = Window((-50, 0, 1074, 1124), "around the face", padded=True)
    assert "crop" in planned(window=padded).names


def test_the_strictest_limit_of_bytes_holds() -> None:
    assert planned().max_bytes == 5_000_000
    assert planned(options=FixOptions(max_bytes=90_000_000)).max_bytes == 5_000_000
    facts = replace(RIGHT, size_bytes=60_000)
    assert planned(facts, options=FixOptions(max_bytes=70_000)).max_bytes == 70_000
