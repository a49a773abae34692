"""Damage, stage 0: clean files to damage, made from scikit-image's pictures in many codings.

    python -m benchmarks.damage.bases FOLDER

Writes FOLDER/tuned and FOLDER/held-out. The first were looked at while the checks were made, the
second only by the benchmark. Each picture is written in a third of the codings, by turns, so that
no coding is judged by one picture.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pillow_heif
from PIL import Image

TUNED = ("astronaut.png", "coffee.png", "motorcycle_left.png", "rocket.jpg")
HELD_OUT = (
    "chelsea.png",
    "retina.jpg",
    "ihc.png",
    "hubble_deep_field.jpg",
    "motorcycle_right.png",
    "brick.png",
    "camera.png",
    "coins.png",
    "gravel.png",
)
LONGER_SIDE_PX = 560
_THIRD = 3

CODINGS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("jpeg-75.jpg", "RGB", {"quality": 75}),
    ("jpeg-92-444.jpg", "RGB", {"quality": 92, "subsampling": "4:4:4"}),
    ("jpeg-optimised.jpg", "RGB", {"quality": 85, "optimize": True, "subsampling": "4:2:2"}),
    ("jpeg-progressive.jpg", "RGB", {"quality": 88, "progressive": True}),
    ("jpeg-restarts.jpg", "RGB", {"quality": 80, "restart_marker_rows": 1}),
    ("jpeg-grey.jpg", "L", {"quality": 90}),
    ("png-rgb.png", "RGB", {}),
    ("png-palette.png", "P", {}),
    ("png-alpha.png", "RGBA", {"compress_level": 9}),
    ("webp-lossy.webp", "RGB", {"quality": 80}),
    ("webp-lossless.webp", "RGB", {"lossless": True}),
    ("webp-small.webp", "RGB", {"quality": 40, "method": 6}),
    ("gif.gif", "P", {}),
    ("gif-interlaced.gif", "P", {"interlace": 1}),
    ("gif-grey.gif", "L", {}),
    ("tiff-lzw.tif", "RGB", {"compression": "tiff_lzw"}),
    ("tiff-deflate.tif", "RGB", {"compression": "tiff_adobe_deflate"}),
    ("tiff-jpeg.tif", "RGB", {"compression": "jpeg", "quality": 85}),
    ("tiff-packbits.tif", "L", {"compression": "packbits"}),
    ("tiff-raw.tif", "RGB", {}),
    ("tiff-lzw-grey.tif", "L", {"compression": "tiff_lzw"}),
    ("heic-420.heic", "RGB", {"quality": 70}),
    ("heic-444.heic", "RGB", {"quality": 80, "chroma": 444}),
    ("heic-small.heic", "RGB", {"quality": 35}),
    ("avif-420.avif", "RGB", {"quality": 70, "speed": 8}),
    ("avif-444.avif", "RGB", {"quality": 85, "speed": 8, "subsampling": "4:4:4"}),
    ("avif-grey.avif", "L", {"quality": 60, "speed": 8}),
    ("bmp.bmp", "RGB", {}),
    ("bmp-palette.bmp", "P", {}),
    ("bmp-grey.bmp", "L", {}),
)
"""Name, mode and options; three of a kind in a row, since a picture gets every third."""


def pictures(names: tuple[str, ...]) -> Iterator[tuple[int, str, Image.Image]]:
    """Number, stem and pixels, at most `LONGER_SIDE_PX` long."""
    import skimage

    folder = Path(skimage.__file__).parent / "data"
    for number, name in enumerate(names):
        with Image.open(folder / name) as image:
            small = image.convert("RGB")
        small.thumbnail((LONGER_SIDE_PX, LONGER_SIDE_PX), Image.Resampling.LANCZOS)
        yield number, Path(name).stem, small


def write(names: tuple[str, ...], folder: Path) -> None:
    """Writes the clean files of these pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, stem, picture in pictures(names):
        for coding, mode, options in CODINGS[number % _THIRD :: _THIRD]:
            image = picture.quantize(200) if mode == "P" else picture.convert(mode)
            image.save(folder / f"{stem}-{coding}", **options)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    pillow_heif.register_heif_opener()
    write(TUNED, folder / "tuned")
    write(HELD_OUT, folder / "held-out")


if __name__ == "__main__":
    main()
