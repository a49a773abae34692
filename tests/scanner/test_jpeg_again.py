"""JPEG at another scale: no further down than the crop reaches, and without the mark at its end."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from preflight.fixer.placement import place
from preflight.fixer.steps import cut, rows_to_decode
from preflight.limits import Limits
from preflight.scanner import jpeg
from preflight.scanner.jpeg_content import decode_again
from preflight.scanner.jpeg_decode import FULL, Job
from preflight.scanner.orientation import upright_size
from preflight.scanner.structure import Picture

pytest.importorskip("simplejpeg")

WIDTH, HEIGHT = 403, 301  # cut units at both edges
LIMITS = Limits()


def coded(mode: str = "RGB", **options: object) -> bytes:
    values = np.random.default_rng(7).integers(0, 256, (38, 51, 3), dtype=np.uint8)
    image = Image.fromarray(values).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    file = BytesIO()
    image.convert(mode).save(file, "JPEG", quality=90, **options)
    return file.getvalue()


def again(data: bytes, side_px: int, rows_px: int | None) -> Picture:
    picture = decode_again(data, jpeg.read(data, LIMITS), LIMITS, side_px, rows_px)
    assert picture is not None
    assert (picture.width_px, picture.height_px) == (WIDTH, HEIGHT)
    return picture


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("subsampling", [0, 2])
@pytest.mark.parametrize("side_px", [301, 150, 76])
@pytest.mark.parametrize("rows_px", [1, 16, 100, 288, 301])
def test_the_first_rows_are_those_of_the_whole(mode, subsampling, side_px, rows_px) -> None:
    data = coded(mode, subsampling=subsampling)
    whole, part = again(data, side_px, None), again(data, side_px, rows_px)
    assert part.image.size == whole.image.size
    # the last row of chroma is interpolated with the one below it, which is not there
    sure = max(0, rows_px * whole.image.height // HEIGHT - 1)
    colours = 1 if mode == "L" else 3
    assert np.array_equal(part.pixels[:sure, :, :colours], whole.pixels[:sure, :, :colours])
    black = -(-rows_px // 16) * 16 * whole.image.height // HEIGHT + 1
    assert not part.pixels[black:].any()


@pytest.mark.parametrize("options", [{"progressive": True}, {"restart_marker_rows": 2}])
def test_codings_with_several_parts(options) -> None:
    data = coded(**options)
    whole, part = again(data, HEIGHT, None), again(data, HEIGHT, 120)
    assert np.array_equal(part.pixels[:119], whole.pixels[:119])


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("corner", [(0, 0), (0, 1), (1, 0), (1, 1), (0.5, 0.5)])
@pytest.mark.parametrize("side_px", [32, 200])
def test_a_crop_is_the_same_of_as_many_rows_as_it_needs(orientation, corner, side_px) -> None:
    data = coded()
    across, down = upright_size(WIDTH, HEIGHT, orientation)
    x, y = corner[0] * (across - 120), corner[1] * (down - 120)
    placement = place((x, y, x + 120, y + 120), across, down, side_px)
    turned = Picture(Image.new("L", (1, 1)), orientation, WIDTH, HEIGHT)
    rows_px = rows_to_decode(turned, placement)
    cuts = []
    for rows in (None, rows_px):
        picture = again(data, HEIGHT, rows)
        cuts.append(cut(Picture(picture.image, orientation, WIDTH, HEIGHT), placement))
    assert np.array_equal(*map(np.asarray, cuts))


def test_a_crop_at_the_top_leaves_the_bottom_alone() -> None:
    placement = place((0, 0, 100, 100), WIDTH, HEIGHT, 100)
    upright = Picture(Image.new("L", (1, 1)), 1, WIDTH, HEIGHT)
    assert rows_to_decode(upright, placement) < HEIGHT / 2


@pytest.mark.parametrize("bottom", range(8, 24))
def test_what_is_made_larger_sees_the_rows_below_it(bottom) -> None:
    """Wherever a row of units ends."""
    data = coded()
    placement = place((50, bottom - 5, 55, bottom), WIDTH, HEIGHT, 64)
    upright = Picture(Image.new("L", (1, 1)), 1, WIDTH, HEIGHT)
    cuts = [
        np.asarray(cut(again(data, HEIGHT, rows_px), placement))
        for rows_px in (None, rows_to_decode(upright, placement))
    ]
    assert np.array_equal(*cuts)


@pytest.mark.parametrize("subsampling", ["444", "422", "420", "440", "411"])
@pytest.mark.parametrize("eighths", [1, 2, 3, 4, FULL])
@pytest.mark.parametrize("size", [(64, 48), (61, 53), (WIDTH, HEIGHT)])
def test_the_mark_that_tells_the_end_does_not_show(subsampling, eighths, size) -> None:
    codec = pytest.importorskip("simplejpeg")
    values = np.random.default_rng(7).integers(0, 256, (9, 11, 3), dtype=np.uint8)
    image = Image.fromarray(values).resize(size, Image.Resampling.BICUBIC)
    data = codec.encode_jpeg(np.ascontiguousarray(image), 90, "RGB", subsampling)
    layout = jpeg.read(data, LIMITS).private
    job = Job(codec, data, layout, layout.frame, "RGB")
    strict = job.strict(eighths)
    assert strict.warning is None
    assert np.array_equal(strict.pixels, job.lenient(eighths))
