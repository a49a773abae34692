"""Decode: the one place that hands a stranger's bytes to Pillow and pillow-heif.

Each format goes straight to its own decoder class: no other plugin is asked (a `mif1` AVIF would be
taken by the HEIF plugin), none is imported, and Pillow's global pixel limit, which belongs to the
host program, plays no part. Our own limits were checked on the headers before.
"""

from __future__ import annotations

import io
import re
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from preflight.limits import Limits
from preflight.scanner.modes import key_as_alpha
from preflight.scanner.reduce import reduced_picture, reduction
from preflight.scanner.structure import Picture, Structure

DECODER_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    RuntimeError,
    EOFError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    struct.error,
)
"""What Pillow, pillow-heif and their plugins were seen to raise on broken files (findings.md,
section 2; damage.md, section 5). MemoryError is not among them: it is a limit, not damage."""

PLUGINS = {
    "jpeg": ("PIL.JpegImagePlugin", "JpegImageFile"),
    "png": ("PIL.PngImagePlugin", "PngImageFile"),
    "webp": ("PIL.WebPImagePlugin", "WebPImageFile"),
    "gif": ("PIL.GifImagePlugin", "GifImageFile"),
    "tiff": ("PIL.TiffImagePlugin", "TiffImageFile"),
    "bmp": ("PIL.BmpImagePlugin", "BmpImageFile"),
    "avif": ("PIL.AvifImagePlugin", "AvifImageFile"),
}

_READERS_TURN_THESE = frozenset({"tiff"})
"""Pillow turns a TIFF upright while it loads; for the rest the turn is left to us."""


class DecodeError(Exception):
    """The decoder gave up; the text is the decoder's own."""


class MissingDecoderError(DecodeError):
    """This installation has no decoder for the format: says nothing about the file."""


class UnknownKindError(DecodeError):
    """The format is known, but not this kind of it, and the kind is a legal one."""


_NOT_KNOWN = (
    "(?i)"
    "unknown (pixel|raw) mode|unsupported|cannot handle|not supported|not available|palette size"
    # libtiff's answer where it was built without the compression; libavif's to what it wants more
    # of than the standard; the number of a compression that Pillow has no name for
    r"|decoder error -2|BMFF parsing failed|^\d{5}$"
)
"""How decoders say that they do not know a kind of file; some say the same of damaged headers."""


def decode_picture(
    data: bytes,
    format: str,  # noqa: A002  the field's own word, see Facts.format
    structure: Structure,
    limits: Limits,
    side_px: int | None = None,
    *,
    lenient: bool = False,
) -> Picture:
    """Decodes the primary picture, or the first frame.

    Args:
        data: The file.
        format: One of the eight formats of `Facts.format` that preflight opens.
        structure: What the format module read from it.
        limits: Pixels are checked once more on what the decoder says.
        side_px: The smallest shorter side that is wanted: the picture is reduced in steps of 1/2,
            a JPEG while it is decoded. None gives the full size.
        lenient: Return what there is of a truncated picture instead of failing (for salvage).

    Returns:
        The pixels; `orientation` is always 1 here for formats whose decoder turns, and what the
        file says is left to the scan for the others.

    Raises:
        DecodeError: It cannot be decoded.
        MissingDecoderError: This installation cannot decode the format.
        UnknownKindError: It cannot decode this legal kind of it (`Structure.legal_kind`).
        MemoryError: There is not enough memory.
    """
    if structure.misread is not None:
        raise UnknownKindError(structure.misread)
    with without_warnings():
        try:
            if format == "heic":
                return _decode_heif(data, structure, limits, side_px)
            return _decode_plugin(data, format, structure, limits, side_px, lenient)
        except DECODER_ERRORS as error:
            text = str(error) or type(error).__name__
            if structure.legal_kind and re.search(_NOT_KNOWN, text):
                raise UnknownKindError(text) from error
            raise DecodeError(text) from error


def opened_size(data: bytes, format: str) -> tuple[int, int] | None:  # noqa: A002
    """The size that Pillow reads from the header; None where it does not take the file."""
    module, name = PLUGINS[format]
    with without_warnings():
        try:
            size: tuple[int, int] = getattr(import_module(module), name)(io.BytesIO(data)).size
        except DECODER_ERRORS:
            return None
    return size


def _decode_plugin(
    data: bytes,
    format: str,  # noqa: A002
    structure: Structure,
    limits: Limits,
    side_px: int | None,
    lenient: bool,
) -> Picture:
    module, name = PLUGINS[format]
    plugin = import_module(module)
    if format == "avif" and not plugin.SUPPORTED:
        raise MissingDecoderError("this Pillow was built without AVIF")
    if format == "avif":
        data = _for_libavif(data, structure)
    image = getattr(plugin, name)(io.BytesIO(data))
    width, height = image.size
    reduced = _draft(image, side_px) if structure.reducible else False
    _refuse_more_than(limits.max_scaled_pixels if reduced else limits.max_pixels, *image.size)
    if lenient:
        _load_what_there_is(image)
    else:
        image.load()
    if format == "png" and structure.colour.alpha:
        image = key_as_alpha(image, structure.colour.bits)
    if structure.clean_aperture:  # Pillow shows the margin that was cropped away
        image = image.crop(structure.clean_aperture)
        width, height = image.size
    if format in _READERS_TURN_THESE:
        width, height = image.size
    if reduced:
        return Picture(image, 1, width, height)
    return reduced_picture(image, side_px)


def _for_libavif(data: bytes, structure: Structure) -> bytes:
    from preflight.scanner.avif_associations import told_apart
    from preflight.scanner.heif_description import Parts

    top = structure.private.container.top if isinstance(structure.private, Parts) else ()
    meta = next((box for box in top if box.kind == b"meta"), None)
    return told_apart(data, meta.body, meta.end) if meta else data


def _draft(image: Any, side_px: int | None) -> bool:
    """Asks libjpeg for 1/2, 1/4 or 1/8 while the shorter side stays at least `side_px`."""
    if side_px is None:
        return False
    width, height = image.size
    scale = reduction(min(width, height), side_px)
    if scale == 1:
        return False
    image.draft(None, (width // scale, height // scale))
    return bool(image.size != (width, height))


def _load_what_there_is(image: Any) -> None:
    """Keeps the rows that were decoded before the data ended.

    Pillow's file-wide switch LOAD_TRUNCATED_IMAGES is global, so the image is loaded with the
    error caught: what the decoder wrote until then stays in the image's memory.
    """
    try:
        image.load()
    except DECODER_ERRORS:
        if getattr(image, "_im", None) is None:
            raise
        image.tile = []  # nothing left to decode: each later use would try, and fail, again


def _decode_heif(data: bytes, structure: Structure, limits: Limits, side_px: int | None) -> Picture:
    import pillow_heif

    # Without thumbnails, else pillow-heif decodes the embedded one for a draft, and a file whose
    # tiles are all destroyed "loads"; no threads, the caller decides about parallel work.
    pillow_heif.options.THUMBNAILS = False
    pillow_heif.options.DECODE_THREADS = 0
    colour = structure.colour
    if colour.hdr in ("pq", "hlg") and colour.bits > 8:
        # Not so AVIF: Pillow asks libavif for 8 bits; `avif.check_content` may have more of them.
        primary = _primary(data, limits, to_8_bits=False)
        if primary.mode in ("RGB;16", "RGBA;16", "I;16"):
            from preflight.scanner.heif_hdr import hdr_picture

            return hdr_picture(primary, primary.info["bit_depth"], colour, side_px)
    return reduced_picture(_primary(data, limits, to_8_bits=True).to_pillow(), side_px)


def _primary(data: bytes, limits: Limits, *, to_8_bits: bool) -> Any:
    """pillow-heif's primary picture, not yet decoded."""
    import pillow_heif

    file = pillow_heif.open_heif(data, convert_hdr_to_8bit=to_8_bits)
    primary = file[file.primary_index]
    _refuse_more_than(limits.max_pixels, *primary.size)
    return primary


def _refuse_more_than(pixels: int, width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise DecodeError(f"the size is {width} x {height}")
    if width * height > pixels:
        raise DecodeError(f"the decoder finds {width} x {height} pixels, the header said fewer")


class _Quiet:
    """Decoders warn of odd files; ours are findings. One filter for all threads that decode."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._depth = 0
        self._catcher = warnings.catch_warnings()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with self._lock:
            self._depth += 1
            if self._depth == 1:
                self._catcher = warnings.catch_warnings()
                self._catcher.__enter__()
                warnings.simplefilter("ignore")
        try:
            yield
        finally:
            with self._lock:
                self._depth -= 1
                if self._depth == 0:
                    self._catcher.__exit__(None, None, None)


without_warnings = _Quiet()
