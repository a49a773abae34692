"""Pictures in the terminal, by textual-image (the extra `photo-preflight[terminal]`).

It asks the terminal what it can: sixels (foot, WezTerm, iTerm2, Windows Terminal, Konsole, mlterm,
xterm as a VT340) or kitty's protocol (kitty, Ghostty).
"""

from __future__ import annotations

import logging
import sys
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

from preflight.errors import UsageError

if TYPE_CHECKING:
    from PIL import Image

    from preflight.cli.console import Console

ADVICE = "The page, or a file with -o, shows the same."


class CannotShowError(UsageError):
    """No picture can be shown here; the message says why."""


class TerminalPictures:
    """A terminal that shows pictures."""

    def __init__(self, console: Console) -> None:
        """Asks the terminal, which takes a tenth of a second.

        Raises:
            CannotShowError: It is none, it shows no pictures, or the extra is not installed.
        """
        # The terminal answers on standard input. Where that is something else, the answer would
        # be read by nobody, and stand on the command line afterwards.
        if not console.interactive or sys.stdin is None or not sys.stdin.isatty():
            raise CannotShowError(
                "Pictures are only shown where input and output are both a terminal.",
                ADVICE,
            )
        logging.getLogger("textual_image").addHandler(logging.NullHandler())
        try:
            from textual_image import renderable
        except ImportError as error:
            raise CannotShowError(
                "Showing pictures in a terminal needs textual-image, which is not installed.",
                "Install it: pip install 'photo-preflight[terminal]'",
            ) from error
        self._kind: Any = renderable.Image
        if self._kind not in (renderable.SixelImage, renderable.TGPImage):
            raise CannotShowError("This terminal does not say that it shows pictures.", ADVICE)

    def show(self, picture: Image.Image) -> None:
        """Shows a picture, made smaller where it is larger than the terminal."""
        from rich.console import Console as Rich
        from rich.measure import Measurement

        columns, rows = get_terminal_size()
        # The picture is a text of placeholders to rich, and its colour the number of the picture.
        rich = Rich(
            file=sys.stdout,
            force_terminal=True,
            color_system="truecolor",
            no_color=False,
            width=columns,
            height=max(1, rows - 1),
        )
        natural, largest = (
            Measurement.get(rich, rich.options, self._kind(picture, *size)).maximum
            for size in ((None, None), ("auto", "auto"))
        )
        rich.print(self._kind(picture, width=max(1, min(natural, largest)), height="auto"))


def terminal_pictures(console: Console, asked: bool | None, quiet: bool) -> TerminalPictures | None:
    """What shows pictures here, if they are wanted.

    Args:
        console: Standard output; without colours (NO_COLOR, TERM=dumb) nothing is shown unasked.
        asked: Whether the person wants to see pictures; None if nothing was said about it.
        quiet: As little as possible is wanted.

    Raises:
        CannotShowError: They were asked for and cannot be shown.
    """
    if asked is False or (asked is None and (quiet or not console.colour)):
        return None
    try:
        return TerminalPictures(console)
    except CannotShowError:
        if asked:
            raise
        return None
