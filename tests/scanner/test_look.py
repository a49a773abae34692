"""What is looked for on the pixels, and what need not be."""

from dataclasses import replace

import pytest
from PIL import Image

from preflight.facts import Face, Facts, Metadata
from preflight.scanner.look import look_at
from preflight.scanner.structure import Picture

PLAIN = Picture(Image.new("RGB", (400, 300), "teal"), 1, 400, 300)
FACTS = Facts(name="a.jpg", size_bytes=1, width_px=400, height_px=300)


@pytest.mark.parametrize(
    ("facts", "looks"),
    [
        (FACTS, True),
        (replace(FACTS, metadata=Metadata(exif_orientation=0)), True),
        (replace(FACTS, metadata=Metadata(exif_orientation=1)), False),
        (replace(FACTS, metadata=Metadata(exif_orientation=6)), False),
        (replace(FACTS, transforms=("irot=90",)), False),
    ],
)
def test_turned_copies_are_searched_only_where_no_tag_says_how_the_photo_lies(
    monkeypatch: pytest.MonkeyPatch, facts: Facts, looks: bool
) -> None:
    monkeypatch.setattr("preflight.faces.sideways.sideways_turn", lambda small: 90)
    assert look_at(facts, PLAIN).sideways_turn == (90 if looks else None)
    small_face, other = Face((10, 10, 60, 70), 0.7), Face((200, 10, 210, 22), 0.7)
    monkeypatch.setattr("preflight.faces.find.find_faces", lambda *_: (other, small_face))
    asked = []
    monkeypatch.setattr(
        "preflight.faces.sideways.turn_of_face", lambda _, face: asked.append(face) or 180
    )
    double = replace(facts, width_px=800, height_px=600)
    seen = look_at(double, PLAIN)
    assert seen.sideways_turn == (180 if looks else None)
    assert seen.faces == (
        replace(other, box=(400, 20, 420, 44)),
        replace(small_face, box=(20, 20, 120, 140)),
    )
    assert asked == ([small_face] if looks else [])
