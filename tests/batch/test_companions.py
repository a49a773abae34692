"""Companions: what phones put beside photos is passed over, counted and never taken for one."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from preflight.batch.companions import has_edited_copy, is_companion
from preflight.batch.find import PhotoFinder
from preflight.cli.main import cli
from preflight.naming import PHOTO_SUFFIXES


@pytest.mark.parametrize(
    ("name", "beside", "answer"),
    [
        ("IMG_1.MOV", "img_1.heic", True),
        ("IMG_1.mov", "img_1.jpeg", True),
        ("IMG_1.MOV", "img_2.heic", False),
        ("IMG_1.MP4", "img_1.heic", False),
        ("IMG_1.AAE", "img_9.heic", True),
        ("a.jpg.json", "a.jpg", True),
        ("a.jpg.supplemental-metadata.json", "a.jpg", True),
        ("a.jpg.suppl(1).json", "a.jpg", True),
        ("a.json", "a.jpg", False),
        ("a.txt.json", "a.txt", False),
        ("a.jpg", "a.jpg", False),
    ],
)
def test_companions(name: str, beside: str, answer: bool) -> None:
    assert is_companion(name, {beside, name.lower()}, PHOTO_SUFFIXES) is answer


@pytest.mark.parametrize(
    ("name", "beside", "answer"),
    [
        ("IMG_1234.HEIC", "img_e1234.heic", True),
        ("IMG_1234.HEIC", "img_e1234.jpg", True),
        ("IMG_1234.PNG", "img_e1234.png", True),
        ("IMG_E1234.JPG", "img_1234.heic", False),
        ("IMG_1234.HEIC", "img_e1235.jpg", False),
        ("IMG_1234.AAE", "img_e1234.jpg", False),
        ("holiday.jpg", "eholiday.jpg", False),
    ],
)
def test_of_an_edited_photo_the_copy_counts(name: str, beside: str, answer: bool) -> None:
    assert has_edited_copy(name, {beside, name.lower()}, PHOTO_SUFFIXES) is answer


def test_a_phones_folder(tmp_path: Path) -> None:
    photos = ["IMG_0001.HEIC", "IMG_E0002.JPG", "takeout.jpg", ".IMG_0003.HEIC.icloud"]
    companions = ["IMG_0001.MOV", "IMG_0002.AAE", "takeout.jpg.json"]
    others = ["IMG_0002.HEIC", "._IMG_0001.HEIC", ".notes.txt.icloud", "clip.MOV"]
    for name in (*photos, *companions, *others):
        (tmp_path / name).write_bytes(b"\0\5\x16\7" if name.startswith("._") else b"{}")
    finder = PhotoFinder([tmp_path])
    assert sorted(photo.path.name for photo in finder) == sorted(photos)
    assert +finder.skipped == {"companion": 3, "unedited": 1, "hidden": 2, "not a photo": 1}


def test_a_file_of_unknown_name_is_not_fetched_to_see_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "photo").write_bytes(b"\xff\xd8\xff")
    assert len(list(PhotoFinder([tmp_path]))) == 1
    monkeypatch.setattr("preflight.batch.find.is_elsewhere", lambda status: True)
    finder = PhotoFinder([tmp_path])
    assert list(finder) == []
    assert +finder.skipped == {"in the cloud": 1}


def test_what_was_passed_over_is_said(tmp_path: Path) -> None:
    for name in ("IMG_0001.HEIC", "IMG_0001.MOV", "IMG_0001.AAE", ".IMG_0003.HEIC.icloud"):
        (tmp_path / name).write_bytes(b"")
    done = CliRunner().invoke(cli, ["check", str(tmp_path)])
    assert done.exit_code == 3
    assert "2 companions of photos were passed over." in done.output
    assert "IMG_0003.HEIC is not on this computer, only in the cloud." in done.output
