import base64
import builtins
import io
import random
import struct
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from preflight.limits import Limits
from preflight.scanner import jpeg, jpeg_screen
from preflight.scanner.jpeg_content import _lost_block, decode_again
from preflight.scanner.jpeg_decode import Job, simplejpeg
from preflight.scanner.jpeg_layout import Component, Frame, Layout, Scan
from preflight.scanner.scan import scan
from preflight.source import Source

LIMITS = Limits()
SHARED = Path(__file__).parents[3] / "shared"


def picture(size=(320, 240), mode="RGB"):
    """Soft colours with some grain, as a photo has."""
    chance = np.random.default_rng(3)
    small = chance.integers(40, 215, (9, 12, 3), np.uint8)
    image = Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)
    grain = chance.normal(0, 3, (size[1], size[0], 3))
    noisy = np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8)
    return Image.fromarray(noisy).convert(mode)


def photo(size=(320, 240), mode="RGB", **options):
    file = io.BytesIO()
    picture(size, mode).save(file, "JPEG", **{"quality": 85, **options})
    return file.getvalue()


def check(data, side_px=None):
    structure = jpeg.read(data, LIMITS)
    assert structure.limits_hit == ()
    content = jpeg.check_content(data, structure, LIMITS, side_px)
    return structure, content


def found(data):
    structure, content = check(data)
    return [(d.kind, d.what) for d in structure.damage + content.damage]


def segment_of(data, name):
    return next(s for s in jpeg.read(data, LIMITS).segments if s.name == name)


def test_the_highest_picture_that_libjpeg_opens_is_sound():
    """There is no room for the row of units that is added to see what is left over."""
    file = io.BytesIO()
    Image.new("L", (8, 65500), 90).save(file, "JPEG")
    assert found(file.getvalue()) == []
    assert found(photo((16, 65480))) == []


CODINGS = {
    "baseline": {},
    "4:4:4": {"subsampling": "4:4:4"},
    "4:2:2": {"subsampling": "4:2:2"},
    "optimised": {"optimize": True},
    "progressive": {"progressive": True},
    "rgb": {"keep_rgb": True},
    "restarts": {"restart_marker_rows": 1},
    "grey": {"mode": "L"},
    "four inks": {"mode": "CMYK"},
}


@pytest.mark.parametrize("size", [(320, 240), (331, 257), (17, 9), (1, 1), (640, 481)])
@pytest.mark.parametrize("coding", CODINGS)
def test_sound_files_are_sound_and_give_their_pixels(coding, size):
    data = photo(size, **CODINGS[coding])
    for side_px in (None, 100, 10_000):
        structure, content = check(data, side_px)
        assert (structure.damage, content.damage, content.skipped) == ((), (), ())
        if coding == "four inks":
            assert content.picture is None
            continue
        image = content.picture.image
        assert image.mode == ("L" if coding == "grey" else "RGB")
        assert (content.picture.width_px, content.picture.height_px) == size
        assert content.picture.orientation == 1
        assert min(image.size) >= min(*size, side_px or 0)
        if side_px == 10_000:
            assert image.size == size
            with Image.open(io.BytesIO(data)) as whole:
                far = np.asarray(whole).astype(int) - np.asarray(image)
            assert np.abs(far).max() <= 2  # libjpeg-turbo of two packages


@pytest.mark.parametrize(
    ("side_px", "size"),
    [
        (None, (320, 240)),
        (480, (640, 480)),
        (481, (1280, 960)),
        (60, (160, 120)),
        (961, (1280, 960)),
    ],
)
def test_the_scale_is_the_smallest_that_covers_the_side_asked_for(side_px, size):
    _, content = check(photo((1280, 960)), side_px)
    assert content.picture.image.size == size


def test_the_reduced_picture_is_the_picture_to_its_last_row():
    data = photo((1280, 960))
    _, content = check(data, 480)
    with Image.open(io.BytesIO(data)) as whole:
        small = np.asarray(whole.reduce(2)).astype(int)
    far = np.abs(small - np.asarray(content.picture.image))
    assert far.mean() < 3
    assert far[-1].mean() < 4


@pytest.mark.parametrize("coding", ["baseline", "restarts", "grey", "4:4:4"])
@pytest.mark.parametrize("share", [0.5, 0.8, 0.95])
def test_a_cut_is_located(coding, share):
    data = photo((640, 480), **CODINGS[coding])
    entropy = segment_of(data, "entropy")
    cut = data[: entropy.start + int((entropy.end - entropy.start) * share)]
    _, content = check(cut)
    [damage] = content.damage
    assert (damage.kind, damage.what, damage.offset_bytes) == ("truncated", "missing-end", len(cut))
    left, top, right, bottom = damage.region
    assert (left, right, bottom) == (0, 640, 480)
    assert top / 480 == pytest.approx(share, abs=0.08)
    assert damage.lost_share == pytest.approx(1 - share, abs=0.08)
    assert content.picture is None


@pytest.mark.parametrize("coding", ["baseline", "progressive", "grey", "4:4:4"])
def test_a_missing_end_marker_alone_leaves_the_photo_readable(coding):
    data = photo(**CODINGS[coding])
    for end in (-2, -1):
        _, content = check(data[:end])
        assert [(d.kind, d.what) for d in content.damage] == [("readable", "missing-end-marker")]
        assert content.picture is not None
    assert found(data[:-4])[0][0] == "truncated"


def test_a_progressive_file_cut_between_two_scans_is_truncated():
    data = photo(progressive=True)
    scans = [s for s in jpeg.read(data, LIMITS).segments if s.name == "entropy"]
    [damage] = check(data[: scans[4].end])[1].damage
    assert (damage.kind, damage.region, damage.lost_share) == ("truncated", None, None)


ARITHMETIC = base64.b64decode(
    "/9j/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk"
    "//yQALCAAYACABAREA/8wABgAQEAX/2gAIAQEAAD8A/wC3WtEHz4hioXOKtDwvHQmbPfZkEQO6ahtnEMIgK8a8gU30dN+2"
    "0WWlrc03xIHRGeK4VJzTQJmfD78SAtbz7HSUqawNN0K4qypHUOdB7cZMIpRWsUdIDWkA3ijpR/gLSMK3OTA77xAGdgKFfH"
    "gXCbDFD/ebM+TVZOjHox1DKVHsV6TY9FQuafSREZoBst7Pw8uK4hbTg/naWRNut7BsLafZ/9k="
)
"""A grey slope of 32 x 24 px."""


@pytest.mark.parametrize("lost_bytes", [2, 10, 30])
def test_a_cut_arithmetic_file_is_truncated_though_its_decoder_says_nothing(lost_bytes):
    assert found(ARITHMETIC) == []
    [damage] = check(ARITHMETIC[:-lost_bytes])[1].damage
    assert (damage.kind, damage.region, damage.lost_share) == ("truncated", None, None)


def test_an_end_marker_in_place_of_a_scan_is_found():
    data = photo(progressive=True)
    scans = [s for s in jpeg.read(data, LIMITS).segments if s.name == "SOS"]
    at = scans[3].start + 1
    assert found(data[:at] + b"\xd9" + data[at + 1 :]) == [("corrupt", "missing-scans")]


def test_regions_are_turned_with_the_photo():
    exif = Image.Exif()
    exif[0x0112] = 6  # the lower edge as stored is the left edge as shown
    data = photo((640, 480), exif=exif)
    facts = scan(Source(data[: len(data) // 2], "photo.jpg", len(data) // 2), LIMITS).facts
    [damage] = facts.damage
    assert (facts.width_px, facts.height_px) == (480, 640)
    left, top, right, bottom = damage.region
    assert (left, top, bottom) == (0, 0, 640)
    assert 150 < right < 350


def test_headers_that_promise_far_too_much_cost_little():
    data = photo((64, 48))
    at = segment_of(data, "SOF0").start + 5
    bomb = data[:at] + struct.pack(">HH", 15_000, 20_000) + data[at + 4 :]
    started = time.process_time()
    _, content = check(bomb)
    assert [d.kind for d in content.damage] == ["corrupt"]
    assert time.process_time() - started < 5  # 0.3 s on an idle machine


def test_every_cut_is_told():
    data = photo((64, 48))
    for end in range(2, len(data) - 2):
        structure, content = check(data[:end])
        kinds = {d.kind for d in structure.damage + content.damage}
        assert kinds & {"truncated", "corrupt"}, end


def test_a_zeroed_block_is_located():
    data = photo((640, 480), quality=95)
    entropy = segment_of(data, "entropy")
    middle = (entropy.start + entropy.end) // 2
    [damage] = check(data[:middle] + bytes(4096) + data[middle + 4096 :])[1].damage
    assert damage.kind == "corrupt"
    assert damage.offset_bytes == pytest.approx(middle, abs=2)
    assert damage.region[1] / 480 == pytest.approx(0.5, abs=0.1)


def test_bytes_left_over_behind_the_picture_are_damage_unless_padding():
    data = photo(subsampling="4:4:4")
    end = segment_of(data, "entropy").end
    for padding in (b"\0", b"\xff\0", b"\0\0"):
        assert found(data[:end] + padding + data[end:]) == []
    for stray in (b"\x28", b"\x28\x03", b"\x28\x03\x11"):  # no flipped bit leaves so few
        assert found(data[:end] + stray + data[end:]) == []
    for left_over in (b"\x28\x03\x11\x7a", bytes(range(40))):
        assert found(data[:end] + left_over + data[end:]) == [("corrupt", "bad-data")]


def test_most_flipped_bits_that_show_are_found():
    data = photo((640, 480))
    entropy = segment_of(data, "entropy")
    chance = random.Random(1)
    with Image.open(io.BytesIO(data)) as whole:
        clean = np.asarray(whole).astype(int)
    visible = seen = 0
    for _ in range(60):
        at = chance.randrange(entropy.start, entropy.end)
        broken = bytearray(data)
        broken[at] ^= 1 << chance.randrange(8)
        with Image.open(io.BytesIO(bytes(broken))) as image:
            try:
                far = np.abs(np.asarray(image).astype(int) - clean).max(axis=2)
            except OSError:
                continue
        if (far > 16).mean() < 0.0005:
            continue
        visible += 1
        seen += any(kind != "readable" for kind, _ in found(bytes(broken)))
    assert visible > 20
    assert seen / visible >= 0.75


def shifted(image, start):
    """The picture with 25 added to every unit of 16 px from one on."""
    pixels = np.asarray(image).copy()
    across, down = image.width // 16, image.height // 16
    for unit in range(start, across * down):
        y, x = divmod(unit, across)
        block = pixels[16 * y : 16 * y + 16, 16 * x : 16 * x + 16]
        block[:] = np.clip(block.astype(int) + 25, 0, 255)
    return Image.fromarray(pixels)


def jpeg_of(image, **options):
    file = io.BytesIO()
    image.save(file, "JPEG", **{"quality": 92, "subsampling": "4:2:0", **options})
    return file.getvalue()


def test_a_shifted_row_of_blocks_is_found_and_located():
    """A constant added to all blocks from one unit on, with sound coding: no decoder warns."""
    start = 20 * 40 + 13  # unit (16 px) 13 of row 20
    [damage] = check(jpeg_of(shifted(picture((640, 480)), start)))[1].damage
    assert (damage.kind, damage.what) == ("corrupt", "shifted-blocks")
    assert damage.region == (0, 320, 640, 480)
    assert damage.lost_share == pytest.approx(1 - start / 1200)


@pytest.mark.parametrize("row", [0, 1, 2, 28, 37])
def test_a_large_picture_is_screened_in_parts_and_no_step_is_lost_between_them(row, monkeypatch):
    rng = np.random.default_rng(row)
    pixels = rng.normal(120, 3, (40, 50, 3)).astype(np.uint8)  # blocks, at an eighth
    pixels.reshape(-1, 3)[(row + 1) * 50 + 20 :] += 30  # from the middle of a row to the end
    colours = tuple(Component(number, 1, 1, 0) for number in (1, 2, 3))
    frame = Frame(0xC0, 8, 8 * 50, 8 * 40, colours)
    at_once = jpeg_screen.screen(pixels, frame, 1)
    monkeypatch.setattr(jpeg_screen, "_UNITS_AT_ONCE", 3 * 50)
    assert jpeg_screen.screen(pixels, frame, 1) == pytest.approx(at_once)
    assert at_once[0] > 12  # the shift is seen


def test_a_shift_that_begins_between_the_blocks_of_a_unit_is_found():
    """Units of 4:2:2 have two blocks of luma side by side: here the second is the first shifted."""
    pixels = np.asarray(picture((640, 480))) // 2
    pixels[320:328, 13 * 16 + 8 :] += 60
    pixels[328:] += 60
    image = Image.fromarray(pixels)
    [damage] = check(jpeg_of(image, subsampling="4:2:2"))[1].damage
    assert (damage.what, damage.region) == ("shifted-blocks", (0, 320, 640, 480))


def test_a_shift_that_a_restart_marker_would_have_ended_is_the_picture_itself():
    image = shifted(picture((640, 480)), 20 * 40 + 13)
    assert found(jpeg_of(image, restart_marker_blocks=400)) == [("corrupt", "shifted-blocks")]
    for units in (1, 40, 830):  # less than a row, a row, an end inside the shifted row
        assert found(jpeg_of(image, restart_marker_blocks=units)) == []


@pytest.mark.parametrize("thick_px", [1, 2, 3])
def test_thin_lines_on_edges_of_blocks_are_no_shift(thick_px):
    """As a fence or the sills of a house have them: behind the line all is as before."""
    pixels = np.asarray(picture((640, 480))).copy()
    pixels[320 : 320 + thick_px, 13 * 16 :] //= 3
    pixels[336 : 336 + thick_px, : 13 * 16] //= 3
    assert found(jpeg_of(Image.fromarray(pixels))) == []


def test_a_line_that_slants_over_an_edge_of_blocks_is_no_shift():
    """Brighter below a line that falls by 16 px over the width: it has no left end."""
    pixels = np.asarray(picture((640, 480))).astype(int)
    pixels = pixels // 2
    pixels[336:] += 60
    pixels[320:336] += np.interp(np.arange(640), (144, 272), (0, 60)).astype(int)[:, None]
    assert found(jpeg_of(Image.fromarray(pixels.clip(0, 255).astype(np.uint8)))) == []


def test_a_drawn_tab_is_no_shift():
    image = Image.new("RGB", (640, 480), (240, 240, 240))
    image.paste((90, 120, 200), (13 * 16, 320, 640, 336))
    image.paste((90, 120, 200), (0, 336, 640, 480))
    assert found(jpeg_of(image)) == []


def test_a_changed_entry_of_a_quantisation_table_is_found():
    data = photo()
    at = segment_of(data, "DQT").start + 5 + 20
    [damage] = check(data[:at] + bytes([data[at] ^ 0x80]) + data[at + 1 :])[1].damage
    assert (damage.what, damage.offset_bytes) == ("changed-table", at - 25)


def test_a_makers_own_table_is_no_damage():
    own = [[min(255, 3 + (i * 7) // 4 + i % 3) for i in range(64)]] * 2
    assert found(photo(qtables=own)) == []
    rounded = photo(quality=80)
    at = segment_of(rounded, "DQT").start + 5
    near = bytes(max(1, step + (i % 9 == 4)) for i, step in enumerate(rounded[at : at + 64]))
    assert found(rounded[:at] + near + rounded[at + 64 :]) == []


def test_harmless_warnings_of_libjpeg_are_not_damage():
    data = photo()
    assert found(data[:2] + b"\0\0" + data[2:]) == [("readable", "junk-between-segments")]
    jfif = data.index(b"JFIF\0") + 5
    assert found(data[:jfif] + b"\x07" + data[jfif + 1 :]) == []
    torn = b"\xff\xe2" + struct.pack(">H", 16) + b"ICC_PROFILE\0\x09\x01"
    assert found(data[:2] + torn + data[2:]) == []
    sos = segment_of(data, "SOS").end
    samsung = data[: sos - 2] + b"\0" + data[sos - 1 :]
    assert found(samsung) == [("readable", "odd-scan-parameters")]


def test_a_restart_marker_too_many_at_the_end_is_readable():
    data = photo(restart_marker_rows=1)
    end = segment_of(data, "entropy").end
    last = 240 // 16 - 1
    casio = data[:end] + bytes([0xFF, 0xD0 + last % 8]) + data[end:]
    assert found(casio) == [("readable", "extra-restart-marker")]


def as_process(data, marker):
    at = segment_of(data, "SOF0").start
    return data[: at + 1] + bytes([marker]) + data[at + 2 :]


@pytest.mark.parametrize(("marker", "coding"), [(0xC3, "lossless"), (0xC5, "hierarchical")])
def test_what_no_decoder_here_can_is_skipped_not_damaged(marker, coding):
    structure, content = check(as_process(photo(), marker))
    assert structure.coding == coding
    assert not structure.reducible
    assert (content.damage, content.picture) == ((), None)
    assert [s.check for s in content.skipped] == ["picture-data"]


def test_twelve_bits_are_skipped():
    data = photo()
    at = segment_of(data, "SOF0").start + 4
    structure, content = check(as_process(data[:at] + b"\x0c" + data[at + 1 :], 0xC1))
    assert (structure.coding, structure.colour.bits, structure.reducible) == ("extended", 12, False)
    assert [s.check for s in content.skipped] == ["picture-data"]


@pytest.fixture
def _without_simplejpeg(monkeypatch):
    real = builtins.__import__

    def refuse(name, *rest):
        if name == "simplejpeg":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)


@pytest.mark.usefixtures("_without_simplejpeg")
class TestWithoutSimplejpeg:
    @pytest.mark.parametrize("coding", ["baseline", "4:4:4", "grey", "four inks", "rgb"])
    def test_sound_files_are_sound_but_the_report_says_what_was_not_seen(self, coding):
        _, content = check(photo(**CODINGS[coding]))
        assert (content.damage, content.picture) == ((), None)
        [skipped] = content.skipped
        assert skipped.check == "picture-data"
        assert "simplejpeg is not installed" in skipped.why

    def test_lost_and_doubled_data_are_found(self):
        data = photo()
        entropy = segment_of(data, "entropy")
        middle = (entropy.start + entropy.end) // 2
        assert found(data[:middle] + data[middle + 512 :])[0][0] == "corrupt"
        doubled = data[:middle] + data[middle - 512 : middle] + data[middle:]
        assert found(doubled)[0][0] == "corrupt"

    def test_cuts_are_found_and_a_missing_end_marker_is_readable(self):
        data = photo()
        assert found(data[:-2]) == [("readable", "missing-end-marker")]
        assert found(data[: len(data) // 2]) == [("truncated", "missing-end")]

    def test_progressive_files_are_skipped(self):
        _, content = check(photo(progressive=True))
        assert content.damage == ()
        assert content.skipped


def test_no_prefix_and_no_changed_byte_raises():
    data = photo((48, 40), restart_marker_blocks=2)
    for end in range(0, len(data), 7):
        structure = jpeg.read(data[:end], LIMITS)
        jpeg.check_content(data[:end], structure, LIMITS, None)
    chance = random.Random(5)
    for options in ({}, {"progressive": True}, {"mode": "CMYK"}):
        whole = bytearray(photo((48, 40), **options))
        for _ in range(250):
            at = chance.randrange(len(whole))
            kept, whole[at] = whole[at], chance.randrange(256)
            structure = jpeg.read(bytes(whole), LIMITS)
            if not structure.limits_hit:
                jpeg.check_content(bytes(whole), structure, LIMITS, 40)
            whole[at] = kept


@pytest.mark.corpus
@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared, which is not here")
def test_no_clean_photo_of_the_corpus_is_called_damaged():
    odd = {"d013", "d021", "d023", "d068"}  # fuzzed, or truly cut: see the manifest
    folders = (SHARED / "corpus", SHARED / "faces-dev")
    seen = 0
    for path in sorted(p for folder in folders for p in folder.glob("*.jp*g")):
        data = path.read_bytes()
        if not data.startswith(b"\xff\xd8"):
            continue  # a PNG of the wrong name
        damage = found(data)
        if path.name[:4] in odd:
            assert damage, path.name
        else:
            assert damage == [], path.name
            seen += 1
    assert seen > 100


def test_a_block_of_zeros_that_decodes_without_a_complaint():
    """With the usual tables zeros are codes of lowest coefficients; no encoder writes so many."""
    data = bytearray(photo(quality=95))
    at = segment_of(bytes(data), "entropy").start + 3000
    data[at : at + 512] = bytes(512)
    damage = _lost_block(bytes(data), jpeg.read(bytes(data), LIMITS).private)
    assert (damage.kind, damage.what) == ("corrupt", "lost-block")
    assert abs(damage.offset_bytes - at) < 4
    assert [kind for kind, _what in found(bytes(data))] == ["corrupt"]


def test_blank_parts_of_a_photo_with_its_own_tables_are_zeros_too():
    """Then the code of zero bits ends a block, and a blank picture is a run of zeros."""
    file = io.BytesIO()
    Image.new("RGB", (1600, 1200), "white").save(file, "JPEG", optimize=True)
    assert bytes(64) in file.getvalue()
    assert found(file.getvalue()) == []


@pytest.mark.parametrize("share", [0.05, 0.3])
def test_zeros_in_place_of_the_end_are_counted_as_lost(share):
    """A decoder makes something of zeros, which is no part of the picture."""
    data = photo((640, 480), subsampling="4:4:4")
    entropy = segment_of(data, "entropy")
    keep = entropy.end - int((entropy.end - entropy.start) * share)
    _structure, content = check(data[:keep] + bytes(len(data) - keep))
    (damage,) = content.damage
    assert (damage.kind, damage.offset_bytes) == ("truncated", pytest.approx(keep, abs=3))
    assert damage.lost_share == pytest.approx(share, abs=0.05)
    assert damage.region[1] == pytest.approx(480 * (1 - share), abs=30)
    assert damage.region[3] == 480


@pytest.mark.parametrize(
    ("coded_bytes", "side_px", "eighths"),
    [
        (96_374, 147, 3),
        (96_375, 147, 4),  # 2.57 bits for each of 600 x 500 pixels
        (96_375, 183, 4),
        (96_375, 184, 8),  # half of it is 250 px, 1.36 times that is more
        (96_374, 184, 3),
        (96_375, 499, 8),
        (96_375, 900, 8),
        (96_375, None, 4),  # nobody asked for detail
    ],
)
def test_a_dense_photo_is_reduced_less(coded_bytes, side_px, eighths):
    frame = Frame(0xC0, 8, 600, 500, (Component(1, 1, 1, 0),))
    layout = Layout(frame, (Scan(0, 1000, 1000 + coded_bytes, (0,), (0, 63, 0, 0)),))
    job = Job(simplejpeg(), b"", layout, frame, "GRAY")
    assert job.eighths_for(side_px, LIMITS.max_pixels) == eighths


def test_the_pixels_of_a_dense_photo_are_those_of_less_reduction():
    chance = np.random.default_rng(5)
    grain = np.clip(chance.normal(128, 20, (400, 600)), 0, 255).astype(np.uint8)
    for quality, size in ((75, (300, 200)), (80, (600, 400))):  # 2.52 and 2.86 bits a pixel
        file = io.BytesIO()
        Image.fromarray(grain).save(file, "JPEG", quality=quality)
        structure, content = check(file.getvalue(), 190)
        assert (content.damage, content.picture.image.size) == ((), size)
        again = decode_again(file.getvalue(), structure, LIMITS, 190)
        assert again.image.size == size
