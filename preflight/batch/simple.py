"""Simple: one photo after the other in this process; a bad one never stops the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from preflight.batch.outcome import Outcome
from preflight.errors import OutputError, PreflightError, SourceError
from preflight.isolation.direct import Caller
from preflight.isolation.process import AbandonedError, ChildBugError
from preflight.naming import Photo
from preflight.printable import printable

Work = Callable[[Photo, Caller], Outcome]

ADVICE = "Close other programs, or open fewer pixels with --max-pixels."


def run(photos: Iterable[Photo], work: Callable[[Photo], Outcome]) -> Iterator[Outcome]:
    """Does `work` on each photo, in their order, as the outcomes are asked for.

    A file that cannot be read or written, or that meets a bug of preflight, becomes its own
    outcome. A bad request (`UsageError`) holds for all of them and is raised.
    """
    for number, photo in enumerate(photos):
        yield replace(attempt(photo, work), number=number)


def attempt(photo: Photo, work: Callable[[Photo], Outcome]) -> Outcome:
    """Does `work` on one photo; what goes wrong with it is its outcome.

    Raises:
        UsageError: The request makes no sense.
        AbandonedError: The work was stopped from outside.
    """
    try:
        return work(photo)
    except (SourceError, OutputError) as failure:
        return Outcome(str(photo.path), error=failure)
    except MemoryError:
        # not damage, and no bug: this process has no cap of its own, the machine said no
        name = printable(photo.path.name)
        error = SourceError(f"The memory of this computer does not suffice for {name}.", ADVICE)
        return Outcome(str(photo.path), error=error)
    except (PreflightError, AbandonedError):
        raise
    except ChildBugError as bug:
        return Outcome(str(photo.path), bug=str(bug))
    except Exception:  # noqa: BLE001 - the one place: a bug on one photo, the rest goes on
        import traceback

        return Outcome(str(photo.path), bug=traceback.format_exc())
