"""Frozen classes pickle and copy as dataclasses do, and stay frozen afterwards."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, replace

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
