"""HEIF: what the scan asks of a HEIC or HEIF file. Structure by boxes, content by libde265.

libheif applies clap, irot and imir while it decodes, so sizes and regions here are after them; a
file that has irot or imir (even irot=0) is upright then, whatever its Exif says (findings.md,
section 1: 41 real files state the same turn twice).
"""

from __future__ import annotations

from dataclasses import replace

from preflight.limits import Limits
from preflight.scanner.heif_content import check_hevc
from preflight.scanner.heif_description import Parts
from preflight.scanner.heif_structure import read_structure
from preflight.scanner.structure import Content, Structure


def read(data: bytes, limits: Limits) -> Structure:
    """Walks the boxes; sizes are as the decoder gives them, after clap, irot and imir."""
    structure = read_structure(data, limits)
    parts = structure.private
    if structure.animated and isinstance(parts, Parts) and parts.layout is not None:
        # Viewers show the still picture; the track is a burst or a film beside it.
        hidden = (*structure.hidden_images, "series of pictures")
        structure = replace(structure, frames=1, animated=False, hidden_images=hidden)
    turned = any(text.startswith(("irot", "imir")) for text in structure.transforms)
    return replace(structure, orientation=1) if turned else structure


def check_content(
    data: bytes, structure: Structure, limits: Limits, side_px: int | None
) -> Content:
    """Reads every coded byte of the primary picture and its alpha, and hands over its pixels."""
    return check_hevc(structure, limits, side_px)
