"""Words: sizes, counts and choices as a person reads them. For messages of every stage."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from preflight.limits import MB

FORMAT_WORDS = {
    "jpeg": "JPEG",
    "png": "PNG",
    "heic": "HEIC",
    "avif": "AVIF",
    "webp": "WebP",
    "gif": "GIF",
    "tiff": "TIFF",
    "bmp": "BMP",
}
"""The formats that preflight opens, as people write them. Keys as in `Facts.format`."""

SHOWN_UP_TO = 3
"""More things than this are counted instead of listed."""


def format_word(name: str) -> str:
    """A format's name as people write it.

    >>> format_word("webp"), format_word("xyz")
    ('WebP', 'XYZ')
    """
    return FORMAT_WORDS.get(name, name.upper())


def either(items: Sequence[str]) -> str:
    """A choice.

    >>> either(["JPEG"]), either(["JPEG", "PNG"]), either(["JPEG", "PNG", "GIF"])
    ('JPEG', 'JPEG or PNG', 'JPEG, PNG or GIF')
    """
    return _joined(items, "or")


def both(items: Sequence[str]) -> str:
    """All of them; a long list is cut and counted.

    >>> both(["a"]), both(["a", "b"]), both(["a", "b", "c", "d", "e"])
    ('a', 'a and b', 'a, b, c and 2 more')
    """
    if len(items) > SHOWN_UP_TO:
        items = [*items[:SHOWN_UP_TO], f"{len(items) - SHOWN_UP_TO} more"]
    return _joined(items, "and")


def _joined(items: Sequence[str], word: str) -> str:
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def size(size_bytes: int) -> str:
    """Bytes in words; 1 MB is 1,000,000 bytes, 1 kB is 1,000.

    >>> size(1_784_642), size(204_800), size(48_210), size(999), size(1)
    ('1.8 MB', '0.2 MB', '48 kB', '999 bytes', '1 byte')
    """
    if size_bytes >= MB // 10:
        return f"{size_bytes / MB:,.1f} MB"
    if size_bytes >= 1000:
        return f"{size_bytes // 1000} kB"
    return exact_bytes(size_bytes)


def exact_bytes(size_bytes: int) -> str:
    """Bytes to the last one.

    >>> exact_bytes(204_800)
    '204,800 bytes'
    """
    return f"{size_bytes:,} byte{'' if size_bytes == 1 else 's'}"


def two_sizes(one_bytes: int, other_bytes: int) -> tuple[str, str]:
    """Two sizes that are compared: exact where the rounded words would be the same.

    >>> two_sizes(12_300_000, 10_000_000), two_sizes(10_000_001, 10_000_000)
    (('12.3 MB', '10.0 MB'), ('10,000,001 bytes', '10,000,000 bytes'))
    """
    words = size(one_bytes), size(other_bytes)
    if words[0] == words[1]:
        return exact_bytes(one_bytes), exact_bytes(other_bytes)
    return words


def pixels(width_px: int, height_px: int) -> str:
    """A picture's size.

    >>> pixels(3024, 4032)
    '3024 x 4032'
    """
    return f"{width_px} x {height_px}"


def megapixels(count: int) -> str:
    """A number of pixels.

    >>> megapixels(12_192_768), megapixels(33_177_600)
    ('12.2 megapixels', '33.2 megapixels')
    """
    return f"{count / 1_000_000:,.1f} megapixels"


def percent(share: float) -> str:
    """A share of something, 0 to 1; never "0 %" for something, never "100 %" for less than all.

    >>> percent(0.0833), percent(0.001), percent(0.999), percent(1.0), percent(0.0)
    ('8 %', 'less than 1 %', '99 %', '100 %', '0 %')
    """
    if not isfinite(share) or share <= 0:
        return "0 %"
    if share < 0.01:
        return "less than 1 %"
    return f"{min(int(share * 100 + 0.5), 99) if share < 1 else 100} %"
