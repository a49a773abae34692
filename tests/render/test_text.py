"""Text: the words for each verdict, pinned with findings of our own making."""

from dataclasses import replace
from pathlib import Path

import pytest

from preflight.batch.outcome import Outcome, Summary
from preflight.facts import Damage, Face, Facts, Metadata, Skipped
from preflight.finding import Finding, Severity
from preflight.platforms.loader import load
from preflight.platforms.platform import Limit
from preflight.render.fixed import changes
from preflight.render.framed import framed
from preflight.render.layout import Layout
from preflight.render.renderer import FORMATS, Setting, make_renderer
from preflight.render.text import TextRenderer
from preflight.report import FixResult, Report

FACTS = Facts("photo.heic", 1_784_642, "heic", "heic", is_image=True, width_px=3024, decoded=True)
FACTS = replace(FACTS, height_px=4032, metadata=Metadata(location=True, camera="Apple"))
HEIC = Finding(
    "format-not-accepted",
    "file",
    Severity.ERROR,
    "This is a HEIC file, the iPhone's own format. Threads wants JPEG or PNG; a HEIC may fail "
    "without saying why.",
    "HEIC",
    "JPEG or PNG",
    "encode",
    ("threads",),
    "https://example.org/",
    "2026-01-02",
)
SHAPE = Finding(
    "not-square",
    "geometry",
    Severity.WARNING,
    "It is not square (3024 x 4032). Profile photos are shown as circles, so the edges may be cut "
    "off.",
    step="crop",
    platforms=("threads",),
)
PLACE = Finding(
    "location-inside",
    "privacy",
    Severity.INFO,
    "It contains the place where it was taken.",
    step="strip",
    platforms=("threads",),
)
HEAVY = replace(SHAPE, rule="heavy", family="file", message="It is heavy.", step="encode")
CLEAR = replace(SHAPE, rule="transparent", family="colour", message="See-through.", step="flatten")
FEW = replace(SHAPE, rule="low-resolution", message="It has few pixels.", step=None)
CUT = replace(HEIC, rule="truncated", family="damage", message="It is cut off.", step=None)
THREADS = load("threads")


def report(*findings, facts=FACTS, **changes):
    return Report(facts.name, facts, findings, ("threads",), **changes)


def page(shown, path="photo.heic", **setting):
    renderer = TextRenderer(Setting("check", (THREADS,), (path,), **setting))
    return renderer.photo(Outcome(path, shown)) + renderer.end(Summary())


def first(*findings, platforms=(THREADS,)):
    renderer = TextRenderer(Setting("check", platforms))
    return renderer.photo(Outcome("photo.heic", report(*findings))).partition("\n\n")[0]


def test_the_page_of_the_design():
    assert page(report(HEIC, SHAPE, PLACE), width=66, for_options=()) == (
        "photo.heic: the upload will probably fail. preflight can fix this.\n"
        "\n"
        "  Problem  This is a HEIC file, the iPhone's own format. Threads\n"
        "           wants JPEG or PNG; a HEIC may fail without saying why.\n"
        "  Advice   It is not square (3024 x 4032). Profile photos are\n"
        "           shown as circles, so the edges may be cut off.\n"
        "  Good     No damage found, and small enough (1.8 MB).\n"
        "  Note     It contains the place where it was taken.\n"
        "\n"
        "To make a copy that is ready to upload:\n"
        "  preflight fix photo.heic\n"
    )


@pytest.mark.parametrize(
    ("findings", "sentence"),
    [
        ((), "ready to upload."),
        ((PLACE,), "ready to upload."),
        ((FEW,), "ready to upload, but see below."),
        ((SHAPE,), "should upload; it will be cropped to a square."),
        ((SHAPE, FEW, PLACE), "should upload; it will be cropped to a square."),
        ((HEAVY, SHAPE), "should upload, but may be refused. preflight can fix this."),
        ((CLEAR, SHAPE), "should upload, but may look wrong. preflight can fix this."),
        ((HEIC,), "the upload will probably fail. preflight can fix this."),
        ((CUT, HEIC), "the upload will probably fail, and preflight cannot fix this one."),
    ],
)
def test_headlines(findings, sentence):
    assert first(*findings).partition(":")[2].split() == sentence.split()


@pytest.mark.parametrize(
    ("ways", "words"),
    [
        (["letterboxed"], "it will get bars to make it square"),
        (["stretched"], "it will be stretched to a square"),
        (["cropped", "stretched"], "it will be made square"),
        ([None], "it will be cropped to a square"),
    ],
)
def test_what_becomes_of_a_photo_that_is_not_square(ways, words):
    platforms = tuple(
        replace(THREADS, square=Limit(way, "", "", "ours") if way else None) for way in ways
    )
    assert first(SHAPE, platforms=platforms) == f"photo.heic: should upload; {words}."


def test_salvage_is_offered_only_where_it_can_help():
    assert "preflight fix --salvage photo.heic" in page(report(CUT))
    assert "--salvage" not in page(report(CUT, replace(CUT, rule="undecodable")))
    assert "--salvage" not in page(report(CUT, facts=replace(FACTS, width_px=None)))
    half = Damage("truncated", "cut-short", "it ends", region=(0, 2016, 3024, 4032), lost_share=0.5)
    other = Damage("readable", "missing-end", "it has no end mark")
    for damage, offered in (
        ((half, other), True),
        ((replace(half, lost_share=1.0),), False),
        ((half, replace(half, region=None)), False),
    ):
        shown = page(report(CUT, facts=replace(FACTS, damage=damage)))
        assert ("--salvage" in shown) is offered


def test_nothing_is_called_good_that_was_not_seen():
    unseen = report(skipped=(Skipped("truncated", "no time"),))
    assert "No damage" not in page(unseen)
    assert "Skipped  truncated: no time" in page(unseen)
    assert "No damage" not in page(report(facts=replace(FACTS, decoded=False)))
    assert "No damage" not in page(report(replace(CUT, severity=Severity.WARNING)))
    assert "Good" not in page(report(facts=Facts("a.pdf", 10)))
    assert "small enough" not in page(report(HEAVY))


def test_finding_of_some_platforms_says_which():
    setting = {"arguments": ("a",), "command": "check"}
    both = Setting(platforms=(THREADS, load("slack")), **setting)
    text = TextRenderer(both).photo(Outcome("a", report(PLACE)))
    assert "place where it was taken. (threads)" in text


@pytest.mark.parametrize(
    ("platforms", "given", "command"),
    [
        (("default",), (), "preflight guide\n"),
        (("default",), ("default",), "preflight guide\n"),
        (("threads",), ("threads",), "preflight guide threads\n"),
        (("threads", "slack"), ("threads", "slack"), "preflight guide\n"),
        (("threads",), ("./threads.toml",), "preflight guide\n"),
    ],
)
def test_where_to_look_if_it_still_fails(platforms, given, command):
    setting = Setting("check", tuple(map(load, platforms)), ("a",), given)
    assert TextRenderer(setting).photo(Outcome("a", report())).endswith(f" still fails: {command}")


def test_verbose():
    text = page(report(HEIC), verbose=True)
    assert "           format-not-accepted: HEIC, wanted: JPEG or PNG\n" in text
    assert "           https://example.org/, 2026-01-02\n" in text


def test_strangers_texts_cannot_reach_the_terminal():
    evil = "a\x1b[2J\u202e\nb"
    shown = report(replace(CUT, message=evil), facts=replace(FACTS, name=evil))
    shown = replace(shown, skipped=(Skipped(evil, evil),))
    for one_photo in (True, False):
        text = page(shown, path=evil, one_photo=one_photo, colour=False)
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_colours_are_only_for_those_who_see_them():
    assert "\x1b[1;31mProblem\x1b[0m  This" in page(report(HEIC), colour=True)
    assert "\x1b" not in page(report(HEIC))


def result(**changes):
    after = report(facts=replace(FACTS, format="jpeg", metadata=Metadata()))
    steps = ("first-frame", "upright", "to-srgb", "flatten", "crop", "resize", "encode")
    fixed = FixResult(
        b"x" * 312_000,
        "fixed",
        report(HEIC),
        after,
        steps=steps,
        format="jpeg",
        width_px=1024,
        height_px=1024,
        crop=(0.0, 300.0, 3024.0, 3324.0),
        air=0.2,
    )
    return replace(fixed, **changes)


def test_changes():
    assert changes(result()) == [
        "HEIC to JPEG",
        "only the first picture kept",
        "turned upright",
        "colours made safe for every screen (sRGB)",
        "transparent parts filled",
        "cropped to a square around the face",
        "made smaller",
        "location and camera details removed",
    ]
    small = result(steps=("crop", "resize", "odd"), crop=(0.0, 0.0, 500.0, 500.0), air=None)
    assert changes(small)[1:4] == ["cropped to a square", "enlarged", "odd"]
    same = result(steps=("crop", "resize"), crop=(0.0, 0.0, 1024.0, 1024.0), after=None)
    assert changes(same)[-1] == "cropped to a square around the face"
    three = tuple(Face((x, 900.0, x + 300, 1300.0), 0.9) for x in (300.0, 1000.0, 2400.0))
    group = result(
        steps=("crop",),
        before=report(HEIC, facts=replace(FACTS, faces=three)),
        crop=(-40.0, 0.0, 2800.0, 2840.0),
        faces_left_out=(three[2].box,),
        after=None,
    )
    assert changes(group)[-1] == "cropped to a square around 2 faces, filled up at the edge"
    assert group.heads_left_out == 1
    stripped = result(steps=("strip",), format="heic")
    assert changes(stripped) == ["location and camera details removed"]
    nothing = replace(stripped, before=stripped.after, format="jpeg")
    assert changes(nothing) == ["everything but the picture removed"]


def fixed(outcome, **setting):
    return TextRenderer(Setting("fix", (THREADS,), **setting)).photo(outcome)


def test_which_face_and_how_much_air_is_said_to_who_asks():
    facts = replace(FACTS, faces=(Face((1000.2, 900.0, 1900.0, 2100.0), 0.9),))
    one = result(before=report(HEIC, facts=facts), air=0.083)
    assert framed(one) == (
        "Around the face at 1000, 900 (900 x 1200 px); 8% of the circle's radius is free around "
        "the head."
    )
    three = tuple(Face((x, 900.0, x + 300, 1300.0), 0.9) for x in (300.0, 1000.0, 2400.0))
    group = result(
        before=report(HEIC, facts=replace(FACTS, faces=three)),
        faces_left_out=(three[2].box,),
        air=-0.031,
    )
    assert framed(group) == (
        "Around the 2 faces: at 300, 900 (300 x 400 px) and at 1000, 900 (300 x 400 px); the heads "
        "reach to 103% of the circle's radius. Left out: at 2400, 900 (300 x 400 px)."
    )
    assert framed(result(air=None)) == ""
    made = Outcome("photo.heic", one.before, one, Path("photo-ready.jpg"), written=True)
    assert "Framed   Around the face at" in fixed(made, verbose=True)
    assert "Framed" not in fixed(made)


def test_fixed_page(tmp_path):
    note = result(notes=("It will look soft.",))
    made = Outcome("photo.heic", note.before, note, Path("photo-ready.jpg"), written=True)
    text = fixed(made)
    assert "  photo-ready.jpg   (same folder, 1024 x 1024, 0.3 MB)\n" in text
    assert text.index("It will look soft.") < text.index("Changed")
    here = replace(made, path="photos/photo.heic", output=Path("b.jpg"))
    assert "  b.jpg   (this folder, 1024" in fixed(here)
    elsewhere = replace(made, output=tmp_path / "b.jpg")
    assert f"  b.jpg   (in {tmp_path}, 1024" in fixed(elsewhere)
    assert "would be the file to upload" in fixed(made, dry_run=True)
    assert "Nothing was written." in fixed(made, dry_run=True)
    kept = fixed(replace(made, backup=Path("photo.heic~")))
    assert "Your original is kept as photo.heic~." in kept


def test_copied_as_it_is():
    same = result(status="unchanged", after=report())
    copied = Outcome("photo.heic", same.before, same, Path("out/photo.jpg"), written=True)
    assert fixed(copied).startswith("photo.heic: ready as it is, and copied. Upload this file:\n")
    assert "ready as it is, copied" in fixed(copied, one_photo=False)
    stays = Outcome("photo.heic", same.before, same)
    assert fixed(stays, one_photo=False) == "photo.heic: ready as it is\n"


def test_long_commands_are_cut():
    paths = tuple(f"photo number {number}.heic" for number in range(20))
    renderer = TextRenderer(Setting("check", (THREADS,), paths, ("threads",), one_photo=False))
    renderer.photo(Outcome(paths[0], report(HEIC)))
    end = renderer.end(Summary())
    assert end.endswith("with the same photos:\n  preflight fix --for threads …\n")


def test_sums_name_what_was_passed_over():
    summary = Summary(photos=0)
    summary.skipped.update({"link": 1, "copy": 2, "hidden": 5})
    text = TextRenderer(Setting("check", (THREADS,), one_photo=False)).end(summary)
    assert text.replace("\n", " ").strip() == (
        "0 photos. 1 link and 2 copies that preflight made before were passed over."
    )


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_can_be_made(name):
    renderer = make_renderer(name, Setting("check", (THREADS,)))
    assert isinstance(renderer.start() + renderer.end(Summary()), str)


def test_wrapping_stays_within_the_terminal():
    layout = Layout(width=50)
    text = layout.labelled("Problem", "word " * 40, "red")
    assert max(map(len, text.splitlines())) <= 50
    assert Layout(width=500).columns == 76
    assert Layout(width=1).columns == 40


def test_checks_that_did_not_run_are_gathered_by_the_reason():
    names = ("no-face", "face-small", "several-faces", "head-cut-by-circle")
    shown = report(skipped=tuple(Skipped(name, "no pixels") for name in names))
    assert "  Skipped  no-face, face-small, several-faces and 1 more: no pixels\n" in page(shown)
    assert "head-cut-by-circle" in page(shown, verbose=True)


def test_refusal_of_a_damaged_photo_names_the_last_resort():
    refused = FixResult(None, "refused", report(CUT), why="It is cut off.")
    outcome = Outcome("photo.heic", refused.before, refused)
    assert fixed(outcome).endswith("whole:\n  preflight fix --salvage photo.heic\n")
    assert "--salvage" not in fixed(outcome, salvage=True)
    other = replace(refused, before=report(replace(CUT, rule="not-an-image")))
    assert "--salvage" not in fixed(Outcome("photo.heic", other.before, other))


def test_notes_about_the_copy_are_not_repeated_but_advice_is():
    after = report(replace(FEW, message="Few."), replace(PLACE, message="A note."))
    shown = result(after=after)
    text = fixed(Outcome("photo.heic", shown.before, shown, Path("a.jpg"), written=True))
    assert "  Advice   Few.\n" in text
    assert "A note." not in text


@pytest.mark.parametrize("quiet", [False, True])
def test_where_photos_come_for_ever_nothing_waits_for_the_end(quiet):
    refused = FixResult(None, "refused", report(CUT), why="The end is missing.")
    setting = Setting("fix", (THREADS,), one_photo=False, endless=True, quiet=quiet)
    renderer = TextRenderer(setting)
    line = renderer.photo(Outcome("in/a.jpg", refused.before, refused))
    assert line == "in/a.jpg: needs you: The end is missing.\n"
