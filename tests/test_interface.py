"""The stability promise: a name that scripts rely on goes only when CHANGELOG.md says so.

`python tests/test_interface.py` writes interface.json anew, new names included.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).resolve().parents[1]
STORED = Path(__file__).with_name("interface.json")


def interface() -> dict[str, list[str]]:
    """All names that are interface, by kind."""
    import preflight
    from preflight import isolated
    from preflight.cli.main import COMMANDS, cli
    from preflight.cli.options import SETTINGS
    from preflight.errors import ExitCode
    from preflight.platforms.loader import names
    from preflight.render.renderer import FORMAT_NAMES
    from preflight.report import Verdict
    from preflight.rules.registry import rules

    schema = json.loads((ROOT / "preflight/render/schema.json").read_text("utf-8"))
    options = [
        f"{name} {option}"
        for name in COMMANDS
        if (command := cli.get_command(click.Context(cli), name)) is not None
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in (*parameter.opts, *parameter.secondary_opts)
    ]
    return {
        "commands": sorted(COMMANDS),
        "exit codes": [f"{code.name} {int(code)}" for code in ExitCode],
        "formats": sorted(FORMAT_NAMES),
        "json keys": sorted(set(keys(schema))),
        "options": sorted(options),
        "platforms": sorted((*names(), "all")),
        "public names": sorted(
            [
                *preflight.__all__,
                *(f"isolated.{n}" for n in ("check", "fix") if hasattr(isolated, n)),
            ]
        ),
        "rules": sorted(rule.name for rule in rules()),
        "settings": sorted(SETTINGS),
        "verdicts": sorted(Verdict),
    }


def keys(schema: Any) -> Iterator[str]:
    """The names of all properties that a schema describes."""
    if isinstance(schema, dict):
        properties = schema.get("properties")
        if isinstance(properties, dict):
            yield from properties
        for value in schema.values():
            yield from keys(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from keys(value)


def told(changelog: str) -> set[str]:
    """What the changelog names in backticks under Removed and Changed."""
    found: set[str] = set()
    for part in re.findall(r"^### (?:Removed|Changed)\n(.*?)(?=^##|\Z)", changelog, re.M | re.S):
        found |= set(re.findall(r"`([^`\n]+)`", part))
    return found


def lost(
    stored: dict[str, list[str]], today: dict[str, list[str]], changelog: str
) -> list[tuple[str, str]]:
    """Kind and name of what is gone without a word."""
    known = told(changelog)
    return [
        (kind, name)
        for kind, names in stored.items()
        for name in names
        if name not in today.get(kind, ()) and name not in known
    ]


CHANGELOG = (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_no_name_is_removed_or_renamed_without_a_word() -> None:
    assert lost(json.loads(STORED.read_text("utf-8")), interface(), CHANGELOG) == []


def test_new_names_are_listed() -> None:
    stored = json.loads(STORED.read_text("utf-8"))
    new = {k: sorted(set(names) - set(stored.get(k, ()))) for k, names in interface().items()}
    assert {k: names for k, names in new.items() if names} == {}, "python tests/test_interface.py"


def test_a_lost_name_is_noticed_unless_the_changelog_tells() -> None:
    stored = {"rules": ["not-square", "gone"], "options": ["fix --gone"]}
    today = {"rules": ["not-square"]}
    assert lost(stored, today, "") == [("rules", "gone"), ("options", "fix --gone")]
    under_added = "### Added\n- `gone`\n## 0.1\n"
    assert ("rules", "gone") in lost(stored, today, under_added)
    under_removed = "### Removed\n- `gone`, and `fix --gone`.\n\n### Added\n"
    assert lost(stored, today, under_removed) == []


def test_the_list_has_what_was_promised() -> None:
    today = interface()
    assert "BUG 4" in today["exit codes"]
    assert {"verdict", "findings", "delta_e"} <= set(today["json keys"])
    assert "fix --no-enlarge" in today["options"]


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    STORED.write_text(json.dumps(interface(), indent=1) + "\n", encoding="utf-8")
