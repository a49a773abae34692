"""Structure: what a format module reads from a file without decoding it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, Protocol

from preflight.facts import Colour, Damage, LimitHit, Skipped
from preflight.frozen import frozen
from preflight.limits import Limits

if TYPE_CHECKING:  # Pillow is loaded only where pixels are
    from PIL import Image

    from preflight.scanner.planes import Planes


PixelBox = tuple[int, int, int, int]
"""Left, top, right, bottom in whole pixels."""

CUT_SHORT = "the file ends before the picture does"
"""What there is to say of a file that lacks its end, behind how much of the picture that is."""

SPOILED = "its data are not as they were written"
"""What there is to say of a picture that is damaged somewhere, behind how much of it is."""

Closer = Callable[[PixelBox, float], "tuple[Image.Image, tuple[int, int]]"]
"""See `Picture.closer`."""


@frozen
class Segment:
    """One piece of the file, for lossless stripping: bytes `[start, end)` and what it is.

    `name` is the format's own: `APP1`, `SOS`, `eXIf`, `VP8X`…
    """

    name: str
    start: int
    end: int


@frozen
class Structure:
    """The result of a walk over one file. Coordinates and sizes are as stored.

    Attributes:
        width_px, height_px: Of the primary picture (or the canvas), 0 if not found.
        colour: Without `profile*` and `gamut`, which the scan derives from `icc` and `cicp`.
        orientation: None to take it from `exif`; a code 1 to 8 where the container decides.
        clean_aperture: Pixels of the decoder's output that are meant to be seen (left, top, right,
            bottom), where `decode_picture` has to crop to them (AVIF); `width_px` and `height_px`
            are the size after that.
        transforms, frames, animated, images, hidden_images, coding, subsampling,
            trailing_bytes: As in `Facts`.
        exif: The TIFF-formatted Exif block (without "Exif\\0\\0"), at most the inflate limit.
        xmp: The XMP packet.
        iptc: An IPTC block is present.
        iptc_data: Its bytes: IIM data sets, or Photoshop's resource blocks (`8BIM`…) around them;
            None if there is none or the module did not keep it.
        comment: A free text comment is present.
        icc: The whole ICC profile, joined and inflated.
        icc_error: Why the profile could not be put together.
        segments: Top-level pieces in file order, for formats that can be stripped losslessly.
        scans: Scans of a JPEG; 1 elsewhere.
        reducible: The decoder can decode it at a reduced scale (baseline or progressive DCT JPEG).
        legal_kind: Every value that says how the pixels are coded is a legal one, so a decoder that
            does not know the kind says nothing of damage.
        misread: Why the decoder would get this legal kind wrong, None where it does not: it is not
            asked then.
        doubt: Something in front of the picture is not as it has to be. Whether that matters only
            the reference decoder can say: if it does not open the file, this is the damage.
        damage, skipped, limits_hit: As in `Facts`.
        private: Whatever else the module wants to hand to its own content check.
    """

    width_px: int = 0
    height_px: int = 0
    colour: Colour = field(default_factory=Colour)
    orientation: int | None = None
    clean_aperture: tuple[int, int, int, int] | None = None
    transforms: tuple[str, ...] = ()
    frames: int | None = 1
    animated: bool = False
    images: int = 1
    hidden_images: tuple[str, ...] = ()
    coding: str = ""
    subsampling: str | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    iptc: bool = False
    iptc_data: bytes | None = None
    comment: bool = False
    icc: bytes | None = None
    icc_error: str | None = None
    segments: tuple[Segment, ...] = ()
    trailing_bytes: int = 0
    scans: int = 1
    reducible: bool = False
    legal_kind: bool = False
    misread: str | None = None
    doubt: Damage | None = None
    damage: tuple[Damage, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    limits_hit: tuple[LimitHit, ...] = ()
    private: object = None


@frozen
class Picture:
    """Decoded pixels of the primary picture, possibly at a reduced scale.

    Attributes:
        image: A loaded Pillow image in any mode, colours as coded (profile not applied).
        orientation: Exif code of the turn that is still to be applied to `image`.
        width_px, height_px: Full size in the orientation of `image`; `image.size` may be smaller.
        closer: Gives `image` at full size, where that costs no decode of all of it; None elsewhere.
            From a box within it, in pixels of the full size, and by how much that is going to be
            made smaller, it makes all of it or a part with that box in it, and says where the
            part's left upper corner lies.
        is_srgb: The colours are not as coded but converted (HDR of more than 8 bits).
        pixels: Of `image` as an array, height x width x channels, where a decoder gave them so.
        planes: Of `image`, where it comes of three that have its size.
        small: `image` reduced by averaging, and by what factor: for looks at the whole scene.
    """

    image: Image.Image
    orientation: int
    width_px: int
    height_px: int
    closer: Closer | None = None
    is_srgb: bool = False
    pixels: Any | None = None
    planes: Planes | None = None
    small: tuple[Image.Image, int] | None = None


@frozen
class Content:
    """The result of reading every coded byte.

    Attributes:
        damage, skipped: Found on the way, to be added to those of the structure.
        picture: Pixels, if the check produced them anyway (one decode for check and fix).
    """

    damage: tuple[Damage, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    picture: Picture | None = None


class FormatModule(Protocol):
    """What each of `jpeg.py`, `png.py`, `heif.py`… offers to the scan. Neither call raises."""

    def read(self, data: bytes, limits: Limits) -> Structure:
        """Walks the file: headers and structure, no decoding, bounded time and memory."""
        ...

    def check_content(
        self, data: bytes, structure: Structure, limits: Limits, side_px: int | None
    ) -> Content:
        """Reads every coded byte of the primary picture and says what is damaged.

        Called only when no limit was hit and the structure has a size.

        Args:
            data: The file.
            structure: What `read` gave for it.
            limits: See `Limits`.
            side_px: The caller wants pixels afterwards whose shorter side is at least this (or
                all there are); None: any small picture will do. A module that has pixels in hand
                returns them, others leave `picture` None and the scan decodes with Pillow.
        """
        ...


def worst_first(damage: Sequence[Damage]) -> tuple[Damage, ...]:
    """Sorts damage: truncated, corrupt, refused, then readable; within each by offset."""
    order = {"truncated": 0, "corrupt": 1, "refused": 2, "readable": 3}
    return tuple(sorted(damage, key=lambda d: (order[d.kind], d.offset_bytes or 0)))
