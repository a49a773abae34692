"""Pictures: the original with the crop drawn on it, and the circle at the sizes it is shown at.

SVG, so that one small JPEG file serves every size and the crop is a drawing, not pixels.
"""

from __future__ import annotations

from collections.abc import Sequence

from preflight.facts import Box
from preflight.render.page.markup import Markup, data_uri, element
from preflight.render.thumbnails import Thumbnail

SHOWN_PX = (320, 96, 32)
"""Sides of the circles: a profile page, a post, a comment."""

ORIGINAL_SIDE_PX = 240
"""Longest side of the original on the page."""


def original(
    picture: Thumbnail, size: tuple[int, int], crop: Box | None, *, round_: bool, label: str
) -> Markup:
    """The whole photo, what the crop leaves out of it darkened.

    Args:
        picture: Of the whole photo.
        size: Width and height of the upright photo in pixels, which `crop` is in.
        crop: Left, top, right, bottom; may leave the photo. None draws none.
        round_: A circle is cut from it.
        label: What a person hears who does not see it.
    """
    width, height = size
    left, top, right, bottom = _around(size, crop)
    scale = ORIGINAL_SIDE_PX / max(right - left, bottom - top)
    drawn: list[Markup] = [
        element(
            "image",
            href=data_uri(picture.data),
            width=width,
            height=height,
            preserveAspectRatio="none",
        )
    ]
    if crop is not None:
        drawn += _drawn(crop, (left, top, right, bottom), round_=round_)
    return element(
        "svg",
        drawn,
        class_="original",
        viewBox=f"{left:g} {top:g} {right - left:g} {bottom - top:g}",
        width=round((right - left) * scale),
        height=round((bottom - top) * scale),
        role="img",
        aria_label=label,
    )


def circles(
    picture: Thumbnail, name: str, shape: str, label: str, sides: Sequence[int] = SHOWN_PX
) -> list[Markup]:
    """The square as it is shown, once for each side; the picture is in the page once.

    Args:
        picture: The square.
        name: Unique in the page; names the picture for the second size and the rest.
        shape: `circle`, `rounded` or `square`.
        label: What a person hears who does not see it; the others are hidden from hearing.
        sides: In CSS pixels, the first one holds the picture.
    """
    image = element("image", id=name, href=data_uri(picture.data), width=320, height=320)
    shown = []
    for number, side in enumerate(sides):
        spoken = {"role": "img", "aria_label": label} if number == 0 else {"aria_hidden": "true"}
        inner = image if number == 0 else element("use", href=f"#{name}")
        shown.append(
            element(
                "svg",
                inner,
                class_=f"shown {shape}",
                viewBox="0 0 320 320",
                width=side,
                height=side,
                **spoken,
            )
        )
    return shown


def _around(size: tuple[int, int], crop: Box | None) -> Box:
    """Photo and crop together: a padded crop reaches over the photo's edge."""
    left, top, right, bottom = crop or (0, 0, *size)
    return min(0, left), min(0, top), max(size[0], right), max(size[1], bottom)


def _drawn(crop: Box, around: Box, *, round_: bool) -> list[Markup]:
    left, top, right, bottom = crop
    width, height = right - left, bottom - top
    outer = _rectangle(around)
    inner = _circle(crop) if round_ else _rectangle(crop)
    drawn = [element("path", class_="left-out", fill_rule="evenodd", d=outer + inner)]
    for kind in ("edge-under", "edge"):  # dark below light: to be seen on any photo
        drawn.append(
            element("rect", class_=kind, x=left, y=top, width=width, height=height, fill="none")
        )
    return drawn


def _rectangle(box: Box) -> str:
    left, top, right, bottom = box
    return f"M{left:g} {top:g}H{right:g}V{bottom:g}H{left:g}Z"


def _circle(box: Box) -> str:
    left, top, right, bottom = box
    radius, middle = (right - left) / 2, (top + bottom) / 2
    arc = f"a{radius:g} {radius:g} 0 1 0"
    return f"M{left:g} {middle:g}{arc} {2 * radius:g} 0{arc} {-2 * radius:g} 0Z"
