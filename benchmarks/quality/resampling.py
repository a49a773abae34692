"""Ways to reduce a photo to 1024 px, against a reference in floating point.

    python -m benchmarks.quality.resampling [--photos N | --work-set FOLDER]

Needs `butteraugli_main` (Debian: libjxl-devtools). The reference is Lanczos of the whole picture in
linear light, in floating point, rounded once. Two synthetic pictures show what photos hide: an edge
(overshoot) and fine black and white lines (brightness). With a folder (the JPEGs of
benchmarks/speed) only the way of `fix` is measured, against the same without linear light.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.quality.metrics import butteraugli, has_butteraugli, png
from benchmarks.quality.pictures import files, large_enough
from benchmarks.results import machine, table, versions, write_section
from preflight.fixer.detail import DETAIL, side_to_decode
from preflight.fixer.resample import REDUCING_GAP, resampled
from preflight.limits import Limits
from preflight.scanner.scan import scan
from preflight.source import read_source

SIDE_PX = 1024
GOAL = 0.3
LEAST_PX = 1500
"""Shorter side of the photos: below it nothing is decoded reduced."""
Size = tuple[int, int]
Way = Callable[[bytes, Size], Image.Image]
Filter = Image.Resampling


def opened(data: bytes, draft: Size | None = None) -> Image.Image:
    """The picture as RGB; by libjpeg's scales not below `draft`."""
    image = Image.open(io.BytesIO(data))
    if draft:
        image.draft("RGB", draft)
    return image.convert("RGB")


def in_linear_light(data: bytes, size: Size, resample: Filter = Filter.LANCZOS) -> Image.Image:
    """Resized as light adds up: floating point, sRGB's curve taken off and put on again."""
    codes = np.asarray(opened(data), dtype=np.float32) / 255
    light = np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)
    planes = [Image.fromarray(light[..., k]).resize(size, resample) for k in range(3)]
    small = np.clip(np.stack([np.asarray(plane) for plane in planes], axis=-1), 0, 1)
    shown = np.where(small <= 0.0031308, small * 12.92, 1.055 * small ** (1 / 2.4) - 0.055)
    return Image.fromarray((shown * 255 + 0.5).astype(np.uint8))


def in_floating_point(data: bytes, size: Size) -> Image.Image:
    """Lanczos of the whole picture as it is coded, rounded once."""
    planes = [plane.convert("F").resize(size, Filter.LANCZOS) for plane in opened(data).split()]
    small = np.clip(np.stack([np.asarray(plane) for plane in planes], axis=-1) + 0.5, 0, 255)
    return Image.fromarray(small.astype(np.uint8))


def resized(resample: Filter, gap: float | None = None, draft: float | None = None) -> Way:
    """Pillow's resize of coded values, behind a reduced decode not below `draft` times the size."""

    def way(data: bytes, size: Size) -> Image.Image:
        least = (round(size[0] * draft), round(size[1] * draft)) if draft else None
        return opened(data, least).resize(size, resample, reducing_gap=gap)

    return way


def as_fix(data: bytes, size: Size) -> Image.Image:
    """The reduction of `fix`: its decode and its Lanczos."""
    source = read_source(data, Limits())
    picture = scan(source, Limits(), side_px=side_to_decode(min(size))).picture
    if picture is None:
        raise ValueError("preflight does not open the photo")
    image = picture.image.convert("RGB")
    return resampled(image, size, (0, 0, *image.size))


FIX = f"as `fix`: decode at {DETAIL:g} times the size or more, Lanczos in floating point"
WAYS: dict[str, Way] = {
    FIX: as_fix,
    "the same, 8 bits between the two passes (Pillow)": resized(
        Filter.LANCZOS, REDUCING_GAP, DETAIL
    ),
    "the same, bicubic (Pillow)": resized(Filter.BICUBIC, REDUCING_GAP, DETAIL),
    "bicubic, decode at the size or more": resized(Filter.BICUBIC, REDUCING_GAP, 1.0),
    "bicubic, whole decode": resized(Filter.BICUBIC),
    f"bicubic, whole decode, reducing_gap {REDUCING_GAP:g}": resized(Filter.BICUBIC, REDUCING_GAP),
    "bicubic, decode at twice the size or more": resized(Filter.BICUBIC, None, 2.0),
    "Lanczos, whole decode": resized(Filter.LANCZOS),
    "Hamming, whole decode": resized(Filter.HAMMING),
    "box, whole decode": resized(Filter.BOX),
    "bicubic in linear light": lambda data, size: in_linear_light(data, size, Filter.BICUBIC),
}


def overshoot(way: Way) -> float:
    """Codes by which an edge from 64 to 192 is exceeded, after a reduction to a third."""
    codes = np.full((384, 384, 3), 64, dtype=np.uint8)
    codes[:, 190:] = 192
    row = np.asarray(way(png(Image.fromarray(codes)), (128, 128)))[64, :, 1].astype(int)
    return float(max(row.max() - 192, 64 - row.min(), 0))


def brightness_shift(way: Way) -> float:
    """Codes by which lines of 96 and 160 (one pixel each) come out too dark or bright, as light."""
    codes = np.full((384, 384, 3), 96, dtype=np.uint8)
    codes[:, ::2] = 160
    data = png(Image.fromarray(codes))
    shown = np.asarray(way(data, (128, 128)))[32:96, 32:96].mean()
    wanted = np.asarray(in_linear_light(data, (128, 128)))[32:96, 32:96].mean()
    return float(shown - wanted)


def _size(data: bytes) -> Size:
    with Image.open(io.BytesIO(data)) as image:
        scale = SIDE_PX / min(image.size)
        return round(image.width * scale), round(image.height * scale)


def _measure_work_set(paths: list[Path]) -> None:
    norms = []
    for data in map(Path.read_bytes, paths):
        size = _size(data)
        norms.append(butteraugli(png(in_floating_point(data, size)), png(as_fix(data, size))))
    body = f"""## Reducing the photos of the speed benchmark

`python -m benchmarks.quality.resampling --work-set SCRATCH/set/jpeg` · {machine()} ·
{versions("pillow")}, libjxl

{len(paths)} photos of 12 megapixels reduced as `fix` does it, from half their size or, where they
are dense, as a whole, against Lanczos of the whole picture in floating point, both in coded
values. butteraugli, 3-norm: median
{np.median(norms):.2f}, at most {max(norms):.2f}; {sum(n <= GOAL for n in norms)} are within the
{GOAL} that the project set itself (below 1 is invisible)."""
    write_section("quality-work-set", body)


def main() -> None:
    """Measures all ways on large photos, and writes the section of RESULTS.md."""
    if not has_butteraugli():
        sys.exit("butteraugli_main is not installed (Debian: libjxl-devtools).")
    parser = argparse.ArgumentParser(description="Ways to reduce a photo.")
    parser.add_argument("--photos", type=int, default=12, help="how many to measure on")
    parser.add_argument("--work-set", type=Path, help="the JPEGs of benchmarks/speed")
    asked = parser.parse_args()
    if asked.work_set:
        _measure_work_set(sorted(asked.work_set.glob("*.jpg")))
        return
    most = asked.photos
    paths = [p for p in files("faces-dev", "corpus") if large_enough(p, LEAST_PX)][:most]
    norms: dict[str, list[float]] = {name: [] for name in WAYS}
    for path in paths:
        data = path.read_bytes()
        size = _size(data)
        reference = png(in_linear_light(data, size))
        for name, way in WAYS.items():
            norms[name].append(butteraugli(reference, png(way(data, size))))
    rows = [
        [
            name,
            f"{np.median(norms[name]):.2f}",
            f"{max(norms[name]):.2f}",
            f"{overshoot(way):.0f}",
            f"{brightness_shift(way):+.1f}",
        ]
        for name, way in WAYS.items()
    ]
    head = ["way", "butteraugli 3-norm, median", "worst", "overshoot, codes", "brightness, codes"]
    body = f"""## Reducing a photo

`python -m benchmarks.quality.resampling` · {machine()} · {versions("pillow")}, libjxl

{len(paths)} photos reduced so that their shorter side is {SIDE_PX} px, against Lanczos of the whole
picture in linear light and floating point (below 1 is invisible). Overshoot: of an edge from 64
to 192. Brightness: of lines of 96 and 160, each one pixel wide.

{table(head, rows)}"""
    write_section("quality-resampling", body)


if __name__ == "__main__":
    main()
