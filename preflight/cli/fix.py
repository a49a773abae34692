"""Fix: a copy that is ready to upload, for one photo or a folder."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from preflight.batch.deliver import Delivery, checked_backup_suffix
from preflight.batch.find import PhotoFinder
from preflight.batch.outcome import Outcome
from preflight.cli.command import PhotoCommand
from preflight.cli.console import Console, say
from preflight.cli.options import as_path, limits, photo_paths, shared_options
from preflight.cli.report import report_to, with_page
from preflight.cli.session import run_session
from preflight.cli.stdin import source_of
from preflight.cli.values import Crop, Side, Size
from preflight.errors import ExitCode, UsageError
from preflight.fixer.options import FixOptions
from preflight.naming import Photo, format_of, is_file_name
from preflight.render.renderer import FORMAT_NAMES, Setting

EXAMPLES = """\b
Examples:
  preflight fix photo.heic
  preflight fix headshots/
  preflight fix --for discord --max-bytes 250kB -o avatar.jpg photo.png
"""


@click.command(cls=PhotoCommand, epilog=EXAMPLES)
@shared_options
@click.option(
    "-o",
    "out",
    metavar="FILE|DIR",
    help="Where the copy goes: a name that ends in .jpg or .png, or a folder; `-` is stdout.",
)
@click.option("--size", "size_px", type=Side(), metavar="PX", help="Side of the square; 1024.")
@click.option("--max-bytes", type=Size(), metavar="SIZE", help="No larger than: 500kB, 1MB.")
@click.option("--to", type=click.Choice(["jpeg", "png", "auto"]), help="Format of the copy.")
@click.option("--crop", type=Crop(), help="What to keep; auto keeps the head in the circle.")
@click.option("--pad", metavar="COLOUR|blur", help="Fill up to a square instead of cutting.")
@click.option("--background", metavar="COLOUR", help="In place of transparency; white.")
@click.option(
    "--enlarge/--no-enlarge", default=None, help="Enlarge a small photo, or leave its size."
)
@click.option(
    "--keep-metadata/--no-keep-metadata",
    default=None,
    help="Keep all but the location and the orientation, or nothing.",
)
@click.option("--salvage", is_flag=True, help="Cut the damaged part away, if there is any.")
@click.option("--in-place", is_flag=True, help="Replace the photo; needs --backup-suffix.")
@click.option("--backup-suffix", metavar="SUFFIX", help="The original gets this at its end.")
@click.option("-n", "--dry-run", is_flag=True, help="Write nothing, say what would be done.")
@click.option("--force", is_flag=True, help="Replace a copy that is there already.")
@click.option(
    "--format", "format_", type=click.Choice(FORMAT_NAMES), default="text", help="Of the report."
)
@click.option("--report", "page", metavar="FILE.html", help="Write a page with pictures as well.")
def fix(
    photos: tuple[str, ...],
    platforms: tuple[str, ...],
    files_from: str | None,
    max_pixels: int | None,
    config: str | None,
    color: str,
    quiet: bool,
    verbose: bool,
    out: str | None,
    in_place: bool,
    backup_suffix: str | None,
    dry_run: bool,
    force: bool,
    format_: str,
    page: str | None,
    **wishes: Any,
) -> ExitCode:
    """Make a copy of a PHOTO that is ready to upload; the original is not touched.

    A PHOTO is a file, a folder, or - for standard input. photo.heic becomes photo-ready.jpg
    beside it, the photos of headshots/ go to headshots-ready/.
    """
    from preflight.api import fix as fix_photo
    from preflight.platforms.loader import load_many

    paths = photo_paths(photos, files_from)
    chosen = load_many(platforms or ("default",))
    bounds = limits(max_pixels)
    console = Console(color)
    finder = PhotoFinder(
        map(as_path, paths), Path(out) if out and out != "-" and not is_file_name(out) else None
    )
    found = list(finder)
    backup = checked_backup_suffix(in_place, backup_suffix, out)
    delivery = Delivery(
        found, out, backup, dry_run=dry_run, force=force, write_bytes=console.write_bytes
    )
    options = _options(wishes, delivery.file)
    if delivery.to_stdout:
        _refuse_two_on_stdout(format_)
    setting = Setting(
        command="fix",
        platforms=chosen,
        arguments=paths,
        for_options=platforms,
        one_photo=len(found) == 1,
        width=console.width,
        colour=console.colour and not delivery.to_stdout,
        dry_run=dry_run,
        salvage=options.salvage,
        quiet=quiet,
        verbose=verbose,
    )

    def work(photo: Photo) -> Outcome:
        source = source_of(photo, bounds)
        if page is None and format_ != "html":
            result = fix_photo(source, platforms=chosen, options=options, limits=bounds)
            return delivery.deliver(photo, result)
        from preflight.pictured import fix as fix_pictured

        result, small = fix_pictured(source, platforms=chosen, options=options, limits=bounds)
        return replace(delivery.deliver(photo, result), thumbnails=small)

    with (
        report_to(format_, setting, None, console) as (main, write),
        with_page(main, setting, page, paths) as renderer,
    ):
        return run_session(
            found,
            work,
            finder=finder,
            renderer=renderer,
            write=(lambda text: say(text.rstrip("\n")) if text else None)
            if delivery.to_stdout
            else write,
            dry_run=dry_run,
            verbose=verbose,
        )


def _options(wishes: dict[str, Any], file: Path | None) -> FixOptions:
    """The wishes that were given, over the defaults.

    Raises:
        UsageError: A colour that nobody knows, or a name that does not fit the format.
    """
    for name in ("pad", "background"):
        _check_colour(name, wishes[name])
    if file is not None:
        wishes["to"] = format_of(str(file), wishes["to"])
    return FixOptions(**{name: wish for name, wish in wishes.items() if wish is not None})


def _check_colour(name: str, colour: str | None) -> None:
    if colour is None or (name == "pad" and colour == "blur"):
        return
    from PIL import ImageColor

    try:
        ImageColor.getrgb(colour)
    except ValueError as error:
        raise UsageError(
            f"--{name} {colour} is no colour.", "Use a name such as white, or #ffcc00."
        ) from error


def _refuse_two_on_stdout(format_: str) -> None:
    if format_ != "text":
        raise UsageError(
            f"Standard output cannot take both the photo and the {format_} report.",
            "Give the photo a name with -o.",
        )
    if sys.stdout.isatty():
        raise UsageError(
            "A photo cannot be shown as text in the terminal.", "Give it a name with -o."
        )
