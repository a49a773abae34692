"""Report: where a report goes: standard output, a file, or pages beside other output."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from preflight.batch.find import is_photo
from preflight.batch.outcome import Outcome, Summary
from preflight.cli.console import Console
from preflight.errors import OutputError, UsageError
from preflight.naming import absolute, is_file_name
from preflight.output import REPORT_MODE, TargetExistsError, atomic_file
from preflight.printable import printable
from preflight.render.ordered import Ordered
from preflight.render.renderer import FORMAT_NAMES, Renderer, Setting, make_renderer

Write = Callable[[str], None]

format_option = click.option(
    "--format",
    "format_",
    type=click.Choice(FORMAT_NAMES),
    default="text",
    metavar="FORMAT",
    help=f"{', '.join(FORMAT_NAMES)}.",
)


timings_option = click.option(
    "--timings", is_flag=True, help="Say where the time of each photo went, by stage."
)


@contextmanager
def report_to(
    format_: str, setting: Setting, out: str | None, console: Console, paths: Sequence[str] = ()
) -> Iterator[tuple[Renderer, Write]]:
    """The renderer of a format, and what takes its text.

    Args:
        format_: As `--format` takes it.
        setting: Of the run.
        out: A file, which appears when the report is whole, in the place of an earlier report;
            None or `-` for standard output.
        console: Standard output.
        paths: The photos as they were named, none of which is to be overwritten.

    Raises:
        UsageError: `out` is a photo, or empty.
        OutputError: It could not be written, or something else has that name.
    """
    target = None if out is None or out == "-" else _checked(out, paths)
    if format_ == "html":
        from preflight.render.html import HtmlReport

        with HtmlReport(setting, target, console.write) as report:
            yield Ordered(report), console.write
    elif target is None:
        renderer = make_renderer(format_, setting)
        live = format_ == "text" and console.interactive
        yield renderer if live else Ordered(renderer), console.write
    else:
        with atomic_file(target, replace=True, mode=REPORT_MODE) as file:

            def write(text: str) -> None:
                file.write(text.encode("utf-8", "backslashreplace"))

            yield Ordered(make_renderer(format_, setting)), write


@contextmanager
def with_page(
    renderer: Renderer, setting: Setting, page: str | None, paths: Sequence[str] = ()
) -> Iterator[Renderer]:
    """The renderer, and a page besides if one is asked for.

    Args:
        renderer: Of the main report.
        setting: Of the run.
        page: As `--report` takes it; None for none.
        paths: The photos as they were named.

    Raises:
        UsageError: The page is no name of a page.
        OutputError: It could not be written.
    """
    if page is None:
        yield renderer
        return
    target = _checked(page, paths)
    if target.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"--report {page} is not the name of a page.", "Use a name with .html.")
    from preflight.render.html import HtmlReport

    with HtmlReport(setting, target) as report:
        both = Both(renderer, Ordered(report))
        yield both
        if both.failure is not None:
            raise both.failure


class Both:
    """A renderer whose outcomes a second one, which writes by itself, gets as well.

    Attributes:
        failure: Why the second one could not write; the main one is not to suffer for it.
    """

    def __init__(self, main: Renderer, second: Renderer) -> None:
        self._main, self._second = main, second
        self.failure: OutputError | None = None

    def start(self) -> str:
        """Of the main one."""
        self._second.start()
        return self._main.start()

    def photo(self, outcome: Outcome) -> str:
        """Of the main one."""
        self._second.photo(outcome)
        return self._main.photo(outcome)

    def end(self, summary: Summary) -> str:
        """Of the main one."""
        text = self._main.end(summary)
        try:
            self._second.end(summary)
        except OutputError as error:
            self.failure = error
        return text


def _checked(out: str, paths: Sequence[str]) -> Path:
    target = Path(out)
    if not out:
        raise UsageError("The name of the report is empty.", "Give it one, such as report.html.")
    named = absolute(target) in map(absolute, map(Path, paths))
    if is_file_name(out) or named or (target.is_file() and is_photo(out)):
        raise UsageError(
            f"{out} would be a report over a photo.",
            "`preflight check` writes reports; `preflight fix` makes photos.",
        )
    if target.is_file():
        from preflight.render.earlier import is_report

        if not is_report(target):
            raise TargetExistsError(
                f"{printable(out)} exists already and is no report of preflight; it was left.",
                "Choose another name for the report.",
            )
    return target
