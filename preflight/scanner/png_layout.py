"""PNG's layout: what the walk hands to the content check."""

from __future__ import annotations

from preflight.frozen import frozen
from preflight.scanner.png_chunks import Header


@frozen
class Layout:
    """Where the picture is.

    Attributes:
        header: Its legal IHDR.
        first_data: Offset of the first IDAT chunk; None without one.
        ended: The IEND chunk is there.
        refused: Pillow may refuse the file for its texts, profile or further frames.
    """

    header: Header
    first_data: int | None
    ended: bool
    refused: bool = False
