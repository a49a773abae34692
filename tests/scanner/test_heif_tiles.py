"""Tiles of a reduced HEIC: which are smoothed, which are decoded again, and what a fix makes."""

import io
import struct
from functools import cache

import heif_making as make
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from preflight import FixOptions, fix
from preflight.limits import Limits
from preflight.scanner import heif, heif_content, libde265
from preflight.scanner.decode import decode_picture
from preflight.scanner.hevc import read_stream
from preflight.scanner.structure import Picture

LIMITS = Limits()
SIDE, WIDTH, HEIGHT = 256, 1000, 760
"""Of a tile, and of the picture: 4 x 3 tiles, cut at its right and its lower edge."""


def scene() -> Image.Image:
    """Soft cells of any colour, which no turn maps onto themselves."""
    cells = np.random.default_rng(5).integers(40, 220, (24, 32, 3), dtype=np.uint8)
    return Image.fromarray(cells).resize((4 * SIDE, 3 * SIDE), Image.Resampling.BICUBIC)


@cache
def tiles(quality: int) -> tuple[bytes, list[bytes]]:
    """The configuration that all have, and the coded picture of each."""
    whole, coded, configuration = scene(), [], b""
    for number in range(12):
        left, top = number % 4 * SIDE, number // 4 * SIDE
        data = make.heic(whole.crop((left, top, left + SIDE, top + SIDE)), quality=quality)
        container = heif.read(data, LIMITS).private.container
        (start, end), box = container.spans(1)[0], container.property_of(1, b"hvcC")
        configuration = data[box.start : box.end]
        coded.append(data[start:end])
    return configuration, coded


def tiled(*turns: bytes, quality: int = 80) -> bytes:
    configuration, coded = tiles(quality)
    items = [(number, b"hvc1", data, [2, 3]) for number, data in enumerate(coded, 2)]
    return make.heif(
        [
            (
                *(1, b"grid", struct.pack(">BBBBHH", 0, 0, 2, 3, WIDTH, HEIGHT)),
                [1, *range(4, 4 + len(turns))],
            ),
            *items,
        ],
        [make.ispe(WIDTH, HEIGHT), make.ispe(SIDE, SIDE), configuration, *turns],
        [(b"dimg", 1, [item[0] for item in items])],
    )


@pytest.fixture(scope="module")
def photo() -> bytes:
    return tiled()


@pytest.fixture
def decodes(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each decode was a smoothed one."""
    log, decode = [], libde265.decode

    def logged(*arguments: object, filtered: bool = True) -> libde265.Decoded:
        log.append(filtered)
        return decode(*arguments, filtered=filtered)

    monkeypatch.setattr(libde265, "decode", logged)
    return log


def picture_of(data: bytes, side_px: int | None) -> Picture:
    content = heif.check_content(data, heif.read(data, LIMITS), LIMITS, side_px)
    assert content.damage == ()
    assert content.picture is not None
    return content.picture


@pytest.mark.parametrize(
    ("side_px", "scale", "smoothed"), [(None, 1, False), (190, 4, False), (9999, 1, True)]
)
def test_only_what_is_shown_at_full_size_is_smoothed(
    photo: bytes, decodes: list[bool], side_px: int | None, scale: int, smoothed: bool
) -> None:
    picture = picture_of(photo, side_px)
    assert picture.image.size == (WIDTH // scale, HEIGHT // scale)
    assert decodes == [smoothed] * 12


def test_what_was_coarsely_coded_is_smoothed_at_once(decodes: list[bool]) -> None:
    picture = picture_of(tiled(quality=30), 190)
    assert decodes == [True] * 12
    assert picture.closer is not None
    picture.closer((300, 300, 500, 500), 1.0)
    assert decodes == [True] * 12


@pytest.mark.parametrize(
    ("quality", "quantiser"), [(90, 2), (70, 12), (60, 17), (45, 24), (20, 37)]
)
def test_the_quantiser_is_found_where_the_encoder_put_it(quality: int, quantiser: int) -> None:
    """By its constant rate factor, (100 - quality) / 2, which x265 lowers by 3 for one picture."""
    for options in ({}, {"x265:sao": "0"}, {"x265:scaling-list": "default"}):
        out = io.BytesIO()
        params = {"preset": "ultrafast", "x265:pools": "none", **options}
        file = pillow_heif.from_pillow(make.photo(256, 256))
        file.save(out, quality=quality, enc_params=params)
        data = out.getvalue()
        container = heif.read(data, LIMITS).private.container
        (start, end), box = container.spans(1)[0], container.property_of(1, b"hvcC")
        stream = read_stream(data[box.body : box.end], data[start:end])
        assert stream.quantiser is not None
        assert abs(stream.quantiser - quantiser) <= 1


def test_what_is_left_to_libheif_is_not_smoothed_either(decodes: list[bool]) -> None:
    data = make.heic(make.photo(), chroma=444)
    content = heif.check_content(data, heif.read(data, LIMITS), LIMITS, 9999)
    assert (content.damage, content.picture) == ((), None)
    assert decodes == [False]


@pytest.mark.parametrize(
    ("box", "shrink", "kept", "again"),
    [
        ((300, 300, 500, 500), 1.0, True, 1),  # within the second tile of the second row
        ((300, 300, 513, 500), 1.0, True, 2),
        ((1, 1, 999, 759), 1.89, True, 12),
        ((1, 1, 999, 759), 1.9, True, 0),
        ((300, 300, 500, 500), 3.0, False, 1),
    ],
)
def test_a_close_part_comes_smoothed_from_its_tiles_alone(
    photo: bytes,
    decodes: list[bool],
    monkeypatch: pytest.MonkeyPatch,
    box: tuple[int, int, int, int],
    shrink: float,
    kept: bool,
    again: int,
) -> None:
    if not kept:
        monkeypatch.setattr(heif_content, "KEPT_PIXELS", WIDTH * HEIGHT - 1)
    picture = picture_of(photo, 190)
    decodes.clear()
    assert picture.closer is not None
    part, corner = picture.closer(box, shrink)
    assert decodes == [True] * again
    assert corner == (box[0] // 2 * 2, box[1] // 2 * 2)
    assert part.size == (box[2] - corner[0], box[3] - corner[1])
    whole = decode_picture(photo, "heic", heif.read(photo, LIMITS), LIMITS).image
    theirs = np.asarray(whole.crop((*corner, *box[2:])), np.int16)
    apart = np.abs(np.asarray(part.convert("RGB"), np.int16) - theirs)
    assert apart.mean() < 2
    if again:
        full = picture_of(photo, 9999).image  # the same smoothed pixels, to the bit
        assert np.array_equal(np.asarray(part), np.asarray(full.crop((*corner, *box[2:]))))


TURNS = [
    (),
    (b"irot\1",),
    (b"irot\2",),
    (b"irot\3",),
    (b"imir\1", b"irot\1"),
    (b"irot\3", b"imir\0"),
]


@pytest.mark.parametrize("turns", TURNS, ids=str)
@pytest.mark.parametrize(
    "crop",
    [(0, 0, 760, 760), (40, 60, 680, 700), (300, 200, 500, 400)],
    ids=["all", "wide", "close"],
)
def test_a_fix_makes_of_it_what_it_makes_with_libheif(
    turns: tuple[bytes, ...], crop: tuple[int, int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tiled(*(make.box(turn[:4], turn[4:]) for turn in turns))
    options = FixOptions(size_px=128, crop=crop)
    ours = fix(data, options=options)
    monkeypatch.setattr(libde265, "available", lambda: False)
    theirs = fix(data, options=options)
    assert (ours.status, theirs.status) == ("fixed", "fixed")
    assert ours.crop == theirs.crop
    with Image.open(io.BytesIO(ours.data)) as one, Image.open(io.BytesIO(theirs.data)) as other:
        apart = np.abs(np.asarray(one, np.int16) - np.asarray(other, np.int16))
    assert apart.mean() < 2
