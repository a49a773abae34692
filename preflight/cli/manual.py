"""Manual: the help of every command on one page, for `preflight help` and for `man preflight`.

`python -m preflight.cli.manual > preflight/cli/preflight.1` makes the page for `man` anew; the
wheel carries it as share/man/man1/preflight.1.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from itertools import chain

import click

from preflight.cli.console import Console
from preflight.cli.main import COMMANDS, cli, overview
from preflight.cli.options import SETTINGS
from preflight.errors import ExitCode, UsageError

_WIDTH = 80

EXIT_CODES = {
    ExitCode.READY: "Every photo is ready, or was made so.",
    ExitCode.FINDINGS: "A photo is not ready; see --fail-on.",
    ExitCode.USAGE: "A wrong command, option or settings file.",
    ExitCode.FILE: "A file could not be read or written.",
    ExitCode.BUG: "A bug in preflight.",
    ExitCode.INTERRUPTED: "Interrupted.",
}
ENVIRONMENT = {
    "NO_COLOR": "No colours, unless it is empty.",
    "PREFLIGHT_MAX_PIXELS": "As --max-pixels.",
}
FILES = {
    "preflight.toml": "Settings; the nearest one in the folder or above it is used. "
    f"Keys are these of the long options, without dashes: {', '.join(SETTINGS)}.",
}


@click.command(name="help")
@click.argument("command", required=False, type=click.Choice(list(COMMANDS)), metavar="[COMMAND]")
def help_(command: str | None) -> None:
    """The whole manual, or everything about one COMMAND."""
    names = list(COMMANDS) if command is None else [command]
    text = "\n\n".join(full_help(name).rstrip() for name in names) + "\n"
    if command is None:
        text = f"{overview()}\n\n{text}\n{_lists()}"
    if sys.stdout is not None and sys.stdout.isatty() and command is None:
        click.echo_via_pager(text)
    else:
        Console().write(text)


def full_help(name: str) -> str:
    """All of a command's help: usage, what it does, every option; of a group, its commands too.

    Raises:
        UsageError: There is no such command.
    """
    helps = []
    for _, command, ctx in _loaded(name):
        ctx.meta["preflight.all-options"] = True
        helps.append(command.get_help(ctx))
    return "\n\n".join(helps)


def man_page() -> str:
    """The page for `man`, in its macros."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield '.TH PREFLIGHT 1 "" preflight "User Commands"'
    yield ".SH NAME"
    yield "preflight \\- says why a profile photo will not upload, and makes a copy that will"
    yield ".SH SYNOPSIS"
    for words, command, ctx in chain.from_iterable(map(_loaded, COMMANDS)):
        yield ".br"
        usage = " ".join(command.collect_usage_pieces(ctx))
        yield f".B preflight {_roff(words)}\n{_roff(usage)}"
    yield ".PP"
    yield "A photo or folder alone is checked:\n.B preflight photo.heic"
    yield ".SH COMMANDS"
    for words, command, ctx in chain.from_iterable(map(_loaded, COMMANDS)):
        yield from _command(words, command, ctx)
    for title, entries in _LISTS.items():
        yield f".SH {title.upper()}"
        for term, text in entries.items():
            yield from _term(term, text)
    yield ".SH SEE ALSO"
    yield "preflight explain RULE says more about a finding, preflight guide what else to try."


def _command(words: str, command: click.Command, ctx: click.Context) -> Iterator[str]:
    yield f".SS preflight {_roff(words)}"
    blocks = inspect.cleandoc(command.help or "").split("\n\n")
    if command.epilog:
        blocks += inspect.cleandoc(command.epilog).split("\n\n")
    for block in blocks:
        yield ".PP"
        if block.startswith("\b"):  # click's mark for lines that stay as they are
            yield f".nf\n{_roff(block.removeprefix(chr(8)).strip(chr(10)))}\n.fi"
        else:
            yield _roff(" ".join(block.split()))
    for parameter in command.get_params(ctx):
        record = parameter.get_help_record(ctx)
        if record is not None and isinstance(parameter, click.Option):
            yield from _term(*record)


def _term(term: str, text: str) -> Iterator[str]:
    yield f".TP\n.B {_roff(term)}\n{_roff(text)}"


def _roff(text: str) -> str:
    """Escapes what roff would take for its own: backslashes, dashes, dots at the start of a line.

    >>> _roff("--for .x\\n.y")
    '\\\\-\\\\-for .x\\n\\\\&.y'
    """
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...")
    return "\n".join(
        f"\\&{line}" if line.startswith((".", "'")) else line for line in escaped.split("\n")
    )


def _lists() -> str:
    formatter = click.HelpFormatter(width=_WIDTH)
    for title, entries in _LISTS.items():
        with formatter.section(title):
            formatter.write_dl(list(entries.items()))
    return formatter.getvalue()


def _loaded(name: str) -> Iterator[tuple[str, click.Command, click.Context]]:
    """The command and, of a group, those in it: the words that call it, itself, and a context."""
    parent = click.Context(cli, info_name="preflight", help_option_names=["-h", "--help"])
    command = cli.get_command(parent, name)
    if command is None:
        raise UsageError(f"There is no command {name}.")
    ctx = _context(command, name, parent)
    yield name, command, ctx
    if isinstance(command, click.Group):
        for inner_name in command.list_commands(ctx):
            inner = command.commands[inner_name]
            yield f"{name} {inner_name}", inner, _context(inner, inner_name, ctx)


def _context(command: click.Command, name: str, parent: click.Context) -> click.Context:
    return click.Context(
        command, info_name=name, parent=parent, terminal_width=_WIDTH, max_content_width=_WIDTH
    )


_LISTS: dict[str, dict[str, str]] = {
    "Exit codes": {str(int(code)): text for code, text in EXIT_CODES.items()},
    "Environment": ENVIRONMENT,
    "Files": FILES,
}

if __name__ == "__main__":
    from preflight.cli import manual

    sys.stdout.write(manual.man_page())
