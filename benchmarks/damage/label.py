"""Damage, stage 2: is the damage visible? Compares Pillow's decode with that of the clean file."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

import numpy as np
import pillow_heif
from PIL import Image, ImageFile

pillow_heif.register_heif_opener(thumbnails=False, decode_threads=0)

FAR = 16
"""A pixel differs when some channel is off by more than this, of 255."""
VISIBLE_SHARE = 0.0005
"""Share of such pixels from which damage counts as visible."""

DECODE_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    RuntimeError,
    EOFError,
    TypeError,
    IndexError,
    MemoryError,
    Image.DecompressionBombError,
)


@dataclass(frozen=True, slots=True)
class Label:
    """What a damaged copy looks like.

    Attributes:
        visible: Even a lenient decoder gives no picture, one of another size, or another picture.
        hard: Visible, and a lenient decoder still gives a picture.
        refused: Not visible, but a strict decoder refuses it (only the end marker is missing…).
    """

    visible: bool
    hard: bool
    refused: bool


def decode(data: bytes, lenient: bool) -> np.ndarray | None:
    """RGB or RGBA pixels of the first frame, or None when Pillow cannot."""
    ImageFile.LOAD_TRUNCATED_IMAGES = lenient
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data))
            image.load()
            mode = "RGBA" if image.has_transparency_data else "RGB"
            return np.asarray(image.convert(mode))
    except DECODE_ERRORS:
        return None
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def label(clean: np.ndarray, damaged: bytes) -> Label:
    """Compares a damaged copy with the pixels of the clean file."""
    pixels = decode(damaged, lenient=True)
    if pixels is None:
        return Label(visible=True, hard=False, refused=False)
    visible = pixels.shape != clean.shape or changed_share(clean, pixels) >= VISIBLE_SHARE
    refused = not visible and decode(damaged, lenient=False) is None
    return Label(visible=visible, hard=visible, refused=refused)


def changed_share(clean: np.ndarray, pixels: np.ndarray) -> float:
    """Share of pixels that differ by more than `FAR` in some channel; both of one shape."""
    low, high = np.minimum(clean, pixels), np.maximum(clean, pixels)
    return float(((high - low) > FAR).any(axis=2).mean())
