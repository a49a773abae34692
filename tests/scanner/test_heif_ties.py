"""Hits in the tables of a HEIC that is made of tiles: some tie of the picture is lost."""

import struct
from dataclasses import replace

import heif_making as make
import numpy as np
import pytest

from preflight import check
from preflight.limits import Limits
from preflight.scanner import heif
from preflight.scanner.decode import decode_picture

LIMITS = Limits()
EXIF = b"\0\0\0\6Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"
PIXI = make.full(b"pixi", b"\3\x08\x08\x08")


def tile(left: int, top: int) -> tuple[bytes, bytes]:
    """Coded bytes and `hvcC` of a part of the picture."""
    picture = make.photo(256, 256).crop((left, top, left + 128, top + 128))
    data = make.heic(picture, quality=60)
    container = heif.read(data, LIMITS).private.container
    (start, end), box = container.spans(1)[0], container.property_of(1, b"hvcC")
    return data[start:end], data[box.start : box.end]


@pytest.fixture(scope="module")
def grid() -> bytes:
    """Four tiles (items 2 to 5) and one that is not used (6), Exif (7); turned as phones do it."""
    tiles = [tile(x, y) for y in (0, 128) for x in (0, 128)]
    return make.heif(
        [
            (1, b"grid", struct.pack(">BBBBHH", 0, 0, 1, 1, 250, 248), [1, 5, 4]),
            *((n + 2, b"hvc1", coded, [2, 3, 4]) for n, (coded, _) in enumerate(tiles)),
            (6, b"hvc1", tiles[0][0], [2, 3]),
            (7, b"Exif", EXIF, []),
        ],
        [make.ispe(250, 248), make.ispe(128, 128), tiles[0][1], PIXI, make.box(b"irot", b"\3")],
        [(b"dimg", 1, [2, 3, 4, 5]), (b"cdsc", 7, [1])],
    )


def hit(data: bytes, box: bytes, offset: int, value: bytes, count: int = 1) -> bytes:
    """Other bytes at an offset behind the name of the `count`th box of a kind."""
    at = 0
    for _ in range(count):
        at = data.index(box, at) + 4
    at += offset
    return data[:at] + value + data[at + len(value) :]


def damage(data: bytes) -> list[tuple[str, str]]:
    return [(each.kind, each.what) for each in check(data).facts.damage]


def test_the_grid_is_healthy(grid) -> None:
    assert damage(grid) == []
    structure = heif.read(grid, LIMITS)
    assert structure.doubt is None
    picture = heif.check_content(grid, structure, LIMITS, 1).picture
    other = decode_picture(grid, "heic", structure, LIMITS)
    whole, _ = picture.closer((0, 0, picture.width_px, picture.height_px), 1.0)
    ours = make.upright(replace(picture, image=whole))
    apart = np.abs(np.asarray(ours, np.int16) - np.asarray(other.image, np.int16))
    assert apart.mean() < 3


@pytest.mark.parametrize(
    ("box", "offset", "value", "count", "found"),
    [
        # the type of the grid, of a tile
        (b"infe", 8, b"gRid", 1, ("corrupt", "unknown-item")),
        (b"infe", 8, b"hv\xe31", 3, ("corrupt", "unknown-item")),
        # its places: a way to say them that there is not, and another file, without any
        (b"iloc", 8 + 2, b"\0\7", 1, ("corrupt", "bad-iloc")),
        (b"iloc", 8 + 16 + 2 + 2, b"\0\1", 1, ("corrupt", "bad-iloc")),
        # the turn: its name, and what ties it to the picture
        (b"irot", -4, b"irOt", 1, ("corrupt", "lost-property")),
        (b"ipma", 8, b"\0\x31", 1, ("corrupt", "lost-description")),
        (b"ipma", 8 + 6 + 4, b"\x55", 1, ("refused", "missing-property")),
        (b"ipma", 8 + 6 + 5, b"\2", 1, ("corrupt", "two-descriptions")),
        # which tile goes where, and which picture is meant
        (b"dimg", 4 + 2, b"\0\2", 1, ("corrupt", "lost-tile")),
        (b"pitm", 4, b"\0\3", 1, ("corrupt", "bad-primary")),
    ],
)
def test_a_hit_in_the_tables(grid, box, offset, value, count, found) -> None:
    assert found in damage(hit(grid, box, offset, value, count))


@pytest.mark.parametrize(
    ("box", "offset", "value"),
    [
        (b"cdsc", 4, b"\x40\1"),  # a reference to no item
        (b"hvcC", 22, b"\xb0"),  # more arrays than there are
        (b"iloc", 8 + 16 * 6, b"\0\x66"),  # the place of no item, and none of Exif
    ],
)
def test_what_libheif_stumbles_over_is_said(grid, box, offset, value) -> None:
    data = hit(grid, box, offset, value)
    assert heif.read(data, LIMITS).doubt is not None
    findings = {each.rule for each in check(data).findings if each.severity == "error"}
    assert findings & {"damaged-header", "corrupt", "undecodable"}


def test_a_tile_that_occurs_twice_on_purpose_is_no_damage(grid) -> None:
    data = hit(grid, b"dimg", 4 + 2, b"\0\2")
    assert ("corrupt", "lost-tile") in damage(data)
    alone = data.replace(struct.pack(">HB", 3, 3) + b"\2\3\4", struct.pack(">HB", 3, 3) + b"\2\3\5")
    assert alone != data  # the item that is not used is of another kind than the tiles
    assert ("corrupt", "lost-tile") not in damage(alone)


def test_new_properties_are_no_damage(grid) -> None:
    for new in (b"turn", b"cirt", b"i\xe9ot"):
        boxes = make.box(new, b"\3")
        near = sum(a != b for a, b in zip(new, b"irot", strict=True)) == 1
        found = damage(grid.replace(make.box(b"irot", b"\3"), boxes))
        assert bool(found) is near
    longer = heif.read(hit(grid, b"irot", -4, b"irox"), LIMITS)
    assert [each.what for each in longer.damage] == ["lost-property"]


@pytest.mark.parametrize("kind", [b"hvt1", b"lhv1", b"mski"])
def test_rare_items_are_not_misnamed(grid, kind) -> None:
    data = hit(grid, b"infe", 8, kind, 3)
    assert "unknown-item" not in {each.what for each in heif.read(data, LIMITS).damage}


def test_misnamed_items_that_refer_to_each_other_end() -> None:
    """No recursion, whatever refers to whatever."""
    data = make.heif(
        [(1, b"gr!d", make.grid(1, 1, 8, 8), [1]), (2, b"gr?d", make.grid(1, 1, 8, 8), [1])],
        [make.ispe(8, 8)],
        [(b"dimg", 1, [2]), (b"dimg", 2, [1])],
    )
    assert [each.what for each in heif.read(data, LIMITS).damage] == ["unknown-item"]
