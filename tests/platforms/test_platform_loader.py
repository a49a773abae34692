import re
from dataclasses import fields, replace

import pytest

from preflight.errors import ConfigError, UsageError
from preflight.finding import Severity
from preflight.platforms.loader import load, load_many, names
from preflight.platforms.platform import Limit, Platform
from preflight.platforms.reader import LIMIT_NAMES

NAMED = """
default threads instagram tiktok facebook x linkedin youtube whatsapp discord slack microsoft365
google-workspace github gitlab mastodon bluesky telegram zoom gravatar discourse zulip nextcloud
"""


def limits_of(platform: Platform) -> dict[str, Limit[object]]:
    return {name: limit for name in LIMIT_NAMES if (limit := getattr(platform, name))}


def test_all_places_are_there_and_default_comes_first() -> None:
    assert set(names()) >= set(NAMED.split())
    assert names()[0] == "default"
    assert list(names()[1:]) == sorted(names()[1:])


@pytest.mark.parametrize("name", names())
def test_no_number_without_a_source_a_date_and_a_trust(name: str) -> None:
    platform = load(name)
    assert platform.name == name
    assert platform.title
    for key, limit in limits_of(platform).items():
        assert limit.source, key
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", limit.checked_on), key
        assert limit.source != f"{name}.toml", key


def test_limit_names_are_the_limit_fields() -> None:
    annotated = {field.name for field in fields(Platform) if str(field.type).startswith("Limit[")}
    assert set(LIMIT_NAMES) == annotated


def test_default_is_what_the_design_says() -> None:
    values = {key: (limit.value, limit.hard) for key, limit in limits_of(load("default")).items()}
    assert values == {
        "formats": (("jpeg", "png"), True),
        "max_bytes": (10_000_000, True),
        "advised_bytes": (5_000_000, False),
        "min_side_px": (320, True),
        "advised_side_px": (1024, False),
        "max_frames": (1, False),
        "aspect": (1.0, False),
        "square": ("cropped", False),
        "shape": ("circle", False),
        "display_px": ((320, 110, 96, 48, 32), False),
    }
    assert not any(limit.inherited for limit in limits_of(load("default")).values())


def test_what_is_not_published_is_inherited_and_says_so() -> None:
    slack = load("slack")
    assert slack.max_bytes == replace(load("default").max_bytes, inherited=True)
    assert slack.min_side_px is not None
    assert not slack.min_side_px.inherited


def test_inherited_limits_do_not_contradict_published_ones() -> None:
    assert load("github").advised_bytes is None  # 5 MB advised, where 1 MB is refused
    assert load("tiktok").advised_side_px == replace(
        load("default").advised_side_px, inherited=True
    )
    pluralkit = load("pluralkit").advised_side_px
    assert pluralkit is not None
    assert (pluralkit.value, pluralkit.inherited) == (1000, True)


def test_a_larger_advice_drops_the_inherited_most(tmp_path) -> None:
    path = tmp_path / "generous.toml"
    path.write_text("[limits]\nadvised_bytes = 20_000_000\nadvised_side_px = 100\n")
    platform = load(str(path))
    assert platform.max_bytes is None
    assert platform.min_side_px is None


def test_unknown_name_suggests() -> None:
    with pytest.raises(UsageError, match="Did you mean threads"):
        load("thread")
    with pytest.raises(UsageError, match="lists them all"):
        load("qqqqqq")


def test_load_is_cached_and_load_many_takes_everything() -> None:
    assert load("slack") is load("slack")
    assert [p.name for p in load_many("all")] == list(names())
    assert [p.name for p in load_many(["x", "slack", "x"])] == ["x", "slack"]
    assert load_many(load("x")) == (load("x"),)
    assert load_many([load("x"), "slack"]) == (load("x"), load("slack"))
    assert [p.name for p in load_many(["x", "all"])][:2] == ["x", "default"]
    with pytest.raises(UsageError):
        load_many([])


def test_a_file_of_ones_own(tmp_path) -> None:
    path = tmp_path / "club.toml"
    path.write_text(
        """
        title = "Our club"
        notes = ["Ask Anna."]
        [limits]
        max_bytes = 300_000
        progressive = false
        formats = ["jpeg"]
        aspect = 1
        display_px = 64
        [limits.min_side_px]
        value = 200
        source = "club rules"
        checked_on = 2026-01-31
        trust = "official"
        hard = false
        note = "page 3"
        [severities.animated]
        severity = "error"
        reason = "Anna said so"
        """
    )
    club = load(str(path))
    assert (club.name, club.title, club.notes) == ("club", "Our club", ("Ask Anna.",))
    assert club.max_bytes == Limit(300_000, "club.toml", "", "ours")
    assert club.min_side_px == Limit(200, "club rules", "2026-01-31", "official", False, "page 3")
    assert club.display_px is not None
    assert club.display_px.value == (64,)
    assert club.aspect is not None
    assert club.aspect.value == 1.0
    assert club.severities == {"animated": (Severity.ERROR, "Anna said so")}
    assert club.advised_side_px is not None
    assert club.advised_side_px.inherited


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("titel = 'x'", "titel is not known. Did you mean title?"),
        ("title = 3", "title has to be a text in quotes, not 3"),
        ("notes = 'x'", "notes has to be a list of texts"),
        ("notes = [1]", "notes has to be a text in quotes"),
        ("limits = 3", "limits has to be a table"),
        ("[limits]\nmax_byte = 3", "limits.max_byte is not known. Did you mean limits.max_bytes?"),
        ("[limits]\nmax_bytes = 'big'", "limits.max_bytes has to be a whole number above 0"),
        ("[limits]\nmax_bytes = 0", "whole number above 0, not 0"),
        ("[limits]\nmax_bytes = true", "whole number above 0, not True"),
        ("[limits]\nmin_side_px = 1.5", "whole number above 0, not 1.5"),
        ("[limits]\nformats = ['jpg']", "limits.formats has to be jpeg"),
        ("[limits]\nformats = 'jpeg'", "limits.formats has to be a list of texts"),
        ("[limits]\nformats = []", "one format or more"),
        ("[limits]\nsquare = 'cut'", "required, cropped, letterboxed or stretched, not 'cut'"),
        ("[limits]\naspect = 0", "width divided by height"),
        ("[limits]\naspect = nan", "width divided by height"),
        ("[limits]\nprogressive = 'no'", "true or false, not 'no'"),
        ("[limits]\ndisplay_px = []", "whole numbers of pixels"),
        ("[limits.max_bytes]\nsource = 'x'", "limits.max_bytes has to be a value"),
        ("[limits.max_bytes]\nvalue = 1\nhard = 1", "limits.max_bytes.hard has to be true"),
        ("[limits.max_bytes]\nvalue = 1\ntrust = 'me'", "code, official, issue, third-party or"),
        ("[limits.max_bytes]\nvalue = 1\nunit = 'MB'", "limits.max_bytes.unit is not known"),
        ("[severities.not-sqare]\nseverity = 'info'", "Did you mean severities.not-square?"),
        ("[severities]\nnot-square = 'info'", "severities.not-square has to be a table"),
        ("[severities.heavy]\nseverity = 'bad'", "info, warning or error, not 'bad'"),
        ("[severities.heavy]\nseverity = 'info'", "severities.heavy.reason has to be the reason"),
        ("x = [" * 5000, "not valid TOML"),
        ("= 3", "not valid TOML"),
    ],
)
def test_a_bad_file_says_file_key_and_what_is_expected(tmp_path, text: str, message: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(str(path))
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_unreadable_files(tmp_path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load(str(tmp_path / "none.toml"))
    with pytest.raises(UsageError, match="cannot be read"):
        load("a\0b.toml")
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not valid TOML"):
        load(str(binary))
    binary.write_bytes(b"#" * 1_000_001)
    with pytest.raises(ConfigError, match="larger than 1 MB"):
        load(str(binary))
