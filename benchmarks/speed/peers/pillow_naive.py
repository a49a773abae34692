"""Peer: Pillow as most tutorials use it. Whole decode, turn, colours, fit. OUTPUT FILE..."""

import io
import sys
from pathlib import Path

import pillow_heif
from PIL import Image, ImageCms, ImageOps

pillow_heif.register_heif_opener()
SRGB = ImageCms.createProfile("sRGB")


def fix(source: Path, folder: Path) -> None:
    """Upright, sRGB, the middle square, 1024 px, quality 90."""
    image = ImageOps.exif_transpose(Image.open(source))
    icc = image.info.get("icc_profile")
    if image.mode == "RGBA":
        white = Image.new("RGBA", image.size, "white")
        white.alpha_composite(image)
        image = white
    image = image.convert("RGB")
    if icc:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        converted = ImageCms.profileToProfile(image, profile, SRGB, outputMode="RGB")
        image = converted or image
    square = ImageOps.fit(image, (1024, 1024), Image.Resampling.LANCZOS)
    square.save(folder / f"{source.stem}.jpg", quality=90)


if __name__ == "__main__":
    for name in sys.argv[2:]:
        fix(Path(name), Path(sys.argv[1]))
