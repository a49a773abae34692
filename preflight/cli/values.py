"""Values: texts of the command line and of settings files become numbers, windows and names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from preflight.fixer.options import CROPS
from preflight.limits import MB

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    ParamType = click.ParamType[Any]
else:
    ParamType = click.ParamType  # generic only in newer versions of click

_UNITS = {
    "": 1,
    "b": 1,
    "k": 1000,
    "kb": 1000,
    "m": MB,
    "mb": MB,
    "kib": 1024,
    "mib": 1024**2,
    "g": 1000 * MB,
    "gb": 1000 * MB,
    "gib": 1024**3,
}

MAX_SIDE_PX = 10_000
"""Of a copy: a hundred million pixels, as much as is opened."""

MAX_SECONDS = 86_400
"""A day for one photo."""


def parse_size(text: str) -> int:
    """Bytes from `500kB`, `1 MB`, `1MiB`, `200000`; 1 MB is 1,000,000 bytes.

    >>> parse_size("500kB"), parse_size("1.5 MB"), parse_size("1MiB"), parse_size("200000")
    (500000, 1500000, 1048576, 200000)

    Raises:
        ValueError: It is none of these.
    """
    match = re.fullmatch(r"\s*([0-9]{1,12}(?:\.[0-9]{1,6})?)\s*([A-Za-z]*)\s*", text)
    if match is None or match[2].lower() not in _UNITS:
        raise ValueError(f"{text!r} is not a size such as 500kB, 1MB or 200000")
    size_bytes = int(float(match[1]) * _UNITS[match[2].lower()])
    if size_bytes < 1:
        raise ValueError("the size has to be at least one byte")
    return size_bytes


class Size(ParamType):
    """A number of bytes."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Text to bytes."""
        try:
            return value if isinstance(value, int) else parse_size(value)
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


class Seconds(ParamType):
    """A time: `90`, `0.5`, `90s`, `2min`."""

    name = "seconds"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Text to seconds."""
        match = re.fullmatch(r"\s*([0-9]{1,6}(?:\.[0-9]{1,6})?)\s*(s|min|)\s*", str(value))
        seconds = float(match[1]) * (60 if match[2] == "min" else 1) if match else 0.0
        if not 0.1 <= seconds <= MAX_SECONDS:
            self.fail(f"{value!r} is not a time such as 90s or 2min.", param, ctx)
        return seconds


class Side(ParamType):
    """A side in pixels."""

    name = "side"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Text to pixels."""
        side_px = int(value) if str(value).isdecimal() and len(str(value)) < 7 else 0
        if not 1 <= side_px <= MAX_SIDE_PX:
            self.fail(f"{value!r} is not a side of 1 to {MAX_SIDE_PX:,} pixels.", param, ctx)
        return side_px


class Pixels(ParamType):
    """A number of pixels: `50000000` or `50MP`."""

    name = "pixels"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Text to pixels."""
        match = re.fullmatch(r"\s*([0-9]{1,12})\s*(mp)?\s*", str(value), re.IGNORECASE)
        pixels = int(match[1]) * (1_000_000 if match[2] else 1) if match else 0
        if pixels < 1:
            self.fail(f"{value!r} is not a number of pixels such as 50MP or 50000000.", param, ctx)
        return pixels


class Crop(ParamType):
    """A way to crop, or a window `X,Y,SIDE` in pixels of the upright photo."""

    name = "crop"

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """As `--help` shows it."""
        return "HOW"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str | tuple[float, float, float, float]:
        """Text to a name or to left, top, right, bottom."""
        if isinstance(value, tuple) or value in CROPS:
            return value  # type: ignore[no-any-return]
        match = re.fullmatch(r"\s*(-?[0-9]{1,9})\s*,\s*(-?[0-9]{1,9})\s*,\s*([0-9]{1,9})\s*", value)
        if match is None:
            self.fail(
                f"{value!r} is neither {', '.join(CROPS)} nor a window X,Y,SIDE "
                "such as 0,200,1500.",
                param,
                ctx,
            )
        x, y, side = (int(number) for number in match.groups())
        if side < 1:
            self.fail("the side of the window has to be at least one pixel.", param, ctx)
        return (x, y, x + side, y + side)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The names."""
        return _beginning_so(incomplete, CROPS)


class PhotoPath(click.Path):
    """A photo or a folder; the shell offers only these."""

    def __init__(self) -> None:
        """One that may not be read does not stop the rest, so that is not for click to find."""
        super().__init__(readable=False)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Photos and folders whose names begin so, hidden ones only when asked for."""
        from preflight.cli.completion import photos_like

        return photos_like(incomplete)


class PlatformName(ParamType):
    """A platform's name, `all`, or the path of a platform file."""

    name = "platform"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The bundled names and `all`."""
        from preflight.platforms.loader import names

        return _beginning_so(incomplete, (*names(), "all"))


class RuleName(ParamType):
    """A rule's name."""

    name = "rule"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """All names."""
        from preflight.rules.registry import rules

        return _beginning_so(incomplete, (rule.name for rule in rules()))


class GuideName(ParamType):
    """A platform or the name of a guide."""

    name = "guide"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """All names of both."""
        from preflight.guides.loader import guides
        from preflight.platforms.loader import names

        known = dict.fromkeys((*(guide.name for guide in guides()), *names()))
        return _beginning_so(incomplete, known)


def _beginning_so(incomplete: str, names: Iterable[str]) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem  # loaded when a shell asks

    return [CompletionItem(name) for name in names if name.startswith(incomplete)]
