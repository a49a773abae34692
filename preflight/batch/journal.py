"""Journal: one line for each finished photo, in the folder of the copies.

It is a help, never an authority: a copy is believed only if it is there with the very bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from array import array
from bisect import bisect_right
from dataclasses import replace
from pathlib import Path
from typing import Any

from preflight.batch.fingerprints import fingerprint
from preflight.batch.lock import locked
from preflight.batch.record import decode, encode
from preflight.errors import OutputError
from preflight.facts import Facts
from preflight.frozen import frozen
from preflight.naming import JOURNAL, absolute
from preflight.output import REPORT_MODE, why_unwritable
from preflight.platforms.platform import Platform
from preflight.printable import printable
from preflight.report import FixResult, Report
from preflight.versions import OWN, version_of

VERSION = 1
"""Of a line; lines of another are not understood and their photos are done again."""

MAX_LINE_BYTES = 1_000_000

_PIECE_BYTES = 8192
"""Most lines are shorter."""

_HEAD = re.compile(rb'\{"version":%d,"source":("[^"\\]*(?:\\.[^"\\]*)*"),' % VERSION)
"""How the lines begin that we write; a hundred thousand are not to be parsed whole."""

_NOT_OURS = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What reading a line raises that is torn, or that somebody else wrote."""

Stamp = tuple[int, int, int]
"""Size, time of change in nanoseconds, and of the entry: a file that was replaced by another of
the same size and time (`cp -p`) is another file."""


@frozen
class Entry:
    """What became of one photo.

    Attributes:
        stamp: Of the source, before it was read.
        settings: See `settings_hash`.
        output: Where its copy is; None without one.
        copy_hash: Of the copy's bytes; empty without one.
        facts: Of the source, and of the copy.
        result: The fix, without its bytes and reports; they follow from the facts.
    """

    stamp: Stamp
    settings: str
    output: Path | None
    copy_hash: str
    facts: tuple[Facts, ...]
    result: dict[str, Any]

    def result_for(self, platforms: tuple[Platform, ...]) -> FixResult:
        """The fix, judged again: rules are pure, so it is the same.

        Raises:
            ValueError: The line was not written by this version.
        """
        from preflight.rules.judge import judge_facts

        reports = [judge_facts(facts, platforms) for facts in self.facts]
        empty = Report("", Facts("", 0), (), ())
        result = decode(FixResult, {"data": None, "before": encode(empty), **self.result})
        after = reports[1] if len(reports) > 1 else None
        return replace(result, before=reports[0], after=after)


class Journal:
    """The journal of one folder, locked while it is open. Thread-safe.

    Keeps 16 bytes a photo in memory: where the last line begins that an earlier run wrote.
    """

    def __init__(self, folder: Path) -> None:
        """Opens it, makes the folder if need be, and locks it.

        Raises:
            OutputError: The folder cannot be written, or another run is at work in it.
        """
        self.folder = folder
        self._path = folder / JOURNAL
        self._lock = threading.Lock()
        self._keys, self._starts = array("Q"), array("Q")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
            flags |= getattr(os, "O_NOFOLLOW", 0)
            self._file = os.fdopen(os.open(self._path, flags, REPORT_MODE), "r+b", buffering=0)
        except OSError as error:
            raise OutputError(*why_unwritable(self._path, error)) from error
        if not locked(self._file.fileno()):
            self._file.close()
            raise OutputError(
                f"Another preflight is at work in {printable(str(folder))}.",
                "Wait until it is done, or choose another folder with -o.",
            )
        self._read()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def close(self) -> None:
        """Gives the folder free."""
        self._file.close()

    def find(self, source: Path) -> Entry | None:
        """The last entry of a photo by an earlier run, if there is one that is understood."""
        name = str(absolute(source))
        key = fingerprint(name)
        at = bisect_right(self._keys, key) - 1
        if at < 0 or self._keys[at] != key:
            return None
        with self._lock:
            line = self._line_at(self._starts[at])
        try:
            document = json.loads(line)
            return self._entry(document) if document["source"] == name else None
        except _NOT_OURS:
            return None

    def add(
        self,
        source: Path,
        stamp: Stamp,
        settings: str,
        result: FixResult,
        output: Path | None,
        copy_hash: str,
    ) -> None:
        """Writes an entry. A disk that is too full for it costs the work of doing it again."""
        before = replace(result.before, timings_s={})
        rest = replace(result, before=before, data=None, after=None, timings_s={})
        name = str(absolute(source))
        document = {
            "version": VERSION,
            "source": name,
            "stamp": stamp,
            "settings": settings,
            "output": None if output is None else os.path.relpath(output, self.folder),
            "copy_hash": copy_hash,
            "facts": [encode(r.facts) for r in (result.before, result.after) if r is not None],
            "result": {k: v for k, v in encode(rest).items() if k not in ("before", "data")},
        }
        line = json.dumps(document, separators=(",", ":")).encode("ascii") + b"\n"
        with self._lock:
            try:
                self._append(line)
            except OSError:
                return

    def check_there(self) -> None:
        """Makes sure that the folder was not taken away.

        Raises:
            OutputError: It was, and with it what was done so far.
        """
        try:
            there = os.path.samestat(os.fstat(self._file.fileno()), self._path.stat())
        except OSError:
            there = False
        if not there:
            raise OutputError(
                f"The folder {printable(str(self.folder))} was taken away while copies were made.",
                "Run the same command again.",
            )

    def _line_at(self, start: int) -> bytes:
        """In pieces: without a buffer `readline` would ask the system for each byte."""
        self._file.seek(start)
        line = b""
        while b"\n" not in line and len(line) < MAX_LINE_BYTES:
            piece = self._file.read(_PIECE_BYTES)
            if not piece:
                break
            line += piece
        return line.partition(b"\n")[0]

    def _append(self, line: bytes) -> None:
        end = self._file.seek(0, os.SEEK_END)
        if end and not self._ends_whole(end):
            line = b"\n" + line  # after a torn line, of this run or one that was killed
        self._file.write(line)

    def _ends_whole(self, end: int) -> bool:
        self._file.seek(end - 1)
        return self._file.read(1) == b"\n"

    def _read(self) -> None:
        keys, starts = array("Q"), array("Q")
        with open(self._path, "rb") as lines:  # noqa: PTH123 - buffered, unlike our own handle
            at = 0
            while line := _line(lines):
                source = _source_of(line)
                if source is not None:
                    keys.append(fingerprint(source))
                    starts.append(at)
                at += len(line)
        # stable: of several lines of one photo the last stays the last
        order = array("Q", sorted(range(len(keys)), key=keys.__getitem__))
        self._keys = array("Q", map(keys.__getitem__, order))
        self._starts = array("Q", map(starts.__getitem__, order))

    def _entry(self, document: dict[str, Any]) -> Entry | None:
        if document["version"] != VERSION:
            return None
        output = document["output"]
        where = None if output is None else self.folder / output
        if where is not None and not absolute(where).is_relative_to(absolute(self.folder)):
            return None  # not our writing: copies are inside
        size, changed, entered = document["stamp"]
        facts = tuple(decode(Facts, facts) for facts in document["facts"])
        if not facts:
            return None
        return Entry(
            (size, changed, entered),
            document["settings"],
            where,
            document["copy_hash"],
            facts,
            document["result"],
        )


def stamp_of(path: Path) -> Stamp | None:
    """What tells a file from its former self; None if it is not there."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def hash_of(data: bytes) -> str:
    """Of a copy's bytes."""
    return hashlib.blake2b(data, digest_size=20).hexdigest()


def hash_of_file(path: Path) -> str:
    """Of the bytes of a file; empty if it cannot be read or is no ordinary file."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            digest = hashlib.blake2b(digest_size=20)
            while piece := file.read(1 << 20):
                digest.update(piece)
            return digest.hexdigest()
    except OSError:
        return ""


def settings_hash(*settings: object) -> str:
    """Of everything that a copy depends on besides the photo: options, platforms, preflight."""
    versions = [version_of(name) for name in (OWN, "pillow", "pillow-heif", "simplejpeg")]
    text = json.dumps([VERSION, versions, encode(settings)], sort_keys=True, default=str)
    return hash_of(text.encode())


def _source_of(line: bytes) -> str | None:
    """Which photo a line is about, if it is whole and of this version; the rest can wait."""
    match = _HEAD.match(line)
    if match is None or not line.endswith(b"}\n"):
        return None
    text = match[1]
    try:
        source = json.loads(text) if b"\\" in text else text[1:-1].decode("ascii")
    except ValueError:
        return None
    return str(source)


def _line(file: Any) -> bytes:
    """The next line; one that is endless is no line of ours, and is passed over in pieces."""
    line: bytes = file.readline(MAX_LINE_BYTES)
    return line
