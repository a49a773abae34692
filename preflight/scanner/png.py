"""PNG and APNG: structure. Every chunk but the picture's own data is read and checked.

`Structure.segments` are the chunks (runs of one name count once), from IHDR to IEND, each with
length, name and checksum; the eight bytes of the signature come before the first.
`Structure.coding` is `interlaced` or empty.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from preflight.facts import Colour, Damage, Skipped
from preflight.limits import Limits
from preflight.scanner.bounds import SegmentLog, pixel_limit
from preflight.scanner.png_chunks import SIGNATURE, Chunk, Header, checksum_fits, chunks
from preflight.scanner.png_content import check_content
from preflight.scanner.png_layout import Layout
from preflight.scanner.png_texts import TEXT_CHUNKS, Texts
from preflight.scanner.structure import Structure, worst_first

__all__ = ["check_content", "read"]

_MODELS: dict[int, Literal["grey", "rgb", "palette"]] = {
    0: "grey",
    2: "rgb",
    3: "palette",
    4: "grey",
    6: "rgb",
}
_HDR_TRANSFERS: dict[int, Literal["pq", "hlg"]] = {16: "pq", 18: "hlg"}
"""Transfer characteristics of ITU-T H.273 in a cICP chunk."""

_KNOWN_CRITICAL = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
_PICTURE_DATA = frozenset({b"IDAT", b"fdAT"})
_MAX_BODY_BYTES = 64_000_000
"""Largest metadata chunk that is copied out of the file; larger ones are no metadata."""

_LEAST_BYTES = {b"cHRM": 32, b"gAMA": 4, b"pHYs": 9, b"sRGB": 1, b"cICP": 4}
"""Chunks that only decorate the picture; Pillow refuses a whole file for one that is shorter."""

_MAX_FAULTS = 20
"""Damage reported of one file; a hundred bad checksums tell no more."""


def read(data: bytes, limits: Limits) -> Structure:
    """Walks a PNG file; see `FormatModule`."""
    if not data.startswith(SIGNATURE):
        fault = Damage("corrupt", "bad-signature", "it does not begin as a PNG has to", 0)
        return Structure(damage=(fault,))
    walk = _Walk(data, Texts(limits.max_inflated_bytes))
    for chunk in chunks(data):
        walk.take(chunk)
    return walk.structure(limits)


@dataclass(slots=True)
class _Walk:
    """What is known while the chunks pass by."""

    data: bytes
    texts: Texts
    log: SegmentLog = field(default_factory=SegmentLog)
    header: Header | None = None
    apple: bool = False
    palette: bool = False
    transparency: bool = False
    cicp: tuple[int, int, int, int] | None = None
    announced_frames: int | None = None
    frames: int = 0
    still_apart: bool = False
    first_data: int | None = None
    ended: bool = False
    end: int = len(SIGNATURE)
    cut: bool = False
    faults: list[Damage] = field(default_factory=list)

    def take(self, chunk: Chunk) -> None:
        name, self.end = chunk.name, chunk.end
        if name == b"CgBI" and self.header is None:
            self.apple = True
        if not chunk.whole:
            self.cut = True
            if name == b"IDAT" and self.first_data is None:
                self.first_data = chunk.start
            return
        self.log.add(name.decode("ascii"), chunk.start, chunk.end)
        if name in _PICTURE_DATA:
            if name == b"IDAT" and self.first_data is None:
                self.first_data = chunk.start
                self.still_apart = not self.frames
            return
        if checksum_fits(self.data, chunk):
            self._read(chunk)
        else:
            self._bad_checksum(chunk)

    def _bad_checksum(self, chunk: Chunk) -> None:
        """A broken checksum in what only decorates the picture leaves the picture good.

        libpng refuses critical chunks with a wrong checksum and drops the others.
        """
        name = chunk.name
        if name == b"IEND" or (self.first_data is not None and name != b"IHDR"):
            self._fault("readable", "bad-crc", "a part behind the picture is damaged", chunk)
        elif chunk.critical or name == b"tRNS":
            self._fault("corrupt", "bad-crc", "the description of the picture is damaged", chunk)
        else:
            self._fault("readable", "bad-crc", "additional information in it is damaged", chunk)
        if chunk.critical:
            self._read(chunk)
        if name == b"iCCP":
            self.texts.icc_error = "the profile's chunk is damaged"

    def _read(self, chunk: Chunk) -> None:
        name, length = chunk.name, chunk.body_end - chunk.body
        if name == b"IEND":
            self.ended = True
        elif length < _LEAST_BYTES.get(name, 0):
            text = "additional information in it is damaged"
            self._fault("readable", "short-chunk", text, chunk)
        elif name == b"IHDR":
            self._read_header(chunk)
        elif name == b"PLTE":
            self.palette = True
            if self.first_data is None and (length % 3 or not 3 <= length <= 768):
                self._fault("corrupt", "bad-palette", "its table of colours is damaged", chunk)
        elif name == b"tRNS":
            self.transparency = True
        elif name == b"cICP":
            primaries, transfer, matrix, full = self.data[chunk.body : chunk.body + 4]
            self.cicp = (primaries, transfer, matrix, full)
        elif name == b"acTL" and length >= 8:
            self.announced_frames = int.from_bytes(self.data[chunk.body : chunk.body + 4], "big")
        elif name == b"fcTL":
            self.frames += 1
        elif name in TEXT_CHUNKS or name in (b"eXIf", b"iCCP"):
            if length <= _MAX_BODY_BYTES:
                self.texts.add(name, self.data[chunk.body : chunk.body_end])
        elif chunk.critical and name not in _KNOWN_CRITICAL and name != b"CgBI":
            self._unknown(chunk)

    def _read_header(self, chunk: Chunk) -> None:
        if self.header is not None or chunk.body_end - chunk.body != 13:
            self._fault("corrupt", "bad-header", "the description of the picture is damaged", chunk)
            return
        self.header = Header.parse(self.data[chunk.body : chunk.body_end])
        if not self.header.legal:
            self._fault("corrupt", "bad-header", "the description of the picture is damaged", chunk)

    def _unknown(self, chunk: Chunk) -> None:
        """No decoder goes past a critical chunk that it does not know, unless it is done."""
        kind: Literal["corrupt", "readable"] = "corrupt" if self.first_data is None else "readable"
        self._fault(kind, "unknown-chunk", "it has a part that no program knows", chunk)

    def _fault(
        self, kind: Literal["truncated", "corrupt", "readable"], what: str, message: str, at: Chunk
    ) -> None:
        if len(self.faults) < _MAX_FAULTS:
            self.faults.append(Damage(kind, what, message, at.start))

    def structure(self, limits: Limits) -> Structure:
        header, texts = self.header, self.texts
        damage = [*self.faults, *self._missing()]
        if texts.problems and not self.cut:
            damage.append(Damage("readable", "bad-text", "a text in it cannot be read"))
        legal = header is not None and header.legal
        frames = self._frame_count()
        return Structure(
            width_px=header.width_px if header and legal else 0,
            height_px=header.height_px if header and legal else 0,
            colour=self._colour(),
            frames=frames,
            animated=frames != 1,
            coding="interlaced" if header and header.interlaced else "",
            exif=texts.exif,
            xmp=texts.xmp or None,
            iptc=texts.iptc is not None,
            iptc_data=texts.iptc,
            comment=texts.comment,
            icc=texts.icc,
            icc_error=texts.icc_error,
            segments=self.log.segments(),
            trailing_bytes=len(self.data) - self.end if self.ended else 0,
            damage=worst_first(damage),
            skipped=(Skipped("png", "it is in Apple's own form of PNG"),) if self.apple else (),
            limits_hit=pixel_limit(header.width_px, header.height_px, limits)
            if header and legal
            else (),
            private=Layout(
                header,
                self.first_data,
                self.ended,
                texts.refused or self.announced_frames is not None,
            )
            if header and legal
            else None,
        )

    def _missing(self) -> list[Damage]:
        """What the file has not at all."""
        if self.apple:
            return []
        at_the_end = self.cut or self.end >= len(self.data) - 8
        kind: Literal["truncated", "corrupt"] = "truncated" if at_the_end else "corrupt"
        if self.header is None:
            if not any(fault.what == "bad-header" for fault in self.faults):
                return [Damage(kind, "no-header", "the description of the picture is missing", 8)]
        elif self.first_data is None:
            return [
                Damage(
                    kind,
                    "no-picture-data",
                    "the file ends before the picture begins"
                    if kind == "truncated"
                    else "the picture itself is missing",
                    self.end,
                    lost_share=1.0,
                )
            ]
        elif self.header.colour_type == 3 and not self.palette:
            return [Damage("corrupt", "no-palette", "its table of colours is missing")]
        return []

    def _frame_count(self) -> int:
        """Frames that are there, and the still picture where the animation leaves it out."""
        if not self.announced_frames or not self.frames:
            return 1
        return min(self.announced_frames, self.frames) + self.still_apart

    def _colour(self) -> Colour:
        header, cicp = self.header, self.cicp
        if header is None:
            return Colour()
        palette = header.colour_type == 3
        return Colour(
            model=_MODELS.get(header.colour_type, "rgb"),
            bits=8 if palette else header.bits,
            cicp=cicp[:3] if cicp else None,
            full_range=cicp[3] != 0 if cicp else True,
            hdr=_HDR_TRANSFERS.get(cicp[1]) if cicp else None,
            alpha=header.colour_type in (4, 6) or self.transparency,
        )
