"""Find: paths on a command line become photos, streamed in a stable order."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from preflight.batch.companions import has_edited_copy, is_companion
from preflight.errors import SourceError
from preflight.naming import (
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
        waiting = [root]  # not recursion: a stranger's tree may be deeper than Python's stack
        while waiting:
            folder = waiting.pop()
            entries = self._list(folder)
            kinds = [(entry, _is_folder(entry)) for entry in entries]
            yield from self._photos(root, [entry for entry, is_folder in kinds if not is_folder])
            folders = [entry for entry, is_folder in kinds if is_folder]
            waiting.extend(Path(entry.path) for entry in reversed(self._entered(folders)))

    def _list(self, folder: Path) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            self.problems.append(_unreadable(folder, error))
            return []
        visible = [entry for entry in entries if not _is_hidden(entry)]
        self.skipped["hidden"] += len(entries) - len(visible)
        return visible

    def _photos(self, root: Path, files: list[os.DirEntry[str]]) -> Iterator[Photo]:
        names = {entry.name for entry in files}
        lower_names = {name.lower() for name in names}
        stems = {stem(Path(name)) for name in names if Path(name).suffix.lower() in PHOTO_SUFFIXES}
        for entry in files:
            if entry.is_symlink() and not _link_inside(root, entry):
                self.skipped["link"] += 1
            elif is_companion(entry.name, lower_names, PHOTO_SUFFIXES):
                self.skipped["companion"] += 1
            elif has_edited_copy(entry.name, lower_names, PHOTO_SUFFIXES):
                self.skipped["unedited"] += 1
            elif is_copy(stem(Path(entry.name)), stems) or is_backup(entry.name, names):
                self.skipped["copy"] += 1
            elif _is_photo(entry) or _is_stub(entry.name):
                yield Photo(Path(entry.path), root)
            else:
                self.skipped["in the cloud" if _is_elsewhere(entry) else "not a photo"] += 1

    def _entered(self, folders: list[os.DirEntry[str]]) -> list[os.DirEntry[str]]:
        names = {entry.name for entry in folders}
        entered = [
            entry
            for entry in folders
            if not is_copy(entry.name, names)
            and not (self._avoid and os.path.realpath(entry.path) == self._avoid)
        ]
        self.skipped["copy"] += len(folders) - len(entered)
        return entered


def _link_inside(root: Path, entry: os.DirEntry[str]) -> bool:
    """A link to a file of the same tree; not out of it, nor to a folder (loops), nor broken."""
    target = Path(os.path.realpath(entry.path))
    try:
        return target.is_relative_to(os.path.realpath(root)) and target.is_file()
    except OSError:
        return False


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:  # gone or unreadable by now; reading it will say so
        return False


def _is_hidden(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith("."):
        return not _is_stub(entry.name)
    try:
        attributes = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0)
    except OSError:
        return False
    return bool(attributes & stat.FILE_ATTRIBUTE_HIDDEN)


def _is_stub(name: str) -> bool:
    """It stands for a photo that is in iCloud only; reading it says so."""
    return os.path.splitext(stub_of(name))[1].lower() in PHOTO_SUFFIXES


def _is_elsewhere(entry: os.DirEntry[str]) -> bool:
    try:
        return is_elsewhere(entry.stat())
    except OSError:
        return False


def _unreadable(folder: Path, error: OSError) -> SourceError:
    name = f"the folder {printable(str(folder))}"
    special = why_refused(name, str(folder), error)
    if special is not None:
        return SourceError(*special)
    reason = "not allowed" if isinstance(error, PermissionError) else error.strerror
    return SourceError(f"T{name[1:]} could not be read: {reason}.")


def _is_photo(entry: os.DirEntry[str]) -> bool:
    """By name or by content; only ordinary files, because opening a pipe waits for ever."""
    try:
        if not entry.is_file():
            return False
        suffix = os.path.splitext(entry.name)[1].lower()
        if suffix in PHOTO_SUFFIXES:
            return True
        if is_elsewhere(entry.stat()):  # to look inside would fetch it
            return False
        with Path(entry.path).open("rb") as file:
            return sniff(file.read(_SNIFFED_BYTES), suffix[1:]).format in PHOTO_FORMATS
    except OSError:
        return False
