"""Exif: a small, bounded reader of TIFF directories. It never raises, whatever the bytes are.

Pillow's reader raises on real files (a float where a short belongs, a directory beyond the end),
and a tag may hold anything; here every value is checked when it is asked for.
"""

from __future__ import annotations

import struct
from typing import Literal

from preflight.frozen import frozen

_TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_MAX_ENTRIES = 1000
"""Entries read of a directory; the longest in real files has about 100."""

_MAX_VALUE_BYTES = 65536
"""Bytes kept of a value; longer ones (maker notes, previews) are cut."""

EXIF_IFD = 0x8769
GPS_IFD = 0x8825


@frozen
class Tiff:
    """A block of bytes with a TIFF header.

    Attributes:
        data: From the byte order mark on; offsets count from there.
        order: Byte order.
        first_ifd: Offset of the first directory.
    """

    data: bytes
    order: Literal["little", "big"]
    first_ifd: int

    @classmethod
    def parse(cls, data: bytes) -> Tiff | None:
        """Reads the header; None if it is none, or BigTIFF's."""
        if data[:6] == b"Exif\0\0":
            data = data[6:]
        if data[:4] == b"II*\0":
            return cls(data, "little", int.from_bytes(data[4:8], "little"))
        if data[:4] == b"MM\0*":
            return cls(data, "big", int.from_bytes(data[4:8], "big"))
        return None


@frozen
class Entry:
    """One tag as written.

    Attributes:
        type: TIFF field type, 1 to 13.
        count: Values claimed; `raw` may hold fewer.
        raw: The bytes of the value, cut at `_MAX_VALUE_BYTES`; empty if they lie outside.
        order: Byte order.
    """

    type: int
    count: int
    raw: bytes
    order: Literal["little", "big"]

    def integers(self) -> tuple[int, ...]:
        """The values of a short, long or directory tag; empty for other types."""
        if self.type not in (3, 4, 8, 9, 13):
            return ()
        size, signed = _TYPE_SIZES[self.type], self.type in (8, 9)
        return tuple(
            int.from_bytes(self.raw[at : at + size], self.order, signed=signed)
            for at in range(0, len(self.raw) - size + 1, size)
        )

    def integer(self) -> int | None:
        """The first of `integers`."""
        return next(iter(self.integers()), None)

    def rationals(self) -> tuple[tuple[int, int], ...]:
        """Numerators and denominators of a rational tag; empty for other types."""
        if self.type not in (5, 10):
            return ()
        code = ("<" if self.order == "little" else ">") + ("II" if self.type == 5 else "ii")
        whole = self.raw[: len(self.raw) // 8 * 8]
        return tuple(struct.iter_unpack(code, whole))

    def text(self) -> str:
        """The value as text without padding; empty when it is none."""
        if self.type not in (1, 2, 7):
            return ""
        return clean_text(self.raw.split(b"\0", 1)[0].decode("utf-8", "replace"))

    def wide_text(self) -> str:
        """The value of one of Windows' tags (XPAuthor…), which are UTF-16."""
        return clean_text(self.raw.decode("utf-16-le", "replace").split("\0", 1)[0])


def clean_text(text: str, limit: int = 200) -> str:
    """One line of printable text, at most `limit` characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * limit]).split())[
        :limit
    ]


def read_ifd(tiff: Tiff, offset: int) -> tuple[dict[int, Entry], int]:
    """Reads one directory.

    Args:
        tiff: The block.
        offset: Of the directory, from the byte order mark.

    Returns:
        The first entry of each tag that fits into the block, and the offset of the next directory
        (0 for none).
    """
    data, order = tiff.data, tiff.order
    entries: dict[int, Entry] = {}
    if not 8 <= offset <= len(data) - 2:
        return entries, 0
    count = int.from_bytes(data[offset : offset + 2], order)
    for index in range(min(count, _MAX_ENTRIES)):
        at = offset + 2 + 12 * index
        if at + 12 > len(data):
            return entries, 0
        tag = int.from_bytes(data[at : at + 2], order)
        type_ = int.from_bytes(data[at + 2 : at + 4], order)
        number = int.from_bytes(data[at + 4 : at + 8], order)
        if type_ not in _TYPE_SIZES or tag in entries:
            continue
        size = number * _TYPE_SIZES[type_]
        start = at + 8 if size <= 4 else int.from_bytes(data[at + 8 : at + 12], order)
        raw = data[start : start + min(size, _MAX_VALUE_BYTES)]
        entries[tag] = Entry(type_, number, raw, order)
    end = offset + 2 + 12 * count
    return entries, int.from_bytes(data[end : end + 4], order) if end + 4 <= len(data) else 0
