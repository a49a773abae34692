"""WebP: structure. Frames are counted by walking their chunks, none is decoded.

`Structure.segments` are the RIFF chunks (runs of one name count once), each with header and padding
byte; the twelve bytes of the RIFF header come before the first. `Structure.coding` is `lossy`,
`lossless` or empty.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from preflight.facts import Colour, Damage
from preflight.limits import Limits
from preflight.scanner.bounds import SegmentLog, pixel_limit
from preflight.scanner.structure import CUT_SHORT, Structure, worst_first
from preflight.scanner.webp_chunks import (
    BITSTREAMS,
    FRAME_HEADER_BYTES,
    KNOWN,
    RIFF_HEADER_BYTES,
    Bitstream,
    Chunk,
    bitstream_of,
    chunks,
)
from preflight.scanner.webp_content import check_content
from preflight.scanner.webp_layout import Layout

__all__ = ["check_content", "read"]

_ALPHA_FLAG = 0x10


def read(data: bytes, limits: Limits) -> Structure:
    """Walks a WebP file; see `FormatModule`."""
    if data[:4] != b"RIFF" or data[8:RIFF_HEADER_BYTES] != b"WEBP":
        fault = Damage("corrupt", "bad-signature", "it does not begin as a WebP has to", 0)
        return Structure(damage=(fault,))
    walk = _Walk(data, limits.max_inflated_bytes)
    walk.run()
    return walk.structure(limits)


@dataclass(slots=True)
class _Walk:
    """What is known while the chunks pass by."""

    data: bytes
    max_bytes: int
    log: SegmentLog = field(default_factory=SegmentLog)
    canvas: tuple[int, int] | None = None
    flags: int = 0
    picture: Chunk | None = None
    bitstream: Bitstream | None = None
    alpha: Chunk | None = None
    place: tuple[int, int] = (0, 0)
    frames: int = 0
    exif: bytes | None = None
    xmp: bytes | None = None
    icc: bytes | None = None
    end: int = RIFF_HEADER_BYTES
    faults: list[Damage] = field(default_factory=list)

    def run(self) -> None:
        size = len(self.data)
        announced = 8 + int.from_bytes(self.data[4:8], "little")
        for chunk in chunks(self.data, RIFF_HEADER_BYTES, min(announced, size)):
            self.log.add(chunk.name.decode("latin-1"), chunk.start, chunk.end)
            self.end = chunk.end
            self._take(chunk)
        if announced > size:
            # libwebp waits for the rest that the header promises and gives no picture.
            self._fault("truncated", "cut-short", "the file ends before it should", size)
        elif announced < size and self.picture is None:
            self._fault("corrupt", "bad-length", "the length that it states is wrong", 4)
        elif any(self.data[self.end : min(announced, size)]):
            self._fault("readable", "junk", "something is behind its last part", self.end)
        self.end = max(self.end, min(announced, size))

    def _take(self, chunk: Chunk) -> None:
        name = chunk.name
        if not chunk.whole and name not in BITSTREAMS | {b"ANMF"}:
            self._cut(chunk)
        elif name == b"VP8X":
            self._read_canvas(chunk)
        elif name == b"ANMF":
            self.frames += 1
            self._read_frame(chunk)
        elif name in BITSTREAMS:
            self._read_picture(chunk)
        elif name == b"ALPH" and self.picture is None:
            self.alpha = chunk
        elif name == b"EXIF" and self.exif is None:
            self.exif = self._body(chunk).removeprefix(b"Exif\0\0") or None
        elif name.rstrip(b"\0 ") == b"XMP" and self.xmp is None:
            self.xmp = self._body(chunk) or None
        elif name == b"ICCP" and self.icc is None:
            self.icc = self._body(chunk) or None
        elif name not in KNOWN and not all(32 <= letter < 127 or not letter for letter in name):
            self._fault(
                "readable", "unknown-chunk", "it has a part that no program knows", chunk.start
            )

    def _read_canvas(self, chunk: Chunk) -> None:
        body = self.data[chunk.body : chunk.body_end]
        if self.canvas is not None or len(body) < 10:
            self._fault(
                "corrupt", "bad-header", "the description of the picture is damaged", chunk.start
            )
            return
        self.flags = body[0]
        width, height = (int.from_bytes(body[at : at + 3], "little") + 1 for at in (4, 7))
        self.canvas = (width, height)

    def _read_frame(self, chunk: Chunk) -> None:
        """The picture is in the first frame; later ones are left alone."""
        if self.picture is not None:
            return
        x, y = (
            2 * int.from_bytes(self.data[chunk.body + at : chunk.body + at + 3], "little")
            for at in (0, 3)
        )
        for inner in chunks(self.data, chunk.body + FRAME_HEADER_BYTES, chunk.body_end):
            if inner.name == b"ALPH" and inner.whole and self.picture is None:
                self.alpha = inner
            elif inner.name in BITSTREAMS and self.picture is None:
                self._read_picture(inner)
                self.place = (x, y)
                return

    def _read_picture(self, chunk: Chunk) -> None:
        if self.picture is not None:
            return
        self.picture = chunk
        self.bitstream = bitstream_of(self.data, chunk)
        if self.bitstream is None:
            self._fault(
                "corrupt", "bad-header", "the description of the picture is damaged", chunk.start
            )
        elif not chunk.whole:
            self._cut(chunk)

    def _cut(self, chunk: Chunk) -> None:
        """A part goes beyond the end of the file, or of what the file says is its length."""
        if 8 + int.from_bytes(self.data[4:8], "little") < len(self.data):
            self._fault("corrupt", "bad-length", "the length that it states is wrong", 4)
        elif chunk.name in BITSTREAMS:
            self._fault("truncated", "cut-short", CUT_SHORT, chunk.body_end)
        else:
            text = "the file ends inside one of its parts"
            self._fault("truncated", "cut-chunk", text, chunk.start)

    def _body(self, chunk: Chunk) -> bytes:
        return self.data[chunk.body : min(chunk.body_end, chunk.body + self.max_bytes)]

    def _fault(
        self, kind: Literal["truncated", "corrupt", "readable"], what: str, text: str, offset: int
    ) -> None:
        if not self.faults or (kind != "readable" and self.faults[-1].what != what):
            self.faults.append(Damage(kind, what, text, offset))

    def structure(self, limits: Limits) -> Structure:
        stream, canvas = self.bitstream, self.canvas
        if self.picture is None:
            at_end = self.end >= len(self.data) - 8
            text = "the file ends before the picture begins"
            if at_end:
                self._fault("truncated", "no-picture-data", text, self.end)
            else:
                self._fault("corrupt", "no-picture-data", "the picture itself is missing", self.end)
        width, height = canvas or ((stream.width_px, stream.height_px) if stream else (0, 0))
        if stream and canvas and not self._fits(stream, canvas):
            text = "the description of the picture is damaged"
            self._fault("corrupt", "bad-size", text, RIFF_HEADER_BYTES)
        if stream and not (stream.width_px and stream.height_px):
            self._fault("corrupt", "bad-size", "the picture has no size", RIFF_HEADER_BYTES)
        return Structure(
            width_px=width if stream else 0,
            height_px=height if stream else 0,
            colour=Colour(alpha=self._has_alpha()),
            frames=max(1, self.frames),
            animated=self.frames > 1,
            coding=("lossless" if stream.lossless else "lossy") if stream else "",
            subsampling="4:2:0" if stream and not stream.lossless else None,
            exif=self.exif,
            xmp=self.xmp,
            icc=self.icc,
            segments=self.log.segments(),
            trailing_bytes=max(0, len(self.data) - self.end),
            damage=worst_first(self.faults),
            limits_hit=pixel_limit(width, height, limits),
            private=Layout(self.picture, stream, self.alpha, *self.place)
            if self.picture and stream
            else None,
        )

    def _fits(self, stream: Bitstream, canvas: tuple[int, int]) -> bool:
        """A still fills its canvas, a frame lies on it: decoders refuse others."""
        if not self.frames:
            return (stream.width_px, stream.height_px) == canvas
        right, bottom = self.place[0] + stream.width_px, self.place[1] + stream.height_px
        return right <= canvas[0] and bottom <= canvas[1]

    def _has_alpha(self) -> bool:
        """What is really there counts for a still; frames of an animation may leave parts free."""
        if self.frames:
            return bool(self.flags & _ALPHA_FLAG)
        return self.alpha is not None or bool(self.bitstream and self.bitstream.alpha)
