"""WebP: files that libwebp writes, and what breaks them."""

import io

import pytest
from PIL import Image, ImageChops, ImageStat
from raster_files import EXIF, saved

from preflight.facts import Damage
from preflight.limits import Limits
from preflight.scanner import libwebp
from preflight.scanner import webp as module
from preflight.scanner.scan import scan
from preflight.scanner.structure import Content
from preflight.source import Source

LIMITS = Limits()
LOSSY = saved("WEBP", quality=80)
LOSSLESS = saved("WEBP", lossless=True)
ALPHA = saved("WEBP", "RGBA", quality=80)


def content(data: bytes) -> Content:
    return module.check_content(data, module.read(data, LIMITS), LIMITS, None)


def found(data: bytes) -> tuple[Damage, ...]:
    structure = module.read(data, LIMITS)
    return structure.damage + module.check_content(data, structure, LIMITS, None).damage


def kinds(data: bytes) -> list[tuple[str, str]]:
    return [(damage.kind, damage.what) for damage in found(data)]


def riff(*pieces: bytes) -> bytes:
    body = b"WEBP" + b"".join(pieces)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def part(name: bytes, body: bytes) -> bytes:
    return name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)


def canvas(width: int, height: int, flags: int = 0) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return part(b"VP8X", bytes([flags, 0, 0, 0]) + size)


@pytest.mark.parametrize(
    ("data", "coding", "subsampling", "alpha"),
    [
        (LOSSY, "lossy", "4:2:0", False),
        (LOSSLESS, "lossless", None, False),
        (ALPHA, "lossy", "4:2:0", True),
        (saved("WEBP", "RGBA", lossless=True), "lossless", None, True),
    ],
)
def test_clean_files(data, coding, subsampling, alpha):
    structure = module.read(data, LIMITS)
    assert (structure.width_px, structure.height_px) == (61, 47)
    assert (structure.coding, structure.subsampling) == (coding, subsampling)
    assert structure.colour.alpha is alpha
    assert structure.frames == 1
    assert structure.trailing_bytes == 0
    assert kinds(data) == []
    picture = content(data).picture
    assert picture is not None
    assert picture.image.size == (61, 47)


def test_the_flag_alone_makes_no_alpha():
    assert not module.read(riff(canvas(61, 47, 0x10), LOSSY[12:]), LIMITS).colour.alpha


@pytest.mark.parametrize("orientation", range(1, 9))
def test_metadata_is_handed_over(orientation):
    block = EXIF[:18] + bytes([orientation]) + EXIF[19:]
    image = Image.open(io.BytesIO(LOSSY))
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", exif=block, xmp=b"<x:xmpmeta/>", icc_profile=b"profile")
    structure = module.read(buffer.getvalue(), LIMITS)
    assert structure.exif == block
    assert structure.xmp == b"<x:xmpmeta/>"
    assert structure.icc == b"profile"
    names = [segment.name for segment in structure.segments]
    assert names == ["VP8X", "ICCP", "VP8 ", "EXIF", "XMP "]


def test_names_with_a_nul_are_tolerated():
    data = riff(canvas(61, 47, 0x04), LOSSY[12:], part(b"XMP\0", b"<x:xmpmeta/>"))
    assert module.read(data, LIMITS).xmp == b"<x:xmpmeta/>"
    assert kinds(data) == []


def animation(frames: int = 3) -> bytes:
    images = [Image.effect_noise((40, 30), 20 * (n + 1)).convert("RGB") for n in range(frames)]
    buffer = io.BytesIO()
    images[0].save(buffer, "WEBP", save_all=True, append_images=images[1:], quality=70)
    return buffer.getvalue()


def test_animation():
    structure = module.read(animation(), LIMITS)
    assert (structure.frames, structure.animated) == (3, True)
    assert [s.name for s in structure.segments] == ["VP8X", "ANIM", "ANMF"]
    assert kinds(animation()) == []


def test_trailing_bytes_are_no_damage():
    assert module.read(LOSSY + b"trailer", LIMITS).trailing_bytes == 7
    assert kinds(LOSSY + b"trailer") == []


def test_an_odd_length_with_and_without_its_padding():
    body = LOSSY[20 : 20 + int.from_bytes(LOSSY[16:20], "little")]
    odd = riff(part(b"VP8 ", body if len(body) % 2 else body + b"\0"))
    assert kinds(odd) == []
    assert kinds(odd[:-1]) == [("truncated", "cut-short")]  # libwebp gives no picture


@pytest.mark.parametrize("data", [LOSSY, LOSSLESS, ALPHA], ids=["lossy", "lossless", "alpha"])
@pytest.mark.parametrize("cut", [2, 7, 300])
def test_cut_files(data, cut):
    assert {kind for kind, _ in kinds(data[:-cut])} == {"truncated"}


def test_flipped_bits_that_libwebp_does_not_see():
    """The probe sees what the decoder lets pass."""
    let_pass = seen = 0
    for at in range(60, len(LOSSY) - 20, len(LOSSY) // 60):
        broken = bytearray(LOSSY)
        broken[at] ^= 0x10
        faults = found(bytes(broken))
        if [fault.what for fault in faults] == ["undecodable"]:
            continue
        let_pass += 1
        seen += bool(faults)
        assert all((f.kind, f.what) == ("corrupt", "left-over-data") for f in faults)
        assert all(f.region == (0, 0, 61, 47) for f in faults)
    assert let_pass > 5
    assert seen / let_pass >= 0.9


def test_a_lossless_stream_that_ends_early():
    body = LOSSLESS[20 : 20 + int.from_bytes(LOSSLESS[16:20], "little")]
    assert kinds(riff(part(b"VP8L", body + bytes(1)))) == []
    assert kinds(riff(part(b"VP8L", body + bytes(8)))) == [("corrupt", "left-over-data")]


def test_a_left_over_alpha_plane():
    start = ALPHA.index(b"ALPH")
    length = int.from_bytes(ALPHA[start + 4 : start + 8], "little")
    body = ALPHA[start + 8 : start + 8 + length] + bytes(range(40))
    data = riff(canvas(61, 47, 0x10), part(b"ALPH", body), ALPHA[ALPHA.index(b"VP8 ") :])
    assert body[0] & 3 == 1  # compressed
    assert kinds(data) == [("corrupt", "left-over-alpha")]


@pytest.mark.parametrize(
    ("data", "kind", "what"),
    [
        (b"RIFF\0\0\0\0WAVE", "corrupt", "bad-signature"),
        (b"RIFF\x04\0\0\0WEBP", "truncated", "no-picture-data"),
        (riff(part(b"VP8 ", bytes(20))), "corrupt", "bad-header"),
        (riff(part(b"VP8L", b"\x2e" + bytes(20))), "corrupt", "bad-header"),
        (riff(part(b"VP8L", b"\x2f\0\0\0\xe0" + bytes(20))), "corrupt", "bad-header"),
        (riff(canvas(62, 47), LOSSY[12:]), "corrupt", "bad-size"),
        (riff(part(b"VP8X", b"\0\0"), LOSSY[12:]), "corrupt", "bad-header"),
        (LOSSY[:4] + b"\x20\0\0\0" + LOSSY[8:], "corrupt", "bad-length"),
        (LOSSY[:4] + b"\xff\xff\0\0" + LOSSY[8:], "truncated", "cut-short"),
    ],
)
def test_files_that_make_no_sense(data, kind, what):
    structure = module.read(data, LIMITS)
    assert (structure.damage[0].kind, structure.damage[0].what) == (kind, what)
    assert content(data) == Content()


@pytest.mark.parametrize("flags", [0x02, 0])
def test_canvas_limit_comes_before_the_first_frame(flags):
    frame = part(b"ANMF", bytes(16) + LOSSY[12:])
    data = riff(canvas(13_000, 13_000, flags), part(b"ANIM", bytes(6)), frame)
    assert [hit.limit for hit in module.read(data, LIMITS).limits_hit] == ["max_pixels"]


@pytest.mark.parametrize(("width", "height"), [(1024, 1400), (1301, 1025)])
def test_planes_give_pillows_picture(width: int, height: int) -> None:
    """Large lossy photos are decoded without Pillow; both ways look the same."""
    if not libwebp.available():
        pytest.skip("this Pillow carries no libwebp of its own")
    red = Image.linear_gradient("L").resize((width, height))
    image = Image.merge("RGB", (red, red.rotate(180), red.transpose(Image.Transpose.ROTATE_180)))
    out = io.BytesIO()
    image.save(out, "WEBP", quality=90)
    data = out.getvalue()
    found = scan(Source(data, "a.webp", len(data)), LIMITS, 512).picture
    assert found is not None
    assert found.image.size == (-(-width // 2), -(-height // 2))
    assert (found.width_px, found.height_px) == (width, height)
    whole = Image.open(io.BytesIO(data)).convert("RGB").reduce(2)
    difference = ImageStat.Stat(ImageChops.difference(whole, found.image.convert("RGB"))).mean
    assert max(difference) < 2


def bitstream(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=90)
    data = out.getvalue()
    return data[20 : 20 + int.from_bytes(data[16:20], "little")]


def test_planes_come_whole_or_not_at_all() -> None:
    if not libwebp.available():
        pytest.skip("this Pillow carries no libwebp of its own")
    coded = bitstream(Image.effect_noise((101, 75), 60).convert("RGB"))
    found = libwebp.decode(coded, 101, 75, 6)
    assert not found.early
    assert [(p.width, p.height) for p in found.planes or ()] == [(101, 75), (51, 38), (51, 38)]
    for size in ((99, 75), (101, 76), (75, 101), (202, 150)):
        assert libwebp.decode(coded, *size, 6) == libwebp.Decoded()
    for cut in (coded[:-8], coded[:40], coded[:5], b""):
        assert libwebp.decode(cut, 101, 75, 6).planes is None
    assert libwebp.decode(coded + bytes(60), 101, 75, 6).early
