"""The proof: what was seen in the source is told in pixels of the output, not looked for again."""

from pathlib import Path

from preflight.api import check, fix
from preflight.facts import Face, Facts
from preflight.fixer.proof import seen_in
from preflight.scanner.look import Seen

SAMPLES = Path(__file__).parents[2] / "samples"


def facts(*faces: Face) -> Facts:
    return Facts(name="a.jpg", size_bytes=1, faces=faces, sideways_turn=90)


def test_faces_move_with_the_crop() -> None:
    face = Face((1100.0, 700.0, 1300.0, 1000.0), 0.9)
    found = seen_in((1000, 500, 3000, 2500), (1024, 1024), facts(face))
    assert found == Seen((Face((51.2, 102.4, 153.6, 256.0), 0.9),), 90)


def test_padding_moves_them_inwards() -> None:
    face = Face((0.0, 0.0, 100.0, 100.0), 0.9)
    found = seen_in((-100, -50, 300, 350), (200, 200), facts(face))
    assert found == Seen((Face((50.0, 25.0, 100.0, 75.0), 0.9),), 90)


def test_a_face_whose_middle_is_cut_away_is_gone() -> None:
    inside = Face((10.0, -30.0, 50.0, 31.0), 0.9)
    outside = Face((10.0, -31.0, 50.0, 30.0), 0.9)
    found = seen_in((0, 0, 100, 100), (100, 100), facts(inside, outside))
    assert found is not None
    assert found.faces == (inside,)


def test_where_nobody_has_looked_the_proof_does() -> None:
    assert seen_in((0, 0, 9, 9), (9, 9), Facts(name="a.jpg", size_bytes=1)) is None


def test_the_faces_told_are_where_the_network_would_see_them() -> None:
    result = fix(SAMPLES / "group.jpg")
    assert result.data is not None
    assert result.after is not None
    told, seen = result.after.facts.faces, check(result.data).facts.faces
    assert told is not None
    assert seen is not None
    assert len(told) == len(seen) > 1
    for one, other in zip(sorted(f.box for f in told), sorted(f.box for f in seen), strict=True):
        assert max(abs(a - b) for a, b in zip(one, other, strict=True)) < 0.02 * 1024
