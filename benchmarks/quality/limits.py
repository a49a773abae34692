"""Byte limits: how many encodes they take, and how near the answer is to the best possible.

python -m benchmarks.quality.limits
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from benchmarks.quality.encoders import EXTRAS
from benchmarks.quality.pictures import squares
from benchmarks.results import machine, table, versions, write_section
from preflight.fixer.encode import QUALITY, encode_jpeg, fit_jpeg
from preflight.fixer.levels import LOWEST_QUALITY

SHARES = (0.95, 0.9, 0.8, 0.7, 0.6)
"""Limits as a share of the bytes at preflight's usual quality."""


def best_quality(sizes: dict[int, int], max_bytes: int) -> int:
    """The highest quality that fits; the lowest that is tried when none does."""
    return max((q for q, size in sizes.items() if size <= max_bytes), default=LOWEST_QUALITY)


def outcomes(photos: list[tuple[str, Image.Image]]) -> dict[float, list[tuple[int, int, bool]]]:
    """For each share: encodes, qualities below the best possible, and whether it fits."""
    found: dict[float, list[tuple[int, int, bool]]] = {share: [] for share in SHARES}
    for _name, image in photos:
        sizes = {
            quality: len(encode_jpeg(image, quality, EXTRAS, progressive=True, fine_colour=False))
            for quality in range(LOWEST_QUALITY, QUALITY + 1)
        }
        for share in SHARES:
            limit = int(sizes[QUALITY] * share)
            fitted = fit_jpeg(image, EXTRAS, progressive=True, max_bytes=limit)
            missed = best_quality(sizes, limit) - (fitted.quality or 0)
            found[share].append((fitted.encodes, missed, fitted.fits))
    return found


def main() -> None:
    """Fits every photo into every limit, and writes the section of RESULTS.md."""
    photos = squares()
    found = outcomes(photos)
    rows = []
    everything = [one for group in found.values() for one in group]
    for name, group in [
        *((f"{s:.0%} of the bytes", g) for s, g in found.items()),
        ("all", everything),
    ]:
        encodes = [one[0] for one in group]
        rows.append(
            [
                name,
                f"{np.mean(encodes):.2f}",
                f"{sum(count <= 3 for count in encodes)} of {len(group)}",
                str(max(encodes)),
                f"{sum(one[1] == 0 for one in group)} of {len(group)}",
                str(max(one[1] for one in group)),
                f"{sum(one[2] for one in group)} of {len(group)}",
            ]
        )
    head = ["limit", "encodes, mean", "at most 3", "most", "best quality", "most missed", "fits"]
    body = f"""## Byte limits

`python -m benchmarks.quality.limits` · {machine()} · {versions("pillow")}

{len(photos)} pictures at 1024 x 1024; limits as a share of the bytes at quality {QUALITY}. Best
quality: the highest of {LOWEST_QUALITY} to {QUALITY} that fits, found by trying all.

{table(head, rows)}"""
    write_section("quality-limits", body)


if __name__ == "__main__":
    main()
