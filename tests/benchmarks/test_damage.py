import io
import random
import zlib

import numpy as np
import pytest
from PIL import Image

from benchmarks.damage import lossless
from benchmarks.damage.bases import CODINGS, HELD_OUT, TUNED, write
from benchmarks.damage.generate import payload_of, variants
from benchmarks.damage.label import Label, decode, label
from benchmarks.damage.run import bad, damage_in
from benchmarks.damage.table import cases, rates


def _photo(size=(160, 120), **options):
    noise = np.random.default_rng(1).integers(0, 255, (size[1] // 8, size[0] // 8, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC).save(file, **options)
    return file.getvalue()


def test_the_same_seed_gives_the_same_copies_and_another_seed_others():
    data = random.Random(0).randbytes(20_000)
    one, again, other = (list(variants(data, seed)) for seed in (1, 1, 2))
    assert one == again
    assert [v.data for v in one] != [v.data for v in other]
    assert {v.kind for v in one} == {
        *("cut", "cut-last", "flip", "swap", "zero-tail", "header"),
        *(f"burst-{kind}" for kind in ("zero", "random", "drop", "double")),
    }


def test_flips_change_one_bit_of_the_payload():
    data = _photo(format="JPEG", comment=b"x" * 3000)
    start, end = payload_of(data)
    for variant in variants(data, 1, flips=20):
        if variant.kind == "flip":
            at = [i for i, (a, b) in enumerate(zip(data, variant.data)) if a != b]
            assert len(at) == 1
            assert start <= at[0] < end
            assert (data[at[0]] ^ variant.data[at[0]]).bit_count() == 1


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP"])
def test_a_clean_file_is_neither_visible_nor_refused_and_half_a_file_is(format_name):
    data = _photo(format=format_name)
    clean = decode(data, lenient=False)
    assert label(clean, data) == Label(visible=False, hard=False, refused=False)
    assert label(clean, data[: len(data) // 2]).visible


def test_a_missing_end_marker_is_refused_but_not_visible():
    data = _photo(format="JPEG")
    assert label(decode(data, lenient=False), data[:-2]) == Label(False, False, refused=True)


def test_small_files_and_empty_payloads_do_not_fail():
    for data in (b"\xff\xd8\xff\xd9", b"RIFF", b"\x89PNG", bytes(40)):
        assert list(variants(data + bytes(20), 3))


def test_a_limit_says_nothing_of_damage_and_damage_counts_all_the_same():
    huge = bytearray(_photo(format="PNG"))
    huge[16:24] = (30_000).to_bytes(4, "big") * 2
    assert bad(damage_in(bytes(huge)))  # its checksum tells, whatever the size
    huge[29:33] = zlib.crc32(huge[12:29]).to_bytes(4, "big")
    assert damage_in(bytes(huge)) is None
    assert not bad(None)
    assert damage_in(_photo(format="PNG")) == []


def test_the_bases_are_clean_and_the_groups_share_no_picture(tmp_path):
    skimage = pytest.importorskip("skimage", reason="its pictures are the bases")
    assert skimage.__name__
    assert not set(TUNED) & set(HELD_OUT)
    write(TUNED[:1], tmp_path)
    files = sorted(tmp_path.iterdir())
    assert len(files) == len(CODINGS) // 3
    for file in files:
        assert not bad(damage_in(file.read_bytes())), file.name


def test_copies_of_every_kind_are_drawn_the_same_way_each_time(tmp_path):
    (tmp_path / "a.png").write_bytes(_photo(size=(300, 300), format="PNG"))
    drawn = cases(tmp_path, each=1, seed=1)
    kinds = [case.kind for case in drawn]
    assert kinds.count("clean") == kinds.count("cut") == kinds.count("header") == 1
    assert kinds.count("flip") == 2
    assert [case.data for case in cases(tmp_path, each=1, seed=1)] == [c.data for c in drawn]
    lines = rates(drawn, others=False).split("\n")
    assert lines[2].startswith("| **png**, how many |")
    assert lines[3].startswith("| **preflight** | 100.0% |")
    assert lines[3].endswith("| 0 |")


def test_where_a_lossless_stream_ends():
    data = _photo(format="WEBP", lossless=True)
    coded = lossless.coded_of(data)
    shown = lossless.pixels(coded)
    usual = lossless.unread_bits(coded, shown)
    assert usual < 8
    assert lossless.trace(coded, shown, usual) == "exactly"
    longer = coded + b"\1\1\1"
    assert lossless.unread_bits(longer, shown) == usual + 24
    assert lossless.trace(longer, shown, usual) == "early"
    assert lossless.trace(coded, shown, usual + 1) == "late"
    assert lossless.coded_of(_photo(format="WEBP")) is None
    seen = lossless.count(data)
    kinds = ("not visible", "no picture", "early", "late", "exactly")
    assert sum(seen[kind] for kind in kinds) == lossless.FLIPS
    assert seen["early, seen"] >= 0.75 * seen["early"]
    assert seen["no picture, seen"] == seen["no picture"]
    assert seen["exactly, seen"] == 0
