"""Lossless stripping: metadata goes, pixels and picture data stay bit for bit."""

import io
import struct

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from preflight.fixer.colour import srgb_profile
from preflight.fixer.lossless import NotStrippableError, strip
from preflight.limits import Limits
from preflight.scanner import jpeg
from preflight.scanner.structure import Segment, Structure

EXIF = b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>SECRET</x:xmpmeta>"


def picture() -> Image.Image:
    small = np.random.default_rng(2).integers(0, 256, (9, 9, 3), dtype=np.uint8)
    return Image.fromarray(small).resize((64, 64), Image.Resampling.BICUBIC)


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


def saved(image: Image.Image, format: str, **more: object) -> bytes:  # noqa: A002
    out = io.BytesIO()
    image.save(out, format, **more)
    return out.getvalue()


def scan_data(data: bytes) -> bytes:
    start = data.index(b"\xff\xda")
    return data[start : data.rindex(b"\xff\xd9")]


def jpeg_with_everything(mode: str = "RGB", **more: object) -> bytes:
    return saved(
        picture().convert(mode), "JPEG", exif=EXIF, xmp=XMP, comment=b"SECRET",
        icc_profile=srgb_profile(), dpi=(72, 72), **more,
    )  # fmt: skip


@pytest.mark.parametrize("more", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_jpeg(mode: str, more: dict[str, object]) -> None:
    data = jpeg_with_everything(mode, **more)
    trailing = data + b"\0trailing SECRET" + data
    out = strip(trailing, "jpeg", jpeg.read(trailing, Limits()))
    assert b"SECRET" not in out
    assert b"Exif" not in out
    assert scan_data(out) == scan_data(data)
    assert (pixels(out) == pixels(data)).all()
    image = Image.open(io.BytesIO(out))
    assert image.info["icc_profile"] == srgb_profile()
    assert strip(out, "jpeg", jpeg.read(out, Limits())) == out


def test_jpeg_thumbnail_inside_jfif_goes() -> None:
    data = saved(picture(), "JPEG")
    at = data.index(b"JFIF\0")
    thumbnail = b"\xff\xe0" + struct.pack(">H", 16 + 3) + data[at : at + 12] + b"\x01\x01RGB"
    jfxx = b"\xff\xe0\x00\x0aJFXX\0\x10SE"
    whole = data[:2] + thumbnail + jfxx + data[at + 14 :]
    out = strip(whole, "jpeg", jpeg.read(whole, Limits()))
    assert out == data


def test_jpeg_gets_the_metadata_that_is_kept() -> None:
    data = jpeg_with_everything()
    out = strip(data, "jpeg", jpeg.read(data, Limits()), exif=EXIF, xmp=b"<kept/>")
    assert (pixels(out) == pixels(data)).all()
    image = Image.open(io.BytesIO(out))
    assert image.info["exif"] == EXIF
    assert image.info["xmp"] == b"<kept/>"
    assert b"SECRET" not in out


def chunks(data: bytes) -> Structure:
    segments, at = [], 8
    while at + 8 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        name = data[at + 4 : at + 8].decode("latin-1")
        segments.append(Segment(name, at, at + 12 + length))
        at += 12 + length
        if name == "IEND":
            break
    return Structure(segments=tuple(segments))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "1", "I;16"])
def test_png(mode: str) -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "SECRET")
    image = picture().convert("I" if mode == "I;16" else mode)
    if mode == "I;16":
        image = image.convert("I;16")
    if mode == "P":
        image.info["transparency"] = 3
    data = saved(image, "PNG", pnginfo=text, exif=EXIF, icc_profile=srgb_profile(), dpi=(72, 72))
    data += b"trailing SECRET"
    out = strip(data, "png", chunks(data))
    assert b"SECRET" not in out
    assert b"eXIf" not in out
    assert (pixels(out) == pixels(data)).all()
    again = Image.open(io.BytesIO(out))
    assert again.info["icc_profile"] == srgb_profile()
    assert again.info.get("transparency") == (3 if mode == "P" else None)
    kept = strip(data, "png", chunks(data), exif=EXIF, xmp=b"<kept/>")
    opened = Image.open(io.BytesIO(kept))
    opened.load()
    assert opened.info["exif"].endswith(EXIF[6:])
    assert opened.info["xmp"] == b"<kept/>"


def riff(data: bytes) -> Structure:
    segments, at = [], 12
    while at + 8 <= len(data):
        (length,) = struct.unpack_from("<I", data, at + 4)
        segments.append(Segment(data[at : at + 4].decode("latin-1"), at, at + 8 + length))
        at += 8 + length + length % 2
    return Structure(segments=tuple(segments))


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_webp(mode: str, lossless: bool) -> None:
    data = saved(
        picture().convert(mode), "WEBP", lossless=lossless, exif=EXIF, xmp=XMP,
        icc_profile=srgb_profile(),
    )  # fmt: skip
    out = strip(data, "webp", riff(data))
    assert b"SECRET" not in out
    assert (pixels(out) == pixels(data)).all()
    image = Image.open(io.BytesIO(out))
    assert image.info["icc_profile"] == srgb_profile()
    assert "exif" not in image.info
    assert "xmp" not in image.info
    assert struct.unpack_from("<I", out, 4)[0] == len(out) - 8


@pytest.mark.parametrize("format", ["jpeg", "png", "webp", "gif"])
def test_a_file_in_pieces_is_not_stripped(format: str) -> None:  # noqa: A002
    with pytest.raises(NotStrippableError):
        strip(b"", format, Structure())
