"""Peer of `check`: Pillow and pillow-heif open each FILE and load its pixels (OUT FILE…)."""

import sys

import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener(thumbnails=False)

if __name__ == "__main__":
    for name in sys.argv[2:]:
        with Image.open(name) as image:
            image.load()
