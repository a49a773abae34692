"""Colours: through profiles as LittleCMS and libvips do it, by code points, and out of HDR."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from preflight.facts import Colour
from preflight.fixer.colour import BROKEN_PROFILE, srgb_profile, to_srgb
from preflight.scanner.code_points import from_code_points, is_srgb, tone_mapped

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"


def colours() -> Image.Image:
    """512 colours, 8 steps a channel."""
    steps = np.linspace(0, 255, 8).round().astype(np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), -1)
    return Image.fromarray(cube.reshape(16, 32, 3))


def lab(image: Image.Image) -> np.ndarray:
    c = np.asarray(image.convert("RGB")) / 255.0
    c = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    m = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = c @ np.array(m).T / (0.95047, 1.0, 1.08883)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack(
        [116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1
    )


def delta_e(one: Image.Image, other: Image.Image) -> float:
    return float(np.sqrt(((lab(one) - lab(other)) ** 2).sum(-1)).mean())


def profile(name: str) -> bytes:
    pyvips = pytest.importorskip("pyvips", reason="profiles to test with come from libvips")
    return bytes(pyvips.Operation.call("profile_load", name))


def test_the_attached_profile_is_srgb() -> None:
    read = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile()))
    assert "sRGB" in ImageCms.getProfileDescription(read)
    there = ImageCms.profileToProfile(colours(), read, ImageCms.createProfile("sRGB"))
    assert there is not None
    assert np.abs(np.asarray(there).astype(int) - np.asarray(colours())).max() <= 1
    assert len(srgb_profile()) < 500


def test_plain_rgb_stays_as_it_is() -> None:
    out, notes = to_srgb(colours(), Colour(), None)
    assert (np.asarray(out) == np.asarray(colours())).all()
    assert notes == ()


def test_display_p3_by_profile_and_by_code_points_agree() -> None:
    icc = profile("p3")
    by_profile, notes = to_srgb(colours(), Colour(gamut="wide", profile_space="RGB"), icc)
    by_codes, more = to_srgb(colours(), Colour(gamut="wide", cicp=(12, 13, 0)), None)
    assert delta_e(by_profile, by_codes) < 0.3
    assert delta_e(by_profile, colours()) > 2
    assert notes == more == ()


def test_alpha_survives_the_conversion() -> None:
    image = colours()
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    out, _notes = to_srgb(image, Colour(gamut="wide", alpha=True), profile("p3"))
    assert out.mode == "RGBA"
    assert (np.asarray(out)[..., 3] == np.asarray(image)[..., 3]).all()
    opaque, _notes = to_srgb(colours(), Colour(gamut="wide"), profile("p3"))
    assert (np.asarray(out)[..., :3] == np.asarray(opaque)).all()


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("damage", ["cut", "other space", "nonsense"])
def test_a_bad_profile_means_srgb_and_is_said(mode: str, damage: str) -> None:
    icc = {"cut": srgb_profile()[:200], "other space": profile("cmyk"), "nonsense": b"x" * 300}
    image = colours().convert(mode)
    out, notes = to_srgb(image, Colour(gamut="other"), icc[damage])
    assert notes == (BROKEN_PROFILE,)
    assert (np.asarray(out) == np.asarray(image.convert("RGB"))).all()
    out, notes = to_srgb(image, Colour(profile_error="it is cut", profile="?"), None)
    assert notes == (BROKEN_PROFILE,)


def test_printing_colours_without_a_profile_look_like_print_and_not_negative() -> None:
    pyvips = pytest.importorskip("pyvips")
    steps = np.linspace(0, 255, 5).round().astype(np.uint8)
    inks = np.stack(np.meshgrid(steps, steps, steps, steps, indexing="ij"), -1).reshape(25, 25, 4)
    image = Image.frombytes("CMYK", (25, 25), inks.tobytes())
    out, notes = to_srgb(image, Colour(model="cmyk"), None)
    assert notes == ()
    assert out.getpixel((0, 0)) == (255, 255, 255)
    vips = pyvips.Image.new_from_memory(inks.tobytes(), 25, 25, 4, "uchar")
    shown = vips.copy(interpretation="cmyk").colourspace("srgb")
    want = Image.frombytes("RGB", (25, 25), shown.write_to_memory())
    assert delta_e(out, want) < 0.5


def test_lab_pixels_become_their_colours() -> None:
    to_lab = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    in_lab = ImageCms.applyTransform(colours(), to_lab)
    assert in_lab is not None
    out, _notes = to_srgb(in_lab, Colour(model="lab"), None)
    assert delta_e(out, colours()) < 1.5


def test_grey_with_a_grey_profile_is_converted() -> None:
    # Gamma 1.0 grey: half the light is a light grey in sRGB.
    out, _notes = to_srgb(Image.new("L", (2, 2), 128), Colour(gamut="other"), linear_grey())
    value = out.getpixel((0, 0))
    assert isinstance(value, tuple)
    assert abs(value[0] - 188) <= 2


def linear_grey() -> bytes:
    """The smallest grey ICC profile: gamma 1, white D50."""
    tags = {
        b"desc": b"desc" + bytes(4) + (2).to_bytes(4, "big") + b"g\0" + bytes(78),
        b"wtpt": b"XYZ " + bytes(4) + bytes.fromhex("0000f6d6000100000000d32d"),
        b"kTRC": b"curv" + bytes(4) + (0).to_bytes(4, "big"),
        b"cprt": b"text" + bytes(4) + b"CC0\0",
    }
    table, body, start = b"", b"", 132 + 12 * len(tags)
    for name, data in tags.items():
        table += name + (start + len(body)).to_bytes(4, "big") + len(data).to_bytes(4, "big")
        body += data + bytes(-len(data) % 4)
    header = bytearray(128)
    header[8:12] = bytes.fromhex("02400000")
    header[12:24] = b"mntrGRAYXYZ "
    header[36:40] = b"acsp"
    header[68:80] = bytes.fromhex("0000f6d6000100000000d32d")
    whole = bytes(header) + len(tags).to_bytes(4, "big") + table + body
    return len(whole).to_bytes(4, "big") + whole[4:]


def test_code_points_of_ordinary_video_and_photos_are_srgb() -> None:
    assert is_srgb((1, 13, 6))
    assert is_srgb((1, 1, 1))
    assert is_srgb((2, 2, 2))
    assert not is_srgb((9, 14, 9))
    assert not is_srgb((12, 13, 0))
    assert not is_srgb((1, 8, 0))


@pytest.mark.parametrize(("transfer", "code", "want"), [(8, 55, 128), (4, 128, 128), (13, 77, 77)])
def test_transfer_functions(transfer: int, code: int, want: int) -> None:
    out = from_code_points(Image.new("RGB", (1, 1), (code, code, code)), (1, transfer, 0))
    value = out.getpixel((0, 0))
    assert isinstance(value, tuple)
    assert max(abs(channel - want) for channel in value) <= 1


@pytest.mark.parametrize("primaries", [1, 4, 9, 11, 12, 77])
def test_white_stays_white_and_grey_stays_grey(primaries: int) -> None:
    grey = Image.new("RGB", (1, 1), (150, 150, 150))
    value = from_code_points(grey, (primaries, 13, 0)).getpixel((0, 0))
    assert isinstance(value, tuple)
    assert max(abs(channel - 150) for channel in value) <= 1


def pq(nits: float) -> int:
    power = (nits / 10000) ** 0.1593017578125
    code = ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375
    return round(code * 255)


def test_hdr_skin_stays_and_lamps_are_rolled_off() -> None:
    image = Image.new("RGB", (100, 10), (pq(60), pq(60), pq(60)))
    image.paste((pq(1000),) * 3, (90, 0, 100, 10))
    image.paste((pq(203),) * 3, (80, 0, 90, 10))
    out = tone_mapped(image, Colour(hdr="pq", cicp=(9, 16, 9)))
    skin, white, lamp = (out.getpixel((x, 5)) for x in (5, 85, 95))
    assert isinstance(skin, tuple)
    assert isinstance(white, tuple)
    assert isinstance(lamp, tuple)
    # 60 of 203 cd/m2 is 0.296 of white, 148 in sRGB; 8-bit PQ codes are coarse.
    assert abs(skin[0] - 148) <= 4
    assert 200 <= white[0] < lamp[0]
    assert lamp[0] >= 253


def test_hdr_that_is_not_bright_is_not_dimmed() -> None:
    out = tone_mapped(Image.new("RGB", (4, 4), (pq(203),) * 3), Colour(hdr="pq", cicp=(9, 16, 9)))
    value = out.getpixel((0, 0))
    assert isinstance(value, tuple)
    assert value[0] >= 252


def test_hlg_reference_white_is_light_and_black_is_black() -> None:
    image = Image.new("RGB", (100, 10), (191, 191, 191))  # 75 % of the signal: 203 cd/m2
    image.paste((255, 255, 255), (0, 0, 10, 10))
    image.paste((0, 0, 0), (90, 0, 100, 10))
    out = tone_mapped(image, Colour(hdr="hlg", cicp=(9, 18, 9)))
    peak, white, black = (out.getpixel((x, 5)) for x in (5, 50, 95))
    assert isinstance(white, tuple)
    assert peak == (255, 255, 255)
    assert 200 <= white[0] <= 240
    assert black == (0, 0, 0)


def test_hdr_keeps_the_hue_of_skin() -> None:
    bright = Image.new("RGB", (10, 10), (pq(900), pq(600), pq(450)))
    out = np.asarray(tone_mapped(bright, Colour(hdr="pq", cicp=(1, 16, 1))))[5, 5] / 255.0
    light = np.where(out <= 0.04045, out / 12.92, ((out + 0.055) / 1.055) ** 2.4)
    assert abs(light[1] / light[0] - 600 / 900) < 0.06
    assert abs(light[2] / light[0] - 450 / 900) < 0.06


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="needs ../shared/corpus")
@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("d042-TestJFIF.jpg", 1.5),
        ("d030-3d3382d3-IMG_0514.jpg", 1.5),
        ("d036-apple_gainmap_old.jpg", 1.5),
        ("d037-img39.jpg", 1.5),
        ("d018-search_start_ritual_illustration.png", 1.5),
        ("d017-R2020-sRGB-blue.png", 1.5),
        ("d060-general-cmm-error.tif", 1.5),
    ],
)
def test_real_files_as_libvips_shows_them(name: str, most: float) -> None:
    pyvips = pytest.importorskip("pyvips")
    theirs = pyvips.Image.thumbnail(
        str(CORPUS / name), 300, height=300, size="force", export_profile="srgb"
    )
    theirs = theirs.flatten(background=[255]) if theirs.hasalpha() else theirs
    want = Image.frombytes("RGB", (300, 300), theirs.write_to_memory())
    with Image.open(CORPUS / name) as image:
        icc = image.info.get("icc_profile")
        image.load()
        plain = image.convert("RGBA") if image.mode == "P" else image
        small = plain.resize((300, 300), Image.Resampling.BICUBIC, reducing_gap=2.0)
    out, notes = to_srgb(small, Colour(gamut="wide"), icc)
    laid = Image.new("RGB", out.size, "white")
    laid.paste(out.convert("RGB"), mask=out.getchannel("A") if out.mode == "RGBA" else None)
    assert notes == ()
    assert delta_e(laid, want) <= most
