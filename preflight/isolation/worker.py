"""Worker: the parent's handle on one child process, with a deadline, a memory cap and recycling."""

from __future__ import annotations

import contextlib
import signal
from typing import IO, Any

from preflight.facts import Facts, LimitHit
from preflight.frozen import frozen
from preflight.isolation.clock import Clock
from preflight.isolation.process import (
    AbandonedError,
    ChildBugError,
    Process,
    Start,
    ended,
    is_waiting,
    python,
    start,
)
from preflight.isolation.wire import Failure, receive, send
from preflight.limits import Limits, in_mebibytes

PHOTOS_A_CHILD = 200
"""A child is replaced after so many photos, so that a leak in a decoder stays small."""


@frozen
class Stopped:
    """The photo stopped its child.

    Attributes:
        hit: With `timeout_s`, `max_memory_bytes` or `decoder` as its limit.
        seen: What the child said of the file before; None if it could not even read it.
        mute: The child ended by itself before it ever said a word, so it was not the photo.
    """

    hit: LimitHit
    seen: Facts | None = None
    mute: bool = False


_KILLED = -getattr(signal, "SIGKILL", 9)
_GAVE_UP = 1
"""Exit code of a child whose own patience was at an end before our clock struck: it was stopped in
the middle of a photo (SIGSTOP, a computer asleep), and its timer went on."""


class Worker:
    """One child process; used by one thread at a time.

    Args:
        limits: `timeout_s` a call, `max_memory_bytes` of the child.
        start_child: How children are started, see `nursery`.
    """

    child_module = "preflight.isolation.child"

    def __init__(self, limits: Limits, start_child: Start = start) -> None:
        self.limits = limits
        self._start_child = start_child
        self._child: Process | None = None
        self._clock: Clock | None = None
        self._photos = 0
        self._heard = False
        self._abandoned = False

    def call(self, name: str, arguments: dict[str, object]) -> Any:
        """Runs one of `child.CALLS` in the child.

        A child that somebody else kills, as a system that is out of memory does, or stops for so
        long that it gives up, gets one successor for the same photo.

        Args:
            name: Of the call.
            arguments: `source` may be a path: then the child reads the file.

        Returns:
            What the call returned, a `Failure` of kind `error`, or `Stopped`.

        Raises:
            ChildBugError: preflight failed, not the photo.
            AbandonedError: After `abandon`.
        """
        answer, killed = self._once(name, arguments)
        if killed:
            answer, _ = self._once(name, arguments)
        if isinstance(answer, Stopped) and answer.mute:
            how = answer.hit.measured.replace("the decoder", "it")
            raise ChildBugError(f"{python()} was started to open photos, but {how} before it began")
        return answer

    def abandon(self) -> None:
        """Ends the child for good, whatever it does. For other threads than the caller's."""
        self._abandoned = True
        child = self._child
        if child is not None:
            child.kill()

    def close(self) -> None:
        """Ends the child, if there is one; the next call starts another."""
        child, self._child = self._child, None
        clock, self._clock = self._clock, None
        if clock is not None:
            clock.stop()
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            with contextlib.suppress(OSError):  # what was not flushed has no reader any more
                _pipe(pipe).close()
        ended(child)

    def _once(self, name: str, arguments: dict[str, object]) -> tuple[Any, bool]:
        """The answer, and whether the child was killed by somebody else."""
        child, clock = self._ready_child()
        clock.begin()
        seen: Facts | None = None
        try:
            with contextlib.suppress(BrokenPipeError):  # why it went is read below, if it said so
                send(_pipe(child.stdin), (name, arguments))
            answer = receive(_pipe(child.stdout), trusted=False)
            self._heard = True
            while isinstance(answer, Facts):
                seen = answer
                answer = receive(_pipe(child.stdout), trusted=False)
        except (EOFError, OSError):
            clock.end()
            if self._abandoned:
                self.close()
                raise AbandonedError from None
            return self._post_mortem(child, clock.struck, seen)
        finally:
            clock.end()
        if clock.struck:
            self.close()  # in the moment of the answer; the next photo must not pay for it
        return self._answered(answer, seen), False

    def _answered(self, answer: Any, seen: Facts | None) -> Any:
        self._photos += 1
        if isinstance(answer, Failure) and answer.kind == "bug":
            raise ChildBugError(answer.text)
        if isinstance(answer, Failure) and answer.kind == "memory":
            self.close()
            return Stopped(self._memory_hit(), seen)
        if self._photos >= PHOTOS_A_CHILD:
            self.close()
        return answer

    def _has_no_room(self) -> bool:
        """Whether a child may take less than it has before its first photo, and so is bound to end.

        Not told from a crash by how it ends: some die in C, some while they load.
        """
        from preflight.scanner.memory import START_BYTES

        return self.limits.max_memory_bytes < START_BYTES

    def _memory_hit(self) -> LimitHit:
        allowed = in_mebibytes(self.limits.max_memory_bytes)
        return LimitHit("max_memory_bytes", f"more than {allowed}", allowed)

    def _ready_child(self) -> tuple[Process, Clock]:
        if self._child is None or self._clock is None or not is_waiting(self._child):
            self.close()
            self._photos, self._heard = 0, False
            self._child = self._start_child(self.child_module, self.limits)
            self._clock = Clock(self._child, self.limits.timeout_s)
        if self._abandoned:
            self.close()
            raise AbandonedError
        return self._child, self._clock

    def _post_mortem(
        self, child: Process, stopped_by_clock: bool, seen: Facts | None
    ) -> tuple[Stopped, bool]:
        code = ended(child, 1.0)  # by itself, if it did
        self.close()
        if stopped_by_clock:
            allowed = f"{self.limits.timeout_s:g} seconds"
            return Stopped(LimitHit("timeout_s", f"more than {allowed}", allowed), seen), False
        if self._has_no_room():
            return Stopped(self._memory_hit(), seen), False
        if code is None:
            code = _KILLED
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        hit = LimitHit("decoder", f"the decoder ended with {how}", "to finish")
        mute = code >= 0 and not self._heard
        return Stopped(hit, seen, mute), code in (_KILLED, _GAVE_UP)


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise OSError("the child has no such pipe")
    return stream
