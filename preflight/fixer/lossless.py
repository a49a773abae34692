"""Lossless: takes metadata and trailing bytes out of a file and leaves the pixels bit for bit."""

from __future__ import annotations

import struct
import zlib

from preflight.scanner.structure import Segment, Structure

STRIPPABLE = ("jpeg", "png", "webp")

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

_PNG_KEPT = frozenset(
    {
        "IHDR",
        "PLTE",
        "IDAT",
        "IEND",
        "tRNS",
        "gAMA",
        "cHRM",
        "sRGB",
        "iCCP",
        "cICP",
        "mDCV",
        "cLLI",
        "sBIT",
        "acTL",
        "fcTL",
        "fdAT",
    }
)
"""What the picture is, how it is to be shown, and an animation's frames."""

_WEBP_KEPT = frozenset({"VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"})
_VP8X_EXIF_AND_XMP = 0x08 | 0x04


class NotStrippableError(Exception):
    """The pieces of the file are not what lossless stripping needs."""


def strip(
    data: bytes,
    format: str,  # noqa: A002  the field's own word, see Facts.format
    structure: Structure,
    exif: bytes | None = None,
    xmp: bytes | None = None,
) -> bytes:
    """The file without metadata, hidden pictures and trailing bytes.

    Args:
        data: The file.
        format: `jpeg`, `png` or `webp`.
        structure: Its `segments` are copied or left out, each whole.
        exif: A block to put in instead of the file's own, with the prefix `Exif\\0\\0`; a WebP
            gets none.
        xmp: The same for XMP.

    Raises:
        NotStrippableError: A piece that is needed is missing; encode anew instead.
    """
    try:
        if format == "jpeg":
            return _jpeg(data, structure.segments, exif, xmp)
        if format == "png":
            return _png(data, structure.segments, exif, xmp)
        if format == "webp":
            return _webp(data, structure.segments)
    except (struct.error, IndexError) as error:
        raise NotStrippableError(f"a piece is cut: {error}") from error
    raise NotStrippableError(f"{format} files cannot be stripped")


def _jpeg(
    data: bytes, segments: tuple[Segment, ...], exif: bytes | None, xmp: bytes | None
) -> bytes:
    names = [segment.name for segment in segments]
    if "SOI" not in names or "SOS" not in names or "EOI" not in names:
        raise NotStrippableError("it has no beginning, picture or end")
    kept = [_jpeg_piece(data, segment) for segment in segments[: names.index("EOI") + 1]]
    # Exif comes first, or second after the header of JFIF, which wants to be first too.
    kept.insert(2 if names[1] == "APP0" else 1, _app1(exif, xmp))
    return b"".join(kept)


def _jpeg_piece(data: bytes, segment: Segment) -> bytes:
    """What stays of one piece: all, a part or nothing."""
    piece, name = data[segment.start : segment.end], segment.name
    if name == "APP0":
        return _jfif(piece)
    if name == "APP2":
        return piece if piece[4:16] == b"ICC_PROFILE\0" else b""
    if name == "APP14":
        return piece if piece[4:9] == b"Adobe" else b""
    return b"" if name in ("COM", "junk", "fill") or name.startswith("APP") else piece


def _jfif(piece: bytes) -> bytes:
    """The JFIF header without its thumbnail; nothing for JFXX, which is one."""
    if piece[4:9] != b"JFIF\0" or len(piece) < 18:
        return b""
    return piece[:2] + struct.pack(">H", 16) + piece[4:16] + b"\0\0"


def _app1(exif: bytes | None, xmp: bytes | None) -> bytes:
    blocks = [exif] if exif else []
    if xmp:
        blocks.append(b"http://ns.adobe.com/xap/1.0/\0" + xmp)
    return b"".join(b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block for block in blocks)


def _png(
    data: bytes, segments: tuple[Segment, ...], exif: bytes | None, xmp: bytes | None
) -> bytes:
    names = [segment.name for segment in segments]
    if not {"IHDR", "IDAT", "IEND"} <= set(names):
        raise NotStrippableError("it has no header, picture or end")
    out = bytearray(_PNG_SIGNATURE)
    for segment in segments[: names.index("IEND") + 1]:
        if segment.name in _PNG_KEPT:
            out += data[segment.start : segment.end]
        if segment.name == "IHDR":
            if exif:
                out += _chunk(b"eXIf", exif.removeprefix(b"Exif\0\0"))
            if xmp:
                out += _chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp)
    return bytes(out)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _webp(data: bytes, segments: tuple[Segment, ...]) -> bytes:
    kept = [segment for segment in segments if segment.name in _WEBP_KEPT]
    if not any(segment.name in ("VP8 ", "VP8L", "ANMF") for segment in kept):
        raise NotStrippableError("it has no picture")
    body = bytearray(b"WEBP")
    for segment in kept:
        piece = bytearray(data[segment.start : segment.end])
        if segment.name == "VP8X":
            piece[8] &= 0xFF ^ _VP8X_EXIF_AND_XMP
        body += piece + bytes(len(piece) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + bytes(body)
