"""Heap: memory for pixels, for processes of our own on Linux.

glibc hands large blocks back to the system at once. Each photo then waits until tens of megabytes
are zeroed for it again: an eighth of the time of a JPEG. (To ask for large pages saves a twelfth of
it where memory lies in one piece, and costs as much where it does not.)
"""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

from preflight.limits import MB

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""Numbers of glibc's malloc.h."""

_KEPT_BYTES = 128 * MB
"""More than that is given back after a photo; one of 12 megapixels needs less."""
_LARGEST_BYTES = 31 * MB
"""Just below 32 MB, the most that glibc takes from its heap."""


def keep_for_pixels() -> None:
    """What one photo gave back serves the next.

    Not for a program that only uses preflight: it changes how all of the process gets memory.
    """
    if sys.platform != "linux":
        return
    with suppress(OSError, AttributeError):  # another C library
        library = ctypes.CDLL(None)
        library.mallopt(_M_MMAP_THRESHOLD, _LARGEST_BYTES)
        library.mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
        library.mallopt(_M_ARENA_MAX, 1)  # two threads on one photo take from the same heap
