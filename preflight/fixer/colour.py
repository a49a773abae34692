"""Colour: pixels as the file codes them become sRGB, at output size.

With a usable ICC profile the conversion is relative colorimetric with black point compensation:
colours that sRGB has stay what they are, and shadows keep their depth. LittleCMS does it, but for
the simplest profiles. Without one the code points of nclx or cICP (ITU-T H.273) decide, see
`scanner/code_points.py`. What says nothing is sRGB.
"""

from __future__ import annotations

import io
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from preflight.facts import Colour

if TYPE_CHECKING:
    from PIL import Image

_PROFILES = Path(__file__).parent / "profiles"

_KEPT_TRANSFORMS = 4

_SPACE_OF_MODE = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK", "LAB": "Lab"}
"""Pillow's modes and the colour space that a profile for them has (ICC.1:2022, 7.2.6)."""

BROKEN_PROFILE = (
    "The colour profile inside the photo cannot be used, so its colours were taken as ordinary "
    "ones (sRGB). Look whether they are right."
)


def srgb_profile() -> bytes:
    """The sRGB profile that outputs carry: 480 bytes, so it is always attached."""
    return _profile_file("srgb.icc")


@cache
def _profile_file(name: str) -> bytes:
    return (_PROFILES / name).read_bytes()


def to_srgb(
    image: Image.Image, colour: Colour, icc: bytes | None
) -> tuple[Image.Image, tuple[str, ...]]:
    """Converts pixels to sRGB.

    Args:
        image: Eight bits a channel: L, LA, RGB, RGBA, CMYK, LAB or YCbCr.
        colour: What the file says of its colour.
        icc: The embedded profile.

    Returns:
        RGB, or RGBA where there was alpha; and notes for the person.
    """
    if image.mode in ("LA", "RGBA"):
        alpha = image.getchannel("A")
        opaque = image.convert("RGB") if image.mode == "RGBA" else image.getchannel("L")
        converted, notes = to_srgb(opaque, colour, icc)
        converted.putalpha(alpha)
        return converted, notes
    if image.mode == "YCbCr":
        image = image.convert("RGB")
    if colour.hdr in ("pq", "hlg"):
        from preflight.scanner.code_points import tone_mapped

        return tone_mapped(image.convert("RGB"), colour), ()
    if needs_profile(colour, icc, image.mode):
        return _through_profile(image, colour, icc)
    if icc is None and colour.cicp is not None:
        from preflight.scanner.code_points import from_code_points, is_srgb

        if not is_srgb(colour.cicp):
            return from_code_points(image.convert("RGB"), colour.cicp), ()
    shown = image if image.mode == "RGB" else image.convert("RGB")
    return shown, (BROKEN_PROFILE,) if _is_broken(colour, icc) else ()


def needs_profile(colour: Colour, icc: bytes | None, mode: str) -> bool:
    """The colours go through LittleCMS."""
    if mode in ("CMYK", "LAB"):
        return True
    return bool(icc) and not colour.profile_error and colour.gamut != "srgb"


def _is_broken(colour: Colour, icc: bytes | None) -> bool:
    return bool(colour.profile_error) and (bool(icc) or colour.profile is not None)


def _through_profile(
    image: Image.Image, colour: Colour, icc: bytes | None
) -> tuple[Image.Image, tuple[str, ...]]:
    notes: tuple[str, ...] = ()
    if icc and not colour.profile_error:
        converted = _converted(image, icc)
        if converted is not None:
            return converted, ()
        notes = (BROKEN_PROFILE,)
    elif _is_broken(colour, icc):
        notes = (BROKEN_PROFILE,)
    return _without_profile(image), notes


def _converted(image: Image.Image, icc: bytes) -> Image.Image | None:
    """The image in sRGB; None when the profile cannot be used for it."""
    from preflight.fixer.matrix_profile import converted as by_matrix

    shown = by_matrix(image, icc)
    if shown is not None:
        return shown
    from PIL import ImageCms

    try:
        transform = _transform(icc, image.mode, ImageCms.Flags.BLACKPOINTCOMPENSATION)
        return None if transform is None else _transformed(image, transform)
    # PyCMSError is what Pillow documents; the rest was seen on corrupt profiles.
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError, AttributeError):
        return None


def _without_profile(image: Image.Image) -> Image.Image:
    from PIL import ImageCms

    if image.mode == "CMYK":
        # As libvips and sharp show such a file; plain 255 - ink is far too vivid. Its black is
        # that of paper, as theirs: the small profile has no table to find the black point with.
        icc = _profile_file("cmyk.icc")
        return _transformed(image, _transform(icc, image.mode, ImageCms.Flags.NONE))
    if image.mode == "LAB":
        return _transformed(image, _built(ImageCms.createProfile("LAB"), image.mode, 0))
    return image.convert("RGB")


@lru_cache(_KEPT_TRANSFORMS)
def _transform(icc: bytes, mode: str, flags: int) -> Any:
    """From a profile to sRGB; None when it is for another kind of pixels.

    Kept, since a phone writes one profile into all photos, and the proof needs it again.
    """
    from PIL import ImageCms

    source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    if source.profile.xcolor_space.strip() != _SPACE_OF_MODE.get(mode):
        return None
    return _built(source, mode, flags)


def _built(source: Any, mode: str, flags: int) -> Any:
    from PIL import ImageCms

    target, intent = ImageCms.createProfile("sRGB"), ImageCms.Intent.RELATIVE_COLORIMETRIC
    return ImageCms.buildTransform(source, target, mode, "RGB", intent, ImageCms.Flags(flags))


def _transformed(image: Image.Image, transform: Any) -> Image.Image:
    from PIL import ImageCms

    converted = ImageCms.applyTransform(image, transform)
    if converted is None:  # only with inPlace
        raise ValueError("LittleCMS gave no image")
    return converted
