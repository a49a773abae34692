"""Head boxes and the choice of the main faces."""

from __future__ import annotations

import pytest

from preflight.faces.head import head_box, main_faces
from preflight.facts import Box, Face


@pytest.mark.parametrize(
    ("face", "turn", "head"),
    [
        ((400, 400, 500, 600), 0.0, (375, 314, 525, 624)),
        ((0, 50, 100, 250), 0.0, (0, 0, 125, 274)),
        ((900, 850, 1010, 1020), 0.0, (872.5, 776.9, 1000, 1000)),
        ((-50, -80, 40, 60), 0.0, (0, 0, 62.5, 76.8)),
        ((2000, 2000, 2100, 2100), 0.0, (1000, 1000, 1000, 1000)),
        ((400, 400, 500, 600), 0.5, (345, 314, 525, 624)),
        ((400, 400, 500, 600), -0.5, (375, 314, 555, 624)),
        ((400, 400, 500, 600), 9.0, (315, 314, 525, 624)),
    ],
)
def test_head_box(face: Box, turn: float, head: Box) -> None:
    assert head_box(Face(face, 0.9, turn), 1000, 1000) == pytest.approx(head)


def test_main_face_is_the_largest_and_surest() -> None:
    small = Face((0, 0, 30, 30), 0.95)
    big = Face((100, 0, 200, 100), 0.9)
    unsure = Face((300, 0, 404, 104), 0.62)
    assert main_faces([small, unsure, big]) == (big,)


@pytest.mark.parametrize(
    ("side", "score", "counts"),
    [(60, 0.75, True), (59, 0.75, False), (60, 0.74, False), (100, 0.9, True)],
)
def test_second_face_counts_from_a_size_and_score(side: int, score: float, counts: bool) -> None:
    main = Face((0, 0, 100, 100), 0.95)
    other = Face((200, 0, 200 + side, side), score)
    assert main_faces([other, main]) == ((main, other) if counts else (main,))
