"""Session: photos go through one work, alone or side by side, its outcomes to one renderer."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager, nullcontext
from itertools import chain, islice

from preflight.batch import simple
from preflight.batch.find import PhotoFinder
from preflight.batch.outcome import FailOn, Outcome, Summary
from preflight.batch.simple import Work
from preflight.cli.console import say, say_error
from preflight.cli.progress import Progress
from preflight.errors import ExitCode
from preflight.frozen import frozen
from preflight.isolation.direct import Caller, Direct
from preflight.limits import Limits
from preflight.naming import Photo
from preflight.render.renderer import Renderer

Hands = Callable[[Iterable[Photo], Work], Generator[Outcome]]
"""Do some work on each photo. What they raise is that the request makes no sense."""


@frozen
class Crew:
    """Who does the work.

    Attributes:
        limits: Of each photo.
        jobs: How many photos at a time; None for as many as there are cores.
        isolate: In children, one photo too.
    """

    limits: Limits
    jobs: int | None = None
    isolate: bool = False

    @contextmanager
    def hired(self, call: str, *, batch: bool) -> Iterator[Hands]:
        """Those who do it. To be called before anything starts a thread.

        Args:
            call: What they will do, of `isolation.child.CALLS`.
            batch: Several photos or those of folders, which are always opened in children.
        """
        if not batch and not self.isolate:
            from preflight.isolation.heap import keep_for_pixels

            keep_for_pixels()
            yield lambda photos, work: _one_by_one(photos, work, Direct())
            return
        import gc

        from preflight.batch import parallel
        from preflight.isolation import caller
        from preflight.isolation.nursery import nursery
        from preflight.isolation.worker import Worker

        gc.freeze()
        gc.enable()
        with nursery(Worker.child_module, call) as start:

            def open_caller() -> caller.Isolated:
                return caller.Isolated(self.limits, start)

            if batch:
                jobs = self.jobs or parallel.cores()
                yield lambda photos, work: parallel.run(photos, work, open_caller, jobs)
            else:
                yield lambda photos, work: _one_by_one(photos, work, open_caller())

    def outcomes(
        self, photos: Iterable[Photo], work: Work, *, call: str, batch: bool
    ) -> Generator[Outcome]:
        """Does `work` on each photo, by hands that are hired for that alone; see `hired`."""
        with self.hired(call, batch=batch) as hands:
            yield from hands(photos, work)


def _one_by_one(photos: Iterable[Photo], work: Work, one: Caller) -> Generator[Outcome]:
    with closing(one):
        yield from simple.run(photos, lambda photo: work(photo, one))


def looked_ahead(photos: Iterable[Photo]) -> tuple[bool, bool, Iterator[Photo]]:
    """Whether there is exactly one, whether it is a batch, and all of them.

    Looks no further than the second.
    """
    iterator = iter(photos)
    first = list(islice(iterator, 2))
    batch = len(first) > 1 or any(photo.root is not None for photo in first)
    return len(first) == 1, batch, chain(first, iterator)


def run_session(
    outcomes: Generator[Outcome],
    *,
    finder: PhotoFinder,
    renderer: Renderer,
    write: Callable[[str], None],
    stop: Callable[[], bool] = lambda: False,
    fail_on: FailOn | None = None,
    dry_run: bool = False,
    verbose: bool = False,
    listed: bool = False,
    progress: Progress | None = None,
) -> ExitCode:
    """Takes the outcomes as they come and writes the report as it grows.

    Args:
        outcomes: Of all photos, see `Hands`.
        finder: For what was passed over, and folders that could not be read.
        renderer: Makes the report.
        write: Takes the report.
        stop: Asked after each photo: nobody wants to know the rest.
        fail_on: As in `Outcome.exit_code`.
        dry_run: Nothing is written.
        verbose: Tracebacks of bugs are shown.
        listed: The report ends with all that failed, before the same eyes: it is not said twice.
        progress: Shows how far the run is.

    Raises:
        KeyboardInterrupt: After the report was ended properly.
    """
    summary = Summary(skipped=finder.skipped, dry_run=dry_run)
    codes = {ExitCode.READY}
    write(renderer.start())
    try:
        with closing(outcomes), progress or nullcontext():
            for outcome in outcomes:
                summary.add(outcome)
                codes.add(outcome.exit_code(fail_on))
                if progress is not None:
                    progress.photo(outcome)
                with progress.aside() if progress is not None else nullcontext():
                    if not (listed and outcome.error is not None):
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
