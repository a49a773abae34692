"""Find: paths on a command line become photos, streamed in a stable order."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

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

_SNIFFED_BYTES = 4096
"""What is read of a file that is not called a photo, to see whether it is one."""


class PhotoFinder:
    """Iterates over the photos that paths name; folders are walked as the photos are asked for.

    A file that is named itself is always given. In a folder, files count that are photos by
    content or by name. Hidden files, links that leave the folder, links to folders and preflight's
    own copies and backups are passed over.

    Attributes:
        skipped: How many files or folders were passed over so far: `not a photo`, `hidden`,
            `link`, `copy`.
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
            reason = "not allowed" if isinstance(error, PermissionError) else error.strerror
            self.problems.append(
                SourceError(f"The folder {printable(str(folder))} could not be read: {reason}.")
            )
            return []
        visible = [entry for entry in entries if not _is_hidden(entry)]
        self.skipped["hidden"] += len(entries) - len(visible)
        return visible

    def _photos(self, root: Path, files: list[os.DirEntry[str]]) -> Iterator[Photo]:
        names = {entry.name for entry in files}
        stems = {stem(Path(name)) for name in names if Path(name).suffix.lower() in PHOTO_SUFFIXES}
        for entry in files:
            if entry.is_symlink() and not _link_inside(root, entry):
                self.skipped["link"] += 1
            elif is_copy(stem(Path(entry.name)), stems) or is_backup(entry.name, names):
                self.skipped["copy"] += 1
            elif _is_photo(entry):
                yield Photo(Path(entry.path), root)
            else:
                self.skipped["not a photo"] += 1

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
        return True
    try:
        attributes = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0)
    except OSError:
        return False
    return bool(attributes & stat.FILE_ATTRIBUTE_HIDDEN)


def _is_photo(entry: os.DirEntry[str]) -> bool:
    """By name or by content; only ordinary files, because opening a pipe waits for ever."""
    try:
        if not entry.is_file():
            return False
        suffix = os.path.splitext(entry.name)[1].lower()
        if suffix in PHOTO_SUFFIXES:
            return True
        with Path(entry.path).open("rb") as file:
            return sniff(file.read(_SNIFFED_BYTES), suffix[1:]).format in PHOTO_FORMATS
    except OSError:
        return False
