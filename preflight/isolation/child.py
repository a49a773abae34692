"""Child: the process that does the work. Started as `python -m preflight.isolation.child`.

It reads requests from its standard input and answers on what was its standard output; whatever
the decoders print goes to standard error's place, never into an answer.
"""

from __future__ import annotations

import os
import sys
import traceback
from importlib import import_module

from preflight.errors import PreflightError
from preflight.isolation.wire import Failure, receive, send

_TOO_MUCH = "the photo needs more memory than it may have"

CALLS = {
    "check": ("preflight.api", "check"),
    "fix": ("preflight.api", "fix"),
    "check_pictured": ("preflight.pictured", "check"),
    "fix_pictured": ("preflight.pictured", "fix"),
}
"""What the parent may ask for."""


def main() -> None:
    """Answers requests until the parent closes the pipe."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a decoder that prints must not garble the answers
    requests = sys.stdin.buffer
    try:
        _limit_memory(int(sys.argv[1]))
        while True:
            call, arguments = receive(requests, trusted=True)
            send(answers, _answer(call, arguments))
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        pass  # the parent went away or was told to stop: so do we


def _answer(call: str, arguments: dict[str, object]) -> object:
    module, name = CALLS[call]
    try:
        return getattr(import_module(module), name)(**arguments)
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


def _limit_memory(max_memory_bytes: int) -> None:
    if sys.platform == "win32":
        return  # no address-space limit there; the deadline still holds
    import resource

    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = max_memory_bytes if hard == resource.RLIM_INFINITY else min(max_memory_bytes, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    except (ValueError, OSError):
        return  # macOS refuses it on some versions; the deadline still holds
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
