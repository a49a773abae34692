"""Session: photos go through one work, its outcomes to one renderer; the exit code is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import TypeVar

from preflight.batch import simple
from preflight.batch.find import PhotoFinder
from preflight.batch.outcome import FailOn, Outcome, Summary
from preflight.cli.console import say, say_error
from preflight.errors import ExitCode
from preflight.naming import Photo
from preflight.render.renderer import Renderer

T = TypeVar("T")


def exactly_one(items: Iterable[T]) -> tuple[bool, Iterator[T]]:
    """Whether there is exactly one, looking no further than the second; and all of them."""
    iterator = iter(items)
    first = list(islice(iterator, 2))
    return len(first) == 1, chain(first, iterator)


def run_session(
    photos: Iterable[Photo],
    work: Callable[[Photo], Outcome],
    *,
    finder: PhotoFinder,
    renderer: Renderer,
    write: Callable[[str], None],
    stop: Callable[[], bool] = lambda: False,
    fail_on: FailOn | None = None,
    dry_run: bool = False,
    verbose: bool = False,
) -> ExitCode:
    """Works through the photos and writes the report as it grows.

    Args:
        photos: What `finder` found.
        work: What is done with each.
        finder: For what was passed over, and folders that could not be read.
        renderer: Makes the report.
        write: Takes the report.
        stop: Asked after each photo: nobody wants to know the rest.
        fail_on: As in `Outcome.exit_code`.
        dry_run: Nothing is written.
        verbose: Tracebacks of bugs are shown.

    Raises:
        KeyboardInterrupt: After the report was ended properly.
    """
    summary = Summary(skipped=finder.skipped, dry_run=dry_run)
    codes = {ExitCode.READY}
    write(renderer.start())
    try:
        for outcome in simple.run(photos, work):
            summary.add(outcome)
            codes.add(outcome.exit_code(fail_on))
            _say_failure(outcome, verbose)
            write(renderer.photo(outcome))
            if stop():
                return max(codes)
    except KeyboardInterrupt:
        summary.interrupted = True
        write(renderer.end(summary))
        raise
    for problem in finder.problems:
        say_error(problem)
        codes.add(problem.exit_code)
    write(renderer.end(summary))
    return max(codes)


def _say_failure(outcome: Outcome, verbose: bool) -> None:
    if outcome.error is not None:
        say_error(outcome.error)
    elif outcome.bug:
        say(f"preflight: {outcome.path}: this is a bug in preflight, not a fault of the photo.")
        if verbose:
            say(outcome.bug)
        else:
            say("The same command with -v says more, for a bug report.")
