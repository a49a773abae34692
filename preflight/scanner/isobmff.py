"""ISOBMFF: the boxes of HEIF and AVIF files (ISO/IEC 14496-12, 23008-12), read within bounds.

Only numbers and spans come out; nothing is decoded, nothing is copied but item bytes on request.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from preflight.frozen import frozen
from preflight.scanner.structure import CUT_SHORT

MAX_ENTRIES = 200_000
"""Boxes, items, extents, references and associations of one file together: three times what the
largest legal grid (256 x 256 tiles) needs; reading them stays under a second."""

_LAST_METHOD = 2
"""Ways to say where an item lies (ISO/IEC 14496-12, 8.11.3): in the file, in idat, in an item."""


class BoxError(ValueError):
    """The boxes contradict the format.

    Args:
        what: Short stable name of the defect, as in `Damage.what`.
        message: One plain clause, as in `Damage.message`.
        offset_bytes: Where.
        cut_off: The bytes would lie behind the end of the file.
    """

    def __init__(
        self, what: str, message: str, offset_bytes: int | None = None, cut_off: bool = False
    ) -> None:
        super().__init__(message)
        self.what = what
        self.message = message
        self.offset_bytes = offset_bytes
        self.cut_off = cut_off


class UnsupportedBoxError(ValueError):
    """Legal, but of a kind that preflight does not follow (data in another file, …)."""


@frozen
class Box:
    """One box: its four-letter kind, where it starts, where its body starts and where it ends."""

    kind: bytes
    start: int
    body: int
    end: int


@frozen
class Item:
    """One item of the meta box; `hidden` ones are not meant to be shown by themselves.

    Attributes:
        flags_at: Offset of the byte whose lowest bit says that; 0 if there is none.
    """

    number: int
    kind: bytes
    hidden: bool = False
    content_type: bytes = b""
    flags_at: int = 0


@frozen
class Location:
    """Where an item lies: extents are (offset, length) from `base`; length 0 is "to the end"."""

    method: int
    external: bool
    base: int
    extents: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Container:
    """What the boxes of one file say.

    Attributes:
        data: The file.
        brands: Major brand first.
        top: Top-level boxes in file order; the end of a cut one is clamped to the file's.
        cut: The top-level box that ends behind the end of the file, and how many bytes it lacks.
        trailing_start: Where bytes begin that are no box of this format; the file's end if none.
        items, locations, references, properties, associations, primary: The meta box.
        primary_span: Where the number of the primary item stands.
        idat: Span of the item data inside the meta box.
        other_files: It names other files (`dinf`), in which items may lie.
        problems: Boxes that could not be read, the rest was.
        odd: Names and places of what a strict reader may stumble over and we do not.
    """

    data: bytes
    brands: tuple[bytes, ...] = ()
    top: list[Box] = field(default_factory=list)
    cut: tuple[Box, int] | None = None
    trailing_start: int = 0
    primary: int | None = None
    primary_span: tuple[int, int] = (0, 0)
    items: dict[int, Item] = field(default_factory=dict)
    locations: dict[int, Location] = field(default_factory=dict)
    references: list[tuple[bytes, int, tuple[int, ...]]] = field(default_factory=list)
    properties: list[Box] = field(default_factory=list)
    associations: dict[int, tuple[int, ...]] = field(default_factory=dict)
    idat: tuple[int, int] | None = None
    other_files: bool = False
    problems: list[BoxError] = field(default_factory=list)
    odd: list[tuple[str, int]] = field(default_factory=list)
    entries_left: int = MAX_ENTRIES

    def spend(self, entries: int = 1) -> None:
        """Counts what was read, so that no file can keep us busy for long."""
        self.entries_left -= entries
        if self.entries_left < 0:
            raise BoxError("absurd-structure", "its table of contents is longer than any photo's")

    def uint(self, at: int, size: int, end: int) -> int:
        """Big-endian number of `size` bytes at `at`, which must end before `end`."""
        if at < 0 or at + size > end or end > len(self.data):
            raise BoxError("short-box", "a part of its table of contents is missing", at)
        return int.from_bytes(self.data[at : at + size], "big")

    def boxes(self, start: int, end: int) -> Iterator[Box]:
        """Boxes inside `[start, end)`; up to seven stray bytes behind the last are tolerated."""
        at = start
        while end - at >= 8:
            self.spend()
            box = self._box(at, end)
            if box.end > end:
                raise BoxError("box-too-long", "its parts do not fit into each other", at)
            yield box
            at = box.end

    def _box(self, at: int, end: int) -> Box:
        length, kind = struct.unpack_from(">I4s", self.data, at)
        body = at + 8
        if length == 1:
            length = self.uint(body, 8, end)
            body += 8
        elif length == 0:
            length = end - at
        if kind == b"uuid":
            body += 16
        if at + length < body:
            raise BoxError("box-too-short", "its parts do not fit into each other", at)
        return Box(kind, at, body, at + length)

    def children(self, box: Box, skip: int = 0) -> Iterator[Box]:
        """Boxes inside a box, behind `skip` bytes of its own fields."""
        return self.boxes(box.body + skip, box.end)

    def spans(self, number: int) -> list[tuple[int, int]]:
        """Byte spans of an item in the file.

        Raises:
            BoxError: It has no place, or the place lies outside the file.
            UnsupportedBoxError: It lies in another file or inside another item.
        """
        location = self.locations.get(number)
        if location is None:
            raise BoxError("item-without-place", "the place of a part of it is not given")
        if location.method > _LAST_METHOD or (location.external and not self.other_files):
            raise BoxError("bad-iloc", "the place of a part of it does not exist")
        if location.external or location.method > 1:
            raise UnsupportedBoxError("its data lie in another file or item")
        first, last = 0, len(self.data)
        if location.method == 1:
            if self.idat is None:
                raise BoxError("no-idat", "the place of a part of it does not exist")
            first, last = self.idat
        spans = []
        for offset, length in location.extents:
            start = first + location.base + offset
            end = start + length if length else last
            if start > last or end > last:
                raise BoxError(
                    "extent-outside",
                    CUT_SHORT if location.method == 0 else "a part of it points outside its place",
                    min(start, len(self.data)),
                    cut_off=location.method == 0,
                )
            spans.append((start, end))
        return spans

    def item_bytes(self, number: int, max_bytes: int) -> bytes:
        """Bytes of an item, joined; more than `max_bytes` is a `BoxError`."""
        spans = self.spans(number)
        if sum(end - start for start, end in spans) > max_bytes:
            raise BoxError("item-too-long", "a part of it is larger than the file")
        return b"".join(self.data[start:end] for start, end in spans)

    def properties_of(self, number: int) -> list[Box]:
        """Property boxes of an item, in the order in which they apply."""
        count = len(self.properties)
        chosen = self.associations.get(number, ())
        return [self.properties[index - 1] for index in chosen if 0 < index <= count]

    def property_of(self, number: int, kind: bytes) -> Box | None:
        """The first property of that kind."""
        return next((box for box in self.properties_of(number) if box.kind == kind), None)

    def inputs(self, number: int) -> tuple[int, ...]:
        """Items that a derived item (grid, overlay, …) is made of."""
        return next(
            (to for kind, source, to in self.references if kind == b"dimg" and source == number),
            (),
        )

    def referring(self, kind: bytes, numbers: frozenset[int]) -> list[int]:
        """Items with a reference of that kind to any of `numbers`."""
        return [source for name, source, to in self.references if name == kind and numbers & {*to}]


def read_top(container: Container) -> None:
    """Reads the top-level boxes and the brands.

    Raises:
        BoxError: There are too many.
    """
    size = len(container.data)
    at = 0
    while at < size:
        container.spend()
        try:
            if size - at < 8:
                raise BoxError("short-box", "", at)
            box = container._box(at, size)
        except BoxError:
            container.trailing_start = at
            return
        if not all(32 <= letter < 127 or letter == 0xA9 for letter in box.kind):
            container.trailing_start = at
            return
        if box.end > size:
            container.cut = (box, box.end - size)
            box = Box(box.kind, box.start, min(box.body, size), size)
        container.top.append(box)
        if box.kind == b"ftyp" and not container.brands:
            step = range(box.body, min(box.end, box.body + 400) - 3, 4)
            names = [container.data[place : place + 4] for place in step]
            container.brands = tuple(names[:1] + names[2:])
        at = box.end
