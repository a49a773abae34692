"""Peer: pyvips with the libvips of its wheel. OUTPUT FILE..."""

import sys
from pathlib import Path

import pyvips

SIDE_PX = 1024


def fix(source: Path, folder: Path) -> None:
    """Upright, sRGB, the middle square, 1024 px, quality 90."""
    square = pyvips.Image.thumbnail(
        str(source), SIDE_PX, height=SIDE_PX, crop="centre", export_profile="srgb"
    )
    if square.hasalpha():
        square = square.flatten(background=255)
    square.jpegsave(str(folder / f"{source.stem}.jpg"), Q=90, keep="none")


if __name__ == "__main__":
    for name in sys.argv[2:]:
        fix(Path(name), Path(sys.argv[1]))
