"""What travels with the photo may be damaged while the photo is good: a warning, never an error."""

import io
from pathlib import Path

import heif_making
import pytest
from raster_files import saved

from preflight import Report, Verdict, check, fix
from preflight.limits import Limits
from preflight.scanner.jpeg_thumbnail import thumbnail_fault

THUMBNAIL = (Path(__file__).parents[2] / "samples" / "thumbnail.jpg").read_bytes()
INSIDE = THUMBNAIL.index(b"\xff\xd8\xff", 4)
"""Where the thumbnail begins."""


def odd(report: Report) -> list[str]:
    assert report.facts.decoded
    assert {damage.kind for damage in report.facts.damage} <= {"readable"}
    assert not {"corrupt", "truncated", "undecodable"} & {f.rule for f in report.findings}
    return [damage.what for damage in report.facts.damage]


def spoiled(data: bytes, at: int, size: int, byte: int = 0) -> bytes:
    return data[:at] + bytes([byte]) * size + data[at + size :]


def test_a_whole_thumbnail() -> None:
    assert odd(check(THUMBNAIL)) == []


@pytest.mark.parametrize("behind", [700, 1500, 3000])
def test_a_damaged_thumbnail_is_a_warning_that_a_fix_heals(behind: int) -> None:
    report = check(spoiled(THUMBNAIL, INSIDE + behind, 200))
    assert odd(report) == ["bad-thumbnail"]
    assert "the photo itself is whole" in report.finding("damaged-but-readable").message
    result = fix(spoiled(THUMBNAIL, INSIDE + behind, 200))
    assert result.after.verdict is Verdict.READY


def test_thumbnails_that_are_none() -> None:
    assert thumbnail_fault(b"", Limits()) is None
    assert thumbnail_fault(b"II*\0\x08\0\0\0\0\0\0\0\0\0", Limits()) is None
    assert odd(check(spoiled(THUMBNAIL, INSIDE, 4, 0x55))) == []  # no JPEG: some other kind


def test_details_of_the_camera_that_cannot_be_read() -> None:
    at = THUMBNAIL.index(b"Exif\0\0") + 6
    assert odd(check(spoiled(THUMBNAIL, at, 4, 0xFF))) == ["bad-exif"]
    assert odd(check(spoiled(THUMBNAIL, at + 4, 4, 0xFF))) == ["bad-exif"]


def pair() -> bytes:
    """Two pictures in one file, as cameras for depth write them."""
    first, second = heif_making.photo(320, 240), heif_making.photo(160, 120)
    buffer = io.BytesIO()
    first.save(buffer, "MPO", save_all=True, append_images=[second], quality=90)
    return buffer.getvalue()


def test_a_second_picture() -> None:
    data = pair()
    begin = data.rindex(b"\xff\xd8\xff")
    assert odd(check(data)) == []
    middle = (begin + len(data)) // 2
    noise = b"\xff\x10\xff\xc0" * 50
    assert odd(check(data[:middle] + noise + data[middle + 200 :])) == ["second-picture-damaged"]
    assert odd(check(data[:middle])) == ["second-picture-cut"]
    assert odd(check(spoiled(data, begin, 8, 0x55))) == []  # an old place of an edited file


@pytest.mark.parametrize(
    ("format_", "at"),
    [("PNG", 0), ("PNG", 3), ("WEBP", 2), ("WEBP", 9), ("GIF", 1), ("JPEG", 0), ("JPEG", 1)],
)
def test_a_photo_whose_first_bytes_were_hit_is_damaged_and_no_stranger(format_, at) -> None:
    data = bytearray(saved(format_))
    data[at] ^= 0x15
    report = check(bytes(data))
    assert report.facts.format == format_.lower()
    assert "corrupt" in {finding.rule for finding in report.findings}
