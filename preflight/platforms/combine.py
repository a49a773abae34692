"""Combining platforms: what one output file has to satisfy to be accepted by all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

from preflight.errors import PlatformConflictError
from preflight.frozen import frozen
from preflight.platforms.platform import Limit, Platform, Target
from preflight.words import either, exact_bytes, format_word


@frozen
class _Bound:
    """The strictest limit of one kind, and whose it is."""

    value: int
    platform: Platform
    hard: bool


def combine(platforms: Sequence[Platform]) -> Target:
    """Intersects the limits of one or several platforms.

    Advice, and what a platform only inherited, gives way to a limit that it contradicts.

    Raises:
        PlatformConflictError: No file satisfies two of them; the message names the two.
    """
    max_bytes, min_bytes = _fitting(platforms, "max_bytes", "min_bytes", exact_bytes)
    max_side, min_side = _fitting(platforms, "max_side_px", "min_side_px", _side)
    max_pixels, min_side = _fitting_square(platforms, min_side)
    advised_bytes = _strictest(platforms, "advised_bytes", min)
    if advised_bytes and max_bytes and advised_bytes.value >= max_bytes.value:
        advised_bytes = None
    advised_side = _advised_side(platforms, min_side, max_side, max_pixels)
    bounds = {
        "max_bytes": max_bytes,
        "advised_bytes": advised_bytes,
        "min_bytes": min_bytes,
        "min_side_px": min_side,
        "advised_side_px": advised_side,
        "max_side_px": max_side,
        "max_pixels": max_pixels,
    }
    binding = {name: bound.platform.name for name, bound in bounds.items() if bound}
    formats = _formats(platforms)
    binding["formats"] = min(platforms, key=lambda one: len(one.formats.value)).name
    refusing = [one for one in platforms if one.progressive and not one.progressive.value]
    if refusing:
        binding["progressive"] = refusing[0].name
    return Target(
        platforms=tuple(platform.name for platform in platforms),
        formats=formats,
        **{name: bound.value if bound else None for name, bound in bounds.items()},
        progressive=not refusing,
        binding=binding,
    )


def _formats(platforms: Sequence[Platform]) -> tuple[str, ...]:
    first = platforms[0].formats.value
    common = tuple(
        name for name in first if all(name in platform.formats.value for platform in platforms)
    )
    if common:
        return common
    for one, other in combinations(platforms, 2):
        if not set(one.formats.value) & set(other.formats.value):
            raise _conflict(one, _named(one), other, _named(other))
    # No two of three or more exclude each other: name the two that leave the least.
    one, other = min(
        combinations(platforms, 2),
        key=lambda pair: len(set(pair[0].formats.value) & set(pair[1].formats.value)),
    )
    raise _conflict(one, _named(one), other, _named(other), "with the others there is none left")


def _named(platform: Platform) -> str:
    return either([format_word(name) for name in platform.formats.value])


def _fitting(
    platforms: Sequence[Platform], upper: str, lower: str, words: Callable[[int], str]
) -> tuple[_Bound | None, _Bound | None]:
    """Strictest upper and lower bound; soft ones are given up where they contradict."""
    high, low = _strictest(platforms, upper, min), _strictest(platforms, lower, max)
    if _contradict(high, low):
        firm_high = _strictest(platforms, upper, min, hard_only=True)
        firm_low = _strictest(platforms, lower, max, hard_only=True)
        if not _contradict(high, firm_low):
            low = firm_low
        elif not _contradict(firm_high, low):
            high = firm_high
        else:
            high, low = firm_high, firm_low
    if high and low and _contradict(high, low):
        raise _conflict(
            low.platform,
            f"at least {words(low.value)}",
            high.platform,
            f"at most {words(high.value)}",
        )
    return high, low


def _contradict(high: _Bound | None, low: _Bound | None) -> bool:
    return high is not None and low is not None and low.value > high.value


def _fitting_square(
    platforms: Sequence[Platform], min_side: _Bound | None
) -> tuple[_Bound | None, _Bound | None]:
    """The most pixels, and the shortest side that a square of so many may have."""
    most = _strictest(platforms, "max_pixels", min)
    if not most or not min_side or min_side.value**2 <= most.value:
        return most, min_side
    if not min_side.hard:
        return most, _strictest(platforms, "min_side_px", max, hard_only=True)
    if not most.hard:
        return _strictest(platforms, "max_pixels", min, hard_only=True), min_side
    raise _conflict(
        min_side.platform,
        f"at least {_side(min_side.value)}",
        most.platform,
        f"at most {most.value:,} pixels",
    )


def _advised_side(
    platforms: Sequence[Platform],
    min_side: _Bound | None,
    max_side: _Bound | None,
    max_pixels: _Bound | None,
) -> _Bound | None:
    """The largest that anyone advises, moved into the range that all accept."""
    advised = _strictest(platforms, "advised_side_px", max)
    if not advised:
        return None
    if max_side and advised.value > max_side.value:
        advised = max_side
    if max_pixels and advised.value**2 > max_pixels.value:
        advised = _Bound(int(max_pixels.value**0.5), max_pixels.platform, max_pixels.hard)
    if min_side and advised.value < min_side.value:
        advised = min_side
    return advised


def _strictest(
    platforms: Sequence[Platform],
    name: str,
    choose: Callable[..., tuple[Limit[Any], Platform]],
    hard_only: bool = False,
) -> _Bound | None:
    stated = [(getattr(one, name), one) for one in platforms if getattr(one, name)]
    if hard_only:
        stated = [(limit, one) for limit, one in stated if limit.hard and not limit.inherited]
    if not stated:
        return None
    limit, platform = choose(stated, key=lambda pair: pair[0].value)
    return _Bound(limit.value, platform, limit.hard and not limit.inherited)


def _side(side_px: int) -> str:
    return f"{side_px} px a side"


def _conflict(
    one: Platform, wants: str, other: Platform, other_wants: str, why: str = ""
) -> PlatformConflictError:
    same = one.name == other.name
    return PlatformConflictError(
        f"{one.title} wants {wants} and {'also' if same else other.title + ' wants'} {other_wants}"
        f"{', and ' + why if why else ''}: no photo fits.",
        "Correct its file." if same else "Make one copy for each.",
    )


def shape_of(platforms: Sequence[Platform]) -> str:
    """What viewers see: `circle` if any of them cuts one or does not say, else the milder shape."""
    shapes = {platform.shape.value if platform.shape else "circle" for platform in platforms}
    return next((name for name in ("circle", "rounded", "square") if name in shapes), "circle")
