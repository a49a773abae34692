"""`preflight fix` as a person types it: names, refusals, in place, standard output."""

import errno
import json
import os

import pytest
from faking import COPY

from preflight import output

pytestmark = pytest.mark.usefixtures("faked")


def names(folder):
    return sorted(
        str(path.relative_to(folder)).replace(os.sep, "/")
        for path in folder.rglob("*")
        if path.is_file()
    )


def test_one_photo(run, folder):
    (folder / "photo.heic").write_bytes(b"heic")
    result = run("fix", "photo.heic")
    assert result.exit_code == 0
    assert result.stdout == (
        "photo.heic: done. Upload this file instead:\n"
        "\n"
        "  photo-ready.jpg   (same folder, 1024 x 1024, 16 bytes)\n"
        "\n"
        "  Changed  HEIC to JPEG, turned upright, colours made safe for every screen\n"
        "           (sRGB), cropped to a square around the face, made smaller,\n"
        "           location and camera details removed.\n"
        "  Checked  The new file passes. Your original is untouched.\n"
        "\n"
        "If it still fails, the file is probably not the cause:\n"
        "  preflight guide\n"
    )
    assert (folder / "photo.heic").read_bytes() == b"heic"
    assert (folder / "photo-ready.jpg").read_bytes() == COPY + b"heic"


def test_again_is_already_done(run, folder):
    (folder / "photo.heic").write_bytes(b"heic")
    run("fix", "photo.heic")
    result = run("fix", "photo.heic")
    assert result.exit_code == 0
    assert result.stdout.startswith("photo.heic: already done. Upload this file:\n")
    assert names(folder) == ["photo-ready.jpg", "photo.heic"]
    entry = json.loads(run("fix", "photo.heic", "--format", "json").stdout)
    assert entry["photos"][0]["fix"]["written"] is False
    assert entry["summary"]["already_done"] == 1


def test_another_file_of_that_name_is_kept(run, folder):
    (folder / "photo.heic").write_bytes(b"heic")
    (folder / "photo-ready.jpg").write_bytes(b"something else")
    assert "photo-ready-2.jpg" in run("fix", "photo.heic").stdout
    assert (folder / "photo-ready.jpg").read_bytes() == b"something else"
    assert "photo-ready.jpg " in run("fix", "--force", "photo.heic").stdout
    assert (folder / "photo-ready.jpg").read_bytes() == COPY + b"heic"


def test_ready_photo_stays_as_it_is(run, folder):
    (folder / "photo.jpg").write_bytes(b"ready")
    result = run("fix", "photo.jpg")
    assert result.exit_code == 0
    assert result.stdout.startswith("photo.jpg: ready as it is. Upload it.\n")
    assert names(folder) == ["photo.jpg"]
    assert run("fix", "-o", "out", "photo.jpg").exit_code == 0
    assert (folder / "out" / "photo.jpg").read_bytes() == b"ready"


def test_refusal(run, folder):
    (folder / "photo.jpg").write_bytes(b"cut")
    result = run("fix", "photo.jpg")
    assert result.exit_code == 1
    assert result.stdout.startswith("photo.jpg: preflight cannot fix this one.\n")
    assert result.stdout.count("of the picture is missing") == 1
    assert names(folder) == ["photo.jpg"]


def test_folder(run, folder):
    tree = folder / "headshots"
    (tree / "b").mkdir(parents=True)
    for name, content in {
        "a.heic": b"heic",
        "a.jpg": b"phone",
        "b/c.jpg": b"ready",
        "b/d.jpg": b"cut",
        "notes.txt": b"hello",
    }.items():
        (tree / name).write_bytes(content)
    result = run("fix", "headshots/")
    assert result.exit_code == 1
    copies = [".preflight-journal.jsonl", "a-2.jpg", "a.jpg", "b/c.jpg"]
    assert names(folder / "headshots-ready") == copies
    assert (folder / "headshots-ready" / "a.jpg").read_bytes() == COPY + b"heic"
    assert "4 photos: 3 ready (1 as it was), 1 needs you." in result.stdout.replace("\n", " ")
    again = run("fix", "headshots")
    assert again.exit_code == 1
    assert "3 done before" in again.stdout
    assert names(folder / "headshots-ready") == copies
    nothing_new = run("fix", ".", "--dry-run", "--format", "json")
    assert json.loads(nothing_new.stdout)["summary"]["photos"] == 4


def test_both_of_one_name_survive_whatever_the_order(run, folder):
    (folder / "a.heic").write_bytes(b"heic")
    (folder / "a.jpg").write_bytes(b"phone")
    assert run("fix", "a.jpg", "a.heic").exit_code == 0
    assert (folder / "a-ready.jpg").read_bytes() == COPY + b"heic"
    assert (folder / "a-ready-2.jpg").read_bytes() == COPY + b"phone"
    assert run("fix", "a.heic", "a.jpg").stdout.count("already done") == 2


def test_out_file(run, folder):
    (folder / "photo.heic").write_bytes(b"heic")
    assert run("fix", "photo.heic", "-o", "deep/me.jpg").exit_code == 0
    assert (folder / "deep" / "me.jpg").read_bytes() == COPY + b"heic"
    assert "already done" in run("fix", "photo.heic", "-o", "deep/me.jpg").stdout
    (folder / "deep" / "me.jpg").write_bytes(b"other")
    taken = run("fix", "photo.heic", "-o", "deep/me.jpg")
    assert taken.exit_code == 3
    assert "--force" in taken.stderr
    assert run("fix", "photo.heic", "-o", "deep/me.jpg", "--force").exit_code == 0


def test_name_decides_the_format(run, folder):
    (folder / "photo.heic").write_bytes(b"heic")
    assert run("fix", "photo.heic", "-o", "me.png").exit_code == 0
    assert run("fix", "photo.heic", "-o", "out", "--to", "png").exit_code == 0
    assert names(folder) == ["me.png", "out/photo.png", "photo.heic"]
    assert run("fix", "photo.heic", "-o", "me.png", "--to", "jpeg").exit_code == 2
    assert run("fix", "photo.heic", "-o", "me.webp").exit_code == 2


def test_never_over_an_original(run, folder):
    (folder / "photo.jpg").write_bytes(b"phone")
    (folder / "link.jpg").symlink_to("photo.jpg")
    for name in ("photo.jpg", "./photo.jpg", "link.jpg"):
        result = run("fix", "photo.jpg", "-o", name, "--force")
        assert result.exit_code == 2, result.output
        assert "original" in result.stderr
    (folder / "photo-ready.jpg").write_bytes(b"heic")
    assert run("fix", "--force", "photo.jpg", "photo-ready.jpg").exit_code == 0
    assert (folder / "photo.jpg").read_bytes() == b"phone"
    assert (folder / "photo-ready.jpg").read_bytes() == b"heic"
    assert (folder / "photo-ready-2.jpg").read_bytes() == COPY + b"phone"


def test_in_place(run, folder):
    (folder / "a.jpg").write_bytes(b"phone")
    (folder / "b.heic").write_bytes(b"heic")
    (folder / "c.jpg").write_bytes(b"ready")
    result = run("fix", "--in-place", "--backup-suffix", ".original", ".")
    assert result.exit_code == 0
    assert names(folder) == ["a.jpg", "a.jpg.original", "b.heic.original", "b.jpg", "c.jpg"]
    assert (folder / "a.jpg").read_bytes() == COPY + b"phone"
    assert (folder / "a.jpg.original").read_bytes() == b"phone"
    assert "3 photos: 3 ready." in run("check", ".").stdout
    again = run("fix", "--in-place", "--backup-suffix", ".original", "c.jpg")
    assert "ready as it is" in again.stdout
    (folder / "a.jpg").write_bytes(b"phone")
    kept = run("fix", "--in-place", "--backup-suffix", ".original", "a.jpg")
    assert kept.exit_code == 3
    assert "There is a backup a.jpg.original already" in kept.stderr
    assert (folder / "a.jpg").read_bytes() == b"phone"


@pytest.mark.parametrize(
    "options",
    [
        ("--in-place",),
        ("--in-place", "--backup-suffix", ""),
        ("--backup-suffix", "~"),
        ("--in-place", "--backup-suffix", "/x"),
        ("--in-place", "--backup-suffix", ":x"),
        ("--in-place", "--backup-suffix", ".x."),
        ("--in-place", "--backup-suffix", "~", "-o", "out"),
        ("-o", "-", "--format", "json"),
        ("-o", "me.jpg", "b.jpg"),
        ("-o", "-", "b.jpg"),
        ("--pad", "no-colour"),
        ("--background", "no-colour"),
        ("--size", "0"),
        ("--max-bytes", "0"),
        ("--max-bytes", "much"),
        ("--crop", "nose"),
        ("--crop", "1,2"),
        ("--crop", "1,2,0"),
        ("--to", "heic"),
        ("--crop", "0,0,7"),
    ],
)
def test_bad_usage(run, folder, options):
    (folder / "a.jpg").write_bytes(b"phone")
    (folder / "b.jpg").write_bytes(b"phone")
    result = run("fix", "a.jpg", *options)
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("preflight: ")
    assert result.stdout == ""
    assert names(folder) == ["a.jpg", "b.jpg"]


def test_in_place_of_standard_input(run):
    assert run("fix", "-", "--in-place", "--backup-suffix", "~", stdin=b"phone").exit_code == 2


def test_stdin_to_stdout(run, folder):
    result = run("fix", "-", stdin=b"phone")
    assert result.exit_code == 0
    assert result.stdout_bytes == COPY + b"phone"
    assert result.stderr.startswith("the photo: done")
    refused = run("fix", "-", stdin=b"cut")
    assert (refused.exit_code, refused.stdout) == (1, "")
    (folder / "a.jpg").write_bytes(b"phone")
    assert run("fix", "a.jpg", "-o", "-").stdout_bytes == COPY + b"phone"
    assert run("fix", "-", "-o", "out", stdin=b"phone").exit_code == 0
    assert names(folder) == ["a.jpg", "out/photo.jpg"]


def test_dry_run(run, folder):
    (folder / "a.jpg").write_bytes(b"phone")
    (folder / "b.jpg").write_bytes(b"cut")
    assert run("fix", "-n", "a.jpg").exit_code == 0
    result = run("fix", "--dry-run", "a.jpg", "b.jpg")
    assert result.exit_code == 1
    assert "a.jpg: can be done -> a-ready.jpg" in result.stdout
    assert names(folder) == ["a.jpg", "b.jpg"]
    place = run("fix", "-n", "--in-place", "--backup-suffix", "~", "a.jpg")
    assert place.exit_code == 0
    assert names(folder) == ["a.jpg", "b.jpg"]


def test_full_disk_is_3_and_the_rest_is_tried(run, folder, monkeypatch):
    for name in ("a.jpg", "b.jpg"):
        (folder / name).write_bytes(b"phone")
    real, failures = os.fsync, ["once"]

    def full_once(descriptor):
        try:
            failures.pop()  # two threads may come at once
        except IndexError:
            return real(descriptor)
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(output.os, "fsync", full_once)
    result = run("fix", "a.jpg", "b.jpg")
    assert result.exit_code == 3
    lost, made = ("a", "b") if "a-ready" in result.stderr else ("b", "a")
    assert f"{lost}-ready.jpg could not be written: the disk is full." in result.stderr
    assert names(folder) == sorted(["a.jpg", "b.jpg", f"{made}-ready.jpg"])
    assert "2 photos: 1 ready, 1 needs you (failed)." in result.stdout


def test_options_arrive(run, folder, monkeypatch):
    seen = []

    def spy(source, *, platforms, options, limits):
        seen.append((tuple(platform.name for platform in platforms), options, limits.max_pixels))
        raise RuntimeError

    monkeypatch.setattr("preflight.api.fix", spy)
    (folder / "a.jpg").write_bytes(b"phone")
    words = (
        "--for threads --for slack --size 512 --max-bytes 1MiB --to auto --crop -5,10,200 "
        "--pad blur --background #ffcc00 --no-enlarge --keep-metadata --salvage --max-pixels 5MP"
    )
    assert run("fix", "a.jpg", *words.split()).exit_code == 4
    platforms, options, max_pixels = seen[0]
    assert platforms == ("threads", "slack")
    assert (options.size_px, options.max_bytes, options.to) == (512, 1048576, "auto")
    assert options.crop == (-5, 10, 195, 210)
    assert (options.pad, options.background) == ("blur", "#ffcc00")
    assert (options.enlarge, options.keep_metadata, options.salvage) == (False, True, True)
    assert max_pixels == 5_000_000
    (folder / "preflight.toml").write_text(
        'size = 256\nenlarge = false\nkeep-metadata = true\nmax-bytes = "500kB"\ncrop = "top"\n'
    )
    run("fix", "a.jpg", "--size", "300", "--enlarge")
    _, options, _ = seen[1]
    assert (options.size_px, options.max_bytes, options.crop) == (300, 500_000, "top")
    assert (options.enlarge, options.keep_metadata) == (True, True)


def test_quiet(run, folder):
    (folder / "a.jpg").write_bytes(b"phone")
    assert run("fix", "-q", "a.jpg").stdout == ""
    (folder / "b.jpg").write_bytes(b"cut")
    assert run("fix", "-q", "b.jpg").stdout.startswith("b.jpg: preflight cannot fix")
