"""Encoders to compare: preflight's, Pillow's settings, sharp's, and a lossless pass behind ours."""

from __future__ import annotations

import io
import os
import re
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from preflight.fixer.colour import srgb_profile
from preflight.fixer.encode import Extras, encode_jpeg
from preflight.fixer.fine_colour import has_fine_colour

Encoder = Callable[[Image.Image, int], bytes]

SHARP_MODULES = "QUALITY_NODE_MODULES"
"""Environment variable: the `node_modules` folder after `npm install sharp`."""

EXTRAS = Extras(srgb_profile())


def preflight(image: Image.Image, quality: int) -> bytes:
    """As `fix` encodes where no limit of bytes binds."""
    fine = has_fine_colour(image)
    return encode_jpeg(image, quality, EXTRAS, progressive=False, fine_colour=fine)


def preflight_progressive(image: Image.Image, quality: int) -> bytes:
    """The same, progressive: what `fix` may write to stay within a limit of bytes."""
    fine = has_fine_colour(image)
    return encode_jpeg(image, quality, EXTRAS, progressive=True, fine_colour=fine)


def preflight_tight(image: Image.Image, quality: int) -> bytes:
    """With Huffman tables of its own, for places that take no progressive files."""
    fine = has_fine_colour(image)
    return encode_jpeg(image, quality, EXTRAS, progressive=False, fine_colour=fine, tight=True)


def preflight_full_colour(image: Image.Image, quality: int) -> bytes:
    """4:4:4 for every picture."""
    return encode_jpeg(image, quality, EXTRAS, progressive=False, fine_colour=True)


def lossless_pass(image: Image.Image, quality: int) -> bytes:
    """As `fix` encodes, then mozjpeg's lossless optimisation; the profile kept."""
    import mozjpeg_lossless_optimization as mozjpeg

    data = preflight(image, quality)
    return bytes(mozjpeg.optimize(data, copy=mozjpeg.COPY_MARKERS.ICC))


def pillow(image: Image.Image, quality: int) -> bytes:
    """Pillow's defaults but for the quality: baseline, 4:2:0, the standard's tables."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, icc_profile=EXTRAS.icc)
    return out.getvalue()


def standard_tables(image: Image.Image, quality: int) -> bytes:
    """preflight's settings with the quantisation tables of the standard's annex K."""
    out = io.BytesIO()
    image.save(
        out,
        "JPEG",
        quality=quality,
        subsampling=0 if has_fine_colour(image) else 2,
        icc_profile=EXTRAS.icc,
    )
    return out.getvalue()


_SHARP = """
const sharp = require(process.argv[1]);
const [input, output, quality, mozjpeg] = process.argv.slice(2);
sharp(input).jpeg({quality: Number(quality), mozjpeg: mozjpeg === 'true',
  chromaSubsampling: '4:2:0'}).withIccProfile('srgb').toFile(output);
"""


def sharp(*, mozjpeg: bool) -> Encoder | None:
    """sharp, 4:2:0 as is its default; None when it is not installed."""
    folder = os.environ.get(SHARP_MODULES)
    if not folder:
        return None

    def encode(image: Image.Image, quality: int) -> bytes:
        with tempfile.TemporaryDirectory() as scratch:
            source, output = Path(scratch, "in.png"), Path(scratch, "out.jpg")
            image.save(source, compress_level=1)
            arguments = [str(source), str(output), str(quality), str(mozjpeg).lower()]
            subprocess.run(
                ["node", "-e", _SHARP, str(Path(folder, "sharp")), *arguments], check=True
            )
            return output.read_bytes()

    return encode


def sharp_version() -> str:
    """Of the installed one."""
    folder = os.environ.get(SHARP_MODULES)
    if not folder:
        return "sharp not installed"
    text = Path(folder, "sharp", "package.json").read_text(encoding="utf-8")
    found = re.search(r'"version":\s*"([^"]+)"', text)
    return f"sharp {found[1] if found else ''}"
