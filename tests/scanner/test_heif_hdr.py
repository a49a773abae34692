"""HEIC in HDR: its tones are mapped with all its bits, and faces look as they do in SDR."""

import io
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from preflight.api import fix
from preflight.facts import Colour
from preflight.fixer.options import FixOptions
from preflight.limits import Limits
from preflight.scanner import heif, heif_hdr
from preflight.scanner.code_points import tone_mapped
from preflight.scanner.decode import decode_picture
from preflight.scanner.structure import Picture

LIMITS = Limits()
PORTRAIT = Path(__file__).parents[2] / "samples" / "portrait.webp"
FACE = (372, 184, 631, 503)
"""In pixels of the portrait, which is 1024 wide and high."""

TRANSFERS = {"pq": 16, "hlg": 18}
TO_BT2020 = np.array(  # ITU-R BT.2087-0, 4
    [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]]
)


def light(srgb: np.ndarray) -> np.ndarray:
    codes = srgb / 255.0
    return np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)


def signal(of_white: np.ndarray, hdr: str) -> np.ndarray:
    """PQ or HLG, 0 to 1, of linear sRGB whose white is shown with 203 cd/m2 (BT.2408)."""
    nits = of_white @ TO_BT2020.T * 203
    if hdr == "pq":
        power = (nits / 10000) ** 0.1593017578125
        return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375
    shown = nits / 1000
    luminance = np.maximum(shown @ (0.2627, 0.6780, 0.0593), 1e-9)
    scene = shown * (luminance ** (-0.2 / 1.2))[..., None]
    upper = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), upper)


def heic(
    coded: np.ndarray, hdr: str, bits: int = 10, mode: str = "RGB;16", quality: int = -1
) -> bytes:
    """A file of that signal; quality -1 is lossless."""
    samples = np.round(coded * (2**bits - 1)).astype(np.uint16) << (16 - bits)
    pillow_heif.options.SAVE_HDR_TO_12_BIT = bits == 12
    out = io.BytesIO()
    try:
        size = coded.shape[1], coded.shape[0]
        pillow_heif.from_bytes(mode, size, samples.tobytes()).save(
            out,
            quality=quality,
            chroma=444,
            color_primaries=9,
            transfer_characteristics=TRANSFERS[hdr],
            matrix_coefficients=9,
            full_range_flag=1,
        )
    finally:
        pillow_heif.options.SAVE_HDR_TO_12_BIT = False
    return out.getvalue()


def decoded(data: bytes, side_px: int | None = None) -> Picture:
    structure = heif.read(data, LIMITS)
    assert heif.check_content(data, structure, LIMITS, side_px).picture is None
    return decode_picture(data, "heic", structure, LIMITS, side_px)


def portrait(side_px: int = 512) -> np.ndarray:
    with Image.open(PORTRAIT) as image:
        return np.asarray(image.convert("RGB").resize((side_px, side_px), Image.Resampling.BOX))


def noise(height: int, width: int) -> np.ndarray:
    """Soft spots, a tenth of them brighter than white."""
    spots = np.random.default_rng(5).uniform(0, 255, (6, 8, 3)).astype(np.uint8)
    soft = Image.fromarray(spots).resize((width, height), Image.Resampling.BILINEAR)
    return light(np.asarray(soft)) * 2


@pytest.mark.parametrize("hdr", ["pq", "hlg"])
@pytest.mark.parametrize("bits", [10, 12])
def test_a_smooth_dark_ramp_has_no_bands(hdr: str, bits: int) -> None:
    ramp = np.broadcast_to(np.linspace(8, 90, 1024)[None, :, None], (64, 1024, 3))
    coded = signal(light(ramp), hdr)
    picture = decoded(heic(coded, hdr, bits))
    assert picture.is_srgb
    row = np.asarray(picture.image)[32].astype(int)
    assert np.abs(np.diff(row, axis=0)).max() == 1
    assert len(np.unique(row[:, 1])) == 83
    assert np.abs(row - ramp[32]).max() < 1
    # What the test would see of 8 bits:
    eight = Image.fromarray((coded * 255 + 0.5).astype(np.uint8))
    colour = Colour(hdr=hdr, cicp=(9, TRANSFERS[hdr], 9))
    banded = np.asarray(tone_mapped(eight, colour))[32].astype(int)
    assert np.abs(np.diff(banded, axis=0)).max() == 2
    assert len(np.unique(banded[:, 1])) < 75


@pytest.mark.parametrize("hdr", ["pq", "hlg"])
@pytest.mark.parametrize(("lamp", "most"), [(1.0, 0.6), (4.0, 3.0)])
def test_a_face_comes_back_as_it_is_in_standard_range(hdr: str, lamp: float, most: float) -> None:
    """Also beside a lamp four times as bright as white."""
    want = portrait()
    lit = light(want)
    lit[:, :40] = lamp
    out = np.asarray(decoded(heic(signal(lit, hdr), hdr)).image)
    left, top, right, bottom = (n // 2 for n in FACE)
    difference = out.astype(int) - want
    assert np.abs(difference[top:bottom, left:right]).mean() < most


@pytest.mark.parametrize("hdr", ["pq", "hlg"])
def test_a_fix_delivers_that_face_and_proves_it(hdr: str) -> None:
    want = portrait()
    data = heic(signal(light(want), hdr), hdr, quality=95)
    result = fix(data, options=FixOptions(size_px=512, crop="whole"))
    assert (result.status, result.why) == ("fixed", "")
    assert result.delta_e is not None
    assert result.delta_e < 1
    assert result.data is not None
    with Image.open(io.BytesIO(result.data)) as image:
        assert np.abs(np.asarray(image).astype(int) - want).mean() < 2


def test_the_reduced_copy_and_all_pixels_have_the_same_light(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(heif_hdr, "_STRIP_PIXELS", 20_000)
    monkeypatch.setattr(heif_hdr, "_SAMPLES", 50_000)
    data = heic(signal(noise(777, 1031), "pq"), "pq")
    small = decoded(data, 380)
    assert small.image.size == (516, 389)
    assert (small.width_px, small.height_px, small.orientation) == (1031, 777, 1)
    assert small.whole is not None
    whole = small.whole()
    assert whole.size == (1031, 777)
    difference = np.abs(np.asarray(whole.reduce(2)).astype(int) - np.asarray(small.image))
    assert difference.mean() < 0.3
    assert (difference > 2).mean() < 0.001  # the edge of what sRGB can show is not straight
    alone = decoded(data)
    assert alone.whole is None
    assert np.abs(np.asarray(alone.image).astype(int) - np.asarray(whole)).max() <= 3


def test_blocks_are_averaged_before_the_tones_are_mapped() -> None:
    samples = np.random.default_rng(1).integers(0, 65536, (9, 11, 3), dtype=np.uint16)
    small = heif_hdr._reduced(samples, 4)
    assert small.shape == (3, 3, 3)
    assert (small[0, 1] == np.floor(samples[:4, 4:8].mean((0, 1)) + 0.5)).all()
    filled = samples[[8] * 4][:, [8, 9, 10, 10]]
    assert (small[2, 2] == np.floor(filled.mean((0, 1)) + 0.5)).all()


def test_what_has_alpha_is_left_in_its_codes() -> None:
    coded = signal(noise(64, 96), "pq")
    with_alpha = np.concatenate([coded, np.full((64, 96, 1), 0.5)], axis=-1)
    picture = decoded(heic(with_alpha, "pq", mode="RGBA;16"))
    assert (picture.image.mode, picture.is_srgb) == ("RGBA", False)
    assert np.abs(np.asarray(picture.image)[..., :3] - coded * 255).mean() < 1
