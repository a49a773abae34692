"""Encode: the most quality per byte, and byte limits kept with few encodes.

JPEG at quality 90 with mozjpeg's quantisation. Huffman tables of its own (1 to 3 % fewer bytes, of
very smooth pictures a quarter, but twice the time to write) and progressive (another 3 to 7 %, but
five times as long to write and three times to prove) only when a limit of bytes binds. Colour at
half resolution (4:2:0) as cameras do, but at full resolution where small coloured details would
bleed: drawings, logos, coloured letters, colourful paintings.
"""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from preflight.fixer.fine_colour import has_fine_colour
from preflight.fixer.quantisation import tables
from preflight.frozen import frozen
from preflight.limits import Limits

if TYPE_CHECKING:
    from PIL import Image

QUALITY = 90
"""What is encoded without a limit."""
PROGRESSIVE_SHARE, BASELINE_SHARE = 0.95, 0.98
"""Of the bytes of a file with the standard's tables, what is expected of one with its own."""
PROGRESSIVE_SCANS = 10
"""Of libjpeg's default script for colour."""


@frozen
class Extras:
    """What travels along: the sRGB profile, and metadata if it is kept."""

    icc: bytes
    exif: bytes | None = None
    xmp: bytes | None = None


@frozen
class Encoded:
    """One finished file.

    Attributes:
        data: Its bytes.
        size: Width and height in pixels; smaller than what came in when only that fitted.
        quality: JPEG quality; None for PNG.
        fits: Within the limit; False: `data` is the smallest that was tried.
        encodes: How many were needed.
    """

    data: bytes
    size: tuple[int, int]
    quality: int | None
    fits: bool
    encodes: int


class _JpegFile(io.BytesIO):
    """A file whose name tells Pillow the format: told by word, it loads five formats at first."""

    name = "photo.jpg"


def encode_jpeg(
    image: Image.Image,
    quality: int,
    extras: Extras,
    *,
    progressive: bool,
    fine_colour: bool,
    tight: bool = False,
) -> bytes:
    """Encodes an RGB image as JPEG.

    Args:
        image, quality, extras: What is encoded.
        progressive: Coarse first, then finer; `tight` too.
        fine_colour: Colour at full resolution.
        tight: With Huffman tables of its own. These need the whole file in Pillow's buffer, which
            has a byte a pixel: noise does not fit, and neither does a tiny picture with much
            metadata. They get the standard's.
    """
    how = {
        "qtables": tables(quality),
        "subsampling": 0 if fine_colour else 2,
        "icc_profile": extras.icc,
        **_metadata(extras),
    }

    def saved(**coding: bool) -> bytes:
        out = _JpegFile()
        image.save(out, None, **how, **coding)
        return out.getvalue()

    if tight or progressive:
        with suppress(OSError):
            return saved(optimize=True, progressive=progressive)
    return saved()


def encode_png(image: Image.Image, extras: Extras) -> bytes:
    """Encodes RGB or RGBA as PNG; zlib's level 6: 9 takes four times as long for one per cent."""
    from PIL import PngImagePlugin

    out = io.BytesIO()
    text = PngImagePlugin.PngInfo()
    if extras.xmp:
        text.add_itxt("XML:com.adobe.xmp", extras.xmp.decode("utf-8", "replace"))
    exif = {"exif": extras.exif} if extras.exif else {}
    image.save(out, "PNG", compress_level=6, icc_profile=extras.icc, pnginfo=text, **exif)
    return out.getvalue()


def _metadata(extras: Extras) -> dict[str, bytes]:
    blocks = {"exif": extras.exif, "xmp": extras.xmp}
    return {name: block for name, block in blocks.items() if block}


def fit_jpeg(
    image: Image.Image,
    extras: Extras,
    *,
    progressive: bool,
    max_bytes: int | None,
    min_bytes: int | None = None,
    floor_px: int | None = None,
) -> Encoded:
    """The best JPEG of the image within the limits.

    Colour at full resolution is given up first and the file becomes tight and progressive, then
    quality falls to 70, then the side to `floor_px`.

    Args:
        image: RGB, at the size that is wanted.
        extras: Profile and metadata; they count.
        progressive: The place accepts progressive files; too large ones would not open safely.
        max_bytes: Upper limit.
        min_bytes: Lower limit; met with a higher quality if that can.
        floor_px: Smallest longer side; None keeps the size.
    """
    fine = has_fine_colour(image)
    data = encode_jpeg(image, QUALITY, extras, progressive=False, fine_colour=fine)
    if min_bytes is not None and len(data) < min_bytes:
        return _enlarged(image, extras, data, min_bytes, max_bytes)
    if max_bytes is None or len(data) <= max_bytes:
        return Encoded(data, image.size, QUALITY, True, 1)

    from preflight.fixer.levels import LOWEST_QUALITY, fitted

    passes_over = PROGRESSIVE_SCANS * image.width * image.height
    progressive = progressive and passes_over <= Limits().max_jpeg_scan_megapixels * 1_000_000

    def encode(image: Image.Image, quality: int) -> bytes:
        return encode_jpeg(
            image, quality, extras, progressive=progressive, fine_colour=False, tight=True
        )

    qualities = range(QUALITY, LOWEST_QUALITY - 1, -1)
    expected = len(data) * (PROGRESSIVE_SHARE if progressive else BASELINE_SHARE)
    return fitted(image, qualities, floor_px, encode, max_bytes, expected, first_was_other=True)


def fit_png(
    image: Image.Image, extras: Extras, *, max_bytes: int | None, floor_px: int | None = None
) -> Encoded:
    """The largest PNG of the image within the limit; the side falls to `floor_px`."""
    data = encode_png(image, extras)
    if max_bytes is None or len(data) <= max_bytes:
        return Encoded(data, image.size, None, True, 1)
    from preflight.fixer.levels import fitted

    def encode(image: Image.Image, _quality: int) -> bytes:
        return encode_png(image, extras)

    found = fitted(image, (QUALITY,), floor_px, encode, max_bytes, len(data))
    return replace(found, quality=None)


def _enlarged(
    image: Image.Image,
    extras: Extras,
    data: bytes,
    min_bytes: int,
    max_bytes: int | None,
) -> Encoded:
    """More bytes than quality 90 needs, for a place that refuses small files."""
    quality, encodes = QUALITY, 1
    for quality in (95, 100):
        data = encode_jpeg(image, quality, extras, progressive=False, fine_colour=True)
        encodes += 1
        if len(data) >= min_bytes:
            break
    fits = len(data) >= min_bytes and (max_bytes is None or len(data) <= max_bytes)
    return Encoded(data, image.size, quality, fits, encodes)
