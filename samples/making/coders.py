"""What Pillow cannot write for the samples: 16-bit PNG, YCCK, lossless and damaged files."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from PIL import Image


def png(pixels: np.ndarray, colour_type: int, bits: int, chunks: bytes = b"") -> bytes:
    """A PNG of rows of samples (height, width, channels), each row filtered with `up`."""
    height, width = pixels.shape[:2]
    rows = pixels.astype(">u2" if bits == 16 else np.uint8).reshape(height, -1).view(np.uint8)
    above = np.vstack([np.zeros_like(rows[:1]), rows[:-1]])
    filtered = np.hstack([np.full((height, 1), 2, np.uint8), rows - above])
    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunks
        + chunk(b"IDAT", zlib.compress(filtered.tobytes(), 9))
        + chunk(b"IEND", b"")
    )


def chunk(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
    )


def cmyk_image(inks: np.ndarray) -> Image.Image:
    """A CMYK picture of inks 0 to 1 (height, width, 4)."""
    return Image.fromarray(np.round(inks * 255).astype(np.uint8), "CMYK")


def ycck_image(inks: np.ndarray) -> Image.Image:
    """The same as YCCK, to be saved as CMYK with `as_ycck` afterwards."""
    cmy = Image.fromarray(np.round(inks[..., :3] * 255).astype(np.uint8), "RGB")
    # Pillow inverts all four on writing; the file has to hold luma and chroma of the inks
    # and the inverted black (Adobe technical note 5116)
    bands = [band.point(lambda value: 255 - value) for band in cmy.convert("YCbCr").split()]
    return Image.merge("CMYK", [*bands, cmyk_image(inks).getchannel(3)])


def as_ycck(jpeg: bytes) -> bytes:
    """Says in the Adobe segment that the four channels are YCCK."""
    at = jpeg.index(b"\xff\xee\x00\x0eAdobe") + 15
    return jpeg[:at] + b"\x02" + jpeg[at + 1 :]


def lossless_jpeg(grey: np.ndarray) -> bytes:
    """A lossless JPEG (SOF3) of a grey picture: first predictor, plain 4-bit code lengths."""
    height, width = grey.shape
    values = grey.astype(int)
    left = np.hstack([np.zeros((height, 1), int), values[:, :-1]])
    left[1:, 0] = values[:-1, 0]
    left[0, 0] = 128
    bits: list[str] = []
    for difference in (values - left).ravel().tolist():
        size = abs(difference).bit_length()
        bits.append(f"{size:04b}")
        if size:
            code = difference if difference > 0 else difference + (1 << size) - 1
            bits.append(f"{code:0{size}b}")
    stream = "".join(bits)
    stream += "1" * (-len(stream) % 8)
    coded = int(stream, 2).to_bytes(len(stream) // 8, "big").replace(b"\xff", b"\xff\x00")
    frame = struct.pack(">BHHB", 8, height, width, 1) + bytes((1, 0x11, 0))
    table = b"\0" + bytes((0, 0, 0, 9)) + bytes(12) + bytes(range(9))
    return (
        b"\xff\xd8"
        + segment(0xC3, frame)
        + segment(0xC4, table)
        + segment(0xDA, bytes((1, 1, 0x00, 1, 0, 0)))
        + coded
        + b"\xff\xd9"
    )


def segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content


def with_segment(jpeg: bytes, marker: int, content: bytes) -> bytes:
    """A JPEG with one more segment right behind the start."""
    return jpeg[:2] + segment(marker, content) + jpeg[2:]


def flipped(data: bytes, *places: float, bit: int = 5) -> bytes:
    """Data with one bit flipped at each place, given as a share of the length."""
    spoilt = bytearray(data)
    for place in places:
        spoilt[int(place * len(data))] ^= 1 << bit
    return bytes(spoilt)
