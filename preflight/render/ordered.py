"""Ordered: a renderer gets the photos in their order, whatever order they are done in."""

from __future__ import annotations

from preflight.batch.outcome import Outcome, Summary
from preflight.render.renderer import Renderer


class Ordered:
    """Keeps outcomes until those before them are there; `parallel.WINDOW` bounds how many."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._waiting: dict[int, Outcome] = {}
        self._next = 0

    def start(self) -> str:
        """Of the renderer."""
        return self._renderer.start()

    def photo(self, outcome: Outcome) -> str:
        """Of the renderer, for all photos whose turn it is."""
        self._waiting[outcome.number] = outcome
        texts = []
        while self._next in self._waiting:
            texts.append(self._renderer.photo(self._waiting.pop(self._next)))
            self._next += 1
        return "".join(texts)

    def end(self, summary: Summary) -> str:
        """Of the renderer; after an interrupt there are gaps."""
        rest = [self._waiting[number] for number in sorted(self._waiting)]
        self._waiting.clear()
        return "".join(map(self._renderer.photo, rest)) + self._renderer.end(summary)
