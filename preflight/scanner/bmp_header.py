"""BMP's headers, all versions: OS/2 1 and 2, Windows 3 (40 bytes) to 5 (124 bytes)."""

from __future__ import annotations

from preflight.frozen import frozen

FILE_HEADER_BYTES = 14
CORE_BYTES, OS2_V2_BYTES, INFO_BYTES, V3_BYTES, V5_BYTES = 12, 64, 40, 56, 124
_OS2_SHORT = (16, INFO_BYTES)
"""OS/2 2 headers may end early, from 16 bytes on; those of 40 bytes are Windows'."""

RGB, RLE8, RLE4, BITFIELDS, JPEG, PNG, ALPHA_BITFIELDS = range(7)
CODINGS = {
    RGB: "",
    RLE8: "rle",
    RLE4: "rle",
    BITFIELDS: "",
    JPEG: "jpeg",
    PNG: "png",
    ALPHA_BITFIELDS: "",
}
_BITS = (1, 2, 4, 8, 16, 24, 32, 64)
_EMBEDDED_PROFILE = b"DEBM"


@frozen
class Header:
    """What a BMP says about itself.

    Attributes:
        width_px, height_px: Size, positive.
        bits: A pixel.
        coding: Name of the compression; empty for none.
        compression: Windows' number for it; None for OS/2's own.
        top_down: The first row in the file is the top one.
        start: Offset of the pixels.
        stated_bytes: Size of the file, as it says.
        pixels_bytes: Size of the pixels, as it says; 0 where it does not.
        end: Behind the headers; masks may follow.
        palette_bytes: Of the colours that follow the headers, where it says that they are more
            than its bits can name. (Others may lie under the first pixels: old programs wrote so.)
        alpha: There is a mask for alpha.
        deepest_bits: Bits of the widest channel.
        profile: Offset and size of the embedded ICC profile.
        legal: All values are ones that a decoder accepts.
        masks_legal: Masks are runs of bits of their own within a pixel, as the format demands.
    """

    width_px: int
    height_px: int
    bits: int
    coding: str
    compression: int | None
    top_down: bool
    start: int
    stated_bytes: int
    pixels_bytes: int
    end: int
    palette_bytes: int
    alpha: bool
    deepest_bits: int
    profile: tuple[int, int] | None
    legal: bool
    masks_legal: bool

    @property
    def row_bytes(self) -> int:
        """Bytes of an uncompressed row; rows are padded to four."""
        return (self.width_px * self.bits + 31) // 32 * 4

    @property
    def uncompressed(self) -> bool:
        """Every row takes `row_bytes`."""
        return self.compression in (RGB, BITFIELDS, ALPHA_BITFIELDS)

    @property
    def run_lengths(self) -> bool:
        """RLE of 8 or 4 bits a pixel."""
        return self.compression in (RLE8, RLE4)


def header_of(data: bytes) -> Header | None:
    """Reads the headers; None if the file ends inside them or begins otherwise."""
    if data[:2] != b"BM" or len(data) < FILE_HEADER_BYTES + CORE_BYTES:
        return None
    size = _number(data, 14)
    if len(data) < FILE_HEADER_BYTES + min(size, V5_BYTES):
        return None
    if size == CORE_BYTES:
        width, height = _number(data, 18, 2), _number(data, 20, 2)
        bits, compression = _number(data, 24, 2), RGB
    else:
        width = _number(data, 18, signed=True)
        height = _number(data, 22, signed=True)
        bits = _number(data, 28, 2)
        compression = _number(data, 30) if size > 16 else RGB
    os2 = size == OS2_V2_BYTES or _OS2_SHORT[0] <= size < _OS2_SHORT[1]
    known = compression in CODINGS and not (os2 and compression >= BITFIELDS)
    masks = _masks(data, size, compression if known else RGB)
    return Header(
        width_px=max(width, 0),
        height_px=abs(height),
        bits=bits,
        coding=CODINGS[compression] if known else f"compression {compression}",
        compression=compression if known else None,
        top_down=height < 0,
        start=_number(data, 10),
        stated_bytes=_number(data, 2),
        pixels_bytes=_number(data, 34) if size >= INFO_BYTES else 0,
        end=FILE_HEADER_BYTES + size,
        palette_bytes=4 * _colours(data, bits) if size >= INFO_BYTES else 0,
        alpha=len(masks) == 4 and masks[3] != 0,
        deepest_bits=max([8, *(mask.bit_count() for mask in masks)]),
        profile=_profile(data, size),
        legal=size >= CORE_BYTES
        and width > 0
        and height != 0
        and (bits in _BITS or (bits == 0 and compression in (JPEG, PNG)))
        and (known or os2),
        masks_legal=_masks_legal(masks, bits),
    )


def _colours(data: bytes, bits: int) -> int:
    told = _number(data, 46) if 0 < bits <= 8 else 0
    return told if told > 1 << bits else 0


def _masks_legal(masks: tuple[int, ...], bits: int) -> bool:
    """Each is one run of ones, none touches another, all lie in the pixel."""
    used = 0
    for mask in masks:
        run = mask // (mask & -mask) if mask else 0
        if run & (run + 1) or mask & used or mask >> bits:
            return False
        used |= mask
    return True


def _number(data: bytes, at: int, size: int = 4, signed: bool = False) -> int:
    return int.from_bytes(data[at : at + size], "little", signed=signed)


def _masks(data: bytes, size: int, compression: int) -> tuple[int, ...]:
    """Red, green, blue and perhaps alpha; empty where masks are not used."""
    if compression not in (BITFIELDS, ALPHA_BITFIELDS):
        return ()
    count = 4 if size >= V3_BYTES or compression == ALPHA_BITFIELDS else 3
    return tuple(_number(data, 54 + 4 * n) for n in range(count))


def _profile(data: bytes, size: int) -> tuple[int, int] | None:
    """Of a version 5 header; its offset counts from behind the file header."""
    if size < V5_BYTES or data[70:74] != _EMBEDDED_PROFILE:
        return None
    return FILE_HEADER_BYTES + _number(data, 126), _number(data, 130)
