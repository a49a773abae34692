import io
import random
import struct
from dataclasses import replace

import pytest
from PIL import Image

from preflight.limits import Limits
from preflight.scanner import jpeg

LIMITS = Limits()


def photo(size=(64, 48), mode="RGB", **options):
    """A small JPEG with something to see in it."""
    chance = random.Random(7)
    small = Image.frombytes("RGB", (8, 6), chance.randbytes(144)).convert(mode)
    file = io.BytesIO()
    small.resize(size, Image.Resampling.BICUBIC).save(file, "JPEG", **options)
    return file.getvalue()


def segment(marker, body):
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def with_segments(data, *segments):
    """The same file with segments right behind the start marker."""
    return data[:2] + b"".join(segments) + data[2:]


def position_of(data, name):
    return next(s for s in jpeg.read(data, LIMITS).segments if s.name == name)


def names(data, limits=LIMITS):
    return [(d.kind, d.what) for d in jpeg.read(data, limits).damage]


@pytest.mark.parametrize(
    ("options", "coding", "subsampling", "scans"),
    [
        ({"quality": 90, "subsampling": "4:2:0"}, "baseline", "4:2:0", 1),
        ({"subsampling": "4:2:2"}, "baseline", "4:2:2", 1),
        ({"subsampling": "4:4:4"}, "baseline", "4:4:4", 1),
        ({"progressive": True}, "progressive", "4:2:0", 10),
        ({"quality": 5, "optimize": True}, "baseline", "4:2:0", 1),
    ],
)
def test_facts_of_ordinary_files(options, coding, subsampling, scans):
    read = jpeg.read(photo((65, 33), **options), LIMITS)
    assert (read.width_px, read.height_px) == (65, 33)
    assert (read.coding, read.subsampling, read.scans) == (coding, subsampling, scans)
    assert (read.colour.model, read.colour.bits, read.reducible) == ("rgb", 8, True)
    assert (read.damage, read.limits_hit, read.trailing_bytes) == ((), (), 0)
    assert (read.images, read.hidden_images) == (1, ())


@pytest.mark.parametrize(("mode", "model"), [("L", "grey"), ("CMYK", "cmyk"), ("RGB", "rgb")])
def test_colour_models(mode, model):
    assert jpeg.read(photo(mode=mode), LIMITS).colour.model == model


def test_four_components_with_adobe_transform_2_are_ycck():
    data = photo(mode="CMYK")
    at = data.index(b"Adobe") + 11
    assert jpeg.read(data[:at] + b"\2" + data[at + 1 :], LIMITS).colour.model == "ycck"


def test_rgb_coded_files_are_told_from_ycc_by_marker_and_by_names():
    kept = photo(keep_rgb=True)
    assert jpeg.read(kept, LIMITS).private.colours == "rgb"
    assert jpeg.read(photo(), LIMITS).private.colours == "ycc"


def test_segments_tile_the_whole_file():
    data = photo(progressive=True, comment="hello") + b"trailing things"
    segments = jpeg.read(data, LIMITS).segments
    assert b"".join(data[s.start : s.end] for s in segments) == data
    found = [s.name for s in segments]
    assert (found[0], found[-2], found[-1]) == ("SOI", "EOI", "trailer")
    assert found.count("entropy") == found.count("SOS") == 10
    assert {"APP0", "COM", "DQT", "DHT", "SOF2"} <= set(found)


def test_metadata_blocks():
    exif = Image.Exif()
    exif[0x0112] = 6
    icc = bytes([0, 0, 0, 200]) + bytes(196)
    data = photo(exif=exif, icc_profile=icc, comment="hello", xmp=b"<x:xmpmeta/>")
    read = jpeg.read(data, LIMITS)
    assert read.exif == exif.tobytes()[6:]
    assert (read.xmp, read.icc, read.icc_error) == (b"<x:xmpmeta/>", icc, None)
    assert (read.comment, read.iptc) == (True, False)


def test_extended_xmp_follows_the_packet_in_order():
    header = b"http://ns.adobe.com/xmp/extension/\0" + b"g" * 32
    parts = [
        segment(0xE1, header + struct.pack(">II", 6, at) + p)
        for at, p in ((3, b"def"), (0, b"abc"))
    ]
    data = with_segments(photo(xmp=b"<x/>"), *parts)
    assert jpeg.read(data, LIMITS).xmp == b"<x/>abcdef"


def test_iptc_is_the_photoshop_resource_0404_and_no_other():
    def block(resource):
        return segment(
            0xED, b"Photoshop 3.0\x008BIM" + struct.pack(">HHI", resource, 0, 4) + b"data"
        )

    assert jpeg.read(with_segments(photo(), block(0x0404)), LIMITS).iptc
    assert not jpeg.read(with_segments(photo(), block(0x03ED)), LIMITS).iptc


def icc_part(number, count, body):
    return segment(0xE2, b"ICC_PROFILE\0" + bytes([number, count]) + body)


def test_profile_pieces_are_joined_by_number_not_by_place():
    data = with_segments(photo(), icc_part(2, 2, b"world"), icc_part(1, 2, b"hello "))
    assert jpeg.read(data, LIMITS).icc == b"hello world"


def test_a_missing_profile_piece_is_said():
    read = jpeg.read(with_segments(photo(), icc_part(1, 2, b"hello ")), LIMITS)
    assert (read.icc, read.icc_error) == (None, "pieces of the colour profile are missing")


def test_a_profile_that_exceeds_the_limit_is_not_joined():
    data = with_segments(photo(), *(icc_part(n, 3, bytes(60_000)) for n in (1, 2, 3)))
    read = jpeg.read(data, replace(LIMITS, max_inflated_bytes=100_000))
    assert (read.icc, read.icc_error) == (None, "the colour profile is too large")


def test_trailing_bytes_are_no_damage():
    read = jpeg.read(photo() + bytes(1000), LIMITS)
    assert (read.trailing_bytes, read.damage, read.hidden_images) == (1000, (), ())


def test_a_motion_photo_names_its_video():
    read = jpeg.read(photo() + b"\0\0\0\x18ftypmp42" + bytes(500), LIMITS)
    assert (read.hidden_images, read.images) == (("motion video",), 1)


def multi_picture(first, second, kind, cut=0):
    """An MPF file as cameras write it: the second picture behind the first."""
    entries_at = 8 + 2 + 12 + 4
    length = 8 + entries_at + 32  # marker, length and "MPF\0" before the TIFF header
    size = len(first) + length
    base = 2 + 8
    entries = struct.pack(">IIIHH", 0x030000, size, 0, 0, 0)
    entries += struct.pack(">IIIHH", kind, len(second), size - base, 0, 0)
    index = b"MM\0*" + struct.pack(">IHHHII", 8, 1, 0xB002, 7, 32, entries_at) + bytes(4) + entries
    data = with_segments(first, segment(0xE2, b"MPF\0" + index)) + second
    return data[: len(data) - cut]


@pytest.mark.parametrize(
    ("extra", "kind", "images", "hidden"),
    [
        (b"", 0x020003, 2, ()),
        (b"", 0x010002, 1, ("preview",)),
        (b'<x hdrgm:Version="1.0"/>', 0, 1, ("gain map",)),
        (b"urn:com:apple:photo:2020:aux:hdrgainmap", 0, 1, ("gain map",)),
    ],
)
def test_pictures_of_the_multi_picture_index(extra, kind, images, hidden):
    second = photo((16, 16), xmp=extra) if extra else photo((16, 16))
    read = jpeg.read(multi_picture(photo(), second, kind), LIMITS)
    assert (read.images, read.hidden_images) == (images, hidden)
    assert (read.trailing_bytes, read.damage) == (0, ())
    assert (read.colour.hdr == "gain-map") == ("gain map" in hidden)


def test_a_second_picture_that_is_cut_off_leaves_the_photo_readable():
    data = multi_picture(photo(), photo((16, 16)), 0x020003, cut=5)
    assert names(data) == [("readable", "second-picture-cut")]


def test_harmless_oddities_are_readable():
    data = photo()
    assert names(data[:2] + b"\0\0\0" + data[2:]) == [("readable", "junk-between-segments")]
    assert names(data[:2] + b"\xff\xff" + data[2:]) == []  # fill bytes are allowed
    at = position_of(data, "SOS").end - 2  # Samsung: last coefficient 0
    samsung = data[:at] + b"\0" + data[at + 1 :]
    assert names(samsung) == [("readable", "odd-scan-parameters")]


def with_restarts(size=(64, 48), rows=1):
    return photo(size, restart_marker_rows=rows)


def test_restart_markers_are_counted():
    data = with_restarts()
    entropy = position_of(data, "entropy")
    assert names(data) == []
    first = data.index(b"\xff\xd0", entropy.start)
    missing = data[:first] + data[first + 2 :]
    [found] = jpeg.read(missing, LIMITS).damage
    assert (found.kind, found.what, found.region) == ("corrupt", "restart-markers", (0, 0, 64, 48))
    second = data.index(b"\xff\xd1", entropy.start)
    doubled = data[:second] + b"\xff\xd1" + data[second:]
    [found] = jpeg.read(doubled, LIMITS).damage
    assert found.region == (0, 32, 64, 48)
    assert found.lost_share == pytest.approx(1 / 3)


def test_one_restart_marker_too_many_at_the_end_is_readable():
    data = with_restarts()
    end = position_of(data, "entropy").end
    casio = data[:end] + b"\xff\xd2" + data[end:]
    assert names(casio) == [("readable", "extra-restart-marker")]


def change(data, name, offset, value):
    at = position_of(data, name).start + offset
    return data[:at] + bytes([value]) + data[at + 1 :]


@pytest.mark.parametrize(
    ("name", "offset", "value", "what"),
    [
        ("DQT", 5, 0, "bad-quantisation-table"),
        ("DQT", 4, 0x27, "bad-quantisation-table"),
        ("DHT", 5, 200, "bad-huffman-table"),
        ("SOF0", 5, 0, None),  # the height's high byte is 0 already
        ("SOF0", 6, 0, "bad-frame"),
        ("SOF0", 11, 0, "bad-frame"),
        ("SOF0", 9, 2, "bad-frame"),
        ("SOF0", 12, 3, "missing-table"),
        ("SOS", 5, 9, "bad-scan"),
        ("SOS", 3, 9, "bad-scan"),
        ("SOS", 1, 0x42, "unknown-marker"),
        ("APP0", 2, 0, "unknown-marker"),
    ],
)
def test_destroyed_headers(name, offset, value, what):
    data = change(photo(), name, offset, value)
    if name == "APP0":
        data = change(data, name, 3, 0)
        what = "bad-segment-length"
    assert [n for _, n in names(data)][:1] == ([what] if what else [])


def test_a_marker_inside_the_picture_data():
    data = photo()
    middle = position_of(data, "entropy").start + 40
    broken = data[:middle] + b"\xff\x42" + data[middle:]
    [found] = jpeg.read(broken, LIMITS).damage
    assert (found.kind, found.what, found.offset_bytes) == ("corrupt", "marker-in-data", middle)


def test_a_file_that_ends_in_its_header():
    data = photo()
    sos = position_of(data, "SOS").start
    [found] = jpeg.read(data[:sos], LIMITS).damage
    assert (found.kind, found.what, found.lost_share) == ("truncated", "cut-in-header", 1.0)
    assert found.region == (0, 0, 64, 48)


def test_limits_on_pixels_and_scans():
    def huge(data, width, height):
        at = next(s.start for s in jpeg.read(data, LIMITS).segments if s.name[:3] == "SOF")
        return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]

    def hit(data):
        return [h.limit for h in jpeg.read(data, LIMITS).limits_hit]

    assert hit(huge(photo(), 20_000, 15_000)) == []  # exactly 300 megapixels, one pass
    assert hit(huge(photo(), 20_001, 15_000)) == ["max_scaled_pixels"]
    assert hit(huge(photo(), 65_535, 65_535)) == ["max_scaled_pixels"]
    assert hit(huge(photo(progressive=True), 5_000, 10_000)) == []
    assert hit(huge(photo(progressive=True), 5_001, 10_000)) == ["max_jpeg_scan_megapixels"]
    assert hit(huge(photo(progressive=True), 10_000, 10_001)) == [
        "max_pixels",
        "max_jpeg_scan_megapixels",
    ]


def test_a_bomb_of_scans_is_stopped_at_the_limit():
    data = photo(progressive=True)
    scan = position_of(data, "SOS")
    entropy = position_of(data, "entropy")
    bomb = data[: entropy.end] + data[scan.start : entropy.end] * 300 + data[entropy.end :]
    read = jpeg.read(bomb, LIMITS)
    assert [h.limit for h in read.limits_hit] == ["max_jpeg_scans"]
    assert read.scans == 100


def test_a_bomb_of_empty_segments_is_stopped():
    read = jpeg.read(b"\xff\xd8" + b"\xff\xe5\0\2" * 50_000, LIMITS)
    assert [h.measured for h in read.limits_hit] == ["over 10,000 pieces"]


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_blocks": 3}])
def test_no_prefix_raises(options):
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    data = multi_picture(photo(exif=exif, icc_profile=bytes(300), **options), photo((8, 8)), 0)
    for end in range(len(data)):
        jpeg.read(data[:end], LIMITS)


def test_no_changed_byte_raises():
    data = bytearray(multi_picture(photo(comment="x", xmp=b"<x/>"), photo((8, 8)), 0))
    chance = random.Random(5)
    for _ in range(3000):
        at = chance.randrange(len(data))
        kept, data[at] = data[at], chance.randrange(256)
        jpeg.read(bytes(data), LIMITS)
        data[at] = kept


@pytest.mark.parametrize("data", [b"", b"\xff", b"\xff\xd8", b"not a JPEG", b"\xff\xd8\xff\xd9"])
def test_next_to_nothing_is_damage(data):
    assert jpeg.read(data, LIMITS).damage
