"""Encoding: settings, byte limits hit or refused but never missed, few encodes."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from preflight.fixer import encode as encode_module
from preflight.fixer.colour import srgb_profile
from preflight.fixer.encode import (
    Encoded,
    Extras,
    encode_jpeg,
    encode_png,
    fit_jpeg,
    fit_png,
)
from preflight.fixer.fine_colour import has_fine_colour

EXTRAS = Extras(srgb_profile())


def scene(side: int, grain: float, seed: int = 3) -> Image.Image:
    """Smooth colours with some grain, as photos are."""
    rng = np.random.default_rng(seed)
    small = rng.integers(40, 216, (7, 7, 3), dtype=np.uint8)
    smooth = np.asarray(Image.fromarray(small).resize((side, side), Image.Resampling.BICUBIC))
    noisy = smooth + rng.normal(0, grain, (side, side, 1))
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


SCENE = scene(256, 6)


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def test_jpeg_is_upright_srgb_and_plain() -> None:
    data = encode_jpeg(SCENE, 90, EXTRAS, progressive=True, fine_colour=False)
    image = opened(data)
    assert image.format == "JPEG"
    assert image.mode == "RGB"
    assert image.info["icc_profile"] == srgb_profile()
    assert image.info.get("progressive")
    assert not image.getexif()
    baseline = opened(encode_jpeg(SCENE, 90, EXTRAS, progressive=False, fine_colour=False))
    assert "progressive" not in baseline.info
    assert np.abs(np.asarray(image).astype(int) - np.asarray(SCENE)).mean() < 4


def test_encoding_is_deterministic() -> None:
    one, other = (fit_jpeg(SCENE, EXTRAS, progressive=True, max_bytes=20_000) for _ in range(2))
    assert one == other
    assert encode_png(SCENE, EXTRAS) == encode_png(SCENE, EXTRAS)


def test_png_keeps_every_pixel_and_alpha() -> None:
    image = SCENE.copy()
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    back = opened(encode_png(image, EXTRAS))
    assert back.mode == "RGBA"
    assert (np.asarray(back) == np.asarray(image)).all()


def test_small_coloured_details_keep_their_colour() -> None:
    letters = Image.new("RGB", (256, 256), "white")
    for x in range(0, 256, 6):
        letters.paste((220, 0, 0), (x, 0, x + 3, 256))
    assert has_fine_colour(letters)
    assert has_fine_colour(letters.transpose(Image.Transpose.ROTATE_90))
    assert not has_fine_colour(SCENE)
    data = fit_jpeg(letters, EXTRAS, progressive=True, max_bytes=None).data
    whole = np.asarray(opened(data)).astype(int)
    halved = np.asarray(
        opened(encode_jpeg(letters, 90, EXTRAS, progressive=True, fine_colour=False))
    ).astype(int)
    want = np.asarray(letters)
    assert np.abs(whole - want).mean() < 0.7 * np.abs(halved - want).mean()
    assert not has_fine_colour(Image.new("RGB", (1, 5), "red"))


def test_without_a_limit_one_encode_at_quality_90() -> None:
    done = fit_jpeg(SCENE, EXTRAS, progressive=True, max_bytes=None)
    assert (done.quality, done.encodes, done.fits, done.size) == (90, 1, True, (256, 256))


@settings(max_examples=40, deadline=None)
@given(
    grain=st.sampled_from([0.0, 2.0, 6.0, 20.0]),
    share=st.floats(0.05, 1.3),
    floor=st.integers(100, 300),
)
def test_a_byte_limit_is_hit_or_refused_never_missed(
    grain: float, share: float, floor: int
) -> None:
    image = scene(256, grain)
    free = len(fit_jpeg(image, EXTRAS, progressive=True, max_bytes=None).data)
    limit = int(free * share)
    done = fit_jpeg(image, EXTRAS, progressive=True, max_bytes=limit, floor_px=floor)
    assert done.encodes <= 5
    assert done.fits == (len(done.data) <= limit)
    assert opened(done.data).size == done.size
    assert done.quality is not None
    assert 70 <= done.quality <= 90
    if done.quality > 70:
        assert done.size == (256, 256)
    assert min(done.size) >= min(floor, 256)
    if not done.fits:
        side = min(floor, 256)
        smallest = image.resize((side, side), Image.Resampling.BICUBIC)
        least = encode_jpeg(smallest, 70, EXTRAS, progressive=True, fine_colour=False)
        assert len(least) > limit


def best_by_trying(image: Image.Image, limit: int) -> int | None:
    for quality in range(90, 69, -1):
        data = encode_jpeg(image, quality, EXTRAS, progressive=True, fine_colour=False)
        if len(data) <= limit:
            return quality
    return None


def test_the_search_finds_the_best_quality_with_few_encodes() -> None:
    encodes, off = [], []
    for seed in (3, 4):
        for grain in (1.0, 8.0):
            image = scene(256, grain, seed)
            free = len(encode_jpeg(image, 90, EXTRAS, progressive=True, fine_colour=False))
            for share in (0.95, 0.8, 0.7):
                best = best_by_trying(image, int(free * share))
                if best is None:
                    continue
                done = fit_jpeg(image, EXTRAS, progressive=True, max_bytes=int(free * share))
                assert done.quality is not None
                encodes.append(done.encodes)
                off.append(best - done.quality)
    assert len(off) >= 6
    assert max(off) <= 1
    assert min(off) >= 0
    assert sum(encodes) / len(encodes) <= 3.5


def test_too_few_bytes_are_met_with_quality_or_refused() -> None:
    free = len(fit_jpeg(SCENE, EXTRAS, progressive=True, max_bytes=None).data)
    done = fit_jpeg(SCENE, EXTRAS, progressive=True, max_bytes=None, min_bytes=free + 1)
    assert done.fits
    assert len(done.data) > free
    flat = Image.new("RGB", (64, 64), "teal")
    assert not fit_jpeg(flat, EXTRAS, progressive=True, max_bytes=None, min_bytes=90_000).fits
    between = fit_jpeg(SCENE, EXTRAS, progressive=True, max_bytes=free + 10, min_bytes=free + 9)
    assert between.fits == (free + 9 <= len(between.data) <= free + 10)


@pytest.mark.parametrize("limit", [20_000, 60_000, 100])
def test_png_gets_fewer_pixels(limit: int) -> None:
    done = fit_png(scene(256, 3), EXTRAS, max_bytes=limit, floor_px=96)
    assert done.fits == (len(done.data) <= limit)
    assert done.fits == (limit > 100)
    assert opened(done.data).size == done.size
    assert done.quality is None
    assert done.encodes <= 5


@pytest.mark.parametrize("encoder", [fit_jpeg, fit_png])
def test_metadata_that_is_kept_counts(encoder: Callable[..., Encoded]) -> None:
    exif = b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"
    extras = Extras(srgb_profile(), exif=exif, xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
    more = {"progressive": True} if encoder is fit_jpeg else {}
    done = encoder(SCENE, extras, max_bytes=None, **more)
    plain = encoder(SCENE, EXTRAS, max_bytes=None, **more)
    assert len(done.data) > len(plain.data)
    assert b"xmpmeta" in done.data
    assert opened(done.data).info["exif"].endswith(exif[6:])


def test_noise_that_does_not_fit_into_the_encoders_buffer_is_saved_all_the_same() -> None:
    rng = np.random.default_rng(1)
    noise = Image.fromarray(rng.integers(0, 256, (512, 512, 3), dtype=np.uint8))
    data = encode_jpeg(noise, 94, EXTRAS, progressive=True, fine_colour=True)
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (512, 512)
        assert not image.info.get("progressive")


def test_what_is_too_large_for_many_passes_stays_baseline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten passes over 100 megapixels are a bomb to our own check."""
    monkeypatch.setattr(encode_module, "PROGRESSIVE_SCANS", 10_000)
    image = Image.effect_noise((300, 300), 60).convert("RGB")

    def fitted() -> bytes:
        return fit_jpeg(image, EXTRAS, progressive=True, max_bytes=30_000).data

    assert b"\xff\xc2" not in fitted()
    monkeypatch.undo()
    assert b"\xff\xc2" in fitted()


def test_huffman_tables_of_its_own_are_written_where_a_limit_binds() -> None:
    plain = fit_jpeg(SCENE, EXTRAS, progressive=False, max_bytes=None)
    tight = fit_jpeg(SCENE, EXTRAS, progressive=False, max_bytes=len(plain.data) - 1)
    assert len(tight.data) < len(plain.data)
    assert tight.quality == plain.quality
    assert np.array_equal(opened(tight.data), opened(plain.data))
