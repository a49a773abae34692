"""HEIF ties: what a hit in the tables of a HEIC or AVIF file takes away from its picture.

The tables tie pictures to tiles and to properties (turns, crops, colours). Where a tie is lost
every decoder shows something, but not what was meant.
"""

from __future__ import annotations

from preflight.facts import Damage
from preflight.scanner.heif_items import Layout
from preflight.scanner.isobmff import Box, Container

_TURNS = {b"irot": 1, b"imir": 1, b"clap": 32}
"""Transforms and the length of their bodies."""
_ONCE = (b"ispe", b"hvcC", b"av1C")
_COLOURS = (b"nclx", b"prof", b"rICC")


def broken_ties(container: Container, layout: Layout) -> list[Damage]:
    """What the primary picture has lost; each kind once."""
    found = []
    hit = next((box for box in container.properties if _was_transform(container, box)), None)
    if hit is not None:
        message = "how it is to be turned, cropped or coloured is damaged"
        found.append(Damage("corrupt", "lost-property", message, hit.start))
    own = {container.primary or 0, *(tile.item for tile in layout.tiles), *layout.alpha}
    described, last = container.associations, len(container.properties)
    if not described.keys() <= container.items.keys() and not own <= described.keys():
        message = "what describes its picture is tied to another one, which there is not"
        found.append(Damage("corrupt", "lost-description", message))
    elif any(max(described.get(number, ()), default=0) > last for number in own):
        message = "a part of what describes its picture is missing"
        found.append(Damage("refused", "missing-property", message))
    if any(_has_two(container, number) for number in own):
        message = "a part of its picture is described twice"
        found.append(Damage("corrupt", "two-descriptions", message))
    if _lacks_tile(container, layout):
        message = "one of its tiles is shown in the place of another"
        found.append(Damage("corrupt", "lost-tile", message))
    users = container.referring(b"dimg", frozenset({container.primary or 0}))
    kinds = {container.items[number].kind for number in users if number in container.items}
    if b"grid" in kinds:
        message = "it takes one tile of its picture for the whole"
        found.append(Damage("corrupt", "bad-primary", message))
    return found


def _has_two(container: Container, number: int) -> bool:
    """Two sizes or two configurations of one item."""
    kinds = [box.kind for box in container.properties_of(number)]
    return any(kinds.count(kind) > 1 for kind in _ONCE)


def _lacks_tile(container: Container, layout: Layout) -> bool:
    """A tile occurs twice, and an item just like the tiles is used nowhere."""
    tiles = [tile.item for tile in layout.tiles]
    if not layout.simple or len(set(tiles)) == len(tiles):
        return False
    used = {number for _, source, to in container.references for number in (source, *to)}
    like = container.associations.get(tiles[0], ())
    return any(
        number not in used and number != container.primary and chosen == like
        for number, chosen in container.associations.items()
    )


def _was_transform(container: Container, box: Box) -> bool:
    """A property of a type one letter off that of a transform or a colour, and just like one."""
    length = box.end - box.body
    if container.data[box.body : box.body + 4] in _COLOURS:
        return _is_near(box.kind, b"colr")
    return any(length == _TURNS[kind] and _is_near(box.kind, kind) for kind in _TURNS)


def _is_near(kind: bytes, other: bytes) -> bool:
    return sum(one != two for one, two in zip(kind, other)) == 1
