"""Platforms: found by name or path, and completed from `default`. Cached."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from preflight.errors import UsageError
from preflight.platforms.platform import Limit, Platform
from preflight.platforms.reader import LIMIT_NAMES, platform_of, read
from preflight.platforms.tables import TABLES
from preflight.suggest import did_you_mean

DEFAULT = "default"
ALL = "all"
DATA = Path(__file__).with_name("data")


@cache
def names() -> tuple[str, ...]:
    """The bundled platforms: `default`, then by the alphabet."""
    return (DEFAULT, *(name for name in TABLES if name != DEFAULT))


def load(name_or_path: str) -> Platform:
    """A bundled platform by name, or a user's own by the path of its TOML file.

    Raises:
        UsageError: There is no such platform, or no such file.
        ConfigError: The file says something that cannot be used.
    """
    if name_or_path in names():
        return _bundled(name_or_path)
    if name_or_path.endswith(".toml") or "/" in name_or_path or "\\" in name_or_path:
        return _complete(read(Path(name_or_path)))
    known = (*names(), ALL)
    raise UsageError(
        f"There is no platform called {name_or_path!r}.",
        did_you_mean(name_or_path.lower(), known, "`preflight platforms` lists them all."),
    )


def load_many(
    spec: str | Platform | Sequence[str | Platform],
) -> tuple[Platform, ...]:
    """One or several platforms; `all` stands for every bundled one, repeated ones count once.

    Raises:
        UsageError: A name that is not known, or none at all.
        ConfigError: A file that cannot be used.
    """
    entries = (spec,) if isinstance(spec, str | Platform) else spec
    chosen: dict[str, Platform] = {}
    for entry in entries:
        for platform in _entry(entry):
            chosen.setdefault(platform.name, platform)
    if not chosen:
        raise UsageError("No platform is given.", "Leave it out to mean `default`.")
    return tuple(chosen.values())


def _entry(entry: str | Platform) -> Iterable[Platform]:
    if isinstance(entry, Platform):
        return (entry,)
    return map(load, names()) if entry == ALL else (load(entry),)


@cache
def _bundled(name: str) -> Platform:
    platform = platform_of(TABLES[name], DATA / f"{name}.toml")
    return platform if name == DEFAULT else _complete(platform)


def _complete(platform: Platform) -> Platform:
    """Fills what the platform does not publish from `default`, marked as inherited.

    What would contradict a limit that the platform does publish is left out.
    """
    inherited: dict[str, Any] = {
        name: replace(limit, inherited=True)
        for name in LIMIT_NAMES
        if getattr(platform, name) is None
        and (limit := getattr(_bundled(DEFAULT), name)) is not None
    }
    highest = _least(platform.max_bytes, platform.advised_bytes)
    if "advised_bytes" in inherited and inherited["advised_bytes"].value >= highest:
        del inherited["advised_bytes"]
    if "max_bytes" in inherited and inherited["max_bytes"].value <= highest < math.inf:
        del inherited["max_bytes"]
    widest = _least(platform.max_side_px, platform.advised_side_px)
    if "min_side_px" in inherited and inherited["min_side_px"].value > widest:
        del inherited["min_side_px"]
    if "advised_side_px" in inherited and platform.max_side_px is not None:
        advised = inherited["advised_side_px"]
        side_px = min(advised.value, platform.max_side_px.value)
        inherited["advised_side_px"] = replace(advised, value=side_px)
    return replace(platform, **inherited)


def _least(*limits: Limit[int] | None) -> float:
    return min((limit.value for limit in limits if limit is not None), default=math.inf)
