"""PNG: hand-made files at the edges."""

import struct
import zlib

import pytest
from raster_files import EXIF, SIGNATURE, chunk, ihdr, png, rows, saved

from preflight.facts import Damage
from preflight.limits import Limits
from preflight.scanner import png as module
from preflight.scanner import png_content
from preflight.scanner.decode import decode_picture
from preflight.scanner.modes import eight_bits

LIMITS = Limits()


def found(data: bytes) -> tuple[Damage, ...]:
    structure = module.read(data, LIMITS)
    return structure.damage + module.check_content(data, structure, LIMITS, None).damage


def kinds(data: bytes) -> list[tuple[str, str]]:
    return [(damage.kind, damage.what) for damage in found(data)]


def test_a_clean_file_has_no_damage():
    structure = module.read(png(40, 30), LIMITS)
    assert (structure.width_px, structure.height_px) == (40, 30)
    assert structure.colour.model == "rgb"
    assert structure.colour.bits == 8
    assert not structure.colour.alpha
    assert structure.frames == 1
    assert [segment.name for segment in structure.segments] == ["IHDR", "IDAT", "IEND"]
    assert kinds(png(40, 30)) == []


@pytest.mark.parametrize(
    ("colour", "bits", "channels", "model", "alpha"),
    [
        (0, 1, 1, "grey", False),
        (0, 16, 1, "grey", False),
        (2, 16, 3, "rgb", False),
        (3, 4, 1, "palette", False),
        (4, 8, 2, "grey", True),
        (6, 16, 4, "rgb", True),
    ],
)
@pytest.mark.parametrize("interlace", [0, 1])
def test_every_kind_of_pixel(colour, bits, channels, model, alpha, interlace):
    from preflight.scanner.png_chunks import Header

    header = ihdr(13, 9, bits, colour, interlace)
    passes = Header.parse(header[8:21]).passes()
    raw = bytes(sum(stride * count for stride, count in passes))
    palette = chunk(b"PLTE", bytes(48)) if colour == 3 else b""
    body = header + palette + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND")
    structure = module.read(SIGNATURE + body, LIMITS)
    assert structure.colour.model == model
    assert structure.colour.bits == (8 if colour == 3 else bits)
    assert structure.colour.alpha == alpha
    assert structure.coding == ("interlaced" if interlace else "")
    assert kinds(SIGNATURE + body) == []
    short = header + palette + chunk(b"IDAT", zlib.compress(raw[:-1])) + chunk(b"IEND")
    assert kinds(SIGNATURE + short) == [("corrupt", "missing-data")]


def test_transparency_makes_alpha():
    assert module.read(png(before=chunk(b"tRNS", bytes(6))), LIMITS).colour.alpha


@pytest.mark.parametrize(
    ("bits", "colour", "key"),
    [(1, 0, 0), (1, 0, 1), (2, 0, 1), (4, 0, 14), (8, 0, 100), (16, 0, 0x1234), (16, 2, 0x1234)],
)
def test_a_transparent_colour_is_seen_at_every_depth(bits, colour, key):
    """A row of eight pixels: the key four times, then another number."""
    most, channels = (1 << bits) - 1, 3 if colour else 1
    other = key ^ (0x8000 if bits == 16 else 1)
    numbers = [key] * 4 * channels + [other] * 4 * channels
    packed = sum(number << bits * place for place, number in enumerate(reversed(numbers)))
    row = b"\0" + packed.to_bytes(channels * bits, "big")
    clear = chunk(b"tRNS", key.to_bytes(2, "big") * channels)
    body = clear + chunk(b"IDAT", zlib.compress(row)) + chunk(b"IEND")
    data = SIGNATURE + ihdr(8, 1, bits, colour) + body
    image = eight_bits(decode_picture(data, "png", module.read(data, LIMITS), LIMITS).image)
    assert list(image.getchannel("A").tobytes()) == [0] * 4 + [255] * 4
    assert image.getpixel((7, 0))[0] == pytest.approx(other * 255 / most, abs=1)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_is_handed_over(orientation):
    block = EXIF[:18] + bytes([orientation]) + EXIF[19:]
    assert module.read(png(before=chunk(b"eXIf", block)), LIMITS).exif == block
    assert module.read(png(behind=chunk(b"eXIf", b"Exif\0\0" + block)), LIMITS).exif == block


def raw_profile(name: bytes, body: bytes) -> bytes:
    text = b"\n" + name + b"\n%8d\n" % len(body) + body.hex().encode() + b"\n"
    return chunk(b"zTXt", b"Raw profile type " + name + b"\0\0" + zlib.compress(text))


def test_old_raw_profiles():
    data = png(before=raw_profile(b"exif", b"Exif\0\0" + EXIF) + raw_profile(b"iptc", b"8BIM"))
    structure = module.read(data, LIMITS)
    assert structure.exif == EXIF
    assert structure.iptc
    assert structure.iptc_data == b"8BIM"


@pytest.mark.parametrize("compressed", [False, True])
def test_xmp(compressed):
    packet = b"<x:xmpmeta/>"
    text = zlib.compress(packet) if compressed else packet
    body = b"XML:com.adobe.xmp\0" + bytes([compressed, 0]) + b"\0\0" + text
    structure = module.read(png(before=chunk(b"iTXt", body)), LIMITS)
    assert structure.xmp == packet
    assert not structure.comment


@pytest.mark.parametrize(("keyword", "comment"), [(b"Comment", True), (b"Software", False)])
def test_comment(keyword, comment):
    data = png(before=chunk(b"tEXt", keyword + b"\0some words"))
    assert module.read(data, LIMITS).comment is comment


def test_profile_and_code_points():
    icc = chunk(b"iCCP", b"name\0\0" + zlib.compress(b"profile"))
    structure = module.read(png(before=icc + chunk(b"cICP", bytes([9, 16, 0, 1]))), LIMITS)
    assert structure.icc == b"profile"
    assert structure.colour.cicp == (9, 16, 0)
    assert structure.colour.hdr == "pq"
    assert module.read(png(before=chunk(b"cICP", bytes([9, 18, 0, 1]))), LIMITS).colour.hdr == "hlg"


@pytest.mark.parametrize("body", [b"name\0\0junk", b"name", b"name\0\1" + zlib.compress(b"x")])
def test_broken_profile(body):
    structure = module.read(png(before=chunk(b"iCCP", body)), LIMITS)
    assert structure.icc is None
    assert structure.icc_error


def frame_control(number: int) -> bytes:
    return chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, 40, 30, 0, 0, 1, 10, 0, 0))


def frame_data(number: int) -> bytes:
    return chunk(b"fdAT", struct.pack(">I", number) + zlib.compress(rows(40, 30)))


def test_animation():
    control = chunk(b"acTL", struct.pack(">II", 2, 0))
    later = frame_control(1) + frame_data(2)
    data = png(before=control + frame_control(0), behind=later)
    structure = module.read(data, LIMITS)
    assert (structure.frames, structure.animated) == (2, True)
    # the still picture is none of the two frames
    apart = png(before=control, behind=frame_control(0) + frame_data(1) + later)
    assert module.read(apart, LIMITS).frames == 3
    broken = bytearray(data)
    broken[data.rindex(b"fdAT") + 20] ^= 1
    assert kinds(bytes(broken)) == [("readable", "bad-frame")]


def test_trailing_bytes_are_no_damage():
    structure = module.read(png() + b"trailer", LIMITS)
    assert structure.trailing_bytes == 7
    assert kinds(png() + b"trailer") == []


def test_missing_end_is_readable_and_gives_pixels():
    data = png(end=b"")
    structure = module.read(data, LIMITS)
    content = module.check_content(data, structure, LIMITS, None)
    assert [(d.kind, d.what) for d in content.damage] == [("readable", "missing-end")]
    assert content.picture is not None
    assert content.picture.image.size == (40, 30)


def test_rows_that_are_lost_are_named():
    data = saved("PNG", size=(200, 160))
    cut = data[: len(data) * 2 // 3]
    (damage,) = found(cut)
    assert (damage.kind, damage.what) == ("truncated", "cut-short")
    assert damage.offset_bytes == len(cut)
    left, top, right, bottom = damage.region
    assert (left, right, bottom) == (0, 200, 160)
    assert 90 < top < 120
    assert damage.lost_share == pytest.approx((160 - top) / 160)


def test_rows_behind_a_flipped_bit_are_lost():
    data = bytearray(png(40, 30))
    data[data.index(b"IDAT") + 30] ^= 4
    (damage,) = found(bytes(data))
    assert (damage.kind, damage.what) == ("corrupt", "bad-crc")
    assert damage.region == (0, 0, 40, 30)


def test_wrong_checksum_over_a_right_stream():
    data = bytearray(png())
    data[-13] ^= 1
    assert kinds(bytes(data)) == [("corrupt", "bad-crc")]
    assert found(bytes(data))[0].lost_share is None


def test_a_filter_that_does_not_exist():
    raw = bytearray(rows(40, 30))
    raw[121 * 20] = 5
    (damage,) = found(png(raw=bytes(raw)))
    assert (damage.kind, damage.what) == ("corrupt", "bad-filter")
    assert damage.region == (0, 20, 40, 30)


def test_wrong_checksum_of_the_stream_alone():
    stream = bytearray(zlib.compress(rows(40, 30), 0))
    stream[60:70] = b"\xff" * 10  # pixels of a stored block
    data = SIGNATURE + ihdr(40, 30) + chunk(b"IDAT", bytes(stream)) + chunk(b"IEND")
    assert kinds(data) == [("readable", "bad-checksum")]


def test_broken_deflate_under_right_checksums():
    whole = zlib.compressobj(0)
    good = whole.compress(rows(40, 30)[: 121 * 10]) + whole.flush(zlib.Z_FULL_FLUSH)
    data = SIGNATURE + ihdr(40, 30) + chunk(b"IDAT", good + b"\xff" * 60) + chunk(b"IEND")
    (damage,) = found(data)
    assert (damage.kind, damage.what) == ("corrupt", "bad-deflate")
    assert damage.region == (0, 10, 40, 30)
    assert damage.lost_share == pytest.approx(2 / 3)


def test_more_data_than_needed_is_readable():
    assert kinds(png(raw=rows(40, 30) + bytes(5))) == [("readable", "extra-data")]


def test_picture_data_in_a_wrong_place_is_readable():
    stray = chunk(b"tEXt", b"a\0b") + chunk(b"IDAT", b"more")
    assert kinds(png(behind=stray)) == [("readable", "stray-data")]


def bad_crc(name: bytes, body: bytes) -> bytes:
    return chunk(name, body)[:-1] + b"\0"


@pytest.mark.parametrize(
    ("before", "kind"),
    [
        (bad_crc(b"tEXt", b"Comment\0hello"), "readable"),
        (bad_crc(b"iCCP", b"name\0\0" + zlib.compress(b"x")), "readable"),
        (bad_crc(b"tRNS", bytes(6)), "corrupt"),
        (bad_crc(b"PLTE", bytes(6)), "corrupt"),
    ],
)
def test_wrong_checksum_of_another_chunk(before, kind):
    assert kinds(png(before=before)) == [(kind, "bad-crc")]


def test_critical_chunk_that_nobody_knows():
    assert kinds(png(before=chunk(b"ABCD"))) == [("corrupt", "unknown-chunk")]
    assert kinds(png(behind=chunk(b"ABCD"))) == [("readable", "unknown-chunk")]


@pytest.mark.parametrize(
    "header",
    [
        ihdr(0, 5),
        ihdr(5, 0),
        ihdr(1 << 31, 5),
        ihdr(5, 5, bits=4),
        ihdr(5, 5, colour=5),
        ihdr(5, 5, interlace=2),
        chunk(b"IHDR", bytes(12)),
    ],
)
def test_headers_that_make_no_sense(header):
    data = SIGNATURE + header + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND")
    structure = module.read(data, LIMITS)
    assert structure.width_px == structure.height_px == 0
    assert [(d.kind, d.what) for d in structure.damage] == [("corrupt", "bad-header")]


def test_palette_and_picture_that_are_missing():
    palette = SIGNATURE + ihdr(4, 4, colour=3) + chunk(b"IDAT", zlib.compress(bytes(20)))
    assert kinds(palette + chunk(b"IEND")) == [("corrupt", "no-palette")]
    assert kinds(SIGNATURE + ihdr(4, 4)) == [("truncated", "no-picture-data")]
    assert kinds(SIGNATURE) == [("truncated", "no-header")]
    assert kinds(b"no PNG") == [("corrupt", "bad-signature")]


def test_apples_own_form_is_skipped_not_damaged():
    data = SIGNATURE + chunk(b"CgBI", bytes(4)) + ihdr(4, 4) + chunk(b"IDAT", b"raw")
    structure = module.read(data + chunk(b"IEND"), LIMITS)
    assert structure.damage == ()
    assert [skipped.check for skipped in structure.skipped] == ["png"]


def test_a_large_picture_with_right_checksums_is_not_inflated_twice(monkeypatch):
    data = saved("PNG", size=(400, 300))
    monkeypatch.setattr(png_content, "_LARGE_BYTES", 1000)
    monkeypatch.setattr(png_content, "_read_run", None)
    assert kinds(data) == []


def test_a_large_picture_with_a_wrong_checksum_is_inflated(monkeypatch):
    monkeypatch.setattr(png_content, "_LARGE_BYTES", 1000)
    data = bytearray(saved("PNG", size=(400, 300)))
    data[len(data) // 2] ^= 1
    (damage,) = found(bytes(data))
    assert damage.what == "bad-crc"
    assert kinds(bytes(data[: len(data) // 2])) == [("truncated", "cut-short")]


def test_limit_comes_before_pixels():
    structure = module.read(SIGNATURE + ihdr(30_000, 30_000), LIMITS)
    assert [hit.limit for hit in structure.limits_hit] == ["max_pixels"]
    assert structure.limits_hit[0].measured == "900 megapixels"
