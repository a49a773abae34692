"""Finding: photos by content or by name, in a stable order; links, copies and secrets not."""

import errno
import inspect
import os
import sys
from pathlib import Path

import pytest

from preflight.batch.find import PhotoFinder

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"


def make(folder: Path, **contents: bytes) -> None:
    for name, content in contents.items():
        path = folder / name.replace("__", ".").replace("_in_", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def found(*paths: Path, avoid: Path | None = None) -> tuple[list[str], PhotoFinder]:
    finder = PhotoFinder(paths, avoid)
    base = paths[0] if paths[0].is_dir() else paths[0].parent
    return [os.path.relpath(photo.path, base).replace(os.sep, "/") for photo in finder], finder


def test_by_content_or_by_name(tmp_path):
    make(tmp_path, anna__jpg=b"", notes__txt=b"hello", scan=JPEG, odd__dat=JPEG, b__HEIC=b"x")
    names, finder = found(tmp_path)
    assert names == ["anna.jpg", "b.HEIC", "odd.dat", "scan"]
    assert +finder.skipped == {"not a photo": 1}


def test_order_is_by_name_files_before_folders(tmp_path):
    make(tmp_path, b__jpg=b"", a_in_z__jpg=b"", a_in_b_in_c__jpg=b"", c__jpg=b"", d_in_a__jpg=b"")
    assert found(tmp_path)[0] == ["b.jpg", "c.jpg", "a/z.jpg", "a/b/c.jpg", "d/a.jpg"]


def test_hidden_files_are_passed_over(tmp_path):
    make(tmp_path, a__jpg=b"", __hidden__jpg=b"", ___a__jpg=b"", __git_in_b__jpg=b"")
    (tmp_path / "._a.jpg").write_bytes(b"")
    names, finder = found(tmp_path)
    assert names == ["a.jpg"]
    assert finder.skipped["hidden"] >= 3


def test_our_own_copies_and_backups_are_passed_over(tmp_path):
    make(tmp_path, a__heic=b"", b__jpg=b"", headshots_in_c__jpg=b"")
    for name in ("a-ready.jpg", "a-ready-2.jpg", "get-ready.jpg", "b.jpg.original", "b.jpg~"):
        (tmp_path / name).write_bytes(JPEG)
    make(tmp_path / "headshots-ready", c__jpg=b"")
    names, finder = found(tmp_path)
    assert names == ["a.heic", "b.jpg", "get-ready.jpg", "headshots/c.jpg"]
    assert finder.skipped["copy"] == 5


def test_notes_of_other_programs_beside_a_photo_are_no_backups(tmp_path):
    make(tmp_path, a__jpg=JPEG, a__jpg__xmp=b"<x:xmpmeta>", a__jpg__original=JPEG)
    names, finder = found(tmp_path)
    assert names == ["a.jpg"]
    assert +finder.skipped == {"copy": 1, "not a photo": 1}


def test_folder_of_the_copies_is_not_entered(tmp_path):
    make(tmp_path, a__jpg=b"", out_in_a__jpg=b"")
    assert found(tmp_path, avoid=tmp_path / "out")[0] == ["a.jpg"]


def test_a_link_that_may_not_be_read_does_not_stop_the_rest(tmp_path, monkeypatch):
    make(tmp_path, a__jpg=b"", b__jpg=b"")
    (tmp_path / "link.jpg").symlink_to(tmp_path / "a.jpg")

    def refuse(path):  # as Linux does below /proc, and any disk when the link just went
        raise PermissionError(errno.EACCES, "Permission denied", path)

    monkeypatch.setattr("os.path.realpath", refuse)
    names, finder = found(tmp_path)
    assert names == ["a.jpg", "b.jpg"]
    assert finder.skipped["link"] == 1


def test_links(tmp_path):
    inside, outside = tmp_path / "in", tmp_path / "out"
    make(inside, a__jpg=b"", sub_in_b__jpg=b"")
    make(outside, secret__jpg=b"")
    (inside / "inner.jpg").symlink_to(inside / "a.jpg")
    (inside / "outer.jpg").symlink_to(outside / "secret.jpg")
    (inside / "loop").symlink_to(inside)
    (inside / "self.jpg").symlink_to(inside / "self.jpg")
    (inside / "folder").symlink_to(outside)
    (inside / "broken.jpg").symlink_to(inside / "gone.jpg")
    names, finder = found(inside)
    assert names == ["a.jpg", "inner.jpg", "sub/b.jpg"]
    assert finder.skipped["link"] == 5


def test_named_files_are_always_given_once(tmp_path):
    make(tmp_path, notes__txt=b"hello", __hidden__jpg=b"")
    named = [tmp_path / "notes.txt", tmp_path / ".hidden.jpg", tmp_path / "gone.jpg"]
    photos = list(PhotoFinder([*named, named[0], tmp_path / "sub" / ".." / "gone.jpg"]))
    assert [photo.path for photo in photos] == named
    assert {photo.root for photo in photos} == {None}


def test_pipes_are_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    names, finder = found(tmp_path)
    assert names == []
    assert finder.skipped["not a photo"] == 1


def test_unreadable_folder_is_a_problem_and_the_rest_goes_on(tmp_path, monkeypatch):
    make(tmp_path, a_in_x__jpg=b"", b_in_x__jpg=b"")
    real = os.scandir

    def guarded(path):
        if Path(path).name == "a":
            raise PermissionError(errno.EACCES, "no")
        return real(path)

    monkeypatch.setattr("preflight.batch.find.os.scandir", guarded)
    names, finder = found(tmp_path)
    assert names == ["b/x.jpg"]
    assert [problem.exit_code for problem in finder.problems] == [3]
    assert "not allowed" in str(finder.problems[0])


def test_streams(tmp_path):
    make(tmp_path, a__jpg=b"", b__jpg=b"", c_in_d__jpg=b"")
    finder = iter(PhotoFinder([tmp_path]))
    next(finder)
    make(tmp_path, c_in_late__jpg=b"")
    assert [photo.path.name for photo in finder] == ["b.jpg", "d.jpg", "late.jpg"]


def test_very_deep_tree(tmp_path):
    depth = 300
    (tmp_path / "/".join(["d"] * depth)).mkdir(parents=True)
    finder = PhotoFinder([tmp_path / "d"])
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 100)
    try:
        assert list(finder) == []
    finally:
        sys.setrecursionlimit(limit)
    assert finder.problems == []


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_names_that_are_no_text(tmp_path):
    name = os.fsdecode(b"\xff\n'.jpg")
    (tmp_path / name).write_bytes(b"")
    assert [photo.path.name for photo in PhotoFinder([tmp_path])] == [name]


def test_files_that_vanish_while_looking(tmp_path, monkeypatch):
    make(tmp_path, a__jpg=b"", odd__dat=JPEG, z__jpg=b"")
    real = Path.open

    def gone(self, *args, **kwargs):
        if self.name == "odd.dat":
            raise FileNotFoundError(errno.ENOENT, "gone")
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", gone)
    names, finder = found(tmp_path)
    assert names == ["a.jpg", "z.jpg"]
    assert finder.skipped["not a photo"] == 1


def test_folder_that_may_not_be_looked_at(tmp_path, monkeypatch):
    def refuse(self):
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr(Path, "is_dir", refuse)
    assert [photo.path for photo in PhotoFinder([tmp_path])] == [tmp_path]  # reading it says why


def test_a_list_with_a_zero_byte(tmp_path):
    assert len(list(PhotoFinder([Path("a\0b")]))) == 1
