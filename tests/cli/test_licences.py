"""Licences: each dependency is named with its terms and its reason, the same in NOTICE."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from click.testing import CliRunner

from preflight.cli.licences import PARTS, licence_lines
from preflight.cli.main import cli

ROOT = Path(__file__).resolve().parents[2]


def test_every_dependency_is_listed_and_nothing_else() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [v for name, v in project["optional-dependencies"].items() if name != "test"]
    wanted = [*project["dependencies"], *(line for extra in extras for line in extra)]
    names = {re.match(r"[\w-]+", line)[0] for line in wanted}  # type: ignore[index]
    assert {part.name for part in PARTS if not part.inside} == names
    assert all(part.licence and part.why for part in PARTS)
    for part in PARTS:
        assert set(part.inside.split(", ")) - {""} <= names | {"preflight"}


def test_the_parts_that_bind_whoever_passes_them_on_are_named() -> None:
    terms = {part.name: part.licence for part in PARTS}
    assert terms["libheif"].startswith("LGPL")
    assert terms["libde265"].startswith("LGPL")
    assert terms["x265"].startswith("GPL")


def test_notice_and_doctor_say_the_same() -> None:
    notice = (ROOT / "NOTICE").read_text("utf-8")
    told = CliRunner().invoke(cli, ["doctor", "--licenses"])
    assert told.exit_code == 0
    assert told.output.splitlines() == licence_lines()
    for line in licence_lines():
        assert f"\n  {line}\n" in notice, "python -m preflight.cli.licences"
