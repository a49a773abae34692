"""Bytes at equal quality: preflight's encoder settings against Pillow's and sharp's.

    QUALITY_NODE_MODULES=FOLDER/node_modules python -m benchmarks.quality.encoding

Needs `pip install ssimulacra2`; runs sharp and mozjpeg-lossless-optimization where they are
installed. The others are encoded at a quality that gives nearly preflight's SSIMULACRA2; the rest
is brought over with the slope of log(bytes) over the score between Pillow's qualities 75 and 90.
"""

from __future__ import annotations

import hashlib
import io
import math
import multiprocessing
import time
from dataclasses import dataclass

import numpy as np
from PIL import Image

from benchmarks.quality import encoders
from benchmarks.quality.metrics import png, ssimulacra2
from benchmarks.quality.pictures import squares
from benchmarks.results import machine, table, versions, write_section
from preflight.fixer.encode import QUALITY


class Scores:
    """SSIMULACRA2 of encoded files against one photo; the same pixels are scored once."""

    def __init__(self, image: Image.Image) -> None:
        self.reference = png(image)
        self.known: dict[str, float] = {}

    def of(self, data: bytes) -> float:
        """The score of a file."""
        with Image.open(io.BytesIO(data)) as shown:
            pixels = hashlib.sha256(shown.convert("RGB").tobytes()).hexdigest()
        if pixels not in self.known:
            self.known[pixels] = ssimulacra2(self.reference, data)
        return self.known[pixels]


@dataclass
class Measured:
    """One photo: score and bytes of the encoders as they are; bytes at our score, and CPU time."""

    fixed: dict[str, tuple[float, int]]
    ratios: dict[str, float]
    spent_ms: dict[str, float]


def measured(photo: tuple[str, Image.Image]) -> Measured:
    """All encoders on one photo."""
    image = photo[1]
    scores = Scores(image)
    ours = encoders.preflight(image, QUALITY)
    goal = scores.of(ours)
    fixed = {f"preflight (quality {QUALITY})": (goal, len(ours))}
    for quality in (90, 75):
        data = encoders.pillow(image, quality)
        fixed[f"Pillow, quality {quality}"] = (scores.of(data), len(data))
    (high, many), (low, few) = list(fixed.values())[1:]
    slope = math.log(many / few) / (high - low)
    ratios, spent_ms = {}, {"preflight": _spent_ms(encoders.preflight, image, QUALITY)}
    for name, encode, quality in tools():
        data = encode(image, quality)
        score = scores.of(data)
        ratios[name] = len(data) * math.exp(slope * (goal - score)) / len(ours)
        if not name.startswith("sharp"):  # it has a process of its own, mostly Node's start
            spent_ms[name] = _spent_ms(encode, image, quality)
    return Measured(fixed, ratios, spent_ms)


def _spent_ms(encode: encoders.Encoder, image: Image.Image, quality: int) -> float:
    """Processor time of one encode, the least of three."""
    spent = []
    for _ in range(3):
        started = time.process_time()
        encode(image, quality)
        spent.append(time.process_time() - started)
    return 1000 * min(spent)


def tools() -> list[tuple[str, encoders.Encoder, int]]:
    """What is compared, each at a quality that comes near to our score."""
    named: list[tuple[str, encoders.Encoder | None, int]] = [
        ("preflight, Huffman tables of its own", encoders.preflight_tight, QUALITY),
        ("preflight, progressive", encoders.preflight_progressive, QUALITY),
        ("preflight and mozjpeg's lossless pass", encoders.lossless_pass, QUALITY),
        ("preflight, always 4:4:4", encoders.preflight_full_colour, 88),
        ("preflight, the standard's quantisation", encoders.standard_tables, QUALITY),
        ("Pillow's defaults", encoders.pillow, QUALITY),
        ("sharp", encoders.sharp(mozjpeg=False), QUALITY),
        ("sharp with mozjpeg", encoders.sharp(mozjpeg=True), 88),
    ]
    return [(name, encode, quality) for name, encode, quality in named if encode]


def main() -> None:
    """Runs everything that is installed, and writes the section of RESULTS.md."""
    photos = squares()
    with multiprocessing.Pool(2) as pool:
        results = pool.map(measured, photos, chunksize=1)
    names = ["preflight", *results[0].ratios]
    lines = []
    for name in names:
        values = [result.ratios.get(name, 1.0) for result in results]
        spent = [result.spent_ms[name] for result in results if name in result.spent_ms]
        lines.append([name, *(f"{np.quantile(values, at):.3f}" for at in (0.5, 0.0, 1.0))])
        lines[-1].append(f"{np.median(spent):.0f}" if spent else "–")
    asis = []
    for name in results[0].fixed:
        scores, sizes = zip(*(result.fixed[name] for result in results), strict=True)
        asis.append(
            [
                name,
                f"{np.median(scores):.1f}",
                f"{min(scores):.1f}",
                f"{np.median(sizes) / 1000:.0f}",
            ]
        )
    packages = versions("pillow", "ssimulacra2", "mozjpeg-lossless-optimization")
    body = f"""## Quality by bytes

`python -m benchmarks.quality.encoding` · {machine()} · {packages}, {encoders.sharp_version()}

{len(photos)} pictures at 1024 x 1024, as `fix` renders them. As they are:

{table(["encoder", "SSIMULACRA2, median", "worst", "kB, median"], asis)}

Bytes at the SSIMULACRA2 that preflight reaches, as a share of its bytes (below 1: smaller than
preflight), and processor time of an encode:

{table(["encoder", "median", "best", "worst", "ms"], lines)}"""
    write_section("quality-encoding", body)


if __name__ == "__main__":
    main()
