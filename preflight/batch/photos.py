"""Photos: all photos of a run, of which there may be a hundred thousand."""

from __future__ import annotations

import os
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import overload

from preflight.naming import Photo


class Photos(Sequence[Photo]):
    """A sequence that keeps the bytes of each path and eight more, where objects take 500."""

    def __init__(self, photos: Iterable[Photo]) -> None:
        self._paths = bytearray()
        self._ends = array("Q")
        self._roots: list[tuple[int, Path | None]] = []
        """From which photo on which folder is the root."""
        for photo in photos:
            if not self._roots or self._roots[-1][1] != photo.root:
                self._roots.append((len(self._ends), photo.root))
            self._paths += os.fsencode(photo.path)
            self._ends.append(len(self._paths))

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, at: int) -> Photo: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Photo]: ...
    def __getitem__(self, at: int | slice) -> Photo | Sequence[Photo]:
        if isinstance(at, slice):
            return Photos(map(self.__getitem__, range(*at.indices(len(self)))))
        at = range(len(self))[at]
        _, root = self._roots[bisect_right(self._roots, at, key=lambda entry: entry[0]) - 1]
        return Photo(self._path(at), root)

    def __iter__(self) -> Iterator[Photo]:
        ends = [start for start, _ in self._roots[1:]]
        for (start, root), end in zip(self._roots, [*ends, len(self)]):
            for at in range(start, end):
                yield Photo(self._path(at), root)

    def _path(self, at: int) -> Path:
        start = self._ends[at - 1] if at else 0
        return Path(os.fsdecode(bytes(self._paths[start : self._ends[at]])))
