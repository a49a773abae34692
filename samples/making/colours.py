"""Samples: colour, depth, transparency and animation."""

from __future__ import annotations

import io

import numpy as np
import pillow_heif
from PIL import Image, ImageDraw

from making.coders import as_ycck, chunk, cmyk_image, png, ycck_image
from making.pictures import (
    ADOBE,
    ASTRONAUT,
    P3,
    in_primaries,
    inks,
    logo,
    portrait,
    sample,
    save,
)
from making.profiles import cmyk_profile, linear, rgb_profile


@sample("display-p3.jpg")
def display_p3() -> bytes:
    return save(in_primaries(portrait(), P3), icc_profile=rgb_profile(P3))


@sample("adobe-rgb.jpg")
def adobe_rgb() -> bytes:
    return save(in_primaries(portrait(), ADOBE, 2.2), icc_profile=rgb_profile(ADOBE, 2.2))


sample("cmyk-profile.jpg")(
    lambda: save(cmyk_image(inks(640)), icc_profile=cmyk_profile(), quality=60)
)
sample("cmyk.jpg")(lambda: save(cmyk_image(inks(400)), quality=70))
sample("ycck-profile.jpg")(
    lambda: as_ycck(
        save(ycck_image(inks(640)), icc_profile=cmyk_profile(), quality=60, subsampling=0)
    )
)
sample("ycck.jpg")(lambda: as_ycck(save(ycck_image(inks(400)), quality=70, subsampling=0)))


@sample("broken-profile.jpg")
def broken_profile() -> bytes:
    """The profile ends in the middle, as a careless editor leaves it."""
    return save(portrait(), icc_profile=rgb_profile(P3)[:300])


@sample("wrong-profile.jpg")
def wrong_profile() -> bytes:
    """A profile for printing inks inside a picture of red, green and blue."""
    return save(portrait(), icc_profile=cmyk_profile())


@sample("16-bit.png")
def sixteen_bit() -> bytes:
    """Ramps of red, green and blue of which 8 bits are too coarse."""
    across = np.linspace(0, 65535, 360)[None, :, None]
    down = np.linspace(1, 0, 360)[:, None, None]
    return png(np.round(across * np.concatenate([down, down / 2, 1 - down], axis=2)), 2, 16)


@sample("16-bit-grey.png")
def sixteen_bit_grey() -> bytes:
    """A ramp that turns nearly white where the values are clipped instead of scaled."""
    ramp = np.linspace(0, 65535, 1024)[None, :, None].repeat(1024, axis=0)
    return png(np.round(ramp), 0, 16)


@sample("hdr.heic")
def hdr() -> bytes:
    """10 bits, BT.2020 with the PQ curve, white at 203 nits (ITU-R BT.2408)."""
    light = linear(np.asarray(portrait(640)) / 255).reshape(-1, 3)
    to_2020 = np.array(
        [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]]
    )
    power = ((light @ to_2020.T).clip(0, 1) * 203 / 10000) ** 0.1593017578125
    coded = ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375
    file = pillow_heif.from_bytes(
        mode="RGB;16",
        size=(640, 640),
        data=np.round(coded * 65535).astype("<u2").tobytes(),
    )
    out = io.BytesIO()
    file.save(
        out,
        quality=45,
        color_primaries=9,
        transfer_characteristics=16,
        matrix_coefficients=9,
        full_range_flag=1,
    )
    return out.getvalue()


@sample("transparent.png")
def transparent() -> bytes:
    image = portrait(330).convert("RGBA")
    mask = Image.new("L", (1600, 1600))
    ImageDraw.Draw(mask).ellipse((0, 0, 1599, 1599), 255)
    image.putalpha(mask.resize(image.size, Image.Resampling.LANCZOS))
    return save(image, "PNG", optimize=True)


sample("transparent-grey.png")(lambda: save(logo().convert("LA"), "PNG", optimize=True))
sample("alpha-but-opaque.png")(
    lambda: save(logo().convert("RGB").convert("RGBA"), "PNG", optimize=True)
)


@sample("transparent-palette.png")
def transparent_palette() -> bytes:
    indexes = np.asarray(logo().convert("L").point(lambda value: value // 128))
    corner = np.asarray(logo().getchannel("A")) == 0
    palette = chunk(b"PLTE", bytes((20, 60, 160, 255, 255, 255, 255, 255, 255)))
    pixels = np.where(corner, 2, indexes)[..., None]
    return png(pixels, 3, 8, palette + chunk(b"tRNS", b"\xff\xff\x00"))


def nodding(side: int, colours: int) -> list[Image.Image]:
    """Three frames that move up and down."""
    frames = [ASTRONAUT.crop((47, top, 407, top + 360)) for top in (0, 8, 16)]
    frames = [frame.resize((side, side), Image.Resampling.LANCZOS) for frame in frames]
    return [frame.quantize(colours, dither=Image.Dither.NONE) for frame in frames]


@sample("animated.gif")
def animated_gif() -> bytes:
    first, *others = nodding(360, 32)
    return save(first, "GIF", save_all=True, append_images=others, duration=200, loop=0)


@sample("animated.webp")
def animated_webp() -> bytes:
    first, *others = (frame.convert("RGB") for frame in nodding(1024, 256))
    return save(
        first, "WEBP", save_all=True, append_images=others, duration=200, quality=40, method=6
    )


@sample("animated.png")
def animated_png() -> bytes:
    first, *others = (logo(1024, turn).convert("RGB").quantize(16) for turn in (0, 90, 180))
    return save(first, "PNG", save_all=True, append_images=others, duration=200, optimize=True)
