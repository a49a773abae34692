"""Heap: memory for pixels, for processes of our own on Linux.

glibc hands large blocks back to the system at once, and takes memory from it in pages of 4 kB. Each
photo then waits until tens of megabytes are zeroed for it again: an eighth of the time of a JPEG.
"""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

from preflight.limits import MB

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_MADV_HUGEPAGE = 14
"""Numbers of glibc's malloc.h and of Linux."""

_KEPT_BYTES = 128 * MB
"""More than that is given back after a photo; one of 12 megapixels needs less."""
_BLOCK_BYTES, _BLOCKS = 30 * MB, 2
"""Just below 32 MB, the most that glibc takes from its heap; what most photos need."""
_PAGE_BYTES = 4096


def keep_for_pixels() -> None:
    """What one photo gave back serves the next, and comes in large pages where the system has them.

    Not for a program that only uses preflight: it changes how all of the process gets memory.
    """
    if sys.platform != "linux":
        return
    with suppress(OSError, AttributeError):  # another C library
        library = ctypes.CDLL(None)
        library.mallopt(_M_MMAP_THRESHOLD, _BLOCK_BYTES + MB)
        library.mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
        _use_large_pages(library)


def _use_large_pages(library: ctypes.CDLL) -> None:
    """Asks for them in the part of the heap that the first blocks come from; nothing is touched."""
    library.malloc.restype = ctypes.c_void_p
    library.malloc.argtypes = [ctypes.c_size_t]
    library.free.argtypes = [ctypes.c_void_p]
    library.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    blocks = [library.malloc(_BLOCK_BYTES) for _ in range(_BLOCKS)]
    for block in filter(None, blocks):
        first = -(-block // _PAGE_BYTES) * _PAGE_BYTES
        library.madvise(first, _BLOCK_BYTES - _PAGE_BYTES, _MADV_HUGEPAGE)
    for block in filter(None, blocks):
        library.free(block)
