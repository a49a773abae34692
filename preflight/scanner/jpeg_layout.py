"""JPEG, layout: the frame, the scans and the pieces that the walk finds, as plain data."""

from __future__ import annotations

import struct

from preflight.facts import Box, Damage, LimitHit
from preflight.frozen import frozen
from preflight.scanner.structure import Segment

CODINGS = {
    0xC0: "baseline",
    0xC1: "extended",
    0xC2: "progressive",
    0xC3: "lossless",
    0xC5: "hierarchical",
    0xC6: "hierarchical",
    0xC7: "hierarchical",
    0xC9: "arithmetic",
    0xCA: "arithmetic-progressive",
    0xCB: "lossless-arithmetic",
    0xCD: "hierarchical",
    0xCE: "hierarchical",
    0xCF: "hierarchical",
}
"""Start-of-frame marker -> `Structure.coding` (T.81, table B.1). Bits a sample are in `Colour`."""

_OTHER_MARKERS = {
    0xC4: "DHT",
    0xCC: "DAC",
    0xD9: "EOI",
    0xDA: "SOS",
    0xDB: "DQT",
    0xDC: "DNL",
    0xDD: "DRI",
    0xFE: "COM",
}

SUBSAMPLINGS = {
    (1, 1): "4:4:4",
    (2, 1): "4:2:2",
    (2, 2): "4:2:0",
    (1, 2): "4:4:0",
    (4, 1): "4:1:1",
    (4, 2): "4:1:0",
    (1, 4): "4:4:1",
}
"""Luma samples for one of chroma, across and down -> the usual name."""


def marker_name(marker: int) -> str:
    """`APP1`, `SOF0`, `SOS`…"""
    if 0xE0 <= marker <= 0xEF:
        return f"APP{marker - 0xE0}"
    if marker in CODINGS:
        return f"SOF{marker - 0xC0}"
    return _OTHER_MARKERS.get(marker, f"{marker:02X}")


@frozen
class Component:
    """One colour component of the frame: id, sampling factors, number of its quantiser."""

    identifier: int
    across: int
    down: int
    quantiser: int


@frozen
class Frame:
    """The start-of-frame segment.

    Attributes:
        marker: 0xC0 to 0xCF.
        bits: A sample.
        width_px, height_px: As stored.
        components: One to four.
    """

    marker: int
    bits: int
    width_px: int
    height_px: int
    components: tuple[Component, ...]

    @property
    def across(self) -> int:
        """Largest horizontal sampling factor."""
        return max(c.across for c in self.components)

    @property
    def down(self) -> int:
        """Largest vertical sampling factor."""
        return max(c.down for c in self.components)

    @property
    def unit_px(self) -> tuple[int, int]:
        """Width and height of the smallest coded unit (MCU) of an interleaved scan in pixels."""
        if len(self.components) == 1:
            return 8, 8
        return 8 * self.across, 8 * self.down

    @property
    def units(self) -> tuple[int, int]:
        """How many coded units a row and a column have."""
        width, height = self.unit_px
        return -(-self.width_px // width), -(-self.height_px // height)

    @property
    def huffman_dct(self) -> bool:
        """Baseline, extended or progressive with 8 bits: what every decoder can, at any scale."""
        return self.marker in (0xC0, 0xC1, 0xC2) and self.bits == 8

    @property
    def legal_kind(self) -> bool:
        """The process allows so many bits a sample (T.81, table B.2)."""
        if self.lossless:
            return True
        return self.bits == 8 or (self.bits == 12 and self.marker != 0xC0)

    @property
    def lossless(self) -> bool:
        """Predicted samples in place of a cosine transform."""
        return CODINGS[self.marker].startswith("lossless")

    @property
    def dct(self) -> bool:
        """Blocks of 8 x 8 in one frame: the codings whose units can be counted."""
        return not self.lossless and CODINGS[self.marker] != "hierarchical"

    @property
    def progressive(self) -> bool:
        """Coded in several passes over the whole picture."""
        return self.marker in (0xC2, 0xCA)

    @property
    def subsampling(self) -> str | None:
        """`4:2:0` and so on; None for grey and for what has no name."""
        if len(self.components) < 3:
            return None
        chroma = {(c.across, c.down) for c in self.components[1:3]}
        if len(chroma) > 1:
            return None
        luma, (across, down) = self.components[0], chroma.pop()
        if luma.across % across or luma.down % down:
            return None
        return SUBSAMPLINGS.get((luma.across // across, luma.down // down))

    def units_of(self, indices: tuple[int, ...]) -> int:
        """Coded units in a scan of the components with these indices (T.81, A.2)."""
        if len(indices) > 1:
            across, down = self.units
            return across * down
        only = self.components[indices[0]]
        samples_across = -(-self.width_px * only.across // self.across)
        samples_down = -(-self.height_px * only.down // self.down)
        return -(-samples_across // 8) * -(-samples_down // 8)

    def rest_from(self, unit: int) -> tuple[Box, float]:
        """Box of the rows from coded unit `unit` on, and their share of the picture."""
        across, down = self.units
        top_px = min(unit // across * self.unit_px[1], self.height_px)
        box = (0.0, float(top_px), float(self.width_px), float(self.height_px))
        return box, max(0.0, 1 - unit / (across * down))


@frozen
class Scan:
    """One scan: header from `header_start`, coded data `[start, end)`.

    Attributes:
        components: Indices into `Frame.components`.
        spectral: First and last coefficient, then high and low bit of the approximation.
        ordinary: The parameters are those that the process demands.
    """

    header_start: int
    start: int
    end: int
    components: tuple[int, ...]
    spectral: tuple[int, int, int, int]
    ordinary: bool = True


@frozen
class Layout:
    """What the walk found.

    Attributes:
        frame: None when there is no usable start of frame.
        scans: In file order.
        pieces: Marker segments that a decoder needs, as byte ranges in file order; scans aside.
        segments: All pieces of the file, nothing left out.
        end: Offset behind the end-of-image marker, or of the end of the file.
        has_end: An end-of-image marker was found.
        complete: Every coefficient of every component has been coded to its last bit.
        jfif: A JFIF header is there.
        adobe_transform: Of the Adobe marker; None without one.
        damage: Found on the walk.
        limits_hit: Limits on scans and pieces.
        tables: Every quantisation table with the offset of its segment.
        restart_interval: Units between restart markers in the last scan; 0 without.
    """

    frame: Frame | None = None
    scans: tuple[Scan, ...] = ()
    pieces: tuple[tuple[int, int], ...] = ()
    segments: tuple[Segment, ...] = ()
    end: int = 0
    has_end: bool = False
    complete: bool = False
    jfif: bool = False
    adobe_transform: int | None = None
    damage: tuple[Damage, ...] = ()
    limits_hit: tuple[LimitHit, ...] = ()
    tables: tuple[tuple[int, tuple[int, ...]], ...] = ()
    restart_interval: int = 0

    @property
    def colours(self) -> str:
        """What the samples are: `grey`, `ycc`, `rgb`, `cmyk` or `ycck`, as libjpeg decides."""
        count = len(self.frame.components) if self.frame else 3
        if count == 1:
            return "grey"
        if count == 4:
            return "cmyk" if self.adobe_transform in (None, 0) else "ycck"
        if self.jfif:
            return "ycc"
        if self.adobe_transform is not None:
            return "rgb" if self.adobe_transform == 0 else "ycc"
        names = bytes(c.identifier for c in self.frame.components) if self.frame else b""
        return "rgb" if names == b"RGB" else "ycc"


def frame_of(marker: int, body: bytes) -> Frame | None:
    """The start-of-frame segment with this body; None if no decoder can use it."""
    if len(body) < 6 or len(body) != 6 + 3 * body[5] or body[5] not in (1, 3, 4):
        return None
    bits, height, width, count = struct.unpack_from(">BHHB", body)
    components = tuple(
        Component(body[at], body[at + 1] >> 4, body[at + 1] & 15, body[at + 2])
        for at in range(6, 6 + 3 * count, 3)
    )
    if not width or not height or not 2 <= bits <= 16:
        return None
    if any(not 1 <= c.across <= 4 or not 1 <= c.down <= 4 or c.quantiser > 3 for c in components):
        return None
    if len({c.identifier for c in components}) < count:
        return None
    return Frame(marker, bits, width, height, components)


def scan_of(frame: Frame, header_start: int, start: int, body: bytes) -> Scan | None:
    """The scan whose header has this body and whose data begin at `start`; None if unusable."""
    if not body or not 1 <= body[0] <= 4 or len(body) != 4 + 2 * body[0]:
        return None
    index = {c.identifier: i for i, c in enumerate(frame.components)}
    if any(name not in index for name in body[1:-3:2]):
        return None
    components = tuple(index[name] for name in body[1:-3:2])
    if len(set(components)) < len(components):
        return None
    first, last, bits = body[-3], body[-2], body[-1]
    high, low = bits >> 4, bits & 15
    if frame.progressive:
        if first > last or last > 63 or low > 13 or (high and high != low + 1):
            return None
        if (first == 0 and last != 0) or (first and len(components) > 1):
            return None
        return Scan(header_start, start, start, components, (first, last, high, low))
    if frame.lossless:  # here the parameters mean predictor and point transform
        return Scan(header_start, start, start, components, (0, 0, 0, 0))
    ordinary = (first, last, bits) == (0, 63, 0)
    return Scan(header_start, start, start, components, (0, 63, 0, 0), ordinary)
