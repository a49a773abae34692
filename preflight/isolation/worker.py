"""Worker: the parent's handle on one child process, with a deadline, a memory cap and recycling.

A plain subprocess and not multiprocessing: a spawned multiprocessing child imports the caller's
`__main__` again, which an upload form must not be asked to guard against.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import IO, Any

from preflight.facts import LimitHit
from preflight.isolation.wire import Failure, receive, send
from preflight.limits import Limits

PHOTOS_A_CHILD = 200
"""A child is replaced after so many photos, so that a leak in a decoder stays small."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The photo stopped its child. `hit.limit` is `timeout_s`, `max_memory_bytes`, `decoder`."""

    hit: LimitHit


class ChildBugError(RuntimeError):
    """preflight itself failed in the child; the text is the child's traceback."""


class Worker:
    """One child process; used by one thread at a time.

    Args:
        limits: `timeout_s` a call, `max_memory_bytes` of the child.
    """

    child_module = "preflight.isolation.child"

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._child: subprocess.Popen[bytes] | None = None
        self._photos = 0

    def call(self, name: str, arguments: dict[str, object]) -> Any:
        """Runs `check` or `fix` in the child.

        Returns:
            What the call returned, a `Failure` of kind `error`, or `Stopped`.

        Raises:
            ChildBugError: preflight failed, not the photo.
        """
        child = self._ready_child()
        stopped_by_clock = threading.Event()

        def stop() -> None:
            stopped_by_clock.set()
            child.kill()

        clock = threading.Timer(self.limits.timeout_s, stop)
        clock.daemon = True
        clock.start()
        try:
            send(_pipe(child.stdin), (name, arguments))
            answer = receive(_pipe(child.stdout), trusted=False)
        except (EOFError, OSError):
            return self._post_mortem(child, stopped_by_clock.is_set())
        finally:
            clock.cancel()
        self._photos += 1
        if isinstance(answer, Failure) and answer.kind == "bug":
            raise ChildBugError(answer.text)
        if isinstance(answer, Failure) and answer.kind == "memory":
            self.close()
            return Stopped(self._memory_hit())
        if self._photos >= PHOTOS_A_CHILD:
            self.close()
        return answer

    def close(self) -> None:
        """Ends the child, if there is one; the next call starts another."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            with contextlib.suppress(OSError):  # what was not flushed has no reader any more
                _pipe(pipe).close()
        child.wait()

    def _ready_child(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None:
            return self._child
        self.close()
        self._photos = 0
        self._child = subprocess.Popen(
            [sys.executable, "-m", self.child_module, str(self.limits.max_memory_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is the parent's to handle
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        return self._child

    def _post_mortem(self, child: subprocess.Popen[bytes], stopped_by_clock: bool) -> Stopped:
        child.kill()
        code = child.wait()
        self.close()
        if stopped_by_clock:
            allowed = f"{self.limits.timeout_s:g} seconds"
            return Stopped(LimitHit("timeout_s", f"more than {allowed}", allowed))
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        return Stopped(LimitHit("decoder", f"the decoder ended with {how}", "to finish"))

    def _memory_hit(self) -> LimitHit:
        allowed = f"{self.limits.max_memory_bytes / 1024**2:.0f} MiB"
        return LimitHit("max_memory_bytes", f"more than {allowed}", allowed)


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise OSError("the child has no such pipe")
    return stream
