"""libaom through pyvips (the extra `photo-preflight[avif]`): the AV1 decoder that admits damage.

dav1d, which Pillow uses, decodes whatever comes: of damage that still decodes it reports nothing,
libaom all (damage.md, section 2). It also hands over more than 8 bits, which Pillow does not.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import cache
from types import ModuleType
from typing import Any

from preflight.frozen import frozen

_DAMAGE = "Corrupt frame detected"
"""What libaom says of data that make no sense. All else (an unknown brand, a feature that libheif
does not have) is the tool's limit: 7 of 80 healthy files make pyvips fail in such ways."""


class Verdict(Enum):
    """What libaom thinks of a file."""

    WHOLE = "whole"
    DAMAGED = "damaged"
    UNKNOWN = "unknown"


def available() -> bool:
    """Whether the extra is installed."""
    return _pyvips() is not None


@cache
def _pyvips() -> ModuleType | None:
    try:
        import pyvips
    except (ImportError, OSError, AttributeError, RuntimeError):  # no package, or no library for it
        return None
    module: ModuleType = pyvips
    return module


@frozen
class Samples:
    """A decoded picture, upright.

    Attributes:
        values: Array of 16-bit numbers: height x width x 3, or x 4 with alpha.
        bits: So many of each number, the upper ones, are used.
    """

    values: Any
    bits: int


def judge(data: bytes) -> Verdict:
    """Decodes the primary picture and its alpha.

    Args:
        data: The file. An image sequence is asked for its primary still: libvips does not know the
            brand `avis`.
    """
    return _decoded(data, lambda image: image.avg())[0]


def judge_and_keep(data: bytes) -> tuple[Verdict, Samples | None]:
    """The same, and the samples that were decoded for it, if they have more than 8 bits."""
    return _decoded(data, _samples)


def _samples(image: Any) -> Samples | None:
    if image.format != "ushort" or image.bands not in (3, 4):
        image.avg()
        return None
    return Samples(image.numpy(), int(image.get("bits-per-sample")))


def _decoded(data: bytes, use: Callable[[Any], Any]) -> tuple[Verdict, Any]:
    """What libaom thinks of the file, and what `use` makes of the pixels, which decodes them."""
    pyvips = _pyvips()
    if pyvips is None:
        return Verdict.UNKNOWN, None
    if data[8:12] == b"avis":
        data = data[:8] + b"avif" + data[12:]
    try:
        image = pyvips.Image.new_from_buffer(data, "", access="sequential", fail_on="warning")
        return Verdict.WHOLE, use(image)
    except pyvips.Error as error:
        return Verdict.DAMAGED if _DAMAGE in str(error) else Verdict.UNKNOWN, None
    except ValueError:  # pyvips stumbles over messages that quote the file's bytes
        return Verdict.UNKNOWN, None
