"""Completion: what a shell offers, asked in the shells themselves as far as they are here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from preflight.cli.completion import SHELLS, photos_like
from preflight.cli.main import COMPLETION, cli

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Photos and other things, and a `preflight` to be found in `bin`."""
    for name in ("me.heic", "me 2.JPG", "menu.pdf", ".hidden.jpg"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "a.png").write_bytes(b"x")
    program = tmp_path / "bin" / "preflight"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m preflight "$@"\n')
    program.chmod(0o755)
    return tmp_path


def offered(shell: str, words: list[str], incomplete: str) -> list[str]:
    """The values that the Python half offers."""
    from preflight.cli.completion import register

    register()
    complete = SHELLS[shell](cli, {}, "preflight", COMPLETION)
    return [item.value for item in complete.get_completions(words, incomplete)]


def test_offers_commands_options_platforms_and_rules(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    assert offered("bash", [], "pre") == ["preview"]
    assert offered("bash", ["fix"], "--no-enl") == ["--no-enlarge"]
    assert offered("bash", ["fix", "--for"], "thr") == ["threads"]
    assert offered("bash", ["explain"], "not-sq") == ["not-square"]
    assert offered("bash", ["check", "--ignore"], "not-sq") == ["not-square"]
    assert offered("bash", ["fix", "--crop"], "") == [*("auto", "face", "center", "top", "whole")]
    assert offered("bash", ["check", "--format"], "js") == ["json", "jsonl"]
    assert "everywhere" in offered("bash", ["guide"], "e")


def test_offers_photos_only_where_photos_go(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    photos = ["me 2.JPG", "me.heic", "media/"]
    assert offered("fish", ["check"], "me") == photos
    assert offered("fish", [], "me") == photos
    assert offered("fish", ["me.heic"], "media/") == ["media/a.png"]
    assert offered("fish", ["rules"], "me") == []
    assert offered("fish", ["guide"], "me") == []


def test_hidden_photos_are_offered_when_asked_for(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(place))
    assert [item.value for item in photos_like("~/.h")] == ["~/.hidden.jpg"]
    assert [item.value for item in photos_like(f"{place}/.")] == [f"{place}/.hidden.jpg"]
    assert photos_like(f"{place}/nowhere/m") == []
    assert photos_like("~no-such-person/m") == []
    assert photos_like("a\0b/") == []


def test_reads_no_settings_while_completing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "preflight.toml").write_text("this is no TOML")
    monkeypatch.chdir(place)
    assert offered("bash", ["check", "--for"], "thr") == ["threads"]


@pytest.mark.parametrize("shell", SHELLS)
def test_prints_a_script_for_both_programs(shell: str) -> None:
    done = CliRunner().invoke(cli, ["completion", shell])
    assert done.exit_code == 0
    assert f"{COMPLETION}={shell}_complete" in done.output.replace(" = '", "=").replace("'", "")
    assert "photo-preflight" in done.output


def test_guesses_the_shell_or_says_which_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/usr/bin/fish")
    guessed = CliRunner().invoke(cli, ["completion"])
    assert guessed.output == CliRunner().invoke(cli, ["completion", "fish"]).output
    monkeypatch.setenv("SHELL", "/bin/csh")
    unknown = CliRunner().invoke(cli, ["completion"])
    assert unknown.exit_code == 2
    assert "Which shell? Name one of bash, zsh, fish, powershell." in unknown.output
    other = CliRunner().invoke(cli, ["completion", "csh"])
    assert "no completion for csh" in other.output


def asked(shell: str, question: str, place: Path) -> list[str]:
    """What a real shell says, with the script loaded."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    env = {**os.environ, "PATH": f"{place / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    env |= {"HOME": str(place)}
    script = place / "script"
    script.write_text(CliRunner().invoke(cli, ["completion", shell]).output)
    quiet = {"bash": ["--norc", "-c"], "zsh": ["-f", "-c"], "fish": ["--no-config", "-c"]}[shell]
    done = subprocess.run(
        [program, *quiet, question], cwd=place, env=env, capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_bash_offers_them(place: Path) -> None:
    def bash(*words: str) -> list[str]:
        quoted = " ".join(f"'{word}'" for word in words)
        return asked(
            "bash",
            f"source ./script; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; "
            "_preflight_completion preflight; printf '%s\\n' \"${COMPREPLY[@]}\"",
            place,
        )

    assert bash("preflight", "check", "me") == ["me 2.JPG", "me.heic", "media"]
    assert bash("preflight", "fix", "--for", "thr") == ["threads"]


def test_fish_offers_them(place: Path) -> None:
    def fish(line: str) -> list[str]:
        return asked("fish", f"source ./script; complete -C '{line}'", place)

    assert sorted(fish("preflight check me")) == ["me 2.JPG", "me.heic", "media/"]
    (option,) = fish("preflight fix --dry")
    assert option.split("\t") == ["--dry-run", "Write nothing, say what would be done."]
    assert fish("preflight fix --for thr") == ["threads"]


def test_zsh_offers_them(place: Path) -> None:
    def zsh(*words: str) -> list[str]:
        quoted = " ".join(f"'{word}'" for word in words)
        return asked(
            "zsh",
            'compdef() { : }; compadd() { print -rl -- "${@[(i)--]}" ${@:${@[(i)--]}+1} }; '
            "_describe() { print -rl -- ${(P)3} }; source ./script; "
            f"words=({quoted}); CURRENT={len(words)}; _preflight_completion",
            place,
        )

    shown = zsh("preflight", "check", "me")
    assert [line for line in shown if not line.isdigit()] == ["me 2.JPG", "me.heic", "media"]
    assert zsh("preflight", "fix", "--for", "thr") == ["threads"]


def test_powershell_gets_lines_of_type_value_and_help(place: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT), COMPLETION: "powershell_complete"}
    env |= {"COMP_WORDS": "preflight\ncheck", "COMP_CWORD": "me"}
    done = subprocess.run(
        [sys.executable, "-m", "preflight"], cwd=place, env=env, capture_output=True, text=True
    )
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert [line[:2] for line in lines] == [
        ["photo", "me 2.JPG"],
        ["photo", "me.heic"],
        ["photo", "media/"],
    ]
