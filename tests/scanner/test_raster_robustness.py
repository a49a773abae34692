"""PNG, WebP, GIF, TIFF and BMP: no prefix, no bomb and no noise may raise, hang or eat memory."""

import random
import struct
import sys
import time
import zlib
from types import ModuleType

import pytest
from raster_files import SIGNATURE, bmp, chunk, gif, gif_frame, ihdr, lzw, png, rows, saved

from preflight.limits import Limits
from preflight.scanner import bmp as bmp_module
from preflight.scanner import gif as gif_module
from preflight.scanner import png as png_module
from preflight.scanner import tiff as tiff_module
from preflight.scanner import webp as webp_module
from preflight.scanner.structure import Content, Structure

LIMITS = Limits()


def look(module: ModuleType, data: bytes) -> tuple[Structure, Content]:
    """What the scan does, with what every answer must keep to."""
    structure = module.read(data, LIMITS)
    content = Content()
    if structure.width_px and structure.height_px and not structure.limits_hit:
        content = module.check_content(data, structure, LIMITS, None)
    for damage in structure.damage + content.damage:
        assert damage.offset_bytes is None or 0 <= damage.offset_bytes <= len(data)
        assert damage.lost_share is None or 0 <= damage.lost_share <= 1
        if damage.region:
            left, top, right, bottom = damage.region
            assert 0 <= left <= right <= structure.width_px
            assert 0 <= top <= bottom <= structure.height_px
    at = 0
    for segment in structure.segments:
        assert at <= segment.start <= segment.end <= len(data)
        at = segment.end
    assert 0 <= structure.trailing_bytes <= len(data)
    return structure, content


FILES = {
    "png": (png_module, png(9, 7, before=chunk(b"tEXt", b"Comment\0hello"))),
    "apng": (png_module, saved("PNG", "P", (12, 9))),
    "webp": (webp_module, saved("WEBP", "RGBA", (20, 16), quality=60, exif=b"II*\0")),
    "lossless": (webp_module, saved("WEBP", "RGB", (12, 9), lossless=True)),
    "gif": (gif_module, saved("GIF", "P", (12, 9), comment=b"hello")),
    "tiff": (tiff_module, saved("TIFF", "RGB", (12, 9), compression="tiff_lzw")),
    "deflate": (tiff_module, saved("TIFF", "L", (12, 9), compression="tiff_adobe_deflate")),
    "bmp": (bmp_module, bmp(6, 5)),
}
each = pytest.mark.parametrize(("module", "data"), FILES.values(), ids=FILES)


@each
def test_every_prefix(module, data):
    for length in range(len(data)):
        structure, content = look(module, data[:length])
        if length < len(data) // 2:
            assert structure.damage + content.damage, f"{length} bytes pass for a whole file"


@each
def test_noise(module, data):
    chance = random.Random(4)
    for _ in range(150):
        broken = bytearray(data)
        for _ in range(chance.choice((1, 3, 12))):
            at = chance.randrange(len(data))
            broken[at : at + 2] = chance.randbytes(2)
        look(module, bytes(broken))
    for size in (0, 1, 5, 60, 400):
        look(module, data[:8] + chance.randbytes(size))


def peak_bytes() -> int:
    resource = pytest.importorskip("resource", reason="this system does not measure memory")
    unit = 1 if sys.platform == "darwin" else 1024
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * unit


def look_at_bomb(module: ModuleType, data: bytes) -> tuple[Structure, Content]:
    """Looks at a bomb within the time and memory that are allowed for it."""
    before, started = peak_bytes(), time.process_time()
    answer = look(module, data)
    assert time.process_time() - started < 1 + 0.3 * len(data) / 1e6
    assert peak_bytes() - before < 150_000_000
    return answer


def deflated(count: int) -> bytes:
    """So many zeros."""
    stream = zlib.compressobj(9)
    return b"".join(stream.compress(bytes(1_000_000)) for _ in range(count // 1_000_000)) + (
        stream.flush()
    )


def test_png_of_900_megapixels():
    data = SIGNATURE + ihdr(30_000, 30_000, 1, 0) + chunk(b"IDAT", deflated(3_000_000))
    structure, content = look_at_bomb(png_module, data)
    assert structure.limits_hit
    assert content == Content()


def test_png_texts_and_profile_that_inflate_without_end():
    bomb = deflated(100_000_000)
    xmp = chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + bomb)
    text = chunk(b"zTXt", b"Comment\0\0" + bomb)
    raw = chunk(b"zTXt", b"Raw profile type exif\0\0" + bomb)
    profile = chunk(b"iCCP", b"name\0\0" + bomb)
    structure, content = look_at_bomb(png_module, png(before=xmp + text + raw + profile))
    assert structure.xmp is None
    assert structure.exif is None
    assert structure.icc is None
    assert structure.icc_error == "it inflates to more than 8 MB"
    assert content.picture is not None  # which Pillow refuses with the texts


def test_png_with_200_large_texts():
    text = chunk(b"zTXt", b"Comment\0\0" + deflated(1_000_000))
    structure, content = look_at_bomb(png_module, png(before=200 * text))
    assert structure.comment
    assert content.picture is not None
    assert [d for d in content.damage if d.kind != "readable"] == []


def test_png_with_far_more_data_than_its_size():
    data = SIGNATURE + ihdr(4, 4) + chunk(b"IDAT", deflated(100_000_000)) + chunk(b"IEND")
    _structure, content = look_at_bomb(png_module, data)
    assert [damage.what for damage in content.damage] == ["extra-data"]


def test_png_of_tiny_chunks():
    stream = zlib.compress(rows(200, 200), 1)
    data = SIGNATURE + ihdr(200, 200)
    data += b"".join(chunk(b"IDAT", stream[n : n + 1]) for n in range(len(stream)))
    data += chunk(b"IEND")
    structure, content = look_at_bomb(png_module, data)
    assert len(structure.segments) == 3
    assert content == Content()
    many = png(before=b"".join(chunk(b"aaAa") + chunk(b"bbBb") for _ in range(30_000)))
    assert look_at_bomb(png_module, many)[0].segments == ()


def test_gif_of_300_000_frames():
    data = gif(1, 1, gif_frame(1, 1, lzw([1])) * 300_000)
    started = time.process_time()
    structure = gif_module.read(data, LIMITS)
    assert time.process_time() - started < 1 + 0.3 * len(data) / 1e6
    assert structure.frames is None
    assert structure.animated
    assert look_at_bomb(gif_module, data)[1].damage == ()


def test_gif_of_144_megapixels_and_of_clear_codes():
    data = bytearray(gif())
    data[6:10] = struct.pack("<HH", 12_000, 12_000)
    assert look_at_bomb(gif_module, bytes(data))[0].limits_hit
    clears = int("100000000" * 400_000, 2).to_bytes(450_000, "little")
    head = gif()[: 13 + 768]
    _structure, content = look_at_bomb(gif_module, head + gif_frame(20, 15, clears) + b";")
    assert [s.check for s in content.skipped] == ["content"] or content.damage


def webp_frame(body: bytes) -> bytes:
    return b"ANMF" + len(body).to_bytes(4, "little") + body


def test_webp_canvas_and_frames():
    picture = saved("WEBP", "RGB", (2, 2), lossless=True)[12:]
    frame = webp_frame(bytes(6) + b"\1\0\0\1\0\0" + bytes(4) + picture)
    canvas = b"VP8X\x0a\0\0\0\2\0\0\0\1\0\0\1\0\0"
    body = b"WEBP" + canvas + b"ANIM\x06\0\0\0" + bytes(6) + frame * 100_000
    data = b"RIFF" + len(body).to_bytes(4, "little") + body
    structure, content = look_at_bomb(webp_module, data)
    assert structure.frames == 100_000
    assert content.damage == ()
    large = data.replace(canvas, canvas[:12] + b"\xc7\x32\0\xc7\x32\0")
    assert look_at_bomb(webp_module, large)[0].limits_hit


def test_tiff_absurdities():
    entry = struct.pack("<HHII", 256, 4, 0xFFFFFFFF, 8)
    data = b"II*\0\x08\0\0\0" + struct.pack("<H", 65535) + entry * 65535
    structure, _content = look_at_bomb(tiff_module, data)
    assert structure.damage
    # directories that overlap: each one is as long as the file lets it be
    overlapping = b"II*\0\x08\0\0\0" + b"\x01\x10" * 200_000
    look_at_bomb(tiff_module, overlapping)


def test_bmp_of_run_lengths():
    head = bytearray(bmp(8, 8, 8)[:54])
    head[10:14] = struct.pack("<I", 54 + 1024)
    head[18:26] = struct.pack("<ii", 10_000, 9_999)
    head[30:34] = struct.pack("<I", 1)
    row = b"\1\1" * 10_000 + b"\0\0"
    _structure, content = look_at_bomb(bmp_module, bytes(head) + bytes(1024) + row * 100)
    (damage,) = content.damage
    assert damage.region == (0, 0, 10_000, 9_899)
