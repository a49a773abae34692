"""Plan: which name each copy gets, decided before the first is written."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from pathlib import Path

from preflight.batch.fingerprints import Fingerprints, fingerprint
from preflight.frozen import frozen
from preflight.naming import READY, Photo, absolute, ready_folder, stem

_MAX_STEM_BYTES = 236
"""255 bytes is what file systems allow; the rest is for `-ready-10000.jpeg`."""

_RESERVED = (
    r"(?i)\A(con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$)"
    r"(?= *(?:\.|\Z))"
)
"""Devices on Windows, whatever follows their first dot (learn.microsoft.com, "Naming Files, Paths,
and Namespaces"); a folder of copies is often carried there."""
_RESERVED_STARTS = {"con", "prn", "aux", "nul", "com", "lpt"}
"""Few names begin so; for the others the expression is not made ready."""


@frozen
class Slot:
    """The place that one photo's copy has to itself; the suffix follows when it is made."""

    folder: Path
    stem: str


@frozen
class _Home:
    """Where the copies of one folder of photos go.

    Attributes:
        folder: That place.
        beside: The photos themselves are there.
    """

    folder: Path
    beside: bool


class Plan:
    """Where every copy goes. The choice does not depend on the order of the photos.

    Beside its original a copy is called `photo-ready`, in a folder of its own `photo`. Two that
    want one name (`a.heic` and `a.jpg`, also `A.jpg` on a disk that ignores case, also the same
    letters composed differently) are numbered in the order of their paths.

    Kept are 8 bytes a photo, and the names that were not the first choice.
    """

    def __init__(self, photos: Collection[Photo], out: Path | None) -> None:
        """Plans all names.

        Args:
            photos: All photos of the run.
            out: Folder for the copies; None for beside the originals, or for a photo found in
                `headshots/` in `headshots-ready/` beside that.

        Raises:
            UsageError: There is no place beside the folder.
        """
        roots = {absolute(root) for root in {photo.root for photo in photos} if root}
        self._out, self._several_roots = out, len(roots) > 1
        self._real = cache(os.path.realpath)  # for this plan: links may change until the next
        self._absolute = cache(absolute)
        self._homes: dict[tuple[str, Path | None], _Home] = {}
        self._others: dict[Photo, Slot] = {}
        self._other_keys: set[int] = set()
        self._wished = Fingerprints(self._key(self._wish(photo)) for photo in photos)
        contested = self._wished.repeated()
        if contested:
            self._number(photo for photo in photos if self._key(self._wish(photo)) in contested)

    def slot(self, photo: Photo) -> Slot:
        """Of one of the photos; no two are the same for any file system."""
        return self._others.get(photo) or self._wish(photo)

    def candidates(self, slot: Slot, suffix: str) -> Iterator[Path]:
        """Names for a copy: its own, then with `-2`, `-3`… until somebody takes one."""
        yield slot.folder / f"{slot.stem}{suffix}"
        for number in range(2, 10_000):
            other = Slot(slot.folder, f"{slot.stem}-{number}")
            if not self._is_taken(self._key(other)):
                yield other.folder / f"{other.stem}{suffix}"

    def folders(self) -> set[Path]:
        """All folders that copies go to."""
        return {home.folder for home in self._homes.values()}

    def _number(self, contested: Iterable[Photo]) -> None:
        """Lets the first of several keep what they all wish for."""
        last: dict[int, int] = {}
        for photo in sorted(
            contested, key=lambda photo: (os.fsencode(photo.path), str(photo.root))
        ):
            wish = self._wish(photo)
            key = self._key(wish)
            if key not in last:
                last[key] = 1
                continue
            while True:
                last[key] += 1
                slot = Slot(wish.folder, f"{wish.stem}-{last[key]}")
                if not self._is_taken(self._key(slot)):
                    break
            self._others[photo] = slot
            self._other_keys.add(self._key(slot))

    def _is_taken(self, key: int) -> bool:
        return key in self._wished or key in self._other_keys

    def _wish(self, photo: Photo) -> Slot:
        home = self._home(photo)
        name = "photo" if photo.is_stdin else _shortened(stem(photo.path))
        if home.beside:
            name += READY
        elif name[:3].lower() in _RESERVED_STARTS:
            name = re.sub(_RESERVED, r"\1-photo", name)
        return Slot(home.folder, name)

    def _home(self, photo: Photo) -> _Home:
        place = os.path.dirname(photo.path), photo.root  # noqa: PTH120 - a string is quicker
        home = self._homes.get(place)
        if home is None:
            folder = self._folder(photo)
            beside = self._real(str(folder)) == self._real(place[0] or os.curdir)
            home = self._homes[place] = _Home(folder, beside)
        return home

    def _folder(self, photo: Photo) -> Path:
        if photo.root is None:
            return photo.path.parent if self._out is None else self._out
        if self._out is None:
            return ready_folder(photo.root) / photo.inside
        out = self._out / absolute(photo.root).name if self._several_roots else self._out
        return out / photo.inside

    def _key(self, slot: Slot) -> int:
        """Equal for names that some file system takes for one: ignoring case, composed letters."""
        text = unicodedata.normalize("NFC", f"{self._absolute(slot.folder)}{os.sep}{slot.stem}")
        return fingerprint(unicodedata.normalize("NFC", text.casefold()))


def _shortened(name: str) -> str:
    while len(os.fsencode(name)) > _MAX_STEM_BYTES:
        name = name[:-1]
    return name
