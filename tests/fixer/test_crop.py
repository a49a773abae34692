"""The square: every framing, and what must hold for any photo and any faces."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.errors import UsageError
from preflight.faces.head import head_box, main_faces, roomy_head_box
from preflight.facts import Box, Face
from preflight.fixer.crop import NoFaceError, Window, choose_window
from preflight.fixer.options import FixOptions


def face(x: float, y: float, width: float, score: float = 0.95) -> Face:
    """A face around (x, y), a quarter higher than wide."""
    height = width * 1.25
    return Face((x - width / 2, y - height / 2, x + width / 2, y + height / 2), score)


def excess(window: Window, faces: tuple[Face, ...], width: int, height: int) -> float:
    """The farthest head point in radii, point by point on the whole ellipse."""
    left, top, right, bottom = window.box
    x, y, radius = (left + right) / 2, (top + bottom) / 2, (right - left) / 2
    farthest = 0.0
    for one in faces:
        a, b, c, d = head_box(one, width, height)
        for number in range(360):
            angle = math.tau * number / 360
            px = (a + c + (c - a) * math.cos(angle)) / 2
            py = (b + d + (d - b) * math.sin(angle)) / 2
            farthest = max(farthest, math.hypot(px - x, py - y))
    return farthest / radius


@pytest.mark.parametrize(
    ("size", "box"),
    [
        ((3000, 4000), (0, 250, 3000, 3250)),
        ((4000, 3000), (500, 0, 3500, 3000)),
        ((101, 100), (0, 0, 100, 100)),
        ((500, 500), (0, 0, 500, 500)),
        ((1, 1), (0, 0, 1, 1)),
        ((1, 9), (0, 2, 1, 3)),
        ((30_000, 1), (14_999, 0, 15_000, 1)),
    ],
)
@pytest.mark.parametrize("faces", [None, ()])
def test_auto_without_a_face(
    size: tuple[int, int], box: Box, faces: tuple[Face, ...] | None
) -> None:
    window = choose_window(*size, faces, FixOptions())
    assert window.box == box
    assert window.air is None
    assert not window.padded
    assert len(window.notes) == 1


@pytest.mark.parametrize("faces", [None, ()])
def test_face_demands_a_face(faces: tuple[Face, ...] | None) -> None:
    with pytest.raises(NoFaceError, match="No face was found"):
        choose_window(300, 400, faces, FixOptions(crop="face"))


def test_center_top_whole() -> None:
    faces = (face(100, 100, 80),)
    assert choose_window(300, 401, faces, FixOptions(crop="center")).box == (0, 50, 300, 350)
    assert choose_window(300, 401, faces, FixOptions(crop="top")).box == (0, 0, 300, 300)
    assert choose_window(401, 300, faces, FixOptions(crop="top")).box == (50, 0, 350, 300)
    whole = choose_window(300, 400, faces, FixOptions(crop="whole"))
    assert whole.box == (-50, 0, 350, 400)
    assert whole.padded
    assert not choose_window(300, 300, faces, FixOptions(crop="whole")).padded


@pytest.mark.parametrize(
    ("crop", "pad", "box"),
    [
        ((10.2, 20.0, 110.2, 120.0), None, (10, 20, 110, 120)),
        ((0, 0, 300, 300), None, (0, 0, 300, 300)),
        ((200, 300, 300, 401), None, (200, 300, 300, 400)),
        ((-50, -50, 350, 350), "blur", (-50, -50, 350, 350)),
        ((299, 399, 310, 410), "white", (299, 399, 310, 410)),
    ],
)
def test_explicit_window(crop: Box, pad: str | None, box: Box) -> None:
    window = choose_window(300, 400, (), FixOptions(crop=crop, pad=pad))
    assert window.box == box
    assert window.padded == (pad is not None)


@pytest.mark.parametrize(
    ("crop", "pad", "message"),
    [
        ((0, 0, 100, 102), None, "not square"),
        ((50, 50, 50, 50), None, "not square"),
        ((60, 60, 50, 50), None, "not square"),
        ((0, 0, math.nan, 10), None, "proper numbers"),
        ((0, 0, 10), None, "proper numbers"),
        ((0, 0, math.inf, math.inf), None, "proper numbers"),
        ((0, 0, 1e300, 1e300), "white", "proper numbers"),
        ((300, 0, 310, 10), "white", "outside the photo"),
        ((-10, 0, 0, 10), "white", "outside the photo"),
        ((0, 400, 10, 410), "white", "outside the photo"),
        ((250, 0, 301, 51), None, "over the edge"),
    ],
)
def test_explicit_window_that_makes_no_sense(crop: Box, pad: str | None, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        choose_window(300, 400, (), FixOptions(crop=crop, pad=pad))


def test_auto_keeps_as_much_as_it_can() -> None:
    # The head is 152 px high: 30 % of 507 px, but half of the short side is more.
    window = choose_window(3000, 4000, (face(1500, 1200, 80),), FixOptions())
    left, _, right, _ = window.box
    assert right - left == 1500
    # 698 px of head: 30 % of 2325 px.
    window = choose_window(3000, 4000, (face(1500, 1200, 360),), FixOptions())
    left, _, right, _ = window.box
    assert right - left == 2325
    # A head that needs all of the short side gets it.
    window = choose_window(3000, 4000, (face(1500, 1800, 1000),), FixOptions())
    assert window.box[2] - window.box[0] == 3000
    assert window.how == "around the face"
    assert window.notes == ()


def test_auto_goes_tighter_only_where_the_circle_needs_it() -> None:
    # Near the corner: a circle of half the short side cannot reach this head.
    corner = (face(300, 340, 200),)
    window = choose_window(3000, 4000, corner, FixOptions())
    assert window.box[2] - window.box[0] < 1500
    assert window.air is not None
    assert window.air >= 0.04


def test_face_frames_a_portrait() -> None:
    window = choose_window(3000, 4000, (face(1500, 1200, 360),), FixOptions(crop="face"))
    side = window.box[2] - window.box[0]
    assert side == pytest.approx(697.5 / 0.45, abs=1)
    small = choose_window(3000, 4000, (face(1500, 1200, 60),), FixOptions(crop="face"))
    assert small.box[2] - small.box[0] == 512  # enlarged twofold, no more


def test_head_sits_above_the_middle() -> None:
    window = choose_window(3000, 4000, (face(1500, 2000, 300),), FixOptions())
    head = head_box(window.faces_used[0], 3000, 4000)
    middle = (window.box[1] + window.box[3]) / 2
    side = window.box[3] - window.box[1]
    assert 0.02 < (middle - (head[1] + head[3]) / 2) / side < 0.12


def test_padding_only_where_a_head_would_be_cut() -> None:
    free, cut = face(500, 600, 100), face(500, 420, 660)
    for pad in (None, "white"):
        window = choose_window(1000, 1400, (free,), FixOptions(pad=pad))
        assert not window.padded
    assert not choose_window(1000, 900, (cut,), FixOptions()).padded
    padded = choose_window(1000, 900, (cut,), FixOptions(pad="white"))
    assert padded.padded
    assert padded.air is not None
    assert padded.air >= 0


def test_padding_leaves_the_photo_no_further_than_the_head_needs() -> None:
    touching = (face(100, 500, 300),)
    inside = choose_window(1000, 1000, touching, FixOptions())
    assert inside.air is not None
    assert inside.air < 0
    padded = choose_window(1000, 1000, touching, FixOptions(pad="white"))
    assert padded.air == pytest.approx(0.08, abs=0.02)
    left, top, right, bottom = padded.box
    assert -100 < left < 0
    assert -25 < top <= 0
    assert bottom <= 1000
    assert right - left == 1000, "as much of the photo as there is"


def test_there_is_room_for_much_hair_where_it_costs_nothing() -> None:
    tall = face(300, 400, 250)
    window = choose_window(600, 900, (tall,), FixOptions())
    left, top, right, bottom = roomy_head_box(tall, 600, 900)
    x, y, radius = (window.box[0] + window.box[2]) / 2, window.box[1], window.box[2] / 2
    assert window.box[0] == 0
    assert abs((left + right) / 2 - x) < 1
    assert y < top
    assert bottom < y + 2 * radius


def test_head_too_large_is_said() -> None:
    window = choose_window(1000, 900, (face(500, 420, 640),), FixOptions())
    assert window.air is not None
    assert window.air < 0
    assert len(window.notes) == 1
    assert "circle cuts" in window.notes[0]


def test_a_head_that_only_touches_the_circle_is_not_called_cut() -> None:
    """Its box is generous, and ends where the photo does: the hair rarely does so too."""
    window = choose_window(800, 800, (face(400, 240, 300),), FixOptions())
    assert window.air is not None
    assert -0.02 < window.air < 0.01
    assert window.notes == ()


def test_bystanders_do_not_move_the_square() -> None:
    main = face(600, 500, 200)
    alone = choose_window(2000, 1500, (main,), FixOptions())
    behind = choose_window(2000, 1500, (main, face(1800, 300, 60)), FixOptions())
    assert behind == alone


def test_who_does_not_fit_is_left_out_farthest_first() -> None:
    near, far = face(620, 500, 200), face(3700, 500, 200)
    main = face(300, 500, 210)
    window = choose_window(4000, 1000, (far, near, main), FixOptions())
    assert window.faces_used == (main, near)
    assert window.faces_left_out == (far,)
    assert window.notes[0] == (
        "The circle cannot hold everybody: the person on the right is cut off or left out."
    )
    padded = choose_window(4000, 1000, (far, near, main), FixOptions(pad="white"))
    assert padded.faces_left_out == ()
    assert padded.padded


SIZES = st.tuples(st.integers(1, 5000), st.integers(1, 5000))


@st.composite
def photos(draw: st.DrawFn) -> tuple[int, int, tuple[Face, ...]]:
    """A photo with one to six faces, some over its edge."""
    width, height = draw(SIZES)
    faces = tuple(
        face(
            draw(st.floats(-0.1, 1.1)) * width,
            draw(st.floats(-0.1, 1.1)) * height,
            max(1.0, draw(st.floats(0.005, 0.9)) * min(width, height)),
            draw(st.floats(0.6, 0.99)),
        )
        for _ in range(draw(st.integers(1, 6)))
    )
    return width, height, faces


@settings(max_examples=60, deadline=None)
@given(photos(), st.sampled_from(["auto", "face"]), st.sampled_from([None, "white"]))
def test_what_always_holds(
    photo: tuple[int, int, tuple[Face, ...]], crop: str, pad: str | None
) -> None:
    width, height, faces = photo
    options = FixOptions(crop=crop, pad=pad)  # type: ignore[arg-type]
    window = choose_window(width, height, faces, options)
    left, top, right, bottom = window.box
    assert all(isinstance(value, int) for value in window.box)
    assert right - left == bottom - top >= 1
    inside = left >= 0 and top >= 0 and right <= width and bottom <= height
    assert inside or pad is not None
    assert window.padded == (not inside)
    assert len(window.faces_used) + len(window.faces_left_out) == len(main_faces(faces))
    assert window.faces_used[0] == main_faces(faces)[0]
    assert window.air is not None
    assert 1 - window.air == pytest.approx(
        excess(window, window.faces_used, width, height), abs=0.01
    )
    assert window == choose_window(width, height, faces, options)


@settings(max_examples=60, deadline=None)
@given(SIZES, st.sampled_from(["auto", "center", "top", "whole"]))
def test_what_always_holds_without_a_face(size: tuple[int, int], crop: str) -> None:
    width, height = size
    window = choose_window(width, height, (), FixOptions(crop=crop))  # type: ignore[arg-type]
    left, top, right, bottom = window.box
    assert right - left == bottom - top
    if crop == "whole":
        assert left <= 0 <= width <= right
        assert top <= 0 <= height <= bottom
        assert right - left == max(size)
    else:
        assert 0 <= left <= right <= width
        assert 0 <= top <= bottom <= height
        assert right - left == min(size)


def test_a_crowd_takes_no_time() -> None:
    crowd = tuple(face(100 + 90 * (n % 40), 100 + 90 * (n // 40), 60) for n in range(400))
    window = choose_window(4000, 1200, crowd, FixOptions())
    assert window.faces_left_out
    assert "other people, on the right and below, are cut off" in window.notes[0]
    assert window.air is not None
    assert window.air >= -0.1
