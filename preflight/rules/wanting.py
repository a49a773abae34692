"""Who wants what: the part of a message that names a platform."""

from __future__ import annotations

from typing import Any

from preflight.finding import Severity
from preflight.platforms.loader import DEFAULT
from preflight.platforms.platform import Limit, Platform

MOST = "Most places"


def says(platform: Platform, limit: Limit[Any] | None, one: str, many: str) -> str:
    """The platform as subject of a verb; "most places" where it publishes nothing of its own.

    Args:
        platform: The platform.
        limit: The limit that is spoken of.
        one: The verb after one name: "wants".
        many: The verb after "Most places": "want".
    """
    if platform.name == DEFAULT or (limit is not None and limit.inherited):
        return f"{MOST} {many}"
    return f"{platform.title} {one}"


def wants(platform: Platform, limit: Limit[Any] | None) -> str:
    """ "Threads wants", "Most places want"."""
    return says(platform, limit, "wants", "want")


def by_hardness(limit: Limit[Any]) -> Severity:
    """An error where breaking the limit makes the upload fail, a warning where it is advice."""
    return Severity.ERROR if limit.hard else Severity.WARNING
