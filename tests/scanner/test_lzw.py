"""LZW: hand-made codes of GIF and TIFF."""

import io

import pytest
from PIL import Image
from raster_files import lzw

from preflight.scanner.lzw import TIFF, Budget, gif, walk


def walk_gif(data: bytes, pixels: int, bits: int = 8, runs: int = 1000):
    return walk(gif(bits), data, pixels, pixels, Budget(runs))


@pytest.mark.parametrize("bits", [1, 2, 5, 8, 11])
def test_whole(bits):
    pixels = [(3 * n) % (1 << bits) for n in range(500)] if bits > 1 else [0, 1] * 250
    data = coded(pixels, bits)
    assert walk_gif(data, 500, bits)[:2] == ("whole", 500)
    assert walk_gif(data, 500, bits).ended


def coded(pixels: list[int], bits: int) -> bytes:
    """GIF's codes with a growing table, as the standard describes them."""
    clear = 1 << bits
    table: dict[tuple[int, ...], int] = {(n,): n for n in range(clear)}
    free, size, held, at, out = clear + 2, bits + 1, 0, 0, bytearray()

    def put(code: int) -> None:
        nonlocal held, at
        held |= code << at
        at += size
        while at >= 8:
            out.append(held & 255)
            held, at = held >> 8, at - 8

    put(clear)
    string: tuple[int, ...] = ()
    for pixel in pixels:
        if (*string, pixel) in table:
            string = (*string, pixel)
            continue
        put(table[string])
        if free < 4096:
            table[(*string, pixel)] = free
            if free == 1 << size and size < 12:
                size += 1
            free += 1
        string = (pixel,)
    put(table[string])
    put(clear + 1)
    out.append(held & 255)
    return bytes(out)


def test_a_string_that_uses_itself():
    assert walk_gif(coded([5] * 1000, 8), 1000)[:2] == ("whole", 1000)


def test_a_full_table_without_a_clear_code():
    pixels = [(n * n * 7 + n // 3) % 251 for n in range(30_000)]
    data = coded(pixels, 8)
    assert walk_gif(data, 30_000)[:2] == ("whole", 30_000)
    assert walk_gif(data[:-900], 30_000).verdict == "short"
    assert walk_gif(data, 20_000).verdict == "long"


def test_short_long_left_over_undefined():
    data = lzw([1] * 100)
    assert walk_gif(data, 101)[:2] == ("short", 100)
    assert walk_gif(data[:-10], 100).verdict == "short"
    assert not walk_gif(data[:-10], 100).ended
    assert walk_gif(data, 99)[:2] == ("long", 99)
    assert walk_gif(data + bytes(4), 100).verdict == "whole"
    assert walk_gif(data + bytes(5), 100).verdict == "left-over"
    undefined = (256 | 7 << 9 | 300 << 18).to_bytes(4, "little")
    assert walk_gif(undefined, 100)[:2] == ("undefined", 1)
    first_is_a_string = (256 | 258 << 9).to_bytes(3, "little")
    assert walk_gif(first_is_a_string, 100)[:2] == ("undefined", 0)


def test_nothing_at_all():
    assert walk_gif(b"", 1)[:2] == ("short", 0)


def test_no_end_code_is_no_damage():
    data = lzw([1] * 100)
    assert walk_gif(data[:-2], 100).verdict in ("whole", "short")
    assert walk_gif((256 | 7 << 9).to_bytes(3, "little"), 1).verdict == "whole"


def test_budget():
    data = int("100000000" * 800, 2).to_bytes(900, "little")  # one clear code after the other
    budget = Budget(50)
    assert walk(gif(8), data, 10, 10, budget).verdict == "unchecked"
    assert budget.runs < 0


@pytest.mark.parametrize("size", [(3, 2), (64, 64), (300, 200)])
def test_what_libtiff_writes(size):
    image = Image.effect_noise(size, 40)
    buffer = io.BytesIO()
    image.save(buffer, "TIFF", compression="tiff_lzw", tiffinfo={278: size[1]})
    file = Image.open(io.BytesIO(buffer.getvalue()))
    start, count = file.tag_v2[273][0], file.tag_v2[279][0]
    data = buffer.getvalue()[start : start + count]
    pixels = size[0] * size[1]
    assert walk(TIFF, data, pixels, pixels, Budget(100))[:2] == ("whole", pixels)
    assert walk(TIFF, data, pixels + 1, pixels + 1, Budget(100)).verdict == "short"
