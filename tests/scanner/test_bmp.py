"""BMP: hand-made files at the edges."""

import struct

import pytest
from raster_files import bmp, saved

from preflight.facts import Damage
from preflight.limits import Limits
from preflight.scanner import bmp as module

LIMITS = Limits()


def found(data: bytes) -> tuple[Damage, ...]:
    structure = module.read(data, LIMITS)
    return structure.damage + module.check_content(data, structure, LIMITS, None).damage


def kinds(data: bytes) -> list[tuple[str, str]]:
    return [(damage.kind, damage.what) for damage in found(data)]


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_what_pillow_writes(mode):
    structure = module.read(saved("BMP", mode), LIMITS)
    assert (structure.width_px, structure.height_px) == (61, 47)
    assert structure.colour.model == ("rgb" if mode.startswith("RGB") else "palette")
    assert structure.colour.bits == 8
    assert structure.trailing_bytes == 0
    assert kinds(saved("BMP", mode)) == []


def with_header(size: int, bits: int = 32, compression: int = 0, masks: bytes = b"") -> bytes:
    """A 4 x 4 picture with a header of any version."""
    if size == 12:
        info = struct.pack("<IHHHH", 12, 4, 4, 1, bits)
    else:
        info = struct.pack("<IiiHHIIiiII", size, 4, 4, 1, bits, compression, 0, 0, 0, 0, 0)
        info = (info + masks).ljust(max(size, 40 + len(masks)), b"\0")[: max(size, 40 + len(masks))]
        if size == 16:
            info = info[:16]
    start = 14 + len(info)
    return struct.pack("<2sIII", b"BM", start + 64, 0, start) + info + bytes(64)


@pytest.mark.parametrize("size", [12, 16, 40, 52, 56, 64, 108, 124])
def test_every_version_of_the_header(size):
    structure = module.read(with_header(size), LIMITS)
    assert (structure.width_px, structure.height_px) == (4, 4)
    assert kinds(with_header(size)) == []


def test_masks():
    masks = struct.pack("<IIII", 0x3FF00000, 0xFFC00, 0x3FF, 0)
    assert module.read(with_header(56, 32, 3, masks), LIMITS).colour.bits == 10
    assert not module.read(with_header(56, 32, 3, masks), LIMITS).colour.alpha
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    assert module.read(with_header(56, 32, 3, masks), LIMITS).colour.alpha
    assert not module.read(with_header(40, 32, 3, masks[:12]), LIMITS).colour.alpha


def test_embedded_profile():
    data = bytearray(with_header(124))
    data[70:74] = b"DEBM"
    data[126:134] = struct.pack("<II", len(data) - 14, 7)
    structure = module.read(bytes(data) + b"profile", LIMITS)
    assert structure.icc == b"profile"
    assert structure.trailing_bytes == 0
    assert module.read(bytes(data), LIMITS).icc_error == "it lies outside the file"
    assert module.read(bytes(data), LIMITS).icc is None


@pytest.mark.parametrize(("top_down", "region"), [(False, (0, 0, 10, 3)), (True, (0, 5, 10, 8))])
def test_rows_that_are_lost_are_named(top_down, region):
    data = bmp(10, 8, top_down=top_down)
    (damage,) = found(data[: 54 + 5 * 32 + 7])
    assert (damage.kind, damage.what) == ("truncated", "cut-short")
    assert damage.region == region
    assert damage.lost_share == 3 / 8


def test_missing_padding_is_no_damage():
    assert kinds(bmp(10, 8)[:-2]) == []
    assert kinds(bmp(10, 8)[:-3]) == [("truncated", "cut-short")]


def test_trailing_bytes():
    assert module.read(bmp() + b"more", LIMITS).trailing_bytes == 4
    assert kinds(bmp() + b"more") == []


def rle(width: int, height: int, runs: bytes, compression: int = 1) -> bytes:
    bits = 8 if compression == 1 else 4
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, 0, 0, 0, 0, 0)
    start = 54 + 4 * (1 << bits)
    head = struct.pack("<2sIII", b"BM", start + len(runs), 0, start)
    return head + info + bytes(start - 54) + runs


@pytest.mark.parametrize(
    ("runs", "what"),
    [
        (b"\x04\x01\0\0\x04\x02\0\1", None),
        (b"\x04\x01\0\0\x04\x02\0\0", None),  # without the end mark
        (b"\x04\x01\0\0\x04\x02", None),
        (b"\x02\x01\0\0\0\1", None),  # rows may end early
        (b"\0\x02\x02\x01\x02\x05\0\1", None),  # pixels may be skipped
        (b"\0\x03\x01\x02\x03\0\x01\x09\0\0\x04\x02\0\1", None),  # pixels one by one, padded
        (b"\x04\x01\0\0\x03\x02", ("truncated", "cut-short")),
        (b"\x04\x01\0", ("truncated", "cut-short")),
        (b"\0\x08\x01\x02", ("truncated", "cut-short")),
        (b"", ("truncated", "cut-short")),
        (b"\x40\x01\0\0\x04\x02\0\1", ("readable", "bad-rle")),
    ],
)
def test_run_lengths(runs, what):
    assert kinds(rle(4, 2, runs)) == ([what] if what else [])


def test_run_lengths_of_nibbles():
    assert kinds(rle(4, 2, b"\x04\x12\0\0\0\x03\x12\x30\x01\x40\0\1", compression=2)) == []
    assert module.read(rle(4, 2, b"\0\1", compression=2), LIMITS).coding == "rle"


def test_what_preflight_cannot_look_into_is_skipped():
    data = with_header(40, 0, 4)
    structure = module.read(data, LIMITS)
    assert structure.coding == "jpeg"
    assert [s.check for s in module.check_content(data, structure, LIMITS, None).skipped] == [
        "content"
    ]


@pytest.mark.parametrize(
    ("at", "value"),
    [(18, 0), (18, -5), (22, 0), (28, 7), (30, 99), (14, 5)],
)
def test_headers_that_make_no_sense(at, value):
    data = bytearray(bmp())
    size = 2 if at == 28 else 4
    data[at : at + size] = value.to_bytes(size, "little", signed=True)
    structure = module.read(bytes(data), LIMITS)
    assert structure.width_px == 0
    assert [(d.kind, d.what) for d in structure.damage] == [("corrupt", "bad-header")]


def test_files_that_end_in_the_header():
    assert kinds(b"BM" + bytes(9)) == [("truncated", "no-header")]
    assert kinds(bmp()[:40]) == [("truncated", "no-header")]
    assert kinds(b"MB") == [("corrupt", "bad-signature")]
    assert kinds(bmp()[:54]) == [("truncated", "cut-short")]


def test_limit():
    data = bytearray(bmp())
    data[18:26] = struct.pack("<ii", 2_000_000, -3_000_000)
    assert [hit.limit for hit in module.read(bytes(data), LIMITS).limits_hit] == ["max_pixels"]
