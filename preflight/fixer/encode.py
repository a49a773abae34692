"""Encode: the most quality per byte, and byte limits kept with few encodes.

JPEG at quality 90 with mozjpeg's quantisation. Huffman tables of its own (1 to 3 % fewer bytes, of
very smooth pictures a quarter, but twice the time to write) and progressive (another 3 to 7 %, but
five times as long to write and three times to prove) only when a limit of bytes binds. Colour at
half resolution (4:2:0) as cameras do, but at full resolution where small coloured details would
bleed: drawings, logos, coloured letters, colourful paintings.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
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
LOWEST_QUALITY = 70
"""Below it blocks show in faces; rather fewer pixels (design.md, section 7)."""

MOST_ENCODES = 5
SIDE_STEP_PX = 16
SURE = 0.8
"""Share of the model's step to the next better level that must already break the limit."""
USUAL_ENCODES = 3
PROGRESSIVE_SHARE, BASELINE_SHARE = 0.95, 0.98
"""Of the bytes of a file with the standard's tables, what is expected of one with its own."""
PROGRESSIVE_SCANS = 10
"""Of libjpeg's default script for colour."""
NEAR_ENOUGH = 2.0
"""The same after so many encodes: then few better qualities still fit. 26 pictures x 5 limits: at
most 3 encodes in 122 of 130, the best quality in 110, at most 3 lower in the others."""


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


@frozen
class _Level:
    """One way to encode; levels are ordered from best to smallest."""

    side_px: int
    quality: int

    def log_bytes(self, side_px: int) -> float:
        """Logarithm of the bytes to expect, but for a constant: an error of some per cent.

        Bytes go with the quantisation step to the power -0.70, as measured on 14 portraits, and
        with a little less than the number of pixels, since a smaller picture has more detail in
        each.
        """
        step = 5000 / self.quality if self.quality < 50 else 200 - 2 * self.quality
        return 1.7 * math.log(self.side_px / side_px) - 0.70 * math.log(step + 6)


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

    def encode(level: _Level) -> bytes:
        return encode_jpeg(
            _shrunk(image, level.side_px),
            level.quality,
            extras,
            progressive=progressive,
            fine_colour=False,
            tight=True,
        )

    passes_over = PROGRESSIVE_SCANS * image.width * image.height
    progressive = progressive and passes_over <= Limits().max_jpeg_scan_megapixels * 1_000_000

    side = max(image.size)
    levels = [_Level(side, quality) for quality in range(QUALITY, LOWEST_QUALITY - 1, -1)]
    levels += [_Level(smaller, LOWEST_QUALITY) for smaller in _sides_below(side, floor_px)]
    expected = len(data) * (PROGRESSIVE_SHARE if progressive else BASELINE_SHARE)
    return _fitted(image, levels, encode, max_bytes, expected, True)


def fit_png(
    image: Image.Image, extras: Extras, *, max_bytes: int | None, floor_px: int | None = None
) -> Encoded:
    """The largest PNG of the image within the limit; the side falls to `floor_px`."""
    data = encode_png(image, extras)
    if max_bytes is None or len(data) <= max_bytes:
        return Encoded(data, image.size, None, True, 1)
    side = max(image.size)
    levels = [_Level(each, QUALITY) for each in (side, *_sides_below(side, floor_px))]

    def encode(level: _Level) -> bytes:
        return encode_png(_shrunk(image, level.side_px), extras)

    return replace(_fitted(image, levels, encode, max_bytes, len(data), False), quality=None)


def _sides_below(side_px: int, floor_px: int | None) -> list[int]:
    """Smaller sides to try, down to the floor itself."""
    if floor_px is None or floor_px >= side_px:
        return []
    return [*range(side_px - SIDE_STEP_PX, floor_px, -SIDE_STEP_PX), floor_px]


def _shrunk(image: Image.Image, side_px: int) -> Image.Image:
    from PIL.Image import Resampling

    longest = max(image.size)
    if side_px == longest:
        return image
    width, height = (max(1, round(length * side_px / longest)) for length in image.size)
    return image.resize((width, height), Resampling.BICUBIC)


def _fitted(
    image: Image.Image,
    levels: list[_Level],
    encode: Callable[[_Level], bytes],
    max_bytes: int,
    first_bytes: float,
    first_was_other: bool,
) -> Encoded:
    """The best level that fits, by regula falsi on the logarithm of bytes.

    The first level is known not to fit, or was encoded in another way and may be tried again. With
    the model of `_Level` the second guess is near and the third usually the answer. It ends when
    the next better level is known, or by the model sure, to be too large.
    """
    side = max(image.size)
    expected = [level.log_bytes(side) for level in levels]
    goal = math.log(max_bytes)
    too_large, fits = (-1 if first_was_other else 0), len(levels)
    sizes = {0: math.log(first_bytes)}
    best: Encoded | None = None
    smallest = Encoded(b"", image.size, None, False, 1)
    encodes = 1
    while too_large + 1 < fits and encodes < MOST_ENCODES:
        at = _guess(expected, sizes, goal, too_large, fits)
        if best is None and encodes == MOST_ENCODES - 1:
            at = len(levels) - 1  # the last try: is it possible at all?
        data = encode(levels[at])
        encodes += 1
        sizes[at] = math.log(len(data))
        size = _shrunk_size(image.size, levels[at].side_px)
        tried = Encoded(data, size, levels[at].quality, len(data) <= max_bytes, encodes)
        if tried.fits:
            best, fits = tried, at
            steps = SURE if encodes < USUAL_ENCODES else NEAR_ENOUGH
            if at > 0 and sizes[at] + (expected[at - 1] - expected[at]) * steps > goal:
                break
        else:
            smallest, too_large = tried, at
    return replace(best or smallest, encodes=encodes)


def _guess(
    expected: list[float], sizes: dict[int, float], goal: float, too_large: int, fits: int
) -> int:
    """The first level that should fit, strictly between the two bounds."""
    nearest, *others = sorted(sizes, key=lambda at: abs(sizes[at] - goal))
    slope = 1.0
    if others and expected[others[0]] != expected[nearest]:
        rise = (sizes[others[0]] - sizes[nearest]) / (expected[others[0]] - expected[nearest])
        slope = min(max(rise, 0.3), 2.0)
    wanted = expected[nearest] + (goal - sizes[nearest]) / slope
    for at in range(too_large + 1, fits):
        if expected[at] <= wanted + 1e-9:
            return at
    return fits - 1


def _shrunk_size(size: tuple[int, int], side_px: int) -> tuple[int, int]:
    longest = max(size)
    return max(1, round(size[0] * side_px / longest)), max(1, round(size[1] * side_px / longest))


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
