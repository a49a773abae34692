"""Clock: ends a child that takes too long for a photo."""

from __future__ import annotations

import threading
import time

from preflight.isolation.process import Process

_LOOK_S, _HELD_S = 1.0, 0.5
"""How often it looks at least; so much too late it is only after all was stopped."""


class Clock:
    """One thread for the life of a child: to start one for each photo costs more than to wait.

    The thread is not woken when a photo begins; it looks now and then. Seconds in which all of us
    was stopped (by Ctrl-Z, say) do not count: the child was not slow.

    Args:
        child: Is killed when time is up.
        allowed_s: Seconds a photo.

    Attributes:
        struck: Time was up, and the child was killed.
    """

    def __init__(self, child: Process, allowed_s: float) -> None:
        self.struck = False
        self._child, self._allowed_s = child, allowed_s
        self._look_s = min(_LOOK_S, allowed_s / 4)
        self._changed = threading.Condition()
        self._end_s: float | None = None
        self._stopped = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def begin(self) -> None:
        """A photo begins."""
        with self._changed:
            self._end_s = time.monotonic() + self._allowed_s

    def end(self) -> None:
        """It is done; the clock does not strike any more."""
        with self._changed:
            self._end_s = None

    def stop(self) -> None:
        """Ends the thread."""
        with self._changed:
            self._stopped = True
            self._changed.notify()

    def _run(self) -> None:
        with self._changed:
            wake_s = time.monotonic()
            while not self._stopped:
                now = time.monotonic()
                if self._end_s is not None and now - wake_s > _HELD_S:
                    self._end_s += now - wake_s
                if self._end_s is not None and now >= self._end_s:
                    self.struck = True
                    self._child.kill()
                    return
                left_s = self._look_s if self._end_s is None else self._end_s - now
                wake_s = now + min(left_s, self._look_s)
                self._changed.wait(wake_s - now)
