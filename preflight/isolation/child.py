"""Child: the process that does the work, see `Worker`.

It reads requests from its standard input and answers on what was its standard output; whatever
the decoders print goes to standard error's place, never into an answer. It ends when its parent
does, in the middle of a photo too.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
import traceback
from contextlib import suppress
from importlib import import_module
from io import BytesIO
from typing import IO, Any

from preflight.errors import PreflightError
from preflight.isolation.heap import keep_for_pixels
from preflight.isolation.wire import Failure, receive, send
from preflight.limits import Limits

_STANDARD_ERROR = 2
"""Its number: where last words go, which nobody reads but who looks for a fault of ours."""

_TOO_MUCH = "the photo needs more memory than it may have"

CALLS = {
    "check": ("preflight.api", "check"),
    "fix": ("preflight.api", "fix"),
    "check_pictured": ("preflight.pictured", "check"),
    "fix_pictured": ("preflight.pictured", "fix"),
    "show": ("preflight.pictured", "show"),
}
"""What the parent may ask for."""

_PATIENCE = 2
"""The parent stops us at the deadline; if it cannot any more, we stop after so many times the time.
Not sooner: when all of us was stopped for a while (a computer asleep), it goes on. If that was too
long, our end is not the photo's fault, and the parent tries once more."""


def main() -> None:
    """The whole life of a child that is a Python of its own."""
    serve(Limits(max_memory_bytes=int(sys.argv[1]), timeout_s=float(sys.argv[2])))


def warm_up(call: str) -> None:
    """Loads what every photo needs, and fills its tables, with a photo of our own.

    Args:
        call: Of `CALLS`; what is to come.
    """
    with suppress(Exception):  # a bug shows with the first real photo, and is reported with it
        from PIL import Image

        from preflight.fixer.options import FixOptions

        photo = BytesIO()
        photo.name = "photo.jpg"  # told the format by word, Pillow loads four others as well
        Image.linear_gradient("L").resize((64, 64)).convert("RGB").save(photo)
        # too small for a copy: all is loaded and looked for, and no time goes into making one
        options = {"options": FixOptions(enlarge=False)} if call.startswith("fix") else {}
        _answer(call, {"source": photo.getvalue(), **options})


def serve(limits: Limits) -> None:
    """Answers requests until the parent closes the pipe.

    Args:
        limits: `timeout_s` and `max_memory_bytes`, which are obeyed from here on.
    """
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a decoder that prints must not garble the answers
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        _limit_memory(limits.max_memory_bytes)
        keep_for_pixels()
        while True:
            call, arguments = receive(requests, trusted=True)
            # a thread of C, which a decoder that never lets Python run does not hold up
            stop_s = limits.timeout_s * _PATIENCE
            faulthandler.dump_traceback_later(stop_s, exit=True, file=_STANDARD_ERROR)
            answer = _reply(answers, call, arguments)
            faulthandler.cancel_dump_traceback_later()
            try:
                send(answers, answer)
            except MemoryError:  # nothing was written yet
                send(answers, Failure("memory", _TOO_MUCH))
    except MemoryError:  # not even the request fits
        with suppress(Exception):
            send(answers, Failure("memory", _TOO_MUCH))
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        pass  # the parent went away or was told to stop: so do we


def _reply(answers: IO[bytes], call: str, arguments: dict[str, Any]) -> object:
    try:
        # the decoders' own were told when they were loaded; this is read for each photo
        os.environ["OMP_NUM_THREADS"] = str(arguments.pop("threads", 1))
        arguments["source"] = _read(answers, arguments)
        return _answer(call, arguments)
    except MemoryError:
        return Failure("memory", _TOO_MUCH)
    except ImportError as error:
        if "map segment" in str(error) or "allocate memory" in str(error):
            return Failure("memory", _TOO_MUCH)  # a decoder's library did not fit under the cap
        return Failure("bug", traceback.format_exc())
    except PreflightError as error:
        return Failure("error", error.message, type(error).__name__, error.advice)
    except Exception:  # noqa: BLE001  the parent raises it again, with this traceback
        return Failure("bug", traceback.format_exc())


def _read(answers: IO[bytes], arguments: dict[str, Any]) -> object:
    """Reads the photo here, where a disk that hangs holds up nobody, and says what it is."""
    from preflight.facts import Facts
    from preflight.scanner.sniff import sniff
    from preflight.source import read_source

    source = read_source(arguments["source"], arguments.get("limits") or Limits())
    kind = sniff(source.data, source.extension)
    send(
        answers,
        Facts(
            name=source.name,
            size_bytes=source.size_bytes,
            extension=source.extension,
            format=kind.format,
            format_name=kind.name,
            is_image=kind.is_image,
        ),
    )
    return source


def _answer(call: str, arguments: dict[str, Any]) -> object:
    module, name = CALLS[call]
    return getattr(import_module(module), name)(**arguments)


def _end_with_parent() -> None:
    """Ends this process when nobody holds the other end of its standard input any more."""
    if sys.platform == "win32":
        return  # pipes cannot be polled there; the deadline ends it
    import select

    poll = select.poll()
    poll.register(0, 0)  # no data, only that the other end is gone
    while True:
        if any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll()):
            os._exit(0)


def _limit_memory(max_memory_bytes: int) -> None:
    if sys.platform == "win32":
        return  # no address-space limit there; the deadline still holds
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = max_memory_bytes if hard == resource.RLIM_INFINITY else min(max_memory_bytes, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    except (ValueError, OSError):
        return  # macOS refuses it on some versions; the deadline still holds
