"""Bombs: small files that fill memory or time elsewhere, each checked whole in a capped process.

Each is refused on its headers or answered from its first frame, within a second plus 0.3 s a
megabyte of processor time, and the whole process within 300 MB.
"""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from tests.scanner import heif_making as heif
from tests.scanner.raster_files import (
    SIGNATURE,
    bmp,
    chunk,
    gif,
    gif_frame,
    ihdr,
    lzw,
    png,
    saved,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is measured on Linux only")

MOST_BYTES = 300_000_000
SECONDS, SECONDS_A_MB = 1.0, 0.3
SAMPLE = Path(__file__).parents[1] / "samples" / "ready.jpg"
CHILD = f"""
import json, resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))
from preflight import check
import preflight.scanner.jpeg_content, preflight.scanner.libde265, preflight.faces.find
check({str(SAMPLE)!r})  # what is loaded once costs each file nothing
begin = time.process_time()
report = check(sys.argv[1])
status = open("/proc/self/status").read().split("\\n")  # of this program; ru_maxrss is its parent's
print(json.dumps({{
    "seconds": time.process_time() - begin,
    "bytes": next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM")),
    "errors": [f.rule for f in report.findings if f.severity.name == "ERROR"],
    "decoded": report.facts.decoded,
}}))
"""


@cache
def zeros(megabytes: int) -> bytes:
    """So many megabytes of zeros, deflated."""
    stream = zlib.compressobj(9)
    return b"".join(stream.compress(bytes(1_000_000)) for _ in range(megabytes)) + stream.flush()


def png_of(width: int, height: int, megabytes: int, bits: int = 8) -> bytes:
    data = chunk(b"IDAT", zeros(megabytes))
    return SIGNATURE + ihdr(width, height, bits, 0) + data + chunk(b"IEND")


def jpeg_of(width: int, height: int) -> bytes:
    data = bytearray(saved("JPEG", "L", (16, 16)))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def jpeg_of_scans(width: int, height: int, scans: int) -> bytes:
    """Progressive: passes that say of every block that it stays as it is."""
    buffer = io.BytesIO()
    Image.new("L", (16, 16), 128).save(buffer, "JPEG", progressive=True)
    data = bytearray(buffer.getvalue())
    at = data.index(b"\xff\xc2") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    begin = data.rindex(b"\xff\xda")
    return bytes(data[:-2]) + bytes(data[begin:-2]) * (scans - 1) + b"\xff\xd9"


def webp(canvas_px: int, frames: int) -> bytes:
    picture = saved("WEBP", "RGB", (2, 2), lossless=True)[12:]
    body = bytes(6) + b"\1\0\0\1\0\0" + bytes(4) + picture
    frame = b"ANMF" + struct.pack("<I", len(body)) + body
    side = (canvas_px - 1).to_bytes(3, "little")
    head = b"VP8X\x0a\0\0\0\2\0\0\0" + side * 2 + b"ANIM\x06\0\0\0" + bytes(6)
    body = b"WEBP" + head + frame * frames
    return b"RIFF" + struct.pack("<I", len(body)) + body


def gif_of(side_px: int, frames: int) -> bytes:
    data = bytearray(gif(1, 1))
    data[6:10] = struct.pack("<HH", side_px, side_px)
    return bytes(data[:-1]) + gif_frame(1, 1, lzw([1])) * frames + b";"


def heic_that_says(width: int, height: int) -> bytes:
    data = heif.heic(heif.photo(1080 // 4 * 4, 1080 // 4 * 4))
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", width, height) + data[at + 8 :]


def heic_grid(side_px: int) -> bytes:
    tiles = [(2, b"hvc1", b"x" * 100, [1])]
    return heif.heif(
        [(1, b"grid", heif.grid(256, 256, side_px, side_px), [2]), *tiles],
        [heif.ispe(256, 256), heif.ispe(side_px, side_px)],
        [(b"dimg", 1, [2] * 60_000)],
    )


def tiff_of(entries: list[tuple[int, int, int, int]], following: int = 0) -> bytes:
    """A directory, and bytes for what it points to."""
    rows = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    head = b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries))
    return head + rows + struct.pack("<I", following) + bytes(1300)


SIZE = [(256, 4, 1, 40), (257, 4, 1, 30), (258, 3, 1, 8), (262, 3, 1, 1), (273, 4, 1, 100)]
HUGE = [(256, 4, 1, 0x7FFFFFFF), (257, 4, 1, 1), *SIZE[2:], (278, 4, 1, 1), (279, 4, 1, 100)]


def with_exif(block: bytes) -> bytes:
    data = saved("JPEG")
    return (
        data[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 8) + b"Exif\0\0" + block + data[2:]
    )


def exif_loop() -> bytes:
    """A directory that points to itself as its next, its Exif and its GPS."""
    entries = [(0x8769, 4, 1, 8), (0x8825, 4, 1, 8), (0xA005, 4, 1, 8)]
    return tiff_of(entries, following=8)


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "png of 900 megapixels": (lambda: png_of(30_000, 30_000, 900), "too-large-to-open"),
    "png of 169 megapixels": (lambda: png_of(13_000, 13_000, 169), "too-large-to-open"),
    "jpeg of 169 megapixels": (lambda: jpeg_of(13_000, 13_000), "corrupt"),
    "jpeg of 4295 megapixels": (lambda: jpeg_of(65_535, 65_535), "too-large-to-open"),
    "bmp of 169 megapixels": (lambda: bmp(13_000, 13_000, 1), "too-large-to-open"),
    "300 passes over 80 megapixels": (
        lambda: jpeg_of_scans(10_000, 8_000, 300),
        "too-large-to-open",
    ),
    "1000 passes over 16 megapixels": (
        lambda: jpeg_of_scans(4_000, 4_000, 1000),
        "too-large-to-open",
    ),
    "99 passes over 5 megapixels": (lambda: jpeg_of_scans(2_500, 2_000, 94), "corrupt"),
    "png text of 500 MB": (lambda: png(before=chunk(b"zTXt", b"Comment\0\0" + zeros(500))), ""),
    "png XMP of 500 MB": (
        lambda: png(before=chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zeros(500))),
        "",
    ),
    "png profile of 500 MB": (lambda: png(before=chunk(b"iCCP", b"name\0\0" + zeros(500))), ""),
    "200 png texts": (lambda: png(before=chunk(b"zTXt", b"Comment\0\0" + zeros(1)) * 200), ""),
    "300 MB behind 4 x 4 pixels": (
        lambda: SIGNATURE + ihdr(4, 4) + chunk(b"IDAT", zeros(300)) + chunk(b"IEND"),
        "",
    ),
    "webp canvas of 169 megapixels": (lambda: webp(13_000, 100), "too-large-to-open"),
    "webp of 300,000 frames": (lambda: webp(2, 300_000), ""),
    "gif of 300,000 frames": (lambda: gif_of(1, 300_000), ""),
    "gif canvas of 144 megapixels": (lambda: gif_of(12_000, 200), "too-large-to-open"),
    "heic that says 60,000 x 60,000": (
        lambda: heic_that_says(60_000, 60_000),
        "too-large-to-open",
    ),
    "heic that says 12,000 x 12,000": (
        lambda: heic_that_says(12_000, 12_000),
        "too-large-to-open",
    ),
    "heic that says 9,000 x 9,000": (lambda: heic_that_says(9_000, 9_000), "corrupt"),
    "heic grid of 65,535": (lambda: heic_grid(65_535), "too-large-to-open"),
    "tiff of 2^31 pixels": (lambda: tiff_of(HUGE), "too-large-to-open"),
    "tiff of 65,535 channels": (lambda: tiff_of([*SIZE, (277, 3, 1, 65_535)]), "corrupt"),
    "tiff of absurd counts": (
        lambda: tiff_of([(tag, 4, 0xFFFFFFFF, 8) for tag in range(256, 320)]),
        "corrupt",
    ),
    "tiff that goes round": (lambda: tiff_of([*SIZE, (279, 4, 1, 1200)], following=8), ""),
    "exif that goes round": (lambda: with_exif(exif_loop()), ""),
    "exif of 5,300 large tags": (
        lambda: with_exif(tiff_of([(0x9286, 7, 60_000, 64)] * 5_300)),
        "",
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_answered_soon_and_small(name: str, tmp_path: Path) -> None:
    make, rule = BOMBS[name]
    path = tmp_path / "bomb"
    path.write_bytes(make())
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    damage = {"corrupt", "truncated", "undecodable", "too-large-to-open"} & set(answer["errors"])
    assert rule in damage if rule else not damage, answer
    assert answer["decoded"] == (not rule)
    assert answer["seconds"] < SECONDS + SECONDS_A_MB * path.stat().st_size / 1e6, answer
    assert answer["bytes"] < MOST_BYTES, answer
