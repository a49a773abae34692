"""Watch: photos are worked on as they arrive in a folder, once they are there whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from preflight.batch.find import PhotoFinder
from preflight.batch.journal import Stamp, stamp_of
from preflight.batch.outcome import Outcome
from preflight.errors import OutputError, SourceError, UsageError
from preflight.naming import Photo

SETTLED_S = 2.0
"""A file that did not change for so long has been copied whole. If not, it changes and is done
again."""

AGAIN_S = 5.0
"""After a folder of copies could not be used."""

_TICK_MS = 500

Round = Callable[[Sequence[Photo]], Iterator[Outcome]]


class Arrivals:
    """Tells which photos of a folder are new or changed, and whole.

    Asks the folder itself after each sign of a change: signs get lost when there are many.
    """

    def __init__(
        self,
        folder: Path,
        avoid: Path | None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder, self._avoid, self._now = folder, avoid, now
        self._known: dict[Path, Stamp] = {}
        self._settling: dict[Photo, tuple[Stamp, float]] = {}

    def look(self) -> None:
        """Looks for photos that are new or have changed; forgets those that are gone."""
        photos = {photo.path: photo for photo in PhotoFinder((self._folder,), self._avoid)}
        self._known = {path: stamp for path, stamp in self._known.items() if path in photos}
        for path, photo in photos.items():
            stamp = stamp_of(path)
            if stamp is not None and self._known.get(path) != stamp:
                waiting = self._settling.get(photo)
                if waiting is None or waiting[0] != stamp:
                    self._settling[photo] = stamp, self._now()

    def settled(self) -> list[Photo]:
        """Photos that are whole; each is given once, and again when it changes."""
        ready = []
        for photo, (stamp, since) in list(self._settling.items()):
            current = stamp_of(photo.path)
            if current is None:
                del self._settling[photo]
            elif current != stamp:
                self._settling[photo] = current, self._now()
            elif self._now() - since >= SETTLED_S:
                del self._settling[photo]
                self._known[photo.path] = stamp
                ready.append(photo)
        return ready

    def put_back(self, photos: Sequence[Photo]) -> None:
        """They could not be worked on: they count as new, in a while."""
        for photo in photos:
            stamp = self._known.pop(photo.path, None)
            if stamp is not None:
                self._settling[photo] = stamp, self._now() - SETTLED_S + AGAIN_S


def watch(
    folder: Path, avoid: Path, work_on: Round, problem: Callable[[OutputError], None]
) -> Iterator[Outcome]:
    """Works on what is in a folder, then on what arrives, until it is interrupted.

    Args:
        folder: With everything below it.
        avoid: The folder of copies.
        work_on: Works on some photos.
        problem: Told when the folder of copies could not be used; it is tried again.

    Raises:
        UsageError: watchfiles is not installed.
        SourceError: The folder is not there (any more).
    """
    try:
        import watchfiles
    except ImportError as error:
        raise UsageError(
            "Watching a folder needs watchfiles, which is not installed.",
            "Install it: pip install 'photo-preflight[watch]'",
        ) from error
    if not folder.is_dir():
        raise SourceError(f"There is no folder {folder}.", "Check the name.")
    arrivals = Arrivals(folder, avoid)
    arrivals.look()
    signs = watchfiles.watch(
        folder,
        watch_filter=None,
        rust_timeout=_TICK_MS,
        yield_on_timeout=True,
        ignore_permission_denied=True,
    )
    for changes in signs:
        if not folder.is_dir():
            raise SourceError(f"The folder {folder} was taken away.")
        if changes:
            arrivals.look()
        photos = arrivals.settled()
        if not photos:
            continue
        try:
            yield from work_on(photos)
        except OutputError as error:
            problem(error)
            arrivals.put_back(photos)
