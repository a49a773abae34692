import io
import random

import numpy as np
import pytest
from PIL import Image

from benchmarks.damage.generate import payload_of, variants
from benchmarks.damage.label import Label, decode, label


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
