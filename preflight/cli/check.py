"""Check: what would make the upload fail, for one photo or a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import click

from preflight.batch.find import PhotoFinder
from preflight.batch.outcome import FailOn, Outcome
from preflight.cli.command import PhotoCommand
from preflight.cli.console import Console
from preflight.cli.options import as_path, crew, crew_options, photo_paths, shared_options
from preflight.cli.progress import Progress
from preflight.cli.report import format_option, report_to, timings_option
from preflight.cli.session import looked_ahead, run_session
from preflight.cli.stdin import source_of
from preflight.cli.values import RuleName
from preflight.errors import ExitCode
from preflight.isolation.direct import Caller
from preflight.naming import Photo
from preflight.render.renderer import Setting
from preflight.report import Report

EXAMPLES = """\b
Examples:
  preflight check photo.heic
  preflight check --for threads --for slack photo.jpg
  preflight check headshots/ --format json -o report.json
"""


@click.command(cls=PhotoCommand, epilog=EXAMPLES)
@shared_options
@crew_options
@format_option
@timings_option
@click.option("-o", "out", metavar="FILE", help="Write the report there; `-` is stdout.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    help="Exit with 1 from this severity on.",
)
@click.option(
    "--select", multiple=True, type=RuleName(), metavar="RULE", help="Look for this only."
)
@click.option(
    "--ignore", multiple=True, type=RuleName(), metavar="RULE", help="Do not look for this."
)
def check(
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
    format_: str,
    timings: bool,
    out: str | None,
    fail_on: FailOn | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
) -> ExitCode:
    """Say what would make an upload of a PHOTO fail, and what to do.

    A PHOTO is a file, a folder, or - for standard input. The exit code is 0 if every photo is
    ready, 1 if not, 2 for a wrong command, 3 if a file could not be read.
    """
    from preflight.platforms.loader import load_many

    paths = photo_paths(photos, files_from)
    chosen = load_many(platforms or ("default",))
    keep = _rule_filter(select, ignore)
    workers = crew(max_pixels, jobs, isolate, timeout_s, max_memory_bytes)
    console = Console(color)
    finder = PhotoFinder(map(as_path, paths))
    one_photo, batch, found = looked_ahead(finder)
    setting = Setting(
        command="check",
        platforms=chosen,
        arguments=paths,
        for_options=platforms,
        one_photo=one_photo,
        width=console.width,
        colour=console.colour and out in (None, "-"),
        quiet=quiet,
        verbose=verbose,
        timings=timings,
        fail_on=fail_on,
    )

    pictured = format_ == "html"

    def work(photo: Photo, caller: Caller) -> Outcome:
        source = source_of(photo, workers.limits)
        report, thumbnails = caller.check(source, chosen, workers.limits, pictured=pictured)
        return Outcome(str(photo.path), report=keep(report), thumbnails=thumbnails)

    with (
        workers.hired("check_pictured" if pictured else "check", batch=batch) as hands,
        report_to(format_, setting, out, console, paths) as (renderer, write),
    ):
        return run_session(
            hands(found, work),
            finder=finder,
            renderer=renderer,
            write=write,
            stop=lambda: console.closed,
            fail_on=fail_on,
            verbose=verbose,
            progress=Progress(lambda: sum(1 for _ in PhotoFinder(map(as_path, paths))), quiet=quiet)
            if batch
            else None,
        )


def _rule_filter(select: Sequence[str], ignore: Sequence[str]) -> Callable[[Report], Report]:
    """Leaves of a report what `--select` and `--ignore` leave.

    Raises:
        UsageError: There is no such rule.
    """
    wanted, unwanted = _rule_names(select), _rule_names(ignore)
    if not wanted and not unwanted:
        return lambda report: report

    def passes(name: str) -> bool:
        return name not in unwanted and (not wanted or name in wanted)

    return lambda report: replace(
        report,
        findings=tuple(finding for finding in report.findings if passes(finding.rule)),
        skipped=tuple(skipped for skipped in report.skipped if passes(skipped.check)),
    )


def _rule_names(options: Sequence[str]) -> frozenset[str]:
    from preflight.rules.registry import get

    names = [name.strip() for option in options for name in option.split(",")]
    return frozenset(get(name).name for name in names)
