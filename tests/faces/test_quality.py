"""Focus, light and photos on their side, on a real face and on flat colour."""

from __future__ import annotations

import pytest
from PIL import Image, ImageFilter

from preflight.faces.find import find_faces
from preflight.faces.quality import focus_and_light
from preflight.faces.sideways import sideways_turn, turn_of_face
from preflight.facts import Face
from preflight.rules.face import LEAST_BRIGHTNESS, LEAST_SHARPNESS


@pytest.fixture(scope="module")
def astronaut() -> Image.Image:
    """The astronaut Eileen Collins, NASA, public domain; 512 x 512."""
    data = pytest.importorskip("skimage.data", reason="scikit-image has the sample face")
    return Image.fromarray(data.astronaut())


@pytest.fixture(scope="module")
def faces(astronaut: Image.Image) -> tuple[Face, ...]:
    return find_faces(astronaut, 512, 512)


def test_a_good_portrait_is_sharp_and_bright(
    astronaut: Image.Image, faces: tuple[Face, ...]
) -> None:
    sharpness, brightness = focus_and_light(astronaut, 512, 512, faces)
    assert sharpness is not None
    assert brightness is not None
    assert sharpness > LEAST_SHARPNESS + 0.15
    assert brightness > LEAST_BRIGHTNESS + 0.3


def test_more_blur_is_less_sharp_and_as_bright(
    astronaut: Image.Image, faces: tuple[Face, ...]
) -> None:
    values = [
        focus_and_light(astronaut.filter(ImageFilter.GaussianBlur(radius)), 512, 512, faces)
        for radius in (0, 1, 2, 4)
    ]
    sharpness = [value for value, _ in values if value is not None]
    assert sharpness == sorted(sharpness, reverse=True)
    assert sharpness[-1] < LEAST_SHARPNESS < sharpness[0]
    bright = [value for _, value in values]
    assert bright == pytest.approx([bright[0]] * 4, abs=0.08)


def test_less_light_is_darker_and_as_sharp(astronaut: Image.Image, faces: tuple[Face, ...]) -> None:
    dim = astronaut.point([value // 4 for value in range(256)] * 3)
    sharp, bright = focus_and_light(astronaut, 512, 512, faces)
    sharp_dim, bright_dim = focus_and_light(dim, 512, 512, faces)
    assert bright is not None
    assert bright_dim == pytest.approx(bright / 4, abs=0.01)
    assert sharp_dim == pytest.approx(sharp, abs=0.06)
    assert bright_dim < LEAST_BRIGHTNESS


def test_without_a_face_the_middle_is_measured() -> None:
    picture = Image.new("RGB", (200, 200), "black")
    picture.paste("white", (50, 50, 150, 150))
    assert focus_and_light(picture, 2000, 2000, ()) == (None, 1.0)


@pytest.mark.parametrize("size", [(1, 1), (79, 79), (5000, 3)])
def test_too_few_pixels(size: tuple[int, int]) -> None:
    assert focus_and_light(Image.new("RGB", size, "white"), *size, ()) == (None, None)


def test_a_face_outside_the_photo_is_not_measured() -> None:
    picture = Image.new("RGB", (300, 300), "white")
    face = Face((400, 400, 500, 500), 0.9)
    assert focus_and_light(picture, 300, 300, (face,)) == (None, None)


@pytest.mark.parametrize(
    ("method", "turn_deg"),
    [
        (Image.Transpose.ROTATE_90, 90),
        (Image.Transpose.ROTATE_180, 180),
        (Image.Transpose.ROTATE_270, 270),
    ],
)
def test_turned_photos_are_turned_back(
    astronaut: Image.Image, method: Image.Transpose, turn_deg: int
) -> None:
    portrait = astronaut.crop((100, 0, 360, 300))
    assert sideways_turn(portrait.transpose(method)) == turn_deg


@pytest.mark.parametrize(
    ("method", "turn_deg"),
    [
        (None, None),
        (Image.Transpose.ROTATE_90, 90),
        (Image.Transpose.ROTATE_180, 180),
        (Image.Transpose.ROTATE_270, 270),
    ],
)
def test_a_face_that_is_found_as_it_lies_is_turned_as_well(
    astronaut: Image.Image, method: Image.Transpose | None, turn_deg: int | None
) -> None:
    portrait = astronaut.crop((100, 0, 360, 300))
    (upright,) = find_faces(portrait, *portrait.size)
    mark = Image.new("L", portrait.size)
    mark.paste(255, tuple(round(edge) for edge in upright.box))
    if method is not None:
        portrait, mark = portrait.transpose(method), mark.transpose(method)
    box = mark.getbbox()
    assert box is not None
    assert turn_of_face(portrait, Face(box, 0.749)) == turn_deg
    assert turn_of_face(portrait, Face(box, 0.75)) is None


def test_nothing_to_turn() -> None:
    assert sideways_turn(Image.new("RGB", (300, 200), (90, 120, 60))) is None
    assert sideways_turn(Image.new("RGB", (1, 1))) is None
