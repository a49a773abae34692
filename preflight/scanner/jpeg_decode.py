"""JPEG, decode: the primary image's bare stream through libjpeg, strict, at a reduced scale."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any

from preflight.frozen import frozen
from preflight.scanner.arrays import numpy
from preflight.scanner.decode import DECODER_ERRORS, without_warnings
from preflight.scanner.jpeg_layout import Frame, Layout
from preflight.scanner.jpeg_stream import MARK_BYTES, cut_at, end_marked, lean

if TYPE_CHECKING:
    from PIL import Image

Array = Any
"""A numpy array (its type is not imported: numpy is loaded late)."""

FULL = 8
"""Scales are in eighths, as libjpeg has them."""
_SCALES = (1, 2, 3, 4, FULL)
"""5/8 to 7/8 take longer than the whole: libjpeg-turbo has no fast transform for them."""
_SMALL_SIDE_PX = 240
"""Enough of a shorter side to look for faces and for steps between blocks."""
_DENSE_BITS, _DENSE_FACTOR = 2.57, 1.36
"""Coded bits a pixel from which the picture is reduced less: its side is so many times what was
asked for. Reduced by libjpeg, which averages, detail as fine as the pixels turns into coarser
detail. Of 24 photos of 12 megapixels (benchmarks/quality) this shows from here on (butteraugli's
3-norm above 0.3). With the factor 12 and 20 megapixels are decoded whole for 1024 px, but 24 not:
there half is twice the size."""

_UNSURE_ROWS = 64
"""Of the row of units that is added, at most 32 pixels high, and some before, libjpeg gives back
only what it had finished when it complained."""
_PADDING_BYTES = 4
"""So many bytes 00 or FF behind the last unit are padding: some encoders always end with one."""
_STRAY_BYTES = 3
"""So few left over are let pass, whatever they are: no encoder has to count so closely, and of 149
visible flips of a bit none left so few."""
_EXTRANEOUS = re.compile(r"(\d+) extraneous bytes before marker 0xd0")

_NOT_DAMAGE = "could not determine subsampling", "not supported", "unsupported"


def simplejpeg() -> ModuleType | None:
    """The binding of libjpeg-turbo that tells its warnings; None where it is not installed."""
    numpy()  # first: simplejpeg loads it too
    try:
        import simplejpeg
    except ImportError:
        return None
    return simplejpeg  # type: ignore[no-any-return]


@frozen
class Decoded:
    """What libjpeg made of a stream.

    Attributes:
        pixels: Height x width x channels (1, 3 or 4), 8 bits; None when it gave up or was strict.
        warning: Its first complaint; None without one.
        able: False when it cannot decode such a file at all, which says nothing of damage.
    """

    pixels: Array | None
    warning: str | None = None
    able: bool = True


@frozen
class Job:
    """A picture of 8-bit DCT, no other: a scaled lossless JPEG crashes simplejpeg 1.9.

    Attributes:
        codec: From `simplejpeg()`.
        data: The file.
        layout: Its walk, with a frame and a scan.
        frame: Its frame; `frame.dct` must hold.
        mode: `GRAY`, `RGB` or `CMYK`.
    """

    codec: ModuleType
    data: bytes
    layout: Layout
    frame: Frame
    mode: str

    @property
    def stream(self) -> bytes:
        """See `lean`."""
        return lean(self.data, self.layout)

    def eighths_for(self, side_px: int | None, max_pixels: int) -> int:
        """The smallest scale, in eighths, that serves a wish for a shorter side of `side_px`.

        Smaller than that only where the pixels would be more than `max_pixels`.
        """
        shorter = min(self.frame.width_px, self.frame.height_px)
        pixels = self.frame.width_px * self.frame.height_px
        wanted: float = _SMALL_SIDE_PX if side_px is None else side_px
        if side_px is not None and self._coded_bits() >= _DENSE_BITS * pixels:
            wanted = min(shorter, side_px * _DENSE_FACTOR)
        fitting = [n for n in _SCALES if n == 1 or pixels * n * n <= max_pixels * FULL * FULL]
        return next((n for n in fitting if -(-shorter * n // FULL) >= wanted), fitting[-1])

    def _coded_bits(self) -> int:
        return 8 * sum(scan.end - scan.start for scan in self.layout.scans)

    def strict(self, eighths: int) -> Decoded:
        """Reads every byte, complains of the first thing wrong, and gives the pixels if nothing is.

        Args:
            eighths: Scale, 1 to 8.
        """
        marked = end_marked(self.data, self.layout, self.frame)
        if marked is None:
            return self._decode(self.stream, self.mode, eighths, strict=True)
        # The marked stream has more rows; where chroma is interpolated downwards they show through.
        # (On a smaller scale libjpeg reduces it by less instead, if it is halved across as well.)
        interpolated = self.frame.down > 1 and (eighths == FULL or self.frame.across == 1)
        if interpolated and self.mode == "RGB":
            decoded = self._decode(self.stream, self.mode, eighths, strict=True)
            if decoded.warning is not None:
                return decoded
            return Decoded(decoded.pixels, self._decode_marked(marked, "GRAY", 1).warning)
        return self._decode_marked(marked, self.mode, eighths)

    def lenient(self, eighths: int, mode: str | None = None, stream: bytes | None = None) -> Array:
        """The pixels, grey where nothing came; None when there are none."""
        return self._decode(stream or self.stream, mode or self.mode, eighths, strict=False).pixels

    def first_rows(self, eighths: int, rows_px: int) -> Array:
        """The pixels of a sound stream with its first `rows_px` rows; the rest may be black.

        libjpeg is told of a lower picture and leaves the remaining data alone.
        """
        down, frame = self.frame.unit_px[1], self.frame
        height_px = min(-(-rows_px // down) * down, frame.height_px)
        if len(self.layout.scans) > 1 or height_px == frame.height_px:
            return self.lenient(eighths)
        shape = self._shape(frame.height_px, self.mode, eighths)
        try:
            pixels = numpy().zeros(shape, "uint8")
        except MemoryError:
            return None
        stream = cut_at(self.data, self.layout, frame, height_px)
        rows = pixels[: -(-height_px * eighths // FULL)]
        decoded = self._decode(stream, self.mode, eighths, False, height_px, into=rows)
        return None if decoded.pixels is None else pixels

    def _shape(self, height_px: int, mode: str, eighths: int) -> tuple[int, int, int]:
        channels = {"GRAY": 1, "RGB": 3, "RGBX": 4, "CMYK": 4}[mode]
        return (
            -(-height_px * eighths // FULL),
            -(-self.frame.width_px * eighths // FULL),
            channels,
        )

    def _decode_marked(self, stream: bytes, mode: str, eighths: int) -> Decoded:
        height_px = self.frame.units[1] * self.frame.unit_px[1] + self.frame.unit_px[1]
        try:
            pixels = numpy().empty(self._shape(height_px, mode, eighths), "uint8")
        except MemoryError:
            return Decoded(None, "there is not enough memory", able=False)
        pixels[-_UNSURE_ROWS:] = 0
        decoded = self._decode(stream, mode, eighths, strict=True, height_px=height_px, into=pixels)
        found = _EXTRANEOUS.search(decoded.warning or "")
        left_over = int(found.group(1)) - MARK_BYTES if found else -1
        if left_over < 0 or (left_over > _STRAY_BYTES and not self._padding(left_over)):
            return decoded
        return Decoded(pixels[: -(-self.frame.height_px * eighths // FULL)])

    def _padding(self, count: int) -> bool:
        """Whether the last bytes of the scan are what some encoders fill up with."""
        end = self.layout.scans[0].end
        tail = self.data[end - 2 * _PADDING_BYTES : end].replace(b"\xff\0", b"\xff")
        return count <= _PADDING_BYTES and not tail[-count:].strip(b"\0\xff")

    def _decode(
        self,
        stream: bytes,
        mode: str,
        eighths: int,
        strict: bool,
        height_px: int | None = None,
        into: Array | None = None,
    ) -> Decoded:
        try:
            pixels = self.codec.decode_jpeg(
                stream,
                mode,
                min_height=-(-(height_px or self.frame.height_px) * eighths // FULL),
                min_width=-(-self.frame.width_px * eighths // FULL),
                strict=strict,
                buffer=into,
            )
        except ValueError as error:
            text = str(error)
            return Decoded(None, text, able=not any(why in text.lower() for why in _NOT_DAMAGE))
        except MemoryError:
            return Decoded(None, "there is not enough memory", able=False)
        return Decoded(pixels)


def units_decoded(pixels: Array, frame: Frame) -> int:
    """How many coded units came before the data ran out.

    libjpeg leaves all blocks behind that point zero, which is mid-grey (128).

    Args:
        pixels: A lenient `GRAY` decode at one eighth: one pixel for each block.
        frame: The frame.
    """
    np = numpy()
    across, down = (side // 8 for side in frame.unit_px)
    grey = pixels[:, :, 0] == 128
    rows = np.flatnonzero(~grey.all(axis=1))
    if not len(rows):
        return 0
    row = int(rows[-1]) // down
    last = np.flatnonzero(~grey[row * down : (row + 1) * down].all(axis=0))[-1]
    return row * frame.units[0] + int(last) // across + 1


def planes(job: Job, channels: tuple[int, ...]) -> Iterator[tuple[int, Array | None]]:
    """Channels at full size as they were coded: luma, chroma (also of RGB), inks.

    Luma comes from simplejpeg, the others from Pillow, since simplejpeg gives no YCbCr; an array
    is None when it cannot be had.
    """
    if channels[:1] == (0,) and job.layout.colours in ("grey", "ycc"):
        grey = job.lenient(FULL, "GRAY")
        yield 0, None if grey is None else grey[:, :, 0]
        channels = channels[1:]
    image = _as_coded(job) if channels else None
    for channel in channels:
        yield channel, None if image is None else numpy().asarray(image.getchannel(channel))


def _as_coded(job: Job) -> Image.Image | None:
    from PIL.JpegImagePlugin import JpegImageFile

    try:
        with without_warnings():
            image: Image.Image = JpegImageFile(io.BytesIO(job.stream))
            if job.layout.colours == "ycc":
                image.draft("YCbCr", image.size)
            image.load()
            return image.convert("YCbCr") if image.mode == "RGB" else image
    except (*DECODER_ERRORS, MemoryError):
        return None
