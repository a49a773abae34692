"""TIFF's own tags as an Exif block: the first directory, Exif's and GPS's, without the picture."""

from __future__ import annotations

import struct

from preflight.scanner.tiff_directory import Directory, Entry, directory_at

_EXIF, _GPS = 0x8769, 0x8825
_TELLING = frozenset(
    {_EXIF, _GPS, 0x010F, 0x0110, 0x0112, 0x013B, 0x013C, 0x8298, 0x02BC, 0x83BB, 0x8649}
)
"""Tags that make a block worth having: directories, camera, orientation, people, other blocks."""

_PICTURE = frozenset(
    {
        *(0x0111, 0x0117, 0x0120, 0x0121),  # strips, free bytes
        *range(0x0142, 0x0146),  # tiles
        *(0x014A, 0x015B, 0x0140, 0x012D),  # further directories, JPEG tables, colour tables
        *range(0x0200, 0x020A),  # old JPEG
        *(0x8773, 0x935C),  # colour profile, Photoshop's layers
    }
)
_MAX_VALUE_BYTES = 65_536
_MAX_ENTRIES = 1000


def exif_of(directory: Directory) -> bytes | None:
    """A classic TIFF block with the tags that tell about people, places and the camera.

    The file itself is such a block, but one as large as its pixels, and BigTIFF is not; so the
    tags are copied, in their byte order, each value of at most 64 KiB.
    """
    if not _TELLING & directory.entries.keys():
        return None
    main = _kept(directory)
    inner = {
        tag: _kept(directory_at(directory.data, directory.header, directory.integer(tag)))
        for tag in (_EXIF, _GPS)
        if tag in directory.entries
    }
    return _written(directory, main, inner)


def _kept(directory: Directory) -> list[Entry]:
    entries = [
        entry
        for tag, entry in sorted(directory.entries.items())
        if tag not in _PICTURE
        and entry.type <= 13
        and entry.size <= _MAX_VALUE_BYTES
        and directory.holds(tag)
    ]
    return entries[:_MAX_ENTRIES]


def _written(directory: Directory, main: list[Entry], inner: dict[int, list[Entry]]) -> bytes:
    order = directory.header.order
    main = [entry for entry in main if entry.tag not in (_EXIF, _GPS)]
    blocks = [(None, main, len(inner)), *((tag, rows, 0) for tag, rows in inner.items())]
    starts, at = [], 8
    for _tag, rows, pointers in blocks:
        starts.append(at)
        at += 2 + 12 * (len(rows) + pointers) + 4
    values = bytearray()
    out = bytearray((b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8))
    for tag, rows, _pointers in blocks:
        written = {}
        for entry in rows:
            raw = directory.data[entry.start : entry.start + entry.size]
            if len(raw) > 4:
                values += bytes(len(values) % 2)
                place = struct.pack(order + "I", at + len(values))
                values += raw
            else:
                place = raw.ljust(4, b"\0")
            head = struct.pack(order + "HHI", entry.tag, entry.type, entry.values)
            written[entry.tag] = head + place
        if tag is None:
            for pointer, start in zip(inner, starts[1:]):
                written[pointer] = struct.pack(order + "HHII", pointer, 4, 1, start)
        body = b"".join(row for _tag, row in sorted(written.items()))
        out += struct.pack(order + "H", len(written)) + body + bytes(4)
    return bytes(out + values)
