import csv
import io
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, UnidentifiedImageError

from preflight.scanner.icc import gamut_of_cicp, read_profile

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"

SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.7141))
P3 = ((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407))
ADOBE = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
APPLE_GENERIC = ((0.4543, 0.2419, 0.0149), (0.3533, 0.6736, 0.0906), (0.1566, 0.0845, 0.7197))


def fixed(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def xyz(values: tuple[float, ...]) -> bytes:
    return b"XYZ \0\0\0\0" + fixed(*values)


def gamma(value: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(value * 256))


def table(count: int, exponent: float) -> bytes:
    steps = [round(65535 * (i / (count - 1)) ** exponent) for i in range(count)]
    return b"curv\0\0\0\0" + struct.pack(f">I{count}H", count, *steps)


SRGB_CURVE = b"para\0\0\0\0\0\3\0\0" + fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def build(tags: dict[str, bytes], space: bytes = b"RGB ", cls: bytes = b"mntr") -> bytes:
    directory, body, start = b"", b"", 132 + 12 * len(tags)
    for name, content in tags.items():
        directory += name.encode() + struct.pack(">II", start + len(body), len(content))
        body += content + b"\0" * (-len(content) % 4)
    rest = struct.pack(">I", len(tags)) + directory + body
    header = struct.pack(">I4sI", 128 + len(rest), b"none", 0x04300000) + cls + space + b"XYZ "
    header += b"\0" * 12 + b"acsp"
    return header.ljust(128, b"\0") + rest


def rgb(columns: tuple[tuple[float, ...], ...], curve: bytes, **more: bytes) -> bytes:
    tags = {name: xyz(column) for name, column in zip(("rXYZ", "gXYZ", "bXYZ"), columns)}
    return build(tags | dict.fromkeys(("rTRC", "gTRC", "bTRC"), curve) | more)


@pytest.mark.parametrize(
    ("columns", "curve", "gamut"),
    [
        (SRGB, SRGB_CURVE, "srgb"),
        (SRGB, gamma(2.2), "other"),
        (SRGB, gamma(1.0), "other"),
        (SRGB, b"curv\0\0\0\0\0\0\0\0", "other"),
        (P3, SRGB_CURVE, "wide"),
        (ADOBE, gamma(2.2), "wide"),
        (APPLE_GENERIC, gamma(1.8), "other"),
        (SRGB[::-1], SRGB_CURVE, "other"),  # red and blue swapped
    ],
)
def test_gamut(columns: tuple[tuple[float, ...], ...], curve: bytes, gamut: str) -> None:
    profile = read_profile(rgb(columns, curve))
    assert (profile.gamut, profile.error, profile.space) == (gamut, None, "RGB")


def test_a_sampled_curve_is_compared_too() -> None:
    lut = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert read_profile(lut).gamut == "srgb"
    assert read_profile(rgb(SRGB, table(1024, 2.4))).gamut == "other"
    assert read_profile(rgb(P3, table(2, 1.0))).gamut == "wide"


def test_a_table_besides_the_matrix_decides() -> None:
    profile = read_profile(rgb(SRGB, SRGB_CURVE, A2B0=b"mft2".ljust(52, b"\0")))
    assert (profile.gamut, profile.error) == ("other", None)


@pytest.mark.parametrize(
    ("space", "tags", "gamut"),
    [
        (b"GRAY", {"kTRC": SRGB_CURVE}, "srgb"),
        (b"GRAY", {"kTRC": gamma(1.8)}, "other"),
        (b"CMYK", {"A2B0": b"mft1".ljust(48, b"\0")}, "other"),
        (b"RGB ", {"A2B0": b"mAB ".ljust(48, b"\0")}, "other"),
    ],
)
def test_other_colour_spaces(space: bytes, tags: dict[str, bytes], gamut: str) -> None:
    profile = read_profile(build(tags, space, b"prtr"))
    assert (profile.gamut, profile.error) == (gamut, None)
    assert profile.space == space.decode().strip()


SOUND = rgb(SRGB, SRGB_CURVE, desc=b"desc\0\0\0\0\0\0\0\x05sRGB\0")


@pytest.mark.parametrize(
    ("icc", "error"),
    [
        (b"", "it has only 0 bytes"),
        (SOUND[:131], "it has only 131 bytes"),
        (SOUND[:-1], f"it is cut short: {len(SOUND) - 1} of {len(SOUND)} bytes"),
        (SOUND.replace(b"acsp", b"ascp"), "it does not begin like a colour profile"),
        (SOUND[:128] + b"\xff" * 4 + SOUND[132:], "its table of contents makes no sense"),
        (b"\0\0\0\1" + SOUND[4:], "its table of contents makes no sense"),
        (
            SOUND[:136] + b"\0\0\xff\xff" + SOUND[140:],
            "its table of contents points outside of it",
        ),
        (SOUND.replace(b"gTRC", b"gtrc"), "what it needs to convert colours is missing"),
        (
            SOUND.replace(b"XYZ \0\0\0\0", b"ZYX \0\0\0\0"),
            "what it needs to convert colours is missing",
        ),
        (
            rgb(SRGB, b"para\0\0\0\0\0\x09\0\0" + fixed(1)),
            "what it needs to convert colours is missing",
        ),
        (rgb(SRGB, b"curv\0\0\0\0\0\0\xff\xff"), "what it needs to convert colours is missing"),
        (build({"A2B0": b"mft1"}, b"CMYK"), "what it needs to convert colours is missing"),
        (
            build({"A2B0": b"mft1".ljust(48, b"\0")}, b"RGB ", b"link"),
            "it is a profile of class link, which fits no picture",
        ),
    ],
)
def test_corrupt_profiles(icc: bytes, error: str) -> None:
    profile = read_profile(icc)
    assert (profile.error, profile.gamut) == (error, "other")


def test_padding_behind_the_profile_is_harmless() -> None:
    assert read_profile(SOUND + b"\0\0\0").error is None


@pytest.mark.parametrize(
    ("desc", "name"),
    [
        (b"desc\0\0\0\0\0\0\0\x05sRGB\0", "sRGB"),
        (b"text\0\0\0\0sRGB\0", "sRGB"),
        (
            b"mluc\0\0\0\0\0\0\0\2\0\0\0\x0cdeDE\0\0\0\4\0\0\0\x28enUS\0\0\0\4\0\0\0\x2c"
            + "deen".encode("utf-16-be"),
            "en",
        ),
        (b"mluc\0\0\0\0\0\0\0\1\0\0\0\x0cdeDE\0\0\0\4\0\0\0\x1c" + "de".encode("utf-16-be"), "de"),
        (b"mluc\0\0\0\0\xff\xff\xff\xff\0\0\0\x0c", ""),
        (b"desc\0\0\0\0\xff\xff\xff\xffa\x1b[31mb\nc", "a [31mb c"),
        (b"", ""),
    ],
)
def test_description(desc: bytes, name: str) -> None:
    assert read_profile(rgb(P3, SRGB_CURVE, desc=desc)).description == name


@pytest.mark.parametrize(
    ("cicp", "gamut"),
    [
        ((1, 13, 6), "srgb"),
        ((2, 2, 2), "srgb"),
        ((1, 1, 1), "srgb"),
        ((12, 13, 6), "wide"),
        ((9, 16, 9), "wide"),
        ((11, 17, 0), "wide"),
        ((1, 16, 0), "other"),
        ((1, 8, 0), "other"),
    ],
)
def test_code_points(cicp: tuple[int, int, int], gamut: str) -> None:
    assert gamut_of_cicp(cicp) == gamut


@given(st.data())
def test_spoilt_profiles_never_raise(data: st.DataObject) -> None:
    icc = bytearray(data.draw(st.sampled_from([SOUND, rgb(ADOBE, gamma(2.2))])))
    for _ in range(data.draw(st.integers(1, 8))):
        icc[data.draw(st.integers(0, len(icc) - 1))] = data.draw(st.integers(0, 255))
    assert read_profile(bytes(icc)).gamut in ("srgb", "wide", "other")


@given(st.binary(max_size=400))
def test_any_bytes_get_an_answer(icc: bytes) -> None:
    assert read_profile(icc).error


WIDE = ("P3", "A98", "Adobe RGB", "R2020")


@pytest.mark.corpus
def test_real_profiles_agree_with_littlecms_and_the_manifest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not CORPUS.exists():
        pytest.skip("../shared/corpus is not here")
    import pillow_heif

    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    pillow_heif.register_heif_opener()
    compared = 0
    for row in csv.DictReader((CORPUS / "manifest.csv").read_text("utf-8").splitlines()):
        if not row["colour_profile"] or row["colour_profile"].startswith("nclx"):
            continue
        try:
            with Image.open(CORPUS / row["file"]) as image:
                icc, mode = image.info["icc_profile"], image.mode
        except UnidentifiedImageError:
            continue
        profile = read_profile(icc)
        assert profile.description == row["colour_profile"].strip(), row["file"]
        lcms = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        assert profile.description == ImageCms.getProfileDescription(lcms).strip()
        assert profile.space == lcms.profile.xcolor_space.strip()
        if profile.space == "RGB":
            wide = any(name in profile.description for name in WIDE)
            assert profile.gamut == ("wide" if wide else "srgb"), row["file"]
        else:
            assert (profile.gamut, mode) == ("other", "CMYK")
        compared += 1
    assert compared >= 20


def test_gamut_agrees_with_what_littlecms_does_to_the_primaries() -> None:
    """A wide profile's pure green clips in sRGB; sRGB's own stays; a narrower one moves inside."""
    for columns, moved in ((SRGB, False), (P3, True)):
        source = ImageCms.ImageCmsProfile(io.BytesIO(rgb(columns, SRGB_CURVE)))
        target = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
        transform = ImageCms.buildTransform(source, target, "RGB", "RGB")
        pixel = ImageCms.applyTransform(Image.new("RGB", (1, 1), (60, 200, 60)), transform)
        assert pixel is not None
        got = pixel.getpixel((0, 0))
        assert isinstance(got, tuple)
        assert (abs(got[0] - 60) > 3) == moved
