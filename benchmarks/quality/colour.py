"""Colours of the test photos against conversions by libvips and ImageMagick (both with LittleCMS).

    python -m benchmarks.quality.colour

Lists every photo of the corpus with a wide or CMYK profile, wide PNGs, and all with code points
that change the colours. preflight's side is the whole photo as `fix` renders and encodes it, but
not enlarged; the other side decodes and converts the file by its own: libvips, for HEIC behind
libheif's `heif-convert`, or ImageMagick where neither can open it. Both are brought to one small
size first, and the other side is turned to whichever of four ways is nearest: that the photo is
upright, other tests show.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.quality.metrics import delta_e_76, delta_e_2000
from benchmarks.quality.pictures import files
from benchmarks.results import machine, table, versions, write_section
from preflight.api import measure
from preflight.facts import Facts
from preflight.fixer.colour import srgb_profile
from preflight.fixer.encode import Extras, fit_jpeg
from preflight.fixer.placement import place
from preflight.fixer.steps import render
from preflight.scanner.orientation import upright_size
from preflight.scanner.scan import Scan

SIDE_PX = 1024
SMALL_PX = 256
MOST = 1.5
HEIC = (".heic", ".heif", ".hif")
TURNS = (
    Image.Transpose.ROTATE_90,
    Image.Transpose.ROTATE_180,
    Image.Transpose.ROTATE_270,
)


def listed(facts: Facts) -> bool:
    """Its colours have to be converted."""
    colour = facts.colour
    wide = colour.gamut == "wide" or colour.model in ("cmyk", "ycck")
    named = colour.profile is not None and colour.gamut not in ("srgb", "grey")
    points = colour.cicp is not None and facts.format in ("heic", "avif", "png")
    return wide or named or points


def by_libvips(path: Path, *, turn: bool = True) -> Image.Image | None:
    """Upright sRGB by libvips; None where it cannot open the file."""
    import pyvips

    try:
        image = pyvips.Image.new_from_file(str(path))
        if turn:
            image = image.autorot()
        if image.get_typeof("icc-profile-data"):
            image = image.icc_transform(
                "srgb", embedded=True, intent="relative", black_point_compensation=True
            )
        image = image.colourspace("srgb").cast("uchar")
        if image.hasalpha():
            image = image.flatten(background=[255, 255, 255])
        return Image.open(io.BytesIO(image.write_to_buffer(".png"))).convert("RGB")
    except (pyvips.Error, OSError):
        return None


def by_libheif(path: Path) -> Image.Image | None:
    """The same behind `heif-convert`, which turns, but leaves colours to the profile."""
    tool = shutil.which("heif-convert")
    if tool is None or path.suffix.lower() not in HEIC:
        return None
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "out.png")
        subprocess.run([tool, str(path), str(output)], capture_output=True, check=False)
        found = [output] if output.exists() else sorted(Path(folder).glob("out-1.png"))
        return by_libvips(found[0], turn=False) if found else None


def by_imagemagick(path: Path) -> Image.Image | None:
    """Upright sRGB by ImageMagick; None where it cannot open the file."""
    tool = shutil.which("convert-im6.q16") or shutil.which("magick")
    if tool is None:
        return None
    srgb = Path(__file__).parents[2] / "preflight" / "fixer" / "profiles" / "srgb.icc"
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "out.png")
        done = subprocess.run(
            [
                *(tool, f"{path}[0]", "-auto-orient", "-intent", "Relative"),
                *("-black-point-compensation", "-profile", str(srgb)),
                *("-background", "white", "-flatten", "-depth", "8", str(output)),
            ],
            capture_output=True,
            timeout=120,
            check=False,
        )
        if done.returncode or not output.exists():
            return None
        with Image.open(output) as image:
            return image.convert("RGB")


def ours(scan: Scan) -> tuple[Image.Image, Image.Image] | None:
    """The whole photo as `fix` renders it, and behind `fix`'s JPEG encoder; None without pixels."""
    picture, facts = scan.picture, scan.facts
    if picture is None:
        return None
    width, height = upright_size(picture.width_px, picture.height_px, picture.orientation)
    placement = place((0, 0, width, height), width, height, min(SIDE_PX, max(width, height)))
    white, icc = (255, 255, 255), scan.structure.icc
    image, _ = render(picture, placement, facts.colour, icc, background=white, pad=white)
    data = fit_jpeg(image, Extras(srgb_profile()), progressive=False, max_bytes=None).data
    with Image.open(io.BytesIO(data)) as encoded:
        return image, encoded.convert("RGB")


def difference(one: Image.Image, other: Image.Image) -> tuple[float, float]:
    """Mean CIE76 and CIEDE2000 at a small size."""
    scale = min(1.0, SMALL_PX / max(one.size))
    size = max(8, round(one.width * scale)), max(8, round(one.height * scale))
    a, b = (np.asarray(image.resize(size, Image.Resampling.BOX)) for image in (one, other))
    return float(delta_e_76(a, b).mean()), float(delta_e_2000(a, b).mean())


PEERS: dict[str, Callable[[Path], Image.Image | None]] = {
    "heif-convert, libvips": by_libheif,
    "libvips": by_libvips,
    "ImageMagick": by_imagemagick,
}


def converted(path: Path) -> tuple[str, Image.Image | None]:
    """The first of the others that can open a file, and its picture."""
    for peer, convert in PEERS.items():
        image = convert(path)
        if image is not None:
            return peer, image
    return "none", None


def nearest_turn(one: Image.Image, other: Image.Image) -> tuple[float, float]:
    """The difference to the other picture, turned so that it is least."""
    turned = [other, *(other.transpose(turn) for turn in TURNS)]
    fitting = [
        image for image in turned if (image.width > image.height) == (one.width > one.height)
    ]
    return min(difference(one, image) for image in fitting or turned)


def main() -> None:
    """Runs on the corpus, and writes the section of RESULTS.md."""
    rows, worst = [], 0.0
    for path in files("corpus"):
        scan = measure(path, side_px=SIDE_PX).scan
        colour = scan.facts.colour
        made = ours(scan) if listed(scan.facts) else None
        if made is None:
            continue
        what = colour.profile or (f"code points {colour.cicp}" if colour.cicp else "no profile")
        peer, image = converted(path)
        cells = ["–", "–"]
        if image is not None:
            found = [nearest_turn(side, image) for side in made]
            cells = [f"{cie76:.2f} / {ciede2000:.2f}" for cie76, ciede2000 in found]
            if colour.hdr not in ("pq", "hlg"):
                worst = max(worst, *(cie76 for cie76, _ in found))
        rows.append([path.name, f"{colour.model}, {what}", peer, *cells])
    head = ["file", "colour", "against", "pixels", "after JPEG"]
    tool = subprocess.run(["convert", "-version"], capture_output=True, text=True, check=False)
    magick = " ".join(tool.stdout.split()[1:3]) or "ImageMagick not installed"
    body = f"""## Colours against other converters

`python -m benchmarks.quality.colour` · {machine()} · {versions("pillow", "pyvips")}, {magick}

Mean CIE76 / CIEDE2000 between the whole photo as `fix` renders it at 1024 px and the same
photo converted by others, before and after `fix`'s JPEG encoder; not enlarged. The goal is {MOST}
or less; the worst CIE76 of standard-range photos is {worst:.2f}. The others do not map the tones of
HDR (PQ) to what a screen can show: there is nothing to compare with.

{table(head, rows)}"""
    write_section("quality-colour", body)


if __name__ == "__main__":
    main()
