"""TIFF: content. Every strip or tile of the first page is walked, then Pillow decodes the page."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal

from preflight.facts import Box, Damage, Skipped
from preflight.limits import Limits
from preflight.scanner import jpeg
from preflight.scanner.decode import DecodeError, decode_picture
from preflight.scanner.lzw import TIFF, Budget, walk
from preflight.scanner.rle import packbits_fits
from preflight.scanner.structure import CUT_SHORT, SPOILED, Content, Picture, Structure
from preflight.scanner.tiff_layout import (
    DEFLATE,
    JPEG,
    LZW,
    NONE,
    OLD_DEFLATE,
    OLD_JPEG,
    PACKBITS,
    Layout,
    Piece,
)
from preflight.scanner.tiff_raw import Span, lost_span

_STEP_BYTES = 1 << 20
_PIECE_BYTES, _FREE_PIECES = 256, 8000
"""What a strip costs of the budget at least, and how many of those are free in any file."""

_EXTRA_BYTES = 65_536
_DECODER_FOUND_DAMAGE = ("decoder error", "truncated", "broken", "not enough", "decode error")
"""Words in Pillow's message that mean the data; others mean that it does not know the kind."""

_PILLOW_KNOWS = frozenset({NONE, 2, 3, 4, LZW, OLD_JPEG, JPEG, DEFLATE, PACKBITS, OLD_DEFLATE})
"""Compressions that every build of Pillow unpacks."""


Fault = Literal["cut", "damaged"]


def check_content(
    data: bytes, structure: Structure, limits: Limits, side_px: int | None
) -> Content:
    """Reads every coded byte of the first page; see `FormatModule`. Its pixels are upright."""
    layout = structure.private
    if not isinstance(layout, Layout):
        return Content()
    walk_ = _Walk(data, layout, limits)
    damage = walk_.run() or raw_damage(data, layout)
    if damage is not None:
        return Content(damage=(damage,))
    try:
        picture: Picture = decode_picture(data, "tiff", structure, limits, side_px)
    except DecodeError as error:
        if layout.directory.reaches_outside():
            text = "the file ends inside the description of the picture"
            return Content(damage=(Damage("truncated", "cut-header", text, len(data)),))
        known = layout.compression in _PILLOW_KNOWS
        if not known or not any(words in str(error) for words in _DECODER_FOUND_DAMAGE):
            return Content()
        text = f"the picture cannot be unpacked ({error})"
        return Content(damage=(Damage("corrupt", "undecodable", text),))
    except MemoryError:
        return Content(skipped=(Skipped("pixels", "there is not enough memory"),))
    if walk_.budget_bytes < 0 or walk_.lzw.runs < 0:
        return Content((), (Skipped("content", "its data is in too many pieces"),), picture)
    return Content(picture=picture)


_BLACK_IS_ZERO, _RGB = 1, 2
_RAW_BYTES = 300_000_000


def raw_damage(data: bytes, layout: Layout) -> Damage | None:
    """What the rows of raw samples in one block tell; of others than 8-bit light only zeros do."""
    row_bytes = layout.row_bytes(layout.width_px)
    if layout.compression != NONE or layout.tile or layout.bits not in (8, 16) or not row_bytes:
        return None
    pieces = list(layout.pieces())
    places = [0, *accumulate(piece.least_bytes or 0 for piece in pieces)]
    start, size = pieces[0].start, places[-1]
    if not start or size > _RAW_BYTES:
        return None
    if any(piece.start != start + place for piece, place in zip(pieces, places)):
        return None
    last = layout.directory.last_byte()
    extra_bytes = len(data) - start - size if last <= start + size else 0
    pixel_bytes = layout.bits // 8 * (1 if layout.separate else layout.samples)
    light = layout.photometric in (_BLACK_IS_ZERO, _RGB)
    smooth = light and layout.bits == 8 and not layout.separate
    samples = data[start : start + size]
    lost = lost_span(samples, row_bytes, pixel_bytes, max(0, extra_bytes), smooth)
    if lost is None:
        return None
    top, bottom = _rows_of(lost, row_bytes, layout.height_px)
    box = (0, top, layout.width_px, bottom)
    share = (bottom - top) / layout.height_px
    return Damage("corrupt", "bad-rows", SPOILED, start + lost[0], box, share)


def _rows_of(lost: Span, row_bytes: int, height_px: int) -> tuple[int, int]:
    """First row that is damaged, and the first behind it that is not; planes lie in order."""
    top, bottom = lost[0] // row_bytes, -(-lost[1] // row_bytes)
    plane = top // height_px * height_px
    if bottom > plane + height_px:
        return 0, height_px
    return top - plane, bottom - plane


@dataclass(slots=True)
class _Walk:
    """Collects the pieces that are damaged.

    Strips of a hostile file may all lie at one place, and each may claim to be a large JPEG. So
    when twice as many bytes or pixels were walked as the file has, the rest is left to Pillow.
    """

    data: bytes
    layout: Layout
    limits: Limits
    budget_bytes: int = 0
    budget_px: int = 0
    lzw: Budget = field(default_factory=lambda: Budget(0))
    faults: set[Fault] = field(default_factory=set)
    boxes: list[Box] = field(default_factory=list)
    lost_px: float = 0
    first: int | None = None

    def run(self) -> Damage | None:
        layout = self.layout
        self.budget_bytes = 2 * len(self.data) + _PIECE_BYTES * _FREE_PIECES
        self.budget_px = 2 * layout.width_px * layout.height_px + 1_000_000
        self.lzw = Budget.for_bytes(len(self.data))
        pieces = 0
        for piece in layout.pieces():
            pieces += 1
            fault = self._fault(piece)
            if fault is not None:
                self._note(fault, piece.start, piece.box)
            if self.budget_bytes < 0:
                return self._damage()
        if pieces < layout.count():
            text = "a part of the picture is missing"
            return self._damage() or Damage("corrupt", "missing-data", text, layout.directory.start)
        return self._damage()

    def _note(self, fault: Fault, offset: int, box: Box) -> None:
        self.faults.add(fault)
        if self.first is None:
            self.first = min(offset, len(self.data))
        known = self.boxes[0] if self.boxes else box
        # One box around all of them: the list stays short whatever the file says.
        self.boxes = [
            (
                min(known[0], box[0]),
                min(known[1], box[1]),
                max(known[2], box[2]),
                max(known[3], box[3]),
            )
        ]
        self.lost_px += (box[2] - box[0]) * (box[3] - box[1])

    def _damage(self) -> Damage | None:
        if not self.faults:
            return None
        layout = self.layout
        planes = layout.samples if layout.separate else 1
        share = min(1.0, self.lost_px / (layout.width_px * layout.height_px * planes))
        if self.faults == {"cut"}:
            return Damage("truncated", "cut-short", CUT_SHORT, self.first, self.boxes[0], share)
        return Damage("corrupt", "bad-strip", SPOILED, self.first, self.boxes[0], share)

    def _fault(self, piece: Piece) -> Fault | None:
        """What is wrong with one piece."""
        layout, size = self.layout, piece.size
        if size == 0 or piece.start == 0:
            return None  # a sparse file: the piece is blank
        if size is None:
            if layout.compression != NONE:
                return None  # decoders guess
            size = piece.least_bytes or 0
        if layout.compression == NONE:
            return self._raw_fault(piece, size)
        if piece.start + size > len(self.data):
            return "cut"
        self.budget_bytes -= max(size, _PIECE_BYTES)
        if layout.reversed_bits:
            return None
        coded = self.data[piece.start : piece.start + size]
        if layout.compression == JPEG:
            return self._jpeg_fault(coded)
        if piece.least_bytes is None:
            return None
        if layout.compression in (DEFLATE, OLD_DEFLATE):
            return self._deflate_fault(coded, piece)
        if layout.compression == LZW:
            return self._lzw_fault(coded, piece)
        if layout.compression == PACKBITS:
            fits = packbits_fits(coded, piece.least_bytes, piece.most_bytes)
            return None if fits else "damaged"
        return None

    def _raw_fault(self, piece: Piece, size: int) -> Fault | None:
        """Uncompressed pixels are read by their place; the stated size may be wrong."""
        needed = size if piece.least_bytes is None else piece.least_bytes
        if piece.start + needed > len(self.data):
            return "cut"
        return "damaged" if size < needed and self.layout.count() > 1 else None

    def _deflate_fault(self, coded: bytes, piece: Piece) -> Fault | None:
        """libtiff stops before the checksum, so a wrong one goes unseen elsewhere."""
        stream, made = zlib.decompressobj(), 0
        allowed = piece.most_bytes + _EXTRA_BYTES
        try:
            while coded and not stream.eof and made <= allowed:
                made += len(stream.decompress(coded, min(_STEP_BYTES, allowed - made + 1)))
                coded = stream.unconsumed_tail
        except zlib.error:
            return "damaged"
        self.budget_bytes -= made // 1000
        unfinished = not stream.eof and made <= allowed
        return "damaged" if unfinished or made < (piece.least_bytes or 0) else None

    def _jpeg_fault(self, coded: bytes) -> Fault | None:
        tables = self.layout.tables()
        if tables and tables[-2:] == b"\xff\xd9" and coded[:2] == b"\xff\xd8":
            coded = tables[:-2] + coded[2:]
        structure = jpeg.read(coded, self.limits)
        damage = structure.damage
        if structure.width_px and structure.height_px and not structure.limits_hit:
            self.budget_px -= structure.width_px * structure.height_px
            if self.budget_px < 0:  # the strips claim far more than the picture holds
                self.budget_bytes = -1
                return None
            damage += jpeg.check_content(coded, structure, self.limits, None).damage
        return "damaged" if any(found.kind != "readable" for found in damage) else None

    def _lzw_fault(self, coded: bytes, piece: Piece) -> Fault | None:
        if coded[:1] == b"\0" and len(coded) > 1 and coded[1] & 1:
            return None  # the old kind that begins at the low bits: left to libtiff
        least = piece.least_bytes or 0
        walked = walk(TIFF, coded, least, piece.most_bytes, self.lzw)
        if walked.verdict == "unchecked":
            return None
        # The last strip holds the rows that are left, or is filled up; nothing in between.
        exact = walked.coded in (least, piece.most_bytes)
        return None if exact and walked.verdict in ("whole", "left-over") else "damaged"
