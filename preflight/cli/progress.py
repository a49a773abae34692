"""Progress: how far a run is, on standard error: a bar on a terminal, otherwise a line at times."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any

from preflight.batch.outcome import Outcome
from preflight.cli.console import say
from preflight.render.standing import needs_person

if TYPE_CHECKING:
    from tqdm import tqdm

FIRST_S, EVERY_S = 15.0, 30.0
"""When it is no terminal: short runs say nothing before their result."""


class Progress(AbstractContextManager["Progress"]):
    """Counts photos, and shows it.

    Args:
        count: Finds out how many there will be; called in a thread, may take its time.
        quiet: Show nothing.
    """

    def __init__(self, count: Callable[[], int], *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._done = self._needing = 0
        self._total: int | None = None
        self._started = self._told = time.monotonic()
        self._bar: tqdm[Any] | None = None
        if quiet:
            return
        if sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(
                unit=" photos", dynamic_ncols=True, leave=False, file=sys.stderr, smoothing=0.1
            )
        threading.Thread(target=self._count, args=(count,), daemon=True).start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Takes the bar away."""
        if self._bar is not None:
            self._bar.close()

    def photo(self, outcome: Outcome) -> None:
        """Counts one."""
        self._done += 1
        self._needing += bool(needs_person(outcome))
        if self._quiet:
            return
        if self._bar is None:
            self._tell()
            return
        if self._total is not None and self._bar.total != self._total:
            self._bar.total = self._total
        if self._needing:
            self._bar.set_postfix_str(self._needing_words(), refresh=False)
        self._bar.update()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Something else is written meanwhile."""
        if self._bar is None:
            yield
            return
        self._bar.clear()
        try:
            yield
        finally:
            self._bar.refresh()

    def _count(self, count: Callable[[], int]) -> None:
        self._total = count()

    def _tell(self) -> None:
        now = time.monotonic()
        if now - self._started < FIRST_S or now - self._told < EVERY_S:
            return
        self._told = now
        rate = self._done / (now - self._started)
        parts = [f"{self._done:,} of {self._total:,}" if self._total else f"{self._done:,}"]
        parts[0] += " photos done"
        parts.append(f"{rate:.1f} a second")
        if self._total:
            parts.append(f"{_duration((self._total - self._done) / rate)} left")
        if self._needing:
            parts.append(self._needing_words())
        say(", ".join(parts) + ".")

    def _needing_words(self) -> str:
        return "1 needs you" if self._needing == 1 else f"{self._needing:,} need you"


def _duration(seconds: float) -> str:
    """In words that need no table.

    >>> _duration(42), _duration(90), _duration(7300)
    ('42 seconds', '2 minutes', '2.0 hours')
    """
    if seconds < 60:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 3600 else f"{seconds / 3600:.1f} hours"
