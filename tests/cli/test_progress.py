"""Progress: a bar for people, lines at times for logs, nothing for scripts that ask for it."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from preflight.batch.outcome import Outcome
from preflight.cli import progress as module
from preflight.cli.progress import Progress
from preflight.errors import SourceError

GOOD, BAD = Outcome("a.jpg"), Outcome("b.jpg", error=SourceError("gone"))


def test_lines_at_times(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    with Progress(lambda: 100) as progress:
        end = time.time() + 5
        while progress._total is None and time.time() < end:
            time.sleep(0.01)
        for number in range(40):
            now[0] += 1
            progress.photo(BAD if number == 7 else GOOD)
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["30 of 100 photos done, 1.0 a second, 1 minutes left, 1 needs you."]


def test_quiet(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    monkeypatch.setattr(module, "FIRST_S", 0)
    monkeypatch.setattr(module, "EVERY_S", 0)
    with Progress(lambda: 1, quiet=True) as progress:
        progress.photo(GOOD)
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
def test_a_bar_on_a_terminal(tmp_path: Path) -> None:
    import fcntl
    import pty
    import struct
    import subprocess
    import termios

    from tests.batch.processes import ROOT, command, environment, make_photos

    make_photos(tmp_path / "in", 4)
    (tmp_path / "in" / "a-broken.jpg").write_bytes(b"")
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    process = subprocess.Popen(
        command("check", "in", "-j", "1"),
        cwd=tmp_path,
        env=environment(TERM="xterm", COLUMNS="100"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 4096):
            shown += piece
    except OSError:
        pass  # how Linux says that nobody writes any more
    os.close(ours)
    stdout, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert b"5 photos" in stdout
    text = shown.decode()
    assert "/5 [" in text
    assert "1 needs you" in text
    assert ROOT.name not in text
    assert sys.executable not in text
