"""Options: those that `check` and `fix` share, and the settings files below them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from preflight.cli.session import Crew
from preflight.cli.values import PhotoPath, Pixels, PlatformName, Seconds, Size
from preflight.config import load_settings
from preflight.errors import SourceError, UsageError
from preflight.limits import Limits
from preflight.printable import printable

Command = TypeVar("Command", bound=Callable[..., Any])

SETTINGS: dict[str, tuple[type, str]] = {
    "for": (list, "platforms"),
    "fail-on": (str, "fail_on"),
    "select": (list, "select"),
    "ignore": (list, "ignore"),
    "max-pixels": (str, "max_pixels"),
    "max-memory": (str, "max_memory_bytes"),
    "timeout": (str, "timeout_s"),
    "jobs": (int, "jobs"),
    "color": (str, "color"),
    "size": (int, "size_px"),
    "max-bytes": (str, "max_bytes"),
    "to": (str, "to"),
    "crop": (str, "crop"),
    "pad": (str, "pad"),
    "background": (str, "background"),
    "enlarge": (bool, "enlarge"),
    "keep-metadata": (bool, "keep_metadata"),
}
"""Key of a settings file to the type of its value and the parameter that it stands for."""

MAX_LIST_BYTES = 100_000_000
"""Of a list of files: enough for a million names."""


def shared_options(command: Command) -> Command:
    """Adds the photos and the options that every command on photos takes."""
    for decorate in reversed(_SHARED):
        command = decorate(command)
    return command


def crew_options(command: Command) -> Command:
    """Adds how many photos are worked on at a time, and what each may take."""
    for decorate in reversed(_CREW):
        command = decorate(command)
    return command


def _apply_settings(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Puts the settings file below the command line, before click looks at the other options."""
    if ctx.resilient_parsing:  # shell completion: no file is to be read for it
        return value
    known = {key: kind for key, (kind, _) in SETTINGS.items()}
    settings = load_settings(Path(value) if value else None, known)
    own = {parameter.name for parameter in ctx.command.params}
    defaults = {
        SETTINGS[key][1]: setting
        for key, setting in settings.values.items()
        if SETTINGS[key][1] in own
    }
    ctx.default_map = {**(ctx.default_map or {}), **defaults}
    ctx.meta["preflight.settings"] = settings.path
    return value


_SHARED = (
    click.argument("photos", nargs=-1, type=PhotoPath(), metavar="PHOTO…"),
    click.option(
        "--for",
        "platforms",
        multiple=True,
        type=PlatformName(),
        metavar="PLATFORM",
        help="Where it goes: a name, a file, or `all`; repeatable.",
    ),
    click.option(
        "--files-from",
        metavar="FILE",
        help="Names of photos, one a line or with zero bytes between; `-` is stdin.",
    ),
    click.option(
        "--max-pixels",
        type=Pixels(),
        metavar="N",
        help="Open photos of up to so many pixels: 200MP.",
    ),
    click.option(
        "--config",
        is_eager=True,
        callback=_apply_settings,
        metavar="FILE",
        help="Settings, instead of the nearest preflight.toml.",
    ),
    click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        help="Colours; auto means on a terminal.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="Say only what needs a person."),
    click.option("-v", "--verbose", is_flag=True, help="Say more: rules, measures, sources."),
)


_CREW = (
    click.option(
        "-j",
        "--jobs",
        type=click.IntRange(1, 256),
        metavar="N",
        help="So many photos at a time; as many as there are cores.",
    ),
    click.option(
        "--isolate", is_flag=True, help="Open a single photo in a process apart, as in folders."
    ),
    click.option(
        "--timeout",
        "timeout_s",
        type=Seconds(),
        metavar="TIME",
        help="Give up on a photo after it; 60s. Isolates.",
    ),
    click.option(
        "--max-memory",
        "max_memory_bytes",
        type=Size(),
        metavar="SIZE",
        help="Give up on a photo that needs more; 2GiB. Isolates.",
    ),
)


def photo_paths(photos: Sequence[str], files_from: str | None) -> tuple[str, ...]:
    """All names of photos as they were given.

    Raises:
        UsageError: There is none, or a name is empty, or two things come from standard input.
        SourceError: The list of files cannot be read.
    """
    if files_from == "":
        raise UsageError("The name after --files-from is empty.", "Name a list of photos there.")
    paths = (*photos, *(_listed(files_from) if files_from is not None else ()))
    if files_from == "-" and "-" in paths:
        raise UsageError("Standard input cannot be both the list of photos and a photo.")
    if "" in paths or any("\0" in path for path in paths):
        raise UsageError("The name of a photo is empty.", 'Look for a stray "" or zero byte.')
    if not paths and files_from is None:
        raise UsageError("Which photo?", "Name one or more photos, or a folder of them.")
    return paths


def as_path(name: str) -> Path:
    """A path that still differs from `-` for a file that is called so and named `./-`."""
    path = Path(name)
    return path.absolute() if str(path) == "-" and name != "-" else path


def crew(
    max_pixels: int | None,
    jobs: int | None,
    isolate: bool,
    timeout_s: float | None,
    max_memory_bytes: int | None,
) -> Crew:
    """Who does the work of this run, within which limits.

    Raises:
        UsageError: PREFLIGHT_MAX_PIXELS is not a number.
    """
    bounds = limits(max_pixels)
    if timeout_s is not None:
        bounds = replace(bounds, timeout_s=timeout_s)
    if max_memory_bytes is not None:
        bounds = replace(bounds, max_memory_bytes=max_memory_bytes)
    apart = isolate or timeout_s is not None or max_memory_bytes is not None
    return Crew(bounds, jobs, apart)


def limits(max_pixels: int | None) -> Limits:
    """The limits of this run.

    Raises:
        UsageError: PREFLIGHT_MAX_PIXELS is not a number.
    """
    try:
        from_environment = Limits.from_environment()
    except ValueError as error:
        raise UsageError(f"{error}.") from error
    return from_environment if max_pixels is None else from_environment.with_max_pixels(max_pixels)


def _listed(files_from: str) -> list[str]:
    name = "The list of photos" if files_from == "-" else f"The list {printable(files_from)}"
    try:
        if files_from == "-":
            data = sys.stdin.buffer.read(MAX_LIST_BYTES + 1)
        else:
            with Path(files_from).open("rb") as file:
                data = file.read(MAX_LIST_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(f"{name} could not be read: {reason}.") from error
    if len(data) > MAX_LIST_BYTES:
        raise SourceError(f"{name} is too long.", "Split it into several.")
    if b"\0" in data:
        names = data.split(b"\0")
    else:
        if os.name == "nt" or data.startswith(b"\xef\xbb\xbf"):  # made by a Windows editor
            data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
        names = data.split(b"\n")
    return [_decoded(name) for name in names if name]


def _decoded(name: bytes) -> str:
    return os.fsdecode(name) if sys.platform != "win32" else name.decode("utf-8", "replace")
