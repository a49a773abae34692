"""libwebp: the second place that talks to native code by hand. A WebP in, its three planes out.

Pillow decodes each WebP as an animation, into RGBA at full size, which takes twice as long as the
decoder that does the work. The library is the one that Pillow's wheel carries.

Safety: width, height and strides that the decoder gives are checked against what the file declares
before a byte is read, planes are copied before they are freed, and no pointer leaves this module.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from preflight.scanner.libde265 import Plane

_PATTERNS = (
    "pillow.libs/libwebp-*.so*",  # Linux wheels; those of macOS carry it so:
    "PIL/.dylibs/libwebp.*dylib",  # in Windows wheels it is a part of Pillow's own library
)
_VERSIONS = range(0x010000, 0x020000)
_MAX_PADDING_BYTES = 4096


def available() -> bool:
    """Whether a usable library is on this system."""
    return _library() is not None


def planes(data: bytes, width: int, height: int) -> tuple[Plane, ...] | None:
    """Decodes a still, lossy WebP without transparency.

    Args:
        data: The file, or the bare VP8 bitstream.
        width, height: As the file declares them, in pixels.

    Returns:
        Y, Cb and Cr, the latter at half size, in video range (BT.601); None where there is no
        library, or it does not decode this file whole.
    """
    library = _library()
    if library is None:
        return None
    found = [ctypes.c_int(0) for _ in range(4)]
    across, down, stride, half_stride = (ctypes.byref(number) for number in found)
    blue, red = ctypes.c_void_p(), ctypes.c_void_p()
    luma = library.WebPDecodeYUV(
        data, len(data), across, down, ctypes.byref(blue), ctypes.byref(red), stride, half_stride
    )
    if not luma:
        return None
    try:
        if (found[0].value, found[1].value) != (width, height):
            return None
        half = (width + 1) // 2, (height + 1) // 2
        copies = (
            _copy(luma, (width, height), found[2].value),
            _copy(blue.value, half, found[3].value),
            _copy(red.value, half, found[3].value),
        )
    finally:
        library.WebPFree(luma)
    whole = tuple(plane for plane in copies if plane is not None)
    return whole if len(whole) == len(copies) else None


def _copy(pointer: int | None, size: tuple[int, int], stride: int) -> Plane | None:
    """A copy of the rows, if the decoder's stride fits the size."""
    width, height = size
    if not pointer or not width <= stride <= 2 * width + _MAX_PADDING_BYTES:
        return None
    data = bytearray(stride * height)  # its last row ends with zeros, not with theirs
    target = (ctypes.c_char * len(data)).from_buffer(data)
    ctypes.memmove(target, pointer, stride * (height - 1) + width)
    return Plane(width, height, stride, 1, data)


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
    pointer, number = ctypes.c_void_p, ctypes.POINTER(ctypes.c_int)
    to_pointer = ctypes.POINTER(ctypes.c_void_p)
    decode = library.WebPDecodeYUV
    decode.restype = pointer
    decode.argtypes = [ctypes.c_char_p, ctypes.c_size_t, number, number]
    decode.argtypes += [to_pointer, to_pointer, number, number]
    library.WebPFree.restype = None
    library.WebPFree.argtypes = [pointer]
