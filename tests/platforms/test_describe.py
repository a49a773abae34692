from pathlib import Path

import preflight.platforms
from preflight.finding import Severity
from preflight.platforms import tables
from preflight.platforms.describe import TRUST_WORDS, remarks, rows
from preflight.platforms.loader import load, load_many, names
from preflight.platforms.make_tables import tables_as_python
from preflight.platforms.manual import manual
from preflight.platforms.platform import Limit, Platform

README = Path(preflight.platforms.__file__).with_name("README.md")


def test_the_page_is_fresh() -> None:
    assert README.read_text(encoding="utf-8") == manual(), (
        "run: python -m preflight.platforms.manual > preflight/platforms/README.md"
    )


def test_the_tables_are_fresh() -> None:
    assert Path(tables.__file__).read_text(encoding="utf-8") == tables_as_python(), (
        "run: python -m preflight.platforms.make_tables > preflight/platforms/tables.py"
    )


def test_every_place_has_its_section() -> None:
    text = manual()
    for name in names():
        assert f"\n## {name}\n" in text


def test_rows_say_what_is_published() -> None:
    slack = {row.field: row for row in rows(load("slack"))}
    assert (slack["min_side_px"].value, slack["min_side_px"].force) == ("512 px", "limit")
    assert slack["min_side_px"].published
    assert slack["max_bytes"].value == "10.0 MB (10,000,000 bytes)"
    assert not slack["max_bytes"].published
    assert slack["square"].force == "advice"
    assert next(iter(slack)) == "formats"


def test_every_value_has_words() -> None:
    values = {
        "formats": ("jpeg", "png"),
        "min_bytes": 999,
        "max_frames": 3,
        "aspect": 0.75,
        "transparency": "keeps",
        "one_person": True,
        "progressive": False,
    }
    limits = {key: Limit(value, "s", "2026-01-01", "ours") for key, value in values.items()}
    place = Platform(name="p", title="P", **limits)  # type: ignore[arg-type]
    assert {row.field: row.value for row in rows(place)} == {
        "formats": "JPEG or PNG",
        "min_bytes": "999 bytes",
        "max_frames": "at most 3",
        "aspect": "0.75 times as wide as high",
        "transparency": "kept",
        "one_person": "yes",
        "progressive": "no",
    }


def test_all_trusts_have_words() -> None:
    assert {row.trust for p in load_many("all") for row in rows(p)} == set(TRUST_WORDS)


def test_remarks() -> None:
    assert remarks(load("gravatar"))[0] == "Stores: square, 1 to 2048 px."
    assert "How often: at most three changes a day; wait 24 hours when limited." in remarks(
        load("threads")
    )
    assert remarks(load("default"))[-1].startswith("The advice for")


def test_an_override_is_explained() -> None:
    from preflight.platforms import manual as module

    place = Platform(
        name="p",
        title="P",
        formats=Limit(("jpeg",), "s", "2026-01-01", "ours"),
        severities={"animated": (Severity.ERROR, "it is refused")},
    )
    assert "- `animated` is of severity error here: it is refused." in module._section(place)
