"""libde265: the one place that talks to native code by hand. Streams in, warnings and planes out.

libde265 knows when it has lost its place in a damaged stream, and says so in warnings that libheif
throws away (damage.md, section 0). The library is the one that pillow-heif's wheel carries.

Safety: sizes and strides that the decoder gives are checked against those that the file declares
before a byte is read, planes are copied before the decoder is freed, and no pointer leaves this
module. Only the API of version 1 is used; a later one is refused.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from preflight.frozen import frozen
from preflight.scanner.planes import Plane

_PATTERNS = (
    "pillow_heif.libs/libde265*.so*",  # Linux wheels
    "pillow_heif/.dylibs/libde265*.dylib",  # macOS wheels
    "pillow_heif.libs/libde265*.dll",  # Windows wheels, by their way of bundling
    "pillow_heif/libde265*.dll",
    "libde265*.dll",
)
_VERSIONS = range(0x01000000, 0x02000000)
_CHECK_PICTURE_HASH, _NO_DEBLOCKING, _NO_SAO = 0, 7, 8
"""de265_param, the boolean ones."""
_SEI = (39, 40)
"""Types of units that may hold a checksum (ITU-T H.265, table 7-1)."""
_MAX_WARNINGS = 1000
_MAX_ROUNDS = 100_000
_MAX_PADDING_BYTES = 4096
_DECODE_LOCK = threading.Lock()

OUT_OF_MEMORY = frozenset({7, 1024})
"""DE265_ERROR_OUT_OF_MEMORY, DE265_WARNING_CANNOT_APPLY_SAO_OUT_OF_MEMORY: a limit, not damage."""
NOT_IMPLEMENTED = 502

_HARMLESS = frozenset(
    {
        14,  # CANNOT_PROCESS_SEI
        1000,  # NO_WPP_CANNOT_USE_MULTITHREADING
        1001,  # WARNING_BUFFER_FULL, comes with others
        1022,  # NUMBER_OF_THREADS_LIMITED_TO_MAXIMUM
        1025,  # SPS_MISSING_CANNOT_DECODE_SEI
        1036,
    }
)
"""Warnings that 115 real, healthy HEIC files raise (damage.md, section 3)."""


@frozen
class Decoded:
    """What came of one coded picture.

    Attributes:
        codes: Errors and warnings (de265.h), without the harmless ones.
        planes: One or three; empty when there is no picture or its size is not as declared.
        matrix, full_range: From the stream's VUI (ITU-T H.273); 2 is "not said".
    """

    codes: tuple[int, ...] = ()
    planes: tuple[Plane, ...] = ()
    matrix: int = 2
    full_range: bool = False


def available() -> bool:
    """Whether a usable library is on this system."""
    return _library() is not None


def decode(
    units: list[bytes], size: tuple[int, int], chroma: int, *, filtered: bool = True
) -> Decoded:
    """Decodes the NAL units of one picture.

    Args:
        units: Parameter sets and slices, without lengths or start codes.
        size: Width and height in pixels that the stream declares to show.
        chroma: Chroma format that it declares: 0 grey, 1 4:2:0, 2 4:2:2, 3 4:4:4.
        filtered: Smooth the edges of blocks, as the picture is meant to be seen. Without, a tenth
            of the time is saved and nothing less is noticed: a lone picture is not predicted from
            smoothed pixels. What has checksums of its pixels is always smoothed.

    Raises:
        RuntimeError: There is no library; ask `available` before.
        MemoryError: The decoder ran out of memory.
    """
    library = _library()
    if library is None:
        raise RuntimeError("libde265 is not available")
    context = library.de265_new_decoder()
    if not context:
        raise MemoryError("libde265 gives no decoder")
    try:
        if not filtered and not any(unit[0] >> 1 & 63 in _SEI for unit in units if unit):
            for filter_off in (_NO_DEBLOCKING, _NO_SAO):
                library.de265_set_parameter_bool(context, filter_off, 1)
        return _decode(library, context, units, size, chroma)
    finally:
        library.de265_free_decoder(context)


def _decode(
    library: Any, context: int, units: list[bytes], size: tuple[int, int], chroma: int
) -> Decoded:
    library.de265_set_parameter_bool(context, _CHECK_PICTURE_HASH, 1)
    codes = []
    for unit in units:
        error = library.de265_push_NAL(context, unit, len(unit), 0, None)
        if error:
            codes.append(error)
    library.de265_flush_data(context)
    picture = None
    found = Decoded()
    more = ctypes.c_int(1)
    for _ in range(_MAX_ROUNDS):
        if not more.value:
            break
        error = library.de265_decode(context, ctypes.byref(more))
        if error:
            codes.append(error)
            break
        picture = library.de265_get_next_picture(context)
        if picture and not found.planes:
            found = _copy(library, picture, size, chroma)
    for _ in range(_MAX_WARNINGS):
        warning = library.de265_get_warning(context)
        if not warning:
            break
        codes.append(warning)
    if OUT_OF_MEMORY.intersection(codes):
        raise MemoryError("libde265 ran out of memory")
    kept = tuple(dict.fromkeys(code for code in codes if code not in _HARMLESS))
    return Decoded(kept, found.planes, found.matrix, found.full_range)


def _copy(library: Any, picture: int, size: tuple[int, int], chroma: int) -> Decoded:
    """Copies the planes of a picture if each is exactly as large as declared."""
    if library.de265_get_chroma_format(picture) != chroma:
        return Decoded()
    planes = []
    for number in range(1 if chroma == 0 else 3):
        width, height = size
        if number and chroma in (1, 2):
            width = (width + 1) // 2
        if number and chroma == 1:
            height = (height + 1) // 2
        measured = (
            library.de265_get_image_width(picture, number),
            library.de265_get_image_height(picture, number),
        )
        bits = library.de265_get_bits_per_pixel(picture, number)
        bytes_each = (bits + 7) // 8
        stride = ctypes.c_int(0)
        pointer = library.de265_get_image_plane(picture, number, ctypes.byref(stride))
        row = width * bytes_each
        if (
            measured != (width, height)
            or bytes_each not in (1, 2)
            or not pointer
            or not row <= stride.value <= 2 * row + _MAX_PADDING_BYTES
        ):
            return Decoded()
        # the last row ends with zeros, not with theirs
        data = ctypes.string_at(pointer, stride.value * (height - 1) + row)
        data += bytes(stride.value - row)
        planes.append(Plane(width, height, stride.value, bits, data))
    return Decoded(
        planes=tuple(planes),
        matrix=library.de265_get_image_matrix_coefficients(picture),
        full_range=bool(library.de265_get_image_full_range_flag(picture)),
    )


def _library() -> Any:
    with _DECODE_LOCK:
        return _load()


@cache
def _load() -> Any:
    for path in _candidates():
        try:
            library = ctypes.CDLL(path)
            library.de265_get_version_number.restype = ctypes.c_uint32
            if library.de265_get_version_number() not in _VERSIONS:
                continue
            _declare(library)
        except (OSError, AttributeError):  # not a library, or one without these functions
            continue
        if library.de265_init() == 0:
            return library
    return None


def _candidates() -> Iterator[str]:
    if sys.platform == "emscripten":
        return  # no dynamic libraries in a browser
    spec = find_spec("pillow_heif")
    if spec is not None and spec.origin:
        folder = Path(spec.origin).parent.parent
        yield from (str(path) for pattern in _PATTERNS for path in sorted(folder.glob(pattern)))
    from ctypes.util import find_library  # only here: it loads all that starts programs

    system = find_library("de265")  # slow: it starts other programs to look
    if system:
        yield system


def _declare(library: Any) -> None:
    pointer, number, text = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p
    to_number = ctypes.POINTER(ctypes.c_int)
    for name, result, arguments in (
        ("de265_init", number, []),
        ("de265_new_decoder", pointer, []),
        ("de265_free_decoder", number, [pointer]),
        ("de265_set_parameter_bool", None, [pointer, number, number]),
        ("de265_push_NAL", number, [pointer, text, number, ctypes.c_int64, pointer]),
        ("de265_flush_data", number, [pointer]),
        ("de265_decode", number, [pointer, to_number]),
        ("de265_get_warning", number, [pointer]),
        ("de265_get_next_picture", pointer, [pointer]),
        ("de265_get_image_width", number, [pointer, number]),
        ("de265_get_image_height", number, [pointer, number]),
        ("de265_get_chroma_format", number, [pointer]),
        ("de265_get_bits_per_pixel", number, [pointer, number]),
        ("de265_get_image_plane", pointer, [pointer, number, to_number]),
        ("de265_get_image_matrix_coefficients", number, [pointer]),
        ("de265_get_image_full_range_flag", number, [pointer]),
    ):
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
