"""Every format of the report, through the command line, on real pictures."""

import csv
import io
import json
import re
import stat
import sys

import pytest
from PIL import Image

FORMATS = ("text", "json", "jsonl", "junit", "sarif", "csv", "github", "html")


@pytest.fixture
def photos(folder):
    """Three photos in a folder: one to fix, one that is ready, one that is none."""
    (folder / "in").mkdir()
    Image.effect_noise((420, 560), 60).convert("RGB").save(folder / "in" / "tall.jpg")
    Image.linear_gradient("L").resize((1024, 1024)).convert("RGB").save(folder / "in" / "ok.jpg")
    (folder / "in" / "empty.jpg").write_bytes(b"")
    return folder


@pytest.mark.parametrize("format_", FORMATS)
def test_check_writes_the_same_to_a_file_as_to_standard_output(run, photos, format_):
    shown = run("check", "in", "--format", format_)
    assert shown.exit_code == 1
    saved = run("check", "in", "--format", format_, "-o", "made/report.x")
    assert saved.exit_code == 1
    assert saved.stdout == ""
    text = (photos / "made" / "report.x").read_text("utf-8")
    if format_ not in ("junit", "text"):  # a time of day; the width of the terminal
        assert text == shown.stdout
    assert "tall.jpg" in text
    if sys.platform != "win32":
        assert stat.S_IMODE((photos / "made" / "report.x").stat().st_mode) == 0o600


def test_fix_with_a_page_besides(run, photos):
    result = run("fix", "in", "-o", "out", "--report", "report.html", "--format", "csv")
    assert result.exit_code == 1
    rows = {row["path"]: row for row in csv.DictReader(io.StringIO(result.stdout, newline=""))}
    assert rows["in/tall.jpg"]["standing"] == "made-ready"
    assert rows["in/tall.jpg"]["output"] == "out/tall.jpg"
    text = (photos / "report.html").read_text("utf-8")
    assert text.count("data:image/jpeg") == 4
    assert "out/tall.jpg" in text
    assert sorted(path.name for path in photos.iterdir()) == ["in", "out", "report.html"]


def test_fix_gives_a_page_on_standard_output(run, photos):
    text = run("fix", "in", "--dry-run", "--format", "html").stdout
    assert "nothing written yet" in text
    assert "This would be the file to upload" in text
    assert not (photos / "in-ready").exists()


def test_page_has_to_be_called_one(run, photos):
    for name in ("report.pdf", "in/tall.jpg"):
        result = run("fix", "in", "--report", name)
        assert result.exit_code == 2
        assert name in result.stderr
    assert not (photos / "in-ready").exists()


def test_page_that_cannot_be_written(run, photos):
    result = run("fix", "in", "--report", "in/tall.jpg/report.html")
    assert result.exit_code == 3
    assert "is not a folder" in result.stderr


def test_fail_on_reaches_junit(run, photos):
    text = run("check", "in/tall.jpg", "--format", "junit", "--fail-on", "error").stdout
    assert 'failures="0"' in text
    text = run("check", "in/tall.jpg", "--format", "junit").stdout
    assert 'failures="1"' in text


def test_sarif_rules_are_those_of_the_manual(run, photos):
    document = json.loads(run("check", "in", "--format", "sarif").stdout)
    (empty,) = [r for r in document["runs"][0]["results"] if r["ruleId"] == "empty-file"]
    place = empty["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert place == "in/empty.jpg"


def test_timings_are_said_when_they_are_asked_for(run, photos):
    assert "Time in ms" not in run("check", "in/ok.jpg").stdout
    checked = run("check", "--timings", "in/ok.jpg")
    assert re.search(r"Time in ms: read [0-9.]+, walk [0-9.]+, decode .*; in all ", checked.stdout)
    fixed = run("fix", "--timings", "--format", "json", "-o", "out", "in/tall.jpg")
    (photo,) = json.loads(fixed.stdout)["photos"]
    stages = ("read", "walk", "decode", "look", "judge", "frame", "render", "encode", "proof")
    assert tuple(photo["timings_s"]) == stages
    assert all(seconds >= 0 for seconds in photo["timings_s"].values())
    assert "timings_s" not in json.loads(run("check", "--format", "json", "in/ok.jpg").stdout)


@pytest.mark.parametrize("quiet", [(), ("-q",)])
@pytest.mark.parametrize("photo", ["in", "in/ok.jpg", "in/tall.jpg", "in/empty.jpg"])
@pytest.mark.parametrize("format_", FORMATS)
def test_a_report_takes_the_place_of_an_earlier_one(run, photos, format_, photo, quiet):
    for _ in range(2):
        made = run("check", photo, "--format", format_, *quiet, "-o", "report.x")
        assert made.exit_code in (0, 1), made.stderr


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    "words",
    [
        *("name,photo\nAnna,anna.jpg\n", '{"version": "2.1.0", "runs": []}', "<testsuites/>"),
        "To do\n12 photos: beach, harbour\n  Note the names\n  preflight fix headshots/\n",
    ],
)
def test_a_report_takes_the_place_of_nothing_else(run, photos, format_, words):
    (photos / "staff.x").write_text(words)
    refused = run("check", "in", "--format", format_, "-o", "staff.x")
    assert refused.exit_code == 3
    assert "staff.x exists already and is no report of preflight; it was left" in refused.stderr
    assert (photos / "staff.x").read_text() == words


def test_the_page_of_a_fix_takes_the_place_of_nothing_else(run, photos):
    (photos / "mine.html").write_text("<p>My own page</p>")
    refused = run("fix", "in", "--report", "mine.html")
    assert refused.exit_code == 3
    assert (photos / "mine.html").read_text() == "<p>My own page</p>"
    assert not (photos / "in-ready").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("check", "in", "-o", ""),
        ("fix", "in", "-o", ""),
        ("fix", "in", "--report", ""),
        ("watch", "in", "-o", ""),
        ("check", "in", "--files-from", ""),
        ("preview", "in/ok.jpg", "-o", ""),
    ],
)
def test_an_empty_name_is_no_name(run, photos, words):
    """A variable of a script that was never set."""
    before = sorted(photos.rglob("*"))
    assert run(*words).exit_code == 2
    assert sorted(photos.rglob("*")) == before


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal that a test can read")
@pytest.mark.parametrize("apart", [False, True])
def test_what_failed_is_said_once_on_a_terminal(photos, apart):
    """And in both places where they are two: a file of messages, a file of results."""
    import os
    import pty
    import subprocess

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "preflight", "check", "in/ok.jpg", "in/gone.jpg"]
    with open("messages", "wb") as messages:  # noqa: PTH123 - the folder is the current one
        run = subprocess.run(
            command, stdout=theirs, stderr=messages if apart else theirs, check=False
        )
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65_536):
            shown += piece
    except OSError:  # Linux says so when all is read
        pass
    finally:
        os.close(ours)
    assert run.returncode == 3
    assert shown.count(b"There is no file") == 1
    assert (photos / "messages").read_bytes().count(b"There is no file") == apart
