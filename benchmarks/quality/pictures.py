"""The photos that the quality benchmarks measure on: squares of 1024 px, as `fix` renders them."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from preflight.api import measure
from preflight.fixer.crop import choose_window
from preflight.fixer.options import FixOptions
from preflight.fixer.placement import place
from preflight.fixer.steps import is_fine_enough, render
from preflight.limits import Limits
from preflight.scanner.decode import decode_picture
from preflight.scanner.orientation import upright_size
from preflight.scanner.scan import with_orientation

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
SIDE_PX = 1024
NOT_PHOTOS = (".csv", ".md", ".py")


def files(*folders: str) -> list[Path]:
    """All pictures of these folders of the shared test data, in order."""
    return [
        path
        for folder in folders
        for path in sorted((SHARED / folder).iterdir())
        if path.is_file() and path.suffix not in NOT_PHOTOS
    ]


def large_enough(path: Path, least_px: int) -> bool:
    """A JPEG with that many pixels on its shorter side."""
    try:
        with Image.open(path, formats=("JPEG",)) as image:
            return min(image.size) >= least_px and image.mode == "RGB"
    except OSError:
        return False


def squares(least_px: int = SIDE_PX, most: int = 26) -> list[tuple[str, Image.Image]]:
    """Photos whose shorter side has that many pixels, framed and rendered as `fix` does.

    Those that are damaged or cannot be opened are left out.
    """
    found = []
    large = [path for path in files("faces-dev", "corpus") if large_enough(path, least_px)]
    for path in large[:most]:
        scan = measure(path).scan
        picture, facts, white = scan.picture, scan.facts, (255, 255, 255)
        if picture is None or facts.damage:
            continue
        size = upright_size(picture.width_px, picture.height_px, picture.orientation)
        window = choose_window(*size, facts.faces, FixOptions())
        placement = place(window.box, *size, SIDE_PX)
        if not is_fine_enough(picture, placement):
            whole = decode_picture(path.read_bytes(), facts.format, scan.structure, Limits())
            picture = with_orientation(whole, facts)
        icc = scan.structure.icc
        image, _ = render(picture, placement, facts.colour, icc, background=white, pad=white)
        found.append((path.stem, image))
    return found
