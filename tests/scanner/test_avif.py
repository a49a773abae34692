"""AVIF: turns as Pillow states them, clean aperture, units, libaom's word where it is installed."""

import struct
from dataclasses import replace

import heif_making as make
import pytest
from PIL import Image

from preflight.limits import Limits
from preflight.scanner import avif, libaom
from preflight.scanner.av1 import Av1Error, coded_size, read_units
from preflight.scanner.decode import decode_picture

LIMITS = Limits()


@pytest.fixture(scope="module")
def photo() -> bytes:
    return make.avif(make.photo(160, 120), quality=60, speed=10)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_what_was_written(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = make.avif(make.photo(64, 32), exif=exif, speed=10)
    structure = avif.read(data, LIMITS)
    assert (structure.width_px, structure.height_px) == (64, 32)
    # Pillow's encoder writes irot and imir instead of an Exif orientation, and none for 1
    assert structure.orientation == (orientation if orientation > 1 else None)
    assert structure.damage == ()


@pytest.mark.parametrize(
    ("properties", "crop", "orientation"),
    [
        ([], None, None),
        ([make.box(b"irot", b"\0")], None, 1),
        ([make.box(b"clap", struct.pack(">8I", 10, 1, 4, 1, 0, 1, 0, 1))], (15, 8, 25, 12), None),
        (
            [
                make.box(b"clap", struct.pack(">IIIIiIII", 10, 1, 4, 1, -15, 1, 0, 1)),
                make.box(b"irot", b"\1"),
            ],
            (0, 8, 10, 12),
            8,
        ),
        ([make.box(b"imir", b"\1"), make.box(b"irot", b"\1")], None, 5),
    ],
)
def test_turn_and_clean_aperture(properties, crop, orientation):
    chosen = list(range(1, 2 + len(properties)))
    data = make.heif(
        [(1, b"av01", b"x", chosen)], [make.ispe(40, 20), *properties], brands=b"avifmif1"
    )
    structure = avif.read(data, LIMITS)
    assert (structure.clean_aperture, structure.orientation) == (crop, orientation)
    size = (crop[2] - crop[0], crop[3] - crop[1]) if crop else (40, 20)
    assert (structure.width_px, structure.height_px) == size


def test_decode_crops_to_the_clean_aperture(photo):
    structure = avif.read(photo, LIMITS)
    whole = decode_picture(photo, "avif", structure, LIMITS).image
    assert whole.size == (160, 120)
    cropped = replace(structure, clean_aperture=(10, 20, 110, 100))
    inner = decode_picture(photo, "avif", cropped, LIMITS)
    assert (inner.width_px, inner.height_px) == (100, 80)
    assert inner.image.tobytes() == whole.crop((10, 20, 110, 100)).tobytes()


def test_colour_depth_and_alpha():
    image = make.photo(64, 64).convert("RGBA")
    image.putalpha(128)
    structure = avif.read(make.avif(image, subsampling="4:4:4", speed=10), LIMITS)
    assert (structure.colour.alpha, structure.colour.bits) == (True, 8)
    assert (structure.subsampling, structure.coding) == ("4:4:4", "av1")


def test_animation_is_counted():
    frames = [make.photo(64, 64).rotate(angle) for angle in (0, 10, 20)]
    data = make.avif(frames[0], save_all=True, append_images=frames[1:], speed=10)
    structure = avif.read(data, LIMITS)
    assert (structure.frames, structure.animated) == (3, True)
    assert (structure.width_px, structure.height_px, structure.damage) == (64, 64, ())
    assert avif.check_content(data, structure, LIMITS, None).damage == ()


def test_a_huge_frame_behind_a_small_ispe_hits_the_limit(photo):
    source = avif.read(photo, LIMITS).private.container
    start, end = source.spans(1)[0]
    assert coded_size(photo[start:end]) == (160, 120)
    bits = "000" + "1" + "1" + "00000" + "1111" + "1111" + "1" * 32 + "0" * 6
    header = int(bits, 2).to_bytes(len(bits) // 8, "big")
    stream = bytes([1 << 3 | 2, len(header)]) + header
    assert coded_size(stream) == (65536, 65536)
    data = make.heif([(1, b"av01", stream, [1])], [make.ispe(100, 100)], brands=b"avifmif1")
    assert [h.measured for h in avif.read(data, LIMITS).limits_hit] == ["4,295 megapixels"]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "no-frame"),
        (b"\x12\0", "no-frame"),
        (b"\x80", "bad-obu-header"),
        (b"\x32\x05abc", "bad-obu-size"),
        (b"\x32" + b"\xff" * 9, "bad-obu-size"),
        (b"\x36", "bad-obu-size"),
        (b"\x12\0" * 20_001, "absurd-structure"),
    ],
)
def test_units_that_do_not_fit(data, what):
    with pytest.raises(Av1Error) as caught:
        read_units(data)
    assert caught.value.what == what


def test_last_unit_may_go_without_a_size():
    assert [unit.kind for unit in read_units(b"\x12\0\x30abc")] == [2, 6]


def test_no_prefix_raises_and_every_cut_is_seen(photo):
    for length in range(len(photo)):
        structure = avif.read(photo[:length], LIMITS)
        assert any(d.kind != "readable" for d in structure.damage), length


def test_without_the_extra_the_check_says_so(photo, monkeypatch):
    monkeypatch.setattr(libaom, "_pyvips", lambda: None)
    structure = avif.read(photo, LIMITS)
    content = avif.check_content(photo, structure, LIMITS, None)
    assert [s.check for s in content.skipped] == ["avif-content"]
    assert "photo-preflight[avif]" in content.skipped[0].why
    assert content.damage == ()


def grid_of_two(hidden=False):
    """Two pictures side by side, each an item."""
    tiles, properties = [], [make.ispe(320, 240), make.ispe(640, 240)]
    for number in (2, 3):
        single = make.avif(make.photo().rotate(180 * number))
        container = avif.read(single, LIMITS).private.container
        (codec,) = (box for box in container.properties if box.kind == b"av1C")
        properties.append(single[codec.start : codec.end])
        coded = container.item_bytes(container.primary, len(single))
        tiles.append((number, b"av01", coded, [1, len(properties)]))
    grid = (1, b"grid", make.grid(1, 2, 640, 240), [2])
    data = make.heif([grid, *tiles], properties, [(b"dimg", 1, [2, 3])], brands=b"avifmif1")
    for number in (2, 3) if hidden else ():
        entry = b"infe\x02\0\0%c\0" + bytes([number])
        data = data.replace(entry % 0, entry % 1)
    return data


class TestWithTheExtra:
    @pytest.fixture(autouse=True)
    def _needs_pyvips(self):
        if not libaom.available():
            pytest.skip("the extra photo-preflight[avif] is not installed")

    def test_whole_is_whole(self, photo):
        assert avif.check_content(photo, avif.read(photo, LIMITS), LIMITS, None).skipped == ()
        assert libaom.judge(photo) is libaom.Verdict.WHOLE

    def test_spoiled_bytes_are_damage(self, photo):
        start = avif.read(photo, LIMITS).private.container.spans(1)[0][0]
        middle = (start + len(photo)) // 2
        bad = photo[:middle] + bytes(64) + photo[middle + 64 :]
        structure = avif.read(bad, LIMITS)
        assert structure.damage == ()
        (damage,) = avif.check_content(bad, structure, LIMITS, None).damage
        assert (damage.kind, damage.what, damage.offset_bytes) == ("corrupt", "lost-sync", start)

    @pytest.mark.parametrize("hidden", [False, True])
    def test_each_tile_of_a_grid_is_judged(self, hidden):
        data = grid_of_two(hidden)
        structure = avif.read(data, LIMITS)
        content = avif.check_content(data, structure, LIMITS, None)
        assert (structure.damage, content.damage, content.skipped) == ((), (), ())
        for tile in structure.private.layout.tiles:
            assert structure.private.container.items[tile.item].hidden is hidden
            start, end = structure.private.container.spans(tile.item)[0]
            middle = (start + end) // 2
            bad = data[:middle] + bytes(64) + data[middle + 64 :]
            assert libaom.judge(bad) is libaom.Verdict.WHOLE  # libheif is content with the other
            (damage,) = avif.check_content(bad, structure, LIMITS, None).damage
            assert (damage.what, damage.region, damage.lost_share) == ("lost-sync", tile.box, 0.5)
            assert damage.offset_bytes == start

    def test_a_grid_of_too_many_tiles_is_not_judged(self, monkeypatch):
        monkeypatch.setattr(avif, "_MOST_TILES", 1)
        data = grid_of_two()
        content = avif.check_content(data, avif.read(data, LIMITS), LIMITS, None)
        assert (len(content.skipped), content.damage) == (1, ())

    def test_a_huge_aperture_costs_no_memory(self, monkeypatch):
        huge = make.box(b"clap", struct.pack(">8I", 2**24 - 7, 1, 2**24 - 7, 1, 0, 1, 0, 1))
        data = make.heif(
            [(1, b"av01", b"\x12\0\x30abc", [1])], [make.ispe(8, 8), huge], brands=b"avifmif1"
        )
        asked: list[bytes] = []
        monkeypatch.setattr(libaom, "judge", lambda asked_for: asked.append(asked_for))
        avif.check_content(data, avif.read(data, LIMITS), LIMITS, None)
        assert struct.pack(">8I", 8, 1, 8, 1, 0, 1, 0, 1) in asked[0]
        assert struct.pack(">I", 2**24 - 7) not in asked[0]

    @pytest.mark.parametrize("data", [b"", b"\0\0\0\x18ftypavis" + bytes(20), b"not an image"])
    def test_what_it_does_not_know_is_no_damage(self, data):
        assert libaom.judge(data) is libaom.Verdict.UNKNOWN

    def test_layers_are_not_judged(self):
        layered = make.box(b"a1op", b"\1")
        data = make.heif(
            [(1, b"av01", b"\x12\0\x30abc", [1, 2])], [make.ispe(8, 8), layered], brands=b"avifmif1"
        )
        content = avif.check_content(data, avif.read(data, LIMITS), LIMITS, None)
        assert (len(content.skipped), content.damage) == (1, ())
