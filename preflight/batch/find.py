"""Find: paths on a command line become photos, streamed in a stable order."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.batch.companions import has_edited_copy, is_companion
from preflight.batch.fingerprints import Names
from preflight.errors import SourceError
from preflight.naming import (
    JOURNAL,
    PHOTO_FORMATS,
    PHOTO_SUFFIXES,
    Photo,
    absolute,
    is_backup,
    is_copy,
    is_folder,
    stem,
)
from preflight.printable import printable
from preflight.scanner.sniff import sniff
from preflight.systems import is_elsewhere, stub_of, why_refused

if TYPE_CHECKING:  # loaded where there is a journal
    from preflight.batch.copies import Copies

_SNIFFED_BYTES = 4096
"""What is read of a file that is not called a photo, to see whether it is one."""


class PhotoFinder:
    """Iterates over the photos that paths name; folders are walked as the photos are asked for.

    A file that is named itself is always given. In a folder, files count that are photos by
    content or by name. Passed over are hidden files, links that leave the folder, links to
    folders, preflight's own copies and backups, what only goes with a photo, and what an iPhone
    has an edited copy of.

    Attributes:
        skipped: How many files or folders were passed over so far: `not a photo`, `hidden`,
            `link`, `copy`, `companion`, `unedited`, `in the cloud`.
        problems: Folders that could not be read so far.
    """

    def __init__(self, paths: Iterable[Path], avoid: Path | None = None) -> None:
        """Prepares; nothing is read yet.

        Args:
            paths: Files and folders, each taken once.
            avoid: A folder that is not entered: where the copies go.
        """
        self._paths = tuple(paths)
        self._avoid = os.path.realpath(avoid) if avoid else None
        self.skipped: Counter[str] = Counter()
        self.problems: list[SourceError] = []

    def __iter__(self) -> Iterator[Photo]:
        """Photos in the order of the paths, within a folder by name."""
        seen = set()
        for path in self._paths:
            key = absolute(path)
            if key in seen:
                continue
            seen.add(key)
            if is_folder(path) and not Photo(path).is_stdin:
                yield from self._walk(path)
            else:
                yield Photo(path)

    def _walk(self, root: Path) -> Iterator[Photo]:
        known: tuple[Copies, ...] = ()
        waiting = [(str(root), known)]  # not recursion: a tree may be deeper than Python's stack
        while waiting:
            place, known = waiting.pop()
            folder = self._list(place)
            if folder.has_journal:
                from preflight.batch.copies import Copies

                known = (*known, Copies(place, root))
            yield from self._photos(root, folder, known)
            waiting.extend((inner, known) for inner in reversed(self._entered(folder)))

    def _list(self, place: str) -> _Folder:
        folder = _Folder(place)
        try:
            with os.scandir(place) as listing:
                for entry in listing:
                    folder.has_journal |= entry.name == JOURNAL
                    if _is_hidden(entry):
                        self.skipped["hidden"] += 1
                    else:
                        folder.add(entry)
        except OSError as error:
            self.problems.append(_unreadable(Path(place), error))
            return _Folder(place)
        folder.files.sort(key=os.fsencode)
        folder.folders.sort(key=os.fsencode)
        return folder

    def _photos(self, root: Path, folder: _Folder, known: tuple[Copies, ...]) -> Iterator[Photo]:
        names = Names(lambda: folder.files)
        lower_names = Names(lambda: map(str.lower, folder.files))
        stems = Names(lambda: (stem(Path(name)) for name in folder.files if _is_called_photo(name)))
        for name in folder.files:
            path = os.path.join(folder.place, name)  # noqa: PTH118 - there are many
            if name in folder.links and not _link_inside(root, path):
                self.skipped["link"] += 1
            elif is_companion(name, lower_names, PHOTO_SUFFIXES):
                self.skipped["companion"] += 1
            elif has_edited_copy(name, lower_names, PHOTO_SUFFIXES):
                self.skipped["unedited"] += 1
            elif (
                is_copy(stem(Path(name)), stems)
                or (is_backup(name, names) and is_photo(path))
                or any(path in copies for copies in known)
            ):
                self.skipped["copy"] += 1
            elif (name not in folder.odd and is_photo(path)) or _is_stub(name):
                yield Photo(Path(path), root)
            else:
                self.skipped["in the cloud" if _is_elsewhere(path) else "not a photo"] += 1

    def _entered(self, folder: _Folder) -> list[str]:
        names = frozenset(folder.folders)
        paths = [
            os.path.join(folder.place, name)  # noqa: PTH118 - there are many
            for name in folder.folders
            if not is_copy(name, names)
        ]
        entered = [path for path in paths if not self._is_avoided(path)]
        self.skipped["copy"] += len(folder.folders) - len(entered)
        return entered

    def _is_avoided(self, path: str) -> bool:
        return self._avoid is not None and os.path.realpath(path) == self._avoid


class _Folder:
    """What is in a folder: names only, because there may be a hundred thousand.

    Attributes:
        place: Its path.
        files: All that is no folder.
        folders: Links to folders are not among them.
        links: Those of the files that are links.
        odd: Those that are neither links nor ordinary files: pipes, devices.
        has_journal: Copies were made into it.
    """

    def __init__(self, place: str) -> None:
        self.place = place
        self.files: list[str] = []
        self.folders: list[str] = []
        self.links: set[str] = set()
        self.odd: set[str] = set()
        self.has_journal = False

    def add(self, entry: os.DirEntry[str]) -> None:
        """Sorts it in."""
        try:
            is_folder = entry.is_dir(follow_symlinks=False)
            is_link, is_ordinary = entry.is_symlink(), entry.is_file(follow_symlinks=False)
        except OSError:  # gone or unreadable by now; reading it will say so
            is_folder, is_link, is_ordinary = False, False, True
        (self.folders if is_folder else self.files).append(entry.name)
        if is_link:
            self.links.add(entry.name)
        elif not is_ordinary:
            self.odd.add(entry.name)


def _link_inside(root: Path, path: str) -> bool:
    """A link to a file of the same tree; not out of it, nor to a folder (loops), nor broken."""
    try:
        target = Path(os.path.realpath(path))  # fails on links that may not be read or just went
        return target.is_relative_to(os.path.realpath(root)) and target.is_file()
    except OSError:
        return False


def _is_hidden(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith("."):
        return not _is_stub(entry.name)
    if os.name != "nt":
        return False
    try:
        attributes = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0)
    except OSError:
        return False
    return bool(attributes & stat.FILE_ATTRIBUTE_HIDDEN)


def _is_stub(name: str) -> bool:
    """It stands for a photo that is in iCloud only; reading it says so."""
    return _is_called_photo(stub_of(name))


def _is_elsewhere(path: str) -> bool:
    try:
        return is_elsewhere(Path(path).stat())
    except OSError:
        return False


def _unreadable(folder: Path, error: OSError) -> SourceError:
    name = f"the folder {printable(str(folder))}"
    special = why_refused(name, str(folder), error)
    if special is not None:
        return SourceError(*special)
    if isinstance(error, PermissionError):
        return SourceError(f"You are not allowed to read {name}.", "Ask its owner to let you in.")
    return SourceError(f"T{name[1:]} could not be read: {error.strerror}.")


def _is_called_photo(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in PHOTO_SUFFIXES


def is_photo(path: str) -> bool:
    """By name or by content, for an ordinary file: opening a pipe waits for ever."""
    if _is_called_photo(path):
        return True
    try:
        if is_elsewhere(Path(path).stat()):  # to look inside would fetch it
            return False
        suffix = os.path.splitext(path)[1].lower()
        with Path(path).open("rb") as file:
            return sniff(file.read(_SNIFFED_BYTES), suffix[1:]).format in PHOTO_FORMATS
    except OSError:
        return False
