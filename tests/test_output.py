"""Output: whole or not at all, never over an original, whatever the disk does."""

import errno
import os
from pathlib import Path

import pytest

from preflight import output
from preflight.errors import ExitCode, OutputError
from preflight.output import (
    REPORT_MODE,
    TargetExistsError,
    atomic_file,
    place,
    replace_original,
    write_file,
)


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_writes_and_makes_folders(tmp_path):
    target = tmp_path / "a" / "b" / "photo.jpg"
    write_file(target, b"data")
    assert target.read_bytes() == b"data"
    assert names(target.parent) == ["photo.jpg"]


def test_photo_gets_the_umask_and_report_is_private(tmp_path):
    umask = os.umask(0o022)
    try:
        write_file(tmp_path / "photo.jpg", b"data")
        write_file(tmp_path / "report.json", b"data", mode=REPORT_MODE)
    finally:
        os.umask(umask)
    assert (tmp_path / "photo.jpg").stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "report.json").stat().st_mode & 0o777 == 0o600


def test_never_replaces_unless_told(tmp_path):
    target = tmp_path / "photo.jpg"
    target.write_bytes(b"old")
    with pytest.raises(TargetExistsError) as caught:
        write_file(target, b"new")
    assert caught.value.exit_code is ExitCode.FILE
    assert target.read_bytes() == b"old"
    write_file(target, b"new", replace=True)
    assert target.read_bytes() == b"new"
    assert names(tmp_path) == ["photo.jpg"]


def test_dangling_link_counts_as_taken(tmp_path):
    (tmp_path / "photo.jpg").symlink_to(tmp_path / "gone.jpg")
    with pytest.raises(TargetExistsError):
        write_file(tmp_path / "photo.jpg", b"new")
    assert names(tmp_path) == ["photo.jpg"]


def test_device_is_not_replaced():
    with pytest.raises(OutputError, match="not an ordinary file"):
        write_file(Path(os.devnull), b"data", replace=True)
    assert not Path(os.devnull).is_file()


@pytest.mark.parametrize("call", ["fsync", "link", "open"])
@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk is full"),
        (errno.EACCES, "not allowed to write"),
        (errno.EROFS, "read-only"),
        (errno.EIO, "could not be written"),
        (errno.ENAMETOOLONG, "too long"),
        (errno.ENOENT, "has disappeared"),
    ],
)
def test_failure_leaves_nothing(tmp_path, monkeypatch, call, code, words):
    def fail(*args, **kwargs):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(output.os, call, fail)
    with pytest.raises(OutputError, match=words) as caught:
        write_file(tmp_path / "photo.jpg", b"data")
    assert caught.value.exit_code is ExitCode.FILE
    monkeypatch.undo()
    assert names(tmp_path) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_interrupt_leaves_nothing(tmp_path, error):
    def write_half():
        with atomic_file(tmp_path / "report.json") as file:
            file.write(b"half")
            raise error

    with pytest.raises(error):
        write_half()
    assert names(tmp_path) == []


def test_file_where_a_folder_should_be(tmp_path):
    (tmp_path / "out").write_bytes(b"")
    with pytest.raises(OutputError, match="is not a folder"):
        write_file(tmp_path / "out" / "photo.jpg", b"data")
    with pytest.raises(OutputError, match="is not a folder"):
        write_file(tmp_path / "out" / "deep" / "photo.jpg", b"data")


def test_without_hard_links(tmp_path, monkeypatch):
    def refuse(*args):
        raise OSError(errno.EPERM, "no links on FAT")

    monkeypatch.setattr(output.os, "link", refuse)
    write_file(tmp_path / "photo.jpg", b"one")
    with pytest.raises(TargetExistsError):
        write_file(tmp_path / "photo.jpg", b"two")
    assert (tmp_path / "photo.jpg").read_bytes() == b"one"
    assert names(tmp_path) == ["photo.jpg"]


class TestPlace:
    def candidates(self, folder):
        return [folder / "a-ready.jpg", folder / "a-ready-2.jpg"]

    def test_first_free_name(self, tmp_path):
        placed = place(self.candidates(tmp_path), b"new")
        assert (placed.path.name, placed.written) == ("a-ready.jpg", True)

    def test_same_bytes_are_already_done(self, tmp_path):
        place(self.candidates(tmp_path), b"new")
        placed = place(self.candidates(tmp_path), b"new")
        assert (placed.path.name, placed.written) == ("a-ready.jpg", False)

    def test_another_file_keeps_its_name(self, tmp_path):
        (tmp_path / "a-ready.jpg").write_bytes(b"old")
        assert place(self.candidates(tmp_path), b"new").path.name == "a-ready-2.jpg"
        again = place(self.candidates(tmp_path), b"new")
        assert (again.path.name, again.written) == ("a-ready-2.jpg", False)
        with pytest.raises(TargetExistsError, match="something else"):
            place(self.candidates(tmp_path), b"third")

    def test_force_replaces_the_first_but_never_an_original(self, tmp_path):
        for path in self.candidates(tmp_path):
            path.write_bytes(b"old")
        assert place(self.candidates(tmp_path), b"new", force=True).path.name == "a-ready.jpg"
        first = self.candidates(tmp_path)[0]
        placed = place(
            self.candidates(tmp_path), b"newer", force=True, is_original=lambda path: path == first
        )
        assert placed.path.name == "a-ready-2.jpg"
        assert first.read_bytes() == b"new"

    def test_original_with_the_same_bytes_is_not_the_copy(self, tmp_path):
        first, second = self.candidates(tmp_path)
        first.write_bytes(b"same")
        placed = place([first, second], b"same", is_original=lambda path: path == first)
        assert (placed.path, placed.written) == (second, True)

    def test_dry_run_writes_nothing_and_decides_the_same(self, tmp_path):
        (tmp_path / "a-ready.jpg").write_bytes(b"old")
        placed = place(self.candidates(tmp_path), b"new", dry_run=True)
        assert (placed.path.name, placed.written) == ("a-ready-2.jpg", True)
        assert names(tmp_path) == ["a-ready.jpg"]
        placed = place(self.candidates(tmp_path), b"old", dry_run=True)
        assert (placed.path.name, placed.written) == ("a-ready.jpg", False)

    def test_dry_run_fails_where_the_real_run_would(self, tmp_path, monkeypatch):
        # not by chmod: root, as whom many containers run, may write everywhere
        monkeypatch.setattr(output.os, "access", lambda path, mode: path != tmp_path)
        with pytest.raises(OutputError, match="not allowed"):
            place([tmp_path / "new" / "a.jpg"], b"new", dry_run=True)
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(OutputError, match="is not a folder"):
            place([tmp_path / "file" / "a.jpg"], b"new", dry_run=True)


class TestInPlace:
    def test_original_is_kept_under_another_name(self, tmp_path):
        photo = tmp_path / "photo.JPG"
        photo.write_bytes(b"old")
        photo.chmod(0o640)
        new, backup = replace_original(photo, b"new", ".jpg", ".original")
        assert (new.name, backup.name) == ("photo.JPG", "photo.JPG.original")
        assert (new.read_bytes(), backup.read_bytes()) == (b"new", b"old")
        assert new.stat().st_mode & 0o777 == 0o640
        assert names(tmp_path) == ["photo.JPG", "photo.JPG.original"]

    def test_other_format_gets_its_own_suffix(self, tmp_path):
        photo = tmp_path / "photo.heic"
        photo.write_bytes(b"old")
        replace_original(photo, b"new", ".jpg", "~")
        assert names(tmp_path) == ["photo.heic~", "photo.jpg"]
        assert (tmp_path / "photo.heic~").read_bytes() == b"old"

    def test_neither_backup_nor_neighbour_is_replaced(self, tmp_path):
        photo = tmp_path / "photo.heic"
        photo.write_bytes(b"old")
        (tmp_path / "photo.heic~").write_bytes(b"older")
        with pytest.raises(TargetExistsError, match="backup"):
            replace_original(photo, b"new", ".jpg", "~")
        (tmp_path / "photo.heic~").unlink()
        (tmp_path / "photo.jpg").write_bytes(b"neighbour")
        with pytest.raises(TargetExistsError, match="beside"):
            replace_original(photo, b"new", ".jpg", "~")
        assert names(tmp_path) == ["photo.heic", "photo.jpg"]
        assert (tmp_path / "photo.jpg").read_bytes() == b"neighbour"

    def test_a_link_to_the_original_is_no_backup(self, tmp_path):
        photo = tmp_path / "photo.jpg"
        photo.write_bytes(b"old")
        (tmp_path / "photo.jpg~").symlink_to(photo)
        with pytest.raises(TargetExistsError, match="backup"):
            replace_original(photo, b"new", ".jpg", "~")
        (tmp_path / "again").hardlink_to(photo)
        with pytest.raises(TargetExistsError, match="backup"):
            replace_original(photo, b"new", ".jpg", "~")
        assert photo.read_bytes() == b"old"

    def test_the_original_itself_is_no_backup(self, tmp_path):
        photo = tmp_path / "photo.jpg"
        photo.write_bytes(b"old")
        with pytest.raises(TargetExistsError, match="backup"):
            replace_original(photo, b"new", ".jpg", "")  # as Windows takes `.` at the end
        assert photo.read_bytes() == b"old"

    def test_second_run_after_an_interrupt_between_backup_and_copy(self, tmp_path):
        photo = tmp_path / "photo.jpg"
        photo.write_bytes(b"old")
        os.link(photo, tmp_path / "photo.jpg~")
        replace_original(photo, b"new", ".jpg", "~")
        assert (tmp_path / "photo.jpg~").read_bytes() == b"old"
        assert photo.read_bytes() == b"new"

    def test_failure_leaves_the_original(self, tmp_path, monkeypatch):
        photo = tmp_path / "photo.jpg"
        photo.write_bytes(b"old")

        def full(descriptor):
            raise OSError(errno.ENOSPC, "full")

        monkeypatch.setattr(output.os, "fsync", full)
        with pytest.raises(OutputError, match="full"):
            replace_original(photo, b"new", ".jpg", "~")
        assert photo.read_bytes() == b"old"

    def test_without_hard_links_the_backup_is_a_copy(self, tmp_path, monkeypatch):
        photo = tmp_path / "photo.jpg"
        photo.write_bytes(b"old")

        def refuse(*args):
            raise OSError(errno.EPERM, "no links")

        monkeypatch.setattr(output.os, "link", refuse)
        replace_original(photo, b"new", ".jpg", "~")
        assert (photo.read_bytes(), (tmp_path / "photo.jpg~").read_bytes()) == (b"new", b"old")

    def test_link_is_followed(self, tmp_path):
        photo = tmp_path / "photo.jpg"
        photo.write_bytes(b"old")
        link = tmp_path / "link.jpg"
        link.symlink_to(photo)
        replace_original(link, b"new", ".jpg", "~")
        assert link.is_symlink()
        assert (photo.read_bytes(), (tmp_path / "photo.jpg~").read_bytes()) == (b"new", b"old")

    def test_dry_run(self, tmp_path):
        photo = tmp_path / "photo.heic"
        photo.write_bytes(b"old")
        new, backup = replace_original(photo, b"new", ".jpg", "~", dry_run=True)
        assert (new.name, backup.name) == ("photo.jpg", "photo.heic~")
        assert names(tmp_path) == ["photo.heic"]

    def test_original_that_has_gone(self, tmp_path):
        with pytest.raises(OutputError):
            replace_original(tmp_path / "photo.jpg", b"new", ".jpg", "~")
        assert names(tmp_path) == []
