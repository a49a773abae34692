"""WebP's layout: what the walk hands to the content check."""

from __future__ import annotations

from preflight.frozen import frozen
from preflight.scanner.webp_chunks import Bitstream, Chunk


@frozen
class Layout:
    """Where the first picture is.

    Attributes:
        chunk: Its `VP8 ` or `VP8L` chunk.
        bitstream: The header of that.
        alpha: Its ALPH chunk, if any.
        left, top: Where the first frame of an animation lies on the canvas.
    """

    chunk: Chunk
    bitstream: Bitstream
    alpha: Chunk | None
    left: int = 0
    top: int = 0
