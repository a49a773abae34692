"""Naming: every copy has a name of its own, whatever the order and the disk."""

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.batch.plan import Plan
from preflight.errors import UsageError
from preflight.naming import Photo, format_of, is_file_name, stem


def targets(photos, out=None, suffix=".jpg"):
    planned = Plan(photos, out)
    return [
        str(next(iter(planned.candidates(planned.slot(photo), suffix)))).replace(os.sep, "/")
        for photo in photos
    ]


def test_beside_the_original():
    assert targets([Photo(Path("x/photo.heic"))]) == ["x/photo-ready.jpg"]
    assert targets([Photo(Path("photo"))]) == ["photo-ready.jpg"]
    assert targets([Photo(Path("photo.png"))], suffix=".png") == ["photo-ready.png"]


def test_folder_beside_the_folder_with_the_same_tree(tmp_path):
    root = tmp_path / "headshots"
    photos = [Photo(root / "a.heic", root), Photo(root / "b" / "c.jpg", root)]
    ready = (tmp_path / "headshots-ready").as_posix()
    assert targets(photos) == [f"{ready}/a.jpg", f"{ready}/b/c.jpg"]


def test_current_folder_is_named_by_its_name(tmp_path, monkeypatch):
    (tmp_path / "headshots").mkdir()
    monkeypatch.chdir(tmp_path / "headshots")
    ready = (tmp_path / "headshots-ready").as_posix()
    assert targets([Photo(Path("a.heic"), Path())]) == [f"{ready}/a.jpg"]


def test_there_is_nothing_beside_the_root():
    with pytest.raises(UsageError, match="no place beside"):
        Plan([Photo(Path("/a.jpg"), Path("/"))], None)


def test_out_folder_keeps_stems_and_tree():
    assert targets([Photo(Path("x/a.heic"))], Path("out")) == ["out/a.jpg"]
    root = Path("in")
    assert targets([Photo(root / "b" / "a.heic", root)], Path("out")) == ["out/b/a.jpg"]


def test_several_folders_keep_apart():
    photos = [Photo(Path("x/a.jpg"), Path("x")), Photo(Path("y/a.jpg"), Path("y"))]
    assert targets(photos, Path("out")) == ["out/x/a.jpg", "out/y/a.jpg"]


def test_out_folder_that_is_the_photos_own():
    assert targets([Photo(Path("x/a.jpg"))], Path("x")) == ["x/a-ready.jpg"]


@pytest.mark.parametrize(
    "names",
    [
        ["a.heic", "a.jpg"],
        ["a.jpg", "A.jpg"],
        ["a.jpg", "a.JPG"],
        ["straße.jpg", "STRASSE.png"],
        [unicodedata.normalize("NFC", "é.jpg"), unicodedata.normalize("NFD", "é.jpg")],
        ["a.heic", "a.jpg", "a-2.jpg", "a.png"],
    ],
)
def test_collisions_get_numbers_whatever_the_order(names):
    root = Path("in")
    photos = [Photo(root / name, root) for name in names]
    forward = dict(zip(names, targets(photos, Path("out")), strict=True))
    backward = dict(zip(names[::-1], targets(photos[::-1], Path("out")), strict=True))
    assert forward == backward
    folded = {unicodedata.normalize("NFC", name).casefold() for name in forward.values()}
    assert len(folded) == len(names)


def test_a_second_choice_is_nobodys_first():
    root = Path("in")
    photos = [Photo(root / name, root) for name in ("a.heic", "a.jpg", "a-2.png")]
    assert targets(photos, Path("out")) == ["out/a.jpg", "out/a-3.jpg", "out/a-2.jpg"]
    planned = Plan(photos, Path("out"))
    names = planned.candidates(planned.slot(photos[0]), ".jpg")
    assert [next(names).name for _ in range(3)] == ["a.jpg", "a-4.jpg", "a-5.jpg"]


@pytest.mark.parametrize(
    ("name", "copy"),
    [
        ("con.jpg", "con-photo.jpg"),
        ("NUL.heic", "NUL-photo.jpg"),
        ("com1.jpg", "com1-photo.jpg"),
        ("LPT9.png", "LPT9-photo.jpg"),
        ("aux.x.jpg", "aux-photo.x.jpg"),  # `aux.x-photo.jpg` would be the device still
        ("con .jpg", "con-photo .jpg"),
        ("contact.con.jpg", "contact.con.jpg"),
    ],
)
def test_names_of_windows_devices(name, copy):
    root = Path("in")
    assert targets([Photo(root / name, root)], Path("out")) == [f"out/{copy}"]


def test_long_names_are_cut_between_characters():
    root = Path("in")
    photos = [Photo(root / f"{'é' * 120}{end}.heic", root) for end in "ab"]
    made = targets(photos, Path("out"))
    assert len(set(made)) == 2
    assert all(len(os.fsencode(Path(name).name)) <= 255 for name in made)


@given(
    st.lists(
        st.text("aAéßſ.-2 ıİ\u0301\udcff", min_size=1, max_size=4)
        .map(lambda text: f"{text}.jpg")
        .filter(lambda name: name not in (".", "..")),
        min_size=1,
        max_size=8,
        unique=True,
    )
)
def test_no_two_names_are_ever_one(names):
    root = Path("in")
    made = targets([Photo(root / name, root) for name in names], Path("out"))
    assert len({unicodedata.normalize("NFC", name).casefold() for name in made}) == len(names)
    shuffled = targets([Photo(root / name, root) for name in sorted(names)], Path("out"))
    assert dict(zip(names, made)) == dict(zip(sorted(names), shuffled))


def test_file_or_folder(tmp_path):
    assert is_file_name("me.JPEG")
    assert not is_file_name("out")
    assert not is_file_name("out.jpg/")
    (tmp_path / "odd.jpg").mkdir()
    assert not is_file_name(str(tmp_path / "odd.jpg"))


def test_format_of_a_name():
    assert format_of("me.jpg", None) == "jpeg"
    assert format_of("me.png", "auto") == "png"
    with pytest.raises(UsageError, match="contradict"):
        format_of("me.png", "jpeg")
    with pytest.raises(UsageError, match="makes JPEG and PNG"):
        format_of("me.heic", None)


def test_stem_is_not_the_end_of_a_name():
    assert stem(Path("Dr. Smith")) == "Dr. Smith"
    assert stem(Path("2024.05.06")) == "2024.05.06"
    assert stem(Path("a.tar.jpg")) == "a.tar"
