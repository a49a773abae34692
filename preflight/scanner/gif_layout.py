"""GIF's layout: what the walk hands to the content check."""

from __future__ import annotations

from preflight.frozen import frozen
from preflight.scanner.gif_blocks import Block, Frame


@frozen
class Layout:
    """Where the first picture is.

    Attributes:
        frame: Its descriptor, with a size.
        block: Its block.
        ended: The file has its end mark, or was not walked that far.
    """

    frame: Frame
    block: Block
    ended: bool
