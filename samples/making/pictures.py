"""The pictures that all samples are made of, and how to save them."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pillow_heif
import skimage.data
from PIL import Image, ImageDraw
from PIL.ExifTags import IFD

from making.profiles import encoded, inks_for, linear, to_xyz_d50

ASTRONAUT = Image.fromarray(skimage.data.astronaut())
PORTRAIT = ASTRONAUT.crop((47, 0, 407, 360))
"""Square, the whole head within the circle."""

P3, ADOBE = "Display P3", "Compatible with Adobe RGB (1998)"
RECIPES: dict[str, Callable[[], bytes]] = {}


def sample(name: str) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    """Names the file that a recipe makes."""

    def keep(recipe: Callable[[], bytes]) -> Callable[[], bytes]:
        RECIPES[name] = recipe
        return recipe

    return keep


def portrait(side: int = 1024) -> Image.Image:
    return PORTRAIT.resize((side, side), Image.Resampling.LANCZOS)


def save(image: Image.Image, format_: str = "JPEG", **options: object) -> bytes:
    file = io.BytesIO()
    if format_ == "JPEG":
        options = {"quality": 65, "optimize": True} | options
    image.save(file, format_, **options)
    return file.getvalue()


def heic(image: Image.Image, quality: int = 40, **options: object) -> bytes:
    file = io.BytesIO()
    pillow_heif.from_pillow(image).save(file, quality=quality, **options)
    return file.getvalue()


def in_primaries(image: Image.Image, name: str, gamma: float | None = None) -> Image.Image:
    """The same colours coded for other primaries."""
    light = linear(np.asarray(image) / 255).reshape(-1, 3)
    other = light @ (np.linalg.inv(to_xyz_d50(name)) @ to_xyz_d50("sRGB")).T
    coded = other.clip(0, 1) ** (1 / gamma) if gamma else encoded(other)
    return Image.fromarray(np.round(coded * 255).astype(np.uint8).reshape(np.shape(image)))


def exif(orientation: int | None = None, *, place: bool = False, owner: bool = False) -> Image.Exif:
    """Exif of a phone that does not exist, at the gate of NASA's Kennedy Space Center."""
    tags = Image.Exif()
    tags[0x010F], tags[0x0110] = "Example", "Phone 1"
    if orientation:
        tags[0x0112] = orientation
    if place:
        position = {1: "N", 2: (28.0, 31.0, 26.0), 3: "W", 4: (80.0, 39.0, 3.0)}
        tags.get_ifd(IFD.GPSInfo).update(position)
    if owner:
        tags.get_ifd(IFD.Exif).update({0xA430: "Nobody Example", 0xA431: "SAMPLE-00001"})
    return tags


def stored(image: Image.Image, orientation: int) -> Image.Image:
    """The picture as a camera stores it that leaves the turning to the tag."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    return image.transpose(undo[orientation])


def phone_picture() -> Image.Image:
    """12 megapixels, upright, in Display P3."""
    small = in_primaries(ASTRONAUT.crop((35, 0, 419, 512)), P3)
    return small.resize((3024, 4032), Image.Resampling.LANCZOS)


def inks(side: int = 1024) -> np.ndarray:
    pixels = np.asarray(portrait(side)) / 255
    return inks_for(pixels.reshape(-1, 3)).reshape(side, side, 4)


def logo(side: int = 1024, turn: float = 0.0) -> Image.Image:
    """A white ring on a blue disc, the corners transparent."""
    image = Image.new("RGBA", (side, side), (255, 255, 255, 0))
    draw = ImageDraw.Draw(image)
    edge = side // 16
    draw.ellipse((edge, edge, side - edge, side - edge), (20, 60, 160, 255))
    draw.ellipse((4 * edge, 4 * edge, side - 4 * edge, side - 4 * edge), (255, 255, 255, 255))
    draw.pieslice(
        (5 * edge, 5 * edge, side - 5 * edge, side - 5 * edge), turn, turn + 270, (20, 60, 160, 255)
    )
    return image


READY = save(portrait())
HEIC = heic(portrait())
