"""Does the proof of no harm see harm? Faults are put into real fixes, and those caught are counted.

    python -m benchmarks.quality.harm

Every photo is fixed as usual, and once more with each fault between decoding and encoding; the
comparison then judges the faulty file as it would have been judged in `fix`.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageOps

from benchmarks.quality.pictures import files
from benchmarks.results import machine, table, versions, write_section
from preflight.api import measure
from preflight.fixer.colour import srgb_profile, to_srgb
from preflight.fixer.compare import (
    LEAST_SSIM,
    MOST_COARSE_DELTA_E,
    MOST_DELTA_E,
    Comparison,
    compare,
)
from preflight.fixer.crop import choose_window
from preflight.fixer.encode import Extras, fit_jpeg
from preflight.fixer.options import FixOptions
from preflight.fixer.placement import Placement, place
from preflight.fixer.steps import cut, render
from preflight.scanner.modes import eight_bits
from preflight.scanner.orientation import upright_size
from preflight.scanner.scan import Scan
from preflight.scanner.structure import Picture

SIDE_PX = 512
WHITE = (255, 255, 255)
FIX = "none: what `fix` delivers"
QUARTER_DARKER = [round(value * 0.75) for value in range(256)]


@dataclass(frozen=True)
class Case:
    """One photo and where its square lies."""

    scan: Scan
    placement: Placement


def case(path: Path) -> Case | None:
    """A photo that `fix` would render; None for what it refuses."""
    scan = measure(path).scan
    if scan.picture is None or scan.facts.damage:
        return None
    picture = scan.picture
    size = upright_size(picture.width_px, picture.height_px, picture.orientation)
    window = choose_window(*size, scan.facts.faces, FixOptions())
    return Case(scan, place(window.box, *size, SIDE_PX))


def rendered(it: Case, placement: Placement | None = None) -> Image.Image:
    """As `fix` renders."""
    assert it.scan.picture is not None
    image, _ = render(
        it.scan.picture,
        placement or it.placement,
        it.scan.facts.colour,
        it.scan.structure.icc,
        background=WHITE,
        pad=WHITE,
    )
    return image


def without_profile(it: Case) -> Image.Image | None:
    """Pixels as coded, where a profile or code points change them visibly."""
    assert it.scan.picture is not None
    raw = cut(it.scan.picture, it.placement)
    coloured = raw.mode in ("RGB", "YCbCr")
    if not coloured or it.scan.facts.colour.gamut != "wide" or it.scan.picture.is_srgb:
        return None
    return raw.convert("RGB")


def inverted_ink(it: Case) -> Image.Image | None:
    """CMYK with ink and paper exchanged, as Adobe's marker demands when it is forgotten."""
    assert it.scan.picture is not None
    raw = cut(it.scan.picture, it.placement)
    if raw.mode != "CMYK":
        return None
    return to_srgb(ImageChops.invert(raw), it.scan.facts.colour, it.scan.structure.icc)[0]


def clipped(it: Case) -> Image.Image | None:
    """16-bit values taken for 8-bit ones: nearly all is white."""
    assert it.scan.picture is not None
    if (it.scan.facts.colour.bits or 8) <= 8:
        return None
    low = np.asarray(eight_bits(rendered(it))).astype(np.uint32) * 257
    return Image.fromarray(np.clip(low, 0, 255).astype(np.uint8))


def shifted(share: float) -> Callable[[Case], Image.Image | None]:
    """The square a share of its side beside where it should be, where there is room."""

    def fault(it: Case) -> Image.Image | None:
        assert it.scan.picture is not None
        picture, (left, top, right, bottom) = it.scan.picture, it.placement.part
        width, height = upright_size(picture.width_px, picture.height_px, picture.orientation)
        step = (right - left) * share
        for x, y in ((step, 0), (-step, 0), (0, step), (0, -step)):
            part = (left + x, top + y, right + x, bottom + y)
            if part[0] >= 0 and part[1] >= 0 and part[2] <= width and part[3] <= height:
                return rendered(it, replace(it.placement, part=part))
        return None

    return fault


def half_shown(it: Case) -> Image.Image:
    """The lower half is grey, as after a decoder that gave up."""
    image = rendered(it).copy()
    image.paste((128, 128, 128), (0, image.height // 2, image.width, image.height))
    return image


FAULTS: dict[str, Callable[[Case], Image.Image | None]] = {
    FIX: rendered,
    "quarter turn": lambda it: rendered(it).transpose(Image.Transpose.ROTATE_90),
    "half turn": lambda it: rendered(it).transpose(Image.Transpose.ROTATE_180),
    "mirrored": lambda it: ImageOps.mirror(rendered(it)),
    "square shifted by 10 %": shifted(0.10),
    "square shifted by 5 %": shifted(0.05),
    "square 10 % too large": lambda it: ImageOps.expand(rendered(it), 26).resize((512, 512)),
    "wide profile forgotten": without_profile,
    "CMYK inverted": inverted_ink,
    "more than 8 bits clipped": clipped,
    "colour dropped": lambda it: rendered(it).convert("L").convert("RGB"),
    "red and blue exchanged": lambda it: Image.merge("RGB", rendered(it).split()[::-1]),
    "negative": lambda it: ImageOps.invert(rendered(it)),
    "a quarter darker": lambda it: rendered(it).point(QUARTER_DARKER * 3),
    "lower half grey": half_shown,
}


def verdict(it: Case, image: Image.Image) -> Comparison | None:
    """The proof's judgement of a picture that is delivered for the case."""
    assert it.scan.picture is not None
    data = fit_jpeg(image, Extras(srgb_profile()), progressive=True, max_bytes=None).data
    colour, icc = it.scan.facts.colour, it.scan.structure.icc
    shown = Image.open(io.BytesIO(data))
    output = Picture(shown, 1, *shown.size)
    return compare(it.scan.picture, it.placement, colour, icc, WHITE, output)


def main() -> None:
    """Runs all faults on all photos, and writes the section of RESULTS.md."""
    found: dict[str, list[Comparison]] = {name: [] for name in FAULTS}
    for path in [*files("corpus"), *files("faces-dev")]:
        it = case(path)
        if it is None:
            continue
        sound = rendered(it)
        for name, fault in FAULTS.items():
            image = sound if name == FIX else fault(it)
            if image is None or (name != FIX and image.tobytes() == sound.tobytes()):
                continue  # a fault that changes nothing, as a mirrored blank square
            judged = verdict(it, image)
            if judged is not None:
                found[name].append(judged)
    rows = []
    for name, all_of_it in found.items():
        delta_e = [each.delta_e for each in all_of_it]
        coarse = [each.coarse_delta_e for each in all_of_it]
        ssim = [each.ssim for each in all_of_it]
        caught = sum(not each.harmless for each in all_of_it)
        rows.append(
            [
                name,
                f"{caught} of {len(all_of_it)}",
                f"{np.median(delta_e):.1f} ({min(delta_e):.1f} to {max(delta_e):.1f})",
                f"{np.median(coarse):.1f} ({min(coarse):.1f} to {max(coarse):.1f})",
                f"{np.median(ssim):.2f} ({min(ssim):.2f} to {max(ssim):.2f})",
            ]
        )
    head = ["fault", "not delivered", "difference: median (range)", "of blocks", "likeness"]
    body = f"""## Does the proof of no harm see harm?

`python -m benchmarks.quality.harm` · {machine()} · {versions("pillow", "numpy")}

Faults put into fixes of the corpus and of faces-dev, at {SIDE_PX} px. Not delivered is what differs
by more than {MOST_DELTA_E:g} (mean CIE76), by more than {MOST_COARSE_DELTA_E:g} in blocks of a 32nd
of the side, or is less alike than {LEAST_SSIM:.2f} (SSIM of luma).

{table(head, rows)}"""
    write_section("quality-harm", body)


if __name__ == "__main__":
    main()
