"""Reference: whether Pillow, on which most upload forms are built, takes a file for a picture.

Asked only of files with something odd about them: preflight reads many that Pillow refuses.
"""

from __future__ import annotations

import io
from importlib import import_module

from preflight.scanner.decode import DECODER_ERRORS, PLUGINS, opened_size, without_warnings

_PREFIX_BYTES = 16
"""So many bytes `PIL.Image.open` shows each plugin."""


def opens(data: bytes, format: str, size: tuple[int, int]) -> bool:  # noqa: A002
    """Whether the file is recognised and its header read; no pixel is decoded.

    Args:
        data: The file.
        format: One of the eight formats of `Facts.format` that preflight opens.
        size: Of the picture, as stored; only for HEIC it has to be the same.
    """
    with without_warnings():
        try:
            if format == "heic":
                return _opens_heif(data, size)
            recognised = import_module(PLUGINS[format][0])._accept(data[:_PREFIX_BYTES])
            return bool(recognised) and opened_size(data, format) is not None
        except DECODER_ERRORS:
            return False


def _opens_heif(data: bytes, size: tuple[int, int]) -> bool:
    import pillow_heif

    file = io.BytesIO(data)
    if not pillow_heif.is_supported(file):
        return False
    opened = pillow_heif.open_heif(file)
    return bool(opened[opened.primary_index].size == size)
