"""JPEG, restart markers: are there as many as the restart interval demands, and in order?"""

from __future__ import annotations

import re

from preflight.frozen import frozen

_RESTART = re.compile(rb"\xff([\xd0-\xd7])")
_EXTRA_RESTART_BYTES = 4
"""Casio's EX-S1 ends its scan with one restart marker too many, right before the end marker."""


@frozen
class Restarts:
    """What was counted in one scan.

    Attributes:
        sound: Markers in the right order, at most as many as expected.
        last: Offset of the last of them, or of the first that is wrong.
        in_order: None has a wrong number, none is too many.
        one_too_many: There is exactly one more than expected, right at the end of the scan.
    """

    sound: int
    last: int
    in_order: bool
    one_too_many: bool = False


def count_restarts(data: bytes, starts: tuple[int, int], end: int, expected: int) -> Restarts:
    """Counts the restart markers in the coded data; stops at the first fault.

    Args:
        data: The file.
        starts: Where the coded data begin, and where the first marker may be.
        end: Where they end.
        expected: How many there have to be.
    """
    sound, last = 0, starts[0]
    for found in _RESTART.finditer(data, starts[1], end):
        at = found.start()
        if sound == expected:
            extra = expected > 0 and end - at <= _EXTRA_RESTART_BYTES
            return Restarts(sound, at, in_order=False, one_too_many=extra)
        if found.group(1)[0] & 7 != sound & 7:
            return Restarts(sound, at, in_order=False)
        sound, last = sound + 1, at
    return Restarts(sound, last, in_order=True)
