"""Process: how a child of ours comes into the world, and what its parent can do with it."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Callable
from typing import IO, Protocol

from preflight.limits import Limits

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VIPS_CONCURRENCY"), "1"
)
"""There are as many children as cores; threads of theirs would only get in each other's way."""

# sys.path is the parent's: `python -m` would look for modules where the person is, that is, among
# the strangers' files
_START = "import sys; sys.path[:] = {path!r}; from {module} import main; main()"


class ChildBugError(RuntimeError):
    """preflight itself failed in the child; the text is the child's traceback."""


class AbandonedError(RuntimeError):
    """Somebody called `abandon` during the call, or before."""


class Process(Protocol):
    """A child that waits for requests, as `subprocess.Popen` shows it."""

    pid: int

    @property
    def stdin(self) -> IO[bytes] | None:
        """Takes requests."""
        ...

    @property
    def stdout(self) -> IO[bytes] | None:
        """Gives answers."""
        ...

    def kill(self) -> None:
        """Ends it, if it has not ended; for any thread."""
        ...

    def poll(self) -> int | None:
        """How it ended: its exit code, or less than 0 for a signal; None if it has not."""
        ...


def is_waiting(process: Process) -> bool:
    """Whether it is there to take a request. Has to say nothing, and so has not ended."""
    if sys.platform == "win32":
        return process.poll() is None  # pipes cannot be looked at there
    if process.stdout is None:
        return False
    look = select.poll()  # costs nothing; to ask how a child is means to wait for a nursery
    look.register(process.stdout, select.POLLIN)
    return not look.poll(0)


def ended(process: Process, patience_s: float | None = None) -> int | None:
    """How it ended, see `Process.poll`; None if it has not, after so many seconds."""
    end = None if patience_s is None else time.monotonic() + patience_s
    pause_s = 0.0005
    while (code := process.poll()) is None and (end is None or time.monotonic() < end):
        time.sleep(pause_s)
        pause_s = min(pause_s * 2, 0.05)
    return code


Start = Callable[[str, Limits], Process]
"""Starts a child from the module that has its `main` and `serve`."""


def python() -> str:
    """The program of the Python that runs now.

    A web server that has Python within it (uWSGI) says that it is Python itself.
    """
    said = sys.executable or ""
    if any(name in os.path.basename(said).lower() for name in ("python", "pypy")):
        return said
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    found = os.path.join(sys.prefix, "bin", name)  # noqa: PTH118 - loaded for each folder
    return found if os.path.isfile(found) else said  # noqa: PTH113


def start(module: str, limits: Limits, *, errors: int | None = None) -> Process:
    """A new Python.

    Args:
        module: Has the child's `main`.
        limits: Handed on to it.
        errors: Number of the file that takes what it writes to standard error; None for nowhere.

    Not multiprocessing: a spawned child of that imports the caller's `__main__` again, which an
    upload form must not be asked to guard against.
    """
    import subprocess

    code = _START.format(path=sys.path, module=module)
    return subprocess.Popen(
        [python(), "-P", "-c", code, str(limits.max_memory_bytes), str(limits.timeout_s)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if errors is None else errors,
        env={**os.environ, **ONE_THREAD},
        start_new_session=True,  # Ctrl-C is the parent's to handle
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
