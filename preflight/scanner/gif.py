"""GIF: structure. Frames are counted by walking their blocks, none is decoded.

`Structure.coding` is `interlaced` if the first frame is, or empty. `Structure.segments`: `header`,
`control`, `comment`, `application`, `text`, `extension`, `image`, `trailer` (runs count once).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from preflight.facts import Colour, Damage
from preflight.limits import Limits
from preflight.scanner.bounds import SegmentLog, pixel_limit
from preflight.scanner.gif_blocks import (
    APPLICATION,
    COMMENT,
    CONTROL,
    EXTENSION,
    HEADER_BYTES,
    IMAGE,
    PLAIN_TEXT,
    TRAILER,
    Block,
    Frame,
    blocks,
    first_block,
    frame_of,
    join_sub_blocks,
)
from preflight.scanner.gif_content import check_content
from preflight.scanner.gif_layout import Layout
from preflight.scanner.structure import Structure, worst_first

__all__ = ["check_content", "read"]

_SIGNATURES = (b"GIF87a", b"GIF89a")
_MAX_BLOCKS = 100_000
"""Blocks walked; a file of 300,000 frames of one pixel is 7 MB. Real files have a few hundred."""

_NAMES = {
    (EXTENSION, CONTROL): "control",
    (EXTENSION, COMMENT): "comment",
    (EXTENSION, APPLICATION): "application",
    (EXTENSION, PLAIN_TEXT): "text",
    (IMAGE, 0): "image",
    (TRAILER, 0): "trailer",
}
_XMP, _ICC = b"XMP DataXMP", b"ICCRGBG1012"
_XMP_TAIL = b"\x01\xff\xfe\xfd"
"""Beginning of the 258 bytes that make a packet end as sub-blocks do (XMP part 3, 1.1.2)."""


def read(data: bytes, limits: Limits) -> Structure:
    """Walks a GIF file; see `FormatModule`."""
    if data[:6] not in _SIGNATURES:
        fault = Damage("corrupt", "bad-signature", "it does not begin as a GIF has to", 0)
        return Structure(damage=(fault,))
    if len(data) < HEADER_BYTES:
        fault = Damage("truncated", "no-header", "the file ends before the picture begins", 0)
        return Structure(damage=(fault,))
    walk = _Walk(data, limits.max_inflated_bytes)
    walk.run()
    return walk.structure(limits)


@dataclass(slots=True)
class _Walk:
    """What is known while the blocks pass by."""

    data: bytes
    max_bytes: int
    log: SegmentLog = field(default_factory=SegmentLog)
    first: Frame | None = None
    first_block: Block | None = None
    frames: int = 0
    transparent: bool = False
    comment: bool = False
    xmp: bytes | None = None
    icc: bytes | None = None
    end: int | None = None
    counted_all: bool = True
    faults: list[Damage] = field(default_factory=list)

    def run(self) -> None:
        start = first_block(self.data)
        self.log.add("header", 0, min(start, len(self.data)))
        for number, block in enumerate(blocks(self.data, start)):
            if number >= _MAX_BLOCKS:
                self.counted_all = False
                return
            self._take(block)

    def _take(self, block: Block) -> None:
        name = _NAMES.get((block.kind, block.label), "extension")
        self.log.add(name, block.start, block.end)
        # Some programs put one zero too many behind a frame.
        if block.junk and any(self.data[block.start - block.junk : block.start]):
            self._stray(block)
        if block.kind == TRAILER:
            self.end = block.end
        elif block.kind == IMAGE:
            self.frames += 1
            if self.first_block is None:
                self.first_block, self.first = block, frame_of(self.data, block)
            elif not block.whole:
                text = "the file ends before its animation does"
                self.faults.append(Damage("readable", "cut-frame", text, block.start))
        elif block.label == CONTROL and self.first_block is None:
            flags = self.data[block.body + 1 : block.body + 2]
            self.transparent = bool(flags and flags[0] & 1)
        elif block.label == COMMENT and self.data[block.body : block.body + 1] not in (b"", b"\0"):
            self.comment = True
        elif block.label == APPLICATION:
            self._application(block)

    def _stray(self, block: Block) -> None:
        kind = "corrupt" if self.first_block is None else "readable"
        text = "something is between its parts that does not belong there"
        if not self.faults:
            self.faults.append(
                Damage(
                    "corrupt" if kind == "corrupt" else "readable",
                    "junk",
                    text,
                    block.start - block.junk,
                )
            )

    def _application(self, block: Block) -> None:
        name = self.data[block.body + 1 : block.body + 12]
        body = block.body + 12
        if name == _XMP and self.xmp is None:
            packet = self.data[body : min(block.end, body + self.max_bytes)]
            tail = packet.rfind(_XMP_TAIL)
            self.xmp = packet[:tail] if tail >= 0 else packet
        elif name == _ICC and self.icc is None:
            self.icc = join_sub_blocks(self.data, body, self.max_bytes)

    def structure(self, limits: Limits) -> Structure:
        data, first = self.data, self.first
        width, height = (int.from_bytes(data[at : at + 2], "little") for at in (6, 8))
        damage = list(self.faults)
        if first is None:
            text = "the file ends before the picture begins"
            kind_is_cut = self.end is None
            damage.append(
                Damage("truncated", "no-frame", text, len(data), lost_share=1.0)
                if kind_is_cut
                else Damage("corrupt", "no-frame", "there is no picture in it", self.end)
            )
        elif not first.width_px or not first.height_px:
            text = "its first picture has no size"
            damage.append(Damage("corrupt", "empty-frame", text, first.data))
        else:
            # Browsers and Pillow let the canvas grow with the first frame.
            width = max(width, first.left + first.width_px)
            height = max(height, first.top + first.height_px)
        frames = self.frames if self.counted_all else None
        return Structure(
            width_px=width if first else 0,
            height_px=height if first else 0,
            colour=Colour(model="palette", alpha=self.transparent),
            frames=1 if frames == 0 else frames,
            animated=self.frames > 1,
            coding="interlaced" if first and first.interlaced else "",
            xmp=self.xmp,
            comment=self.comment,
            icc=self.icc,
            segments=self.log.segments() if self.counted_all else (),
            trailing_bytes=len(data) - self.end if self.end is not None else 0,
            damage=worst_first(damage),
            limits_hit=pixel_limit(width, height, limits),
            private=Layout(first, self.first_block, self.end is not None or not self.counted_all)
            if first and self.first_block and first.width_px and first.height_px
            else None,
        )
