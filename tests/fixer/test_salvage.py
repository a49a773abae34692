"""Salvage: the largest good part, the one with the face first; refused when too little is left."""

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import preflight
from preflight.facts import Box, Damage, Face, Facts
from preflight.finding import Finding, Severity
from preflight.fixer.options import FixOptions
from preflight.fixer.plan import Refusal
from preflight.fixer.salvage import good_part, window_inside
from preflight.report import Report

FACTS = Facts(name="a.jpg", size_bytes=1, format="jpeg", width_px=1000, height_px=800)


def blocked(*regions: Box | None, **change: object) -> Report:
    damage = tuple(Damage("corrupt", "x", "it is", region=region) for region in regions)
    facts = replace(FACTS, damage=damage, **change)  # type: ignore[arg-type]
    finding = Finding("corrupt", "damage", Severity.ERROR, "It is damaged.")
    return Report("a.jpg", facts, (finding,), ("default",))


def test_the_lower_rows_are_cut_away() -> None:
    salvage = good_part(blocked((0, 500, 1000, 800)), None, 320)
    assert salvage.area == (0, 0, 1000, 492)
    assert "38 %" in salvage.note or "39 %" in salvage.note
    window = window_inside(salvage.area, None, FixOptions())
    assert window.box[3] <= 492
    assert window.box[2] - window.box[0] == 492


def test_a_spot_in_a_corner_leaves_the_larger_side() -> None:
    salvage = good_part(blocked((0, 0, 300, 100)), None, 320)
    assert salvage.area == (0, 108, 1000, 800)


def test_the_part_with_the_face_is_preferred() -> None:
    report = blocked((400, 0, 500, 800))
    assert good_part(report, None, 320).area[0] == 508
    faces = (Face((100, 100, 250, 300), 0.9),)
    salvage = good_part(report, faces, 320)
    assert salvage.area == (0, 0, 392, 800)
    window = window_inside(salvage.area, faces, FixOptions())
    assert window.faces_used == faces
    assert window.box[2] <= 392


@pytest.mark.parametrize(
    ("report", "why"),
    [
        (blocked((0, 200, 1000, 800)), "Too little"),
        (blocked(None), "cannot be told"),
        (blocked((0, 500, 1000, 800), None), "cannot be told"),
        (blocked(), "cannot be told"),
        (blocked((0, 0, 1000, 800)), "Too little"),
        (blocked((0, 500, 1000, 800), width_px=None), "cannot be told"),
    ],
)
def test_refused(report: Report, why: str) -> None:
    with pytest.raises(Refusal, match=why):
        good_part(report, None, 320)


def test_another_error_stays_one() -> None:
    report = blocked((0, 500, 1000, 800))
    other = Finding("too-large-to-open", "limits", Severity.ERROR, "It is too large.")
    with pytest.raises(Refusal, match="too large"):
        good_part(replace(report, findings=(other, *report.findings)), None, 320)


def test_windows_stay_inside_the_good_part() -> None:
    area = (0.0, 108.0, 1000.0, 800.0)
    inside = window_inside(area, None, FixOptions(crop=(10, 200, 310, 500)))
    assert inside.box == (10, 200, 310, 500)
    with pytest.raises(Refusal, match="damaged"):
        window_inside(area, None, FixOptions(crop=(10, 50, 310, 350), pad="white"))
    whole = window_inside(area, None, FixOptions(crop="whole"))
    assert whole.padded
    assert whole.box == (0, -46, 1000, 954)


boxes = st.tuples(
    st.integers(0, 990), st.integers(0, 790), st.integers(1, 400), st.integers(1, 400)
).map(lambda b: (b[0], b[1], min(1000, b[0] + b[2]), min(800, b[1] + b[3])))


@given(st.lists(boxes, min_size=1, max_size=30))
def test_the_good_part_is_good(regions: list[Box]) -> None:
    try:
        area = good_part(blocked(*regions), None, 50).area
    except Refusal:
        return
    assert 0 <= area[0] < area[2] <= 1000
    assert 0 <= area[1] < area[3] <= 800
    for left, top, right, bottom in regions:
        assert left >= area[2] or right <= area[0] or top >= area[3] or bottom <= area[1]


def test_a_square_jpeg_of_the_right_size_is_cut_all_the_same() -> None:
    whole = io.BytesIO()
    noise = Image.effect_noise((1024, 1024), 60).convert("RGB")
    noise.save(whole, "JPEG", quality=90)
    data = whole.getvalue()[: len(whole.getvalue()) * 2 // 3]
    result = preflight.fix(data, options=preflight.FixOptions(salvage=True))
    assert result.status == "fixed"
    assert result.data != data
    assert result.crop is not None
    assert result.crop[3] - result.crop[1] < 800
