"""Frozen classes pickle and copy as dataclasses do, and stay frozen afterwards."""

from __future__ import annotations

import copy
import inspect
import pickle
from dataclasses import FrozenInstanceError, fields, replace

import pytest

from preflight.api import fix
from preflight.facts import Colour, Damage, Facts
from preflight.fixer.options import FixOptions
from preflight.platforms.loader import load_many

FACTS = Facts("a.jpg", 12, colour=Colour(hdr="pq"), damage=(Damage("truncated", "x", "it ends"),))


@pytest.mark.parametrize(
    "value",
    [FACTS, FixOptions(size_px=512), load_many("default"), fix(b"")],
    ids=["facts", "options", "platforms", "result"],
)
@pytest.mark.parametrize("protocol", [2, 5])
def test_pickled_and_copied(value: object, protocol: int) -> None:
    assert pickle.loads(pickle.dumps(value, protocol)) == value
    assert copy.copy(value) == copy.deepcopy(value) == value


def test_what_was_pickled_is_frozen() -> None:
    again = pickle.loads(pickle.dumps(FACTS))
    with pytest.raises(FrozenInstanceError):
        again.name = "b.jpg"
    assert replace(again, name="b.jpg").name == "b.jpg"
    assert hash(again) == hash(FACTS)


def test_made_by_position_and_by_name() -> None:
    assert Damage("truncated", "x", message="it ends") == Damage("truncated", "x", "it ends")
    for values, named in (
        (("truncated", "x"), {}),  # one is missing
        (("truncated", "x", "it ends"), {"kind": "corrupt"}),  # one twice
        (("truncated", "x", "it ends"), {"colour": "red"}),  # one that is none
        (("x",) * 20, {}),
    ):
        with pytest.raises(TypeError, match="Damage"):
            Damage(*values, **named)  # type: ignore[arg-type]


def test_a_default_that_is_made_is_made_each_time() -> None:
    one, other = Facts("a", 1).colour, Facts("b", 1).colour
    assert one == other
    assert one is not other


def test_help_shows_the_fields() -> None:
    assert list(inspect.signature(Damage).parameters) == [each.name for each in fields(Damage)]
    assert inspect.signature(Facts).parameters["colour"].default == Colour()
    assert inspect.signature(Facts).parameters["name"].default is inspect.Parameter.empty
