"""Source: a path, bytes or a file object, read once and bounded; its name kept for messages."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from preflight.errors import SourceError
from preflight.frozen import frozen
from preflight.limits import Limits
from preflight.systems import elsewhere, is_elsewhere, speakable, stub_of, why_refused

SourceLike = str | bytes | bytearray | memoryview | os.PathLike[str] | IO[bytes]


@frozen
class Source:
    """The bytes of one file.

    Attributes:
        data: The bytes; only the first `Limits.max_bytes` of a longer file.
        name: File name for messages, without folders; "the photo" for nameless bytes.
        size_bytes: Size of the whole file; more than `len(data)` when it was not read whole
            (for a stream: at least one more).
        path: Where it came from, if from a path.
    """

    data: bytes
    name: str
    size_bytes: int
    path: Path | None = None

    @property
    def whole(self) -> bool:
        """All of the file is in `data`."""
        return self.size_bytes == len(self.data)

    @property
    def extension(self) -> str:
        """Extension of the name in lower case, without the dot."""
        return os.path.splitext(self.name)[1][1:].lower()


def read_source(source: SourceLike | Source, limits: Limits, name: str | None = None) -> Source:
    """Reads a path, bytes or a binary file object, at most `limits.max_bytes` of it.

    Args:
        source: Path, bytes-like, or object with `read` that gives bytes; a `Source` is returned
            as it is.
        limits: Only `max_bytes` is used.
        name: Name for messages, instead of the path's or the file object's.

    Raises:
        SourceError: It could not be read; the message says why in plain words.
        TypeError: It is none of these.
    """
    if isinstance(source, Source):
        return source
    if isinstance(source, bytes | bytearray | memoryview):
        data = bytes(source[: limits.max_bytes])
        return Source(data, name or "the photo", memoryview(source).nbytes)
    if isinstance(source, str | os.PathLike):
        return _read_path(Path(os.fsdecode(source)), limits, name)
    if hasattr(source, "read"):
        return _read_stream(source, limits, name)
    raise TypeError(f"expected a path, bytes or a binary file, not {type(source).__name__}")


def _read_path(path: Path, limits: Limits, name: str | None) -> Source:
    try:
        spoken = speakable(path)
        if stub_of(path.name):
            raise SourceError(*elsewhere(stub_of(path.name)))
        if is_elsewhere(spoken.stat()):  # reading would fetch it, unasked
            raise SourceError(*elsewhere(path.name))
        with spoken.open("rb") as file:
            said_bytes = os.fstat(file.fileno()).st_size
            # Hardly more than there is: room for all that may be would be asked of the system.
            data = file.read(min(said_bytes, limits.max_bytes) + 1)
            if len(data) > said_bytes:  # it grows, or never said how much it is
                data += file.read(limits.max_bytes + 1 - len(data))
    except OSError as error:
        raise SourceError(*_why_unreadable(path, error)) from error
    except ValueError as error:  # a zero byte in the name
        raise SourceError(f"There is no file {path.name}.", "Check the name.") from error
    size_bytes = len(data) if len(data) <= limits.max_bytes else max(said_bytes, len(data))
    return Source(data[: limits.max_bytes], name or path.name, size_bytes, path)


def _read_stream(stream: IO[bytes], limits: Limits, name: str | None) -> Source:
    try:
        data = stream.read(limits.max_bytes + 1)
    except OSError as error:
        raise SourceError(f"The photo could not be read: {error.strerror or error}.") from error
    if not isinstance(data, bytes):
        raise TypeError("expected a binary file; open it with mode 'rb'")
    given = getattr(stream, "name", None)
    if name is None:
        name = os.path.basename(given) if isinstance(given, str) and given else "the photo"
    return Source(data[: limits.max_bytes], name, len(data))


def _why_unreadable(path: Path, error: OSError) -> tuple[str, str]:
    shown = path.name or str(path)
    special = why_refused(shown, str(path), error)
    if special is not None:
        return special
    if isinstance(error, FileNotFoundError):
        if os.path.lexists(path.with_name(f".{path.name}.icloud")):
            return elsewhere(shown)
        return f"There is no file {shown}.", "Check the name and the folder."
    if isinstance(error, IsADirectoryError):
        return f"{shown} is a folder, not a photo.", ""
    if isinstance(error, PermissionError):
        advice = "Copy it to a folder of your own, or ask whoever it belongs to for a copy."
        return f"You are not allowed to read {shown}.", advice
    return f"{shown} could not be read: {error.strerror or error}.", ""
