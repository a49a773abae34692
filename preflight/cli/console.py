"""Console: what goes to the terminal or into a pipe, and what becomes of it when that ends."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from contextlib import suppress

import click

from preflight.errors import OutputError, PreflightError
from preflight.printable import printable
from preflight.systems import encoding_for

_COLUMNS_OF_A_FILE = 80


class Console:
    """Standard output for results, standard error for messages.

    Attributes:
        colour: Colours may be used on standard output.
        interactive: Standard output is a terminal.
        closed: Whoever read standard output has gone (`| head`); nothing more is written.
    """

    def __init__(self, color: str = "auto") -> None:
        """Decides on colours: `always`, `never`, or `auto` for a terminal unless NO_COLOR."""
        allowed = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self.colour = color == "always" or (
            color == "auto" and allowed and sys.stdout is not None and sys.stdout.isatty()
        )
        self.interactive = sys.stdout is not None and sys.stdout.isatty()
        self.closed = False

    @property
    def width(self) -> int:
        """Columns of the terminal, 80 without one."""
        if not self.interactive and "COLUMNS" not in os.environ:
            return _COLUMNS_OF_A_FILE
        from shutil import get_terminal_size  # it loads all of compression

        return get_terminal_size().columns

    def lists_failures(self, format_: str, one_photo: bool) -> bool:
        """Whether who reads messages sees the report too, which ends with all that failed."""
        both = self.interactive and sys.stderr.isatty()
        return both and format_ == "text" and not one_photo

    def write(self, text: str) -> None:
        """Writes results.

        Raises:
            OutputError: A full disk behind a redirection, for instance.
        """
        if text and not self.closed:
            self._guarded(lambda: click.echo(text, nl=False, color=self.colour))

    def write_bytes(self, data: bytes) -> None:
        """Writes a photo."""
        stream = sys.stdout.buffer

        def copy() -> None:
            stream.write(data)
            stream.flush()

        self._guarded(copy)

    def say(self, message: str) -> None:
        """Says one message on standard error, before anything later on standard output."""
        say(message)

    def _guarded(self, write: Callable[[], object]) -> None:
        try:
            write()
            sys.stdout.flush()
        except BrokenPipeError:
            self.closed = True
            _silence_stdout()
        except OSError as error:
            _silence_stdout()
            reason = error.strerror or str(error)
            raise OutputError(f"Standard output could not be written: {reason}.") from error


def say(message: str) -> None:
    """Says one message on standard error; whatever it names is printable."""
    with suppress(OSError):
        click.echo("\n".join(printable(line) for line in message.split("\n")), err=True)


def say_error(error: PreflightError) -> None:
    """Says what happened, why, and what to do next."""
    say(f"preflight: {error}")


def never_fail_on_streams() -> None:
    """Lets a terminal that knows few characters show escapes for the others.

    A standard stream that is closed (`>&-`; all of them under Windows' pythonw, which icons start)
    becomes one that nothing comes from and nobody reads.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115, PTH123 - until the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                errors="backslashreplace", encoding=encoding_for(os.name, stream.isatty())
            )


def stdout_is_closed() -> bool:
    """What is written there would be lost; `never_fail_on_streams` has made it so."""
    return getattr(sys.stdout, "name", "") == os.devnull


def _silence_stdout() -> None:
    """Keeps Python from failing once more when it flushes standard output at its end."""
    with suppress(OSError, ValueError):  # a captured stream has no descriptor
        stdout = sys.stdout.fileno()
        descriptor = os.open(os.devnull, os.O_WRONLY)
        os.dup2(descriptor, stdout)
        os.close(descriptor)
