"""Copies: files that the journal of their folder knows as copies of photos that are still there."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from preflight.batch.fingerprints import Fingerprints, fingerprint
from preflight.batch.journal import MAX_LINE_BYTES, VERSION, hash_of_file
from preflight.naming import JOURNAL, absolute

_TEXT = rb'("[^"\\]*(?:\\.[^"\\]*)*")'

_LINE = re.compile(
    rb'\{"version":%d,"source":%s,"stamp":\[[-0-9,]*\],"settings":"[0-9a-f]*",'
    rb'"output":%s,"copy_hash":"([0-9a-f]+)",' % (VERSION, _TEXT, _TEXT)
)
"""How lines about copies begin, see `Journal.add`; the rest is long and not needed here."""


class Copies:
    """The copies that lie in one folder or below it. Keeps 16 bytes for each.

    A copy counts as one only beside its original: with the very bytes that the journal notes, and
    while the photo that it was made of is there, within the folder that is looked through.
    """

    def __init__(self, folder: str, root: Path) -> None:
        """Reads the journal; one that cannot be read knows no copies.

        Args:
            folder: Has a journal.
            root: The folder that is looked through, itself or something above `folder`.
        """
        self._folder = folder
        homes = {os.path.join(home, "") for home in (absolute(root), os.path.realpath(root))}  # noqa: PTH118
        names, contents = [], []
        for source, output, copy_hash in _lines(os.path.join(folder, JOURNAL)):  # noqa: PTH118
            if source.startswith(tuple(homes)) and os.path.lexists(source):
                names.append(fingerprint(output))
                contents.append(fingerprint(f"{output}\0{copy_hash}"))
        self._names, self._contents = Fingerprints(names), Fingerprints(contents)

    def __contains__(self, path: str) -> bool:
        """Whether a file below the folder is one of them; reads only what has such a name."""
        name = os.path.relpath(path, self._folder)
        if fingerprint(name) not in self._names:
            return False
        return fingerprint(f"{name}\0{hash_of_file(Path(path))}") in self._contents


def _lines(journal: str) -> list[tuple[str, str, str]]:
    """Source, output and hash of each copy; a line of somebody else is passed over."""
    found = []
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with os.fdopen(os.open(journal, flags | getattr(os, "O_BINARY", 0)), "rb") as lines:
            while line := lines.readline(MAX_LINE_BYTES):
                if match := _LINE.match(line):
                    source, output = json.loads(match[1]), json.loads(match[2])
                    found.append((source, output, match[3].decode("ascii")))
    except (OSError, ValueError):
        return found
    return found
