"""The README is true: its commands, its example, its pictures, its links, and what it shows.

`python tests/test_readme.py` writes what commands print into it anew.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from preflight.cli.main import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_command_it_names_exists() -> None:
    named = set(re.findall(r"(?:^|`)preflight (\w+)", README, flags=re.MULTILINE))
    assert {"check", "fix", "guide"} <= named
    assert named - {"looks", "says", "needs", "COMMAND"} <= set(COMMANDS)


def test_every_link_and_picture_is_there() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    assert [t for t in targets if "://" not in t and not (ROOT / t).exists()] == []


def test_the_two_commands_are_those_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert "test" in project["optional-dependencies"]
    assert "preflight" in project["scripts"]
    assert "photo-preflight" in project["scripts"]
    commands = re.findall(r"^\$ (python3 -m venv .*)$", README, flags=re.MULTILINE)
    assert len(commands) == 2
    (sample,) = re.findall(r"preflight fix (samples/\S+)", commands[0])
    assert (ROOT / sample).is_file()


def test_its_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    shutil.copy(ROOT / "samples" / "phone.heic", tmp_path / "photo.heic")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(code, names)  # the README's own code
    assert names["report"].verdict == "fixable"  # type: ignore[attr-defined]
    assert names["report"].findings[0].rule == "format-not-accepted"  # type: ignore[attr-defined]
    assert (tmp_path / "photo-ready.jpg").is_file()


def with_output(readme: str) -> str:
    """The README with what its commands print today."""
    from click.testing import CliRunner

    from preflight.cli.main import cli

    def run(match: re.Match[str]) -> str:
        words = (match[1] or "").split()
        done = CliRunner().invoke(cli, words, prog_name="preflight", terminal_width=80)
        assert done.exit_code == 0, done.output
        return f"```\n$ preflight{match[1] or ''}\n{done.output.rstrip()}\n```"

    return re.sub(r"^```\n\$ preflight( .*)?\n(?:.*\n)*?```$", run, readme, flags=re.MULTILINE)


def test_what_it_shows_is_what_commands_print_today() -> None:
    assert README.count("\n$ preflight") >= 2
    assert with_output(README) == README, "python tests/test_readme.py"


def test_the_pictures_show_what_is_printed_today() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "samples" / "pictures" / "make.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )
    assert done.stdout == ""
    assert done.returncode == 0, done.stderr


if __name__ == "__main__":
    (ROOT / "README.md").write_text(with_output(README), encoding="utf-8")
