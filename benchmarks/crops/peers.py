"""Squares that other tools choose: centre, libvips, sharp, smartcrop.js. Upright pixels."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

NODE_VARIABLE = "CROPS_NODE_MODULES"
"""Names a folder in which `npm install sharp smartcrop` was run."""

NODE_SCRIPT = Path(__file__).with_name("peers.cjs")

Square = tuple[float, float, float, float]


@dataclass(frozen=True)
class Peer:
    """A tool, and the square it chose for each photo."""

    name: str
    squares: dict[str, Square]


def centre(sizes: dict[str, tuple[int, int]]) -> Peer:
    """The largest square from the middle: what most places do."""
    squares = {}
    for name, (width, height) in sizes.items():
        side = min(width, height)
        left, top = (width - side) / 2, (height - side) / 2
        squares[name] = (left, top, left + side, top + side)
    return Peer("centre crop", squares)


def libvips(photos: dict[str, Image.Image]) -> Iterator[Peer]:
    """The attention strategy of libvips, through pyvips."""
    if importlib.util.find_spec("pyvips") is None:
        return
    import pyvips

    squares = {}
    for name, photo in photos.items():
        side = min(photo.size)
        image = pyvips.Image.new_from_array(photo)
        image = image.copy(interpretation="srgb")
        _, details = image.smartcrop(
            side, side, interesting="attention", attention_x=True, attention_y=True
        )
        squares[name] = _around(
            details["attention_x"], details["attention_y"], photo.width, photo.height, side
        )
    number = ".".join(str(pyvips.version(part)) for part in range(3))
    yield Peer(f"libvips {number} attention", squares)


def node_tools(photos: dict[str, Image.Image], scratch: Path) -> Iterator[Peer]:
    """The attention strategy of sharp, and smartcrop.js on pixels that sharp decoded."""
    modules = os.environ.get(NODE_VARIABLE)
    node = shutil.which("node")
    if not modules or node is None or not (Path(modules) / "node_modules").is_dir():
        return
    for name, photo in photos.items():
        photo.save(scratch / f"{name}.png", compress_level=1)
    listing = {name: [*photo.size] for name, photo in photos.items()}
    (scratch / "photos.json").write_text(json.dumps(listing), encoding="utf-8")
    run = subprocess.run(
        [node, str(NODE_SCRIPT), str(scratch), modules],
        capture_output=True,
        text=True,
        check=True,
        timeout=1800,
    )
    for tool, squares in json.loads(run.stdout).items():
        yield Peer(tool, {name: tuple(square) for name, square in squares.items()})


def _around(x: float, y: float, width: int, height: int, side: int) -> Square:
    """The square that libvips cuts around its point of attention (smartcrop.c)."""
    left = min(max(x - side // 2, 0), width - side)
    top = min(max(y - side // 2, 0), height - side)
    return (left, top, left + side, top + side)
