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
from preflight.cli.command import PhotoCommand
from preflight.cli.console import Console, say, say_error
from preflight.cli.options import crew, crew_options, photo_paths, shared_options
from preflight.cli.session import run_session
from preflight.cli.wishes import fix_options, wish_options
from preflight.errors import ExitCode, UsageError
from preflight.naming import Photo, is_file_name, ready_folder
from preflight.printable import printable
from preflight.render.renderer import Setting, make_renderer

EXAMPLES = """\b
Examples:
  preflight watch incoming/
  preflight watch incoming/ -o ready/ --for slack
"""


@click.command(cls=PhotoCommand, epilog=EXAMPLES)
@shared_options
@crew_options
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
    photos: tuple[str, ...],
    platforms: tuple[str, ...],
    files_from: str | None,
    max_pixels: int | None,
    jobs: int | None,
    isolate: bool,
    timeout_s: float | None,
    max_memory_bytes: int | None,
    config: str | None,
    color: str,
    quiet: bool,
    verbose: bool,
    out: str | None,
    format_: str,
    **wishes: Any,
) -> ExitCode:
    """Make copies of the photos in a folder, and of all that arrive there, until Ctrl-C.

    PHOTO is one folder. A photo that is still being copied is waited for.
    """
    from preflight.batch.watch import watch as watch_folder
    from preflight.platforms.loader import load_many

    paths = photo_paths(photos, files_from)
    if len(paths) != 1 or not Path(paths[0]).is_dir():
        raise UsageError("One folder can be watched.", "For instance: preflight watch incoming/")
    if out is not None and (out == "-" or is_file_name(out)):
        raise UsageError(f"{out} is no folder.", "Name a folder with -o.")
    folder = Path(paths[0])
    target = Path(out) if out is not None else ready_folder(folder)
    chosen = load_many(platforms or ("default",))
    workers = crew(max_pixels, jobs, isolate, timeout_s, max_memory_bytes)
    options = fix_options(wishes, None)
    console = Console(color)
    setting = Setting(
        command="fix",
        platforms=chosen,
        arguments=paths,
        for_options=platforms,
        one_photo=False,
        width=console.width,
        colour=console.colour,
        salvage=options.salvage,
        quiet=quiet,
        verbose=verbose,
    )

    def work_on(arrived: Sequence[Photo]) -> Iterator[Outcome]:
        delivery = Delivery(arrived, str(target), write_bytes=console.write_bytes)
        with journals_of(delivery, arrived) as journals:
            work = Fixing(delivery, chosen, options, workers.limits, journals=journals)
            yield from hands(arrived, work)

    def outcomes() -> Generator[Outcome]:
        yield from watch_folder(folder, target, work_on, say_error)

    if not quiet:
        places = f"{printable(str(folder))}; copies go to {printable(str(target))}"
        say(f"Watching {places}. Stop: Ctrl-C.")
    with workers.hired("fix", batch=True) as hands:
        return run_session(
            outcomes(),
            finder=PhotoFinder(()),
            renderer=make_renderer(format_, setting),
            write=console.write,
            stop=lambda: console.closed,
            verbose=verbose,
        )
