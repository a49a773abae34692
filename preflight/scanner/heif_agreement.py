"""HEIF agreement: what a HEIC or AVIF file says twice of its picture, and what cannot be true.

A hit there gives a picture of another size, turn or depth, which every decoder takes for whole.
In 560 healthy files of many writers these always agree. What the `colr` box and the coded picture
say of colours need not: a camera's file gives two ranges, and the box counts.
"""

from __future__ import annotations

from preflight.facts import WRONG_SIZE, Damage
from preflight.scanner.av1 import BEGINNING_BYTES, coded_size
from preflight.scanner.heif_items import LAYERED, Layout, item_size
from preflight.scanner.hevc import told_by
from preflight.scanner.isobmff import Box, BoxError, Container, UnsupportedBoxError

_RESERVED = {b"irot": 0xFC, b"imir": 0xFE}
"""Bits of the body that mean nothing and are 0 (ISO/IEC 23008-12, 6.5.10 and 6.5.12)."""
_SIZE = "it states a size that its coded data do not have"
_CROP = "it is to be cropped to a part that it does not have"
_PIXELS = "it is to be cropped in the middle of a pixel"
_TWICE = "it describes its picture in two ways that do not agree"


def disagreements(container: Container, layout: Layout) -> list[Damage]:
    """What is wrong with the description of the primary picture; each kind once."""
    numbers = dict.fromkeys([container.primary or 0, *(tile.item for tile in layout.tiles)])
    found: dict[str, Damage] = {}
    seen: set[tuple[int, ...]] = set()
    for number in numbers:
        boxes = {box.kind: box for box in container.properties_of(number)}
        key = tuple(box.start for box in boxes.values())
        if key in seen:
            continue  # the tiles of a grid share their properties
        seen.add(key)
        for damage in (
            _size(container, number, boxes),
            _bits(container, boxes),
            *(_reserved(container, boxes.get(kind)) for kind in _RESERVED),
        ):
            if damage is not None:
                found.setdefault(damage.what, damage)
    if not all(transform.inside for transform in layout.transforms):
        found["bad-crop"] = Damage("corrupt", "bad-crop", _CROP)
    elif not all(transform.whole for transform in layout.transforms):
        found["odd-crop"] = Damage("readable", "odd-crop", _PIXELS)
    return list(found.values())


def _size(container: Container, number: int, boxes: dict[bytes, Box]) -> Damage | None:
    """Width or height is another one than was coded; what is both may be there to fill memory.

    HEVC may be coded larger and cut by what the box says.
    """
    if b"ispe" not in boxes:
        return None
    width, height = item_size(container, number)
    coded = _coded_size(container, number, boxes)
    if coded is None or (coded[0] == width) == (coded[1] == height):
        return None
    if b"hvcC" in boxes and width <= coded[0] and height <= coded[1]:
        return None
    return Damage("corrupt", WRONG_SIZE, _SIZE, boxes[b"ispe"].start)


def _coded_size(
    container: Container, number: int, boxes: dict[bytes, Box]
) -> tuple[int, int] | None:
    if b"hvcC" in boxes:
        told = told_by(container.data[boxes[b"hvcC"].body : boxes[b"hvcC"].end])
        return told.shown_size if told else None
    if b"av1C" not in boxes or boxes.keys() & LAYERED:
        return None
    try:
        start, end = container.spans(number)[0]
    except (BoxError, UnsupportedBoxError, IndexError):
        return None
    size = coded_size(container.data[start : min(end, start + BEGINNING_BYTES)])
    return size if all(size) else None


def _bits(container: Container, boxes: dict[bytes, Box]) -> Damage | None:
    pixi, configuration = boxes.get(b"pixi"), boxes.get(b"hvcC")
    if pixi is None or configuration is None or pixi.end - pixi.body < 6:
        return None
    told = told_by(container.data[configuration.body : configuration.end])
    channels = container.data[pixi.body + 4]
    bits = container.data[pixi.body + 5 : min(pixi.end, pixi.body + 5 + channels)]
    if told is None or (len(bits) in (1, 3) and {*bits} == {told.bits}):
        return None
    return Damage("readable", "odd-pixi", _TWICE, pixi.start)


def _reserved(container: Container, box: Box | None) -> Damage | None:
    if box is None or not container.uint(box.body, 1, box.end) & _RESERVED[box.kind]:
        return None
    return Damage(
        "readable", "odd-turn", "how it is to be turned is not said as it should be", box.start
    )
