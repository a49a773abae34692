"""Whatever a scan says, judging gives a report."""

import pickle

from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.facts import Colour, Damage, Face, Facts, LimitHit, Metadata, Skipped
from preflight.finding import Finding, Severity
from preflight.platforms.loader import load_many
from preflight.report import Verdict
from preflight.rules.judge import judge_facts
from preflight.rules.registry import get

ALL = load_many("all")

counts = st.integers(0, 2**40)
words = st.text(max_size=12)
reals = st.floats()
boxes = st.tuples(reals, reals, reals, reals)
shares = st.none() | reals
texts = st.lists(words, max_size=5).map(tuple)
formats = st.sampled_from(["jpeg", "png", "heic", "webp", "html", "empty", "unknown", "zip", ""])

facts = st.builds(
    Facts,
    name=words,
    size_bytes=counts,
    extension=st.sampled_from(["", "jpg", "heic", "é"]) | words,
    format=formats,
    format_name=words,
    is_image=st.booleans(),
    width_px=st.none() | counts,
    height_px=st.none() | counts,
    orientation=st.integers(0, 9),
    frames=st.none() | counts,
    animated=st.booleans(),
    images=counts,
    hidden_images=texts,
    coding=st.sampled_from(["", "baseline", "progressive", "arithmetic"]) | words,
    colour=st.builds(
        Colour,
        model=st.sampled_from(["rgb", "grey", "palette", "cmyk", "ycck", "lab", "bilevel"]),
        bits=counts,
        profile=st.none() | words,
        profile_error=st.none() | words,
        gamut=st.sampled_from(["srgb", "wide", "other"]),
        hdr=st.sampled_from([None, "pq", "hlg", "gain-map"]),
        alpha=st.booleans(),
        transparent=st.sampled_from([None, True, False]),
    ),
    metadata=st.builds(Metadata, location=st.booleans(), personal=texts, thumbnail=st.booleans()),
    trailing_bytes=counts,
    damage=st.lists(
        st.builds(
            Damage,
            kind=st.sampled_from(["truncated", "corrupt", "readable"]),
            what=words,
            message=words,
            offset_bytes=st.none() | counts,
            region=st.none() | boxes,
            lost_share=shares,
        ),
        max_size=3,
    ).map(tuple),
    limits_hit=st.lists(
        st.builds(
            LimitHit,
            limit=st.sampled_from(["max_pixels", "decoder", "timeout_s", "max_memory_bytes"]),
            measured=words,
            allowed=words,
        ),
        max_size=2,
    ).map(tuple),
    decoded=st.booleans(),
    decode_error=st.none() | words,
    skipped=st.lists(st.builds(Skipped, words, words), max_size=2).map(tuple),
    faces=st.none() | st.lists(st.builds(Face, boxes, reals), max_size=3).map(tuple),
    sharpness=shares,
    brightness=shares,
)


def is_sound(finding: Finding) -> bool:
    return (
        bool(finding.message)
        and bool(finding.platforms)
        and finding.family == get(finding.rule).family
        and bool(finding.source) == bool(finding.checked_on)
    )


@settings(max_examples=120, deadline=None)
@given(facts)
def test_judging_never_raises(given_facts: Facts) -> None:
    report = judge_facts(given_facts, ALL)
    assert all(is_sound(finding) for finding in report.findings)
    ranks = [finding.severity.rank for finding in report.findings]
    assert ranks == sorted(ranks, reverse=True)
    assert set(given_facts.skipped) <= set(report.skipped)
    stepless = [f for f in report.findings if f.severity is Severity.ERROR and not f.step]
    assert (report.verdict is Verdict.BLOCKED) is bool(stepless)
    if not given_facts.is_image:
        assert {finding.family for finding in report.findings} <= {"file", "limits"}
    assert pickle.loads(pickle.dumps(report)) is not None


@settings(max_examples=60, deadline=None)
@given(facts)
def test_all_platforms_together_find_what_each_finds(given_facts: Facts) -> None:
    together = {finding.rule for finding in judge_facts(given_facts, ALL).findings}
    apart = {finding.rule for one in ALL for finding in judge_facts(given_facts, [one]).findings}
    assert together == apart
