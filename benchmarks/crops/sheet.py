"""A contact sheet to look at: each photo with its squares, and what the circle shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from preflight.facts import Face
from preflight.fixer.crop import NoFaceError, Window, choose_window
from preflight.fixer.options import FixOptions

if TYPE_CHECKING:
    from benchmarks.crops.run import Labelled

CELL_PX, COLUMNS = 150, 4
COLOURS = {"auto": "#ffd000", "face": "#00c8ff"}


def save_sheet(photos: list[Labelled], faces: dict[str, tuple[Face, ...]], path: Path) -> None:
    """Draws photo, `auto` and `face` side by side for every photo; several sheets if need be."""
    cells = [_cell(entry, faces[entry.name]) for entry in photos]
    per_sheet = COLUMNS * 9
    for number in range(0, len(cells), per_sheet):
        part = cells[number : number + per_sheet]
        rows = -(-len(part) // COLUMNS)
        sheet = Image.new("RGB", (COLUMNS * (3 * CELL_PX + 12), rows * (CELL_PX + 18)), "white")
        for place, cell in enumerate(part):
            x, y = place % COLUMNS * (3 * CELL_PX + 12), place // COLUMNS * (CELL_PX + 18)
            sheet.paste(cell, (x, y))
        sheet.save(path.with_stem(f"{path.stem}-{number // per_sheet + 1}"))


def _cell(entry: Labelled, faces: tuple[Face, ...]) -> Image.Image:
    cell = Image.new("RGB", (3 * CELL_PX + 8, CELL_PX + 14), "white")
    photo = entry.photo
    scale = CELL_PX / max(photo.size)
    small = photo.resize([max(1, round(side * scale)) for side in photo.size])
    drawing = ImageDraw.Draw(small)
    for place, crop in enumerate(COLOURS, start=1):
        try:
            window = choose_window(*photo.size, faces, FixOptions(crop=crop))  # type: ignore[arg-type]
        except NoFaceError:
            continue
        drawing.rectangle([value * scale for value in window.box], outline=COLOURS[crop])
        cell.paste(_round(photo, window), (place * CELL_PX + 4 * place, 0))
    cell.paste(small, (0, 0))
    ImageDraw.Draw(cell).text((0, CELL_PX + 1), entry.name, fill="black")
    return cell


def _round(photo: Image.Image, window: Window) -> Image.Image:
    left, top, right, bottom = window.box
    shown = photo.resize((CELL_PX, CELL_PX), box=(left, top, right, bottom))
    mask = Image.new("L", (CELL_PX * 4, CELL_PX * 4))
    ImageDraw.Draw(mask).ellipse((0, 0, CELL_PX * 4 - 1, CELL_PX * 4 - 1), fill=255)
    circle = Image.new("RGB", (CELL_PX, CELL_PX), "white")
    circle.paste(shown, mask=mask.resize((CELL_PX, CELL_PX)))
    return circle
