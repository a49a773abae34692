"""Focus and light, measured on the face, or on the middle of a photo without one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from preflight.faces.head import main_faces
from preflight.facts import Box, Face
from preflight.scanner.arrays import numpy

if TYPE_CHECKING:
    from PIL import Image

PATCH_SIDE_PX = 96
"""Longer side of the patch that is measured. A head that fills half of a profile photo has about as
many pixels where the photo is seen large: finer blur is not seen there."""

LEAST_PATCH_PX = 40
"""Of its shorter side, without enlarging; below it nothing can be said."""

MIDDLE_SHARE = 0.5
"""Share of width and height that is the middle."""

REBLUR_PX = 9
"""Length of the mean that the patch is blurred with again, as in Crete et al."""

BRIGHT_SHARE = 0.90
"""Share of the patch that is darker than what is called its brightness. Not the mean: the mean of a
dark-skinned face in good light is that of a light-skinned one in bad light, but whites of the eyes,
teeth and highlights are bright in every face in good light."""


def focus_and_light(
    image: Image.Image, width_px: int, height_px: int, faces: Sequence[Face]
) -> tuple[float | None, float | None]:
    """Measures sharpness and brightness, each 0 to 1.

    Sharpness is 1 - the blur of Crete, Dolmiere, Ladret, Nicolas: "The blur effect: perception and
    estimation with a new no-reference perceptual blur metric" (2007): how much of the differences
    between neighbours another blur takes away; the smaller value of the two directions. It does
    not depend on light or contrast; noise looks sharp.

    Brightness is the luma of sRGB (Rec. 601) that a tenth of the patch exceeds.

    Args:
        image: The upright photo, at any size: a reduced copy does.
        width_px: Width of the photo in full size.
        height_px: Height of it.
        faces: In pixels of the full size; may be empty.

    Returns:
        Sharpness and brightness; None for both where there are too few pixels to tell.
    """
    np = numpy()
    patch = _patch(image, _region(width_px, height_px, faces), width_px, height_px)
    if patch is None:
        return None, None
    luma = np.asarray(patch, np.float32)
    ordered = np.sort(luma, axis=None)
    brightness = float(ordered[int((ordered.size - 1) * BRIGHT_SHARE)]) / 255
    shares = [_lost_share(np, lines) for lines in (luma, luma.T)]
    known = [share for share in shares if share is not None]
    return (min(known) if known else None), brightness


def _region(width_px: int, height_px: int, faces: Sequence[Face]) -> Box:
    """The main face, or the middle, in pixels of the full size."""
    if faces:
        return main_faces(faces)[0].box
    left, top = (1 - MIDDLE_SHARE) / 2 * width_px, (1 - MIDDLE_SHARE) / 2 * height_px
    return left, top, width_px - left, height_px - top


def _patch(image: Image.Image, region: Box, width_px: int, height_px: int) -> Image.Image | None:
    """The region in grey, at most `PATCH_SIDE_PX` long; None if it has too few pixels."""
    from PIL import Image

    scale_x, scale_y = image.width / width_px, image.height / height_px
    left = max(0, round(region[0] * scale_x))
    top = max(0, round(region[1] * scale_y))
    right = min(image.width, round(region[2] * scale_x))
    bottom = min(image.height, round(region[3] * scale_y))
    width, height = right - left, bottom - top
    if min(width, height) < LEAST_PATCH_PX:
        return None
    shrink = min(1.0, PATCH_SIDE_PX / max(width, height))
    size = max(1, round(width * shrink)), max(1, round(height * shrink))
    if min(size) < LEAST_PATCH_PX // 2:
        return None
    grey = image.crop((left, top, right, bottom)).convert("L")
    return grey.resize(size, Image.Resampling.BOX)


def _lost_share(np: Any, lines: Any) -> float | None:
    """Share of the differences along the lines that another blur takes away; None without any."""
    half = REBLUR_PX // 2
    sums = np.cumsum(np.pad(lines, ((0, 0), (half + 1, half)), mode="edge"), axis=1, dtype=float)
    blurred = (sums[:, REBLUR_PX:] - sums[:, :-REBLUR_PX]) / REBLUR_PX
    before, after = (np.abs(np.diff(values, axis=1)) for values in (lines, blurred))
    total = float(before.sum())
    return float(np.maximum(before - after, 0).sum()) / total if total > 0 else None
