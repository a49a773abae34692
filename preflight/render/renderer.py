"""Renderer: what every output format offers, and the table of them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Literal, Protocol, cast

from preflight.batch.outcome import FailOn, Outcome, Summary
from preflight.frozen import frozen
from preflight.platforms.platform import Platform

FORMATS: Mapping[str, str] = {
    "text": "preflight.render.text:TextRenderer",
    "json": "preflight.render.json:JsonRenderer",
    "jsonl": "preflight.render.json:JsonLinesRenderer",
    "junit": "preflight.render.junit:JunitRenderer",
    "sarif": "preflight.render.sarif:SarifRenderer",
    "csv": "preflight.render.csv:CsvRenderer",
    "github": "preflight.render.github:GithubRenderer",
}
"""Name of a format that is text, written as it grows, to its class, loaded when it is asked for."""

FORMAT_NAMES = (*FORMATS, "html")
"""What `--format` takes. Pages write themselves, see `html.HtmlReport`."""


@frozen
class Setting:
    """What a renderer knows of the run.

    Attributes:
        command: `check` or `fix`.
        platforms: The platforms it is for.
        arguments: The paths as they were given, for the next command.
        for_options: The `--for` options as they were given; empty if left out.
        one_photo: There is exactly one photo, so there is room for paragraphs.
        endless: Photos come until somebody stops it, so nothing can wait for the end.
        width: Columns of the terminal.
        colour: Colours may be used.
        dry_run: Nothing is written.
        salvage: Damaged parts are cut away already.
        quiet: Only what needs a person.
        timings: Where the time of each photo went.
        verbose: Names of rules, measurements and sources too.
        fail_on: As in `Outcome.exit_code`, for formats that say which photos fail.
    """

    command: Literal["check", "fix"]
    platforms: tuple[Platform, ...] = ()
    arguments: tuple[str, ...] = ()
    for_options: tuple[str, ...] = ()
    one_photo: bool = True
    endless: bool = False
    width: int = 80
    colour: bool = False
    dry_run: bool = False
    salvage: bool = False
    quiet: bool = False
    verbose: bool = False
    timings: bool = False
    fail_on: FailOn | None = None


class Renderer(Protocol):
    """Turns outcomes into text, piece by piece, in the order of the photos."""

    def start(self) -> str:
        """What comes before the first photo."""
        ...

    def photo(self, outcome: Outcome) -> str:
        """What is to be said as soon as this photo is done."""
        ...

    def end(self, summary: Summary) -> str:
        """What comes after the last photo, also after an interrupt."""
        ...


def make_renderer(name: str, setting: Setting) -> Renderer:
    """The renderer that `--format` names."""
    module, _, attribute = FORMATS[name].partition(":")
    return cast(Renderer, getattr(import_module(module), attribute)(setting))
