"""The eight turns, against what Pillow's transposition does to pixels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from preflight.scanner.orientation import to_stored, to_upright, turned_upright, upright_size


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_marked_box_moves_as_the_pixels_do(orientation: int) -> None:
    stored = Image.new("L", (40, 24))
    box = (3, 5, 13, 9)
    stored.paste(255, box)
    upright = turned_upright(stored, orientation)
    assert upright.size == upright_size(40, 24, orientation)
    assert upright.getbbox() == to_upright(box, orientation, 40, 24)


@given(st.integers(1, 8), st.integers(1, 99), st.integers(1, 99), st.data())
def test_there_and_back(orientation: int, width: int, height: int, data: st.DataObject) -> None:
    left, right = sorted(data.draw(st.tuples(st.integers(0, width), st.integers(0, width))))
    top, bottom = sorted(data.draw(st.tuples(st.integers(0, height), st.integers(0, height))))
    box = (left, top, right, bottom)
    there = to_upright(box, orientation, width, height)
    assert to_stored(there, orientation, width, height) == box
