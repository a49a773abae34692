"""Pictured: check and fix that bring small pictures along, from the same decode. For pages."""

from __future__ import annotations

from pathlib import Path

from preflight.api import Platforms, measure
from preflight.fixer.options import FixOptions
from preflight.limits import Limits
from preflight.render.thumbnails import CIRCLE_PX, Thumbnails, thumbnails
from preflight.report import FixResult, Report
from preflight.source import Source, SourceLike, read_source

_LIMITS = Limits()
_OPTIONS = FixOptions()


def check(
    source: SourceLike | Source, *, platforms: Platforms = "default", limits: Limits = _LIMITS
) -> tuple[Report, Thumbnails]:
    """As `preflight.check`; with the photo and what a platform's own crop would show."""
    measured = measure(source, platforms=platforms, limits=limits, side_px=CIRCLE_PX)
    return measured.report, thumbnails(measured.scan)


def fix(
    source: SourceLike | Source,
    *,
    platforms: Platforms = "default",
    options: FixOptions = _OPTIONS,
    limits: Limits = _LIMITS,
) -> tuple[FixResult, Thumbnails]:
    """As `preflight.fix`; with the photo before and after."""
    side_px = max(options.size_px, CIRCLE_PX)
    measured = measure(source, platforms=platforms, limits=limits, side_px=side_px)
    result = measured.fixed(options)
    return result, thumbnails(measured.scan, result)


def show(
    source: SourceLike | Source, *, copy: Path | None = None, limits: Limits = _LIMITS
) -> Thumbnails:
    """The small pictures of a photo that was fixed before, and of its copy if there is one.

    Raises:
        SourceError: One of the files could not be read.
    """
    measured = measure(source, limits=limits, side_px=CIRCLE_PX)
    if copy is None:
        return thumbnails(measured.scan)
    data = read_source(copy, limits).data
    result = FixResult(data, "fixed", measured.report)
    return thumbnails(measured.scan, result)
