"""Hand-made PNG, GIF, TIFF and BMP files for the tests: small, exact, and easy to break."""

import io
import struct
import zlib
from collections.abc import Iterable

from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
EXIF = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
"""A TIFF block that says orientation 6 and nothing else."""


def chunk(name: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def ihdr(width: int, height: int, bits: int = 8, colour: int = 2, interlace: int = 0) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlace))


def rows(width: int, height: int, channels: int = 3, bits: int = 8) -> bytes:
    """Unfiltered rows that differ from each other."""
    row_bytes = (width * channels * bits + 7) // 8
    return b"".join(
        b"\0" + bytes((7 * x + 13 * y) & 255 for x in range(row_bytes)) for y in range(height)
    )


def png(
    width: int = 40,
    height: int = 30,
    *,
    before: bytes = b"",
    behind: bytes = b"",
    raw: bytes | None = None,
    end: bytes | None = None,
) -> bytes:
    """An RGB picture with extra chunks before and behind its data."""
    raw = rows(width, height) if raw is None else raw
    end = chunk(b"IEND") if end is None else end
    data = chunk(b"IDAT", zlib.compress(raw))
    return SIGNATURE + ihdr(width, height) + before + data + behind + end


def lzw(pixels: Iterable[int], bits: int = 8) -> bytes:
    """GIF codes that are one pixel each, with a clear code often enough to keep their width."""
    clear, out, held, at = 1 << bits, bytearray(), 0, 0
    codes: list[int] = []
    for number, pixel in enumerate(pixels):
        if number % (clear - 2) == 0:
            codes.append(clear)
        codes.append(pixel)
    for code in [*codes, clear + 1]:
        held |= code << at
        at += bits + 1
        while at >= 8:
            out.append(held & 255)
            held, at = held >> 8, at - 8
    return bytes(out) + (bytes([held]) if at else b"")


def sub_blocks(data: bytes) -> bytes:
    pieces = [data[at : at + 255] for at in range(0, len(data), 255)]
    return b"".join(bytes([len(piece)]) + piece for piece in pieces) + b"\0"


def gif_frame(width: int, height: int, data: bytes | None = None, left: int = 0) -> bytes:
    data = lzw(n % 200 for n in range(width * height)) if data is None else data
    head = b"," + struct.pack("<HHHHB", left, 0, width, height, 0)
    return head + b"\x08" + sub_blocks(data)


GIF_FRAME_AT = 13 + 3 * 256
"""Where the first frame begins in the files of `gif`."""


def gif(width: int = 20, height: int = 15, *blocks: bytes, end: bytes = b";") -> bytes:
    """A picture of 256 greys; `blocks` come behind the first frame."""
    table = bytes(value for grey in range(256) for value in (grey, grey, grey))
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF7, 0, 0) + table
    return head + gif_frame(width, height) + b"".join(blocks) + end


def bmp(width: int = 10, height: int = 8, bits: int = 24, top_down: bool = False) -> bytes:
    row = (width * bits + 31) // 32 * 4
    size = 54 + row * height
    head = struct.pack("<2sIII", b"BM", size, 0, 54)
    signed = -height if top_down else height
    info = struct.pack("<IiiHHIIiiII", 40, width, signed, 1, bits, 0, 0, 0, 0, 0, 0)
    return head + info + bytes(n & 255 for n in range(row * height))


def saved(format_: str, mode: str = "RGB", size: tuple[int, int] = (61, 47), **options) -> bytes:
    """A picture with some detail, written by Pillow."""
    image = Image.effect_noise(size, 60).convert("L")
    ramp = Image.linear_gradient("L").resize(size)
    image = Image.merge("RGB", (image, ramp, ramp.transpose(Image.Transpose.ROTATE_180)))
    if mode in ("RGBA", "LA"):
        image.putalpha(ramp)
    buffer = io.BytesIO()
    image.convert(mode).save(buffer, format_, **options)
    return buffer.getvalue()
