"""The wrapper scripts hand every name on as it is, and say how to install what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

WRAPPERS = Path(__file__).resolve().parents[2] / "samples" / "wrappers"
NAMES = ["-n.jpg", "a & b (1)^!%é.jpg", "new\nline.jpg", "$(id)`id`.jpg", "'\"\\.jpg", "*", ""]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="runs POSIX shells")


def run(folder, wrapper, names, *programs, stdin=""):
    """What the first of `programs` was called with, exit code and standard error."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    for name in programs:
        tool = tools / name
        tool.write_text(f'#!/bin/sh\nprintf "%s\\0" {name} "$@" > "{folder}/called"\nexit 3\n')
        tool.chmod(0o755)
    for name in ("xargs", "sh", "printf"):
        if not (tools / name).exists():
            (tools / name).symlink_to(shutil.which(name))
    done = subprocess.run(
        ["/bin/sh", str(WRAPPERS / wrapper), *names],
        env={"PATH": str(tools), "HOME": str(folder)},
        cwd=folder,
        capture_output=True,
        text=True,
        input=stdin,
    )
    called = folder / "called"
    words = called.read_text().split("\0")[:-1] if called.exists() else None
    return words, done.returncode, done.stderr


@pytest.mark.parametrize("wrapper", ["drop-photos.sh", "drop-photos.command"])
@pytest.mark.parametrize(
    ("programs", "start"),
    [
        (("preflight", "uvx", "pipx"), ["preflight", "drop", "--"]),
        (("uvx", "pipx"), ["uvx", "photo-preflight", "drop", "--"]),
        (("pipx",), ["pipx", "run", "photo-preflight", "drop", "--"]),
    ],
)
def test_names_arrive_as_they_are(tmp_path, wrapper, programs, start):
    assert run(tmp_path, wrapper, NAMES, *programs) == ([*start, *NAMES], 3, "")


@pytest.mark.parametrize("wrapper", ["drop-photos.sh", "drop-photos.command"])
def test_without_any_program_one_sentence_says_what_to_do(tmp_path, wrapper):
    assert run(tmp_path, wrapper, ["a.jpg"]) == (
        None,
        127,
        "preflight is not installed. Install it with: pip install photo-preflight\n",
    )


def test_names_dragged_into_the_terminal_are_read_as_it_writes_them(tmp_path):
    line = r"/my\ photos/Anna\'s\ \&\ \(1\)\ \$\(id\)\ \"x\".jpg /b\\c.jpg "
    words, _, _ = run(tmp_path, "drop-photos.command", [], "preflight", stdin=line + "\n")
    assert words == [
        "preflight",
        "drop",
        "--",
        '/my photos/Anna\'s & (1) $(id) "x".jpg',
        "/b\\c.jpg",
    ]


def test_the_scripts_are_executable():
    assert os.access(WRAPPERS / "drop-photos.sh", os.X_OK)
    assert os.access(WRAPPERS / "drop-photos.command", os.X_OK)


def test_the_windows_wrapper_never_lets_cmd_read_a_dropped_name():
    data = (WRAPPERS / "drop-photos.cmd").read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n") > 20  # or labels may not be found
    text = data.decode("ascii").replace("\r", "")
    dropped, typed = text.split("\n:typed\n")
    commands = [line for line in dropped.splitlines() if not line.lstrip().startswith("rem")]
    assert not any("%*" in line or "%1" in line for line in commands)
    assert commands[-1] == "exit !errorlevel!"  # nothing after an & is run
    assert "%*" in typed


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="needs shellcheck")
def test_shellcheck_finds_nothing():
    scripts = [str(WRAPPERS / name) for name in ("drop-photos.sh", "drop-photos.command")]
    done = subprocess.run(["shellcheck", *scripts], capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("", 0)
