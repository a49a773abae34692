"""Systems: paths and errors of Windows, macOS and clouds, in their pure parts."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from preflight.errors import SourceError
from preflight.limits import Limits
from preflight.output import why_unwritable
from preflight.source import read_source
from preflight.systems import is_elsewhere, long_path, speakable, why_refused


def status(**fields: int) -> os.stat_result:
    return cast(os.stat_result, SimpleNamespace(**fields))


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"st_flags": 0x40000000}, True),  # SF_DATALESS
        ({"st_flags": 0x8000}, False),  # UF_HIDDEN
        ({"st_file_attributes": 0x400000}, True),  # RECALL_ON_DATA_ACCESS
        ({"st_file_attributes": 0x40000}, True),  # RECALL_ON_OPEN
        ({"st_file_attributes": stat.FILE_ATTRIBUTE_OFFLINE}, True),
        ({"st_file_attributes": 0x80000 | stat.FILE_ATTRIBUTE_ARCHIVE}, False),  # PINNED
        ({}, False),
    ],
)
def test_placeholders_are_known_by_their_flags(fields: dict[str, int], answer: bool) -> None:
    assert is_elsewhere(status(**fields)) is answer


def test_a_placeholder_is_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = tmp_path / "a.heic"
    photo.write_bytes(b"x")
    opened = []
    real = Path.open
    monkeypatch.setattr(Path, "open", lambda *a, **k: opened.append(a[0]) or real(*a, **k))
    read_source(photo, Limits())
    assert opened == [photo]
    monkeypatch.setattr("preflight.source.is_elsewhere", lambda status: True)
    with pytest.raises(SourceError, match=r"a\.heic is not on this computer, only in the cloud"):
        read_source(photo, Limits())
    assert opened == [photo]


def test_a_stub_of_icloud_and_the_photo_it_stands_for(tmp_path: Path) -> None:
    (tmp_path / ".IMG_1.HEIC.icloud").write_bytes(b"bplist00")
    for name in (".IMG_1.HEIC.icloud", "IMG_1.HEIC"):
        with pytest.raises(SourceError, match=r"^IMG_1\.HEIC is not on this computer"):
            read_source(tmp_path / name, Limits())
    with pytest.raises(SourceError, match=r"There is no file IMG_2\.HEIC"):
        read_source(tmp_path / "IMG_2.HEIC", Limits())


def windows_error(number: int) -> OSError:
    error = OSError(errno.EACCES, "refused")
    cast(Any, error).winerror = number
    return error


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (32, "a.jpg is open in another program."),
        (33, "a.jpg is open in another program."),
        (206, "The path of a.jpg is too long for Windows."),
        (362, "a.jpg is not on this computer, only in the cloud."),
    ],
)
def test_what_windows_says(number: int, sentence: str) -> None:
    error = windows_error(number)
    said = why_refused("a.jpg", "C:\\a.jpg", error)
    assert said is not None
    assert said[0] == sentence
    assert why_unwritable(Path("a.jpg"), error)[0] == sentence


def test_other_errors_are_left_to_others() -> None:
    assert why_refused("a", "/a", windows_error(5), "win32") is None
    assert why_refused("a", "/a", OSError(errno.EPERM, "no"), "linux") is None
    assert why_refused("a", "/a", OSError(errno.EACCES, "no"), "darwin") is None


def test_macos_says_where_to_allow_it() -> None:
    error = OSError(errno.EPERM, "Operation not permitted")
    library = "/Users/a/Pictures/Photos Library.photoslibrary/originals/1.heic"
    said = why_refused("1.heic", library, error, "darwin")
    assert said is not None
    assert said[0] == "macOS does not let this program open 1.heic."
    assert "Full Disk Access" in said[1]
    folder = why_refused("1.heic", "/Users/a/Desktop/1.heic", error, "darwin")
    assert folder is not None
    assert "Files and Folders" in folder[1]


def test_long_paths_get_the_mark_of_windows() -> None:
    at_edge = "C:\\" + "a" * 237
    assert len(at_edge) == 240
    assert long_path(at_edge[:-1]) == at_edge[:-1]
    assert long_path(at_edge) == "\\\\?\\" + at_edge
    assert long_path("\\\\?\\" + at_edge) == "\\\\?\\" + at_edge
    assert long_path("\\\\pc\\x\\" + "a" * 240) == "\\\\?\\UNC\\pc\\x\\" + "a" * 240
    assert long_path("C:/b/../" + "a" * 240) == "\\\\?\\C:\\" + "a" * 240
    assert speakable(Path("a" * 300), "posix") == Path("a" * 300)
