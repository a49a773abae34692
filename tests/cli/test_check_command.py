"""`preflight check` as a person types it."""

import json
import os

import pytest

pytestmark = pytest.mark.usefixtures("faked")


def test_one_photo(run, folder):
    (folder / "photo.heic").write_bytes(b"heic")
    result = run("check", "photo.heic")
    assert result.exit_code == 1
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    assert lines[0] == "photo.heic: the upload will probably fail. preflight can fix this."
    labels = [line[2:10].strip() for line in lines if line.startswith("  ") and line[2] != " "]
    assert labels == ["Problem", "Advice", "Good", "Note", "Note", "prefligh"]
    assert "  Good     No damage found, and small enough (3.1 MB)." in lines
    assert lines[-2:] == [
        "To make a copy that is ready to upload:",
        "  preflight fix photo.heic",
    ]


def test_ordinary_phone_photo_is_no_failure(run, folder):
    (folder / "photo.jpg").write_bytes(b"phone")
    result = run("photo.jpg")
    assert result.exit_code == 1
    first = result.stdout.splitlines()[0]
    assert first == "photo.jpg: should upload; it will be cropped to a square."
    assert "fail" not in result.stdout
    assert "Problem" not in result.stdout


def test_ready_photo(run, folder):
    (folder / "photo.jpg").write_bytes(b"ready")
    result = run("check", "photo.jpg")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "photo.jpg: ready to upload."
    assert "preflight fix" not in result.stdout


def test_damaged_photo_suggests_salvage_only_as_a_last_resort(run, folder):
    (folder / "photo.jpg").write_bytes(b"cut")
    result = run("check", "--for", "threads", "photo.jpg")
    assert result.exit_code == 1
    assert "preflight cannot fix this one" in result.stdout
    assert "If there is no better copy" in result.stdout
    assert "  preflight fix --salvage --for threads photo.jpg\n" in result.stdout


def test_empty_photo_has_no_command(run, folder):
    (folder / "photo.jpg").write_bytes(b"")
    result = run("photo.jpg")
    assert result.exit_code == 1
    assert "preflight fix" not in result.stdout


def test_folder(run, folder):
    for name, content in {"a.jpg": b"ready", "b.heic": b"heic", "c.jpg": b"cut"}.items():
        (folder / name).write_bytes(content)
    (folder / "notes.txt").write_bytes(b"hello")
    result = run("check", ".", "--for", "threads")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[:3] == [
        "a.jpg: ready",
        "b.heic: will probably fail, can be fixed (format-not-accepted, not-square)",
        "c.jpg: will probably fail, needs you (truncated, not-square)",
    ]
    tail = result.stdout[result.stdout.index("These need you") :]
    assert tail.startswith("These need you:\n\n  c.jpg\n    ")
    assert (
        "3 photos: 1 ready, 1 can be fixed, 1 needs you. 1 file that is no photo was\npassed over."
        in tail
    )
    assert tail.endswith("  preflight fix --for threads .\n")


def test_a_bad_file_does_not_stop_the_rest(run, folder):
    (folder / "a.jpg").write_bytes(b"ready")
    result = run("check", "gone.jpg", "a.jpg")
    assert result.exit_code == 3
    assert "There is no file gone.jpg." in result.stderr
    assert "a.jpg: ready" in result.stdout


def test_a_bug_on_one_photo_does_not_stop_the_rest(run, folder):
    (folder / "a.jpg").write_bytes(b"bug")
    (folder / "b.jpg").write_bytes(b"ready")
    result = run("check", "a.jpg", "b.jpg", "gone.jpg")
    assert result.exit_code == 4
    assert "bug in preflight" in result.stderr
    assert "Traceback" not in result.stderr + result.stdout
    assert "b.jpg: ready" in result.stdout
    verbose = run("check", "-v", "a.jpg")
    assert verbose.exit_code == 4
    assert "RuntimeError: the fake bug" in verbose.stderr


def test_interrupt_ends_the_report(run, folder):
    (folder / "a.jpg").write_bytes(b"ready")
    (folder / "b.jpg").write_bytes(b"interrupt")
    result = run("check", "a.jpg", "b.jpg")
    assert result.exit_code == 130
    assert result.stderr == "Stopped.\n"
    assert "Stopped before the end. 1 photo: 1 ready." in result.stdout
    document = json.loads(run("check", "a.jpg", "b.jpg", "--format", "json").stdout)
    assert document["summary"]["interrupted"] is True


@pytest.mark.parametrize(
    ("content", "fail_on", "code"),
    [
        (b"ready", None, 0),
        (b"phone", None, 1),
        (b"phone", "warning", 1),
        (b"phone", "error", 0),
        (b"heic", "error", 1),
        (b"heic", "never", 0),
        (b"cut", "never", 0),
    ],
)
def test_fail_on(run, folder, content, fail_on, code):
    (folder / "photo.jpg").write_bytes(content)
    options = () if fail_on is None else ("--fail-on", fail_on)
    assert run("check", *options, "photo.jpg").exit_code == code


def test_unreadable_is_3_whatever_fails(run):
    assert run("check", "--fail-on", "never", "gone.jpg").exit_code == 3


def test_select_and_ignore(run, folder):
    (folder / "photo.jpg").write_bytes(b"heic")
    result = run("check", "--select", "location-inside", "photo.jpg")
    assert result.exit_code == 0
    assert "location-inside" not in result.stdout
    assert "place where it was taken" in result.stdout
    assert "HEIC" not in result.stdout
    ignored = run("check", "--ignore", "format-not-accepted,wrong-extension", "photo.jpg")
    assert ignored.stdout.splitlines()[0].startswith("photo.jpg: should upload")
    wrong = run("check", "--select", "not-squar", "photo.jpg")
    assert wrong.exit_code == 2
    assert "Did you mean not-square?" in wrong.stderr


def test_report_into_a_file(run, folder):
    (folder / "photo.jpg").write_bytes(b"phone")
    result = run("check", "--format", "json", "-o", "report.json", "photo.jpg")
    assert (result.exit_code, result.stdout) == (1, "")
    assert json.loads((folder / "report.json").read_text())["photos"][0]["path"] == "photo.jpg"
    assert (folder / "report.json").stat().st_mode & 0o777 == 0o600
    assert run("check", "-o", "report.json", "photo.jpg").exit_code == 1
    assert (folder / "report.json").read_text().startswith("photo.jpg: should upload")


def test_report_never_replaces_a_photo(run, folder):
    (folder / "photo.jpg").write_bytes(b"phone")
    assert run("check", "-o", "other.jpg", "photo.jpg").exit_code == 2
    (folder / "photo").write_bytes(b"phone")
    assert run("check", "-o", "photo", "photo").exit_code == 2
    assert (folder / "photo").read_bytes() == b"phone"


def test_report_never_replaces_a_photo_that_is_not_called_one(run, folder):
    photo = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
    (folder / "damaged").write_bytes(b"cut")
    (folder / "photo").write_bytes(photo)
    for words in (["-o", "./damaged", "damaged"], ["-o", "photo", "."]):
        assert run("check", *words).exit_code == 2
    assert (folder / "damaged").read_bytes() == b"cut"
    assert (folder / "photo").read_bytes() == photo


def test_one_that_may_not_be_read_does_not_stop_the_rest(run, folder, monkeypatch):
    (folder / "photo.jpg").write_bytes(b"ready")
    monkeypatch.setattr("os.access", lambda *words: False)
    result = run("check", "photo.jpg", "gone.jpg")
    assert result.exit_code == 3
    assert "photo.jpg: ready" in result.stdout


def test_report_into_a_folder_that_is_a_file(run, folder):
    (folder / "photo.jpg").write_bytes(b"phone")
    assert run("check", "-o", "photo.jpg/report.json", "photo.jpg").exit_code == 3


def test_stdin(run, folder):
    result = run("check", "-", stdin=b"phone")
    assert result.exit_code == 1
    assert result.stdout.startswith("the photo: should upload")
    assert "  preflight fix - -o photo-ready.jpg\n" in result.stdout
    assert run("-", stdin=b"ready").exit_code == 0


def test_files_from(run, folder):
    for name in ("a.jpg", "b c.jpg"):
        (folder / name).write_bytes(b"ready")
    (folder / "list").write_bytes(b"a.jpg\nb c.jpg\n")
    assert "2 photos: 2 ready." in run("check", "--files-from", "list").stdout
    assert "2 photos: 2 ready." in run("--files-from", "-", stdin=b"a.jpg\0b c.jpg\0").stdout
    assert run("check", "--files-from", "gone").exit_code == 3
    assert run("check", "--files-from", "-", stdin=b"").exit_code == 0


@pytest.mark.parametrize(
    "name",
    ["a b.jpg", "-n.jpg", "--help.jpg", "a\nb.jpg", 'it\'s "it".jpg', "ü \u202egpj.jpg", "*.jpg"],
)
def test_odd_names(run, folder, name):
    (folder / name).write_bytes(b"ready")
    for words in (["check", "--", name], ["--", name], [f"./{name}"]):
        result = run(*words)
        assert result.exit_code == 0, result.output
        lines = result.stdout.splitlines()
        assert ": ready to upload." in lines[0]
        assert lines[-1] == "The file is fine. If it still fails: preflight guide"
        assert "\u202e" not in result.stdout


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_names_that_are_not_utf8(run, folder):
    name = os.fsdecode(b"caf\xe9.jpg")
    (folder / name).write_bytes(b"phone")
    result = run(name)
    assert result.stdout.startswith("caf\\xe9.jpg: should upload")
    assert "  preflight fix $'caf\\351.jpg'\n" in result.stdout
    entry = json.loads(run("check", "--format", "json", name).stdout)["photos"][0]
    assert (entry["path"], entry["path_base64"]) == ("caf\ufffd.jpg", "Y2Fm6S5qcGc=")


def test_file_called_like_a_command_or_like_stdin(run, folder):
    (folder / "check").write_bytes(b"ready")
    (folder / "-").write_bytes(b"ready")
    assert run("check", "check").exit_code == 0
    assert run("check", "./-", stdin=b"phone").exit_code == 0


def test_quiet_says_only_what_needs_a_person(run, folder):
    (folder / "a.jpg").write_bytes(b"ready")
    assert run("check", "-q", "a.jpg").stdout == ""
    (folder / "b.jpg").write_bytes(b"cut")
    result = run("check", "-q", ".")
    assert result.stdout.startswith("\nThese need you:")
    assert "photos:" not in result.stdout


def test_verbose_names_rules_and_sources(run, folder):
    (folder / "a.jpg").write_bytes(b"heic")
    result = run("check", "-v", "a.jpg")
    assert "format-not-accepted: HEIC, wanted: JPEG or PNG" in result.stdout


def test_several_platforms_say_which(run, folder):
    (folder / "a.jpg").write_bytes(b"phone")
    result = run("check", "--for", "threads", "--for", "slack", "a.jpg", "--format", "json")
    assert json.loads(result.stdout)["platforms"] == ["threads", "slack"]


def test_no_photo_found(run, folder):
    (folder / "notes.txt").write_bytes(b"")
    result = run("check", ".")
    assert result.exit_code == 0
    assert "0 photos. 1 file that is no photo was passed over." in result.stdout


def test_colour(run, folder, monkeypatch):
    (folder / "a.jpg").write_bytes(b"phone")
    assert "\x1b[" not in run("a.jpg").stdout
    assert "\x1b[1m" in run("check", "--color", "always", "a.jpg").stdout


def test_wrapped_to_the_terminal(run, folder, monkeypatch):
    (folder / "a.jpg").write_bytes(b"heic")
    monkeypatch.setenv("COLUMNS", "50")
    lines = run("a.jpg").stdout.splitlines()
    assert max(map(len, lines)) <= 50


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("check",), "Which photo?"),
        (("check", ""), "The name of a photo is empty."),
        (("chekc", "a.jpg"), "Did you mean check?"),
        (("check", "--fro", "threads", "a.jpg"), "--for"),
        (("check", "--for", "treads", "a.jpg"), "Did you mean threads?"),
        (("check", "--format", "jsno", "a.jpg"), "json"),
        (("check", "--max-pixels", "many", "a.jpg"), "50MP"),
        (("check", "--config", "gone.toml", "a.jpg"), "gone.toml could not be read"),
        (("--verison",), "--ver"),
    ],
)
def test_bad_usage_is_2_and_says_what_to_do(run, words, message):
    result = run(*words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_standard_input_is_one_thing(run, folder):
    result = run("check", "--files-from", "-", "-", stdin=b"a.jpg")
    assert result.exit_code == 2
    assert "cannot be both" in result.stderr


def test_settings(run, folder):
    (folder / "a.jpg").write_bytes(b"phone")
    (folder / "preflight.toml").write_text('for = "threads"\nfail-on = "error"\nsize = 512\n')
    result = run("check", "--format", "json", "a.jpg")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["platforms"] == ["threads"]
    result = run("check", "--for", "slack", "--fail-on", "warning", "--format", "json", "a.jpg")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["platforms"] == ["slack"]
    (folder / "other.toml").write_text("")
    result = run("check", "--config", "other.toml", "--format", "json", "a.jpg")
    assert json.loads(result.stdout)["platforms"] == ["default"]


def test_settings_that_cannot_be(run, folder):
    (folder / "a.jpg").write_bytes(b"phone")
    (folder / "preflight.toml").write_text("fial-on = 'error'")
    result = run("check", "a.jpg")
    assert result.exit_code == 2
    assert "Did you mean fail-on?" in result.stderr
    (folder / "preflight.toml").write_text("fail-on = 'sometimes'")
    result = run("check", "a.jpg")
    assert result.exit_code == 2
    assert "preflight.toml" in result.stderr


def test_limit_from_the_environment(run, folder, monkeypatch):
    (folder / "a.jpg").write_bytes(b"ready")
    monkeypatch.setenv("PREFLIGHT_MAX_PIXELS", "many")
    result = run("a.jpg")
    assert result.exit_code == 2
    assert "PREFLIGHT_MAX_PIXELS" in result.stderr
