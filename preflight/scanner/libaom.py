"""libaom through pyvips (the extra `photo-preflight[avif]`): the AV1 decoder that admits damage.

dav1d, which Pillow uses, decodes whatever comes: of damage that still decodes it reports nothing,
libaom all (damage.md, section 2).
"""

from __future__ import annotations

from enum import Enum
from functools import cache
from types import ModuleType

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


def judge(data: bytes) -> Verdict:
    """Decodes the primary picture and its alpha.

    Args:
        data: The file. An image sequence is asked for its primary still: libvips does not know the
            brand `avis`.
    """
    pyvips = _pyvips()
    if pyvips is None:
        return Verdict.UNKNOWN
    if data[8:12] == b"avis":
        data = data[:8] + b"avif" + data[12:]
    try:
        image = pyvips.Image.new_from_buffer(data, "", access="sequential", fail_on="warning")
        image.avg()
    except pyvips.Error as error:
        return Verdict.DAMAGED if _DAMAGE in str(error) else Verdict.UNKNOWN
    except ValueError:  # pyvips stumbles over messages that quote the file's bytes
        return Verdict.UNKNOWN
    return Verdict.WHOLE
