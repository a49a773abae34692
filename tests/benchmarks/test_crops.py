"""The measure of the crop benchmark, and preflight's goal on the labelled photos."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.crops.peers import Square, centre
from benchmarks.crops.run import DEFAULT_FOLDER, holds, labelled, ours
from preflight.faces.find import find_faces

needs_photos = pytest.mark.skipif(
    not (DEFAULT_FOLDER / "manifest.csv").is_file(), reason="../shared/faces-dev is absent"
)


@pytest.mark.parametrize(
    ("head", "held"),
    [
        ((0, 0, 100, 100), True),
        ((-0.4, 0, 100, 100), True),
        ((-2, 0, 100, 100), False),
        ((40, 0, 100, 60), False),
        ((45, 45, 55, 55), True),
    ],
)
def test_a_head_is_held_when_its_ellipse_is_inside(head: Square, held: bool) -> None:
    assert holds((0, 0, 100, 100), [head]) == held


def test_every_head_counts() -> None:
    assert not holds((0, 0, 100, 100), [(40, 40, 60, 60), (90, 90, 110, 110)])


def test_centre_crop() -> None:
    assert centre({"a": (300, 100)}).squares == {"a": (100, 0, 200, 100)}


@pytest.mark.corpus
@needs_photos
def test_preflight_reaches_its_goal() -> None:
    photos = [entry for entry in labelled(Path(DEFAULT_FOLDER)) if len(entry.heads) == 1]
    faces = {p.name: find_faces(p.photo, *p.photo.size) for p in photos}
    goals = {
        "preflight `auto`": 0.94,
        "preflight `auto` with `--pad`": 0.98,
        "preflight `face`": 0.94,
        "preflight `face` with `--pad`": 0.98,
    }
    shares = {
        name: sum(p.name in ws and holds(ws[p.name].box, p.heads) for p in photos) / len(photos)
        for name, ws in ours(photos, faces)
    }
    assert shares.keys() == goals.keys()
    assert all(shares[name] >= goal for name, goal in goals.items()), shares
