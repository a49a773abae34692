"""TIFF, raw: damage that the rows show, and pictures that only look like it."""

import io
import struct
import tracemalloc

import heif_making
import numpy as np
import pytest
from PIL import Image

from preflight import check
from preflight.scanner.tiff_raw import lost_span

WIDTH, HEIGHT = 320, 240
ROW = 3 * WIDTH


def photo() -> np.ndarray:
    return np.asarray(heif_making.photo(WIDTH, HEIGHT)).copy()


def tiff(pixels: np.ndarray, **options: object) -> tuple[bytes, int]:
    """A raw TIFF as Pillow writes it, the pixels last; and where they begin."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "TIFF", **options)
    return buffer.getvalue(), len(buffer.getvalue()) - pixels.nbytes


def span(pixels: np.ndarray, extra_bytes: int = 0) -> tuple[int, int] | None:
    row_bytes = pixels[0].nbytes
    return lost_span(pixels.tobytes(), row_bytes, row_bytes // pixels.shape[1], extra_bytes)


def found(data: bytes) -> list[tuple[str, str]]:
    return [(damage.kind, damage.what) for damage in check(data).facts.damage]


@pytest.mark.parametrize("rows", [HEIGHT, 16])
def test_a_clean_photo(rows: int) -> None:
    data, _start = tiff(photo(), tiffinfo={278: rows})
    assert found(data) == []


@pytest.mark.parametrize("size", [512, 4096])
@pytest.mark.parametrize("kind", ["zeros", "noise"])
def test_a_lost_block_and_its_rows(size: int, kind: str) -> None:
    data, start = tiff(photo())
    at = start + 100 * ROW + 77
    block = bytes(size) if kind == "zeros" else np.random.default_rng(4).bytes(size)
    (damage,) = check(data[:at] + block + data[at + size :]).facts.damage
    assert (damage.kind, damage.what) == ("corrupt", "bad-rows")
    _left, top, _right, bottom = damage.region
    assert top <= 100
    assert 100 + (77 + size) / ROW <= bottom <= 102 + (77 + size) / ROW
    assert damage.lost_share == pytest.approx((bottom - top) / HEIGHT)


def test_zeros_to_the_end() -> None:
    data, start = tiff(photo())
    keep = start + 200 * ROW + 301
    (damage,) = check(data[:keep] + bytes(len(data) - keep)).facts.damage
    assert damage.region == (0, 200, WIDTH, HEIGHT)


@pytest.mark.parametrize("size", [16, 512, 4096])
def test_bytes_that_were_put_in(size: int) -> None:
    """All rows behind are pushed aside by as many bytes as the file is too long."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    pixels = np.stack([x / 2, 255 - x / 2, y / 2 + x / 4], axis=2)
    pixels = (pixels + np.random.default_rng(1).integers(0, 6, pixels.shape)).clip(0, 255)
    data, start = tiff(pixels.astype(np.uint8))
    at = start + 120 * ROW
    assert found(data) == []
    (damage,) = check(data[: at + size] + data[at:]).facts.damage
    assert damage.what == "bad-rows"
    assert abs(damage.region[1] - 120) <= 2 + size // ROW
    assert damage.region[3] == HEIGHT
    assert found(data + bytes(size)) == []  # only something behind the picture


def drawn(name: str) -> np.ndarray:
    """Pictures that have what damage has, by intent."""
    pixels = photo()
    noise = np.random.default_rng(7).integers(0, 256, pixels.shape).astype(np.uint8)
    if name == "black panel":
        pixels[40:60] = 0
    elif name == "black bottom":
        pixels[200:] = 0
    elif name == "black box":
        pixels[50:100, 30:290] = 0
    elif name == "noise":
        pixels = noise
    elif name == "noisy part":
        pixels[100:200, 100:300] = noise[100:200, 100:300]
    elif name == "black":
        pixels[:] = 0
    return pixels


@pytest.mark.parametrize(
    "name", ["black panel", "black bottom", "black box", "noise", "noisy part", "black"]
)
def test_pictures_that_only_look_damaged(name: str) -> None:
    assert span(drawn(name)) is None
    assert found(tiff(drawn(name))[0]) == []


def test_pictures_too_small_to_tell() -> None:
    assert span(photo()[:3]) is None
    assert span(photo()[:, :3]) is None


@pytest.mark.parametrize("extra_bytes", [0, 1000])
def test_the_search_takes_no_more_memory_than_the_samples(extra_bytes):
    rows = np.random.default_rng(3).normal(120, 8, (1500, 6000)).clip(1, 255)
    samples = rows.astype(np.uint8).tobytes()
    del rows
    tracemalloc.start()
    try:
        assert lost_span(samples, 6000, 3, extra_bytes) is None
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < len(samples)


@pytest.mark.parametrize("start", [60_000, 60_001, 60_255, 60_256, 60_511])
@pytest.mark.parametrize("length", [511, 512, 1024])
def test_a_block_of_zeros_is_found_wherever_it_begins(start, length):
    samples = np.random.default_rng(4).integers(90, 110, 300 * 997, np.uint8)
    samples[start : start + length] = 0
    found = lost_span(samples.tobytes(), 997, 1, 0)
    assert found == (None if length < 512 else (start, start + length))


@pytest.mark.parametrize("kind", ["zeros", "noise"])
def test_a_lost_block_of_a_bmp(kind: str) -> None:
    """Its rows begin at the bottom."""
    buffer = io.BytesIO()
    Image.fromarray(photo()).save(buffer, "BMP")
    data = buffer.getvalue()
    assert found(data) == []
    at = len(data) - HEIGHT * ROW + 100 * ROW + 77
    block = bytes(4096) if kind == "zeros" else np.random.default_rng(4).bytes(4096)
    (damage,) = check(data[:at] + block + data[at + 4096 :]).facts.damage
    assert (damage.kind, damage.what) == ("corrupt", "bad-rows")
    assert damage.region[1] == pytest.approx(HEIGHT - 100 - (77 + 4096) / ROW, abs=2)
    assert damage.region[3] == pytest.approx(HEIGHT - 100, abs=1)


def saved(pixels: np.ndarray, kind: str) -> bytes:
    buffer = io.BytesIO()
    image = Image.fromarray(pixels)
    if kind == "palette":
        image = image.quantize(200)
    Image.Image.save(image, buffer, "BMP")
    return buffer.getvalue()


@pytest.mark.parametrize("where", ["block", "tail"])
@pytest.mark.parametrize("kind", ["colours", "palette"])
@pytest.mark.parametrize("black_part", [False, True])
def test_zeros_of_a_bmp(kind: str, where: str, black_part: bool) -> None:
    """Also where the picture has black of its own, and where the block is as long as rows are."""
    pixels = np.asarray(heif_making.photo(512, HEIGHT)).copy()
    if black_part:
        pixels[200:230, 100:400] = 0
    data = saved(pixels, kind)
    row_bytes = 512 * (1 if kind == "palette" else 3)
    assert found(data) == []
    at = len(data) - 60 * row_bytes + row_bytes // 3
    size = 4096 if where == "block" else len(data) - at
    (damage,) = check(data[:at] + bytes(size) + data[at + size :]).facts.damage
    assert (damage.kind, damage.what) == ("corrupt", "bad-rows")
    assert damage.region == (0, max(0, 60 - -(-(row_bytes // 3 + size) // row_bytes)), 512, 60)


@pytest.mark.parametrize("kind", ["colours", "palette"])
@pytest.mark.parametrize("width", [317, 318, 319, 320])
@pytest.mark.parametrize("dark", [0, 2, 4])
def test_a_bmp_with_a_black_top_is_sound(kind: str, width: int, dark: int) -> None:
    """The padding of rows, and a few black pixels beside it, join the black rows behind."""
    pixels = photo()[:, :width]
    pixels[:40] = 0
    for row in range(dark):  # a corner
        pixels[40 + row, width - dark + row :] = 0
    assert found(saved(pixels, kind)) == []


@pytest.mark.parametrize("aside", [-16, -3, 3, 16])
def test_zeros_from_near_the_edge_of_a_row(aside: int) -> None:
    """As where the last tenth of a file is lost, whose rows are a multiple of ten."""
    data, start = tiff(photo().clip(30, 255))
    keep = start + 200 * ROW + aside
    assert found(data[:keep] + bytes(len(data) - keep)) == [("corrupt", "bad-rows")]


def planar_tiff(pixels: np.ndarray) -> bytes:
    """A TIFF whose channels lie one behind the other, 64 rows a strip; the pixels last."""
    height, width, channels = pixels.shape
    rows = [min(64, height - top) for top in range(0, height, 64)] * channels
    entries = 9
    lists_at = 8 + 2 + 12 * entries + 4
    start = lists_at + 8 * len(rows)
    ends = np.cumsum([0, *(count * width for count in rows)])
    tags = [(256, width), (257, height), (258, 8), (259, 1), (262, 2), (273, lists_at)]
    tags += [(277, channels), (278, 64), (284, 2)]
    data = struct.pack("<4sIH", b"II*\0", 8, entries)
    for tag, value in tags:
        data += struct.pack("<HHII", tag, 4, len(rows) if tag == 273 else 1, value)
    data += bytes(4) + struct.pack(f"<{len(rows)}I", *(start + ends[:-1]))
    data += bytes(start - len(data))
    return data + np.moveaxis(pixels, 2, 0).tobytes()


def test_zeros_in_one_plane_of_a_tiff() -> None:
    pixels = photo()
    data = planar_tiff(pixels)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))), pixels)
    assert found(data) == []
    at = len(data) - pixels.nbytes + (HEIGHT + 90) * WIDTH + 100  # in the second plane
    (damage,) = check(data[:at] + bytes(4096) + data[at + 4096 :]).facts.damage
    assert damage.region == (0, 90, WIDTH, 104)
    (damage,) = check(data[:at] + bytes(len(data) - at)).facts.damage
    assert damage.region == (0, 0, WIDTH, HEIGHT)  # and all of the third


def test_zeros_of_16_bits() -> None:
    grey = photo()[:, :, 1].astype(np.uint16) * 257 // 3
    data, start = tiff(grey)
    assert found(data) == []
    at = start + 100 * 2 * WIDTH + 77
    (damage,) = check(data[:at] + bytes(4096) + data[at + 4096 :]).facts.damage
    assert damage.what == "bad-rows"
    assert found(data[:at] + bytes(len(data) - at)) == [("corrupt", "bad-rows")]
