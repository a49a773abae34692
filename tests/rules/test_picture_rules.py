"""Rules of colour, frames, coding, privacy and limits."""

from dataclasses import replace

import pytest

from preflight.facts import Colour, LimitHit, Metadata
from preflight.report import Verdict
from tests.rules.making import PHOTO, judged, limit, names, place

OPAQUE = Colour(transparent=False)


def coloured(platform: object = "default", **changes: object) -> dict[str, str]:
    return names(judged(PHOTO, platform, colour=replace(OPAQUE, **changes)))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"gamut": "wide", "profile": "Display P3"}, {"wide-gamut": "info"}),
        ({"gamut": "other"}, {}),
        ({"model": "cmyk"}, {"not-rgb": "warning"}),
        ({"model": "ycck"}, {"not-rgb": "warning"}),
        ({"model": "lab"}, {"not-rgb": "warning"}),
        ({"model": "grey"}, {}),
        ({"model": "palette"}, {}),
        ({"model": "bilevel", "bits": 1}, {}),
        ({"hdr": "pq"}, {"hdr": "warning"}),
        ({"hdr": "hlg"}, {"hdr": "warning"}),
        ({"hdr": "gain-map"}, {"hdr": "info"}),
        ({"profile_error": "it is cut off"}, {"broken-colour-profile": "warning"}),
        (
            {"model": "grey", "profile_error": "x", "profile_space": "RGB"},
            {"broken-colour-profile": "info"},
        ),
        (
            {"model": "grey", "profile_error": "x", "profile_space": "CMYK"},
            {"broken-colour-profile": "warning"},
        ),
        ({"alpha": True}, {}),
        ({"alpha": True, "transparent": True}, {"transparent": "warning"}),
    ],
)
def test_colour(changes: dict[str, object], expected: dict[str, str]) -> None:
    assert coloured(**changes) == expected


@pytest.mark.parametrize(("bits", "expected"), [(8, {}), (9, "info"), (16, "info")])
def test_bits(bits: int, expected: object) -> None:
    found = names(judged(format="png", extension="png", colour=replace(OPAQUE, bits=bits)))
    assert found == ({"high-bit-depth": expected} if expected else {})


def test_a_gain_map_is_left_out_by_stripping() -> None:
    (finding,) = judged(colour=replace(OPAQUE, hdr="gain-map")).findings
    assert finding.step == "strip"
    (finding,) = judged(colour=replace(OPAQUE, hdr="pq")).findings
    assert (finding.step, finding.measured) == ("to-srgb", "PQ")


def test_wide_gamut_names_the_profile() -> None:
    (finding,) = judged(colour=replace(OPAQUE, gamut="wide", profile="Adobe RGB (1998)")).findings
    assert "(Adobe RGB (1998))" in finding.message
    (finding,) = judged(colour=replace(OPAQUE, gamut="wide")).findings
    assert finding.measured == "wide gamut"


@pytest.mark.parametrize(
    ("becomes", "words"),
    [
        ("black", "The Place shows them black."),
        ("white", "The Place shows them white."),
        (None, "They may turn black or white."),
    ],
)
def test_transparent(becomes: str | None, words: str) -> None:
    there = place(transparency=becomes) if becomes else place()
    (finding,) = judged(PHOTO, there, colour=Colour(alpha=True, transparent=True)).findings
    assert finding.message == f"Parts of it are transparent. {words}"
    assert finding.step == "flatten"


def test_transparent_where_it_is_kept_or_nobody_looked() -> None:
    seen = Colour(alpha=True, transparent=True)
    assert names(judged(PHOTO, place(transparency="keeps"), colour=seen)) == {}
    unseen = judged(colour=Colour(alpha=True, transparent=None))
    assert names(unseen) == {}
    assert "transparent" in {skipped.check for skipped in unseen.skipped}
    without = judged(colour=Colour(alpha=False, transparent=None))
    assert "transparent" not in {skipped.check for skipped in without.skipped}


def test_animated() -> None:
    (finding,) = judged(format="png", extension="png", animated=True, frames=12).findings
    assert (finding.rule, finding.severity, finding.step) == ("animated", "warning", "first-frame")
    assert "12 pictures" in finding.message
    (finding,) = judged(format="png", extension="png", animated=True, frames=None).findings
    assert "more than one picture" in finding.message
    assert names(judged(animated=False, frames=1)) == {}


def test_most_frames() -> None:
    ten = place(max_frames=10)
    assert names(judged(PHOTO, ten, animated=True, frames=10)) == {}
    assert names(judged(PHOTO, ten, animated=True, frames=11)) == {"animated": "error"}
    assert names(judged(PHOTO, ten, animated=True, frames=None)) == {}
    assert names(judged(PHOTO, place(), animated=True, frames=11)) == {}


@pytest.mark.parametrize(("images", "expected"), [(1, {}), (2, {"several-images": "warning"})])
def test_several_images(images: int, expected: dict[str, str]) -> None:
    assert names(judged(images=images)) == expected
    assert "several-images" not in names(judged(images=images, animated=True, frames=2))


@pytest.mark.parametrize(
    ("coding", "bits", "rare"),
    [
        ("baseline", 8, False),
        ("progressive", 8, False),
        ("extended", 8, False),
        ("extended", 12, True),
        ("arithmetic", 8, True),
        ("lossless", 8, True),
    ],
)
def test_unusual_coding(coding: str, bits: int, rare: bool) -> None:
    report = judged(coding=coding, colour=replace(OPAQUE, bits=bits))
    assert names(report).get("unusual-coding") == ("error" if rare else None)
    png = judged(format="png", extension="png", coding=coding)
    assert names(png) == {}


def test_progressive_only_where_it_is_refused() -> None:
    assert names(judged(coding="progressive")) == {}
    assert names(judged(PHOTO, place(progressive=True), coding="progressive")) == {}
    refusing = place(progressive=False)
    assert names(judged(PHOTO, refusing, coding="progressive")) == {"progressive": "error"}
    advising = place(progressive=limit(False, hard=False))
    assert names(judged(PHOTO, advising, coding="progressive")) == {"progressive": "warning"}
    assert names(judged(PHOTO, refusing)) == {}
    assert names(judged(PHOTO, refusing, format="png", extension="png", coding="progressive")) == {}


def test_privacy_is_noted_and_changes_no_verdict() -> None:
    metadata = Metadata(location=True, personal=("the owner's name", "a serial number"))
    report = judged(metadata=metadata, hidden_images=("depth map", "depth map", "gain map"))
    assert {f.rule: (f.severity.value, f.step) for f in report.findings} == {
        "location-inside": ("info", "strip"),
        "personal-metadata": ("info", "strip"),
        "hidden-images": ("info", "strip"),
    }
    assert [finding.message for finding in report.findings] == [
        "It contains the place where it was taken.",
        "It contains the owner's name and a serial number.",
        "Hidden pictures travel along: depth map and gain map.",
    ]
    assert report.verdict is Verdict.READY


def test_a_thumbnail_is_a_hidden_picture_once() -> None:
    (finding,) = judged(metadata=Metadata(thumbnail=True)).findings
    assert finding.measured == "thumbnail"
    (finding,) = judged(metadata=Metadata(thumbnail=True), hidden_images=("thumbnail",)).findings
    assert finding.measured == "thumbnail"
    assert judged(metadata=Metadata(exif=True, xmp=True, camera="Nokia 8")).findings == ()


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("max_bytes", "too-large-to-open"),
        ("max_pixels", "too-large-to-open"),
        ("max_jpeg_scans", "too-large-to-open"),
        ("decoder", "decoder-crashed"),
        ("timeout_s", "timed-out"),
        ("max_memory_bytes", "out-of-memory"),
    ],
)
def test_limits(name: str, rule: str) -> None:
    hit = LimitHit(name, "measured so", "allowed so")
    report = judged(limits_hit=(hit,), decoded=False)
    assert names(report) == {rule: "error"}
    assert report.findings[0].measured == "measured so"
    assert report.verdict is Verdict.BLOCKED
    nobody_looked = judged(
        limits_hit=(hit,), decoded=False, is_image=False, format="unknown", width_px=None
    )
    assert names(nobody_looked) == {rule: "error"}
