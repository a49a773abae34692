import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.report import Verdict
from tests.rules.making import PHOTO, judged, limit, names, place


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        (319, {"too-small": "error"}),
        (320, {"low-resolution": "warning"}),
        (321, {"low-resolution": "warning"}),
        (1023, {"low-resolution": "warning"}),
        (1024, {}),
        (1025, {}),
    ],
)
def test_sides(side: int, expected: dict[str, str]) -> None:
    report = judged(width_px=side, height_px=side)
    assert names(report) == expected
    steps = {finding.step for finding in report.findings}
    assert steps == ({"resize"} if "too-small" in expected else {None} if expected else set())
    assert report.verdict is (Verdict.FIXABLE if "too-small" in expected else Verdict.READY)


def test_the_shorter_side_counts() -> None:
    assert names(judged(width_px=319, height_px=400)) == {
        "too-small": "error",
        "not-square": "warning",
    }


def test_a_soft_minimum_is_a_warning() -> None:
    facebook = judged(PHOTO, "facebook", width_px=169, height_px=169)
    assert names(facebook) == {"too-small": "warning"}
    assert facebook.findings[0].message == (
        "It is too small (169 x 169). Facebook wants at least 170 pixels a side; enlarged it will "
        "look soft, so look for a larger original."
    )
    assert names(judged(PHOTO, "facebook", width_px=170, height_px=170)) == {
        "low-resolution": "warning"
    }


@pytest.mark.parametrize(
    ("width", "height", "square"),
    [(1000, 1005, True), (1005, 1000, True), (1000, 1006, False), (1006, 1000, False)],
)
def test_square_within_half_a_per_cent(width: int, height: int, square: bool) -> None:
    found = names(judged(PHOTO, place(aspect=limit(1.0, False)), width_px=width, height_px=height))
    assert found == ({} if square else {"not-square": "warning"})


def test_square_to_the_pixel_where_it_is_required() -> None:
    refused = judged(PHOTO, "whatsapp", width_px=1000, height_px=1001)
    assert names(refused) == {"not-square": "error"}
    assert refused.findings[0].message.endswith("WhatsApp Business refuses such a photo.")
    assert refused.findings[0].source == "ayrshare.com/docs/media-guidelines/whatsapp"
    assert names(judged(PHOTO, "nextcloud", width_px=1000, height_px=1001)) == {
        "not-square": "warning"
    }
    assert names(judged(PHOTO, "whatsapp", width_px=1000, height_px=1000)) == {}


@pytest.mark.parametrize(
    ("platform", "words"),
    [
        ("default", "Profile photos are shown as circles, so the edges may be cut off."),
        ("threads", "Profile photos are shown as circles, so the edges may be cut off."),
        ("mastodon", "Mastodon cuts a square from the middle, not around the face."),
        ("gitlab", "GitLab stretches it to a square, which distorts faces."),
        ("slack", "Slack adds bars to make it square."),
    ],
)
def test_what_becomes_of_it(platform: str, words: str) -> None:
    finding = judged(PHOTO, platform, width_px=1024, height_px=1000).finding("not-square")
    assert finding is not None
    assert finding.message == f"It is not square (1024 x 1000). {words}"
    assert finding.required == "as wide as high"


def test_another_shape_of_ones_own() -> None:
    passport = place(aspect=0.75)
    assert names(judged(PHOTO, passport, width_px=900, height_px=1200)) == {}
    (finding,) = judged(PHOTO, passport).findings
    assert finding.message.startswith("It is not 0.75 times as wide as high, as it should be")
    assert finding.required == "0.75 times as wide as high"


@pytest.mark.parametrize(("side", "expected"), [(1024, {}), (1025, {"too-many-pixels": "error"})])
def test_longest_side(side: int, expected: dict[str, str]) -> None:
    assert names(judged(PHOTO, "slack", width_px=side, height_px=side)) == expected


def test_most_pixels() -> None:
    most = place(max_pixels=1_000_000)
    assert names(judged(PHOTO, most, width_px=1000, height_px=1000)) == {}
    (finding,) = judged(PHOTO, most, width_px=1000, height_px=1001).findings
    assert (finding.rule, finding.step) == ("too-many-pixels", "resize")
    assert finding.message == (
        "It has too many pixels (1,001,000 pixels). The Place wants at most 1,000,000 pixels."
    )
    (finding,) = judged(PHOTO, most, width_px=4000, height_px=3000).findings
    assert "12.0 megapixels" in finding.message
    both = place(max_pixels=1_000_000, max_side_px=limit(3000, False))
    (finding,) = judged(PHOTO, both, width_px=4000, height_px=3000).findings
    assert finding.severity == "error"


@pytest.mark.parametrize(
    ("width", "height", "extreme"),
    [(3000, 1000, False), (3001, 1000, True), (1000, 3001, True), (4032, 3024, False)],
)
def test_narrow_strips(width: int, height: int, extreme: bool) -> None:
    found = names(judged(width_px=width, height_px=height))
    assert ("extreme-shape" in found) is extreme
    assert found["not-square"] == "warning"


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (1, set()),
        (2, {"mirrored-by-tag"}),
        (3, {"rotated-by-tag"}),
        (4, {"mirrored-by-tag"}),
        (5, {"rotated-by-tag", "mirrored-by-tag"}),
        (6, {"rotated-by-tag"}),
        (7, {"rotated-by-tag", "mirrored-by-tag"}),
        (8, {"rotated-by-tag"}),
    ],
)
def test_orientation(orientation: int, expected: set[str]) -> None:
    report = judged(orientation=orientation)
    assert names(report) == dict.fromkeys(expected, "info")
    assert {finding.step for finding in report.findings} <= {"upright"}
    assert report.verdict is Verdict.READY


@given(width=st.integers(1, 20_000), height=st.integers(1, 20_000))
def test_turning_a_photo_changes_no_finding(width: int, height: int) -> None:
    upright = names(judged(width_px=width, height_px=height))
    turned = names(judged(width_px=height, height_px=width))
    assert upright == turned
    assert ("not-square" in upright) is not (abs(width - height) <= 0.005 * max(width, height))
