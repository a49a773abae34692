"""Preview: a page or a picture of what `fix` would make of one photo. The photo stays as it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from preflight.cli.command import PhotoCommand
from preflight.cli.console import Console
from preflight.cli.options import as_path, limits, photo_paths, shared_options
from preflight.cli.stdin import source_of
from preflight.cli.terminal_picture import terminal_pictures
from preflight.cli.wishes import fix_options, wish_options
from preflight.errors import ExitCode, UsageError
from preflight.naming import Photo, is_folder
from preflight.output import REPORT_MODE, TargetExistsError, same_file, write_file
from preflight.printable import printable

EXAMPLES = """\b
Examples:
  preflight preview photo.heic
  preflight preview --for threads --for slack -o sheet.png photo.jpg
"""

_KNOWN_BYTES = 500
"""Where the mark is by which an earlier preview is known."""


@click.command(cls=PhotoCommand, epilog=EXAMPLES)
@shared_options
@click.option(
    "-o",
    "out",
    metavar="FILE",
    help="A page (.html) or a picture (.png); `-` is a page on stdout.",
)
@click.option(
    "--show/--no-show",
    default=None,
    help="Show it in the terminal as well; the default where that shows pictures.",
)
@wish_options
@click.option("--force", is_flag=True, help="Replace a file that is there already.")
def preview(
    photos: tuple[str, ...],
    platforms: tuple[str, ...],
    files_from: str | None,
    max_pixels: int | None,
    config: str | None,
    color: str,
    quiet: bool,
    verbose: bool,
    out: str | None,
    show: bool | None,
    force: bool,
    **wishes: Any,
) -> ExitCode:
    """Show what a PHOTO would look like, cut and small, after preflight fix.

    photo.heic gets photo-preview.html beside it, to be opened in a browser. A
    terminal that shows pictures shows it at once, with photo-preflight[terminal].
    """
    from preflight.preview import preview as make_preview

    paths = photo_paths(photos, files_from)
    photo = Photo(as_path(paths[0]))
    if len(paths) > 1 or (is_folder(photo.path) and not photo.is_stdin):
        raise UsageError(
            "A preview is of one photo.", "For a folder: preflight fix FOLDER --report report.html"
        )
    as_picture = out is not None and Path(out).suffix.lower() == ".png"
    if out not in (None, "-") and not as_picture and Path(out).suffix.lower() not in _PAGES:
        raise UsageError(f"-o {out} is neither a page nor a PNG.", "Use a name with .html or .png.")
    if out is not None and same_file(Path(out), photo.path):
        raise UsageError(f"-o {out} would replace your original.", "Choose another name.")
    options = fix_options(wishes, None)
    console = Console(color)
    terminal = terminal_pictures(console, show, quiet) if out != "-" else None
    bounds = limits(max_pixels)
    made = make_preview(
        source_of(photo, bounds), platforms=platforms or "default", options=options, limits=bounds
    )
    if as_picture:
        from preflight.render.sheet import sheet

        data = sheet(made)
    else:
        from preflight.render.page.preview import preview_page

        data = preview_page(made).encode("utf-8")
    if out == "-":
        console.write(data.decode("utf-8"))
    else:
        target = Path(out) if out is not None else _beside(photo)
        _write(target, data, force=force)
        if terminal is not None:
            from preflight.render.sheet import drawn

            for view in made.views:  # one after the other: together they may be too high
                terminal.show(drawn(replace(made, views=(view,))))
        if not quiet:
            console.write(f"{printable(str(target))}: open it to see the photo as it will be.\n")
    refused = any(view.result.data is None for view in made.views)
    return ExitCode.FINDINGS if refused else ExitCode.READY


_PAGES = (".html", ".htm")


def _beside(photo: Photo) -> Path:
    if photo.is_stdin:
        return Path("photo-preview.html")
    return photo.path.with_name(f"{photo.path.stem}-preview.html")


def _write(target: Path, data: bytes, *, force: bool) -> None:
    """Writes the preview, over an earlier one but over nothing else."""
    try:
        write_file(target, data, replace=force or _is_preview(target), mode=REPORT_MODE)
    except TargetExistsError as error:
        raise TargetExistsError(
            f"{printable(str(target))} exists already and is something else; it was left.",
            "Choose another name with -o, or replace it with --force.",
        ) from error


def _is_preview(path: Path) -> bool:
    from preflight.render.page.frame import MARK
    from preflight.render.sheet import MARK as SHEET_MARK

    try:
        with path.open("rb") as file:
            beginning = file.read(_KNOWN_BYTES)
    except OSError:
        return False
    return MARK.encode("ascii") in beginning or SHEET_MARK in beginning
