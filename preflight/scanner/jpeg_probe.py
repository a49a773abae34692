"""JPEG, probe: where does the decoder stand at the end of the data? For when simplejpeg is absent.

Pillow hides libjpeg's warnings, but its decoder can be fed by hand. Fed a sound baseline scan that
is cut 3 bytes short, it must not finish; fed the scan with zero bytes in place of the end marker,
it must. Damage that shifts the end is seen, damage inside a restart interval is not.
"""

from __future__ import annotations

import io

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from preflight.scanner.jpeg_layout import Layout

_CUT_BYTES = 3
_PADDING = bytes(24)
_SENTINEL: dict[str, tuple[int, ...]] = {"L": (1,), "RGB": (1, 2, 3), "CMYK": (1, 2, 3, 4)}


def can_probe(layout: Layout) -> bool:
    """Only one Huffman scan has an end that says something of the whole."""
    return (
        layout.frame is not None
        and layout.frame.marker in (0xC0, 0xC1)
        and layout.frame.huffman_dct
        and len(layout.scans) == 1
    )


def probe(stream: bytes) -> str | None:
    """What is wrong with the only scan of a lean stream, `left-over-data` or `missing-data`.

    Raises:
        One of `decode.DECODER_ERRORS` when Pillow cannot decode it at all, or MemoryError.
    """
    end = len(stream) - 2
    if _finishes(stream, end - _CUT_BYTES, b""):
        return "left-over-data"
    return None if _finishes(stream, end, _PADDING) else "missing-data"


def _finishes(stream: bytes, end: int, padding: bytes) -> bool:
    """Whether the decoder gives the last row when fed `stream[:end] + padding`."""
    header = JpegImageFile(io.BytesIO(stream))
    header.draft(None, (max(1, header.width // 8), max(1, header.height // 8)))
    sentinel = _SENTINEL[header.mode]
    target = Image.new(header.mode, header.size, sentinel)
    decoder = Image._getdecoder(header.mode, "jpeg", header.tile[0][3], header.decoderconfig)
    decoder.setimage(target.im, (0, 0, *header.size))
    consumed, error = decoder.decode(stream[:end] + padding)
    if consumed < 0:
        return error >= 0
    last = target.crop((0, target.height - 1, target.width, target.height))
    return last.tobytes() != bytes(sentinel) * target.width
