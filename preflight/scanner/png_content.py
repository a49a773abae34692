"""PNG: content. Every coded byte is read: checksums, deflate stream, filter bytes, exact length."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Literal

from preflight.facts import Box, Damage
from preflight.limits import Limits
from preflight.scanner.decode import DecodeError, decode_picture
from preflight.scanner.png_chunks import SIGNATURE, Header, checksum_fits, chunks
from preflight.scanner.png_layout import Layout
from preflight.scanner.png_stream import EXTRA_BYTES, PixelStream
from preflight.scanner.structure import CUT_SHORT, SPOILED, Content, Picture, Structure

_STEP_BYTES = 65_536
_LARGE_BYTES = 24_000_000
"""Inflated size, 8 megapixels of RGB, above which right checksums are trusted."""

_LEAN = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT"})


def check_content(
    data: bytes, structure: Structure, limits: Limits, side_px: int | None
) -> Content:
    """Reads every coded byte of the default image; see `FormatModule`.

    Where the picture is large and every checksum fits, its stream is what the encoder wrote; then
    it is not inflated here, since the scan's decode does that once more and would say if the
    encoder was wrong. Pixels are given only for a file that Pillow may refuse for what is around
    a good picture. Damage in an animation's further frames, or behind a complete picture, leaves
    a viewer a good picture: `readable`.
    """
    layout = structure.private
    if not isinstance(layout, Layout) or layout.first_data is None or structure.skipped:
        return Content()
    stream = PixelStream(layout.header)
    trusted = stream.needed > _LARGE_BYTES and _checksums_fit(data, layout)
    if not trusted:
        run = _read_run(data, layout.first_data, stream)
        fault = _picture_fault(layout, stream, run)
        if fault is not None:
            return Content(damage=(fault,))
        odd = (*_oddities(stream, run), *_oddities_behind(data, layout, run.end))
    else:
        odd = _oddities_behind(data, layout, layout.first_data)
    if any(damage.kind != "readable" for damage in structure.damage):
        return Content(damage=odd)
    if odd or structure.damage or layout.refused:
        return Content(damage=odd, picture=_picture_alone(data, layout, structure, limits))
    return Content()


def _checksums_fit(data: bytes, layout: Layout) -> bool:
    """All chunks of picture data follow each other, whole and right, and the end mark is there."""
    seen_other = False
    for chunk in chunks(data, layout.first_data or 0):
        if chunk.name != b"IDAT":
            seen_other = True
        elif seen_other or not chunk.whole or not checksum_fits(data, chunk):
            return False
    return layout.ended


def _picture_alone(
    data: bytes, layout: Layout, structure: Structure, limits: Limits
) -> Picture | None:
    """Decodes the picture without texts, profile, further frames and what lies behind it."""
    lean = bytearray(SIGNATURE)
    for chunk in chunks(data):
        if chunk.name in _LEAN:
            body = data[chunk.body : chunk.body_end]
            lean += len(body).to_bytes(4, "big") + chunk.name + body
            lean += zlib.crc32(chunk.name + body).to_bytes(4, "big")
        elif layout.first_data is not None and chunk.start > layout.first_data:
            break
    lean += bytes(4) + b"IEND\xaeB`\x82"
    try:
        return decode_picture(bytes(lean), "png", structure, limits)
    except (DecodeError, MemoryError):
        return None  # the scan asks Pillow for the file itself and reports what it says


@dataclass(slots=True)
class _Run:
    """The chunks of picture data that follow each other.

    Attributes:
        end: Offset behind the last of them.
        cut: The file ends inside the last of them.
        bad_chunk: Offset of the first one with a wrong checksum.
        bad_chunk_rows: Rows that were surely inflated before it.
    """

    end: int = 0
    cut: bool = False
    bad_chunk: int | None = None
    bad_chunk_rows: int = 0


def _picture_fault(layout: Layout, stream: PixelStream, run: _Run) -> Damage | None:
    """What is wrong with the picture that a viewer sees; None if it is whole."""
    header = layout.header
    if run.bad_chunk is not None:
        # A decoder that believes the checksum stops here, one that does not shows what follows.
        rows = run.bad_chunk_rows if not header.interlaced else None
        if stream.proved and stream.complete:
            return _fault("corrupt", "bad-crc", "a checksum in it is wrong", run.bad_chunk)
        return _fault("corrupt", "bad-crc", SPOILED, run.bad_chunk, header, rows)
    if stream.complete:
        return None
    rows = stream.whole_rows() if not header.interlaced else None
    share = 1 - min(1.0, stream.got / max(1, stream.needed))
    if stream.error is not None:
        what = "bad-filter" if stream.bad_filter else "bad-deflate"
        return _fault("corrupt", what, SPOILED, None, header, rows, share)
    if run.cut or not layout.ended:
        return _fault("truncated", "cut-short", CUT_SHORT, run.end, header, rows, share)
    message = "a part of the picture is missing"
    return _fault("corrupt", "missing-data", message, run.end, header, rows, share)


def _fault(
    kind: Literal["truncated", "corrupt"],
    what: str,
    message: str,
    offset: int | None,
    header: Header | None = None,
    rows: int | None = None,
    share: float | None = None,
) -> Damage:
    """Damage from row `rows` on to the bottom; without rows the place is unknown."""
    region: Box | None = None
    if header is not None and rows is not None and rows < header.height_px:
        region = (0, rows, header.width_px, header.height_px)
        share = (header.height_px - rows) / header.height_px
    return Damage(kind, what, message, offset, region, share)


def _oddities(stream: PixelStream, run: _Run) -> tuple[Damage, ...]:
    """What is odd about the stream of a complete picture."""
    if not stream.proved and not run.cut and stream.got <= stream.needed + EXTRA_BYTES:
        text = "the checksum of the picture is wrong"
        return (Damage("readable", "bad-checksum", text, run.end),)
    if stream.got > stream.needed:
        text = "it has more data than the picture needs"
        return (Damage("readable", "extra-data", text, run.end),)
    return ()


def _oddities_behind(data: bytes, layout: Layout, start: int) -> tuple[Damage, ...]:
    """What is wrong behind a complete picture, whose data may still come at `start`."""
    odd = []
    if not layout.ended:
        odd.append(Damage("readable", "missing-end", "the end mark is missing", len(data)))
    behind = False
    for chunk in chunks(data, start):
        behind |= chunk.name != b"IDAT"
        if chunk.name == b"IDAT" and (behind or start != layout.first_data):
            text = "it has picture data in a wrong place"
            odd.append(Damage("readable", "stray-data", text, chunk.start))
            break
        if chunk.name == b"fdAT" and chunk.whole and not checksum_fits(data, chunk):
            text = "a later frame of the animation is damaged"
            odd.append(Damage("readable", "bad-frame", text, chunk.start))
            break
    return tuple(odd)


def _read_run(data: bytes, start: int, stream: PixelStream) -> _Run:
    run = _Run(end=start)
    waiting = bytearray()
    with memoryview(data) as view:
        for chunk in chunks(data, start):
            if chunk.name != b"IDAT":
                break
            run.end, run.cut = chunk.end, not chunk.whole
            if run.bad_chunk is None and chunk.whole and not checksum_fits(data, chunk):
                stream.feed(bytes(waiting))
                waiting.clear()
                run.bad_chunk, run.bad_chunk_rows = chunk.start, stream.whole_rows()
            for at in range(chunk.body, chunk.body_end, _STEP_BYTES):
                waiting += view[at : min(at + _STEP_BYTES, chunk.body_end)]
                if len(waiting) >= _STEP_BYTES:
                    stream.feed(bytes(waiting))
                    waiting.clear()
    stream.feed(bytes(waiting))
    return run
