"""TIFF's layout: how the picture is cut into strips or tiles, and how much each must hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from preflight.facts import Box
from preflight.frozen import frozen
from preflight.scanner.tiff_directory import Directory

NONE, LZW, OLD_JPEG, JPEG, DEFLATE, PACKBITS, OLD_DEFLATE = 1, 5, 6, 7, 8, 32773, 32946
CODINGS = {
    NONE: "",
    2: "ccitt",
    3: "ccitt fax 3",
    4: "ccitt fax 4",
    LZW: "lzw",
    OLD_JPEG: "old jpeg",
    JPEG: "jpeg",
    DEFLATE: "deflate",
    OLD_DEFLATE: "deflate",
    32771: "ccitt",
    33003: "jpeg 2000",
    33004: "jpeg 2000",
    33005: "jpeg 2000",
    PACKBITS: "packbits",
    34676: "sgi logluv",
    34677: "sgi logluv",
    34712: "jpeg 2000",
    34887: "lerc",
    34892: "lossy dng",
    34933: "png",
    34934: "jpeg xr",
    34925: "lzma",
    50000: "zstd",
    50001: "webp",
    50002: "jpeg xl",
    52546: "jpeg xl",
}
_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC, _FILL_ORDER = 256, 257, 258, 259, 262, 266
_SAMPLES, _ROWS, _PLANAR, _TABLES = 277, 278, 284, 347
_STRIPS, _STRIP_SIZES, _TILES, _TILE_SIZES, _TILE_WIDTH, _TILE_HEIGHT = 273, 279, 324, 325, 322, 323
_MAX_SAMPLES = 64
_MAX_TABLES_BYTES = 65_536
YCBCR = 6


class Piece(NamedTuple):
    """One strip or tile.

    Attributes:
        start, size: Bytes in the file; a size of None is not stated.
        least_bytes: What it must inflate to; None if that is not known.
        most_bytes: What it may inflate to: the last strip may be filled up.
        box: Its part of the picture.
    """

    start: int
    size: int | None
    least_bytes: int | None
    most_bytes: int
    box: Box


@frozen
class Layout:
    """The first directory's picture.

    Attributes:
        directory: Where the rest is looked up.
        width_px, height_px: Size as stored.
        bits: A sample, the widest.
        samples: A pixel.
        compression, photometric: The tags' numbers.
        separate: Each channel is a plane of its own.
        tile: Width and height of a tile; None for strips.
        rows: Rows of a strip.
        reversed_bits: Bits of each byte are swapped.
    """

    directory: Directory
    width_px: int
    height_px: int
    bits: int
    samples: int
    compression: int
    photometric: int
    separate: bool
    tile: tuple[int, int] | None
    rows: int
    reversed_bits: bool

    def tables(self) -> bytes | None:
        """JPEG tables that the pieces share."""
        return self.directory.raw(_TABLES, _MAX_TABLES_BYTES)

    def pieces(self) -> Iterator[Piece]:
        """Strips or tiles in order, as many as the picture needs; fewer if the file has fewer."""
        wide, high = self.tile or (self.width_px, self.rows)
        across = -(-self.width_px // wide)
        planes = self.samples if self.separate else 1
        boxes = (
            (
                left * wide,
                top,
                min((left + 1) * wide, self.width_px),
                min(top + high, self.height_px),
            )
            for _plane in range(planes)
            for top in range(0, self.height_px, high)
            for left in range(across)
        )
        starts = self.directory.integers(_TILES if self.tile else _STRIPS)
        sizes = self.directory.integers(_TILE_SIZES if self.tile else _STRIP_SIZES)
        for box, start in zip(boxes, starts):
            rows = high if self.tile else box[3] - box[1]
            row_bytes = self.row_bytes(wide)
            least = None if row_bytes is None else row_bytes * rows
            yield Piece(start, next(sizes, None), least, (row_bytes or 0) * high, box)

    def count(self) -> int:
        """Strips or tiles that the picture needs."""
        wide, high = self.tile or (self.width_px, self.rows)
        planes = self.samples if self.separate else 1
        return -(-self.width_px // wide) * -(-self.height_px // high) * planes

    def row_bytes(self, width_px: int) -> int | None:
        """Bytes of a row of so many pixels; None where chroma is subsampled."""
        if self.photometric == YCBCR:
            return None
        samples = 1 if self.separate else self.samples
        return (width_px * self.bits * samples + 7) // 8


def layout_of(directory: Directory) -> Layout | None:
    """Reads the layout; None if a tag that it needs is missing or makes no sense."""
    width, height = directory.integer(_WIDTH), directory.integer(_HEIGHT)
    samples = directory.integer(_SAMPLES, 1)
    if not width or not height or not 0 < samples <= _MAX_SAMPLES:
        return None
    depths = [bits for bits, _ in zip(directory.integers(_BITS), range(samples))] or [1]
    tile = None
    if _TILES in directory.entries:
        tile = (directory.integer(_TILE_WIDTH), directory.integer(_TILE_HEIGHT))
        if not all(tile):
            return None
    elif _STRIPS not in directory.entries:
        return None
    if not 0 < max(depths) <= 128:
        return None
    return Layout(
        directory=directory,
        width_px=width,
        height_px=height,
        bits=max(depths),
        samples=samples,
        compression=directory.integer(_COMPRESSION, NONE),
        photometric=directory.integer(_PHOTOMETRIC),
        separate=directory.integer(_PLANAR, 1) == 2 and samples > 1,
        tile=tile,
        rows=min(directory.integer(_ROWS, height) or height, height),
        reversed_bits=directory.integer(_FILL_ORDER, 1) == 2,
    )
