"""Nursery: a process with everything loaded, which forks the children of a run. Linux only.

To load Python, the decoders and their tables costs a child as much as several photos. So one
process does that, once, and children are copies of it. It is itself a fork of ours, taken while we
have a single thread, and it has a single thread; it never sees a stranger's byte.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from typing import IO, NoReturn

from preflight.isolation.process import ONE_THREAD, Process, Start, start
from preflight.limits import Limits

_START, _ENDED = 0, 1
_REQUEST = struct.Struct("=BQd")
"""What: `_START`, with bytes of memory and seconds a photo; `_ENDED`, with a process."""

_ANSWER = struct.Struct("=q")
"""The new process; or how one ended, as `subprocess` has it, or `_NOT_YET`."""

_NOT_YET = 1 << 20

_PATIENCE_S = 30.0
"""A nursery that does not answer for so long hangs; loading takes it less than a second."""

_MOST_FILES = 1 << 20


@contextmanager
def nursery(module: str, call: str) -> Iterator[Start]:
    """How children are started: by a nursery where that is safe and works, else as ever.

    Args:
        module: Has the `serve` of the children.
        call: Of `child.CALLS`; what they will do most.
    """
    if not _has_one_thread():
        yield start
        return
    forking = _Nursery(module, call)
    try:
        yield forking.start
    finally:
        forking.close()


def _has_one_thread() -> bool:
    """Otherwise a fork copies locks that nobody will ever open; false where it cannot be known.

    macOS forbids it to programs that use its own libraries.
    """
    try:
        return sys.platform == "linux" and len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208
    except OSError:
        return False


class _Nursery:
    """Our side. Thread-safe."""

    def __init__(self, module: str, call: str) -> None:
        self._lock = threading.Lock()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._pid = os.fork()
        if not self._pid:
            _live(theirs, module, call)
        theirs.close()
        self._control.settimeout(_PATIENCE_S)
        self._works = True

    def start(self, module: str, limits: Limits) -> Process:
        """A child of this nursery, or a new Python if it does not answer."""
        with self._lock:
            answer, pipes = self._ask(_START, limits.max_memory_bytes, limits.timeout_s)
        if answer is None or len(pipes) != 2:
            return start(module, limits)
        return _Forked(self, answer, os.fdopen(pipes[0], "wb"), os.fdopen(pipes[1], "rb"))

    def code_of(self, pid: int) -> int | None:
        """How a child ended, None if it has not; its number belongs to others from then on."""
        with self._lock:
            answer, _ = self._ask(_ENDED, pid, 0.0)
        if answer is None:
            return -signal.SIGKILL  # nobody can tell any more
        return None if answer == _NOT_YET else answer

    def close(self) -> None:
        """Ends the process."""
        with self._lock:
            self._give_up()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, 0)

    def _ask(self, what: int, number: int, seconds: float) -> tuple[int | None, list[int]]:
        """The answer, None from a nursery that is no more, and the files that came with it."""
        if not self._works:
            return None, []
        try:
            self._control.send(_REQUEST.pack(what, number, seconds))
            answer, pipes, _flags, _address = socket.recv_fds(self._control, _ANSWER.size, 2)
            return int(_ANSWER.unpack(answer)[0]), pipes
        except (OSError, struct.error):
            self._give_up()
            return None, []

    def _give_up(self) -> None:
        if self._works:
            self._works = False
            self._control.close()
            os.kill(self._pid, signal.SIGKILL)  # not waited for yet, so the number is still its own


class _Forked:
    """A child that a nursery forked, with the face of `subprocess.Popen`."""

    def __init__(self, parent: _Nursery, pid: int, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        self.pid, self.stdin, self.stdout = pid, stdin, stdout
        self._parent = parent
        self._code: int | None = None
        self._lock = threading.Lock()

    def kill(self) -> None:
        """As `Popen.kill`."""
        with self._lock:
            if self._code is None:  # and so the nursery has kept its number
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.pid, signal.SIGKILL)

    def poll(self) -> int | None:
        """As `Popen.poll`."""
        with self._lock:
            if self._code is None:
                self._code = self._parent.code_of(self.pid)
            return self._code


def _live(control: socket.socket, module: str, call: str) -> NoReturn:
    """The life of the nursery; ends with the other side of `control`."""
    try:
        _let_go_of_all_but(control)
        os.environ.update(ONE_THREAD)
        gc.disable()  # nothing of what is loaded becomes garbage
        child = import_module(module)
        child.warm_up(call)
        gc.freeze()  # memory that nobody touches is shared with the children
        gc.enable()
        while _has_one_thread() and (request := control.recv(_REQUEST.size)):
            what, number, seconds = _REQUEST.unpack(request)
            if what == _ENDED:
                control.send(_ANSWER.pack(_ended(number)))
            else:
                limits = Limits(max_memory_bytes=number, timeout_s=seconds)
                _bear(control, partial(child.serve, limits))
    finally:
        os._exit(0)  # never back into what our parent was doing


def _bear(control: socket.socket, serve: Callable[[], None]) -> None:
    """Forks a child and sends its number and our ends of its pipes."""
    requests, our_requests = os.pipe()
    our_answers, answers = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            for file in (control.fileno(), our_requests, our_answers):
                os.close(file)
            os.dup2(requests, 0)
            os.dup2(answers, 1)
            serve()
        finally:
            os._exit(0)
    os.close(requests)
    os.close(answers)
    socket.send_fds(control, [_ANSWER.pack(pid)], [our_requests, our_answers])
    os.close(our_requests)
    os.close(our_answers)


def _ended(pid: int) -> int:
    try:
        ended, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return -signal.SIGKILL
    return os.waitstatus_to_exitcode(status) if ended else _NOT_YET


def _let_go_of_all_but(control: socket.socket) -> None:
    """What our parent has open, locks among it, is not ours; nor is Ctrl-C."""
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    os.closerange(3, control.fileno())
    os.closerange(control.fileno() + 1, _MOST_FILES)
