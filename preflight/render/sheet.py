"""Sheet: a preview as one picture, for files (PNG) and terminals, where no page can be shown."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from preflight.facts import Box
from preflight.preview import SIDES_PX, Preview, View
from preflight.render.thumbnails import Thumbnail

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

MARK = b"preflight preview"
"""By which a sheet that preflight made before is known: a text at the beginning of the file."""

_MARGIN, _GAP = 16, 24
_TITLE_PX, _TEXT_PX = 22, 15
_LINE = 34
_PAPER, _INK, _QUIET, _WELL = "#f5f4f1", "#1f2328", "#5a6169", "#e2dfd9"
_WIDTH = 2 * _MARGIN + 360 + _GAP + 320 + _GAP + 110 + _GAP + 96
"""990: xterm shows no sixels beyond 1000 px, and the width is rounded to whole characters."""
_ROW = _LINE + 380 + _GAP
_FINER = 4
"""Edges of circles are drawn so many times larger and made smaller: smooth."""


def sheet(preview: Preview) -> bytes:
    """The sheet as a PNG file."""
    from PIL import PngImagePlugin

    marked = PngImagePlugin.PngInfo()
    marked.add_text("Software", MARK.decode("ascii"))
    buffer = io.BytesIO()
    drawn(preview).save(buffer, "PNG", pnginfo=marked)
    return buffer.getvalue()


def drawn(preview: Preview) -> Image.Image:
    """The sheet: a row for each view."""
    from PIL import Image, ImageDraw

    height = 2 * _MARGIN + _ROW * len(preview.views)
    image = Image.new("RGB", (_WIDTH, height), _PAPER)
    draw = ImageDraw.Draw(image)
    for number, view in enumerate(preview.views):
        _draw_view(image, draw, preview, view, _MARGIN + number * _ROW)
    return image


def _draw_view(
    image: Image.Image, draw: ImageDraw.ImageDraw, preview: Preview, view: View, top: int
) -> None:
    _write(draw, (_MARGIN, top), _title(draw, view), _TITLE_PX, _INK)
    top += _LINE
    ready, original = view.thumbnails.ready, view.thumbnails.original
    if ready is None or original is None:
        _write(draw, (_MARGIN, top), view.result.why, _TEXT_PX, _INK)
        return
    facts = preview.report.facts
    size = facts.width_px or 1, facts.height_px or 1
    cut_out = _with_crop(original, size, view.result.crop, round_=view.shape == "circle")
    image.paste(cut_out, (_MARGIN, top))
    left = _MARGIN + 360 + _GAP
    places_at = [(left, top), (left + 320 + _GAP, top)]
    column = left + 320 + _GAP
    places_at += [(column, top + 110 + _LINE), (column + 110 + _GAP, top)]
    places_at += [(column + 110 + _GAP, top + 110 + _LINE)]
    for side, (x, y) in zip(SIDES_PX, places_at):
        image.paste(_shown(ready, side), (x, y), _mask(side, view.shape))
        _write(draw, (x, y + side + 6), f"{side} px", _TEXT_PX, _QUIET)


def _title(draw: ImageDraw.ImageDraw, view: View) -> str:
    """Where it is seen so, as many places by name as there is room for."""
    from PIL import ImageFont

    names = [platform.title for platform in view.platforms]
    font = ImageFont.load_default(_TITLE_PX)
    for shown in range(len(names), 0, -1):
        rest = len(names) - shown
        text = ", ".join(names[:shown]) + (f" and {rest} more" if rest else "")
        if draw.textlength(text, font=font) <= _WIDTH - 2 * _MARGIN:
            return text
    return names[0]


def _with_crop(
    picture: Thumbnail, size: tuple[int, int], crop: Box | None, *, round_: bool
) -> Image.Image:
    """The photo in a square of 360, what is cut away darkened."""
    from PIL import Image, ImageDraw

    left, top, right, bottom = crop or (0, 0, *size)
    low_x, low_y = min(0, left), min(0, top)
    wide, high = max(size[0], right) - low_x, max(size[1], bottom) - low_y
    scale = 360 / max(wide, high)

    def at(x: float, y: float) -> tuple[int, int]:
        return round((x - low_x) * scale), round((y - low_y) * scale)

    field = Image.new("RGB", (max(1, round(wide * scale)), max(1, round(high * scale))), _WELL)
    photo_at, photo_end = at(0, 0), at(*size)
    shape = max(1, photo_end[0] - photo_at[0]), max(1, photo_end[1] - photo_at[1])
    field.paste(_opened(picture).resize(shape, Image.Resampling.BICUBIC), photo_at)
    start, end = at(left, top), at(right, bottom)
    side = max(1, end[0] - start[0]), max(1, end[1] - start[1])
    kept = Image.new("L", field.size, 0)
    kept.paste(_mask(side[0], "circle" if round_ else "square").resize(side), start)
    dark = Image.blend(field, Image.new("RGB", field.size, "black"), 0.5)
    drawn = Image.composite(field, dark, kept)
    outline = (*start, max(start[0], end[0] - 1), max(start[1], end[1] - 1))
    ImageDraw.Draw(drawn).rectangle(outline, outline="white")
    return drawn


def _shown(picture: Thumbnail, side: int) -> Image.Image:
    from PIL.Image import Resampling

    return _opened(picture).resize((side, side), Resampling.BICUBIC, reducing_gap=2.0)


def _mask(side: int, shape: str) -> Image.Image:
    from PIL import Image, ImageDraw

    large = Image.new("L", (side * _FINER, side * _FINER), 0)
    box = (0, 0, large.width - 1, large.height - 1)
    radius = {"circle": 0.5, "rounded": 0.22}.get(shape, 0.0) * large.width
    ImageDraw.Draw(large).rounded_rectangle(box, radius, fill=255)
    return large.resize((side, side), Image.Resampling.BOX)


def _opened(picture: Thumbnail) -> Image.Image:
    """One of our own small JPEG files."""
    from PIL import Image

    with Image.open(io.BytesIO(picture.data), formats=("JPEG",)) as image:
        return image.convert("RGB")


def _write(
    draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, size_px: int, colour: str
) -> None:
    """One line, cut where the sheet ends; the font that Pillow brings knows Latin letters."""
    from PIL import ImageFont

    font = ImageFont.load_default(size_px)
    room = _WIDTH - _MARGIN - at[0]
    while text and draw.textlength(text, font=font) > room:
        text = f"{text[:-2].rstrip()}…" if len(text) > 2 else ""
    draw.text(at, text, fill=colour, font=font)
