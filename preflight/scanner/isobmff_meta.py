"""ISOBMFF meta box: items, where they lie, how they refer to each other, what describes them."""

from __future__ import annotations

from preflight.scanner.isobmff import Box, BoxError, Container, Item, Location, read_top


def read_container(data: bytes) -> Container:
    """Reads the boxes of a file; never raises: what cannot be read is in `problems`."""
    container = Container(data, trailing_start=len(data))
    try:
        read_top(container)
        meta = next((box for box in container.top if box.kind == b"meta"), None)
        if meta is not None:
            _read_meta(container, meta)
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
    for box in container.children(meta, 4):
        if box.kind in seen:
            continue
        seen.add(box.kind)
        if box.kind == b"idat":
            container.idat = (box.body, box.end)
        elif box.kind in readers:
            try:
                readers[box.kind](container, box)
            except BoxError as error:
                container.problems.append(error)


def _version(container: Container, box: Box) -> int:
    return container.uint(box.body, 1, box.end)


def _read_primary(container: Container, box: Box) -> None:
    size = 2 if _version(container, box) == 0 else 4
    container.primary = container.uint(box.body + 4, size, box.end)


def _read_items(container: Container, box: Box) -> None:
    skip = 6 if _version(container, box) == 0 else 8
    for entry in container.children(box, skip):
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
        hidden = bool(container.uint(entry.body + 3, 1, entry.end) & 1)
        container.items.setdefault(number, Item(number, kind, hidden, content_type))


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
