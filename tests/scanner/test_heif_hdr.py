"""HEIC and AVIF in HDR: tones are mapped with all their bits, and faces look as in SDR."""

import io
import struct

import heif_making as make
import numpy as np
import pytest
from hdr_making import FACE, TRANSFERS, avif, heic, light, noise, portrait, rebuilt, signal
from PIL import Image

from preflight.api import fix, measure
from preflight.facts import Colour
from preflight.fixer.options import FixOptions
from preflight.limits import Limits
from preflight.scanner import avif as avif_format
from preflight.scanner import heif, heif_hdr, libaom
from preflight.scanner.code_points import tone_mapped
from preflight.scanner.decode import decode_picture
from preflight.scanner.orientation import turned_upright
from preflight.scanner.structure import Picture

LIMITS = Limits()
FILES = {"heic": heic, "avif": avif}
BOTH = pytest.mark.parametrize("kind", ["heic", "avif"])


@pytest.fixture(autouse=True)
def _needs_pyvips(request: pytest.FixtureRequest) -> None:
    if "avif" in request.node.name and not libaom.available():
        pytest.skip("the extra photo-preflight[avif] is not installed")


def decoded(data: bytes, side_px: int | None = None) -> Picture:
    """As the scan gets it: a HEIC from the decoder, an AVIF from the check."""
    if data[8:12] == b"avif":
        picture = avif_format.check_content(
            data, avif_format.read(data, LIMITS), LIMITS, side_px
        ).picture
        assert picture is not None
        return picture
    structure = heif.read(data, LIMITS)
    assert heif.check_content(data, structure, LIMITS, side_px).picture is None
    return decode_picture(data, "heic", structure, LIMITS, side_px)


@pytest.mark.parametrize("hdr", ["pq", "hlg"])
@pytest.mark.parametrize("bits", [10, 12])
@BOTH
def test_a_smooth_dark_ramp_has_no_bands(kind: str, hdr: str, bits: int) -> None:
    ramp = np.broadcast_to(np.linspace(8, 90, 1024)[None, :, None], (64, 1024, 3))
    coded = signal(light(ramp), hdr)
    picture = decoded(FILES[kind](coded, hdr, bits))
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
@BOTH
def test_a_face_comes_back_as_it_is_in_standard_range(
    kind: str, hdr: str, lamp: float, most: float
) -> None:
    """Also beside a lamp four times as bright as white."""
    want = portrait()
    lit = light(want)
    lit[:, :40] = lamp
    out = np.asarray(decoded(FILES[kind](signal(lit, hdr), hdr)).image)
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
    assert small.closer is not None
    whole, corner = small.closer((0, 0, 1031, 777), 1.0)
    assert (whole.size, corner) == ((1031, 777), (0, 0))
    part, corner = small.closer((101, 50, 500, 350), 1.0)
    assert corner == (101, 50)
    assert np.array_equal(np.asarray(part), np.asarray(whole)[50:350, 101:500])
    difference = np.abs(np.asarray(whole.reduce(2)).astype(int) - np.asarray(small.image))
    assert difference.mean() < 0.3
    assert (difference > 2).mean() < 0.001  # the edge of what sRGB can show is not straight
    alone = decoded(data)
    assert alone.closer is None
    assert np.abs(np.asarray(alone.image).astype(int) - np.asarray(whole)).max() <= 3


class Lent:
    """Samples that go when nobody has their owner any more, like those of pillow-heif 1.3."""

    def __init__(self, samples: np.ndarray) -> None:
        self._samples = samples.copy()
        self.__array_interface__ = {
            **self._samples.__array_interface__,
            "data": memoryview(self._samples).cast("B"),
        }

    def __del__(self) -> None:
        self._samples[:] = 0


def test_samples_stay_as_long_as_a_closer_look_needs_them() -> None:
    samples = np.random.default_rng(1).integers(0, 65536, (64, 80, 3), dtype=np.uint16)
    colour, box = Colour(hdr="pq", cicp=(9, 16, 9)), (0, 0, 80, 64)
    kept = heif_hdr.hdr_picture(samples, 16, colour, 16).closer
    lent = heif_hdr.hdr_picture(Lent(samples), 16, colour, 16).closer
    assert kept is not None
    assert lent is not None
    assert np.array_equal(np.asarray(lent(box, 1.0)[0]), np.asarray(kept(box, 1.0)[0]))


def test_blocks_are_averaged_before_the_tones_are_mapped() -> None:
    samples = np.random.default_rng(1).integers(0, 65536, (9, 11, 3), dtype=np.uint16)
    small = heif_hdr._reduced(samples, 4)
    assert small.shape == (3, 3, 3)
    assert (small[0, 1] == np.floor(samples[:4, 4:8].mean((0, 1)) + 0.5)).all()
    filled = samples[[8] * 4][:, [8, 9, 10, 10]]
    assert (small[2, 2] == np.floor(filled.mean((0, 1)) + 0.5)).all()


TURNS = [
    (),
    (b"irot", 1),
    (b"irot", 2),
    (b"irot", 3),
    (b"imir", 0),
    (b"imir", 1),
    (b"imir", 1, b"irot", 1),
    (b"irot", 3, b"imir", 0),
]


@pytest.mark.parametrize("turns", TURNS, ids=str)
@pytest.mark.parametrize("cropped", [False, True], ids=["whole", "cropped"])
@BOTH
def test_turned_and_cropped_pictures_come_out_as_their_tags_say(
    kind: str, cropped: bool, turns: tuple[bytes | int, ...]
) -> None:
    """Against the same pixels without a tag, turned here: irot counts anticlockwise (ISO 23008-12,
    6.5.10), imir 0 exchanges above and below, 1 left and right (6.5.12)."""
    plain = FILES[kind](signal(light(portrait(256)[:192]), "pq"), "pq")
    want = measured(plain)
    boxes = []
    if cropped:
        boxes.append(make.box(b"clap", struct.pack(">8I", 128, 1, 96, 1, 16, 1, 8, 1)))
        left, top = (256 - 128) // 2 + 16, (192 - 96) // 2 + 8
        want = want[top : top + 96, left : left + 128]
    for name, number in zip(turns[::2], turns[1::2]):
        boxes.append(make.box(name, bytes([number])))
        want = np.rot90(want, number) if name == b"irot" else np.flip(want, number)
    out = measured(rebuilt(plain, boxes) if boxes else plain)
    assert out.shape == want.shape
    assert np.abs(out.astype(int) - want).mean() < 1.5  # the brightest light is another, cropped


def measured(data: bytes) -> np.ndarray:
    """The upright pixels that the scan keeps, in sRGB."""
    picture = measure(data, side_px=2000).scan.picture
    assert picture is not None
    assert picture.is_srgb
    return np.asarray(turned_upright(picture.image, picture.orientation))


def test_alpha_is_kept_and_weighs_colours_when_they_are_reduced() -> None:
    coded = signal(noise(600, 720), "pq")
    alpha = np.zeros((600, 720, 1))
    alpha[::2, ::2] = 1.0
    data = heic(np.concatenate([coded, alpha], axis=-1), "pq", mode="RGBA;16")
    picture = decoded(data)
    assert (picture.image.mode, picture.is_srgb) == ("RGBA", True)
    opaque = np.asarray(decoded(heic(coded, "pq")).image)
    pixels = np.asarray(picture.image)
    assert np.abs(pixels[..., :3].astype(int) - opaque).max() <= 1
    assert (pixels[..., 3] == np.round(alpha[..., 0] * 255)).all()
    small = decoded(data, 300).image.convert("RGBA")
    assert small.size == (360, 300)
    seen = np.asarray(small)[..., :3].astype(int)  # of each four pixels only one is to be seen
    assert np.abs(seen - opaque[::2, ::2]).mean() < 2


def test_grey_is_mapped_with_all_its_bits() -> None:
    ramp = np.broadcast_to(np.linspace(8, 90, 1024)[None, :], (64, 1024))
    coded = signal(np.repeat(light(ramp)[..., None], 3, axis=-1), "pq")[..., 1]
    picture = decoded(heic(coded, "pq", mode="L;16"))
    assert (picture.image.mode, picture.is_srgb) == ("RGB", True)
    row = np.asarray(picture.image)[32].astype(int)
    assert len(np.unique(row[:, 1])) == 83
    assert (row[:, :1] == row).all()


def test_an_avif_without_the_extra_or_with_other_pixels_is_left_to_pillow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    coded = signal(light(portrait(64)), "pq")
    data = avif(coded, "pq")
    structure = avif_format.read(data, LIMITS)
    whole = libaom.judge_and_keep(data)
    assert whole[0] is libaom.Verdict.WHOLE
    other = libaom.Samples(whole[1].values[:, 1:], 10)
    monkeypatch.setattr(libaom, "judge_and_keep", lambda _: (libaom.Verdict.WHOLE, other))
    assert avif_format.check_content(data, structure, LIMITS, None).picture is None
    monkeypatch.setattr(libaom, "_pyvips", lambda: None)
    assert avif_format.check_content(data, structure, LIMITS, None).picture is None
    picture = decode_picture(data, "avif", structure, LIMITS)
    assert not picture.is_srgb
    assert np.abs(np.asarray(picture.image) - coded * 255).mean() < 1


def test_a_damaged_avif_in_hdr_is_damaged() -> None:
    data = avif(signal(light(portrait(128)), "pq"), "pq")
    ((start, end),) = avif_format.read(data, LIMITS).private.container.spans(1)
    middle = (start + end) // 2
    bad = data[:middle] + bytes(64) + data[middle + 64 :]
    content = avif_format.check_content(bad, avif_format.read(bad, LIMITS), LIMITS, None)
    assert [each.what for each in content.damage] == ["lost-sync"]
    assert content.picture is None


def test_an_avif_of_eight_bits_is_left_to_pillow() -> None:
    data = avif(signal(light(portrait(64)), "pq"), "pq", bits=8)
    content = avif_format.check_content(data, avif_format.read(data, LIMITS), LIMITS, None)
    assert (content.damage, content.skipped, content.picture) == ((), (), None)
