"""Faces found in real pictures, compared with OpenCV's run of the same network."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from PIL import Image

from preflight.faces import yunet
from preflight.faces.find import MIN_SCORE, find_faces, overlap, search, shrunk
from preflight.facts import Box, Face

ONNX_VARIABLE = "YUNET_ONNX"

# From cv2.FaceDetectorYN (OpenCV 5.0.0, face_detection_yunet_2023mar.onnx, threshold 0.6, overlap
# 0.3) on exactly these pictures: left, top, right, bottom, score.
ASTRONAUT = [(112.07, 39.26, 167.90, 108.99, 0.94)]
COLLAGE = [
    (29.88, 51.73, 73.26, 102.27, 0.93),
    (229.72, 50.73, 290.56, 124.31, 0.93),
    (132.88, 77.02, 158.72, 108.81, 0.89),
]


@pytest.fixture(scope="module")
def astronaut() -> Image.Image:
    """The astronaut Eileen Collins, NASA, public domain; 512 x 512."""
    data = pytest.importorskip("skimage.data", reason="scikit-image has the sample face")
    return Image.fromarray(data.astronaut())


@pytest.fixture(scope="module")
def small(astronaut: Image.Image) -> Image.Image:
    return astronaut.resize((320, 320), Image.Resampling.BILINEAR)


@pytest.fixture(scope="module")
def collage(astronaut: Image.Image) -> Image.Image:
    canvas = Image.new("RGB", (320, 200), (90, 120, 60))
    face = astronaut.crop((140, 10, 300, 210))
    for x, y, width in ((10, 20, 80), (120, 60, 48), (200, 10, 112)):
        size = (width, width * 200 // 160)
        canvas.paste(face.resize(size, Image.Resampling.BILINEAR), (x, y))
    return canvas


def assert_same(found: tuple[Face, ...], expected: list[tuple[float, ...]]) -> None:
    assert len(found) == len(expected)
    for face, (*box, score) in zip(found, expected):
        assert face.box == pytest.approx(tuple(box), abs=0.1)
        assert face.score == pytest.approx(score, abs=0.006)


def test_same_boxes_as_opencv(small: Image.Image, collage: Image.Image) -> None:
    assert_same(find_faces(small, *small.size), ASTRONAUT)
    assert_same(find_faces(collage, *collage.size), COLLAGE)


def test_same_boxes_as_opencv_here(small: Image.Image, collage: Image.Image) -> None:
    onnx = os.environ.get(ONNX_VARIABLE)
    if not onnx or not Path(onnx).is_file():
        pytest.skip(f"{ONNX_VARIABLE} does not name face_detection_yunet_2023mar.onnx")
    cv2 = pytest.importorskip("cv2", reason="OpenCV is not installed")
    numpy = pytest.importorskip("numpy")
    detector = cv2.FaceDetectorYN.create(onnx, "", (320, 320), 0.6, 0.3, 5000)
    for picture in (small, collage):
        detector.setInputSize(picture.size)
        rows = detector.detect(numpy.asarray(picture)[:, :, ::-1].copy())[1].tolist()
        expected = [(x, y, x + w, y + h, score) for x, y, w, h, *_, score in rows]
        assert_same(find_faces(picture, *picture.size), expected)


def test_turn_is_where_the_nose_points(small: Image.Image) -> None:
    mirrored = small.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    (face,), (other,) = find_faces(small, 320, 320), find_faces(mirrored, 320, 320)
    assert face.turn == pytest.approx(0, abs=0.05)
    assert other.turn == pytest.approx(0, abs=0.05)


def test_boxes_are_in_pixels_of_the_full_size(small: Image.Image) -> None:
    (face,) = find_faces(small, 3200, 1600)
    left, top, right, bottom, _ = ASTRONAUT[0]
    assert face.box == pytest.approx((left * 10, top * 5, right * 10, bottom * 5), abs=1)


def test_any_size_of_the_copy_gives_nearly_the_same_box(astronaut: Image.Image) -> None:
    (whole,) = find_faces(astronaut, 512, 512)
    large = astronaut.resize((1600, 1600), Image.Resampling.BICUBIC)
    (again,) = find_faces(large, 512, 512)
    assert overlap(whole.box, again.box) > 0.9


def test_a_doubtful_face_is_looked_at_closer(astronaut: Image.Image) -> None:
    picture = Image.new("RGB", (640, 480), (90, 120, 60))
    head = astronaut.crop((140, 10, 300, 210)).resize((48, 60), Image.Resampling.BICUBIC)
    picture.paste(head, (300, 200))
    (doubtful,) = search(shrunk(picture), *picture.size, 0.3)
    assert doubtful.score < MIN_SCORE
    (face,) = find_faces(picture, 6400, 4800)
    assert face.score > 0.8
    assert overlap(face.box, tuple(edge * 10 for edge in doubtful.box)) > 0.5  # type: ignore[arg-type]


@pytest.mark.parametrize("score", [0.5, 0.7])
def test_a_doubtful_thing_that_is_none_closer_is_left_out(
    score: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    flat = Image.new("RGB", (320, 320), (90, 120, 60))
    thing = Face((100, 100, 150, 160), score)
    looks = iter([[thing], []])
    monkeypatch.setattr("preflight.faces.find.search", lambda *_: next(looks))
    assert find_faces(flat, 320, 320) == ()
    assert next(looks, None) is None, "it was not looked at again"


def test_beside_a_large_face_a_small_doubtful_thing_is_not_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flat = Image.new("RGB", (320, 320), (90, 120, 60))
    large, small_one = Face((0, 0, 100, 100), 0.9), Face((200, 200, 250, 250), 0.5)
    looks = iter([[large, small_one]])
    monkeypatch.setattr("preflight.faces.find.search", lambda *_: next(looks))
    assert find_faces(flat, 320, 320) == (large,)


def test_other_modes_are_converted(small: Image.Image) -> None:
    (face,) = find_faces(small.convert("L"), 320, 320)
    assert overlap(face.box, ASTRONAUT[0][:4]) > 0.8


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1), (31, 33), (320, 320), (5000, 3)])
def test_no_faces_in_plain_colours_of_any_shape(size: tuple[int, int]) -> None:
    assert find_faces(Image.new("RGB", size, (200, 150, 120)), *size) == ()


def test_noise_has_no_faces() -> None:
    noise = Image.effect_noise((300, 300), 120).convert("RGB")
    assert find_faces(noise, 300, 300) == ()


def test_threads_get_the_same_answer(small: Image.Image) -> None:
    yunet.network.cache_clear()
    alone = find_faces(small, 320, 320)
    answers: list[tuple[Face, ...]] = []
    threads = [
        threading.Thread(target=lambda: answers.append(find_faces(small, 320, 320)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [alone] * 4


def test_another_file_is_not_taken_for_the_weights() -> None:
    with pytest.raises(ValueError, match="not the weights file"):
        yunet.YuNet(bytes(2 * 60_000))


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ((0, 0, 10, 10), (0, 0, 10, 10), 1.0),
        ((0, 0, 10, 10), (5, 0, 15, 10), 1 / 3),
        ((0, 0, 10, 10), (10, 0, 20, 10), 0.0),
        ((0, 0, 10, 10), (20, 20, 30, 30), 0.0),
    ],
)
def test_overlap(one: Box, other: Box, share: float) -> None:
    assert overlap(one, other) == pytest.approx(share)
