"""Journal: believed only as far as it can be checked, whoever wrote it."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from preflight.api import fix
from preflight.batch.find import PhotoFinder
from preflight.batch.journal import Journal, hash_of, hash_of_file, settings_hash, stamp_of
from preflight.batch.orphans import remove_orphans
from preflight.batch.record import decode, encode
from preflight.errors import OutputError
from preflight.facts import Colour, Damage, Face, Facts, LimitHit
from preflight.fixer.options import FixOptions
from preflight.naming import JOURNAL
from preflight.platforms.loader import load_many
from preflight.report import FixResult
from tests.batch.processes import make_photos

STAMP = (1, 2, 3)
FACTS = Facts(
    "a\udce9.jpg",
    12,
    colour=Colour(cicp=(1, 13, 6), hdr="pq"),
    damage=(Damage("truncated", "x", "it ends", region=(0.0, 1.5, 2.0, 3.0), lost_share=0.5),),
    limits_hit=(LimitHit("max_pixels", "2", "1"),),
    faces=(Face((1.0, 2.0, 3.0, 4.0), 0.5),),
    transforms=("irot=90",),
)


def result(name: str = "a.jpg") -> FixResult:
    report = fix(b"", platforms="default").before
    return FixResult(b"data", "fixed", replace(report, name=name), steps=("crop",), quality=90)


def test_facts_come_back_as_they_were() -> None:
    assert decode(Facts, json.loads(json.dumps(encode(FACTS)))) == FACTS
    assert encode(Facts("a", 1)) == {"name": "a", "size_bytes": 1}


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        {},
        {"name": 1, "size_bytes": 1},
        {"name": "a", "size_bytes": True},
        {"name": "a", "size_bytes": 1, "eval": "x"},
        {"name": "a", "size_bytes": 1, "faces": [{"box": [1, 2, 3], "score": 1}]},
        {"name": "a", "size_bytes": 1, "colour": {"model": "purple"}},
        {"name": "a", "size_bytes": 1, "frames": "many"},
    ],
)
def test_what_was_not_written_by_us_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(Facts, wrong)


def test_the_last_line_of_a_photo_holds(tmp_path: Path) -> None:
    photo, other = tmp_path / "a\udce9.jpg", tmp_path / "b.jpg"
    with Journal(tmp_path / "out") as journal:
        assert journal.find(photo) is None
        for settings in ("one", "two"):
            copy = tmp_path / "out" / "deep" / "a.jpg"
            journal.add(photo, STAMP, settings, result(), copy, hash_of(b"data"))
    with Journal(tmp_path / "out") as journal:
        entry = journal.find(photo)
        assert entry is not None
        assert (entry.settings, entry.stamp) == ("two", STAMP)
        assert entry.output == tmp_path / "out" / "deep" / "a.jpg"
        again = entry.result_for(load_many("default"))
        assert (again.status, again.steps, again.quality) == ("fixed", ("crop",), 90)
        assert again.before.findings == fix(b"", platforms="default").before.findings
        assert journal.find(other) is None


@pytest.mark.parametrize(
    "line",
    [
        b'{"version":1,"source":"/torn',
        b"\xff\xfe\x00",
        b"[]\n",
        b"7\n",
        b'{"source":7}\n',
        b"[" * 100_000 + b"\n",
        b'{"version":1,"source":"HERE"}\n',
        b'{"version":2,"source":"HERE","stamp":[1,2,3]}\n',
        b'{"version":1,"source":"HERE","stamp":[1,2,3],"settings":"s","output":"../../etc/passwd",'
        b'"copy_hash":"","facts":[{"name":"a","size_bytes":1}],"result":{"status":"fixed"}}\n',
    ],
)
def test_strange_lines_are_passed_over(tmp_path: Path, line: bytes) -> None:
    here, good = tmp_path / "here.jpg", tmp_path / "good.jpg"
    (tmp_path / JOURNAL).write_bytes(line.replace(b"HERE", os.fsencode(str(here))))
    with Journal(tmp_path) as journal:
        assert journal.find(here) is None
        journal.add(good, STAMP, "s", result(), None, "")
    with Journal(tmp_path) as journal:
        assert journal.find(good) is not None


def test_two_at_once(tmp_path: Path) -> None:
    with Journal(tmp_path), pytest.raises(OutputError, match="Another preflight is at work"):
        Journal(tmp_path)
    Journal(tmp_path).close()


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be moved there")
def test_a_folder_that_was_taken_away(tmp_path: Path) -> None:
    with Journal(tmp_path / "out") as journal:
        journal.check_there()
        (tmp_path / "out").rename(tmp_path / "away")
        with pytest.raises(OutputError, match="was taken away"):
            journal.check_there()
        Journal(tmp_path / "out").close()  # of somebody else
        with pytest.raises(OutputError, match="was taken away"):
            journal.check_there()


def test_settings_and_stamps_tell_apart(tmp_path: Path) -> None:
    options = FixOptions()
    same = settings_hash(load_many("default"), options)
    assert same == settings_hash(load_many("default"), FixOptions())
    assert same != settings_hash(load_many("threads"), options)
    assert same != settings_hash(load_many("default"), replace(options, size_px=512))
    (stem,) = make_photos(tmp_path, 1)
    photo = tmp_path / f"{stem}.jpg"
    stamp = stamp_of(photo)
    assert stamp is not None
    other = tmp_path / "other.jpg"
    other.write_bytes(b"x" * stamp[0])
    os.utime(other, ns=(stamp[1], stamp[1]))
    other.replace(photo)  # of the same size and time
    assert stamp_of(photo) != stamp
    assert stamp_of(tmp_path / "none.jpg") is None
    assert hash_of_file(photo) == hash_of(b"x" * stamp[0])
    assert hash_of_file(tmp_path) == ""


@pytest.mark.skipif(os.name == "nt", reason="processes are not looked up there")
def test_orphans_of_the_dead_go_and_others_stay(tmp_path: Path) -> None:
    parent = os.getppid()
    for name in (
        ".preflight-4194300-0123456789ab.tmp",
        f".preflight-{parent}-0123456789ab.tmp",
        ".preflight-notes.tmp",
        "photo.tmp",
    ):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / ".preflight-4194300-0123456789ff.tmp").mkdir()
    remove_orphans(tmp_path)
    remove_orphans(tmp_path / "none")
    assert {path.name for path in tmp_path.iterdir()} == {
        ".preflight-4194300-0123456789ff.tmp",
        f".preflight-{parent}-0123456789ab.tmp",
        ".preflight-notes.tmp",
        "photo.tmp",
    }


def found_in(folder: Path) -> list[str]:
    return [photo.path.relative_to(folder).as_posix() for photo in PhotoFinder([folder])]


def copied(folder: Path, out: Path, **sources: str) -> None:
    """Copies in `out`, with a journal; `sources` are from names in `out` to names in `folder`."""
    with Journal(out) as journal:
        for name, source in sources.items():
            target = out / f"{name.replace('_in_', '/')}.jpg"
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(b"copy of " + source.encode())
            (folder / source).write_bytes(b"photo")
            journal.add(folder / source, STAMP, "", result(), target, hash_of_file(target))


def test_copies_in_a_folder_within_are_no_photos_again(tmp_path: Path) -> None:
    copied(tmp_path, tmp_path / "out", a="ä.heic", deep_in_b="b", c="c.jpg")
    assert found_in(tmp_path) == ["c.jpg", "ä.heic"]  # `b` is none by name or content
    assert found_in(tmp_path / "out") == ["a.jpg", "c.jpg", "deep/b.jpg"]


def test_copies_among_the_photos_are_no_photos_again(tmp_path: Path) -> None:
    (tmp_path / "scan").write_bytes(b"")
    copied(tmp_path, tmp_path, **{"scan-ready": "scan", "long-re-ready": "long-real-name.png"})
    assert found_in(tmp_path) == ["long-real-name.png"]


def test_what_is_not_the_copy_any_more_is_a_photo(tmp_path: Path) -> None:
    copied(tmp_path, tmp_path / "out", a="a.heic", b="b.heic", c="c.heic")
    (tmp_path / "out" / "a.jpg").write_bytes(b"one of my own")
    (tmp_path / "b.heic").unlink()
    assert found_in(tmp_path) == ["a.heic", "c.heic", "out/a.jpg", "out/b.jpg"]


def test_copies_of_photos_elsewhere_are_photos_here(tmp_path: Path) -> None:
    (tmp_path / "camera").mkdir()
    copied(tmp_path / "camera", tmp_path / "staff" / "out", a="a.heic")
    assert found_in(tmp_path / "staff") == ["out/a.jpg"]


@pytest.mark.parametrize("line", [b"", b"\xff\n", b'{"version":1,"source":"\\u00', b"[" * 5000])
def test_a_journal_of_somebody_else_hides_nothing(tmp_path: Path, line: bytes) -> None:
    (tmp_path / "a.jpg").write_bytes(b"")
    (tmp_path / JOURNAL).write_bytes(line)
    assert found_in(tmp_path) == ["a.jpg"]


def test_a_journal_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"")
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes here")
    os.mkfifo(tmp_path / JOURNAL)
    assert found_in(tmp_path) == ["a.jpg"]
