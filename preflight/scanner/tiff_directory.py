"""TIFF directories: tags and where their values lie, classic and BigTIFF. Bounded, never raises."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from preflight.frozen import frozen

FIELD_BYTES = {
    type_: size
    for size, types in (
        (1, (1, 2, 6, 7)),
        (2, (3, 8)),
        (4, (4, 9, 11, 13)),
        (8, (5, 10, 12, 16, 17, 18)),
    )
    for type_ in types
}
"""Bytes of a value of each field type; 16 to 18 are BigTIFF's."""
_INTEGERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}

_MAX_ENTRIES = 100_000
"""Entries read of a file, over all directories: 4,000 pages of 25."""


class Entry(NamedTuple):
    """One tag. Its value is the bytes `[start, start + size)`, which may lie outside the file."""

    tag: int
    type: int
    values: int
    start: int
    size: int


@frozen
class Header:
    """The first bytes.

    Attributes:
        order: For `struct`.
        big: BigTIFF, with offsets of eight bytes.
        first: Offset of the first directory.
    """

    order: Literal["<", ">"]
    big: bool
    first: int


def header_of(data: bytes) -> Header | None:
    """Reads the header; None if it is none."""
    order: Literal["<", ">"] = "<" if data[:2] == b"II" else ">"
    if data[:4] in (b"II*\0", b"MM\0*") and len(data) >= 8:
        return Header(order, False, struct.unpack_from(order + "I", data, 4)[0])
    if data[:4] in (b"II+\0", b"MM\0+") and len(data) >= 16:
        return Header(order, True, struct.unpack_from(order + "Q", data, 8)[0])
    return None


@dataclass(slots=True)
class Directory:
    """One directory of a file.

    Attributes:
        data: The file.
        header: Its header.
        start: Offset.
        entries: The first entry of each tag.
        next: Offset of the next directory, 0 for none.
        whole: All of it lies in the file, the offset of the next one too.
    """

    data: bytes
    header: Header
    start: int
    entries: dict[int, Entry] = field(default_factory=dict)
    next: int = 0
    whole: bool = False

    def holds(self, tag: int) -> bool:
        """The tag is there and its value lies in the file."""
        entry = self.entries.get(tag)
        return entry is not None and entry.start + entry.size <= len(self.data)

    def reaches_outside(self) -> bool:
        """Some value lies outside the file."""
        return not all(self.holds(tag) for tag in self.entries)

    def last_byte(self) -> int:
        """Offset behind the last value of this directory that lies in the file."""
        ends = (entry.start + entry.size for entry in self.entries.values())
        return max((end for end in ends if end <= len(self.data)), default=self.start)

    def integers(self, tag: int) -> Iterator[int]:
        """The values of an integer tag, one by one; none if it is missing or lies outside."""
        entry = self.entries.get(tag)
        if entry is None or entry.type not in _INTEGERS or not self.holds(tag):
            return
        code = struct.Struct(self.header.order + _INTEGERS[entry.type])
        for at in range(entry.start, entry.start + entry.size, code.size):
            yield code.unpack_from(self.data, at)[0]

    def integer(self, tag: int, default: int = 0) -> int:
        """The first value of an integer tag."""
        return next(self.integers(tag), default)

    def raw(self, tag: int, max_bytes: int) -> bytes | None:
        """The bytes of a value; None if it is missing, empty, cut or larger than allowed."""
        entry = self.entries.get(tag)
        if entry is None or not 0 < entry.size <= max_bytes or not self.holds(tag):
            return None
        return self.data[entry.start : entry.start + entry.size]


def directory_at(data: bytes, header: Header, start: int) -> Directory:
    """Reads one directory; what lies outside the file is left out."""
    directory = Directory(data, header, start)
    counter, row, inline = ("Q", 20, 8) if header.big else ("H", 12, 4)
    counter_bytes = struct.calcsize(counter)
    if not 0 < start <= len(data) - counter_bytes:
        return directory
    (count,) = struct.unpack_from(header.order + counter, data, start)
    at = start + counter_bytes
    room = (len(data) - at) // row
    read = struct.Struct(header.order + ("HHQ" if header.big else "HHI"))
    offset = struct.Struct(header.order + ("Q" if header.big else "I"))
    for _ in range(min(count, room, _MAX_ENTRIES)):
        tag, type_, values = read.unpack_from(data, at)
        size = FIELD_BYTES.get(type_, 0) * values
        begin = at + row - inline
        if size > inline:
            (begin,) = offset.unpack_from(data, begin)
        if size and tag not in directory.entries:
            directory.entries[tag] = Entry(tag, type_, values, begin, size)
        at += row
    if 0 < count <= min(room, _MAX_ENTRIES) and at + inline <= len(data):
        directory.whole = True
        (directory.next,) = offset.unpack_from(data, at)
    return directory


def directories(data: bytes, header: Header) -> Iterator[Directory]:
    """The chain of directories, in order; ends at a loop or when there are too many entries."""
    seen: set[int] = set()
    entries, start = 0, header.first
    while start and start not in seen and entries <= _MAX_ENTRIES:
        seen.add(start)
        directory = directory_at(data, header, start)
        entries += max(1, len(directory.entries))
        yield directory
        start = directory.next
