"""Main: the group of commands, bare photos, and errors as exit codes. Loads nothing heavy."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import click

from preflight.cli.console import never_fail_on_streams, say, say_error
from preflight.errors import ExitCode, PreflightError
from preflight.suggest import meant

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMPLETION = "_PREFLIGHT_COMPLETE"
"""Environment variable by which a shell asks what to offer; click's name for it."""


class Entry(NamedTuple):
    """A command: where it is, what it does, and an example that people can copy."""

    place: str
    summary: str
    example: str = ""


COMMANDS = {
    "check": Entry(
        "preflight.cli.check:check",
        "Say what would make the upload of a photo fail.",
        "preflight check photo.heic",
    ),
    "fix": Entry(
        "preflight.cli.fix:fix",
        "Make a copy that is ready to upload.",
        "preflight fix photo.heic",
    ),
    "guide": Entry(
        "preflight.cli.guide:guide",
        "What else to try when it is not the file.",
        "preflight guide",
    ),
    "preview": Entry("preflight.cli.preview:preview", "Show what it will look like, small."),
    "watch": Entry("preflight.cli.watch:watch", "Make copies of photos as they arrive."),
    "explain": Entry(
        "preflight.cli.info:explain",
        "Say more about one of the findings.",
        "preflight explain not-square",
    ),
    "platforms": Entry("preflight.cli.info:platforms", "Where photos go, and the limits there."),
    "rules": Entry("preflight.cli.info:rules", "All that is looked for."),
    "desktop": Entry(
        "preflight.cli.desktop:desktop", "Drop photos on an icon, or right-click them."
    ),
    "drop": Entry("preflight.cli.drop:drop", "What those icons and menus call."),
    "doctor": Entry("preflight.cli.doctor:doctor", "Versions, decoders and limits in force."),
    "completion": Entry("preflight.cli.completion:completion", "Teach the shell the commands."),
    "help": Entry("preflight.cli.manual:help_", "The whole manual, or all of one command."),
}
"""Name to command, in the order of the overview; each is loaded when it is called."""

MAIN_COMMANDS = 3
"""So many, from the top, are shown with an example."""

_ALIASES = {"-h": "--help", "-V": "--version"}


class Stopped(Exception):  # noqa: N818 - a person's wish, not an error
    """Ctrl-C, after the command has cleaned up."""


class PreflightGroup(click.Group):
    """Loads commands late, takes bare photos for `check`, and ends with the right exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the overview."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports the module of that command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].place.partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        command.name = cmd_name
        if command.help is None:
            _read_help(command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """`preflight photo.heic` is `preflight check photo.heic`."""
        if args:
            args = [_ALIASES.get(args[0], args[0]), *args[1:]]
            if args[0] not in COMMANDS and args[0] not in ("--help", "--version"):
                if not ctx.resilient_parsing:
                    _refuse_mistyped(args[0])
                args = ["check", *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands, and photos for `preflight photo.heic`."""
        from preflight.cli.completion import photos_like

        photos = photos_like(incomplete) if incomplete else []
        return [*super().shell_complete(ctx, incomplete), *photos]

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The overview; `preflight` alone shows it too."""
        formatter.write(overview())

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; an interrupt is told apart before click prints anything."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise Stopped from error

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Runs and exits; `standalone_mode=False` returns the exit code instead."""
        standalone = kwargs.pop("standalone_mode", True)
        given: Sequence[str] | None = kwargs.get("args", args[0] if args else None)
        words = sys.argv[1:] if given is None else list(given)
        try:
            kwargs["standalone_mode"] = False
            code = super().main(*args, **kwargs) or ExitCode.READY
        except Exception as error:  # noqa: BLE001 - the one place where errors become exit codes
            code = _exit_code(error, words)
        if standalone:
            sys.exit(int(code))
        return int(code)


def _read_help(command: click.Command) -> None:
    """For a Python that dropped what click takes it from."""
    from preflight.docstring import docstring

    if command.callback is not None:
        command.help = docstring(command.callback)
    if isinstance(command, click.Group):
        for part in command.commands.values():
            _read_help(part)


def _end(code: int) -> NoReturn:
    """Ends the process without taking the interpreter apart, which takes as long as a small photo.

    Files are closed and children ended by then.
    """
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (AttributeError, OSError, ValueError):  # none there, closed, or nobody reads any more
        sys.exit(code)
    if "coverage" in sys.modules:  # which writes what it counted when the interpreter ends
        sys.exit(code)
    os._exit(code)


def overview() -> str:
    """What `preflight` alone says: the few commands that people need, then the rest."""
    lines = ["Says why a profile photo will not upload, and makes a copy that will.", ""]
    entries = list(COMMANDS.items())
    for _, entry in entries[:MAIN_COMMANDS]:
        lines += [f"  {entry.example:<30}{entry.summary}"]
    lines += ["", "A photo or folder alone is checked: preflight photo.heic", "", "More:"]
    for name, entry in entries[MAIN_COMMANDS:]:
        lines += [f"  preflight {name:<20}{entry.summary}"]
    lines += [
        f"  preflight {'--version':<20}The version.",
        "",
        "preflight COMMAND --help shows the options of a command.",
    ]
    return "\n".join(lines) + "\n"


def _exit_code(error: Exception, words: Sequence[str]) -> ExitCode:
    """Says what went wrong, and how the process has to end."""
    # Python 3.11 wraps what strikes while it makes a class
    if isinstance(error, Stopped | click.Abort) or isinstance(error.__cause__, KeyboardInterrupt):
        say(f"{chr(10) if sys.stderr.isatty() else ''}Stopped.")
        return ExitCode.INTERRUPTED
    if isinstance(error, PreflightError):
        say_error(error)
        return error.exit_code
    if isinstance(error, click.UsageError):
        _say_usage_error(error)
        return ExitCode.USAGE
    if isinstance(error, click.ClickException):
        say(f"preflight: {error.format_message()}")
        return ExitCode.USAGE
    if isinstance(error, OSError) and error.errno is not None and error.filename is None:
        say(f"preflight: The system does not let preflight go on: {error.strerror}.")
        return ExitCode.FILE
    say(
        "preflight: this is a bug in preflight, not a fault of your photo: "
        f"{type(error).__name__}: {error}"
    )
    if any(re.fullmatch("--verbose|-[a-z]*v[a-z]*", word) for word in words):
        import traceback

        say("".join(traceback.format_exception(error)))
    else:
        say("The same command with -v says more, for a bug report.")
    return ExitCode.BUG


def _say_usage_error(error: click.UsageError) -> None:
    message = error.format_message()
    ctx = error.ctx
    parameter = getattr(error, "param", None)
    if ctx is not None and parameter is not None and ctx.meta.get("preflight.settings"):
        source = ctx.get_parameter_source(parameter.name)
        if source is click.core.ParameterSource.DEFAULT_MAP or source is None:
            message += f" (in {ctx.meta['preflight.settings']})"
    say(f"preflight: {message}")
    if ctx is not None:
        say(f"preflight {ctx.info_name} --help shows the options." if ctx.parent else "")


def _refuse_mistyped(word: str) -> None:
    """A word that is no file and looks like a command is that command, mistyped.

    Raises:
        click.UsageError: With the command that was meant.
    """
    if word.startswith("-") or os.path.lexists(word) or not re.fullmatch(r"[A-Za-z]+", word):
        return
    command = meant(word.lower(), COMMANDS, 0.7)
    if command:
        raise click.UsageError(f"There is no command or photo {word!r}. Did you mean {command}?")


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from preflight.versions import OWN, version_of

        click.echo(f"preflight {version_of(OWN) or '(not installed)'}")
        ctx.exit()


@click.group(
    cls=PreflightGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version)
@click.pass_context
def cli(ctx: click.Context) -> None:
    """The command line; see `COMMANDS`."""
    if ctx.invoked_subcommand is None:
        click.echo(overview(), nl=False)


def run() -> None:
    """Runs the command line of this process and ends it."""
    never_fail_on_streams()
    if COMPLETION in os.environ:
        from preflight.cli.completion import register

        register()
    _end(cli.main(prog_name="preflight", standalone_mode=False))
