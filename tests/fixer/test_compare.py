"""The proof of no harm: good fixes pass, and each kind of harm is noticed."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from preflight.facts import Colour
from preflight.fixer.colour import srgb_profile
from preflight.fixer.compare import Comparison, compare
from preflight.fixer.encode import Extras, encode_jpeg, encode_png
from preflight.fixer.placement import Placement, place
from preflight.fixer.steps import render
from preflight.scanner.orientation import upright_size
from preflight.scanner.planes import Planes
from preflight.scanner.structure import Picture

WHITE = (255, 255, 255)
EXTRAS = Extras(srgb_profile())


def photo(width: int = 400, height: int = 300) -> Image.Image:
    rng = np.random.default_rng(5)
    small = rng.integers(0, 256, (12, 16, 3), dtype=np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)


def fixed(picture: Picture, placement: Placement) -> Image.Image:
    return render(picture, placement, Colour(), None, background=WHITE, pad=(0, 0, 0))[0]


def opened(data: bytes) -> Picture:
    image = Image.open(io.BytesIO(data))
    return Picture(image, 1, *image.size)


def compared(picture: Picture, placement: Placement, image: Image.Image) -> Comparison | None:
    data = encode_jpeg(image, 90, EXTRAS, progressive=False, fine_colour=False)
    return compare(picture, placement, Colour(), None, WHITE, opened(data))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("window", [(20, 30, 240, 250), (-20, -20, 420, 420)])
def test_a_good_fix_is_harmless(orientation: int, window: tuple[int, int, int, int]) -> None:
    picture = Picture(photo(), orientation, 400, 300)
    placement = place(window, *upright_size(400, 300, orientation), 320)
    found = compared(picture, placement, fixed(picture, placement))
    assert found is not None
    assert found.delta_e < 2.5
    assert found.ssim > 0.97
    assert found.harmless


def harmed(kind: str, image: Image.Image) -> Image.Image:
    if kind == "turned":
        return image.rotate(90)
    if kind == "mirrored":
        return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if kind == "shifted":
        return image.transform(image.size, Image.Transform.AFFINE, (1, 0, 25, 0, 1, 0))
    if kind == "negative":
        return image.point(lambda value: 255 - value)
    if kind == "paler":  # about what a forgotten wide profile does
        return Image.blend(image, image.convert("L").convert("RGB"), 0.08)
    if kind == "half grey":
        image.paste((128, 128, 128), (0, 160, 320, 320))
        return image
    return image.point(lambda value: value * 0.7)


@pytest.mark.parametrize(
    "kind", ["turned", "mirrored", "shifted", "negative", "paler", "half grey", "darker"]
)
def test_harm_is_noticed(kind: str) -> None:
    picture = Picture(photo(), 1, 400, 300)
    placement = place((0, 0, 300, 300), 400, 300, 320)
    found = compared(picture, placement, harmed(kind, fixed(picture, placement)))
    assert found is not None
    assert not found.harmless


def test_fine_colour_lost_to_jpeg_is_no_harm() -> None:
    checks = Image.new("RGB", (2, 2), (200, 40, 40))
    checks.putpixel((0, 1), (40, 40, 200))
    checks.putpixel((1, 0), (40, 40, 200))
    board = Image.new("RGB", (400, 400))
    for x in range(0, 400, 2):
        for y in range(0, 400, 2):
            board.paste(checks, (x, y))
    picture, placement = Picture(board, 1, 400, 400), place((0, 0, 320, 320), 400, 400, 320)
    image = fixed(picture, placement)
    data = encode_jpeg(image, 70, EXTRAS, progressive=False, fine_colour=False)
    found = compare(picture, placement, Colour(), None, WHITE, opened(data))
    assert found is not None
    assert found.harmless


@pytest.mark.parametrize("orientation", range(1, 9))
def test_blocks_that_are_not_whole_shift_nothing(orientation: int) -> None:
    width, height = 1311, 1187
    picture = Picture(photo(width, height), orientation, width, height)
    upright = upright_size(width, height, orientation)
    placement = place((0, 0, 1187, 1187), *upright, 320)
    found = compared(picture, placement, fixed(picture, placement))
    assert found is not None
    assert found.ssim > 0.995


def test_a_smaller_output_and_transparency_compare_too() -> None:
    image = photo()
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    picture = Picture(image, 1, 400, 300)
    placement = place((0, 0, 300, 300), 400, 300, 320)
    kept, _notes = render(picture, placement, Colour(), None, background=None, pad=None)
    data = encode_png(kept.resize((200, 200)), EXTRAS)
    found = compare(picture, placement, Colour(), None, WHITE, opened(data))
    assert found is not None
    assert found.harmless
    assert found.delta_e < 1.5


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 700), (3, 2), (700, 1)])
def test_tiny_photos_compare(width: int, height: int) -> None:
    picture = Picture(Image.new("RGB", (width, height), (90, 60, 30)), 6, width, height)
    side = max(width, height)
    placement = place((0, 0, side, side), *upright_size(width, height, 6), 320)
    found = compared(picture, placement, fixed(picture, placement))
    # A strip of a pixel is covered by the colour beside it: nothing can be said of it.
    assert found is None if side == 700 else found is not None and found.harmless


def test_a_plain_wall_is_not_taken_for_another_colour() -> None:
    """Luma and chroma between two codes, as noise makes them."""
    rng = np.random.default_rng(8)
    luma, blue, red = (
        (mean + rng.integers(0, 2, (800, 800))).astype(np.uint8) for mean in (139, 123, 127)
    )
    planes = Planes((luma, blue, red), 6, True)
    picture = Picture(planes.later(), 1, 800, 800, planes=planes)
    placement = place((0, 0, 800, 800), 800, 800, 256)
    found = compared(picture, placement, fixed(picture, placement))
    assert found is not None
    assert found.harmless


@pytest.mark.parametrize("side", [400, 500])
def test_dots_of_black_and_white_may_shift_a_little(side: int) -> None:
    dark = photo(side, side).convert("L").point([code // 3 for code in range(256)])
    picture = Picture(dark.convert("1"), 1, side, side)
    placement = place((0, 0, side, side), side, side, 320)
    good = encode_jpeg(fixed(picture, placement), 90, EXTRAS, progressive=False, fine_colour=False)
    turned = encode_png(fixed(picture, placement).rotate(180), EXTRAS)
    found, harm = (
        compare(picture, placement, Colour(bits=1), None, WHITE, opened(data))
        for data in (good, turned)
    )
    assert found is not None
    assert found.harmless
    assert not replace(found, dithered=False).harmless  # of another source it would be harm
    assert harm is not None
    assert not harm.harmless
