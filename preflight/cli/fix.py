"""Fix: a copy that is ready to upload, for one photo or a folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from preflight.batch.deliver import Delivery, checked_backup_suffix
from preflight.batch.find import PhotoFinder
from preflight.batch.fixing import Fixing, journals_of
from preflight.batch.photos import Photos
from preflight.cli.asked import Asked, asks
from preflight.cli.command import PhotoCommand
from preflight.cli.console import say, stdout_is_closed
from preflight.cli.options import as_path
from preflight.cli.progress import Progress
from preflight.cli.report import format_option, report_to, timings_option, with_page
from preflight.cli.session import looked_ahead, run_session
from preflight.cli.stdin import source_of
from preflight.cli.wishes import fix_options, wish_options
from preflight.errors import ExitCode, OutputError, UsageError
from preflight.naming import is_file_name

EXAMPLES = """\b
Examples:
  preflight fix photo.heic
  preflight fix headshots/
  preflight fix --for discord --max-bytes 250kB -o avatar.jpg photo.png
"""


@click.command(cls=PhotoCommand, epilog=EXAMPLES)
@asks
@click.option(
    "-o",
    "out",
    metavar="FILE|DIR",
    help="A .jpg or .png file, or a folder; `-` is stdout.",
)
@wish_options
@click.option("--in-place", is_flag=True, help="Replace the photo; needs --backup-suffix.")
@click.option("--backup-suffix", metavar="SUFFIX", help="The original gets this at its end.")
@click.option("-n", "--dry-run", is_flag=True, help="Write nothing, say what would be done.")
@click.option("--force", is_flag=True, help="Replace a copy that is there already.")
@format_option
@timings_option
@click.option("--report", "page", metavar="FILE.html", help="Write a page with pictures as well.")
def fix(
    asked: Asked,
    out: str | None,
    in_place: bool,
    backup_suffix: str | None,
    dry_run: bool,
    force: bool,
    format_: str,
    timings: bool,
    page: str | None,
    **wishes: Any,
) -> ExitCode:
    """Make a copy of a PHOTO that is ready to upload; the original is not touched.

    A PHOTO is a file, a folder, or - for standard input. photo.heic becomes photo-ready.jpg
    beside it, the photos of headshots/ go to headshots-ready/.
    """
    finder = PhotoFinder(
        map(as_path, asked.paths),
        Path(out) if out and out != "-" and not is_file_name(out) else None,
    )
    one_photo, batch, all_photos = looked_ahead(finder)
    found = Photos(all_photos)
    backup = checked_backup_suffix(in_place, backup_suffix, out)
    delivery = Delivery(
        found, out, backup, dry_run=dry_run, force=force, write_bytes=asked.console.write_bytes
    )
    options = fix_options(wishes, delivery.file)
    if delivery.to_stdout:
        _refuse_two_on_stdout(format_)
    setting = asked.setting(
        "fix",
        one_photo=one_photo,
        colour=asked.console.colour and not delivery.to_stdout,
        dry_run=dry_run,
        salvage=options.salvage,
        timings=timings,
    )

    pictured = page is not None or format_ == "html"
    with (
        asked.workers.hired("fix_pictured" if pictured else "fix", batch=batch) as hands,
        report_to(format_, setting, None, asked.console) as (main, write),
        with_page(main, setting, page, asked.paths) as renderer,
        journals_of(delivery, found if batch and not dry_run else ()) as journals,
    ):
        work = Fixing(
            delivery,
            asked.platforms,
            options,
            asked.workers.limits,
            pictured=pictured,
            journals=journals,
            again=force,
            source_of=lambda photo: source_of(photo, asked.workers.limits),
        )
        return run_session(
            hands(found, work),
            finder=finder,
            renderer=renderer,
            write=(lambda text: say(text.rstrip("\n")) if text else None)
            if delivery.to_stdout
            else write,
            dry_run=dry_run,
            verbose=asked.verbose,
            listed=not delivery.to_stdout and asked.console.lists_failures(format_, one_photo),
            progress=Progress(lambda: len(found), quiet=asked.quiet) if batch else None,
        )


def _refuse_two_on_stdout(format_: str) -> None:
    if format_ != "text":
        raise UsageError(
            f"Standard output cannot take both the photo and the {format_} report.",
            "Give the photo a name with -o.",
        )
    if stdout_is_closed():
        raise OutputError("Standard output is closed.", "Give the photo a name with -o.")
    if sys.stdout.isatty():
        raise UsageError(
            "A photo cannot be shown as text in the terminal.", "Give it a name with -o."
        )
