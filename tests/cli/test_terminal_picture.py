"""The preview in a terminal: real pseudo-terminals, of which the other end answers as one would."""

from __future__ import annotations

import base64
import builtins
import io
import os
import re
import select
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageStat

pytest.importorskip("textual_image", reason="the extra photo-preflight[terminal] is not installed")

from preflight.cli import terminal_picture
from preflight.preview import preview
from preflight.render.sheet import drawn

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")

COLUMNS, ROWS, CELL = 120, 50, (10, 20)
ATTRIBUTES, KITTY = b"\x1b[c", re.compile(rb"\x1b_Gi=(\d+),s=1,v=1,a=q.*?\x1b\\")
KITTYS_PICTURE = re.compile(r"\x1b_Gi=(\d+),m=([01]),f=100,q=2;([^\x1b]*)\x1b")
SIXELS = re.compile(r"\x1bP[0-9;]*q\"1;1;(\d+);(\d+)")


class Terminal:
    """The other end of a pseudo-terminal: what was written to it, with the answers of its kind."""

    def __init__(self, kind: str, rows: int = ROWS) -> None:
        self.kind = kind
        self.rows = rows

    def answers(self, asked: bytes) -> bytes:
        """What such a terminal replies to what was just written."""
        said = b""
        for question in KITTY.finditer(asked):
            if self.kind == "kitty":
                said += b"\x1b_Gi=" + question[1] + b";OK\x1b\\"
        if ATTRIBUTES in asked:
            said += b"\x1b[?62;4;22c" if self.kind == "sixel" else b"\x1b[?62;22c"
        return said

    def run(self, *words: str, stdin: int | None = None, **environment: str) -> tuple[int, str]:
        """Exit code of a command and all that it wrote."""
        import fcntl
        import pty
        import struct
        import termios

        ours, theirs = pty.openpty()
        pixels = COLUMNS * CELL[0], self.rows * CELL[1]
        size = struct.pack("HHHH", self.rows, COLUMNS, *pixels)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, size)
        kept = {
            k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TMUX", "COLUMNS", "LINES")
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "preflight", *words],
            stdin=theirs if stdin is None else stdin,
            stdout=theirs,
            stderr=theirs,
            env={**kept, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT), **environment},
            start_new_session=True,
        )
        os.close(theirs)
        written = self._talk(ours, process)
        os.close(ours)
        return process.wait(), written.decode("utf-8").replace("\r\n", "\n")

    def _talk(self, ours: int, process: subprocess.Popen[bytes]) -> bytes:
        written, unanswered = b"", b""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            ready, _, _ = select.select([ours], [], [], 0.05)
            if not ready:
                if process.poll() is not None:
                    return written
                continue
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other end is closed
                return written
            written += piece
            unanswered = (unanswered + piece)[-200:]
            reply = self.answers(unanswered)
            if reply:
                unanswered = b""
                os.write(ours, reply)
        process.kill()
        raise AssertionError(f"not done in a minute: {written[-500:]!r}")


@pytest.fixture
def photo(folder):
    image = Image.linear_gradient("L").resize((900, 1500)).convert("RGB")
    image.paste("red", (0, 0, 450, 700))
    image.save(folder / "tall.jpg")
    return folder / "tall.jpg"


def kittys_pictures(text: str) -> list[Image.Image]:
    """The pictures that kitty would have got."""
    files, parts = [], []
    for piece in KITTYS_PICTURE.finditer(text):
        parts.append(piece[3])
        if piece[2] == "0":
            files.append(base64.b64decode("".join(parts)))
            parts = []
    return [Image.open(io.BytesIO(file)).convert("RGB") for file in files]


def of_sixels(text: str) -> Image.Image:
    """The picture that foot and xterm show: to define a colour does not choose it for them."""
    found = re.search(r'\x1bP[0-9;]*q"1;1;(\d+);(\d+)(.*?)\x1b', text, re.DOTALL)
    assert found is not None
    width, height = int(found[1]), int(found[2])
    image = np.zeros((height + 6, width, 3))
    colours: dict[int, list[float]] = {}
    colour, x, y = [0.0, 0.0, 0.0], 0, 0
    for number, definition, run, sign in re.findall(
        r"#(\d+)((?:;\d+)*)|(?:!(\d+))?([?-~$-])", found[3]
    ):
        if definition:
            colours[int(number)] = [int(percent) * 2.55 for percent in definition.split(";")[2:]]
        elif number:
            colour = colours[int(number)]
        elif sign in "$-":
            x, y = 0, y + (6 if sign == "-" else 0)
        else:
            end = x + int(run or 1)
            for row in range(6):
                if ord(sign) - 63 >> row & 1:
                    image[y + row, x:end] = colour
            x = end
    return Image.fromarray(image[:height].astype(np.uint8))


def test_kitty_gets_the_same_sheet_as_a_file_has(photo):
    code, text = Terminal("kitty").run("preview", "tall.jpg", "--for", "threads")
    assert (code, text.rstrip().splitlines()[-1]) == (
        0,
        "tall-preview.html: open it to see the photo as it will be.",
    )
    (shown,) = kittys_pictures(text)
    sheet = drawn(preview(photo, platforms="threads"))
    assert abs(shown.width - sheet.width) <= CELL[0] / 2
    assert abs(shown.height - sheet.height) <= CELL[1] / 2
    difference = ImageChops.difference(shown, sheet.resize(shown.size, Image.Resampling.BICUBIC))
    assert max(ImageStat.Stat(difference).mean) < 1
    assert (photo.parent / "tall-preview.html").exists()


def test_a_terminal_with_sixels_gets_sixels(photo):
    code, text = Terminal("sixel").run("preview", "tall.jpg", "-o", "sheet.png")
    assert code == 0
    ((width, height),) = SIXELS.findall(text)
    with Image.open(photo.parent / "sheet.png") as sheet:
        assert abs(int(width) - sheet.width) <= CELL[0] / 2
        assert abs(int(height) - sheet.height) <= CELL[1] / 2
        assert int(width) <= 1000  # more is not shown by xterm
        shown = of_sixels(text)
        wanted = sheet.convert("RGB").resize(shown.size, Image.Resampling.BICUBIC)
    difference = ImageChops.difference(shown, wanted)
    assert max(ImageStat.Stat(difference).mean) < 4
    assert max(ImageStat.Stat(difference.crop((0, 0, 900, 12))).mean) < 4  # the first colour


def test_a_low_terminal_gets_a_smaller_picture(photo):
    _, text = Terminal("sixel", rows=13).run("preview", "tall.jpg")
    ((width, height),) = SIXELS.findall(text)
    assert int(height) <= 12 * CELL[1]
    assert int(width) / int(height) == pytest.approx(990 / 470, rel=0.05)


def test_each_view_is_a_picture_of_its_own(photo, monkeypatch):
    made = preview(photo)
    shown = []

    class Shows:
        def __init__(self, console):
            pass

        def show(self, picture):
            shown.append(picture)

    two = replace(made, views=(made.views[0], replace(made.views[0], shape="square")))
    monkeypatch.setattr("preflight.preview.preview", lambda *_, **__: two)
    monkeypatch.setattr(terminal_picture, "TerminalPictures", Shows)
    from click.testing import CliRunner

    from preflight.cli.main import cli

    assert CliRunner().invoke(cli, ["preview", str(photo), "--show"]).exit_code == 0
    assert [picture.size for picture in shown] == [drawn(made).size] * 2
    assert shown[0].tobytes() != shown[1].tobytes()  # a circle, then a square


@pytest.mark.parametrize(
    ("kind", "words", "environment"),
    [
        ("plain", (), {}),
        ("sixel", ("--no-show",), {}),
        ("sixel", ("--color", "never"), {}),
        ("sixel", (), {"NO_COLOR": "1"}),
        ("sixel", (), {"TERM": "dumb"}),
    ],
)
def test_nothing_is_shown_where_it_is_not_wanted(photo, kind, words, environment):
    code, text = Terminal(kind).run("preview", "tall.jpg", *words, **environment)
    assert code == 0
    if kind == "plain":  # which was asked
        text = text[text.index("tall-preview") :]
    assert text == "tall-preview.html: open it to see the photo as it will be.\n"


def test_quiet_is_quiet_unless_a_picture_is_asked_for(photo):
    assert Terminal("sixel").run("preview", "tall.jpg", "-q") == (0, "")
    _, text = Terminal("sixel").run("preview", "tall.jpg", "-q", "--show", NO_COLOR="1")
    assert len(SIXELS.findall(text)) == 1
    assert "open it" not in text


def test_asked_for_where_it_cannot_be(photo, folder):
    code, text = Terminal("plain").run("preview", "tall.jpg", "--show")
    assert code == 2
    assert "This terminal does not say that it shows pictures." in text
    assert [path.name for path in folder.iterdir()] == ["tall.jpg"]


def test_input_from_elsewhere_asks_the_terminal_nothing(photo):
    with photo.open("rb") as file:
        code, text = Terminal("sixel").run("preview", "-", stdin=file.fileno())
    assert (code, "\x1b" in text) == (0, False)
    with photo.open("rb") as file:
        code, text = Terminal("sixel").run("preview", "-", "--show", stdin=file.fileno())
    assert (code, "\x1b" in text) == (2, False)
    assert "input and output are both a terminal" in text


def test_into_a_pipe_nothing_is_shown(run, photo, folder):
    assert "\x1b" not in run("preview", "tall.jpg").stdout
    result = run("preview", "tall.jpg", "--show")
    assert result.exit_code == 2
    assert "both a terminal" in result.stderr


def test_without_the_extra_its_name_is_said_to_who_asks(monkeypatch):
    really_import = builtins.__import__

    def without(name, *arguments, **named):
        if name.split(".")[0] == "textual_image":
            raise ImportError(name)
        return really_import(name, *arguments, **named)

    class Console:
        interactive = colour = True

    monkeypatch.setattr("builtins.__import__", without)
    monkeypatch.setattr(
        terminal_picture.sys, "stdin", type("Tty", (), {"isatty": lambda _: True})()
    )
    assert terminal_picture.terminal_pictures(Console(), None, quiet=False) is None
    with pytest.raises(terminal_picture.CannotShowError, match="photo-preflight\\[terminal\\]"):
        terminal_picture.terminal_pictures(Console(), True, quiet=False)
