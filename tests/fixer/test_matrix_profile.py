"""Matrix profiles: as LittleCMS converts them, to a code, and nothing else is taken for one."""

import io
import struct
from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image, ImageCms

from preflight.facts import Colour
from preflight.fixer import colour, matrix_profile
from preflight.fixer.colour import srgb_profile, to_srgb
from preflight.fixer.matrix_profile import converted

WHITE = (0.9642, 1.0, 0.8249)
P3 = ((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407))
ADOBE = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
WIDEST = ((0.7977, 0.288, 0.0), (0.1352, 0.7119, 0.0), (0.0313, 0.0001, 0.8249))
"""ProPhoto's."""


def fixed(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def para(kind: int, *values: float) -> bytes:
    return b"para" + bytes(4) + struct.pack(">HH", kind, 0) + fixed(*values)


def curv(*values: int) -> bytes:
    return b"curv" + bytes(4) + struct.pack(f">I{len(values)}H", len(values), *values)


SRGB_CURVE = para(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def profile(
    columns: Sequence[Sequence[float]],
    curves: Sequence[bytes],
    cls: bytes = b"mntr",
    space: bytes = b"RGB ",
    more: dict[bytes, bytes] | None = None,
) -> bytes:
    tags = {
        b"desc": b"desc" + bytes(4) + (2).to_bytes(4, "big") + b"m\0" + bytes(78),
        b"cprt": b"text" + bytes(4) + b"CC0\0",
        b"wtpt": b"XYZ " + bytes(4) + fixed(*WHITE),
        **(more or {}),
    }
    for name, column, curve in zip(b"rgb", columns, curves):
        tags[bytes([name]) + b"XYZ"] = b"XYZ " + bytes(4) + fixed(*column)
        tags[bytes([name]) + b"TRC"] = curve
    table, body, start = b"", b"", 132 + 12 * len(tags)
    for name, data in tags.items():
        table += name + (start + len(body)).to_bytes(4, "big") + len(data).to_bytes(4, "big")
        body += data + bytes(-len(data) % 4)
    header = bytearray(128)
    header[8:12] = bytes.fromhex("04200000" if b"para" in body else "02400000")
    header[12:24] = cls + space + b"XYZ "
    header[36:40] = b"acsp"
    header[68:80] = fixed(*WHITE)
    whole = bytes(header) + len(tags).to_bytes(4, "big") + table + body
    return len(whole).to_bytes(4, "big") + whole[4:]


def colours() -> Image.Image:
    """Greys and colours of chance, more than are converted at a time."""
    pixels = np.random.default_rng(2).integers(0, 256, (300, 301, 3), dtype=np.uint8)
    pixels[0, :256] = np.arange(256)[:, None]
    return Image.fromarray(pixels)


def by_lcms(image: Image.Image, icc: bytes) -> np.ndarray:
    shown = ImageCms.profileToProfile(
        image,
        ImageCms.ImageCmsProfile(io.BytesIO(icc)),
        ImageCms.createProfile("sRGB"),
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert shown is not None
    return np.asarray(shown).astype(int)


TABLE = curv(*(round(65535 * (n / 1023) ** 1.9) for n in range(1024)))
CURVES = {
    "Display P3": (P3, [SRGB_CURVE] * 3),
    "Adobe RGB": (ADOBE, [curv(round(2.19921875 * 256))] * 3),
    "ProPhoto": (WIDEST, [curv(round(1.8 * 256))] * 3),
    "tables": (P3, [TABLE] * 3),
    "another curve each": (P3, [SRGB_CURVE, curv(round(2.2 * 256)), TABLE]),
    "no curve": (P3, [curv()] * 3),
    "para 0": (ADOBE, [para(0, 2.2)] * 3),
    "para 1": (P3, [para(1, 2.2, 1.05, -0.05)] * 3),
    "para 4": (P3, [para(4, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045, 0.0, 0.0)] * 3),
}


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("cls", [b"mntr", b"scnr"])
def test_colours_are_those_of_lcms(name: str, cls: bytes) -> None:
    icc = profile(*CURVES[name], cls=cls)
    shown = converted(colours(), icc)
    assert shown is not None
    apart = np.abs(np.asarray(shown).astype(int) - by_lcms(colours(), icc))
    assert apart.max() <= 1
    assert apart.mean() < 0.05


def test_the_conversion_takes_this_way_without_loading_lcms(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    icc = profile(*CURVES["Display P3"])
    monkeypatch.setattr(colour, "_transform", None)
    shown, notes = to_srgb(colours(), Colour(gamut="wide", profile_space="RGB"), icc)
    assert notes == ()
    assert np.abs(np.asarray(shown).astype(int) - by_lcms(colours(), icc)).max() <= 1


def test_white_and_black_stay_and_the_picture_is_left_alone() -> None:
    image = Image.new("RGB", (2, 1), "white")
    image.putpixel((1, 0), (0, 0, 0))
    shown = converted(image, profile(*CURVES["Display P3"]))
    assert shown is not None
    assert shown.tobytes() == image.tobytes() == b"\xff\xff\xff\0\0\0"


@pytest.mark.parametrize("columns", [P3, ((32767, 0, 0), (0, -32768, 0), (0, 0, 32767))])
@pytest.mark.parametrize(
    "curve",
    [
        para(0, 32767),
        para(0, -32768),
        para(4, 10, 32767, 32767, -32768, 0.5, 32767, -32768),
        curv(65535, 0),
    ],
)
def test_numbers_of_a_corrupt_profile_raise_nothing(
    columns: Sequence[Sequence[float]], curve: bytes
) -> None:
    with np.errstate(all="raise"):
        shown = converted(colours(), profile(columns, [curve] * 3))
    assert shown is None or shown.size == colours().size


def test_anything_else_is_left_to_lcms() -> None:
    good = CURVES["Display P3"]
    table = {b"A2B0": b"mft2" + bytes(100)}
    for icc in (
        b"",
        b"x" * 300,
        profile(*good)[:300],
        profile(*good)[:8] + b"\x09" + profile(*good)[9:],  # of a version that there is not
        profile(*good).replace(b"RGB XYZ ", b"RGB \0YZ "),
        profile(*good, more=table),
        profile(*good, more={b"D2B1": b"mpet" + bytes(20)}),
        profile(*good, cls=b"prtr"),
        profile(*good, space=b"CMYK"),
        profile(good[0], [*good[1][:2], b"para" + bytes(8)]),
        profile(good[0][:2], good[1]),
        profile(P3, [para(1, 2.2, 0.95, 0.05)] * 3),  # its black is to be made black
        profile((*P3[:2], (0.1571, 0.06657, 4.78407)), good[1]),  # hit by a flipped bit
        profile(P3, [para(3, 2.4, 2.0, 0.0, 1 / 12.92, 0.04045)] * 3),
        profile(P3, [para(3, 2.4, 1 / 1.055, 0.055 / 1.055, -1 / 12.92, 0.04045)] * 3),
    ):
        assert converted(colours(), icc) is None
    assert converted(colours().convert("L"), profile(*good)) is None
    assert converted(colours(), srgb_profile()) is not None


def test_a_profile_is_read_once() -> None:
    matrix_profile._conversion.cache_clear()
    for _ in range(3):
        converted(colours(), profile(*CURVES["Display P3"]))
    assert matrix_profile._conversion.cache_info().misses == 1
