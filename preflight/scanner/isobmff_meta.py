"""ISOBMFF meta box: items, where they lie, how they refer to each other, what describes them."""

from __future__ import annotations

from preflight.scanner.hevc import told_by
from preflight.scanner.isobmff import Box, BoxError, Container, Item, Location, read_top

_LAST_VERSION = {
    b"meta": 0,
    b"hdlr": 0,
    b"pitm": 1,
    b"iinf": 1,
    b"infe": 3,
    b"iloc": 2,
    b"iref": 1,
    b"ipma": 1,
    b"ispe": 0,
    b"pixi": 0,
    b"auxC": 0,
}
"""Of boxes that state one (ISO/IEC 14496-12 and 23008-12). libheif refuses later ones."""
_COLOURS = frozenset({b"nclx", b"nclc", b"prof", b"rICC"})
_HANDLER_BYTES = 4
"""Fields of `hdlr` in front of the type of its handler."""


def read_container(data: bytes) -> Container:
    """Reads the boxes of a file; never raises: what cannot be read is in `problems`."""
    container = Container(data, trailing_start=len(data))
    try:
        read_top(container)
        meta = next((box for box in container.top if box.kind == b"meta"), None)
        if meta is not None:
            _read_meta(container, meta)
            _look_at_properties(container)
            _look_at_tables(container, meta)
    except BoxError as error:
        container.problems.append(error)
    return container


def _read_meta(container: Container, meta: Box) -> None:
    readers = {
        b"pitm": _read_primary,
        b"iinf": _read_items,
        b"iloc": _read_locations,
        b"iref": _read_references,
        b"iprp": _read_properties,
    }
    seen = set()
    _version(container, meta)
    for box in container.children(meta, 4):
        if box.kind in seen:
            continue
        seen.add(box.kind)
        if box.kind == b"idat":
            container.idat = (box.body, box.end)
        elif box.kind == b"dinf":
            container.other_files = True
        elif box.kind == b"hdlr":
            _read_handler(container, box)
        elif box.kind in readers:
            try:
                readers[box.kind](container, box)
            except BoxError as error:
                container.problems.append(error)
    if b"hdlr" not in seen:
        container.odd.append(("no-handler", meta.start))


def _version(container: Container, box: Box) -> int:
    version = container.uint(box.body, 1, box.end)
    if version > _LAST_VERSION[box.kind]:
        container.odd.append(("unknown-version", box.start))
    return version


def _read_handler(container: Container, box: Box) -> None:
    _version(container, box)
    at = box.body + 4 + _HANDLER_BYTES
    if container.data[at : at + 4] != b"pict":
        container.odd.append(("not-a-picture", box.start))


def _look_at_properties(container: Container) -> None:
    """What is odd about the boxes that describe the pictures; each of them once."""
    for box in container.properties:
        if box.kind in _LAST_VERSION and box.end > box.body:
            _version(container, box)
        elif box.kind == b"colr" and container.data[box.body : box.body + 4] not in _COLOURS:
            container.odd.append(("unknown-colour", box.start))
        elif box.kind == b"hvcC" and told_by(container.data[box.body : box.end]) is None:
            container.odd.append(("bad-hvcc", box.start))


def _look_at_tables(container: Container, meta: Box) -> None:
    """What the tables say of items that there are not."""
    items = container.items
    named = {number for _, source, to in container.references for number in (source, *to)}
    described = {*container.associations}
    placed = {number for number, item in items.items() if item.kind != b"iden"}
    empty = any(not to for _, _, to in container.references)
    known = named | described <= items.keys() and placed <= container.locations.keys()
    if empty or not known:
        container.odd.append(("missing-item", meta.start))
    most = max((max(chosen, default=0) for chosen in container.associations.values()), default=0)
    if most > len(container.properties):
        container.odd.append(("missing-property", meta.start))
    shown = items.get(container.primary or 0)
    if shown is not None and shown.hidden:
        container.odd.append(("hidden-picture", meta.start))


def _read_primary(container: Container, box: Box) -> None:
    size = 2 if _version(container, box) == 0 else 4
    container.primary = container.uint(box.body + 4, size, box.end)
    container.primary_span = box.body + 4, box.body + 4 + size


def _read_items(container: Container, box: Box) -> None:
    skip = 6 if _version(container, box) == 0 else 8
    told, found = container.uint(box.body + 4, skip - 4, box.end), 0
    for entry in container.children(box, skip):
        found += 1
        if entry.kind != b"infe":
            continue
        version = _version(container, entry)
        if version < 2:  # older form: no kind, only a content type; never a coded picture
            number = container.uint(entry.body + 4, 2, entry.end)
            container.items.setdefault(number, Item(number, b"mime"))
            continue
        size = 2 if version == 2 else 4
        number = container.uint(entry.body + 4, size, entry.end)
        at = entry.body + 4 + size + 2
        kind = container.uint(at, 4, entry.end).to_bytes(4, "big")
        texts = container.data[at + 4 : min(entry.end, at + 300)].split(b"\0")
        content_type = texts[1] if kind == b"mime" and len(texts) > 1 else b""
        flags = entry.body + 3
        hidden = bool(container.uint(flags, 1, entry.end) & 1)
        container.items.setdefault(number, Item(number, kind, hidden, content_type, flags))
    if found != told:
        container.odd.append(("wrong-count", box.start))


def _read_locations(container: Container, box: Box) -> None:
    version, end = _version(container, box), box.end
    sizes = container.uint(box.body + 4, 2, end)
    offset_size, length_size, base_size, index_size = (
        sizes >> shift & 15 for shift in (12, 8, 4, 0)
    )
    if not {offset_size, length_size, base_size} <= {0, 4, 8}:
        raise BoxError("bad-iloc", "its table of contents is damaged", box.start)
    if version not in (1, 2):
        index_size = 0
    number_size = 2 if version < 2 else 4
    at = box.body + 6

    def take(size: int) -> int:
        nonlocal at
        value = container.uint(at, size, end)
        at += size
        return value

    for _ in range(take(number_size)):
        number = take(number_size)
        method = take(2) & 15 if version in (1, 2) else 0
        external = take(2) != 0
        base = take(base_size)
        extents = []
        count = take(2)
        container.spend(count + 1)
        for _ in range(count):
            take(index_size)
            offset = take(offset_size)
            extents.append((offset, take(length_size)))
        location = Location(method, external, base, tuple(extents))
        container.locations.setdefault(number, location)


def _read_references(container: Container, box: Box) -> None:
    size = 2 if _version(container, box) == 0 else 4
    for entry in container.children(box, 4):
        source = container.uint(entry.body, size, entry.end)
        count = container.uint(entry.body + size, 2, entry.end)
        container.spend(count)
        first = entry.body + size + 2
        to = tuple(container.uint(first + size * n, size, entry.end) for n in range(count))
        container.references.append((entry.kind, source, to))


def _read_properties(container: Container, box: Box) -> None:
    for entry in container.children(box):
        if entry.kind == b"ipco":
            container.properties = list(container.children(entry))
        elif entry.kind == b"ipma":
            _read_associations(container, entry)


def _read_associations(container: Container, box: Box) -> None:
    number_size = 2 if _version(container, box) == 0 else 4
    wide = container.uint(box.body + 3, 1, box.end) & 1
    at = box.body + 8
    for _ in range(container.uint(box.body + 4, 4, box.end)):
        number = container.uint(at, number_size, box.end)
        count = container.uint(at + number_size, 1, box.end)
        at += number_size + 1
        container.spend(count + 1)
        size, mask = (2, 0x7FFF) if wide else (1, 0x7F)
        chosen = [container.uint(at + size * n, size, box.end) & mask for n in range(count)]
        at += size * count
        container.associations.setdefault(number, tuple(chosen))
