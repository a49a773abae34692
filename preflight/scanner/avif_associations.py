"""AVIF: tables of properties in several boxes of one kind, made fit for libavif.

The standard allows one `ipma` box for each version and flags (ISO/IEC 14496-12, 8.11.14). An early
writer made one for each picture, other decoders read them, and libavif refuses the whole file. All
but the lowest bit of the flags mean nothing, so they are told apart there.
"""

from __future__ import annotations

import re

_TABLE = re.compile(rb"ipma\0\0\0\0")
_MOST = 64
"""More tables than pictures of such a file; flags have room for them."""


def told_apart(data: bytes, start: int, end: int) -> bytes:
    """The file with different flags in each table but the first; itself if there is one only.

    Args:
        data: The file.
        start, end: Its meta box.
    """
    tables = [found.end() for found, _ in zip(_TABLE.finditer(data, start, end), range(_MOST))]
    if len(tables) < 2:
        return data
    changed = bytearray(data)
    for number, behind in enumerate(tables):
        changed[behind - 1] = 2 * number
    return bytes(changed)
