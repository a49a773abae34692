"""Wishes: the options that say how a fix shall be, and the `FixOptions` that they become."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from preflight.cli.values import Crop, Side, Size
from preflight.errors import UsageError
from preflight.fixer.options import CROPS, FORMATS, FixOptions
from preflight.naming import format_of

Command = TypeVar("Command", bound=Callable[..., Any])


def wish_options(command: Command) -> Command:
    """Adds the options; the command gets them as keywords, None where they were left out."""
    for decorate in reversed(_WISHES):
        command = decorate(command)
    return command


_WISHES = (
    click.option("--size", "size_px", type=Side(), metavar="PX", help="Side of the square; 1024."),
    click.option("--max-bytes", type=Size(), metavar="SIZE", help="No larger than: 500kB, 1MB."),
    click.option("--to", type=click.Choice(FORMATS), help="Format of the copy."),
    click.option("--crop", type=Crop(), help=f"Keep: {', '.join(CROPS)} or X,Y,SIDE."),
    click.option("--pad", metavar="COLOUR|blur", help="Fill up to a square instead of cutting."),
    click.option("--background", metavar="COLOUR", help="In place of transparency; white."),
    click.option(
        "--enlarge/--no-enlarge", default=None, help="Enlarge a small photo, or leave its size."
    ),
    click.option(
        "--keep-metadata/--no-keep-metadata",
        default=None,
        help="Keep all but the location and the orientation, or nothing.",
    ),
    click.option("--salvage", is_flag=True, help="Cut the damaged part away, if there is any."),
)


def fix_options(wishes: dict[str, Any], file: Path | None) -> FixOptions:
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
