"""Hand-made HEIF boxes and small real pictures for the tests of the HEIF and AVIF modules."""

import io
import struct

import numpy as np
from PIL import Image

from preflight.scanner.orientation import turned_upright
from preflight.scanner.structure import Picture

QUICK = {"preset": "ultrafast", "x265:pools": "none"}
"""For x265, whose threads fight for a busy machine."""


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full(kind: bytes, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def ispe(width: int, height: int) -> bytes:
    return full(b"ispe", struct.pack(">II", width, height))


def grid(rows: int, columns: int, width: int, height: int) -> bytes:
    return struct.pack(">BBBBII", 0, 1, rows - 1, columns - 1, width, height)


def heif(
    items: list[tuple[int, bytes, bytes, list[int]]],
    properties: list[bytes],
    references: list[tuple[bytes, int, list[int]]] = (),
    primary: int = 1,
    brands: bytes = b"heicmif1",
) -> bytes:
    """A file with items of (number, kind, data, 1-based property indexes), all data in idat."""
    idat, infe, iloc, ipma = b"", b"", b"", b""
    for number, kind, data, chosen in items:
        infe += full(b"infe", struct.pack(">HH", number, 0), kind, b"\0", version=2)
        iloc += struct.pack(">HHHHII", number, 1, 0, 1, len(idat), len(data))
        ipma += struct.pack(">HB", number, len(chosen)) + bytes(chosen)
        idat += data
    iref = b"".join(
        box(kind, struct.pack(f">HH{len(to)}H", source, len(to), *to))
        for kind, source, to in references
    )
    meta = full(
        b"meta",
        full(b"hdlr", b"\0\0\0\0pict" + bytes(13)),
        full(b"pitm", struct.pack(">H", primary)),
        full(b"iinf", struct.pack(">H", len(items)), infe),
        full(b"iref", iref) if references else b"",
        box(b"iprp", box(b"ipco", *properties), full(b"ipma", struct.pack(">I", len(items)), ipma)),
        full(b"iloc", b"\x44\0", struct.pack(">H", len(items)), iloc, version=1),
        box(b"idat", idat),
    )
    return box(b"ftyp", brands[:4], b"\0\0\0\0", brands) + meta


def photo(width: int = 320, height: int = 240) -> Image.Image:
    """Smooth colours with grey noise on them, so that there is something to code; nothing black."""
    y, x = np.mgrid[0:height, 0:width]
    noise = np.random.default_rng(7).integers(0, 40, (height, width, 1))
    base = np.stack([x * 180 // width, y * 180 // height, (x + y) * 90 // (width + height)], axis=2)
    return Image.fromarray((base + noise + 30).astype(np.uint8))


def heic(image: Image.Image, **options: object) -> bytes:
    import pillow_heif

    out = io.BytesIO()
    pillow_heif.from_pillow(image).save(out, enc_params=dict(QUICK), **options)
    return out.getvalue()


def avif(image: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, "AVIF", **options)
    return out.getvalue()


def upright(picture: Picture) -> Image.Image:
    """Its pixels in RGB as they are meant to be seen."""
    return turned_upright(picture.image.convert("RGB"), picture.orientation)


def flipped(data: bytes, at: int, bit: int = 0) -> bytes:
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
