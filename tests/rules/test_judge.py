from dataclasses import replace

import pytest

from preflight.facts import Colour, Damage, Facts, LimitHit, Skipped
from preflight.finding import Severity
from preflight.platforms.loader import load, load_many
from preflight.report import Verdict
from preflight.rules.judge import NEEDS, judge_facts
from preflight.rules.registry import FAMILIES, rules
from tests.rules.making import PHONE, PHOTO, judged, names, place


def test_an_ordinary_phone_photo_has_one_warning_and_notes() -> None:
    report = judged(PHONE)
    found = {finding.rule: finding.severity for finding in report.findings}
    assert found == {
        "not-square": Severity.WARNING,
        "rotated-by-tag": Severity.INFO,
        "wide-gamut": Severity.INFO,
        "location-inside": Severity.INFO,
        "hidden-images": Severity.INFO,
    }
    assert report.verdict is Verdict.FIXABLE
    assert report.findings[0].rule == "not-square"


@pytest.mark.parametrize("platform", ["default", "threads", "instagram", "tiktok", "linkedin"])
def test_a_clean_square_photo_is_ready(platform: str) -> None:
    report = judged(PHOTO, platform)
    assert report.findings == ()
    assert report.verdict is Verdict.READY


def test_a_heic_for_threads_reads_as_designed() -> None:
    report = judged(PHONE, "threads", format="heic", extension="heic", orientation=1)
    first = report.findings[0]
    assert first.message == (
        "This is a HEIC file, the iPhone's own format. Threads wants JPEG or PNG; a HEIC may fail "
        "without saying why."
    )
    assert (first.rule, first.severity, first.step) == (
        "format-not-accepted",
        Severity.ERROR,
        "encode",
    )
    assert (first.measured, first.required) == ("HEIC", "JPEG or PNG")
    assert (first.source, first.checked_on) == ("https://wisechecker.com/?p=18175", "2026-11-22")
    assert first.platforms == ("threads",)


def test_the_same_finding_of_several_places_is_one_and_names_the_strictest() -> None:
    report = judged(PHOTO, "threads", "github", "x", size_bytes=1_500_000)
    (finding,) = report.findings
    assert finding.rule == "too-many-bytes"
    assert finding.platforms == ("github", "x")
    assert finding.message == "The file is too large (1.5 MB). X (Twitter) wants at most 0.7 MB."
    assert finding.source == load("x").max_bytes.source  # type: ignore[union-attr]
    assert report.platforms == ("threads", "github", "x")


def test_the_worst_severity_binds() -> None:
    soft, hard = place(max_bytes=1000), place(max_bytes=200_000)
    soft = replace(soft, name="soft", max_bytes=replace(soft.max_bytes, hard=False))
    report = judged(PHOTO, soft, hard)
    (finding,) = report.findings
    assert finding.severity is Severity.ERROR
    assert finding.required == "at most 200,000 bytes"
    assert finding.platforms == ("soft", "place")


def test_worst_first_then_by_family() -> None:
    report = judged(PHONE, "slack", format="heic", transforms=(), size_bytes=30_000_000)
    ranks = [finding.severity.rank for finding in report.findings]
    assert ranks == sorted(ranks, reverse=True)
    for severity in Severity:
        families = [FAMILIES.index(f.family) for f in report.findings if f.severity is severity]
        assert families == sorted(families)


def test_a_platform_overrides_a_severity() -> None:
    strict = replace(place(), severities={"not-square": (Severity.ERROR, "it is refused")})
    strict = replace(strict, aspect=load("default").aspect)
    assert names(judged(PHOTO, strict, height_px=900)) == {"not-square": "error"}
    assert names(judged(PHOTO, strict, "default", height_px=900)) == {
        "not-square": "error",
        "low-resolution": "warning",
    }


def test_rules_that_could_not_run_are_listed() -> None:
    facts = replace(PHOTO, width_px=None, height_px=None, skipped=(Skipped("avif-content", "x"),))
    report = judge_facts(facts, load_many("default"))
    assert report.skipped[0] == Skipped("avif-content", "x")
    assert {skipped.check for skipped in report.skipped[1:]} == {
        rule.name for rule in rules() if set(rule.needs) & {"size", "faces"}
    }
    assert {skipped.why for skipped in report.skipped[1:]} == {
        "the size of the picture is not known",
        "nobody looked for faces",
    }


def test_a_web_page_is_not_asked_whether_it_is_square() -> None:
    report = judged(Facts("photo.jpg", 4000, "jpg", "html", "a web page", width_px=3, height_px=4))
    assert names(report) == {"not-an-image": "error"}
    assert report.verdict is Verdict.BLOCKED
    assert report.skipped == ()


def test_an_empty_file_is_only_empty() -> None:
    report = judged(Facts("anna.jpg", 0, "jpg", "empty", "an empty file"))
    assert names(report) == {"empty-file": "error"}
    assert report.verdict is Verdict.BLOCKED


def test_a_limit_is_not_damage() -> None:
    hit = LimitHit("max_pixels", "900 megapixels", "100 megapixels")
    report = judged(
        decoded=False, limits_hit=(hit,), width_px=30_000, height_px=30_000, decode_error="too big"
    )
    assert names(report) == {"too-large-to-open": "error"}
    assert "900 megapixels; at most 100 megapixels" in report.findings[0].message
    assert report.verdict is Verdict.BLOCKED
    assert {skipped.why for skipped in report.skipped} == {
        "a limit stopped it, so the picture was not opened"
    }


def test_why_a_rule_was_skipped() -> None:
    seen = {skipped.why for skipped in judged(decoded=False).skipped}
    assert seen == {"the picture was not decoded"}
    unseen = judged(faces=(), colour=Colour(alpha=True))
    assert unseen.skipped == (Skipped("transparent", "nobody looked for transparent parts"),)


def test_damage_travels_with_the_finding() -> None:
    damage = Damage("truncated", "missing-eoi", "the file ends early", 4711, lost_share=0.5)
    (finding,) = judged(damage=(damage,)).findings
    assert finding.damage == damage


def test_every_need_is_known_and_every_rule_has_a_page() -> None:
    for rule in rules():
        assert set(rule.needs) <= set(NEEDS), rule.name
        assert rule.summary == rule.page.splitlines()[0]
        assert rule.summary.endswith("."), rule.name
        assert "## Why it matters" in rule.page, rule.name
        assert "## How to fix" in rule.page, rule.name
