"""Wire: length-prefixed messages between parent and child.

The child has opened strangers' bytes, so the parent does not trust what it says: replies are
unpickled with an allow-list of preflight's own data classes, nothing else can be named in them.
"""

from __future__ import annotations

import io
import pickle
import struct
from enum import Enum
from functools import cache
from importlib import import_module
from typing import IO, Any

_HEADER = struct.Struct(">Q")
MAX_MESSAGE_BYTES = 1 << 30

_ALLOWED = {
    "preflight.facts": {"Facts", "Colour", "Metadata", "Damage", "Face", "Skipped", "LimitHit"},
    "preflight.finding": {"Finding", "Severity"},
    "preflight.report": {"Report", "FixResult", "Verdict"},
    "preflight.render.thumbnails": {"Thumbnails", "Thumbnail"},
    "preflight.isolation.wire": {"Failure"},
}


class Failure:
    """A reply that is not an answer: `kind` is `memory`, `error` or `bug`."""

    __slots__ = ("advice", "error", "kind", "text")

    def __init__(self, kind: str, text: str, error: str = "", advice: str = "") -> None:
        self.kind = kind
        self.text = text
        self.error = error
        self.advice = advice

    def __reduce__(self) -> tuple[type[Failure], tuple[str, str, str, str]]:
        return Failure, (self.kind, self.text, self.error, self.advice)


class _Writer(pickle.Pickler):
    """Names members of enumerations by their values in each Python (3.11.0 to 3.11.3: by getattr,
    which no reply may name)."""

    def reducer_override(self, obj: Any) -> Any:
        return (type(obj), (obj.value,)) if isinstance(obj, Enum) else NotImplemented


class _Reader(pickle.Unpickler):
    def find_class(self, module_name: str, name: str) -> Any:
        if name in _ALLOWED.get(module_name, ()):
            return _found(module_name, name)
        raise pickle.UnpicklingError(f"{module_name}.{name} has no business in a reply")


@cache
def _found(module_name: str, name: str) -> Any:
    return getattr(import_module(module_name), name)


def send(stream: IO[bytes], message: object) -> None:
    """Writes one message and flushes.

    Raises:
        OSError: The other side is gone.
    """
    pickled = io.BytesIO()
    _Writer(pickled, protocol=5).dump(message)
    body = pickled.getbuffer()
    stream.write(_HEADER.pack(len(body)))
    stream.write(body)
    stream.flush()


def receive(stream: IO[bytes], *, trusted: bool) -> Any:
    """Reads one message.

    Args:
        stream: A blocking binary stream.
        trusted: The sender is our parent; its requests may hold any type.

    Raises:
        EOFError: The other side is gone, or said something that is no message.
    """
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size:
        raise EOFError("the other process ended")
    (size,) = _HEADER.unpack(header)
    if size > MAX_MESSAGE_BYTES:
        raise EOFError("a message without measure")
    body = stream.read(size)
    if len(body) < size:
        raise EOFError("the other process ended in the middle of a message")
    try:
        return pickle.loads(body) if trusted else _Reader(io.BytesIO(body)).load()
    except (pickle.UnpicklingError, AttributeError, TypeError, ValueError, LookupError) as error:
        raise EOFError(f"not a message: {error}") from error
