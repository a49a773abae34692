"""Console: pipes that close, disks that fill, terminals that know few characters."""

import errno
import io
import sys

import pytest

from preflight.cli.console import Console, never_fail_on_streams, say
from preflight.errors import OutputError


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Broken(io.StringIO):
    """A stream whose other end has gone, or whose disk is full."""

    def __init__(self, error):
        super().__init__()
        self.error = error
        self.calls = 0

    def write(self, text):
        self.calls += 1
        raise self.error


def test_colours(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert not Console().colour
    assert Console("always").colour
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert Console().colour
    assert not Console("never").colour
    monkeypatch.setenv("TERM", "dumb")
    assert not Console().colour
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not Console().colour
    assert Console("always").colour


def test_reader_has_gone(monkeypatch):
    stream = Broken(BrokenPipeError(errno.EPIPE, "gone"))
    monkeypatch.setattr(sys, "stdout", stream)
    console = Console()
    console.write("one")
    assert console.closed
    calls = stream.calls
    console.write("two")
    assert stream.calls == calls


def test_full_disk(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Broken(OSError(errno.ENOSPC, "No space left")))
    with pytest.raises(OutputError, match="Standard output could not be written: No space left"):
        Console().write("one")


def test_messages_are_printable_and_never_fail(monkeypatch, capsys):
    say("a\x1b[2J\nb")
    assert capsys.readouterr().err == "a\\x1b[2J\nb\n"
    monkeypatch.setattr(sys, "stderr", Broken(BrokenPipeError(errno.EPIPE, "gone")))
    say("nobody hears this")


def test_terminal_that_knows_few_characters(monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="latin-1"))
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    never_fail_on_streams()
    Console("never").write("é\u4e00")
    assert raw.getvalue() == b"\xe9\\u4e00"


def test_streams_that_are_closed_are_silent(monkeypatch):
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    never_fail_on_streams()
    streams = sys.stdin, sys.stdout, sys.stderr
    try:
        assert sys.stdin.buffer.read() == b""
        Console().write("one\u4e00")
        say("two\u4e00")
    finally:
        for stream in streams:
            stream.close()
