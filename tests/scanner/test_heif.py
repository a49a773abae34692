"""HEIC: hand-made boxes at the edges, real streams with damage, pixels against pillow-heif."""

import io
import random
import struct
from dataclasses import replace

import heif_making as make
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from preflight.facts import Damage
from preflight.limits import Limits
from preflight.scanner import heif, libde265
from preflight.scanner.decode import decode_picture
from preflight.scanner.orientation import upright_size

LIMITS = Limits()
LIBHEIF = tuple(int(part) for part in pillow_heif.libheif_version().split(".")[:2])
SQUARE = make.ispe(64, 64)


@pytest.fixture(scope="module")
def photo() -> bytes:
    return make.heic(make.photo(), quality=80)


@pytest.fixture(scope="module")
def large_photo() -> bytes:
    return make.heic(make.photo(1280, 1024), quality=30)


def one(*properties: bytes, size: bytes = SQUARE) -> bytes:
    chosen = list(range(1, 2 + len(properties)))
    return make.heif([(1, b"hvc1", b"data", chosen)], [size, *properties])


def clap(width: int, height: int, off_x: int, off_y: int, over: int = 1) -> bytes:
    return make.box(
        b"clap", struct.pack(">IIIIiIiI", width, 1, height, 1, off_x, over, off_y, over)
    )


@pytest.mark.parametrize(
    ("properties", "texts", "size", "orientation"),
    [
        ((), (), (40, 20), None),
        ((make.box(b"irot", b"\0"),), ("irot=0",), (40, 20), 1),
        ((make.box(b"irot", b"\1"),), ("irot=90",), (20, 40), 1),
        ((make.box(b"irot", b"\3"), make.box(b"imir", b"\1")), ("irot=270", "imir=1"), (20, 40), 1),
        ((clap(10, 4, 0, 0),), ("clap",), (10, 4), None),
        ((clap(10, 4, 0, 0), make.box(b"irot", b"\1")), ("clap", "irot=90"), (4, 10), 1),
    ],
)
def test_size_is_after_the_transforms(properties, texts, size, orientation):
    structure = heif.read(one(*properties, size=make.ispe(40, 20)), LIMITS)
    assert structure.transforms == texts
    assert (structure.width_px, structure.height_px) == size
    assert structure.orientation == orientation
    assert structure.damage == ()


def test_grid_covers_its_size_to_the_pixel():
    def tiles(width: int, height: int) -> bytes:
        parts = [(number, b"hvc1", b"x", [1]) for number in (2, 3)]
        return make.heif(
            [(1, b"grid", make.grid(1, 2, width, height), [2]), *parts],
            [SQUARE, make.ispe(width, height)],
            [(b"dimg", 1, [2, 3])],
        )

    assert heif.read(tiles(128, 64), LIMITS).damage == ()
    assert heif.read(tiles(65, 1), LIMITS).damage == ()
    assert [d.what for d in heif.read(tiles(129, 64), LIMITS).damage] == ["bad-grid"]
    assert [d.what for d in heif.read(tiles(128, 65), LIMITS).damage] == ["bad-grid"]


@pytest.mark.parametrize("tiles", [1, 3])
def test_grid_with_the_wrong_number_of_tiles(tiles):
    data = make.heif(
        [(1, b"grid", make.grid(1, 2, 128, 64), []), (2, b"hvc1", b"x", [1])],
        [SQUARE],
        [(b"dimg", 1, [2] * tiles)],
    )
    assert [d.what for d in heif.read(data, LIMITS).damage] == ["missing-tiles"]


@pytest.mark.parametrize(
    ("side", "hit"), [(9_999, False), (10_000, False), (10_001, True), (60_000, True)]
)
def test_pixel_limit_by_ispe(side, hit):
    structure = heif.read(one(size=make.ispe(side, side)), LIMITS)
    assert [h.limit for h in structure.limits_hit] == ["max_pixels"] * hit


def test_pixel_limit_by_grid_and_by_its_tiles():
    huge = make.heif(
        [(1, b"grid", make.grid(1, 1, 65535, 65535), []), (2, b"hvc1", b"x", [1])],
        [make.ispe(65535, 65535)],
        [(b"dimg", 1, [2])],
    )
    assert [h.measured for h in heif.read(huge, LIMITS).limits_hit] == ["4,295 megapixels"]
    tile = make.heif(
        [(1, b"grid", make.grid(1, 1, 10, 10), []), (2, b"hvc1", b"x", [1])],
        [make.ispe(65535, 65535)],
        [(b"dimg", 1, [2])],
    )
    assert [h.measured for h in heif.read(tile, LIMITS).limits_hit] == ["4,295 megapixels"]


def test_derivations_in_a_circle_are_named():
    data = make.heif([(1, b"iden", b"", [])], [], [(b"dimg", 1, [1])])
    assert [d.what for d in heif.read(data, LIMITS).damage] == ["derived-too-deep"]


def test_items_that_are_no_picture_are_told():
    gain = make.full(b"auxC", b"urn:com:apple:photo:2020:aux:hdrgainmap\0")
    alpha = make.full(b"auxC", b"urn:mpeg:hevc:2015:auxid:1\0")
    exif = struct.pack(">I", 6) + b"Exif\0\0" + b"II*\0\x08\0\0\0"
    nclx = make.box(b"colr", b"nclx" + struct.pack(">HHHB", 12, 16, 6, 0x80))
    pixi = make.full(b"pixi", b"\3\x0a\x0a\x0a")
    data = make.heif(
        [
            (1, b"hvc1", b"a", [1, 4, 5]),
            (2, b"hvc1", b"b", [1]),
            (3, b"hvc1", b"c", [1, 2]),
            (4, b"hvc1", b"d", [1, 3]),
            (5, b"Exif", exif, []),
        ],
        [SQUARE, gain, alpha, nclx, pixi],
        [(b"thmb", 2, [1]), (b"auxl", 3, [1]), (b"auxl", 4, [1]), (b"cdsc", 5, [1])],
    )
    structure = heif.read(data, LIMITS)
    assert structure.hidden_images == ("thumbnail", "gain map")
    assert structure.images == 1
    assert structure.exif == b"II*\0\x08\0\0\0"
    colour = structure.colour
    assert (colour.cicp, colour.full_range, colour.hdr) == ((12, 16, 6), True, "pq")
    assert (colour.bits, colour.alpha) == (10, True)


def test_no_prefix_raises_and_every_cut_is_seen(photo):
    for length in range(0, len(photo) - 1, 1 + len(photo) // 2000):
        structure = heif.read(photo[:length], LIMITS)
        assert any(d.kind != "readable" for d in structure.damage), length
        heif.check_content(photo[:length], structure, LIMITS, None)
    assert heif.read(photo, LIMITS).damage == ()


def test_trailing_bytes_are_counted_not_blamed(photo):
    structure = heif.read(photo + b"SEFT\0\0 trailer of a phone", LIMITS)
    assert (structure.trailing_bytes, structure.damage) == (25, ())


def test_bytes_missing_behind_the_picture_are_only_odd(photo):
    structure = heif.read(photo + make.box(b"mdat", b"unused")[:-2], LIMITS)
    assert [(d.kind, d.what) for d in structure.damage] == [("readable", "cut-off")]


def test_content_of_clean_pictures_is_clean():
    image = make.photo(200, 120)
    alpha = image.convert("RGBA")
    alpha.putalpha(Image.linear_gradient("L").resize(image.size))
    black = Image.new("L", (200, 120))
    for data in (
        make.heic(image),
        make.heic(image, chroma=444),
        make.heic(image, chroma=422),
        make.heic(image.convert("L")),
        make.heic(black),
        make.heic(alpha),
        make.heic(image.resize((151, 77))),
    ):
        structure = heif.read(data, LIMITS)
        content = heif.check_content(data, structure, LIMITS, None)
        assert structure.damage + content.damage + content.skipped == ()


def test_most_single_bit_flips_are_seen(photo):
    """Flips that change no pixel may pass; of those that show, all of these are found."""
    clean = np.asarray(decode_picture(photo, "heic", heif.read(photo, LIMITS), LIMITS).image)
    chance = random.Random(3)
    start = photo.find(b"mdat") + 60
    shows = found = 0
    for _ in range(40):
        bad = make.flipped(photo, chance.randrange(start, len(photo)), chance.randrange(8))
        structure = heif.read(bad, LIMITS)
        content = heif.check_content(bad, structure, LIMITS, None)
        pixels = np.asarray(decode_picture(bad, "heic", structure, LIMITS).image)
        if (abs(pixels.astype(int) - clean) > 16).any(axis=2).mean() >= 0.0005:
            shows += 1
            found += any(d.kind == "corrupt" for d in content.damage)
    assert shows >= 20
    assert found == shows


@pytest.mark.parametrize("side_px", [None, 9999])
def test_a_grey_picture_that_ends_in_black_hides_no_flip(side_px):
    """Black is what the decoder leaves where it never came; smoothed or not, the flips are seen."""
    shades = np.asarray(make.photo(320, 320).convert("L")).copy()
    shades[200:] = 0
    shades[300:310, 100:150] = 90
    data = make.heic(Image.fromarray(shades), quality=50)
    chance, start, found = random.Random(1), data.find(b"mdat") + 60, 0
    for _ in range(60):
        bad = make.flipped(data, chance.randrange(start, len(data)), chance.randrange(8))
        found += bool(heif.check_content(bad, heif.read(bad, LIMITS), LIMITS, side_px).damage)
    assert found >= 55


@pytest.mark.parametrize(
    ("side_px", "size"), [(None, (640, 512)), (512, (640, 512)), (513, (1280, 1024)), (9999, None)]
)
def test_pixels_come_from_the_same_decode(side_px, size, large_photo):
    data = large_photo
    structure = heif.read(data, LIMITS)
    picture = heif.check_content(data, structure, LIMITS, side_px).picture
    other = decode_picture(data, "heic", structure, LIMITS)
    assert picture.image.size == (size or (1280, 1024))
    assert (picture.width_px, picture.height_px, picture.orientation) == (1280, 1024, 1)
    theirs = other.image.convert("RGB").resize(picture.image.size, Image.Resampling.BOX)
    assert abs(np.asarray(picture.image.convert("RGB")).astype(int) - np.asarray(theirs)).mean() < 2


def deep(bits: int) -> bytes:
    """A photo of more than 8 bits that is no HDR."""
    import pillow_heif

    image = make.photo(1500, 1100)
    samples = np.asarray(image).astype(np.uint16) * 257
    file = pillow_heif.from_bytes("RGB;16", image.size, samples.tobytes())
    out = io.BytesIO()
    before = pillow_heif.options.SAVE_HDR_TO_12_BIT
    pillow_heif.options.SAVE_HDR_TO_12_BIT = bits == 12
    try:
        file.save(out, quality=80, chroma=420, enc_params={"preset": "ultrafast"})
    finally:
        pillow_heif.options.SAVE_HDR_TO_12_BIT = before
    return out.getvalue()


def transparent() -> bytes:
    image = make.photo(1500, 1100).convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return make.heic(image, quality=80)


@pytest.mark.parametrize("side_px", [512, 9999])
@pytest.mark.parametrize(
    ("make_file", "mode"),
    [(lambda: deep(10), "YCbCr"), (lambda: deep(12), "YCbCr"), (transparent, "RGBA")],
    ids=["10 bits", "12 bits", "alpha"],
)
def test_so_do_those_of_deep_and_transparent_pictures(make_file, mode, side_px):
    data = make_file()
    structure = heif.read(data, LIMITS)
    picture = heif.check_content(data, structure, LIMITS, side_px).picture
    theirs = decode_picture(data, "heic", structure, LIMITS, side_px).image
    assert picture.image.size == theirs.size == ((750, 550) if side_px == 512 else (1500, 1100))
    reduced_mode = {"RGBA": "RGBa"}.get(mode, mode) if side_px == 512 else mode
    assert picture.image.mode == reduced_mode
    ours = picture.image if mode == "RGBA" else picture.image.convert("RGB")
    assert abs(np.asarray(ours).astype(int) - np.asarray(theirs)).mean() < 2


@pytest.mark.parametrize("turn", [(b"irot", b"\1"), (b"irot", b"\2"), (b"irot", b"\3")])
@pytest.mark.parametrize("mirror", [None, b"\0", b"\1"])
def test_turns_are_those_of_libheif(turn, mirror):
    """The property boxes of a real file, with a turn put in front of its picture's data."""
    data = with_properties(
        make.heic(make.photo(96, 64)),
        make.box(*turn) + (make.box(b"imir", mirror) if mirror else b""),
        1 + (mirror is not None),
    )
    structure = heif.read(data, LIMITS)
    picture = heif.check_content(data, structure, LIMITS, None).picture
    other = decode_picture(data, "heic", structure, LIMITS)
    ours = make.upright(picture)
    assert ours.size == other.image.size == (structure.width_px, structure.height_px)
    assert ours.size == upright_size(picture.width_px, picture.height_px, picture.orientation)
    theirs = other.image.convert("RGB")
    assert abs(np.asarray(ours).astype(int) - np.asarray(theirs)).mean() < 3


def with_properties(data: bytes, boxes: bytes, count: int) -> bytes:
    """Adds properties to the one item of a file that pillow-heif wrote, fixing sizes and places."""
    ipco = data.index(b"ipco") - 4
    ipma = data.index(b"ipma") - 4
    iprp = data.index(b"iprp") - 4
    iloc = data.index(b"iloc") - 4
    before = heif.read(data, LIMITS).private.container
    last = len(before.properties)
    added = len(boxes) + count
    out = bytearray(data)
    places = ipma + 8 + 4 + 4 + 2
    out[places] += count
    chosen = data[places]
    out[places + 1 + chosen : places + 1 + chosen] = bytes(last + 1 + n for n in range(count))
    out[ipma:ipma] = boxes

    def grow(at: int, by: int) -> None:
        out[at : at + 4] = struct.pack(">I", struct.unpack_from(">I", out, at)[0] + by)

    grow(ipma + len(boxes), count)
    grow(ipco, len(boxes))
    grow(iprp, added)
    grow(data.index(b"meta") - 4, added)
    extent = before.spans(1)[0][0]
    moved = out.find(struct.pack(">I", extent), iloc + (added if iloc > ipma else 0))
    out[moved : moved + 4] = struct.pack(">I", extent + added)
    return bytes(out)


def test_unknown_code_points_are_left_to_libheif():
    data = make.heic(make.photo(64, 64))
    structure = heif.read(data, LIMITS)
    odd = replace(structure, colour=replace(structure.colour, cicp=(1, 13, 200)))
    assert heif.check_content(data, structure, LIMITS, None).picture is not None
    assert heif.check_content(data, odd, LIMITS, None).picture is None


def test_without_the_library_the_check_says_so(photo, monkeypatch):
    monkeypatch.setattr(libde265, "_library", lambda: None)
    structure = heif.read(photo, LIMITS)
    content = heif.check_content(photo, structure, LIMITS, None)
    assert [s.check for s in content.skipped] == ["heic-content"]
    assert (content.damage, content.picture) == ((), None)


def test_other_codings_are_skipped():
    structure = heif.read(make.heif([(1, b"unci", b"x", [1])], [SQUARE]), LIMITS)
    assert structure.coding == "uncompressed"
    assert heif.check_content(b"", structure, LIMITS, None).skipped[0].check == "heic-content"


def test_derived_pictures_are_healthy(photo):
    """Legal, but rare: overlays, identities, grids of turned tiles, one tile used twice."""
    source = heif.read(photo, LIMITS).private.container
    (start, end), hvcc = source.spans(1)[0], source.property_of(1, b"hvcC")
    properties = [
        make.ispe(320, 240),
        photo[hvcc.start : hvcc.end],
        make.box(b"irot", b"\1"),
        make.ispe(400, 300),
        make.ispe(240, 640),
        make.ispe(320, 480),
    ]
    plain, turned = [1, 2], [1, 2, 3]
    overlay = struct.pack(">BB4HHHhhhh", 0, 0, 9, 9, 9, 65535, 400, 300, 0, 0, 60, 30)

    def derived(kind, data, own, chosen, to):
        items = [(number, b"hvc1", photo[start:end], chosen) for number in sorted({*to})]
        return make.heif([(1, kind, data, own), *items], properties, [(b"dimg", 1, to)])

    for data, size, pixels in (
        (derived(b"iovl", overlay, [4], plain, [2, 3]), (400, 300), False),
        (derived(b"iden", b"", [1, 3], plain, [2]), (240, 320), True),
        (derived(b"grid", make.grid(2, 1, 240, 640), [5], turned, [2, 3]), (240, 640), False),
        (derived(b"grid", make.grid(2, 1, 320, 480), [6], plain, [2, 2]), (320, 480), True),
    ):
        structure = heif.read(data, LIMITS)
        content = heif.check_content(data, structure, LIMITS, None)
        assert (structure.width_px, structure.height_px) == size
        assert structure.damage + content.damage + content.skipped == ()
        assert (content.picture is not None) == pixels
        if size != (320, 480) or LIBHEIF > (1, 21):  # which refuses a tile that is used twice
            assert decode_picture(data, "heic", structure, LIMITS).image.size == size


def test_items_may_not_use_the_same_bytes_again_and_again(photo):
    source = heif.read(photo, LIMITS).private.container
    (start, end), hvcc = source.spans(1)[0], source.property_of(1, b"hvcC")
    stream, size = photo[start:end], make.ispe(320, 240)
    rows = 60
    data = make.heif(
        [
            (1, b"grid", make.grid(rows, 1, 320, 240 * rows), []),
            (2, b"hvc1", stream, [1, 2]),
            *((number, b"hvc1", b"", [1, 2]) for number in range(3, 2 + rows)),
        ],
        [size, photo[hvcc.start : hvcc.end]],
        [(b"dimg", 1, list(range(2, 2 + rows)))],
    )
    for number in range(3, 2 + rows):  # all extents point at the first tile's bytes
        entry = struct.pack(">HHHHII", number, 1, 0, 1, 12 + len(stream), 0)
        assert entry in data
        data = data.replace(entry, struct.pack(">HHHHII", number, 1, 0, 1, 12, len(stream)))
    structure = heif.read(data, LIMITS)
    content = heif.check_content(data, structure, LIMITS, None)
    assert [d.what for d in content.damage] == ["item-too-long"]


def test_damaged_tile_names_its_region(photo):
    source = heif.read(photo, LIMITS).private.container
    (start, end), hvcc = source.spans(1)[0], source.property_of(1, b"hvcC")
    stream = photo[start:end]
    bad = stream[: len(stream) // 3] + bytes(len(stream) // 3) + stream[len(stream) // 3 * 2 :]
    data = make.heif(
        [
            (1, b"grid", make.grid(1, 2, 600, 240), [3]),
            (2, b"hvc1", stream, [1, 2]),
            (3, b"hvc1", bad, [1, 2]),
        ],
        [make.ispe(320, 240), photo[hvcc.start : hvcc.end], make.box(b"irot", b"\1")],
        [(b"dimg", 1, [2, 3])],
    )
    structure = heif.read(data, LIMITS)
    assert structure.damage == ()
    (damage,) = heif.check_content(data, structure, LIMITS, None).damage
    assert isinstance(damage, Damage)
    # the right tile, which lies above after the turn of 90 degrees to the left
    assert damage.region == (0, 0, 240, 280)
    assert damage.lost_share == pytest.approx(280 / 600)


def test_random_bytes_never_raise():
    chance = random.Random(1)
    base = one(make.box(b"irot", b"\1"), clap(10, 4, 0, 0))
    for _ in range(1500):
        data = bytearray(base)
        for _ in range(chance.choice((1, 2, 8))):
            data[chance.randrange(len(data))] = chance.choice((0, 1, 255, chance.randrange(256)))
        structure = heif.read(bytes(data), LIMITS)
        if structure.width_px and structure.height_px and not structure.limits_hit:
            heif.check_content(bytes(data), structure, LIMITS, None)


@pytest.mark.parametrize(
    ("crop", "damage"),
    [
        (clap(40, 20, 0, 0), ()),
        (clap(39, 19, -1, 1, over=2), ()),
        (clap(38, 19, -1, 1, over=2), ("odd-crop",)),  # half a pixel
        (clap(41, 20, 0, 0), ("bad-crop",)),
        (clap(10, 20, 15, 0), ()),
        (clap(10, 20, 16, 0), ("bad-crop",)),  # one pixel outside
        (clap(10, 4, 0, 0, over=0), ("bad-crop",)),
        (make.box(b"clap", struct.pack(">8I", 10, 3, 4, 1, 0, 1, 0, 1)), ("odd-crop",)),
    ],
)
def test_crops_are_made_of_whole_pixels_of_the_picture(crop, damage):
    structure = heif.read(one(crop, size=make.ispe(40, 20)), LIMITS)
    assert tuple(each.what for each in structure.damage) == damage
    kinds = {"odd-crop": "readable", "bad-crop": "corrupt"}
    assert all(each.kind == kinds[each.what] for each in structure.damage)


@pytest.mark.parametrize(
    ("turn", "damage"),
    [
        (make.box(b"irot", b"\3"), ()),
        (make.box(b"irot", b"\4"), ("odd-turn",)),
        (make.box(b"imir", b"\1"), ()),
        (make.box(b"imir", b"\x81"), ("odd-turn",)),
    ],
)
def test_turns_have_no_further_bits(turn, damage):
    assert tuple(each.what for each in heif.read(one(turn), LIMITS).damage) == damage
