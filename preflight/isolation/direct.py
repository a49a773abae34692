"""Direct: check and fix in this process, with the face that children have too. Loads little."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from preflight.fixer.options import FixOptions
from preflight.limits import Limits
from preflight.platforms.platform import Platform
from preflight.report import FixResult, Report
from preflight.source import Source

if TYPE_CHECKING:
    from preflight.render.thumbnails import Thumbnails

Target = tuple[Platform, ...]


class Caller(Protocol):
    """Checks and fixes photos, one at a time. Errors are those of `preflight.check` and `fix`.

    `pictured` asks for the small pictures of a page as well; they are None where there are none.
    """

    def check(
        self, source: Path | Source, platforms: Target, limits: Limits, *, pictured: bool = False
    ) -> tuple[Report, Thumbnails | None]:
        """As `preflight.check`."""
        ...

    def fix(
        self,
        source: Path | Source,
        platforms: Target,
        options: FixOptions,
        limits: Limits,
        *,
        pictured: bool = False,
    ) -> tuple[FixResult, Thumbnails | None]:
        """As `preflight.fix`."""
        ...

    def show(self, source: Path, copy: Path | None, limits: Limits) -> Thumbnails | None:
        """The small pictures of a photo that was fixed before."""
        ...

    def spread(self, threads: int) -> None:
        """So many threads a decoder may use for the photos to come."""
        ...

    def abandon(self) -> None:
        """Stops what is in progress. For other threads."""
        ...

    def close(self) -> None:
        """Frees what it holds."""
        ...


class Direct:
    """In this process: for one photo of one's own."""

    def check(
        self, source: Path | Source, platforms: Target, limits: Limits, *, pictured: bool = False
    ) -> tuple[Report, Thumbnails | None]:
        """As `preflight.check`."""
        if pictured:
            from preflight import pictured as pictured_api

            return pictured_api.check(source, platforms=platforms, limits=limits)
        from preflight import api

        return api.check(source, platforms=platforms, limits=limits), None

    def fix(
        self,
        source: Path | Source,
        platforms: Target,
        options: FixOptions,
        limits: Limits,
        *,
        pictured: bool = False,
    ) -> tuple[FixResult, Thumbnails | None]:
        """As `preflight.fix`."""
        if pictured:
            from preflight import pictured as pictured_api

            return pictured_api.fix(source, platforms=platforms, options=options, limits=limits)
        from preflight import api

        return api.fix(source, platforms=platforms, options=options, limits=limits), None

    def show(self, source: Path, copy: Path | None, limits: Limits) -> Thumbnails | None:
        """The small pictures of a photo that was fixed before."""
        from preflight import pictured as pictured_api

        return pictured_api.show(source, copy=copy, limits=limits)

    def spread(self, threads: int) -> None:
        """Nothing: who started this process has said it, see `threads_allowed`."""

    def abandon(self) -> None:
        """Nothing can be stopped here."""

    def close(self) -> None:
        """Nothing is held."""
