"""Printable: what a stranger's name cannot do to a terminal or a shell."""

import os
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.printable import printable, shell_quote


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Anna é 写真.jpg", "Anna é 写真.jpg"),
        ("👩\u200d🚀.jpg", "👩\u200d🚀.jpg"),
        ("a\x1b]0;x\x07\x7f", "a\\x1b]0;x\\x07\\x7f"),
        ("\u2066a\u2069\u200f\u2028", "\\u2066a\\u2069\\u200f\\u2028"),
        ("\udc80\ud800", "\\x80\\ud800"),
        ("\u0085", "\\x85"),
    ],
)
def test_printable(text, shown):
    assert printable(text) == shown


@given(st.text())
def test_nothing_moves_the_cursor(text):
    shown = printable(text)
    assert all(
        character.isprintable() or character in "\u200c\u200d" or _white(character)
        for character in shown
    )
    shown.encode("utf-8")


def _white(character):
    # wide spaces and characters that this Python does not know yet move nothing
    return not character.isascii()


@given(st.binary(min_size=1, max_size=12).filter(lambda name: b"\0" not in name))
def test_bash_reads_back_what_was_quoted(name):
    quoted = shell_quote(os.fsdecode(name), windows=False)
    assert printable(quoted) == quoted
    read = _bash(quoted)
    assert read == (b"./" + name if name.startswith(b"-") and name != b"-" else name)


def _bash(quoted):
    result = subprocess.run(
        ["bash", "-c", f"printf %s {quoted}"], capture_output=True, check=True, env={"LC_ALL": "C"}
    )
    return result.stdout


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("photo.jpg", "photo.jpg"),
        ("C:\\Users\\a.jpg", "C:\\Users\\a.jpg"),
        ("a b.jpg", '"a b.jpg"'),
        ("it's.jpg", '"it\'s.jpg"'),
        ("a & b (1)^!.jpg", '"a & b (1)^!.jpg"'),
        ("$(x).jpg", "'$(x).jpg'"),
        ("$it's\u2019.jpg", "'$it''s\u2019\u2019.jpg'"),
        ("100%.jpg", "'100%.jpg'"),
        ("a`b.jpg", "'a`b.jpg'"),
        ("a\u201cb.jpg", "'a\u201cb.jpg'"),
        ("-a.jpg", ".\\-a.jpg"),
        ("", '""'),
    ],
)
def test_windows(name, quoted):
    assert shell_quote(name, windows=True) == quoted
