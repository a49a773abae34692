"""libwebp: the second place that talks to native code by hand. A WebP in, its three planes out.

Pillow decodes each WebP as an animation, into RGBA at full size, which takes twice as long as the
decoder that does the work. The library is the one that Pillow's wheel carries.

Safety: the decoder writes into memory of ours, whose size it knows and which the size that the
bitstream itself declares must fit exactly; no pointer leaves this module.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from preflight.frozen import frozen
from preflight.scanner.planes import Plane

_PATTERNS = (
    "pillow.libs/libwebp-*.so*",  # Linux wheels; those of macOS carry it so:
    "PIL/.dylibs/libwebp.*dylib",  # in Windows wheels it is a part of Pillow's own library
)
_VERSIONS = range(0x010000, 0x020000)
_OK = 0
"""VP8_STATUS_OK."""


def available() -> bool:
    """Whether a usable library is on this system."""
    return _library() is not None


@frozen
class Decoded:
    """What libwebp makes of a VP8 bitstream.

    Attributes:
        planes: Y, Cb and Cr, the latter at half size, in video range (BT.601); None where there is
            no library, or it does not decode the bitstream whole.
        early: It was finished before the last bytes came.
    """

    planes: tuple[Plane, ...] | None = None
    early: bool = False


def decode(coded: bytes, width: int, height: int, tail_bytes: int) -> Decoded:
    """Decodes a bare, lossy bitstream, step by step: all but its tail, then all of it.

    Args:
        coded: The VP8 bitstream.
        width, height: As the file declares them, in pixels.
        tail_bytes: Length of the tail; at least 1.

    Raises:
        MemoryError: There is no room for the planes.
    """
    library = _library()
    if library is None or len(coded) <= tail_bytes or not _has_size(library, coded, width, height):
        return Decoded()
    half = (width + 1) // 2, (height + 1) // 2
    planes = [
        Plane(*size, size[0], 8, bytearray(size[0] * size[1]))
        for size in ((width, height), half, half)
    ]
    into = [(ctypes.c_char * len(plane.data)).from_buffer(plane.data) for plane in planes]
    places = [
        each for plane, at in zip(planes, into) for each in (at, len(plane.data), plane.stride)
    ]
    decoder = library.WebPINewYUV(*places)
    if not decoder:
        raise MemoryError
    try:
        early = library.WebPIUpdate(decoder, coded, len(coded) - tail_bytes) == _OK
        whole = early or library.WebPIUpdate(decoder, coded, len(coded)) == _OK
    finally:
        library.WebPIDelete(decoder)
    return Decoded(tuple(planes) if whole else None, early)


def _has_size(library: Any, coded: bytes, width: int, height: int) -> bool:
    """The bitstream says the same size: its decoder writes as much as that."""
    across, down = ctypes.c_int(0), ctypes.c_int(0)
    known = library.WebPGetInfo(coded, len(coded), ctypes.byref(across), ctypes.byref(down))
    return bool(known) and (across.value, down.value) == (width, height)


@cache
def _library() -> Any:
    """The library, loaded on first use; None without one."""
    spec = find_spec("PIL")
    if spec is None or not spec.origin or sys.platform == "emscripten":
        return None
    folder = Path(spec.origin).parent.parent
    for path in (path for pattern in _PATTERNS for path in sorted(folder.glob(pattern))):
        try:
            library = ctypes.CDLL(str(path))
            library.WebPGetDecoderVersion.restype = ctypes.c_int
            if library.WebPGetDecoderVersion() in _VERSIONS:
                _declare(library)
                return library
        except (OSError, AttributeError):  # not a library, or one without these functions
            continue
    return None


def _declare(library: Any) -> None:
    pointer, size, number = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    to_number = ctypes.POINTER(number)
    for name, result, arguments in (
        ("WebPGetInfo", number, [ctypes.c_char_p, size, to_number, to_number]),
        ("WebPINewYUV", pointer, [pointer, size, number] * 3),
        ("WebPIUpdate", number, [pointer, ctypes.c_char_p, size]),
        ("WebPIDelete", None, [pointer]),
    ):
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
