"""Memory: the bound holds in a process that may not take more, and is not far from the truth."""

import io
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import hdr_making as making
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from preflight import Limits, isolated
from preflight.facts import Colour
from preflight.limits import MB
from preflight.report import Verdict
from preflight.scanner.memory import bytes_needed, memory_limit
from preflight.scanner.scan import format_module
from preflight.scanner.sniff import sniff
from preflight.scanner.structure import Structure
from preflight.source import read_source

WIDTH_PX, HEIGHT_PX = 4000, 3000
SIDE_PX = 1435
"""What `fix` decodes to, see `side_to_decode`."""
ROOT = Path(__file__).resolve().parent.parent.parent
NOT_MORE_THAN = 3.5

resource = pytest.importorskip("resource", reason="this system caps no memory")

PEAK = """
import sys
from preflight import fix
assert fix(sys.argv[1]).status == "fixed"
for line in open("/proc/self/status"):
    if line.startswith("VmPeak"):
        print(int(line.split()[1]) * 1024)
"""


@cache
def coloured() -> Image.Image:
    rng = np.random.default_rng(1)
    coarse = rng.integers(0, 255, (HEIGHT_PX // 20, WIDTH_PX // 20, 3), np.uint8)
    return Image.fromarray(coarse).resize((WIDTH_PX, HEIGHT_PX), Image.Resampling.BILINEAR)


def photo(mode: str = "RGB") -> Image.Image:
    image = coloured().copy()
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    return image.quantize(64, method=2) if mode == "P" else image.convert(mode)


def deep() -> Image.Image:
    return Image.fromarray(np.asarray(photo("L")).astype(np.uint16) * 257)


def heic(image: Image.Image, **how: object) -> bytes:
    target = io.BytesIO()
    file = pillow_heif.from_pillow(image)
    file.save(target, quality=60, enc_params={"preset": "ultrafast"}, **how)
    return target.getvalue()


def saved(image: Image.Image, format: str, **how: object) -> bytes:  # noqa: A002
    target = io.BytesIO()
    image.save(target, format, **how)
    return target.getvalue()


def hdr_avif() -> bytes:
    """Smooth, so that it is coded quickly."""
    pytest.importorskip("pyvips", reason="the extra photo-preflight[avif] is not installed")
    ramp = np.linspace(0.1, 0.7, WIDTH_PX)[None, :, None]
    return making.avif(np.broadcast_to(ramp, (HEIGHT_PX, WIDTH_PX, 3)), "pq")


def hdr_heic(mode: str, channels: int) -> bytes:
    ramp = np.linspace(0.1, 0.7, WIDTH_PX)[None, :, None]
    coded = np.broadcast_to(ramp, (HEIGHT_PX, WIDTH_PX, channels))
    return making.heic(coded, "pq", mode=mode, quality=60)


KINDS = {
    "baseline.jpg": lambda: saved(photo(), "JPEG", quality=90),
    "progressive.jpg": lambda: saved(photo(), "JPEG", progressive=True),
    "full-colour.jpg": lambda: saved(photo(), "JPEG", progressive=True, subsampling=0),
    "inks.jpg": lambda: saved(photo("CMYK"), "JPEG"),
    "one.heic": lambda: heic(photo(), chroma=420),
    "grid.heic": lambda: heic(photo(), chroma=420, tile_size=512),
    "alpha.heic": lambda: heic(photo("RGBA"), chroma=420),
    "lossy.webp": lambda: saved(photo(), "WEBP", method=0),
    "lossless.webp": lambda: saved(photo(), "WEBP", lossless=True, quality=0, method=0),
    "alpha.webp": lambda: saved(photo("RGBA"), "WEBP", method=0),
    "rgb.png": lambda: saved(photo(), "PNG", compress_level=1),
    "rgba.png": lambda: saved(photo("RGBA"), "PNG", compress_level=1),
    "deep.png": lambda: saved(deep(), "PNG", compress_level=1),
    "raw.tif": lambda: saved(photo(), "TIFF"),
    "lzw.tif": lambda: saved(photo(), "TIFF", compression="tiff_lzw"),
    "palette.gif": lambda: saved(photo("P"), "GIF"),
    "raw.bmp": lambda: saved(photo(), "BMP"),
    "usual.avif": lambda: saved(photo(), "AVIF", speed=10, quality=60),
    "hdr.avif": hdr_avif,
    "hdr.heic": lambda: hdr_heic("RGB;16", 3),
    "hdr-alpha.heic": lambda: hdr_heic("RGBA;16", 4),
}


def needed_for(data: bytes) -> int:
    kind = sniff(data, "")
    structure = format_module(kind).read(data, Limits())
    return bytes_needed(kind.format, len(data), structure, SIDE_PX)


@pytest.mark.skipif(sys.platform != "linux", reason="only there is the peak said")
@pytest.mark.parametrize("name", KINDS)
def test_the_bound_holds_and_is_near(name, tmp_path):
    file = tmp_path / name
    file.write_bytes(KINDS[name]())
    needed = needed_for(file.read_bytes())
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PEAK, str(file)]
    peak = int(subprocess.run(command, capture_output=True, check=True, env=environment).stdout)
    assert peak < needed < NOT_MORE_THAN * peak
    capped = isolated.fix(file, limits=Limits(max_memory_bytes=needed))
    assert capped.status == "fixed"
    less = isolated.fix(file, limits=Limits(max_memory_bytes=needed - MB))
    assert less.status == "refused"
    assert less.before.findings[0].rule == "out-of-memory"
    assert not less.before.facts.damage
    assert not less.before.facts.decoded
    assert less.before.facts.width_px == WIDTH_PX


def test_a_check_says_so_before_it_decodes():
    data = saved(Image.new("RGB", (9000, 9000)), "PNG", compress_level=1)
    report = isolated.check(data, limits=Limits(max_memory_bytes=600 * MB))
    hit = report.facts.limits_hit[0]
    assert hit.limit == "max_memory_bytes"
    assert hit.measured.startswith("up to 9")
    assert report.verdict is Verdict.BLOCKED
    assert not report.facts.damage


def test_nothing_is_refused_where_nothing_is_capped():
    huge = Structure(width_px=100_000, height_px=100_000)
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY
    assert memory_limit("png", 10, huge, None) is None


@pytest.mark.parametrize("name", ["png", "heic", "tiff", "bmp", "gif"])
def test_usual_formats_of_the_largest_size_fit_under_the_usual_cap(name):
    largest = Structure(width_px=10_000, height_px=9_000, subsampling="4:2:0")
    limits = Limits()
    assert bytes_needed(name, 90 * MB, largest, SIDE_PX) < limits.max_memory_bytes


def test_jpegs_of_the_largest_size_fit_under_the_usual_cap():
    limits = Limits()
    baseline = Structure(
        width_px=20_000, height_px=15_000, subsampling="4:2:0", coding="baseline", reducible=True
    )
    assert bytes_needed("jpeg", limits.max_bytes, baseline, SIDE_PX) < limits.max_memory_bytes
    progressive = Structure(
        width_px=10_000, height_px=10_000, colour=Colour(), scans=10, reducible=True
    )
    assert bytes_needed("jpeg", 60 * MB, progressive, SIDE_PX) < limits.max_memory_bytes


def test_more_pixels_never_need_less():
    for name in ("jpeg", "png", "heic", "avif", "webp", "gif", "tiff", "bmp"):
        needs = [
            bytes_needed(name, 1, Structure(width_px=side, height_px=side), None)
            for side in (1, 300, 3000, 9000)
        ]
        assert needs == sorted(set(needs))


def test_a_source_is_counted_with_its_copies():
    source = read_source(saved(Image.new("L", (8, 8)), "PNG"), Limits())
    structure = Structure(width_px=8, height_px=8)
    one, more = (bytes_needed("png", len(source.data) * n, structure, None) for n in (1, 2))
    assert more - one == 3 * len(source.data)
