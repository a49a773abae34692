"""Preview: what `fix` would make of a photo for each place, as pictures. Writes nothing."""

from __future__ import annotations

from preflight.api import Platforms, measure
from preflight.fixer.options import FixOptions
from preflight.frozen import frozen
from preflight.limits import Limits
from preflight.platforms.combine import shape_of
from preflight.platforms.platform import Platform
from preflight.render.thumbnails import CIRCLE_PX, SHARP, Thumbnails, thumbnails
from preflight.report import FixResult, Report
from preflight.source import Source, SourceLike

SIDES_PX = (320, 110, 96, 48, 32)
"""A profile page, Instagram's, and what lists, posts and comments show."""

_LIMITS = Limits()
_OPTIONS = FixOptions()


@frozen
class View:
    """What viewers see in one or several places that get the same picture in the same shape.

    Attributes:
        platforms: The places.
        shape: `circle`, `rounded` or `square`.
        result: What `fix` makes; the pictures are made of these very bytes.
        thumbnails: Of the photo and of the result.
    """

    platforms: tuple[Platform, ...]
    shape: str
    result: FixResult
    thumbnails: Thumbnails


@frozen
class Preview:
    """A photo and its views.

    Attributes:
        report: Of the photo as it came, for all places together.
        original: Small pictures of it.
        views: At least one.
    """

    report: Report
    original: Thumbnails
    views: tuple[View, ...]


def preview(
    source: SourceLike | Source,
    *,
    platforms: Platforms = "default",
    options: FixOptions = _OPTIONS,
    limits: Limits = _LIMITS,
) -> Preview:
    """Fixes a photo once for each place, from one decode, and makes pictures of the results.

    Args:
        source: Path, bytes, or a binary file object.
        platforms: Where the photo goes; each has a view of its own, unless it would be the same.
        options: As `fix` takes them.
        limits: How much of a stranger's file is opened.

    Raises:
        SourceError: The file could not be read.
        UsageError: No such platform, or an option that makes no sense.
        MemoryError: The machine ran out of it.
    """
    side_px = max(options.size_px, CIRCLE_PX * SHARP)
    measured = measure(source, platforms=platforms, limits=limits, side_px=side_px)
    views: dict[tuple[bytes | str, str], View] = {}
    for platform in measured.platforms:
        result = measured.judged_for(platform).fixed(options)
        shape = shape_of((platform,))
        key = (result.data if result.data is not None else result.why, shape)
        known = views.get(key)
        if known is None:
            small = thumbnails(measured.scan, result, SHARP)
            views[key] = View((platform,), shape, result, small)
        else:
            places = (*known.platforms, platform)
            views[key] = View(places, shape, known.result, known.thumbnails)
    small = thumbnails(measured.scan, None, SHARP)
    return Preview(measured.report, small, tuple(views.values()))
