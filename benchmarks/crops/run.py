"""Counts in how many labelled photos the whole head lies inside the circle.

    python -m benchmarks.crops.run [FOLDER] [--sheet SHEET.png]

FOLDER (default `../shared/faces-dev` beside the checkout) holds photos and `manifest.csv`: file,
width, height, and `faces`, a JSON list of boxes `head` with `main` 0 or 1, in upright pixels. A
photo counts when the ellipse in each main head's box lies within 1.01 radii of the square's
middle. Peers run as far as they are installed: pyvips; sharp and smartcrop.js by `npm install
sharp smartcrop` in a folder that CROPS_NODE_MODULES names.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from benchmarks.crops import peers
from benchmarks.crops.sheet import save_sheet
from benchmarks.results import machine, table, versions, write_section
from preflight.faces.find import find_faces
from preflight.facts import Face
from preflight.fixer.crop import Window, choose_window
from preflight.fixer.options import FixOptions

DEFAULT_FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "faces-dev"
TOLERANCE = 1.01
RING = [math.tau * number / 180 for number in range(180)]
FRAMINGS = (("auto", None), ("auto", "white"), ("face", None), ("face", "white"))


@dataclass(frozen=True)
class Labelled:
    """One photo of the set, upright, with the boxes of its main heads."""

    name: str
    photo: Image.Image
    heads: list[peers.Square]


def labelled(folder: Path) -> Iterator[Labelled]:
    """The photos of the set in the order of the manifest."""
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            heads = [face["head"] for face in json.loads(row["faces"]) if face["main"]]
            with Image.open(folder / row["file"]) as image:
                upright = ImageOps.exif_transpose(image).convert("RGB")
            yield Labelled(row["file"], upright, [tuple(head) for head in heads])


def holds(square: peers.Square, heads: list[peers.Square]) -> bool:
    """Every point of every head's ellipse lies inside the circle."""
    left, top, right, bottom = square
    x, y, radius = (left + right) / 2, (top + bottom) / 2, min(right - left, bottom - top) / 2
    return radius > 0 and all(
        math.hypot(
            (a + c + (c - a) * math.cos(angle)) / 2 - x,
            (b + d + (d - b) * math.sin(angle)) / 2 - y,
        )
        <= radius * TOLERANCE
        for a, b, c, d in heads
        for angle in RING
    )


def row(name: str, squares: dict[str, peers.Square], photos: list[Labelled]) -> list[str]:
    """A line of the table: photos with one head, and all, that are held."""
    held = {p.name: p.name in squares and holds(squares[p.name], p.heads) for p in photos}
    line = [name]
    for group in ([p for p in photos if len(p.heads) == 1], photos):
        count = sum(held[p.name] for p in group)
        line.append(f"{count} of {len(group)} = {100 * count / max(1, len(group)):.1f} %")
    return line


def ours(
    photos: list[Labelled], faces: dict[str, tuple[Face, ...]]
) -> Iterator[tuple[str, dict[str, Window]]]:
    """preflight's windows for each framing; `face` leaves photos out in which it finds none."""
    for crop, pad in FRAMINGS:
        options = FixOptions(crop=crop, pad=pad)  # type: ignore[arg-type]
        yield (
            f"preflight `{crop}`" + (" with `--pad`" if pad else ""),
            {
                p.name: choose_window(*p.photo.size, faces[p.name], options)
                for p in photos
                if faces[p.name] or crop != "face"
            },
        )


def main() -> None:
    """Runs everything that is installed, and writes the section of RESULTS.md."""
    parser = argparse.ArgumentParser(description="Is the whole head inside the circle?")
    parser.add_argument("folder", type=Path, nargs="?", default=DEFAULT_FOLDER)
    parser.add_argument("--sheet", type=Path, help="also draw the squares of `auto` and `face`")
    arguments = parser.parse_args()
    if not (arguments.folder / "manifest.csv").is_file():
        sys.exit("There is no manifest.csv: name the folder of a labelled set.")
    everything = list(labelled(arguments.folder))
    faces, seconds = {}, []
    for entry in everything:
        started = time.process_time()
        faces[entry.name] = find_faces(entry.photo, *entry.photo.size)
        seconds.append(time.process_time() - started)
    photos = [entry for entry in everything if entry.heads]
    empty = [entry for entry in everything if not entry.heads]
    windows = dict(ours(photos, faces))
    rows = [row(n, {k: w.box for k, w in ws.items()}, photos) for n, ws in windows.items()]
    with tempfile.TemporaryDirectory() as scratch:
        pixels = {p.name: p.photo for p in photos}
        tools = [peers.centre({name: photo.size for name, photo in pixels.items()})]
        tools += peers.libvips(pixels)
        tools += peers.node_tools(pixels, Path(scratch))
    rows += [row(tool.name, tool.squares, photos) for tool in tools]
    padded = sum(w.padded for w in windows["preflight `auto` with `--pad`"].values())
    body = f"""## Is the head inside the circle?

`python -m benchmarks.crops.run` · {machine()} · {versions("pillow", "numpy", "pyvips")}

{len(photos)} labelled photos of people, heads drawn by hand; a photo counts when the ellipse of
every main head lies inside the circle of the square. preflight's constants were chosen with these
photos in sight.

{table(["square by", "photos with one main head", "all photos with people"], rows)}

With `--pad`, `auto` left the photo in {padded} of {len(photos)}. In {len(empty)} pictures without a
person, {sum(bool(faces[e.name]) for e in empty)} had something taken for a face. Finding faces took
{1000 * sorted(seconds)[len(seconds) // 2]:.0f} ms of processor time a photo (median, shrinking from
full size included)."""
    write_section("crops", body)
    if arguments.sheet:
        save_sheet(everything, faces, arguments.sheet)


if __name__ == "__main__":
    main()
