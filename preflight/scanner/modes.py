"""Modes: Pillow's many pixel layouts brought to eight bits a channel. Scaled, never clipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image


PREMULTIPLIED = {"RGBA": "RGBa", "LA": "La"}
"""Modes with alpha to those whose colours are multiplied with it, which may be resized as they are.
"""


def eight_bits(image: Image.Image) -> Image.Image:
    """The same picture as L, LA, RGB, RGBA, CMYK, LAB or YCbCr.

    16-bit grey is scaled (Pillow's own `convert("L")` clips it: a ramp turns 99.6 % white,
    findings.md, section 3); a palette becomes its colours; transparency in `info` becomes alpha.
    """
    mode = image.mode
    if mode.startswith("I;16") or mode in ("I", "F"):
        return _scaled_grey(image)
    if mode == "1":
        return image.convert("L")
    if mode in ("P", "PA"):
        alpha = mode == "PA" or "transparency" in image.info
        return image.convert("RGBA" if alpha else "RGB")
    if mode in ("L", "RGB") and "transparency" in image.info:
        return image.convert("LA" if mode == "L" else "RGBA")
    if mode in ("RGBX", "HSV"):
        return image.convert("RGB")
    if mode == "RGBa":
        return image.convert("RGBA")
    if mode == "La":
        return image.convert("LA")
    return image


def key_as_alpha(image: Image.Image, bits: int) -> Image.Image:
    """The transparent colour of a PNG as alpha, where Pillow has brought the pixels to other bits.

    Pillow hands on the number from the file and compares it with scaled pixels: it misses the key
    of grey in 1, 2 or 4 bits and of all that has 16. Of colours in 16 bits only the upper byte is
    at hand.

    Args:
        image: As Pillow loaded it.
        bits: A channel, in the file.
    """
    key = image.info.get("transparency")
    if key is None or image.mode not in ("1", "L", "I;16", "RGB") or bits == 8:
        return image
    if image.mode == "I;16":
        from PIL import Image

        from preflight.scanner.arrays import numpy

        alpha = numpy().where(numpy().asarray(image) == key, 0, 255).astype("uint8")
        return Image.merge("LA", (_scaled_grey(image), Image.fromarray(alpha)))
    if image.mode == "RGB":
        image.info["transparency"] = tuple(value >> 8 for value in key)
        return image.convert("RGBA")
    most = (1 << bits) - 1
    grey = image.convert("L")
    grey.info["transparency"] = (key & most) * 255 // most
    return grey.convert("LA")


def _scaled_grey(image: Image.Image) -> Image.Image:
    from PIL import Image

    from preflight.scanner.arrays import numpy

    np = numpy()
    values = np.asarray(image).astype(np.float32)
    if image.mode.startswith("I;16"):
        top = 65535.0
    elif image.mode == "I":  # 32-bit integers hold 16-bit pictures (PNG before Pillow 11), or more
        top = 65535.0 if values.max(initial=0) <= 65535 else float(values.max())
    else:  # floating point: 0 to 1, or the values of an integer picture
        values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
        largest = float(values.max(initial=0))
        top = 1.0 if largest <= 1.0 else 255.0 if largest <= 255.0 else max(65535.0, largest)
    grey = np.clip(values * (255.0 / top) + 0.5, 0, 255).astype(np.uint8)
    return Image.fromarray(grey)


def is_transparent(image: Image.Image) -> bool:
    """Some pixel of it is not opaque."""
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        low, _high = image.getchannel(image.getbands()[-1]).getextrema()
        return isinstance(low, int | float) and low < 255
    transparency = image.info.get("transparency")
    if transparency is None:
        return False
    if image.mode == "P":
        return _uses_transparent_index(image, transparency)
    if image.mode in ("L", "RGB", "1"):
        return is_transparent(image.convert("LA" if image.mode != "RGB" else "RGBA"))
    return False


def _uses_transparent_index(image: Image.Image, transparency: bytes | int) -> bool:
    used = image.histogram()
    if isinstance(transparency, int):
        return transparency < len(used) and used[transparency] > 0
    return any(count and alpha < 255 for count, alpha in zip(used, transparency))
