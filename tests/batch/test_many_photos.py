"""A hundred thousand photos: what is kept of each is small, and nothing grows faster than they."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path

import pytest

from preflight.batch.deliver import Delivery
from preflight.batch.find import PhotoFinder
from preflight.batch.fingerprints import Fingerprints, Names, fingerprint
from preflight.batch.journal import Journal, hash_of
from preflight.batch.photos import Photos
from preflight.batch.plan import Plan
from preflight.naming import JOURNAL, Photo
from tests.batch.test_journal import STAMP, result

ROOT = Path("some/folder of people")
COUNT = 8000


def many() -> Iterator[Photo]:
    return (Photo(ROOT / f"day {n % 7}" / f"IMG_{n:06}.JPG", ROOT) for n in range(COUNT))


def test_photos_come_back_as_they_were() -> None:
    photos = [
        Photo(Path("-")),
        Photo(Path("a\udce9 \u00e9.jpg")),
        Photo(ROOT / "b.jpg", ROOT),
        Photo(ROOT / "c.jpg", ROOT),
        Photo(Path("x/d.jpg"), Path("x")),
        Photo(Path("/e.jpg")),
    ]
    kept = Photos(photos)
    assert list(kept) == photos
    assert [kept[at] for at in range(-6, 6)] == photos * 2
    assert list(kept[1:5:2]) == photos[1:5:2]
    assert len(kept) == 6
    assert not Photos(())
    with pytest.raises(IndexError):
        kept[6]


def test_sets_of_fingerprints() -> None:
    values = [fingerprint(str(number % 90)) for number in range(100)]
    assert all(value in Fingerprints(values) for value in values)
    assert fingerprint("x") not in Fingerprints(values)
    assert 1 not in Fingerprints()
    assert Fingerprints(values).repeated() == {fingerprint(str(number)) for number in range(10)}
    asked = []
    names = Names(lambda: asked.append(1) or ["a", "b"])
    assert not asked
    assert "a" in names
    assert "c" not in names
    assert asked == [1]


def test_what_is_kept_of_each_photo_is_small() -> None:
    def memory(count: int) -> tuple[int, int]:
        tracemalloc.start()
        kept = Photos(islice(many(), count))
        delivery = Delivery(kept, "out", write_bytes=print)
        size, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert delivery.home(kept[0]) == Path("out")
        return size, peak

    # Python's own table of names of files, which grows by leaps, knows all of them by now
    known = [photo.path.parts for photo in many()]
    few, many_ = memory(COUNT // 4), memory(COUNT)
    assert len(known) == COUNT
    assert (many_[0] - few[0]) / (COUNT * 3 / 4) < 100
    assert (many_[1] - few[1]) / (COUNT * 3 / 4) < 200


def test_what_is_kept_of_a_journal_is_small(tmp_path: Path) -> None:
    done = result()
    with Journal(tmp_path) as journal:
        for number in range(3000):
            journal.add(tmp_path / f"{number}.jpg", STAMP, "s", done, None, hash_of(b"data"))
    tracemalloc.start()
    with Journal(tmp_path) as journal:
        size, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert journal.find(tmp_path / "2999.jpg") is not None
        assert journal.find(tmp_path / "3000.jpg") is None
    assert (tmp_path / JOURNAL).stat().st_size > 10 * size
    assert size / 3000 < 30
    assert peak / 3000 < 150


def test_a_folder_is_walked_with_little_memory(tmp_path: Path) -> None:
    for number in range(3000):
        (tmp_path / f"photo {number:05}.jpg").touch()
    tracemalloc.start()
    found = sum(1 for _ in PhotoFinder((tmp_path,)))
    _size, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == 3000
    assert peak / 3000 < 250


def test_many_that_want_one_name_take_no_more_time_each() -> None:
    def seconds(count: int) -> float:
        photos = [Photo(Path(f"{n}/avatar.jpg")) for n in range(count)]
        begin = time.process_time()
        plan = Plan(photos, Path("out"))
        stems = {plan.slot(photo).stem for photo in photos}
        assert len(stems) == count
        return time.process_time() - begin

    took = [min(seconds(count) for _ in range(2)) for count in (300, 1200, 4800)]
    for fewer, more in pairwise(took):
        assert more < fewer * 8  # four times as many; quadratic would be sixteen times
