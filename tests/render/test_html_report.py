import base64
import io
import re
import stat
import sys
import tracemalloc
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from preflight.batch.outcome import Summary
from preflight.errors import OutputError
from preflight.facts import Skipped
from preflight.render.html import MARK, HtmlReport

from .outcomes import (
    broken,
    check_outcome,
    every_kind,
    fix_outcome,
    photo,
    setting,
    text_of,
    unread,
)


def written(target, outcomes, command="fix", **summary):
    with HtmlReport(setting(command), target) as report:
        assert text_of(report, outcomes, **summary) == ""
    return target.read_text("utf-8")


def pictures_in(text):
    return [
        base64.b64decode(data) for data in re.findall(r'"data:image/jpeg;base64,([^"]*)"', text)
    ]


def test_page_appears_at_the_end_and_is_private(tmp_path):
    target = tmp_path / "new" / "report.html"
    with HtmlReport(setting(), target) as report:
        report.start()
        report.photo(fix_outcome())
        assert not target.exists()
        report.end(Summary(photos=1))
    assert [path.name for path in target.parent.iterdir()] == ["report.html"]
    if sys.platform != "win32":
        assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_an_end_that_never_comes_leaves_nothing(tmp_path):
    with HtmlReport(setting(), tmp_path / "report.html") as report:
        report.photo(fix_outcome())
    assert list(tmp_path.iterdir()) == []


def test_page_loads_nothing_and_allows_its_own_style_only(tmp_path):
    text = written(tmp_path / "report.html", every_kind("fix"))
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "unsafe" not in policy
    assert text.index("Content-Security-Policy") < text.index("<style>")
    assert " style=" not in text
    assert not re.search(r'(?:src|href)="(?!data:image/jpeg;base64,|#|https?://)', text)


def test_pictures_are_small_jpeg_files_without_metadata(tmp_path):
    exif = Image.Exif()
    exif[0x010F] = "SECRET CAMERA"
    data = photo(900, 1200, exif=exif.tobytes(), comment=b"SECRET COMMENT")
    text = written(tmp_path / "report.html", [fix_outcome("a.jpg", data)])
    pictures = pictures_in(text)
    sizes = []
    for picture in pictures:
        image = Image.open(io.BytesIO(picture))
        assert (image.format, image.mode) == ("JPEG", "RGB")
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        sizes.append(image.size)
    assert sizes == [(270, 360), (320, 320)]
    assert b"SECRET" not in b"".join(pictures)


def test_circle_shows_the_file_that_was_made(tmp_path):
    outcome = fix_outcome("a.jpg", photo(900, 1200))
    text = written(tmp_path / "report.html", [outcome])
    shown = Image.open(io.BytesIO(pictures_in(text)[1])).resize((16, 16), Image.Resampling.BOX)
    made = Image.open(io.BytesIO(outcome.result.data)).resize((16, 16), Image.Resampling.BOX)
    difference = [abs(a - b) for a, b in zip(shown.tobytes(), made.convert("RGB").tobytes())]
    assert sum(difference) / len(difference) < 1.5
    left, top, right, bottom = outcome.result.crop
    path = f"M{left:g} {(top + bottom) / 2:g}a{(right - left) / 2:g}"
    assert path in text


def test_photo_without_pixels_and_photo_that_could_not_be_read(tmp_path):
    outcomes = [check_outcome("cut.jpg", broken()[:300]), unread("a & b.jpg")]
    text = written(tmp_path / "report.html", outcomes, "check")
    assert text.count("There is no picture to show.") == 2
    assert "<bdi>a &amp; b.jpg</bdi>" in text
    assert "There is no file gone.jpg." in text


def test_sources_of_limits_are_linked(tmp_path):
    text = written(tmp_path / "report.html", [check_outcome()], "check")
    assert '<a href="https://' in text
    assert 'rel="noreferrer noopener nofollow"' in text
    assert ", read on 2026-" in text


def test_skipped_checks_are_grouped_by_reason(tmp_path):
    outcome = check_outcome()
    skipped = (Skipped("a", "too large"), Skipped("b", "no part"), Skipped("c", "too large"))
    object.__setattr__(outcome.report, "skipped", skipped)
    try:
        text = written(tmp_path / "report.html", [outcome], "check")
    finally:
        object.__setattr__(outcome.report, "skipped", ())
    assert "<summary>3 checks could not run</summary>" in text
    assert "Too large: <code>a</code>, <code>c</code>" in text
    assert "No part: <code>b</code>" in text


def test_originals_that_were_replaced_are_not_called_untouched(tmp_path):
    outcome = fix_outcome("a.jpg")
    text = written(tmp_path / "copies.html", [outcome])
    assert "Your originals are untouched. " in text
    replaced = replace(outcome, backup=tmp_path / "a.jpg.original")
    text = written(tmp_path / "in-place.html", [replaced])
    assert "untouched" not in text
    assert "Your originals are kept beside the new files, under longer names. " in text
    assert "Your original is kept as <bdi>a.jpg.original</bdi>." in text


def test_interrupted_run_says_so(tmp_path):
    assert "Stopped before the end" in written(
        tmp_path / "report.html", [fix_outcome()], interrupted=True
    )


def test_no_photo_at_all(tmp_path):
    assert "0 photos" in written(tmp_path / "report.html", [])


def test_pages_of_a_long_run(tmp_path, monkeypatch):
    monkeypatch.setattr("preflight.render.html.PHOTOS_A_PAGE", 2)
    outcomes = [fix_outcome(f"{number}.jpg") for number in range(5)]
    first = written(tmp_path / "report.html", outcomes)
    names = ["report-2.html", "report-3.html", "report.html"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert "photos 1 to 2" in first
    assert "5 made ready" in first
    last = (tmp_path / "report-3.html").read_text("utf-8")
    assert last.count('<li id="photo-') == 1
    assert 'id="photo-5"' in last
    written(tmp_path / "report.html", outcomes[:3])
    assert sorted(path.name for path in tmp_path.iterdir()) == [names[0], names[2]]


def test_page_is_ended_before_it_is_too_large(tmp_path, monkeypatch):
    one = len(written(tmp_path / "one.html", [fix_outcome()]))
    monkeypatch.setattr("preflight.render.html.MAX_PAGE_BYTES", one)
    written(tmp_path / "report.html", [fix_outcome()] * 3)
    assert (tmp_path / "report-2.html").exists()


def test_other_peoples_files_are_not_replaced(tmp_path, monkeypatch):
    monkeypatch.setattr("preflight.render.html.PHOTOS_A_PAGE", 1)
    (tmp_path / "report-2.html").write_text("mine")
    (tmp_path / "report-pages-2.html").symlink_to(tmp_path / "elsewhere")
    text = written(tmp_path / "report.html", [fix_outcome()] * 2)
    assert (tmp_path / "report-2.html").read_text() == "mine"
    assert (tmp_path / "report-pages-2.html").is_symlink()
    assert 'href="report-pages3-2.html"' in text
    assert MARK in (tmp_path / "report-pages3-2.html").read_text("utf-8")


def test_on_standard_output_the_first_photos_have_pictures(monkeypatch):
    monkeypatch.setattr("preflight.render.html.PHOTOS_A_PAGE", 2)
    pieces = []
    with HtmlReport(setting(), None, pieces.append) as report:
        assert text_of(report, [fix_outcome(f"{number}ü.jpg") for number in range(4)]) == ""
    text = "".join(pieces)
    assert text.startswith("<!doctype html>")
    assert text.endswith("</html>\n")
    assert text.count("<article") == 4
    assert len(pictures_in(text)) == 4
    assert "The first 2 photos are shown with pictures" in text


def test_memory_does_not_grow_with_the_photos(tmp_path):
    outcome = fix_outcome()
    with HtmlReport(setting(), tmp_path / "report.html") as report:
        report.photo(outcome)
        tracemalloc.start()
        try:
            for _ in range(300):
                report.photo(outcome)
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert most < 1_000_000
        report.end(Summary(photos=301))
    for path in tmp_path.iterdir():
        assert path.stat().st_size < 20_000_000


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, as Linux has it")
def test_full_disk_is_an_output_error(tmp_path):
    with ExitStack() as stack, HtmlReport(setting(), tmp_path / "report.html") as report:
        report._body.close()
        report._body = stack.enter_context(Path("/dev/full").open("r+b", buffering=0))
        assert report.photo(fix_outcome()) == report.photo(fix_outcome()) == ""  # they go on
        with pytest.raises(OutputError, match="the disk is full"):
            report.end(Summary())


def test_folder_that_cannot_be(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        HtmlReport(setting(), tmp_path / "file" / "report.html")
