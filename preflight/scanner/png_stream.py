"""PNG's pixel stream: inflates step by step, counts, and looks at each row's filter byte."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

from preflight.scanner.png_chunks import Header

_BLOCK_BYTES = 1 << 20
EXTRA_BYTES = 65_536
"""Inflated beyond what the picture needs before the rest is left alone: a bomb ends here."""

_HIGHEST_FILTER = 4


@dataclass(slots=True)
class PixelStream:
    """The deflate stream of all picture data of a file.

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
        return self.error is not None or self._zlib.eof or self.got > self.needed + EXTRA_BYTES

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
