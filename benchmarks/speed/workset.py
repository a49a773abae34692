"""Work set: seeded photos of phone size, made from pictures that scikit-image ships."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

sys.path.insert(0, str(Path(__file__).parents[2] / "samples"))


WIDTH_PX, HEIGHT_PX = 4032, 3024
"""What an iPhone's camera makes of its 12 megapixels."""

_SCENES = ("astronaut.png", "chelsea.png", "coffee.png", "motorcycle_left.png", "rocket.jpg")
_TEXTURES = ("grass.png", "gravel.png", "brick.png")
_STORED_AS = {
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_90,
    8: Image.Transpose.ROTATE_270,
}
"""From upright to how the sensor saw it, by Exif orientation."""

Array = np.ndarray[Any, np.dtype[np.float32]]


def _display_p3() -> bytes:
    from making.pictures import P3
    from making.profiles import rgb_profile

    return rgb_profile(P3)


@cache
def _shipped(name: str, mode: str) -> Image.Image:
    import skimage  # not needed by those who only look at the table

    return Image.open(Path(skimage.__file__).parent / "data" / name).convert(mode)


def scene(seed: int, width_px: int = WIDTH_PX, height_px: int = HEIGHT_PX) -> Image.Image:
    """A camera's picture: a part of a real one, with fine texture, noise and sharpening on it.

    Enlarged pictures alone would be smooth, and cheaper to code than any photo.
    """
    chance = np.random.default_rng(seed)
    photo = _shipped(_SCENES[seed % len(_SCENES)], "RGB")
    share = chance.uniform(0.72, 1.0)
    width = min(photo.width, photo.height * width_px / height_px) * share
    height = width * height_px / width_px
    left = chance.uniform(0, photo.width - width)
    top = chance.uniform(0, photo.height - height)
    box = (left, top, left + width, top + height)
    large = photo.resize((width_px, height_px), Image.Resampling.BICUBIC, box=box)
    pixels = np.asarray(large, np.float32).copy()
    grey = np.asarray(large.convert("L"), np.float32)
    pixels += (_texture(seed, width_px, height_px) * (0.1 + _detail(large)))[..., None]
    pixels += _noise(chance, width_px, height_px) * np.sqrt(1.5 + 0.04 * grey)[..., None]
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return image.filter(ImageFilter.UnsharpMask(1, 40, 0))


def _texture(seed: int, width_px: int, height_px: int) -> Array:
    """Grass, gravel or brick without its coarse part, mirrored to the size."""
    source = _shipped(_TEXTURES[seed % len(_TEXTURES)], "L")
    coarse = source.filter(ImageFilter.GaussianBlur(4))
    fine = np.asarray(source, np.float32) - np.asarray(coarse, np.float32)
    fine = np.concatenate([fine, fine[::-1]], 0)
    fine = np.concatenate([fine, fine[:, ::-1]], 1)
    repeats = -(-height_px // fine.shape[0]), -(-width_px // fine.shape[1])
    result: Array = np.tile(fine, repeats)[:height_px, :width_px] * np.float32(0.7)
    return result


def _detail(large: Image.Image) -> Array:
    """Where the photo has edges itself, 0 to about 1: texture belongs there."""
    small = large.convert("L").reduce(8).filter(ImageFilter.FIND_EDGES)
    wide = small.filter(ImageFilter.GaussianBlur(5)).resize(large.size, Image.Resampling.BILINEAR)
    result: Array = np.asarray(wide, np.float32) / 64
    return result


def _noise(chance: np.random.Generator, width_px: int, height_px: int) -> Array:
    """Noise of a sensor, spread to its neighbours by demosaicing."""
    shape = (height_px // 2, width_px // 2, 3)
    noise = np.tile(chance.standard_normal(shape, dtype=np.float32), (2, 2, 1))
    noise = noise * 0.6 + (np.roll(noise, 1, 0) + np.roll(noise, 1, 1)) * 0.3
    result: Array = noise * 0.5 + noise.mean(2, keepdims=True) * 0.8
    return result


def _exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = "Maker", "Phone", orientation
    return exif


def jpeg(target: Path, seed: int, *, orientation: int = 1, p3: bool = False, **how: Any) -> None:
    """A phone's JPEG, 12 megapixels unless `size` says otherwise."""
    size = how.pop("size", (WIDTH_PX, HEIGHT_PX))
    image = _stored(seed, orientation, size)
    icc = _display_p3() if p3 else None
    exif = _exif(orientation)
    image.save(target, "JPEG", quality=92, subsampling="4:2:0", exif=exif, icc_profile=icc, **how)


def _stored(seed: int, orientation: int, size: tuple[int, int]) -> Image.Image:
    if orientation in (6, 8):
        size = size[1], size[0]
    image = scene(seed, *size)
    return image if orientation == 1 else image.transpose(_STORED_AS[orientation])


def large_jpeg(target: Path, megapixels: int) -> None:
    """Makes a baseline JPEG of that many megapixels, if it is not there yet.

    Of a scene that the screen for steps lets pass at 48 megapixels: the full test, which few photos
    get and none of more than 64 megapixels, would add to some sizes and not to others. 100
    megapixels take about 8 GB while they are made.
    """
    half_px = (megapixels * 1_000_000 * WIDTH_PX / HEIGHT_PX) ** 0.5 / 2
    size = 2 * round(half_px), 2 * round(half_px * HEIGHT_PX / WIDTH_PX)
    _once(target, jpeg, 805, size=size)


def small_jpeg(target: Path, seed: int) -> None:
    """Makes a JPEG of 640 x 480 px, if it is not there yet."""
    _once(target, jpeg, seed, size=(640, 480))


def heic(target: Path, seed: int, *, orientation: int = 1) -> None:
    """As iPhones write it: a grid of tiles of 512 px, Display P3, with a thumbnail."""
    import pillow_heif

    image = _stored(seed, orientation, (WIDTH_PX, HEIGHT_PX))
    file = pillow_heif.from_bytes(mode="RGB", size=image.size, data=image.tobytes())
    file.info["icc_profile"], file.info["icc_profile_type"] = _display_p3(), "prof"
    file.info["exif"] = _exif(orientation).tobytes()
    speed = {"preset": "veryfast"}
    file.save(target, quality=58, chroma=420, tile_size=512, thumbnails=[320], enc_params=speed)


def png(target: Path, seed: int) -> None:
    """A photo of 12 megapixels with a soft transparent edge."""
    image = scene(seed)
    mask = Image.new("L", (WIDTH_PX // 8, HEIGHT_PX // 8))
    ImageDraw.Draw(mask).ellipse((40, 10, mask.width - 40, mask.height - 10), fill=255)
    soft = mask.filter(ImageFilter.GaussianBlur(8))
    image.putalpha(soft.resize(image.size, Image.Resampling.BILINEAR))
    image.save(target, "PNG", compress_level=4)


def webp(target: Path, seed: int) -> None:
    """A lossy photo of 12 megapixels."""
    scene(seed).save(target, "WEBP", quality=85, method=2, exif=_exif(1))


def make(folder: Path, jpegs: int, heics: int) -> None:
    """Makes what is not there yet: `jpeg/`, `heic/` and `one/`.

    A third of each folder is turned by its tag, a quarter of the JPEGs is Display P3, one in ten
    progressive.
    """
    turns = (6, 8, 3)
    for index in range(jpegs):
        turned = turns[index // 3 % 3] if index % 3 == 0 else 1
        more = {"progressive": True} if index % 10 == 9 else {}
        target = folder / "jpeg" / f"p{index:02}.jpg"
        _once(target, jpeg, index, orientation=turned, p3=index % 4 == 1, **more)
    for index in range(heics):
        turned = 6 if index % 3 == 0 else 1
        _once(folder / "heic" / f"h{index:02}.heic", heic, 500 + index, orientation=turned)
    _once(folder / "one" / "srgb.jpg", jpeg, 800)
    _once(folder / "one" / "p3-turned.jpg", jpeg, 801, orientation=6, p3=True)
    _once(folder / "one" / "phone.heic", heic, 802, orientation=6)
    _once(folder / "one" / "rgba.png", png, 803)
    _once(folder / "one" / "photo.webp", webp, 804)
    _once(folder / "one" / "48mp.jpg", jpeg, 805, size=(8064, 6048))


def _once(target: Path, recipe: Callable[..., None], seed: int, **how: Any) -> None:
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    recipe(part, seed, **how)
    part.rename(target)
