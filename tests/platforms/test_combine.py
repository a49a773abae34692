import pytest

from preflight.errors import PlatformConflictError
from preflight.platforms.combine import combine
from preflight.platforms.loader import load, load_many
from preflight.platforms.platform import Limit, Platform


def platform(name: str, hard: bool = True, **values: object) -> Platform:
    values.setdefault("formats", ("jpeg", "png"))
    limits = {
        key: Limit(value, "test", "2026-01-01", "ours", hard) for key, value in values.items()
    }
    return Platform(name=name, title=name.title(), **limits)  # type: ignore[arg-type]


def test_one_platform_is_itself() -> None:
    target = combine([load("default")])
    assert target.platforms == ("default",)
    assert target.formats == ("jpeg", "png")
    assert (target.max_bytes, target.advised_bytes) == (10_000_000, 5_000_000)
    assert (target.min_side_px, target.advised_side_px, target.max_side_px) == (320, 1024, None)
    assert target.progressive
    assert set(target.binding.values()) == {"default"}


def test_the_strictest_binds_and_is_named() -> None:
    target = combine(load_many(["threads", "slack", "github"]))
    assert (target.min_side_px, target.binding["min_side_px"]) == (512, "slack")
    assert (target.max_side_px, target.binding["max_side_px"]) == (1024, "slack")
    assert (target.max_bytes, target.binding["max_bytes"]) == (999_999, "github")
    assert target.advised_bytes is None  # 5 MB advised binds nothing below 1 MB
    assert "advised_bytes" not in target.binding


def test_one_file_for_all_places() -> None:
    target = combine(load_many("all"))
    assert target.formats == ("jpeg",)
    assert (target.min_side_px, target.max_side_px) == (512, 1000)
    assert (target.min_bytes, target.max_bytes) == (10_000, 200_000)
    assert target.advised_side_px == 1000


def test_formats_without_a_common_one_name_the_two() -> None:
    one, two, three = (
        platform("one", formats=("jpeg", "png")),
        platform("two", formats=("jpeg",)),
        platform("three", formats=("webp", "png")),
    )
    with pytest.raises(PlatformConflictError) as caught:
        combine([one, two, three])
    assert "Two wants JPEG and Three wants WebP or PNG" in str(caught.value)


def test_formats_that_exclude_each_other_only_by_three() -> None:
    trio = [
        platform("one", formats=("jpeg", "png")),
        platform("two", formats=("png", "webp")),
        platform("three", formats=("webp", "jpeg")),
    ]
    with pytest.raises(PlatformConflictError, match="One wants JPEG or PNG and Two wants"):
        combine(trio)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        ({"min_side_px": 401}, {"max_side_px": 400}, "at least 401 px a side"),
        ({"min_bytes": 5001}, {"max_bytes": 5000}, "at least 5,001 bytes"),
        ({"min_side_px": 101}, {"max_pixels": 10_000}, "at most 10,000 pixels"),
    ],
)
def test_limits_that_exclude_each_other(low, high, words) -> None:
    with pytest.raises(PlatformConflictError) as caught:
        combine([platform("low", **low), platform("high", **high)])
    assert words in str(caught.value)
    assert "Low" in str(caught.value)
    assert "High" in str(caught.value)
    with pytest.raises(PlatformConflictError, match=r"Both wants .* and also"):
        combine([platform("both", **low, **high)])


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ({"min_side_px": 400}, {"max_side_px": 400}),
        ({"min_bytes": 5000}, {"max_bytes": 5000}),
        ({"min_side_px": 100}, {"max_pixels": 10_000}),
    ],
)
def test_limits_that_just_meet(low, high) -> None:
    target = combine([platform("low", **low), platform("high", **high)])
    assert {key: getattr(target, key) for key in low | high} == low | high


def test_advice_gives_way_to_a_limit() -> None:
    soft_low = [platform("low", hard=False, min_side_px=500), platform("high", max_side_px=400)]
    assert combine(soft_low).min_side_px is None
    assert combine(soft_low).max_side_px == 400
    soft_high = [platform("low", min_side_px=500), platform("high", hard=False, max_side_px=400)]
    assert combine(soft_high).min_side_px == 500
    assert combine(soft_high).max_side_px is None
    soft_pixels = [platform("low", min_side_px=500), platform("high", hard=False, max_pixels=100)]
    assert combine(soft_pixels).max_pixels is None
    soft_side = [platform("low", hard=False, min_side_px=500), platform("high", max_pixels=100)]
    assert combine(soft_side).min_side_px is None
    inherited = [load("slack"), platform("small", max_bytes=4_000, min_bytes=3_000)]
    assert combine(inherited).max_bytes == 4_000


def test_advised_side_stays_in_the_range() -> None:
    assert combine([platform("a", advised_side_px=900, max_side_px=800)]).advised_side_px == 800
    assert combine([platform("a", advised_side_px=900, max_pixels=640_000)]).advised_side_px == 800
    assert combine([platform("a", advised_side_px=200, min_side_px=300)]).advised_side_px == 300
    assert combine([platform("a")]).advised_side_px is None


def test_progressive() -> None:
    target = combine([platform("a", progressive=True), platform("b", progressive=False)])
    assert not target.progressive
    assert target.binding["progressive"] == "b"
