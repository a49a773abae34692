"""Drop: what the icons and menus of a desktop call; says on the desktop how it went."""

from __future__ import annotations

from pathlib import Path

import click

from preflight.cli.console import Console
from preflight.cli.options import crew
from preflight.cli.values import PhotoPath, PlatformName
from preflight.errors import ExitCode, PreflightError
from preflight.naming import absolute


@click.command()
@click.argument("photos", nargs=-1, type=PhotoPath(), metavar="PHOTO…")
@click.option(
    "--for",
    "platforms",
    multiple=True,
    type=PlatformName(),
    metavar="PLATFORM",
    help="Where it goes, as for `preflight fix`. Repeatable.",
)
@click.option("--gather", is_flag=True, hidden=True, help="More launches are on their way.")
def drop(photos: tuple[str, ...], platforms: tuple[str, ...], gather: bool) -> ExitCode:
    """Make copies of PHOTOs that are ready to upload, and say so on the desktop.

    The copies go beside the originals, as with `preflight fix`; if a photo needs you, a page
    opens that says why. Several launches at once join one run. `preflight desktop install` puts
    this into the menus of your file manager.
    """
    from preflight.desktop.drop import Drop, Told
    from preflight.desktop.notify import open_page, tell
    from preflight.desktop.places import cache_folder, special_folder
    from preflight.desktop.tickets import Ticket

    def begun(number: int) -> None:
        import sys

        if sys.platform != "win32":  # there a message waits to be read
            tell("Preflight", f"Working on {number:,} photos…")

    names = [str(absolute(Path(name))) for name in photos if name and "\0" not in name]
    if not names:
        told = [Told("Preflight", "Drop photos on this icon, or a folder of them.")]
        told[0].code = ExitCode.USAGE
    else:
        try:
            workers = crew(None, None, True, None, None)
            pictures = special_folder("PICTURES", Path.home())
            work = Drop(cache_folder(), pictures, workers.outcomes, workers.limits, begun)
            told = work(Ticket(tuple(names), platforms, gather))
        except PreflightError as error:
            tell("Preflight could not work", str(error))
            raise
    console = Console()
    for result in told:
        console.write(f"{result.title}\n{result.body}\n" if result.body else f"{result.title}\n")
        if result.page is not None:
            open_page(result.page)
        tell(result.title, result.body)
    return max((result.code for result in told), default=ExitCode.READY)
