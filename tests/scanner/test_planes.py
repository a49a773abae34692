"""Planes: the colours that luma and chroma stand for, and the image that is made when asked for."""

import pickle

import numpy as np
import pytest
from PIL import Image

from preflight.scanner.planes import Planes, can_convert

WEIGHTS = {1: (0.2126, 0.0722), 6: (0.299, 0.114), 9: (0.2627, 0.0593)}


def planes(matrix: int, full_range: bool, height: int = 20, width: int = 30) -> Planes:
    samples = np.random.default_rng(4).integers(60, 190, (3, height, width), dtype=np.uint8)
    return Planes((samples[0], samples[1], samples[2]), matrix, full_range)


def by_the_standard(of: Planes) -> np.ndarray:
    """ITU-T H.273, 8.3, in floating point."""
    red, blue = WEIGHTS[of.matrix]
    y, cb, cr = (each.astype(float) for each in of.samples)
    light, colour = (255, 255) if of.full_range else (219, 224)
    y = (y - (0 if of.full_range else 16)) / light
    pb, pr = (cb - 128) / colour, (cr - 128) / colour
    r, b = y + 2 * (1 - red) * pr, y + 2 * (1 - blue) * pb
    g = (y - red * r - blue * b) / (1 - red - blue)
    return np.clip(np.stack([r, g, b], -1) * 255, 0, 255)


@pytest.mark.parametrize("matrix", WEIGHTS)
@pytest.mark.parametrize("full_range", [True, False])
def test_colours_are_those_of_the_standard(matrix: int, full_range: bool) -> None:
    of = planes(matrix, full_range)
    want = by_the_standard(of)
    image = of.image()
    assert image.mode == ("YCbCr" if matrix == 6 else "RGB")
    apart = np.asarray(image.convert("RGB")) - want
    assert np.abs(apart).max() < (2.5 if matrix == 6 else 0.51)
    product, offset = of.to_rgb
    flat = np.stack([each.ravel() for each in of.samples]).astype(np.float32)
    exact = np.clip(product @ flat + offset, 0, 255).astype(np.uint8).T.reshape(20, 30, 3)
    assert np.abs(exact - want).max() <= 0.51


@pytest.mark.parametrize("matrix", [1, 6])
def test_it_is_made_when_it_is_first_used(matrix: int, monkeypatch: pytest.MonkeyPatch) -> None:
    of = planes(matrix, True)
    later, image = of.later(), of.image()
    merge, merges = Image.merge, []
    monkeypatch.setattr(Image, "merge", lambda *given: merges.append(1) or merge(*given))
    assert (later.mode, later.size, later.info) == (image.mode, image.size, {})
    assert merges == []
    assert np.array_equal(np.asarray(later), np.asarray(image))
    assert later.tobytes() == later.copy().tobytes() == image.tobytes()
    assert len(merges) == 1
    assert pickle.loads(pickle.dumps(later)).tobytes() == image.tobytes()


@pytest.mark.parametrize("matrix", WEIGHTS)
@pytest.mark.parametrize("full_range", [True, False])
def test_the_small_copy_has_the_colours_of_the_standard(matrix: int, full_range: bool) -> None:
    of = planes(matrix, full_range, 61, 47)
    small = [np.asarray(Image.fromarray(each).reduce(4)) for each in of.samples]
    want = by_the_standard(Planes((small[0], small[1], small[2]), matrix, full_range))
    image = of.averaged(4)
    assert (image.mode, image.size, of.size) == ("RGB", (12, 16), (47, 61))
    assert np.abs(np.asarray(image) - want).max() <= 0.51


def test_which_matrices_are_known() -> None:
    assert [code for code in range(12) if can_convert(code)] == [1, 2, 5, 6, 9]
