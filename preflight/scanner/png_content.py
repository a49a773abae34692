"""PNG: content. Every coded byte is read: checksums, deflate stream, filter bytes, exact length."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Literal

from preflight.facts import Box, Damage
from preflight.limits import Limits
from preflight.scanner.decode import DecodeError, decode_picture
from preflight.scanner.png_chunks import SIGNATURE, Header, checksum_fits, chunks
from preflight.scanner.png_layout import Layout
from preflight.scanner.structure import Content, Picture, Structure

_STEP_BYTES = 65_536
_BLOCK_BYTES = 1 << 20
_EXTRA_BYTES = 65_536
"""Inflated beyond what the picture needs before the rest is left alone: a bomb ends here."""

_HIGHEST_FILTER = 4

_SUSPECT_TEXT_BYTES = 1000
"""Pillow refuses a file with a text or profile that inflates to more than 1 MiB, the picture with
it; deflate shrinks by 1,032 at most."""

_LEAN = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT"})


def check_content(
    data: bytes, structure: Structure, limits: Limits, side_px: int | None
) -> Content:
    """Reads every coded byte of the default image; see `FormatModule`.

    Pixels are given only for a file that Pillow may refuse for what is around a good picture.
    Damage in an animation's further frames, or behind a complete picture, leaves a viewer a good
    picture: `readable`.
    """
    layout = structure.private
    if not isinstance(layout, Layout) or layout.first_data is None or structure.skipped:
        return Content()
    stream = _Stream(layout.header)
    run = _read_run(data, layout.first_data, stream)
    fault = _picture_fault(layout.header, stream, run)
    if fault is not None:
        return Content(damage=(fault,))
    odd = _oddities(data, layout, stream, run)
    if odd or structure.damage or layout.deflated_bytes > _SUSPECT_TEXT_BYTES:
        return Content(damage=odd, picture=_picture_alone(data, layout, structure, limits))
    return Content(damage=odd)


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


def _picture_fault(header: Header, stream: _Stream, run: _Run) -> Damage | None:
    """What is wrong with the picture that a viewer sees; None if it is whole."""
    if run.bad_chunk is not None:
        # A decoder that believes the checksum stops here, one that does not shows what follows.
        rows = run.bad_chunk_rows if not stream.complete or stream.error else None
        if stream.proved and stream.complete:
            return _fault("corrupt", "bad-crc", "a checksum in it is wrong", run.bad_chunk)
        return _fault("corrupt", "bad-crc", _DAMAGED, run.bad_chunk, header, rows)
    if stream.complete:
        return None
    rows = stream.whole_rows() if not header.interlaced else None
    share = 1 - min(1.0, stream.got / max(1, stream.needed))
    if stream.error is not None:
        what = "bad-filter" if stream.bad_filter else "bad-deflate"
        return _fault("corrupt", what, _DAMAGED, None, header, rows, share)
    if run.cut or not stream.proved:
        message = "the file ends before the picture does"
        return _fault("truncated", "cut-short", message, run.end, header, rows, share)
    message = "a part of the picture is missing"
    return _fault("corrupt", "missing-data", message, run.end, header, rows, share)


_DAMAGED = "the data of the picture is damaged"


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


def _oddities(data: bytes, layout: Layout, stream: _Stream, run: _Run) -> tuple[Damage, ...]:
    """What is wrong behind or around a complete picture."""
    odd = []
    if not stream.proved and not run.cut and stream.got <= stream.needed + _EXTRA_BYTES:
        text = "the checksum of the picture is wrong"
        odd.append(Damage("readable", "bad-checksum", text, run.end))
    elif stream.got > stream.needed:
        text = "it has more data than the picture needs"
        odd.append(Damage("readable", "extra-data", text, run.end))
    if not layout.ended:
        odd.append(Damage("readable", "missing-end", "the end mark is missing", len(data)))
    for chunk in chunks(data, run.end):
        if chunk.name == b"IDAT":
            text = "it has picture data in a wrong place"
            odd.append(Damage("readable", "stray-data", text, chunk.start))
            break
        if chunk.name == b"fdAT" and chunk.whole and not checksum_fits(data, chunk):
            text = "a later frame of the animation is damaged"
            odd.append(Damage("readable", "bad-frame", text, chunk.start))
            break
    return tuple(odd)


def _read_run(data: bytes, start: int, stream: _Stream) -> _Run:
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


@dataclass(slots=True)
class _Stream:
    """Inflates picture data step by step, counts it and looks at each row's filter byte.

    Attributes:
        got: Bytes inflated.
        error: What is wrong with the stream, in zlib's words or ours.
        bad_filter: The error is a filter that does not exist.
    """

    header: Header
    got: int = 0
    error: str | None = None
    bad_filter: bool = False
    _zlib: zlib._Decompress = field(default_factory=zlib.decompressobj)
    _passes: list[tuple[int, int]] = field(default_factory=list)
    _pass: int = 0
    _row: int = 0
    _next_filter: int = 0

    def __post_init__(self) -> None:
        self._passes = self.header.passes()

    @property
    def needed(self) -> int:
        """Bytes that the picture inflates to."""
        return sum(stride * rows for stride, rows in self._passes)

    @property
    def complete(self) -> bool:
        """All of the picture was inflated."""
        return self.got >= self.needed and not self.bad_filter

    @property
    def proved(self) -> bool:
        """The stream's own checksum was reached and fits."""
        return bool(self._zlib.eof) and self.error is None

    @property
    def done(self) -> bool:
        """Nothing further is wanted."""
        return self.error is not None or self._zlib.eof or self.got > self.needed + _EXTRA_BYTES

    def feed(self, piece: bytes) -> None:
        """Inflates one piece; does nothing any more when the stream is done."""
        if self.done or not piece:
            return
        before, got, whole_piece = self._zlib.copy(), self.got, piece
        try:
            while piece and not self.done:
                block = self._zlib.decompress(piece, _BLOCK_BYTES)
                piece = self._zlib.unconsumed_tail
                self._count(block)
        except zlib.error as error:
            self._count_until_error(before, whole_piece, self.got - got)
            self.error = self.error or str(error)

    def _count_until_error(self, stream: zlib._Decompress, piece: bytes, counted: int) -> None:
        """zlib throws away what it inflated in the call that fails; this finds how far it came.

        Args:
            stream: As it was before `piece`.
            piece: In which the error is.
            counted: Inflated bytes of `piece` that were counted already.
        """
        for step in (1024, 32, 1):
            while piece and self.error is None:
                before = stream.copy()
                try:
                    block = stream.decompress(piece[:step])
                except zlib.error:
                    stream = before
                    break
                piece = piece[step:]
                known = min(counted, len(block))
                counted -= known
                self._count(block[known:])

    def _count(self, block: bytes) -> None:
        start, self.got = self.got, self.got + len(block)
        while self._pass < len(self._passes) and self._next_filter < self.got:
            stride, rows = self._passes[self._pass]
            first = self._next_filter - start
            count = min(rows - self._row, (len(block) - first + stride - 1) // stride)
            filters = block[first : first + (count - 1) * stride + 1 : stride]
            if max(filters) > _HIGHEST_FILTER:
                good = next(n for n, value in enumerate(filters) if value > _HIGHEST_FILTER)
                self.got = self._next_filter + good * stride
                self.error, self.bad_filter = "a row has a filter that does not exist", True
                return
            self._row += count
            self._next_filter += count * stride
            if self._row == rows:
                self._pass, self._row = self._pass + 1, 0

    def whole_rows(self) -> int:
        """Rows of the picture that are there from the top on; 0 if it is interlaced."""
        if self.header.interlaced or not self._passes:
            return 0
        return min(self.got // self._passes[0][0], self.header.height_px)
