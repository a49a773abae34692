"""Fingerprints: sets of names for which 8 bytes each are enough."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Container, Iterable
from functools import cached_property

_MASK = (1 << 64) - 1


def fingerprint(text: str) -> int:
    """Of this process: Python's own hash has another key in each.

    Two of a million texts share one in one of 10^7 cases; what uses it has to bear that.
    """
    return hash(text) & _MASK


class Fingerprints:
    """A set that is made once."""

    def __init__(self, values: Iterable[int] = ()) -> None:
        self._sorted = array("Q", sorted(values))

    def __contains__(self, value: int) -> bool:
        at = bisect_left(self._sorted, value)
        return at < len(self._sorted) and self._sorted[at] == value

    def repeated(self) -> set[int]:
        """Those that were given more than once."""
        ours = self._sorted
        return {ours[at] for at in range(1, len(ours)) if ours[at] == ours[at - 1]}


class Names(Container[str]):
    """A set of names that is made when it is first asked."""

    def __init__(self, names: Callable[[], Iterable[str]]) -> None:
        self._names = names

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and fingerprint(name) in self._made

    @cached_property
    def _made(self) -> Fingerprints:
        return Fingerprints(map(fingerprint, self._names()))
