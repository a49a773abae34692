"""Samples: size, shape, people, and other formats."""

from __future__ import annotations

import numpy as np
import skimage.data
from PIL import Image, ImageOps

from making.coders import cmyk_image, lossless_jpeg
from making.pictures import ASTRONAUT, HEIC, heic, inks, portrait, sample, save

sample("portrait.heic")(lambda: HEIC)
sample("portrait.avif")(lambda: save(portrait(), "AVIF", quality=45, speed=6))
sample("portrait.webp")(lambda: save(portrait(), "WEBP", quality=60, method=6))
sample("still.gif")(lambda: save(portrait(360).quantize(64), "GIF"))
sample("portrait.tif")(
    lambda: save(portrait(330), "TIFF", compression="tiff_lzw", tiffinfo={317: 2})
)
sample("cmyk.tif")(
    lambda: save(cmyk_image(inks(330)), "TIFF", compression="tiff_adobe_deflate", tiffinfo={317: 2})
)
sample("portrait.bmp")(lambda: save(portrait(360).quantize(64), "BMP"))
sample("lossless.jpg")(lambda: lossless_jpeg(np.asarray(portrait(330).convert("L"))))
sample("heic-named.jpg")(lambda: heic(portrait(), 30))
sample("jpeg-named.heic")(lambda: save(portrait(), quality=60))
sample("webp-named.jpg")(lambda: save(portrait(), "WEBP", quality=45, method=6))

sample("tiny.jpg")(lambda: save(portrait(200)))
for side in (319, 320, 321):
    sample(f"side-{side}.jpg")(lambda side=side: save(portrait(side), quality=60))
sample("soft.jpg")(lambda: save(portrait(700)))


@sample("landscape.jpg")
def landscape() -> bytes:
    picture = ASTRONAUT.crop((0, 0, 512, 384))
    return save(picture.resize((1366, 1024), Image.Resampling.LANCZOS), quality=65)


@sample("strip.jpg")
def strip() -> bytes:
    row = Image.new("RGB", (3600, 1024))
    wall = ASTRONAUT.crop((0, 0, 512, 380)).resize((1380, 1024), Image.Resampling.LANCZOS)
    for index in range(3):
        row.paste(ImageOps.mirror(wall) if index % 2 else wall, (1380 * index, 0))
    return save(row, quality=30)


@sample("group.jpg")
def group() -> bytes:
    """Two people; in truth the same one twice."""
    half = ASTRONAUT.crop((100, 0, 356, 512)).resize((512, 1024), Image.Resampling.LANCZOS)
    both = Image.new("RGB", (1024, 1024))
    both.paste(half, (0, 0))
    both.paste(ImageOps.mirror(half), (512, 0))
    return save(both, quality=65)


@sample("no-face.jpg")
def no_face() -> bytes:
    launch = Image.fromarray(skimage.data.rocket()).crop((100, 0, 527, 427))
    return save(launch.resize((1024, 1024), Image.Resampling.LANCZOS), quality=60)


@sample("cat.jpg")
def cat() -> bytes:
    chelsea = Image.fromarray(skimage.data.chelsea()).crop((75, 0, 375, 300))
    return save(chelsea.resize((1024, 1024), Image.Resampling.LANCZOS), quality=60)


@sample("head-at-edge.jpg")
def head_at_edge() -> bytes:
    picture = ASTRONAUT.crop((150, 10, 490, 350))
    return save(picture.resize((1024, 1024), Image.Resampling.LANCZOS), quality=60)
