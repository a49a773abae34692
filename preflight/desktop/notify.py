"""Notify: one message on the desktop, by whatever means there are; and a page opened."""

from __future__ import annotations

import html
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from preflight.desktop.places import System, this_system

SILENT = "PREFLIGHT_SILENT"
"""With this in the environment nothing is shown or opened: for `desktop doctor` and for tests."""

TIMEOUT_S = 10
_APPLE_SCRIPT = (
    "on run argv",
    "display notification (item 2 of argv) with title (item 1 of argv)",
    "end run",
)
_MESSAGE_BOX = 0x40 | 0x10000  # an information sign; in front of the other windows


def tell(title: str, body: str) -> bool:
    """Shows a message; False if there is no means. On Windows it waits until it was read."""
    if os.environ.get(SILENT):
        return True
    system = this_system()
    if system == "windows":
        return _message_box(title, body)
    return any(_start(command, waits) for command, waits in messengers(system, title, body))


def open_page(page: Path) -> bool:
    """Opens a page in the person's browser; False if that is not possible."""
    if os.environ.get(SILENT):
        return True
    if sys.platform == "win32":
        try:
            os.startfile(page)
        except OSError:
            return False
        return True
    program = "open" if this_system() == "macos" else "xdg-open"
    return _start((program, str(page)), waits=True)


def messengers(
    system: System,
    title: str,
    body: str,
    which: Callable[[str], str | None] = shutil.which,
) -> list[tuple[Sequence[str], bool]]:
    """Commands that show a message, the best first, of those that are there.

    Args:
        system: Linux or macOS.
        title: One line.
        body: Several lines; may hold names, which are never taken for markup or options.
        which: Finds a program.

    Returns:
        Words, and whether the program stays until the message was read.
    """
    if system == "macos":
        script = [word for line in _APPLE_SCRIPT for word in ("-e", line)]
        found: list[tuple[Sequence[str], bool]] = [
            (("/usr/bin/osascript", *script, title, body), False)
        ]
    else:
        marked = html.escape(body, quote=False)  # Desktop Notifications Specification, "Markup"
        found = [
            (
                (
                    "notify-send",
                    "--app-name=Preflight",
                    "--icon=image-x-generic",
                    "--",
                    title,
                    marked,
                ),
                False,
            ),
            (
                ("kdialog", "--title", title, "--msgbox", f"<p>{marked}</p>".replace("\n", "<br>")),
                True,
            ),
            (
                (
                    "zenity",
                    "--info",
                    "--no-markup",
                    "--no-wrap",
                    f"--title={title}",
                    f"--text={body}".replace("\\", "\\\\"),
                ),
                True,
            ),
            (("xmessage", "-center", f"{title}\n\n{body}"), True),
        ]
    return [(words, waits) for words, waits in found if which(words[0])]


def _start(words: Sequence[str], waits: bool) -> bool:
    """Runs a messenger; one that waits for the person goes on by itself."""
    try:
        child = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        if waits:
            try:
                return child.wait(0.5) == 0  # it would have failed by now
            except subprocess.TimeoutExpired:
                child.returncode = 0  # nobody waits for it: it stays as long as the person likes
                return True
        return child.wait(TIMEOUT_S) == 0
    except (OSError, subprocess.SubprocessError):
        return False


def _message_box(title: str, body: str) -> bool:
    if sys.platform == "win32":
        import ctypes

        return ctypes.windll.user32.MessageBoxW(0, body, title, _MESSAGE_BOX) != 0
    raise NotImplementedError
