"""Samples of decoded planes, reduced as Pillow reduces them and put where they belong."""

import numpy as np
import pytest
from PIL import Image

from preflight.scanner import heif_pixels
from preflight.scanner.heif_pixels import Mosaic, reduced
from preflight.scanner.planes import Plane


def samples(width: int, height: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)


@pytest.mark.parametrize("scale", [1, 2, 4, 8])
@pytest.mark.parametrize(
    ("width", "height"), [(64, 48), (63, 48), (64, 47), (2, 2), (1, 1), (9, 5)]
)
def test_reduced_as_pillow_does_it(
    scale: int, width: int, height: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    want = np.asarray(Image.fromarray(samples(width, height)).reduce(scale))
    for at_once in (heif_pixels._SUMS_AT_ONCE, 100):  # all rows at once, or a few and a rest
        monkeypatch.setattr(heif_pixels, "_SUMS_AT_ONCE", at_once)
        for gap in (0, 1, 6):  # between the rows
            wider = samples(width + gap, height)
            wider[:, :width] = samples(width, height)
            into = np.zeros((want.shape[0] + 2, want.shape[1] + 2), np.uint8)
            reduced(wider[:, :width], scale, into[1:-1, 1:-1])
            assert np.array_equal(into[1:-1, 1:-1], want)
            assert not into[[0, -1]].any()
            assert not into[:, [0, -1]].any()


def test_the_brightest_and_the_darkest_are_halved_without_a_carry() -> None:
    for value in (0, 1, 254, 255):
        into = np.zeros((4, 4), np.uint8)
        reduced(np.full((8, 8), value, np.uint8), 2, into)
        assert (into == value).all()


@pytest.mark.parametrize("scale", [1, 2, 4])
@pytest.mark.parametrize("bits", [8, 10])
def test_tiles_of_planes_with_gaps_lie_where_they_belong(scale: int, bits: int) -> None:
    """Two tiles of 32 x 32, the second cut at 50; their rows are longer than what they show."""
    whole = [samples(64, 32, 1), samples(32, 16, 2), samples(32, 16, 3)]
    mosaic = Mosaic((0, 0, 50, 30), scale)
    for left in (0, 32):
        planes = []
        for number, plane in enumerate(whole):
            step = 2 if number else 1
            part = plane[:, left // step : (left + 32) // step]
            height, width = part.shape
            rows = np.full((height, width + 8), 99, np.uint16)
            rows[:, :width] = part
            stored = rows.astype(np.uint8) if bits == 8 else (rows << 2).astype("=u2")
            stride = stored.strides[0]
            planes.append(Plane(width, height, stride, bits, bytearray(stored.tobytes())))
        mosaic.place((left, 0, min(50, left + 32), 30), tuple(planes))
    image, turn = mosaic.picture(6, True, ())
    assert (image.mode, turn) == ("YCbCr", 1)
    chroma = [Image.fromarray(plane[:15, :25]) for plane in whole[1:]]
    if scale == 1:
        chroma = [plane.resize((50, 30), Image.Resampling.NEAREST) for plane in chroma]
    else:
        chroma = [plane.reduce(scale // 2) for plane in chroma]
    luma = Image.fromarray(whole[0][:30, :50]).reduce(scale)
    want = Image.merge("YCbCr", [luma, *(plane.crop((0, 0, *luma.size)) for plane in chroma)])
    assert np.array_equal(np.asarray(image), np.asarray(want))
