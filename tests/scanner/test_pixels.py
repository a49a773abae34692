"""Pixels: against Pillow's own `frombuffer` and `reduce`, at every edge."""

import io
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from preflight.scanner.pixels import PixelsImage, averaged

MODES = {1: "L", 3: "RGB", 4: "CMYK"}


def noise(height: int, width: int, channels: int) -> np.ndarray:
    values = np.random.default_rng(3).integers(0, 256, (height, width, channels))
    return values.astype(np.uint8)


@settings(max_examples=80, deadline=None)
@given(
    height=st.integers(1, 70),
    width=st.integers(1, 70),
    channels=st.sampled_from(list(MODES)),
    factor=st.integers(2, 16),
)
def test_averages_are_those_of_pillow(height, width, channels, factor) -> None:
    pixels = noise(height, width, channels)
    wanted = np.asarray(PixelsImage(pixels, MODES[channels]).reduce(factor))
    got = averaged(pixels, factor).squeeze(2) if channels == 1 else averaged(pixels, factor)
    assert got.shape == wanted.shape
    assert np.abs(got.astype(int) - wanted).max() <= 1  # Pillow's own division is a little low


def test_averages_are_rounded_to_the_nearest() -> None:
    pixels = noise(96, 400, 3)
    exact = pixels.reshape(32, 3, 400, 3)[:, :, :399].reshape(32, 3, 133, 3, 3).mean(axis=(1, 3))
    got = averaged(pixels, 3)
    assert np.abs(got[:, :133] - exact).max() <= 0.5
    assert np.abs(got[:, 133] - pixels[:, 399].reshape(32, 3, 3).mean(axis=1)).max() <= 0.5


def test_a_white_picture_stays_white() -> None:
    assert averaged(np.full((50, 50, 3), 255, np.uint8), 16).min() == 255


@pytest.mark.parametrize("channels", MODES)
def test_it_is_the_image_that_pillow_makes(channels) -> None:
    pixels, mode = noise(20, 31, channels), MODES[channels]
    wanted = Image.frombuffer(mode, (31, 20), pixels, "raw", mode, 0, 1)
    uses = (
        lambda image: image.resize((7, 5), Image.Resampling.BICUBIC),
        lambda image: image.crop((3, 3, 40, 30)),
        lambda image: image.transpose(Image.Transpose.ROTATE_90),
        lambda image: image.convert("RGB"),
        lambda image: image.getchannel(0),
        lambda image: image.copy(),
        lambda image: pickle.loads(pickle.dumps(image)),
    )
    for use in uses:
        got = use(PixelsImage(pixels, mode))
        assert (got.mode, got.size) == (use(wanted).mode, use(wanted).size)
        assert got.tobytes() == use(wanted).tobytes()
    files = [io.BytesIO(), io.BytesIO()]
    for file, image in zip(files, (wanted, PixelsImage(pixels, mode))):
        image.save(file, "TIFF")
    assert files[0].getvalue() == files[1].getvalue()


def test_nothing_is_taken_over_before_it_is_used() -> None:
    pixels = noise(4, 4, 3)
    image = PixelsImage(pixels, "RGB")
    assert (image.mode, image.size, image.width, image.info) == ("RGB", (4, 4), 4, {})
    pixels[:] = 7
    assert image.getpixel((0, 0)) == (7, 7, 7)


@pytest.mark.parametrize("channels", MODES)
def test_who_changes_it_changes_a_copy(channels) -> None:
    pixels = noise(4, 4, channels)
    before, image = pixels.copy(), PixelsImage(pixels, MODES[channels])
    colour = (1, 2, 3, 4)[:channels]
    image.putpixel((0, 0), colour if channels > 1 else colour[0])
    assert np.asarray(image)[0, 0].ravel().tolist() == list(colour)
    assert np.array_equal(pixels, before)


@pytest.mark.parametrize("channels", MODES)
def test_numpy_takes_the_pixels_as_they_are_and_may_not_change_them(channels) -> None:
    pixels, mode = noise(5, 4, channels), MODES[channels]
    image = PixelsImage(pixels, mode)
    seen = np.asarray(image)
    assert np.shares_memory(seen, pixels)
    assert not seen.flags.writeable
    image.load()
    wanted = np.asarray(Image.frombuffer(mode, (4, 5), pixels, "raw", mode, 0, 1))
    for each in (seen, np.asarray(image)):
        assert each.shape == wanted.shape
        assert np.array_equal(each, wanted)
