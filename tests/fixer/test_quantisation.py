"""The quantisation tables of a quality."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from preflight.fixer.colour import srgb_profile
from preflight.fixer.encode import Extras, encode_jpeg
from preflight.fixer.quantisation import ROBIDOUX, tables


def test_quality_50_is_the_table_itself_as_far_as_a_byte_holds_it() -> None:
    luma, colour = tables(50)
    assert luma == colour == [min(255, value) for value in ROBIDOUX]


def test_quality_100_keeps_everything() -> None:
    assert tables(100) == [[1] * 64, [1] * 64]


@pytest.mark.parametrize("quality", [70, 90, 95])
def test_the_file_has_these_tables(quality: int) -> None:
    image = Image.effect_noise((64, 64), 60).convert("RGB")
    extras = Extras(srgb_profile())
    data = encode_jpeg(image, quality, extras, progressive=False, fine_colour=False)
    with Image.open(io.BytesIO(data)) as opened:
        assert [list(opened.quantization[n]) for n in (0, 1)] == tables(quality)  # type: ignore[attr-defined]
