"""One after the other: what stops a run and what does not."""

from pathlib import Path

import pytest

from preflight.batch.outcome import Outcome
from preflight.batch.simple import run
from preflight.errors import ExitCode, OutputError, SourceError, UsageError
from preflight.naming import Photo

PHOTOS = [Photo(Path("a.jpg")), Photo(Path("b.jpg"))]


def failing(error):
    def work(photo):
        if photo is PHOTOS[0]:
            raise error
        return Outcome(str(photo.path))

    return work


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SourceError("gone"), ExitCode.FILE),
        (OutputError("full"), ExitCode.FILE),
        (MemoryError(), ExitCode.FILE),
        (RuntimeError("bug"), ExitCode.BUG),
        (RecursionError(), ExitCode.BUG),
    ],
)
def test_the_rest_goes_on(error, code):
    first, second = run(PHOTOS, failing(error))
    assert (first.path, second.path) == ("a.jpg", "b.jpg")
    assert (first.exit_code(), second.exit_code()) == (code, ExitCode.READY)


@pytest.mark.parametrize("error", [UsageError("no such platform"), KeyboardInterrupt()])
def test_what_holds_for_all_stops_all(error):
    with pytest.raises(type(error)):
        list(run(PHOTOS, failing(error)))


def test_work_is_done_as_it_is_asked_for():
    done = []
    outcomes = run(PHOTOS, lambda photo: done.append(photo) or Outcome("x"))
    next(outcomes)
    assert done == PHOTOS[:1]
