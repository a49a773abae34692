"""Fixing: what is done with each photo of a run: skipped if done, fixed, delivered, noted."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.batch.deliver import Delivery
from preflight.batch.orphans import remove_orphans
from preflight.batch.outcome import Outcome
from preflight.fixer.options import FixOptions
from preflight.isolation.direct import Caller
from preflight.limits import Limits
from preflight.naming import Photo
from preflight.platforms.platform import Platform
from preflight.report import FixResult
from preflight.source import Source

if TYPE_CHECKING:  # loaded for folders only
    from preflight.batch.journal import Entry, Journal


class Fixing:
    """The work of `fix`. Thread-safe.

    Args:
        delivery: Where the copies go.
        platforms, options, limits: As in `preflight.fix`.
        pictured: Small pictures for a page are wanted.
        journals: The folders of copies to their journals; empty to keep none.
        again: Do again what is done.
        source_of: Gives the path of a photo, or reads one that has none.
    """

    def __init__(
        self,
        delivery: Delivery,
        platforms: tuple[Platform, ...],
        options: FixOptions,
        limits: Limits,
        *,
        pictured: bool = False,
        journals: dict[Path, Journal] | None = None,
        again: bool = False,
        source_of: Callable[[Photo], Path | Source] = lambda photo: photo.path,
    ) -> None:
        self._delivery = delivery
        self._platforms, self._options, self._limits = platforms, options, limits
        self._pictured, self._again = pictured, again
        self._journals = journals or {}
        self._source_of = source_of
        self._settings = ""
        if journals:
            from preflight.batch.journal import settings_hash

            # seconds and memory decide whether there is a result, not which
            ordinary = replace(limits, timeout_s=0, max_memory_bytes=0)
            self._settings = settings_hash(platforms, options, ordinary)

    def __call__(self, photo: Photo, caller: Caller) -> Outcome:
        """Fixes one photo. Errors as in `preflight.fix` and `Delivery.deliver`."""
        home = self._delivery.home(photo)
        journal = self._journals.get(home) if home is not None else None
        if journal is None:
            return _without_bytes(self._fixed(photo, caller, None))
        return _without_bytes(self._noted(photo, caller, journal))

    def _fixed(self, photo: Photo, caller: Caller, entry: Entry | None) -> Outcome:
        source = self._source_of(photo)
        result, small = caller.fix(
            source, self._platforms, self._options, self._limits, pictured=self._pictured
        )
        outcome = self._delivery.deliver(photo, result, _is_ours(entry, result))
        return replace(outcome, thumbnails=small)

    def _noted(self, photo: Photo, caller: Caller, journal: Journal) -> Outcome:
        """What became of it before, if that still holds; else a fix, and a note of it."""
        from preflight.batch.journal import hash_of, stamp_of

        entry, stamp = journal.find(photo.path), stamp_of(photo.path)
        journal.check_there()
        if entry is not None and not self._again and entry.stamp == stamp:
            done = self._done(photo, entry, caller)
            if done is not None:
                return done
        outcome = self._fixed(photo, caller, entry)
        result = outcome.result
        if result is not None and stamp is not None and not _was_stopped(result):
            copy_hash = hash_of(result.data) if result.data is not None else ""
            journal.add(photo.path, stamp, self._settings, result, outcome.output, copy_hash)
        return outcome

    def _done(self, photo: Photo, entry: Entry, caller: Caller) -> Outcome | None:
        """What became of it before, if that still holds."""
        from preflight.batch.journal import hash_of_file

        if entry.settings != self._settings:
            return None
        if entry.output is not None and hash_of_file(entry.output) != entry.copy_hash:
            return None
        try:
            result = entry.result_for(self._platforms)
        except ValueError:
            return None
        if result.made and entry.output is None:
            return None
        small = None
        if self._pictured:
            small = caller.show(photo.path, entry.output, self._limits)
        return Outcome(str(photo.path), result.before, result, entry.output, thumbnails=small)


@contextmanager
def journals_of(delivery: Delivery, photos: Sequence[Photo]) -> Iterator[dict[Path, Journal]]:
    """The journals of all folders of copies, locked, and what killed runs left there removed.

    Raises:
        OutputError: One of the folders cannot be written, or another run is at work in it.
    """
    homes = {home for photo in photos if (home := delivery.home(photo)) is not None}
    if homes:
        from preflight.batch.journal import Journal
    with contextlib.ExitStack() as stack:
        journals = {home: stack.enter_context(Journal(home)) for home in sorted(homes)}
        for folder in delivery.folders():
            remove_orphans(folder)
        yield journals


def _without_bytes(outcome: Outcome) -> Outcome:
    """They are on the disk; a run of thousands must not keep them."""
    if outcome.result is None:
        return outcome
    return replace(outcome, result=replace(outcome.result, data=None))


def _is_ours(entry: Entry | None, result: FixResult) -> Callable[[Path], bool]:
    """Tells the copy that an earlier run made of the same photo: whole, or torn by the disk."""

    def is_ours(path: Path) -> bool:
        if entry is None or entry.output != path:
            return False
        from preflight.batch.journal import hash_of_file

        return hash_of_file(path) == entry.copy_hash or _is_torn(path, result.data or b"")

    return is_ours


def _is_torn(path: Path, data: bytes) -> bool:
    """Whether a file holds nothing but the beginning of these bytes."""
    try:
        if not path.is_file() or path.stat().st_size >= len(data):
            return False
        return data.startswith(path.read_bytes())
    except OSError:
        return False


def _was_stopped(result: FixResult) -> bool:
    """Whether a limit of time or memory or a crash decided; next time it may not."""
    from preflight.rules.limits import DECODER, MEMORY, TIMEOUT

    hits = result.before.facts.limits_hit
    return any(hit.limit in (DECODER, MEMORY, TIMEOUT) for hit in hits)
