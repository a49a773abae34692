"""HEIF tiles: what was decoded, until it is known which part of the picture is wanted closer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from preflight.scanner import libde265
from preflight.scanner.arrays import threads_allowed
from preflight.scanner.heif_items import Layout
from preflight.scanner.heif_pixels import Mosaic, even_box, intersection
from preflight.scanner.hevc import Stream
from preflight.scanner.planes import Plane
from preflight.scanner.structure import Closer, PixelBox

if TYPE_CHECKING:
    from PIL import Image

SMOOTHED_BELOW = 1.9
"""A part that is made smaller by less than this is decoded again, with the edges of its blocks
smoothed. Where it is made so much smaller that is not seen: butteraugli's 3-norm against a
full-size Lanczos reduction of the smoothed picture is 0.192 instead of 0.186 in the median for 8
photos of 12 megapixels to 1024 px, and 0.275 instead of 0.274 at worst. Of parts that are cut
closer it is 0.11 instead of 0.06 at 2.3 times, 0.13 at 1.9 (0.18 at worst), 0.15 at 1.4 (0.52);
below 1 is invisible, and 0.3 is what we allow."""

COARSEST_NOT_SMOOTHED = 18
"""HEVC's quantiser, to which these figures belong: phones write 15 to 18. With 17 the 3-norm grows
by 0.004 at most, with 24 by 0.04, with 32 by 0.10, with 39 by 0.17 (three photos each)."""

_Number = TypeVar("_Number")


@dataclass(slots=True)
class Tiles:
    """The coded items of a picture that was reduced; filled by several threads.

    Attributes:
        layout: Where they lie.
        streams: All of them, by number.
        planes: What was decoded of them; empty where that is too much to be kept.
        smoothed: Those of which the planes are smoothed.
    """

    layout: Layout
    streams: dict[int, Stream] = field(default_factory=dict)
    planes: dict[int, tuple[Plane, ...]] = field(default_factory=dict)
    smoothed: set[int] = field(default_factory=set)

    def closer(self, matrix: int, full_range: bool) -> Closer:
        """See `Picture.closer`."""
        return partial(self._closer, matrix, full_range)

    def _closer(
        self, matrix: int, full_range: bool, box: PixelBox, shrink: float
    ) -> tuple[Image.Image, tuple[int, int]]:
        part = even_box(box, (self.layout.width_px, self.layout.height_px))
        mosaic = Mosaic(part, 1)
        seen = [tile for tile in self.layout.tiles if intersection(tile.box, part)]

        def place(number: int) -> None:
            good = shrink >= SMOOTHED_BELOW or number in self.smoothed
            planes = (good and self.planes.get(number)) or self._decoded(number)
            for tile in seen:
                if tile.item == number:
                    mosaic.place(tile.box, planes)

        in_threads(place, dict.fromkeys(tile.item for tile in seen))
        image, _turn = mosaic.picture(matrix, full_range, ())
        return image, part[:2]

    def _decoded(self, number: int) -> tuple[Plane, ...]:
        stream = self.streams[number]
        sequence = stream.sequence
        planes = libde265.decode(stream.units, sequence.shown_size, sequence.chroma).planes
        if not planes:  # it was whole before
            raise MemoryError("libde265 gives no picture")
        return planes


def is_smoothed(stream: Stream, scale: int) -> bool:
    """Whether pixels that are wanted at a scale have to be decoded with the edges smoothed."""
    quantiser = stream.quantiser
    return scale == 1 or quantiser is None or quantiser > COARSEST_NOT_SMOOTHED


def in_threads(work: Callable[[_Number], None], numbers: Iterable[_Number]) -> None:
    """Does some work with each of them, two at a time where a photo is alone."""
    numbers = list(numbers)
    threads = min(threads_allowed(), len(numbers))
    if threads > 1:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, numbers))
    else:
        for number in numbers:
            work(number)
