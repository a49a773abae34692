"""RESULTS.md: each benchmark changes its own section only."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.results import TITLE, table, versions, write_section


def test_sections_are_added_and_replaced(tmp_path: Path) -> None:
    file = tmp_path / "RESULTS.md"
    write_section("one", "## One\n\nfirst", file)
    write_section("two", "## Two\n\nsecond\n\n", file)
    write_section("one", "## One\n\nthird", file)
    assert file.read_text() == (
        TITLE.rstrip()
        + "\n\n<!-- one: begin -->\n## One\n\nthird\n<!-- one: end -->"
        + "\n\n<!-- two: begin -->\n## Two\n\nsecond\n<!-- two: end -->\n"
    )


def test_a_section_without_an_end_is_not_guessed(tmp_path: Path) -> None:
    file = tmp_path / "RESULTS.md"
    file.write_text("<!-- one: begin -->\n")
    with pytest.raises(ValueError, match="no end marker for one"):
        write_section("one", "## One", file)


def test_table_and_versions() -> None:
    assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
    assert versions("no-such-package") == "no-such-package not installed"
