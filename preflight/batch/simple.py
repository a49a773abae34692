"""Simple: one photo after the other in this process; a bad one never stops the rest."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator

from preflight.batch.outcome import Outcome
from preflight.errors import OutputError, PreflightError, SourceError
from preflight.naming import Photo
from preflight.printable import printable

ADVICE = "Close other programs, or open fewer pixels with --max-pixels."


def run(photos: Iterable[Photo], work: Callable[[Photo], Outcome]) -> Iterator[Outcome]:
    """Does `work` on each photo, in their order, as the outcomes are asked for.

    A file that cannot be read or written, or that meets a bug of preflight, becomes its own
    outcome. A bad request (`UsageError`) holds for all of them and is raised.
    """
    for photo in photos:
        try:
            outcome = work(photo)
        except (SourceError, OutputError) as failure:
            outcome = Outcome(str(photo.path), error=failure)
        except MemoryError:
            # not damage, and no bug: this process has no cap of its own, the machine said no
            name = printable(photo.path.name)
            error = SourceError(f"The memory of this computer does not suffice for {name}.", ADVICE)
            outcome = Outcome(str(photo.path), error=error)
        except PreflightError:
            raise
        except Exception:  # noqa: BLE001 - the one place: a bug on one photo, the rest goes on
            outcome = Outcome(str(photo.path), bug=traceback.format_exc())
        yield outcome
