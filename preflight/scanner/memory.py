"""Memory: how much a file can need, by its headers alone, before anything of it is decoded.

A process that may take less says so at once (`out-of-memory`, a limit and no damage) instead of
being stopped in the middle. The figures are bytes of address space, which is what systems cap.
They were measured on whole runs of `fix` with the decoders of the wheels, and
tests/scanner/test_memory.py measures them again, kind by kind.
"""

from __future__ import annotations

import sys

from preflight.facts import LimitHit
from preflight.limits import MB, in_mebibytes
from preflight.scanner.reduce import reduction
from preflight.scanner.structure import Structure

START_BYTES = 350 * MB
"""Python, numpy, the decoders and the face network, the stacks and heaps that the threads of a
child reserve, and all that is made at the size of the output."""

_MORE = {"heic": 130 * MB, "avif": 130 * MB}
"""What the threads of these decoders reserve besides: glibc takes 64 MiB more in some runs."""

_ANY_SIDE_PX = 320
"""The shorter side that is decoded when only facts are wanted; see `reduction`."""

_WHOLE = {
    "jpeg": 8,  # where it cannot be reduced: lossless and the like
    "png": 8,
    "heic": 20,
    "avif": 17,
    "webp": 36,  # Pillow decodes it as an animation: two canvases, a frame, three copies
    "gif": 12,
    "tiff": 8,
    "bmp": 8,
}
"""Bytes a pixel, where a picture is decoded at full size."""
_DEEP = {"png": 15, "tiff": 16, "heic": 24, "avif": 24}
"""The same for more than 8 bits a sample."""
_PLANES = 8
"""The same for HEIC and WebP whose planes are taken as they are: 8 bits, 4:2:0, no alpha."""
_COPIES = 3
"""How often the file is in memory: as read, what of it is decoded, and a decoder's own copy."""
_FULL_PIXELS, _FULL_BYTES = 64_000_000, 10
"""Few JPEGs are decoded whole: for the full test for steps, which takes most and only so many
pixels, or for a close crop."""


def bytes_needed(
    format: str,  # noqa: A002  the field's own word, see Facts.format
    size_bytes: int,
    structure: Structure,
    side_px: int | None,
) -> int:
    """The most that a check or fix of this file can take.

    It is the start + 3 x size of the file + pixels x bytes a pixel of its format and coding.

    Args:
        format: As in `Facts.format`.
        size_bytes: Of the file.
        structure: What was read of it.
        side_px: The shorter side that is wanted, as for `decode_picture`.
    """
    pixels = structure.width_px * structure.height_px
    shorter = min(structure.width_px, structure.height_px)
    scale = reduction(shorter, _ANY_SIDE_PX if side_px is None else side_px)
    if format == "jpeg" and structure.reducible:
        picture = _bytes_of_jpeg(structure, pixels, scale)
    else:
        picture = pixels * _bytes_a_pixel(format, structure, scale)
    return START_BYTES + _MORE.get(format, 0) + _COPIES * size_bytes + picture


def _bytes_of_jpeg(structure: Structure, pixels: int, scale: int) -> int:
    """Reduced or whole pixels; the coefficients of all as well, if they come in several scans."""
    components = {"grey": 1, "cmyk": 4, "ycck": 4}.get(structure.colour.model, 3)
    samples = 1.5 if structure.subsampling == "4:2:0" else components
    coefficients = round(2 * samples * pixels) if structure.scans > 1 else 0
    reduced = _WHOLE["jpeg"] * pixels // scale**2
    return coefficients + max(reduced, _FULL_BYTES * min(pixels, _FULL_PIXELS))


def _bytes_a_pixel(format: str, structure: Structure, scale: int) -> int:  # noqa: A002
    simple = structure.subsampling == "4:2:0" and not structure.colour.alpha
    if format == "heic" and simple and structure.colour.bits == 8:
        return _PLANES
    if format == "webp" and simple and scale > 1 and not structure.animated:
        return _PLANES
    if structure.colour.bits > 8:
        return _DEEP.get(format, _WHOLE[format])
    return _WHOLE[format]


def memory_limit(
    format: str,  # noqa: A002
    size_bytes: int,
    structure: Structure,
    side_px: int | None,
) -> LimitHit | None:
    """The limit that the file hits, if this process may take less than it can need."""
    cap_bytes = _cap_bytes()
    if cap_bytes is None:
        return None
    needed = bytes_needed(format, size_bytes, structure, side_px)
    if needed <= cap_bytes:
        return None
    return LimitHit("max_memory_bytes", f"up to {in_mebibytes(needed)}", in_mebibytes(cap_bytes))


def _cap_bytes() -> int | None:
    """The address space that this process may take; None where nothing limits it."""
    if sys.platform in ("win32", "emscripten"):
        return None
    import resource

    soft, _hard = resource.getrlimit(resource.RLIMIT_AS)
    return None if soft == resource.RLIM_INFINITY else soft
