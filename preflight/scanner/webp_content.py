"""WebP: content. The picture is decoded once, and probed for data that no decoder reads."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from preflight.facts import Box, Damage, Skipped
from preflight.limits import Limits
from preflight.scanner.decode import DecodeError, decode_picture, opened_size
from preflight.scanner.heif_pixels import KEPT_PIXELS, Mosaic, even_box
from preflight.scanner.libwebp import Decoded, available, decode
from preflight.scanner.planes import Plane
from preflight.scanner.reduce import reduction
from preflight.scanner.structure import SPOILED, Content, Picture, PixelBox, Structure
from preflight.scanner.webp_chunks import (
    VP8_HEADER_BYTES,
    VP8L_HEADER_BYTES,
    Bitstream,
    Chunk,
)
from preflight.scanner.webp_layout import Layout

if TYPE_CHECKING:
    from PIL import Image

_CUT_LOSSY, _CUTS_LOSSLESS, _CUTS_ALPHA = 6, (3, 4, 6), (4, 5, 6, 8)
"""Bytes taken off a bitstream for the probe, which has to decode with each of them to be called
damaged. Intact ones fail from 2 to 4 on if lossy (172 real files fail with 6: damage.md, section
3), from 1 or 2 on if lossless, from 1 to 3 on if alpha, but very short ones may recover behind
that. The fewer, the more is seen: a lossless stream that lost its way ends only a little early."""

_BT601 = 6
"""Its code among the matrices of ITU-T H.273; WebP has no other."""


def check_content(
    data: bytes, structure: Structure, limits: Limits, side_px: int | None
) -> Content:
    """Reads every coded byte of the (first) picture; see `FormatModule`.

    libwebp does not tell when data is left over. So the probe cuts the last bytes off: an intact
    bitstream can then no longer be decoded; one that still can has lost its way before. (VP8's
    first partition, the prediction modes, needs no probe of its own: of 496 visible damages there
    489 made the rest lose its way too.)
    """
    layout = structure.private
    if not isinstance(layout, Layout) or any(d.kind != "readable" for d in structure.damage):
        return Content()
    try:
        lossy = _decoded(data, layout)
        picture = _from_planes(data, structure, layout, lossy, side_px)
        picture = picture or decode_picture(data, "webp", structure, limits, side_px)
    except DecodeError as error:
        text = f"the picture cannot be unpacked ({error})"
        return Content(damage=(_fault(layout, "undecodable", text),))
    except MemoryError:
        return Content(skipped=(Skipped("pixels", "there is not enough memory"),))
    what = "left-over-data" if lossy.early else _left_over(data, layout, limits)
    if what is not None:
        return Content(damage=(_fault(layout, what, SPOILED),), picture=picture)
    return Content(picture=picture)


def _decoded(data: bytes, layout: Layout) -> Decoded:
    """The planes of a lossy picture, and what the probe says, in one decode."""
    stream, chunk = layout.bitstream, layout.chunk
    if stream.lossless or not available():
        return Decoded()
    coded = data[chunk.body : chunk.body_end]
    return decode(coded, stream.width_px, stream.height_px, _CUT_LOSSY)


def _from_planes(
    data: bytes, structure: Structure, layout: Layout, lossy: Decoded, side_px: int | None
) -> Picture | None:
    """The picture of a large lossy photo, at 1/2, 1/4 or 1/8; None if Pillow has to decode it.

    At full size Pillow's upsampling of colour is the better one, so only reduced ones are made.
    """
    width, height = structure.width_px, structure.height_px
    scale = reduction(min(width, height), side_px)
    simple = not (layout.alpha or structure.animated)
    if lossy.planes is None or not simple or scale == 1:
        return None
    if opened_size(data, "webp") != (width, height):
        return None
    whole = 0, 0, width, height
    keep = side_px is not None and width * height <= KEPT_PIXELS
    closer = partial(_closer, lossy.planes) if keep else None
    mosaic = _mosaic(lossy.planes, whole, scale)
    image, _turn = mosaic.picture(_BT601, False, ())
    planes = mosaic.planes(_BT601, False)
    return Picture(image, 1, width, height, closer, planes=planes)


def _closer(
    planes: tuple[Plane, ...], box: PixelBox, _shrink: float
) -> tuple[Image.Image, tuple[int, int]]:
    part = even_box(box, (planes[0].width, planes[0].height))
    return _mosaic(planes, part, 1).picture(_BT601, False, ())[0], part[:2]


def _mosaic(planes: tuple[Plane, ...], box: PixelBox, scale: int) -> Mosaic:
    mosaic = Mosaic(box, scale)
    mosaic.place((0, 0, planes[0].width, planes[0].height), planes)
    return mosaic


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
        return "left-over-data" if _all_decode(coded, _CUTS_LOSSLESS, stream, limits) else None
    if not available() and _all_decode(coded, (_CUT_LOSSY,), stream, limits):
        return "left-over-data"
    if layout.alpha is not None and _alpha_left_over(data, layout, limits):
        return "left-over-alpha"
    return None


def _is_compressed(data: bytes, alpha: Chunk) -> bool:
    """The alpha plane is a VP8L bitstream; else it is raw bytes."""
    return alpha.body < alpha.body_end and data[alpha.body] & 3 == 1


def _alpha_left_over(data: bytes, layout: Layout, limits: Limits) -> bool:
    """Probes the alpha plane, if it is a VP8L bitstream without header (RFC 9649, 2.7.1)."""
    alpha, stream = layout.alpha, layout.bitstream
    if alpha is None or not _is_compressed(data, alpha):
        return False
    size = (stream.width_px - 1) | (stream.height_px - 1) << 14
    head = b"\x2f" + size.to_bytes(4, "little")
    coded = head + data[alpha.body + 1 : alpha.body_end]
    lossless = stream._replace(lossless=True)
    return _all_decode(coded, (0, *_CUTS_ALPHA), lossless, limits)


def _all_decode(coded: bytes, cuts: tuple[int, ...], stream: Bitstream, limits: Limits) -> bool:
    """Whether the bitstream still decodes with each of these numbers of bytes cut off."""
    return all(_decodes(coded[: len(coded) - cut], stream, limits) for cut in cuts)


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
