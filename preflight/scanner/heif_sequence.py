"""HEIF sequences: the picture track of an animated HEIF or AVIF file (ISO/IEC 23008-12, 7)."""

from __future__ import annotations

from preflight.frozen import frozen
from preflight.scanner.isobmff import Box, BoxError, Container

CODINGS = {b"hvc1": "hevc", b"hev1": "hevc", b"av01": "av1", b"vvc1": "vvc", b"avc1": "h264"}
_SAMPLE_ENTRY_BYTES = 78
"""Fields of a visual sample entry before its boxes (ISO/IEC 14496-12, 12.1.3)."""


@frozen
class Sequence:
    """The first picture track.

    Attributes:
        frames: Samples of the track.
        width_px, height_px: Of its frames.
        coding: `hevc`, `av1`…; empty for others.
        alpha: A second track carries transparency.
        config: The boxes of its sample entry: hvcC or av1C, colr, …
        first_frame: Byte span of the first sample; None if it is not given.
    """

    frames: int
    width_px: int
    height_px: int
    coding: str
    alpha: bool
    config: tuple[Box, ...]
    first_frame: tuple[int, int] | None


def read_sequence(container: Container) -> Sequence | None:
    """The picture track of the file, or None when it has none that can be read."""
    moov = next((box for box in container.top if box.kind == b"moov"), None)
    if moov is None:
        return None
    found = None
    alpha = False
    try:
        for trak in container.children(moov):
            if trak.kind != b"trak":
                continue
            handler = _handler(container, trak)
            if handler == b"auxv":
                alpha = True
            elif handler in (b"pict", b"vide") and found is None:
                found = _read_track(container, trak)
    except BoxError as error:
        container.problems.append(error)
    if found is None:
        return None
    return Sequence(
        found.frames,
        found.width_px,
        found.height_px,
        found.coding,
        alpha,
        found.config,
        found.first_frame,
    )


def _inside(container: Container, box: Box, *path: bytes) -> Box | None:
    for kind in path:
        inner = next((child for child in container.children(box) if child.kind == kind), None)
        if inner is None:
            return None
        box = inner
    return box


def _handler(container: Container, trak: Box) -> bytes:
    handler = _inside(container, trak, b"mdia", b"hdlr")
    if handler is None:
        return b""
    return container.uint(handler.body + 8, 4, handler.end).to_bytes(4, "big")


def _read_track(container: Container, trak: Box) -> Sequence | None:
    table = _inside(container, trak, b"mdia", b"minf", b"stbl")
    if table is None:
        return None
    boxes = {box.kind: box for box in container.children(table)}
    entry = next(iter(container.children(boxes[b"stsd"], 8)), None) if b"stsd" in boxes else None
    sizes = boxes.get(b"stsz")
    if entry is None or sizes is None:
        return None
    frames = container.uint(sizes.body + 8, 4, sizes.end)
    length = container.uint(sizes.body + 4, 4, sizes.end)
    if frames and not length:
        length = container.uint(sizes.body + 12, 4, sizes.end)
    config = tuple(container.children(entry, _SAMPLE_ENTRY_BYTES))
    return Sequence(
        frames,
        container.uint(entry.body + 24, 2, entry.end),
        container.uint(entry.body + 26, 2, entry.end),
        CODINGS.get(entry.kind, ""),
        alpha=False,
        config=config,
        first_frame=_first_chunk(container, boxes, length) if frames else None,
    )


def _first_chunk(
    container: Container, boxes: dict[bytes, Box], length: int
) -> tuple[int, int] | None:
    for kind, size in ((b"stco", 4), (b"co64", 8)):
        box = boxes.get(kind)
        if box is not None and container.uint(box.body + 4, 4, box.end):
            start = container.uint(box.body + 8, size, box.end)
            return start, start + length
    return None
