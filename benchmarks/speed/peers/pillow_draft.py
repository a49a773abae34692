"""Peer: Pillow by someone who knows it. Reduced decode, colours last. OUTPUT FILE..."""

import io
import sys
from pathlib import Path

import pillow_heif
from PIL import Image, ImageCms, ImageOps

pillow_heif.register_heif_opener(thumbnails=False)
SRGB = ImageCms.createProfile("sRGB")
SIDE_PX = 1024


def fix(source: Path, folder: Path) -> None:
    """Upright, sRGB, the middle square, 1024 px, quality 90."""
    image = Image.open(source)
    exif, icc = image.getexif(), image.info.get("icc_profile")
    scale = SIDE_PX / min(image.size)
    image.draft("RGB", (int(image.width * scale), int(image.height * scale)))
    image = image.convert("RGBA" if image.mode == "RGBA" else "RGB")
    side = min(image.size)
    left, top = (image.width - side) / 2, (image.height - side) / 2
    box = (left, top, left + side, top + side)
    lanczos = Image.Resampling.LANCZOS
    square = image.resize((SIDE_PX, SIDE_PX), lanczos, box=box, reducing_gap=2.0)
    if square.mode == "RGBA":
        white = Image.new("RGB", square.size, "white")
        white.paste(square, mask=square.getchannel("A"))
        square = white
    square.getexif().update(exif)
    square = ImageOps.exif_transpose(square)
    if icc:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        square = ImageCms.profileToProfile(square, profile, SRGB, outputMode="RGB") or square
    square.save(folder / f"{source.stem}.jpg", quality=90)


if __name__ == "__main__":
    for name in sys.argv[2:]:
        fix(Path(name), Path(sys.argv[1]))
