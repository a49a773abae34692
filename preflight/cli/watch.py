"""Watch: copies of photos that arrive in a folder, made as they arrive."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from preflight.batch.deliver import Delivery
from preflight.batch.find import PhotoFinder
from preflight.batch.fixing import Fixing, journals_of
from preflight.batch.outcome import Outcome
from preflight.cli.asked import Asked, asks
from preflight.cli.command import PhotoCommand
from preflight.cli.console import say, say_error
from preflight.cli.session import run_session
from preflight.cli.wishes import fix_options, wish_options
from preflight.errors import ExitCode, UsageError
from preflight.naming import Photo, is_file_name, ready_folder
from preflight.printable import printable
from preflight.render.renderer import make_renderer

EXAMPLES = """\b
Examples:
  preflight watch incoming/
  preflight watch incoming/ -o ready/ --for slack
"""


@click.command(cls=PhotoCommand, epilog=EXAMPLES)
@asks
@click.option("-o", "out", metavar="DIR", help="Where the copies go; FOLDER-ready.")
@wish_options
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "jsonl"]),
    default="text",
    help="Of the report.",
)
def watch(
    asked: Asked,
    out: str | None,
    format_: str,
    **wishes: Any,
) -> ExitCode:
    """Make copies of the photos in a folder, and of all that arrive there, until Ctrl-C.

    PHOTO is one folder. A photo that is still being copied is waited for.
    """
    from preflight.batch.watch import watch as watch_folder

    if len(asked.paths) != 1 or not Path(asked.paths[0]).is_dir():
        raise UsageError("One folder can be watched.", "For instance: preflight watch incoming/")
    if out is not None and (out in ("", "-") or is_file_name(out)):
        raise UsageError(f"{out or 'An empty name'} is no folder.", "Name a folder with -o.")
    folder = Path(asked.paths[0])
    target = Path(out) if out is not None else ready_folder(folder)
    options = fix_options(wishes, None)
    setting = asked.setting(
        "fix",
        one_photo=False,
        endless=True,
        salvage=options.salvage,
    )

    def work_on(arrived: Sequence[Photo]) -> Iterator[Outcome]:
        delivery = Delivery(arrived, str(target), write_bytes=asked.console.write_bytes)
        with journals_of(delivery, arrived) as journals:
            work = Fixing(
                delivery, asked.platforms, options, asked.workers.limits, journals=journals
            )
            yield from hands(arrived, work)

    def outcomes() -> Generator[Outcome]:
        yield from watch_folder(folder, target, work_on, say_error)

    if not asked.quiet:
        places = f"{printable(str(folder))}; copies go to {printable(str(target))}"
        say(f"Watching {places}. Stop: Ctrl-C.")
    with asked.workers.hired("fix", batch=True) as hands:
        return run_session(
            outcomes(),
            finder=PhotoFinder(()),
            renderer=make_renderer(format_, setting),
            write=asked.console.write,
            stop=lambda: asked.console.closed,
            verbose=asked.verbose,
        )
