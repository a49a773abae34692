"""Resample: against Pillow's filters, in all modes, at all ratios, at every edge."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from preflight.fixer.resample import MODES, REDUCING_GAP, resampled
from preflight.scanner.planes import Planes


def photo(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Smooth, with some noise, and in every channel something else."""
    chance = np.random.default_rng(7)
    small = Image.fromarray(chance.integers(0, 256, (7, 9, 4), dtype=np.uint8), "RGBA")
    large = np.asarray(small.resize((width, height), Image.Resampling.BICUBIC)).astype(int)
    noisy = np.clip(large + chance.integers(-9, 10, large.shape), 0, 255).astype(np.uint8)
    image = Image.fromarray(noisy, "RGBA")
    if mode in ("La", "RGBa"):
        return image.convert("LA").convert("La") if mode == "La" else image.convert(mode)
    if mode == "CMYK":
        return Image.frombytes("CMYK", image.size, image.tobytes())
    return image.convert("RGB").convert(mode)


def exact(
    image: Image.Image, size: tuple[int, int], box: tuple[float, float, float, float]
) -> np.ndarray:
    return np.clip(unrounded(image, size, box) + 0.5, 0, 255).astype(int)


def unrounded(
    image: Image.Image, size: tuple[int, int], box: tuple[float, float, float, float]
) -> np.ndarray:
    """Pillow's two in floating point, in which it does not round in between; one axis at a time."""
    left, top, right, bottom = box
    smaller, larger = Image.Resampling.LANCZOS, Image.Resampling.BICUBIC
    across = smaller if right - left > size[0] else larger
    down = smaller if bottom - top > size[1] else larger
    planes = []
    for band in image.split():
        wide = band.convert("F").resize(
            (size[0], image.height), across, (left, 0, right, image.height), REDUCING_GAP
        )
        planes.append(wide.resize(size, down, (0, top, size[0], bottom), REDUCING_GAP))
    return np.stack([np.asarray(plane) for plane in planes], axis=-1).squeeze()


def difference(image: Image.Image, values: np.ndarray) -> np.ndarray:
    return np.abs(np.asarray(image).astype(int).squeeze() - values)


@pytest.mark.parametrize("mode", sorted(MODES))
@pytest.mark.parametrize(
    ("size", "box"),
    [
        ((40, 30), (0, 0, 200, 150)),
        ((64, 64), (31.25, 8.5, 150.75, 128)),
        ((90, 91), (100, 50, 140, 90)),  # larger than it was
        ((7, 3), (0, 0, 200, 150)),  # averaged first
        ((1, 1), (0, 0, 200, 150)),
    ],
)
def test_is_what_pillow_computes(
    mode: str, size: tuple[int, int], box: tuple[float, float, float, float]
) -> None:
    image = photo(200, 150, mode)
    got = resampled(image, size, box)
    assert got.size == size
    assert got.mode == ("RGB" if mode == "RGBX" else mode)
    want = exact(image.convert("RGB") if mode == "RGBX" else image, size, box)
    assert difference(got, want).max() <= 1


@settings(max_examples=80, deadline=None)
@given(
    width=st.integers(4, 90),
    height=st.integers(4, 90),
    across=st.integers(1, 70),
    down=st.integers(1, 70),
    left=st.floats(0, 0.9),
    top=st.floats(0, 0.9),
)
def test_any_ratio(
    width: int, height: int, across: int, down: int, left: float, top: float
) -> None:
    image = photo(width, height)
    box = (left * width, top * height, float(width), float(height))
    got = resampled(image, (across, down), box)
    averaged = max((box[2] - box[0]) / across, (box[3] - box[1]) / down) >= 2 * REDUCING_GAP
    off = difference(got, exact(image, (across, down), box))
    # Pillow's blocks may begin elsewhere, and are not rounded.
    assert off.mean() <= 9 if averaged else off.max() <= 1


def test_an_array_gives_the_same_as_the_image() -> None:
    image = photo(500, 400)
    box = (3.5, 20.0, 390.5, 399.0)
    pixels = np.asarray(image)
    same = resampled(image, (129, 77), box, pixels)
    assert same.tobytes() == resampled(image, (129, 77), box).tobytes()


def test_one_colour_stays_that_colour() -> None:
    """The weights of every output add up to one, at the edges too."""
    for size in ((1, 1), (5, 900), (333, 77)):
        grey = resampled(Image.new("L", (311, 123), 201), size, (0.3, 0.4, 310.2, 122.5))
        assert grey.getextrema() == (201, 201)


def test_a_strip_is_as_good() -> None:
    strip = photo(4000, 2)
    got = resampled(strip, (1000, 1), (0, 0, 4000, 2))
    assert difference(got, exact(strip, (1000, 1), (0, 0, 4000, 2))).max() <= 2


def test_a_cut_out_of_one_colour_has_no_rim() -> None:
    """Alpha and what is multiplied with it overshoot together at the edge."""
    grey = Image.new("RGBA", (300, 300), (128, 128, 128, 0))
    grey.paste((128, 128, 128, 255), (60, 60, 241, 239))
    small = resampled(grey.convert("RGBa"), (100, 100), (0, 0, 300, 300)).convert("RGBA")
    pixels = np.asarray(small).astype(int)
    opaque = pixels[pixels[..., 3] > 200]
    assert len(opaque) > 3000
    assert np.abs(opaque[:, :3] - 128).max() <= 1


def test_far_colours_do_not_wrap() -> None:
    """Lanczos overshoots; what is beyond black and white is black and white."""
    edge = Image.new("L", (300, 300), 0)
    edge.paste(255, (150, 0, 300, 300))
    small = np.asarray(resampled(edge, (100, 100), (0, 0, 300, 300)))
    assert small[:, :48].max() <= 30
    assert small[:, 52:].min() >= 225


def test_what_is_made_larger_does_not_ring_as_lanczos_does() -> None:
    edge = Image.new("L", (40, 40), 64)
    edge.paste(192, (20, 0, 40, 40))
    large = np.asarray(resampled(edge, (400, 400), (0, 0, 40, 40)))
    assert 192 < large.max() <= 192 + 0.08 * 128


@pytest.mark.parametrize("size", [(1, 1), (2, 300), (300, 2), (1, 4000)])
def test_a_tiny_picture_takes_no_more_memory_than_what_is_made_of_it(
    size: tuple[int, int],
) -> None:
    """Found by the fuzz harness: scratch for 300,000 rows, 4.6 GB, for a picture of one pixel."""
    image = photo(*size, "RGBa")
    tracemalloc.start()
    got = resampled(image, (1024, 1024), (0, 0, *size))
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert got.size == (1024, 1024)
    assert most < 40_000_000


@settings(max_examples=60, deadline=None)
@given(
    width=st.integers(1, 90),
    height=st.integers(1, 90),
    size=st.tuples(st.integers(1, 70), st.integers(1, 70)),
    begin=st.tuples(st.floats(0, 0.6), st.floats(0, 0.6)),
    share=st.floats(0.05, 1),
    matrix=st.sampled_from([1, 6, 9]),
    full_range=st.booleans(),
)
def test_planes_give_the_colours_of_their_image(
    width: int,
    height: int,
    size: tuple[int, int],
    begin: tuple[float, float],
    share: float,
    matrix: int,
    full_range: bool,
) -> None:
    y, blue, red = (np.asarray(band) for band in photo(width, height).split())
    planes = Planes((y, blue, red), matrix, full_range)
    left, top = begin[0] * width, begin[1] * height
    box = left, top, left + share * (width - left), top + share * (height - top)
    got = resampled(planes.later(), size, box, planes=planes)
    assert got.size == size
    if any(int((box[n + 2] - box[n]) / size[n] / REDUCING_GAP) > 1 for n in (0, 1)):
        want = resampled(planes.image(), size, box)  # averaged first
        assert np.array_equal(np.asarray(got), np.asarray(want))
        return
    assert got.mode == "RGB"
    assert difference(got, of_planes(planes, size, box).squeeze()).max() <= 1


def of_planes(
    planes: Planes, size: tuple[int, int], box: tuple[float, float, float, float]
) -> np.ndarray:
    """Colours of planes that nothing rounded or cut off."""
    image = Image.merge("RGB", [Image.fromarray(each) for each in planes.samples])
    product, offset = planes.to_rgb
    values = unrounded(image, size, box).reshape(-1, 3) @ product.T + offset.T
    return np.clip(values, 0, 255).astype(int).reshape(size[1], size[0], 3)


def test_large_planes_are_reduced_some_rows_at_a_time() -> None:
    """As the photo of a phone."""
    y, blue, red = (np.asarray(band) for band in photo(2016, 1512).convert("YCbCr").split())
    planes = Planes((y, blue, red), 6, True)
    box = 252.0, 0.0, 1764.0, 1512.0
    got = resampled(planes.later(), (1024, 1024), box, planes=planes)
    assert difference(got, of_planes(planes, (1024, 1024), box)).max() <= 1
