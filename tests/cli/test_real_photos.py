"""The command line on real photos: the bundled samples, checked, fixed and fixed again."""

import hashlib
import io
import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

SAMPLES = Path(__file__).resolve().parent.parent.parent / "samples"
FIXABLE = ("portrait.heic", "rotated-6.jpg", "transparent.png")


@pytest.fixture
def photos(folder):
    """A few samples of each kind in the current folder."""
    for name in (*FIXABLE, "ready.jpg", "truncated.jpg", "page.jpg", "empty.jpg"):
        shutil.copyfile(SAMPLES / name, folder / name)
    return folder


def digests(folder):
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.is_file()
    }


def test_folder_from_beginning_to_end(run, photos):
    before = digests(photos)
    assert run("check", ".").exit_code == 1
    result = run("fix", ".", "-o", "out", "--format", "json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    made = {photo["path"]: photo["fix"] for photo in document["photos"]}
    assert {name for name, fix in made.items() if fix["status"] == "fixed"} == set(FIXABLE)
    assert made["ready.jpg"]["status"] == "unchanged"
    assert {name for name, fix in made.items() if fix["output"] is None} == {
        "truncated.jpg",
        "page.jpg",
        "empty.jpg",
    }
    for name in (*FIXABLE, "ready.jpg"):
        copy = photos / made[name]["output"]
        assert len(copy.read_bytes()) == made[name]["size_bytes"]
        with Image.open(copy) as image:
            assert (image.format, image.size, image.mode) == ("JPEG", (1024, 1024), "RGB")
            assert not image.getexif()
    assert digests(photos) == before
    assert run("check", "--fail-on", "error", "out").exit_code == 0
    written = digests(photos / "out")
    again = json.loads(run("fix", ".", "-o", "out", "--format", "json").stdout)
    assert again["summary"]["already_done"] == len(FIXABLE) + 1
    assert digests(photos / "out") == written


def test_one_photo_and_its_copy(run, photos):
    assert run("portrait.heic").exit_code == 1
    assert run("fix", "portrait.heic").exit_code == 0
    assert run("fix", "portrait.heic").stdout.startswith("portrait.heic: already done.")
    assert run("check", "portrait-ready.jpg").exit_code == 0
    assert run("fix", "portrait-ready.jpg").stdout.startswith("portrait-ready.jpg: ready as it is.")
    assert "portrait-ready-ready.jpg" not in digests(photos)


def test_through_a_pipe(run, photos):
    result = run("fix", "-", stdin=(photos / "rotated-6.jpg").read_bytes())
    assert result.exit_code == 0
    with Image.open(io.BytesIO(result.stdout_bytes)) as image:
        assert image.size == (1024, 1024)


def test_max_pixels_is_obeyed(run, photos):
    result = run("check", "--max-pixels", "1000", "--format", "json", "portrait.heic")
    photo = json.loads(result.stdout)["photos"][0]
    assert photo["findings"][0]["rule"] == "too-large-to-open"
    assert photo["facts"]["decoded"] is False
