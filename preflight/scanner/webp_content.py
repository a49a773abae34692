"""WebP: content. The picture is decoded once, and probed for data that no decoder reads."""

from __future__ import annotations

from preflight.facts import Box, Damage, Skipped
from preflight.limits import Limits
from preflight.scanner.decode import DecodeError, decode_picture
from preflight.scanner.structure import Content, Picture, Structure
from preflight.scanner.webp_chunks import (
    VP8_HEADER_BYTES,
    VP8L_HEADER_BYTES,
    Bitstream,
)
from preflight.scanner.webp_layout import Layout

_CUT_LOSSY_BYTES, _CUT_LOSSLESS_BYTES, _CUT_ALPHA_BYTES = 6, 3, 4
"""Bytes taken off a bitstream for the probe. Intact ones fail from 2 to 4 on if lossy (172 real
files fail with 6: damage.md, section 3), from 1 or 2 on if lossless, from 1 to 3 on if alpha. The
fewer, the more is seen: a lossless stream that lost its way ends only a few pixels early."""

_DAMAGED = "the data of the picture is damaged"


def check_content(
    data: bytes, structure: Structure, limits: Limits, side_px: int | None
) -> Content:
    """Reads every coded byte of the (first) picture; see `FormatModule`.

    libwebp does not tell when data is left over. So the probe cuts the last bytes off: an intact
    bitstream can then no longer be decoded; one that still can has lost its way before.
    """
    layout = structure.private
    if not isinstance(layout, Layout) or any(d.kind != "readable" for d in structure.damage):
        return Content()
    try:
        picture = decode_picture(data, "webp", structure, limits, side_px)
    except DecodeError as error:
        text = f"the picture cannot be unpacked ({error})"
        return Content(damage=(_fault(layout, "undecodable", text),))
    except MemoryError:
        return Content(skipped=(Skipped("pixels", "there is not enough memory"),))
    what = _left_over(data, layout, limits)
    if what is not None:
        return Content(damage=(_fault(layout, what, _DAMAGED),), picture=picture)
    return Content(picture=picture)


def _fault(layout: Layout, what: str, text: str) -> Damage:
    stream = layout.bitstream
    right, bottom = layout.left + stream.width_px, layout.top + stream.height_px
    region: Box = (layout.left, layout.top, right, bottom)
    return Damage("corrupt", what, text, layout.chunk.body, region)


def _left_over(data: bytes, layout: Layout, limits: Limits) -> str | None:
    """Name of the part of the bitstream that a decoder does not read to its end."""
    stream, chunk = layout.bitstream, layout.chunk
    coded = data[chunk.body : chunk.body_end]
    if stream.lossless:
        cut = coded[:-_CUT_LOSSLESS_BYTES]
        return "left-over-data" if _decodes(cut, stream, limits) else None
    if _first_partition_left_over(coded, stream, limits):
        return "left-over-modes"
    if _decodes(coded[:-_CUT_LOSSY_BYTES], stream, limits):
        return "left-over-data"
    if layout.alpha is not None and _alpha_left_over(data, layout, limits):
        return "left-over-alpha"
    return None


def _first_partition_left_over(coded: bytes, stream: Bitstream, limits: Limits) -> bool:
    """Probes the partition that holds the prediction modes.

    The pixels do not matter to it, so they are replaced by zeros, which are quick to decode: a
    zero bit ends each block. 25 blocks of at most a byte each make a macroblock of 16 x 16.
    """
    size = stream.first_partition
    if size <= 40:
        return False
    macroblocks = ((stream.width_px + 15) // 16) * ((stream.height_px + 15) // 16)
    each = min(25 * macroblocks // 8 + 64, 0xFFFFFF)
    # Up to eight partitions of pixels follow, with seven sizes of three bytes before them.
    pixels = each.to_bytes(3, "little") * 7 + bytes(8 * each)
    rest = size - _CUT_LOSSY_BYTES
    bits = int.from_bytes(coded[:3], "little") & 0x1F | rest << 5
    head = bits.to_bytes(3, "little") + coded[3 : VP8_HEADER_BYTES + rest]
    return _decodes(head + pixels, stream, limits)


def _alpha_left_over(data: bytes, layout: Layout, limits: Limits) -> bool:
    """Probes the alpha plane, if it is a VP8L bitstream without header (RFC 9649, 2.7.1)."""
    alpha, stream = layout.alpha, layout.bitstream
    if alpha is None or alpha.body_end - alpha.body <= 1 + _CUT_ALPHA_BYTES:
        return False
    if data[alpha.body] & 3 != 1:
        return False
    size = (stream.width_px - 1) | (stream.height_px - 1) << 14
    head = b"\x2f" + size.to_bytes(4, "little")
    coded = head + data[alpha.body + 1 : alpha.body_end]
    lossless = stream._replace(lossless=True)
    cut = coded[:-_CUT_ALPHA_BYTES]
    return _decodes(coded, lossless, limits) and _decodes(cut, lossless, limits)


def _decodes(coded: bytes, stream: Bitstream, limits: Limits) -> bool:
    """Whether libwebp makes a whole picture of a bare bitstream."""
    name = b"VP8L" if stream.lossless else b"VP8 "
    if len(coded) <= (VP8L_HEADER_BYTES if stream.lossless else VP8_HEADER_BYTES):
        return False
    padding = b"\0" * (len(coded) % 2)
    body = b"WEBP" + name + len(coded).to_bytes(4, "little") + coded + padding
    file = b"RIFF" + len(body).to_bytes(4, "little") + body
    try:
        picture: Picture = decode_picture(file, "webp", Structure(), limits)
    except (DecodeError, MemoryError):
        return False
    return picture.image.size == (stream.width_px, stream.height_px)
