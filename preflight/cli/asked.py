"""Asked: what every command that works on photos is asked, besides its own options."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal

from preflight.cli.console import Console
from preflight.cli.options import crew, crew_options, photo_paths, shared_options
from preflight.cli.session import Crew
from preflight.errors import ExitCode
from preflight.frozen import frozen
from preflight.platforms.platform import Platform
from preflight.render.renderer import Setting


@frozen
class Asked:
    """The photos, where they go, who does it and how it is said.

    Attributes:
        paths: All photos and folders, as they were named.
        names: Of the platforms, as they were named; empty if left out.
        platforms: The platforms.
        workers: Who does the work.
        console: Standard output.
        quiet: Only what needs a person is said.
        verbose: Rules, measures and sources are said as well.
    """

    paths: tuple[str, ...]
    names: tuple[str, ...]
    platforms: tuple[Platform, ...]
    workers: Crew
    console: Console
    quiet: bool
    verbose: bool

    def setting(self, command: Literal["check", "fix"], **more: Any) -> Setting:
        """For a renderer; `more` are what else it has to know, see `Setting`."""
        known = {"colour": self.console.colour, "width": self.console.width, **more}
        return Setting(
            command=command,
            platforms=self.platforms,
            arguments=self.paths,
            for_options=self.names,
            quiet=self.quiet,
            verbose=self.verbose,
            **known,
        )


def asks(command: Callable[..., ExitCode]) -> Callable[..., ExitCode]:
    """Adds the options that these commands share; `command` gets them as one `Asked`.

    Raises:
        UsageError: One of them makes no sense.
        SourceError: The list of photos cannot be read.
    """

    @wraps(command)
    def asking(
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
        **own: Any,
    ) -> ExitCode:
        from preflight.platforms.loader import load_many

        asked = Asked(
            photo_paths(photos, files_from),
            platforms,
            load_many(platforms or ("default",)),
            crew(max_pixels, jobs, isolate, timeout_s, max_memory_bytes),
            Console(color),
            quiet,
            verbose,
        )
        return command(asked, **own)

    return shared_options(crew_options(asking))
