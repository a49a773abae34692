"""JPEG, stream: the primary image alone, as libjpeg is given it.

libjpeg reports only its first warning, and harmless ones (a stray byte in the header, an odd JFIF
version, a torn colour profile) come first. So it is given a stream of nothing but what the picture
needs, and then any warning is damage.
"""

from __future__ import annotations

import struct

from preflight.scanner.jpeg_layout import Frame, Layout, Scan

MARK_BYTES = 16
"""More than the 8 bytes that libjpeg-turbo reads ahead."""

_MOST_PX = 65_500
"""A side of more than that libjpeg refuses."""

_JFIF = b"\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
_ADOBE = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0"


def lean(data: bytes, layout: Layout, end: int | None = None) -> bytes:
    """The primary image as the smallest valid stream: tables, frame, scans.

    Args:
        data: The file.
        layout: Its walk.
        end: Offset at which to cut the coded data; None to keep all.
    """
    return b"".join(_lean_parts(data, layout, end))


def _lean_parts(data: bytes, layout: Layout, end: int | None) -> list[bytes | memoryview]:
    """See `lean`; a scan is its header and a view of its coded data: megabytes, copied once."""
    parts: list[bytes | memoryview] = [b"\xff\xd8"]
    if layout.jfif:  # written anew, since a torn one would warn; it decides the colours
        parts.append(_JFIF)
    if layout.adobe_transform is not None:
        known = layout.adobe_transform in (0, 1, 2)
        other = 2 if layout.frame and len(layout.frame.components) == 4 else 1
        parts.append(_ADOBE + bytes([layout.adobe_transform if known else other]))
    pieces: list[tuple[int, int] | Scan] = [*layout.pieces, *layout.scans]
    view = memoryview(data)
    for piece in sorted(pieces, key=lambda p: p.header_start if isinstance(p, Scan) else p[0]):
        if not isinstance(piece, Scan):
            parts.append(data[piece[0] : piece[1]])
        elif end is None or piece.start < end:
            header = data[piece.header_start : piece.start]
            parts.append(header if piece.ordinary else header[:-3] + b"\0\x3f\0")
            parts.append(view[piece.start : piece.end if end is None else min(piece.end, end)])
    return [*parts, b"\xff\xd9"]


def cut_at(data: bytes, layout: Layout, frame: Frame, height_px: int) -> bytes:
    """The lean stream of a single scan that says to be only so high, a multiple of its units."""
    *before, header, coded, end = _lean_parts(data, layout, None)
    return b"".join([_with_height(b"".join(before), frame, height_px), header, coded, end])


def end_marked(data: bytes, layout: Layout, frame: Frame) -> bytes | None:
    """The lean stream with a mark by which libjpeg tells where its decoder stood at the end.

    libjpeg-turbo reads ahead and drops up to 7 bytes that are left over behind the last unit,
    which is all that many a flipped bit leaves behind. So the picture is made one row of units
    higher, a restart marker is demanded before that row, and a mark of `MARK_BYTES` bytes is
    laid before the marker: for a sound scan libjpeg then complains of exactly that many bytes.
    None where this cannot be done: several scans, tables behind it, own restart markers, too many
    units for the 16 bits of a restart interval, no room for a row.
    """
    units = frame.units[0] * frame.units[1]
    height_px = frame.units[1] * frame.unit_px[1] + frame.unit_px[1]
    one_scan = len(layout.scans) == 1 and len(layout.scans[0].components) == len(frame.components)
    if not frame.huffman_dct or frame.progressive or not one_scan or layout.restart_interval:
        return None
    if units > 0xFFFF or height_px > _MOST_PX:
        return None
    *before, header, coded, _ = _lean_parts(data, layout, None)
    if not isinstance(coded, memoryview):
        return None
    return b"".join(
        [
            _with_height(b"".join(before), frame, height_px),
            b"\xff\xdd\0\4" + struct.pack(">H", units),
            header,
            coded,
            b"\x55" * MARK_BYTES + b"\xff\xd0\xff\xd9",
        ]
    )


def _with_height(tables: bytes, frame: Frame, height_px: int) -> bytes:
    """What comes before the first scan, with another height in the frame."""
    at = tables.rfind(bytes([0xFF, frame.marker, 0, 8 + 3 * len(frame.components)]))
    return tables[: at + 5] + struct.pack(">H", height_px) + tables[at + 7 :]
