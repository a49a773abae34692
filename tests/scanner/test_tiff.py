"""TIFF: hand-made files at the edges, and what libtiff writes."""

import struct
import time
import zlib

import pytest
from raster_files import saved

from preflight.facts import Damage
from preflight.limits import Limits
from preflight.scanner import tiff as module
from preflight.scanner.exif import EXIF_IFD, GPS_IFD, Tiff, read_ifd
from preflight.scanner.structure import Content

LIMITS = Limits()
LONG, SHORT, ASCII, RATIONAL, UNDEFINED = 4, 3, 2, 5, 7
_SIZES = {LONG: 4, SHORT: 2, ASCII: 1, RATIONAL: 8, UNDEFINED: 1}


def content(data: bytes) -> Content:
    return module.check_content(data, module.read(data, LIMITS), LIMITS, None)


def found(data: bytes) -> tuple[Damage, ...]:
    structure = module.read(data, LIMITS)
    return structure.damage + module.check_content(data, structure, LIMITS, None).damage


def kinds(data: bytes) -> list[tuple[str, str]]:
    return [(damage.kind, damage.what) for damage in found(data)]


def directory(
    order: str, at: int, tags: dict[int, tuple[int, object]], following: int = 0
) -> bytes:
    """A directory that begins at `at`, with its values behind it."""
    values_at, rows, values = at + 2 + 12 * len(tags) + 4, b"", b""
    for tag, (type_, value) in sorted(tags.items()):
        if isinstance(value, bytes):
            raw, count = value, len(value) // _SIZES[type_]
        else:
            numbers = value if isinstance(value, list) else [value]
            raw = struct.pack(f"{order}{len(numbers)}{'I' if type_ == LONG else 'H'}", *numbers)
            count = len(numbers)
        head = struct.pack(order + "HHI", tag, type_, count)
        if len(raw) > 4:
            rows += head + struct.pack(order + "I", values_at + len(values))
            values += raw
        else:
            rows += head + raw.ljust(4, b"\0")
    counter = struct.pack(order + "H", len(tags))
    return counter + rows + struct.pack(order + "I", following) + values


def tiff(
    pieces: list[bytes], compression: int = 1, order: str = "<", width: int = 16, **tags: object
) -> bytes:
    """A grey picture of rows of `width` bytes, four rows a strip; `tags` are t270=(2, b"..")."""
    body, starts = b"", []
    for piece in pieces:
        starts.append(8 + len(body))
        body += piece
    height = 4 * len(pieces)
    entries: dict[int, tuple[int, object]] = {
        256: (LONG, width),
        257: (LONG, height),
        258: (SHORT, 8),
        259: (SHORT, compression),
        262: (SHORT, 1),
        273: (LONG, starts),
        277: (SHORT, 1),
        278: (LONG, 4),
        279: (LONG, [len(piece) for piece in pieces]),
    }
    entries.update({int(name[1:]): value for name, value in tags.items()})  # type: ignore[misc]
    at = 8 + len(body)
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return mark + struct.pack(order + "I", at) + body + directory(order, at, entries)


ROWS = bytes(n * 5 & 255 for n in range(64))


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_clean_file(order):
    data = tiff([ROWS, ROWS, ROWS], order=order)
    structure = module.read(data, LIMITS)
    assert (structure.width_px, structure.height_px) == (16, 12)
    assert (structure.colour.model, structure.colour.bits) == ("grey", 8)
    assert (structure.frames, structure.images, structure.orientation) == (1, 1, 1)
    assert structure.exif is None
    assert kinds(data) == []
    picture = content(data).picture
    assert picture is not None
    assert picture.image.size == (16, 12)


@pytest.mark.parametrize(
    ("compression", "coding"),
    [
        ("raw", ""),
        ("tiff_lzw", "lzw"),
        ("tiff_adobe_deflate", "deflate"),
        ("packbits", "packbits"),
        ("jpeg", "jpeg"),
    ],
)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_what_libtiff_writes(compression, coding, mode):
    data = saved("TIFF", mode, (150, 90), compression=compression)
    structure = module.read(data, LIMITS)
    assert structure.coding == coding
    assert structure.colour.model == ("grey" if mode == "L" else "rgb")
    assert kinds(data) == []


@pytest.mark.parametrize(
    ("mode", "model", "bits", "alpha"),
    [
        ("1", "bilevel", 1, False),
        ("P", "palette", 8, False),
        ("CMYK", "cmyk", 8, False),
        ("RGBA", "rgb", 8, True),
        ("I;16", "grey", 16, False),
        ("LAB", "lab", 8, False),
    ],
)
def test_colours(mode, model, bits, alpha):
    from PIL import Image, ImageCms

    if mode == "LAB":
        image = Image.effect_noise((30, 20), 40).convert("RGB")
        turn = ImageCms.buildTransform(
            ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
        )
        import io

        buffer = io.BytesIO()
        ImageCms.applyTransform(image, turn).save(buffer, "TIFF")
        data = buffer.getvalue()
    else:
        data = saved("TIFF", mode)
    colour = module.read(data, LIMITS).colour
    assert (colour.model, colour.bits, colour.alpha) == (model, bits, alpha)
    assert kinds(data) == []


@pytest.mark.parametrize("orientation", [*range(1, 9), 0, 100])
def test_orientation_is_the_tags_and_pillow_turns(orientation):
    data = tiff([ROWS, ROWS, ROWS], t274=(SHORT, orientation))
    structure = module.read(data, LIMITS)
    assert structure.orientation == (orientation if 1 <= orientation <= 8 else 1)
    assert (structure.width_px, structure.height_px) == (16, 12)
    picture = content(data).picture
    assert picture is not None
    assert picture.image.size == ((12, 16) if orientation in (5, 6, 7, 8) else (16, 12))
    assert picture.orientation == 1


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_tags_become_an_exif_block(order):
    base = tiff([ROWS], order=order)
    at = len(base)
    gps = directory(order, at, {1: (ASCII, b"N\0"), 2: (RATIONAL, bytes(range(24)))})
    exif = directory(order, at + len(gps), {0xA430: (ASCII, b"An owner's name\0")})
    later = at + len(gps) + len(exif)
    entries: dict[int, tuple[int, object]] = {
        256: (LONG, 16),
        257: (LONG, 4),
        258: (SHORT, 8),
        262: (SHORT, 1),
        271: (ASCII, b"A camera maker\0"),
        273: (LONG, 8),
        274: (SHORT, 6),
        279: (LONG, 64),
        700: (UNDEFINED, b"<x:xmpmeta/>"),
        33723: (UNDEFINED, b"\x1c\x02\x19\0\x03abc"),
        34675: (UNDEFINED, b"profile"),
        EXIF_IFD: (LONG, at + len(gps)),
        GPS_IFD: (LONG, at),
    }
    data = base[:4] + struct.pack(order + "I", later) + base[8:] + gps + exif
    data += directory(order, later, entries)
    structure = module.read(data, LIMITS)
    assert structure.xmp == b"<x:xmpmeta/>"
    assert structure.icc == b"profile"
    assert structure.iptc
    assert structure.iptc_data == b"\x1c\x02\x19\0\x03abc"
    assert structure.exif is not None
    block = Tiff.parse(structure.exif)
    assert block is not None
    main, following = read_ifd(block, block.first_ifd)
    assert following == 0
    assert main[271].text() == "A camera maker"
    assert main[274].integer() == 6
    assert 273 not in main
    assert 34675 not in main
    owner, _ = read_ifd(block, main[EXIF_IFD].integer() or 0)
    assert owner[0xA430].text() == "An owner's name"
    place, _ = read_ifd(block, main[GPS_IFD].integer() or 0)
    assert place[2].raw == bytes(range(24))


def test_pages_and_thumbnails():
    import io

    from PIL import Image

    pages = [Image.effect_noise((30, 20), 30 + n) for n in range(3)]
    buffer = io.BytesIO()
    pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:])
    data = buffer.getvalue()
    structure = module.read(data, LIMITS)
    assert (structure.images, structure.frames, structure.animated) == (3, 1, False)
    assert structure.hidden_images == ()
    reduced = data.replace(struct.pack("<HHI", 254, 4, 1), b"", 0)
    assert reduced == data
    first = tiff([ROWS])
    second = directory("<", len(first), {254: (LONG, 1), 256: (LONG, 4), 257: (LONG, 4)})
    next_at = len(first) - 4 - 0  # one strip: no values behind the directory
    linked = first[:next_at] + struct.pack("<I", len(first)) + second
    structure = module.read(linked, LIMITS)
    assert (structure.images, structure.hidden_images) == (1, ("thumbnail",))


def test_a_loop_of_directories_ends():
    data = tiff([ROWS])
    at = struct.unpack_from("<I", data, 4)[0]
    looped = data[:-4] + struct.pack("<I", at)
    assert module.read(looped, LIMITS).images == 1


def test_a_broken_further_page_is_readable():
    data = tiff([ROWS])
    assert kinds(data[:-4] + struct.pack("<I", 99_999)) == [("readable", "bad-page")]


@pytest.mark.parametrize(
    ("text", "comment"), [(b"My holiday\0", True), (b'{"shape": [4, 4]}\0', False), (b"\0", False)]
)
def test_comment(text, comment):
    assert module.read(tiff([ROWS], t270=(ASCII, text)), LIMITS).comment is comment


def test_layers_are_hidden_pictures():
    data = tiff([ROWS], t37724=(UNDEFINED, b"Adobe Photoshop Document Data Block"))
    assert module.read(data, LIMITS).hidden_images == ("layers",)


def test_rows_that_are_lost_are_named():
    first_at = 8 + 64
    data = tiff([ROWS, ROWS, ROWS])
    broken = data.replace(struct.pack("<II", 8, first_at), struct.pack("<II", 8, len(data) - 63))
    (damage,) = found(broken)
    assert (damage.kind, damage.what) == ("truncated", "cut-short")
    assert damage.region == (0, 4, 16, 8)
    assert damage.lost_share == pytest.approx(1 / 3)


def packed(rows: bytes) -> bytes:
    return b"".join(
        bytes([len(rows[at : at + 16]) - 1]) + rows[at : at + 16] for at in range(0, 64, 16)
    )


@pytest.mark.parametrize(
    ("compression", "good", "bad"),
    [
        (8, zlib.compress(ROWS), zlib.compress(ROWS)[:-1] + b"\0"),  # only the checksum is wrong
        (8, zlib.compress(ROWS + bytes(9)), zlib.compress(ROWS[:-1])),
        (32946, zlib.compress(ROWS), zlib.compress(ROWS)[:-9]),
        (32773, packed(ROWS), packed(ROWS)[:-1]),
        (32773, packed(ROWS) + b"\x80\0", packed(ROWS) * 2),
    ],
)
def test_a_damaged_strip(compression, good, bad):
    assert kinds(tiff([good] * 3, compression)) == []
    (damage,) = found(tiff([good, bad, good], compression))
    assert (damage.kind, damage.what) == ("corrupt", "bad-strip")
    assert damage.region == (0, 4, 16, 8)


def test_damaged_lzw_and_jpeg():
    lzw = saved("TIFF", "L", (150, 90), compression="tiff_lzw")
    broken = bytearray(lzw)
    broken[2000:2040] = bytes(40)
    assert kinds(bytes(broken)) == [("corrupt", "bad-strip")]
    jpeg = saved("TIFF", "L", (150, 90), compression="jpeg")
    broken = bytearray(jpeg)
    at = len(jpeg) // 2
    broken[at : at + 200] = bytes(200)
    assert kinds(bytes(broken)) == [("corrupt", "bad-strip")]


def test_old_lzw_and_reversed_bits_are_left_to_libtiff():
    assert "bad-strip" not in [what for _, what in kinds(tiff([b"\0\x01" + bytes(20)], 5))]
    assert "bad-strip" not in [what for _, what in kinds(tiff([bytes(20)], 8, t266=(SHORT, 2)))]


def test_a_stated_size_that_is_too_large_is_no_damage():
    data = tiff([ROWS]).replace(
        struct.pack("<HHII", 279, LONG, 1, 64), struct.pack("<HHII", 279, LONG, 1, 9999)
    )
    assert kinds(data) == []


def test_strips_that_are_missing():
    data = tiff([ROWS, ROWS], t257=(LONG, 40))
    assert kinds(data) == [("corrupt", "missing-data")]


@pytest.mark.parametrize("compression", [5, 7, 8])
def test_strips_in_one_place_cost_no_more_than_the_file(compression):
    """A hostile file repeats one long strip; the walk stops, and says so."""
    large = {
        5: b"\x80" + bytes(40_000),
        7: saved("JPEG", "L", (1500, 1500), quality=1),
        8: zlib.compress(bytes(4_000_000)),
    }[compression]
    count = 20_000
    data = tiff(
        [large],
        compression,
        t257=(LONG, 4 * count),
        t273=(LONG, [8] * count),
        t279=(LONG, [len(large)] * count),
    )
    started = time.process_time()
    result = content(data)
    assert time.process_time() - started < 1 + 0.3 * len(data) / 1e6
    assert [skipped.check for skipped in result.skipped] == ["content"] or result.damage


def big_tiff(order: str) -> bytes:
    entries = {256: 16, 257: 4, 258: 8, 259: 1, 262: 1, 273: 16, 277: 1, 278: 4, 279: 64, 274: 3}
    rows = b"".join(
        struct.pack(order + "HHQI4x", tag, 4, 1, n) for tag, n in sorted(entries.items())
    )
    mark = b"II" if order == "<" else b"MM"
    head = struct.pack(order + "2sHHHQ", mark, 43, 8, 0, 16 + 64)
    return head + ROWS + struct.pack(order + "Q", len(entries)) + rows + bytes(8)


def test_big_tiff():
    data = big_tiff("<")
    structure = module.read(data, LIMITS)
    assert (structure.width_px, structure.height_px, structure.orientation) == (16, 4, 3)
    assert structure.exif is not None
    assert structure.exif[:4] == b"II*\0"
    assert kinds(data) == []


@pytest.mark.parametrize(
    ("data", "kind", "what"),
    [
        (b"PK\3\4", "corrupt", "bad-signature"),
        (b"II*\0\xff\xff\0\0", "truncated", "no-header"),
        (b"II*\0\x08\0\0\0\0\0\0\0\0\0\0\0", "corrupt", "no-header"),
        (tiff([ROWS])[:-1], "truncated", "cut-header"),
        (tiff([ROWS], t256=(LONG, 0)), "corrupt", "bad-header"),
        (tiff([ROWS], t277=(SHORT, 65535)), "corrupt", "bad-header"),
        (tiff([ROWS], t258=(SHORT, 999)), "corrupt", "bad-header"),
        (tiff([ROWS], t322=(LONG, 0), t324=(LONG, 8)), "corrupt", "bad-header"),
    ],
)
def test_files_that_make_no_sense(data, kind, what):
    structure = module.read(data, LIMITS)
    assert [(d.kind, d.what) for d in structure.damage] == [(kind, what)]


def test_limit():
    structure = module.read(tiff([ROWS], t256=(LONG, 2_000_000_000)), LIMITS)
    assert [hit.limit for hit in structure.limits_hit] == ["max_pixels"]
