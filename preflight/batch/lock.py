"""Lock: one run at a time in a folder; the system takes it from a process that ended."""

from __future__ import annotations

import errno
import os
import sys

_BUSY = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}
_OFFSET = 1 << 40
"""On Windows a lock is a range of bytes that nobody else may read, so it lies behind them all."""


def locked(descriptor: int) -> bool:
    """Locks an open file until it is closed. False: another process has locked it.

    A file system that knows no locks counts as locked: then two runs at once do twice the work,
    but no copy is ever overwritten, see `output.place`.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, _OFFSET, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in _BUSY
    return True
