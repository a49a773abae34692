"""Stopwatch: where the time of a photo goes, by stage."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class Stopwatch:
    """Adds up the seconds of each stage.

    Args:
        so_far_s: Of stages that were measured before.
    """

    def __init__(self, so_far_s: Mapping[str, float] | None = None) -> None:
        self.seconds: dict[str, float] = dict(so_far_s or {})

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Adds the seconds of the block, also when it raises."""
        start = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - start
            self.seconds[name] = self.seconds.get(name, 0.0) + spent
