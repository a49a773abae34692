import math

import pytest

from preflight.facts import Face
from preflight.platforms.loader import load
from tests.rules.making import PHOTO, judged, limit, names, place

HERE = place()


def face(x: float, y: float, side: float, score: float = 0.9) -> Face:
    """Centre and side of a square box."""
    return Face((x - side / 2, y - side / 2, x + side / 2, y + side / 2), score)


MIDDLE = face(512, 512, 300)


def found(*faces: Face, platform: object = HERE, **changes: object) -> dict[str, str]:
    return names(judged(PHOTO, platform, faces=faces, **changes))


def test_a_head_in_the_middle_is_fine() -> None:
    assert found(MIDDLE) == {}


def test_no_face() -> None:
    report = judged(PHOTO, HERE, faces=())
    assert names(report) == {"no-face": "info"}
    assert report.skipped == ()


def test_nobody_looked_is_said() -> None:
    report = judged(PHOTO, HERE, faces=None)
    assert names(report) == {}
    assert {skipped.check for skipped in report.skipped} == {
        "no-face",
        "several-faces",
        "face-small",
        "head-cut-by-circle",
        "sideways-face",
        "blurred",
        "dark",
    }


def test_several_faces_but_not_bystanders() -> None:
    two = (face(350, 500, 250), face(680, 500, 250))
    assert found(*two) == {"several-faces": "info"}
    assert found(MIDDLE, face(850, 500, 100)) == {}
    assert found(two[0], face(680, 500, 250, score=0.7)) == {}
    asking = place(one_person=True)
    assert found(*two, platform=asking) == {"several-faces": "warning"}
    assert found(*two, platform=place(one_person=False)) == {"several-faces": "info"}
    linkedin = judged(PHOTO, load("linkedin"), faces=two)
    assert names(linkedin) == {"several-faces": "warning"}
    assert linkedin.findings[0].message == "There are 2 people in it; LinkedIn asks for one."


@pytest.mark.parametrize(("side", "small"), [(186, True), (187, False)])
def test_small_faces(side: float, small: bool) -> None:
    # 20 px of 110 px are 186.2 px of 1024 px
    assert found(face(512, 512, side)) == ({"face-small": "info"} if small else {})


def test_smaller_where_it_is_shown_smaller() -> None:
    tiny = place(display_px=(64, 32))
    assert found(face(512, 512, 300), platform=tiny) == {"face-small": "info"}
    assert found(face(512, 512, 330), platform=tiny) == {}
    large = place(display_px=(640, 320))
    assert found(face(512, 512, 150), platform=large) == {"face-small": "info"}


@pytest.mark.parametrize(
    # The head is an ellipse of 225 x 228 px around a point 42 px above the face's; the circle in
    # the middle of 2048 x 1024 px has a radius of 512 px, of which 1 % more is let pass: 289 px.
    ("beside", "cut"),
    [(0, False), (285, False), (293, True), (-285, False), (-293, True)],
)
def test_heads_cut_by_the_circle(beside: float, cut: bool) -> None:
    expected = {"head-cut-by-circle": "info"} if cut else {}
    one = face(1024 + beside, 512, 300)
    assert found(one, width_px=2048) == expected
    assert found(one, width_px=2048, platform=place(shape="square")) == {}
    assert found(one, width_px=2048, platform=place(shape=limit("circle", False))) == expected


def test_the_centre_crop_of_a_portrait_cuts_a_head_near_the_top() -> None:
    high = face(512, 400, 300)
    assert found(high, height_px=1024) == {}
    assert found(high, height_px=2048) == {"head-cut-by-circle": "info"}


def test_the_finding_mends_nothing_so_that_no_fix_is_refused_for_it() -> None:
    report = judged(PHOTO, HERE, faces=(face(200, 200, 300),))
    assert {finding.step for finding in report.findings} == {None}


@pytest.mark.parametrize(
    "box", [(5, 5, 5, 50), (50, 50, 5, 5), (float("nan"), 0, 5, 5), (0, 0, float("inf"), 5)]
)
def test_boxes_that_are_none_are_no_faces(box: tuple[float, float, float, float]) -> None:
    assert found(Face(box, 0.9)) == {"no-face": "info"}


@pytest.mark.parametrize(
    ("turn", "words"), [(90, "on the side"), (180, "on the head"), (270, "on the side")]
)
def test_sideways(turn: int, words: str) -> None:
    report = judged(PHOTO, HERE, faces=(), sideways_turn=turn)
    assert names(report) == {"sideways-face": "warning"}
    finding = report.finding("sideways-face")
    assert finding is not None
    assert words in finding.message
    assert finding.step is None


def test_sideways_also_where_a_face_is_found_as_it_lies() -> None:
    assert found(MIDDLE, sideways_turn=90) == {"sideways-face": "warning"}


def test_not_sideways_when_the_turn_is_none() -> None:
    assert found(MIDDLE, sideways_turn=None) == {}
    assert found(sideways_turn=45) == {"no-face": "info"}


@pytest.mark.parametrize(
    ("sharpness", "hits"), [(None, False), (0.269, True), (0.27, False), (math.nan, False)]
)
def test_blurred(sharpness: float | None, hits: bool) -> None:
    assert found(MIDDLE, sharpness=sharpness) == ({"blurred": "warning"} if hits else {})
    assert found(sharpness=sharpness) == {"no-face": "info"}


@pytest.mark.parametrize(
    ("brightness", "hits"), [(None, False), (0.249, True), (0.25, False), (math.nan, False)]
)
def test_dark(brightness: float | None, hits: bool) -> None:
    assert found(MIDDLE, brightness=brightness) == ({"dark": "info"} if hits else {})
    assert found(brightness=brightness) == {"no-face": "info"}
