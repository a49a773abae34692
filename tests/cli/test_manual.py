"""Manual: one page from the help of all commands, for `preflight help` and for `man`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from preflight.cli.main import COMMANDS, cli
from preflight.cli.manual import EXIT_CODES, man_page
from preflight.errors import ExitCode

PAGE = Path(__file__).resolve().parents[2] / "preflight" / "cli" / "preflight.1"


def test_the_page_for_man_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == man_page(), (
        "python -m preflight.cli.manual > preflight/cli/preflight.1"
    )


def test_it_names_every_command_option_and_exit_code() -> None:
    page = man_page().replace("\\-", "-")
    for name in COMMANDS:
        assert f".SS preflight {name}\n" in page
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
        for option in options:
            assert option.opts[-1] in page
    assert ".SS preflight desktop install\n" in page
    assert "Show every file and key, make nothing." in page
    assert set(EXIT_CODES) == set(ExitCode)


def test_man_shows_it_without_a_warning() -> None:
    program = shutil.which("man")
    if program is None or shutil.which("groff") is None:
        pytest.skip("man is not installed")
    done = subprocess.run(
        [program, "--warnings", "-l", str(PAGE)],
        env={"MANWIDTH": "80", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert "preflight check headshots/ --format json -o report.json" in done.stdout


@pytest.mark.parametrize("name", ["check", "fix"])
def test_help_fits_on_one_screen_and_help_says_the_rest(name: str) -> None:
    short = CliRunner().invoke(cli, [name, "--help"]).output
    assert len(short.splitlines()) <= 24
    assert max(map(len, short.splitlines())) <= 80
    assert "Examples:\n    preflight" in short
    assert f"More options: preflight help {name}" in short
    whole = CliRunner().invoke(cli, ["help", name]).output
    assert "--max-pixels N" not in short
    assert "--max-pixels N" in whole
    assert "More options:\n" in whole


def test_help_without_a_name_has_all() -> None:
    whole = CliRunner().invoke(cli, ["help"]).output
    assert whole.startswith("Says why a profile photo will not upload")
    for name in COMMANDS:
        assert f"Usage: preflight {name}" in whole
    assert "Usage: preflight desktop install [OPTIONS]" in whole
    assert "  130  Interrupted." in whole
    unknown = CliRunner().invoke(cli, ["help", "chekc"])
    assert unknown.exit_code == 2
