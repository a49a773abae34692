"""Check: what would make the upload fail, for one photo or a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import click

from preflight.batch.find import PhotoFinder
from preflight.batch.outcome import FailOn, Outcome
from preflight.cli.asked import Asked, asks
from preflight.cli.command import PhotoCommand
from preflight.cli.options import as_path
from preflight.cli.progress import Progress
from preflight.cli.report import format_option, report_to, timings_option
from preflight.cli.session import looked_ahead, run_session
from preflight.cli.stdin import source_of
from preflight.cli.values import RuleName
from preflight.errors import ExitCode
from preflight.isolation.direct import Caller
from preflight.naming import Photo
from preflight.report import Report

EXAMPLES = """\b
Examples:
  preflight check photo.heic
  preflight check --for threads --for slack photo.jpg
  preflight check headshots/ --format json -o report.json
"""


@click.command(cls=PhotoCommand, epilog=EXAMPLES)
@asks
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
    asked: Asked,
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
    keep = _rule_filter(select, ignore)
    finder = PhotoFinder(map(as_path, asked.paths))
    one_photo, batch, found = looked_ahead(finder)
    setting = asked.setting(
        "check",
        one_photo=one_photo,
        colour=asked.console.colour and out in (None, "-"),
        timings=timings,
        fail_on=fail_on,
    )

    pictured = format_ == "html"

    def work(photo: Photo, caller: Caller) -> Outcome:
        source = source_of(photo, asked.workers.limits)
        report, thumbnails = caller.check(
            source, asked.platforms, asked.workers.limits, pictured=pictured
        )
        return Outcome(str(photo.path), report=keep(report), thumbnails=thumbnails)

    with (
        asked.workers.hired("check_pictured" if pictured else "check", batch=batch) as hands,
        report_to(format_, setting, out, asked.console, asked.paths) as (renderer, write),
    ):
        return run_session(
            hands(found, work),
            finder=finder,
            renderer=renderer,
            write=write,
            stop=lambda: asked.console.closed,
            fail_on=fail_on,
            verbose=asked.verbose,
            listed=out in (None, "-") and asked.console.lists_failures(format_, one_photo),
            progress=Progress(
                lambda: sum(1 for _ in PhotoFinder(map(as_path, asked.paths))), quiet=asked.quiet
            )
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
