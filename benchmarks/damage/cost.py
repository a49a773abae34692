"""Damage, stage 5: processor time of the check beside Pillow's open and load -> RESULTS.md.

    python -m benchmarks.damage.cost --make FOLDER
    python -m benchmarks.damage.cost FOLDER

The first makes photos of 12 megapixels from scikit-image's pictures, the second measures what is in
the folder: others may lie there too, called `photo-CODING.ext`.
"""

from __future__ import annotations

import argparse
import io
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
from PIL import Image, ImageFilter

from benchmarks.damage.run import LIMITS
from benchmarks.results import machine, table, versions, write_section
from preflight.scanner.scan import format_module
from preflight.scanner.sniff import sniff

SIZE_PX = (4032, 3024)
NAMES = ("astronaut.png", "coffee.png", "chelsea.png")
RUNS = 5
HORIZON_SLOPE = 16 / 4032
"""A horizon that falls by the height of one unit of blocks across the picture looks like damage by
a lost bit, until the full test for steps has looked at it."""
TILTED = "JPEG with a tilted horizon"
BASELINE = ("JPEG", "JPEG of the speed set")
JPEGS = (*BASELINE, "JPEG progressive")
"""Of which the mean is told; those of the speed set are not made here."""
CODINGS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 92},
    "JPEG progressive": {"quality": 92, "progressive": True},
    "PNG": {"compress_level": 6},
    "WEBP": {"quality": 85, "method": 1},
    "WEBP lossless": {"lossless": True, "method": 0},
    "HEIF": {"quality": 70},
}


def make(folder: Path) -> None:
    """Writes each picture in each coding."""
    import skimage

    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        with Image.open(Path(skimage.__file__).parent / "data" / name) as image:
            large = image.convert("RGB").resize(SIZE_PX, Image.Resampling.BICUBIC)
        large.info.clear()  # a profile in a PNG has the check decode it, in the scan's place
        tilted(large).save(folder / f"{Path(name).stem}-{TILTED}", "JPEG", quality=92)
        for coding, options in CODINGS.items():
            path = folder / f"{Path(name).stem}-{coding}"
            large.save(path, coding.split()[0], **options)


def tilted(picture: Image.Image) -> Image.Image:
    """The picture with a darker lower half, which begins at a line that is not quite level."""
    width, height = picture.size
    across, down = np.arange(width), np.arange(height)
    below = down[:, None] - (height // 32 * 16 - 8 + across[None, :] * HORIZON_SLOPE)
    shade = np.clip(below + 0.5, 0, 1)[:, :, None] * 100
    pixels = np.asarray(picture.filter(ImageFilter.GaussianBlur(3)), np.float32)
    return Image.fromarray((pixels / 2 + 120 - shade).astype(np.uint8))


def photos(folder: Path) -> Iterator[tuple[str, bytes]]:
    """What each is, and its bytes."""
    for path in sorted(folder.iterdir()):
        yield path.name.partition("-")[2], path.read_bytes()


def check(data: bytes) -> None:
    """Reads the structure and every coded byte, as a scan does before it looks for faces."""
    module = format_module(sniff(data, ""))
    structure = module.read(data, LIMITS)
    content = module.check_content(data, structure, LIMITS, None)
    assert not [each for each in (*structure.damage, *content.damage) if each.kind != "readable"]


def load(data: bytes) -> None:
    """What a program does that only opens the photo."""
    with Image.open(io.BytesIO(data)) as image:
        image.load()


def seconds(data: bytes) -> tuple[float, float]:
    """Processor time of the check and of Pillow: the median of some runs by turns."""
    ours, theirs = [], []
    for _ in range(RUNS):
        start = time.process_time()
        check(data)
        middle = time.process_time()
        load(data)
        ours.append(middle - start)
        theirs.append(time.process_time() - middle)
    return statistics.median(ours), statistics.median(theirs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--make", action="store_true", help="make the photos, measure nothing")
    options = parser.parse_args()
    pillow_heif.register_heif_opener()
    if options.make:
        make(options.folder)
        return
    measured: dict[str, list[tuple[float, float]]] = {}
    for coding, data in photos(options.folder):
        measured.setdefault(coding, []).append(seconds(data))
    rows = []
    for coding, pairs in measured.items():
        ours, theirs = (statistics.mean(side) for side in zip(*pairs, strict=True))
        ratios = [one / other for one, other in pairs]
        worst = f"{max(ratios):.2f}"
        mean = f"{statistics.mean(ratios):.2f}"
        rows.append([coding, str(len(pairs)), f"{ours:.2f} s", f"{theirs:.2f} s", mean, worst])
    notes = ["Processor time."]
    for names, what in ((BASELINE, "baseline JPEGs"), (JPEGS, "with the progressive ones")):
        of_jpegs = [one / other for name in names for one, other in measured.get(name, ())]
        if of_jpegs:
            mean = f"{statistics.mean(of_jpegs):.2f}"
            notes.append(f"Mean ratio of the {len(of_jpegs)} {what}: {mean}.")
    head = ["12 megapixels", "photos", "check", "Pillow open + load", "mean ratio", "worst"]
    packages = versions("pillow", "pillow-heif", "simplejpeg")
    text = f"`python -m benchmarks.damage.cost` · {machine()} · {packages}"
    title = "## What the check for damage costs"
    write_section("damage-cost", "\n\n".join([title, text, " ".join(notes), table(head, rows)]))


if __name__ == "__main__":
    main()
