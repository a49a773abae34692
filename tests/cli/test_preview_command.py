import base64
import io
import re
import stat
import sys
from dataclasses import replace

import pytest
from PIL import Image

from preflight import Limits
from preflight.platforms.combine import shape_of
from preflight.platforms.loader import load_many
from preflight.platforms.platform import Limit
from preflight.preview import preview
from preflight.render import sheet as sheet_module
from preflight.render.sheet import sheet


@pytest.fixture
def photo(folder):
    """A photo that is higher than wide, red above and blue below."""
    image = Image.new("RGB", (900, 1500), "red")
    image.paste("blue", (0, 900, 900, 1500))
    image.save(folder / "tall.jpg")
    return folder / "tall.jpg"


def pictures_in(text):
    found = re.findall(r'"data:image/jpeg;base64,([^"]*)"', text)
    return [Image.open(io.BytesIO(base64.b64decode(data))) for data in found]


def test_page_lies_beside_the_photo_and_is_replaced_by_the_next(run, photo, folder):
    before = photo.read_bytes()
    result = run("preview", "tall.jpg")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("tall-preview.html: ")
    page = folder / "tall-preview.html"
    assert sorted(path.name for path in folder.iterdir()) == ["tall-preview.html", "tall.jpg"]
    if sys.platform != "win32":
        assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert photo.read_bytes() == before
    text = page.read_text("utf-8")
    assert "shown at 320, 110, 96, 48 and 32 pixels" in text
    assert [picture.size for picture in pictures_in(text)] == [(432, 720), (640, 640)]
    assert len(re.findall('class="shown circle"', text)) == 5
    assert run("preview", "tall.jpg", "-q").stdout == ""


def test_something_else_of_that_name_is_kept(run, photo, folder):
    (folder / "tall-preview.html").write_text("mine")
    result = run("preview", "tall.jpg")
    assert result.exit_code == 3
    assert "--force" in result.stderr
    assert (folder / "tall-preview.html").read_text() == "mine"
    assert run("preview", "tall.jpg", "--force").exit_code == 0
    assert "<svg" in (folder / "tall-preview.html").read_text("utf-8")


def test_a_sheet_never_replaces_a_photo(run, photo, folder):
    Image.new("RGB", (9, 9)).save(folder / "other.png")
    before = (folder / "other.png").read_bytes()
    assert run("preview", "tall.jpg", "-o", "other.png").exit_code == 3
    assert (folder / "other.png").read_bytes() == before
    assert run("preview", "tall.jpg", "-o", "sheet.png").exit_code == 0
    assert run("preview", "tall.jpg", "-o", "sheet.png").exit_code == 0
    assert (folder / "sheet.png").read_bytes().startswith(b"\x89PNG")


def test_the_sheet_shows_the_circles_of_the_file_that_fix_makes(photo):
    made = preview(photo, platforms="threads")
    image = Image.open(io.BytesIO(sheet(made))).convert("RGB")
    (view,) = made.views
    fixed = Image.open(io.BytesIO(view.result.data)).convert("RGB")
    left, top = 16 + 360 + 24, 16 + 34  # where the largest circle is
    for share in (0.1, 0.3, 0.5, 0.7, 0.9):
        expected = fixed.getpixel((512, int(1024 * share)))
        shown = image.getpixel((left + 160, top + int(320 * share)))
        assert max(abs(a - b) for a, b in zip(expected, shown)) < 30
    assert image.getpixel((left + 3, top + 3)) == (245, 244, 241)  # outside the circle: paper
    wanted = [(left + 160, top + 160), (left + 320 + 24 + 55, top + 55)]
    assert all(image.getpixel(at) != (245, 244, 241) for at in wanted)


def test_as_many_places_are_named_as_there_is_room_for(photo, monkeypatch):
    made = preview(photo, platforms="all")
    view = max(made.views, key=lambda view: len(view.platforms))
    written = []
    monkeypatch.setattr(sheet_module, "_write", lambda _, at, text, *more: written.append(text))
    sheet(replace(made, views=(view,)))
    named, rest = re.fullmatch(r"(.+) and (\d+) more", written[0]).groups()
    named = named.split(", ")
    assert named == [platform.title for platform in view.platforms[: len(named)]]
    assert len(named) + int(rest) == len(view.platforms)
    written.clear()
    sheet(replace(made, views=(replace(view, platforms=view.platforms[:3]),)))
    assert written[0] == ", ".join(platform.title for platform in view.platforms[:3])


def test_crop_is_drawn_where_it_was_made(run, photo, folder):
    run("preview", "tall.jpg", "--crop", "100,600,700", "-o", "page.html")
    text = (folder / "page.html").read_text("utf-8")
    assert 'viewBox="0 0 900 1500"' in text
    assert 'x="100" y="600" width="700" height="700"' in text


def test_places_that_show_the_same_share_a_view(photo):
    made = preview(photo, platforms=["threads", "instagram", "tiktok"])
    assert [[p.name for p in view.platforms] for view in made.views] == [
        ["threads", "instagram", "tiktok"]
    ]


def test_places_that_show_another_shape_have_a_view_of_their_own(photo):
    threads, bluesky = load_many(["threads", "bluesky"])
    rounded = replace(bluesky, shape=Limit("rounded", "a test", "2026-11-22", "ours"))
    made = preview(photo, platforms=[threads, rounded])
    assert [view.shape for view in made.views] == ["circle", "rounded"]
    square = replace(bluesky, shape=Limit("square", "a test", "2026-11-22", "ours"))
    assert shape_of([square]) == "square"
    assert shape_of([square, rounded]) == "rounded"
    assert shape_of([square, rounded, bluesky]) == "circle"  # which does not say


def test_photo_that_cannot_be_fixed(run, folder):
    (folder / "empty.jpg").write_bytes(b"")
    for out in ("page.html", "sheet.png"):
        assert run("preview", "empty.jpg", "-o", out).exit_code == 1
    assert "The file is empty" in (folder / "page.html").read_text("utf-8")
    assert Image.open(io.BytesIO((folder / "sheet.png").read_bytes())).width > 500


def test_photo_from_another_program(run, photo):
    result = run("preview", "-", "-o", "-", stdin=photo.read_bytes())
    assert result.exit_code == 0
    assert result.stdout.startswith("<!doctype html>")


@pytest.mark.parametrize(
    "words",
    [
        ("preview",),
        ("preview", "."),
        ("preview", "a.jpg", "b.jpg"),
        ("preview", "tall.jpg", "-o", "x.pdf"),
        ("preview", "tall.jpg", "--pad", "nocolour"),
    ],
)
def test_bad_usage(run, photo, folder, words):
    assert run(*words).exit_code == 2
    assert [path.name for path in folder.iterdir()] == ["tall.jpg"]


def test_a_huge_photo_is_not_opened(photo):
    made = preview(photo, limits=Limits(max_pixels=1000, max_scaled_pixels=1000))
    assert made.original.original is None
    assert made.views[0].result.status == "refused"
    assert sheet(made)


def test_never_over_the_original(run, folder):
    Image.new("RGB", (400, 400), "red").save(folder / "photo.png")
    before = (folder / "photo.png").read_bytes()
    for name in ("photo.png", "./photo.png"):
        result = run("preview", "photo.png", "-o", name, "--force")
        assert result.exit_code == 2
        assert "would replace your original" in result.stderr
    assert (folder / "photo.png").read_bytes() == before
