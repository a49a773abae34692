import pytest

from preflight.facts import Damage, LimitHit
from preflight.report import Verdict
from tests.rules.making import judged, names

WIDE = (0.0, 942.0, 1024.0, 1024.0)


def damage(kind: str = "truncated", **changes: object) -> Damage:
    return Damage(kind, "early-end", "the file ends before the picture does", **changes)


@pytest.mark.parametrize(
    ("kind", "rule", "how"),
    [("truncated", "truncated", "missing"), ("corrupt", "corrupt", "damaged")],
)
def test_visible_damage_blocks(kind: str, rule: str, how: str) -> None:
    report = judged(damage=(damage(kind),))
    assert names(report) == {rule: "error"}
    assert report.verdict is Verdict.BLOCKED
    assert report.findings[0].message.startswith(
        f"Part of the picture is {how}: the file ends before the picture does. "
    )
    assert "get the original again" in report.findings[0].message


@pytest.mark.parametrize(
    ("changes", "start"),
    [
        ({"region": WIDE, "lost_share": 0.08}, "The lower 8 % of the picture is missing:"),
        (
            {"region": WIDE, "lost_share": 0.001},
            "A narrow strip along the lower edge of the picture is missing:",
        ),
        ({"region": WIDE}, "The lower part of the picture is missing:"),
        ({"region": (0, 0, 1024, 300)}, "The upper part of the picture"),
        ({"region": (0, 0, 300, 1024)}, "The left part of the picture"),
        ({"region": (700, 0, 1024, 1024)}, "The right part of the picture"),
        ({"region": (300, 300, 600, 600)}, "Part of the picture"),
        ({"region": (0, 0, 1024, 1024)}, "Part of the picture"),
        ({"lost_share": 0.4}, "40 % of the picture is missing:"),
        ({"lost_share": 0.001}, "Less than 1 % of the picture is missing:"),
        ({"lost_share": 0.994}, "99 % of the picture is missing:"),
        ({"lost_share": 0.995}, "The whole picture is missing:"),
        ({"lost_share": 0.0}, "Part of the picture is missing:"),
        ({"lost_share": float("nan")}, "Part of the picture is missing:"),
    ],
)
def test_what_is_lost_in_words(changes: dict[str, object], start: str) -> None:
    assert judged(damage=(damage(**changes),)).findings[0].message.startswith(start)


def test_without_a_size_no_side_is_named() -> None:
    report = judged(damage=(damage(region=WIDE),), width_px=None)
    assert report.findings[0].message.startswith("Part of the picture is missing:")


def test_where_in_the_file() -> None:
    assert judged(damage=(damage(offset_bytes=4711),)).findings[0].measured == (
        "early-end at byte 4,711"
    )
    assert judged(damage=(damage(),)).findings[0].measured == "early-end"


def test_odd_but_readable_is_mended_by_encoding() -> None:
    report = judged(damage=(damage("readable"),))
    assert names(report) == {"damaged-but-readable": "warning"}
    assert report.findings[0].step == "encode"
    assert report.verdict is Verdict.FIXABLE


def test_a_picture_that_is_damaged_is_not_called_good() -> None:
    report = judged(damage=(damage("corrupt"), damage("readable")))
    assert names(report) == {"corrupt": "error"}
    report = judged(damage=(damage("readable"),), decoded=False, decode_error="no")
    assert names(report) == {"undecodable": "error"}


def test_undecodable_only_where_nothing_better_is_known() -> None:
    report = judged(decoded=False, decode_error="cannot read")
    assert names(report) == {"undecodable": "error"}
    assert report.findings[0].measured == "cannot read"
    assert report.verdict is Verdict.BLOCKED
    assert names(judged(decoded=False, decode_error="x", damage=(damage("corrupt"),))) == {
        "corrupt": "error"
    }
    stopped = LimitHit("max_pixels", "900 megapixels", "100 megapixels")
    assert names(judged(decoded=False, decode_error="x", limits_hit=(stopped,))) == {
        "too-large-to-open": "error"
    }
    assert names(judged(decoded=True, decode_error="a warning")) == {}
    assert names(judged(decoded=False)) == {}


def test_trailing_data_is_a_note() -> None:
    report = judged(trailing_bytes=1204)
    assert names(report) == {"trailing-data": "info"}
    assert report.findings[0].message == (
        "Behind the end of the picture there is something more (1,204 bytes)."
    )
    assert report.verdict is Verdict.READY
