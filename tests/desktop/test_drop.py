"""Drops: many launches, one run, one message; copies where they can be."""

from __future__ import annotations

import json
import os
import stat
import threading
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from preflight import output
from preflight.cli.main import cli
from preflight.cli.session import Crew
from preflight.desktop import drop as drop_module
from preflight.desktop import notify
from preflight.desktop.drop import Drop
from preflight.desktop.tickets import Queue, Ticket
from preflight.errors import UsageError
from preflight.facts import Facts
from preflight.limits import Limits
from preflight.platforms.loader import load_many
from preflight.report import FixResult
from preflight.rules.judge import judge_facts
from preflight.source import read_source

FACTS = Facts("x.jpg", 9, "jpg", "jpeg", "a JPEG photo", is_image=True, width_px=9, height_px=9)


@pytest.fixture
def fixed(monkeypatch):
    """A fix that looks at the first word in the file."""

    class FakeCaller:
        def __init__(self, limits, start_child):
            pass

        def spread(self, threads):
            pass

        def abandon(self):
            pass

        def close(self):
            pass

        def fix(self, path, platforms, options, limits, *, pictured):
            assert pictured
            return fix(path, platforms, limits)

    def fix(path, platforms, limits):
        source = read_source(path, limits)
        before = judge_facts(FACTS, load_many(platforms))
        if source.data.startswith(b"bug"):
            raise RuntimeError("the fake bug")
        if source.data.startswith(b"cut"):
            return FixResult(None, "refused", before, why="A part is missing."), None
        if source.data.startswith(b"ready"):
            return FixResult(source.data, "unchanged", before, before, format="jpeg"), None
        data = b"copy of " + source.data
        return FixResult(data, "fixed", before, before, format="jpeg", width_px=9), None

    monkeypatch.setattr("preflight.isolation.caller.Isolated", FakeCaller)


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "my photos"
    place.mkdir()
    return place


def dropped(cache, pictures, begun=lambda photos: None):
    workers = Crew(Limits(), jobs=2, isolate=True)
    return Drop(cache, pictures, workers.outcomes, workers.limits, begun)


def put(folder, **contents):
    for name, text in contents.items():
        (folder / f"{name}.heic").write_text(text)
    return tuple(str(folder / f"{name}.heic") for name in contents)


def test_one_message_says_how_it_went(tmp_path, folder, fixed):
    files = put(folder, anna="x", bert="y", cut="cut", there="ready")
    (told,) = dropped(tmp_path / "cache", tmp_path / "Pictures")(Ticket(files))
    assert told.title == "3 ready, 1 needs you"
    assert told.body.splitlines() == [
        "The copies lie beside your photos; their names end in -ready.",
        "cut.heic: A part is missing.",
    ]
    assert told.code == 1
    assert (folder / "anna-ready.jpg").read_text() == "copy of x"
    assert not (folder / "there-ready.jpg").exists()
    assert told.page is not None
    assert "A part is missing." in told.page.read_text("utf-8")
    assert stat.S_IMODE(told.page.stat().st_mode) == 0o600 or os.name == "nt"
    assert stat.S_IMODE((tmp_path / "cache" / "queue").stat().st_mode) == 0o700 or os.name == "nt"


def test_nothing_opens_when_nobody_is_needed(tmp_path, folder, fixed):
    (told,) = dropped(tmp_path / "cache", tmp_path)(Ticket(put(folder, anna="x")))
    assert (told.title, told.body, told.page, told.code) == (
        "1 ready",
        "Upload anna-ready.jpg.",
        None,
        0,
    )
    (told,) = dropped(tmp_path / "cache", tmp_path)(Ticket(put(folder, bert="ready")))
    assert (told.title, told.body) == ("1 ready", "Nothing had to be changed.")


def test_a_bug_and_a_missing_file_stop_nothing(tmp_path, folder, fixed):
    files = (*put(folder, anna="x", bug="bug"), str(folder / "gone.jpg"))
    (told,) = dropped(tmp_path / "cache", tmp_path)(Ticket(files))
    assert told.title == "1 ready, 2 need you"
    assert told.code == 4
    assert "RuntimeError: the fake bug" in (tmp_path / "cache" / "drop.log").read_text("utf-8")


def test_an_empty_folder_is_said(tmp_path, folder, fixed):
    (told,) = dropped(tmp_path / "cache", tmp_path)(Ticket((str(folder),)))
    assert (told.title, told.page) == ("No photos", None)


def test_a_folder_goes_where_fix_puts_it(tmp_path, folder, fixed):
    put(folder, anna="x", bert="y")
    (told,) = dropped(tmp_path / "cache", tmp_path)(Ticket((str(folder),)))
    assert told.body == f"The copies are in {tmp_path / 'my photos-ready'}."
    assert (tmp_path / "my photos-ready" / "anna.jpg").is_file()


def test_a_read_only_folder_sends_the_copies_to_the_pictures(tmp_path, folder, fixed, monkeypatch):
    real = output._open_temporary

    def refuse(target, mode):
        if target == folder:
            raise PermissionError(13, "no", str(target))
        return real(target, mode)

    monkeypatch.setattr(output, "_open_temporary", refuse)
    (told,) = dropped(tmp_path / "cache", tmp_path / "Pictures")(
        Ticket(put(folder, anna="x", bo="y"))
    )
    elsewhere = tmp_path / "Pictures" / "preflight"
    assert told.title == "2 ready"
    assert str(elsewhere) in told.body
    assert sorted(path.name for path in elsewhere.iterdir()) == ["anna.jpg", "bo.jpg"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_really_is_read_only(tmp_path, folder, fixed):
    files = put(folder, anna="x")
    folder.chmod(0o500)
    try:
        (told,) = dropped(tmp_path / "cache", tmp_path / "Pictures")(Ticket(files))
    finally:
        folder.chmod(0o700)
    assert told.title == "1 ready"
    assert (tmp_path / "Pictures" / "preflight" / "anna.jpg").is_file()


def test_five_hundred_photos_at_once(tmp_path, folder, fixed):
    files = put(folder, **{f"p{number}": str(number) for number in range(498)}, c="cut", d="cut")
    begun = []
    (told,) = dropped(tmp_path / "cache", tmp_path, begun.append)(Ticket(files))
    assert told.title == "498 ready, 2 need you"
    assert begun == [500]
    assert len(list(folder.glob("*-ready.jpg"))) == 498


def test_simultaneous_launches_join_one_run(tmp_path, folder, fixed, monkeypatch):
    monkeypatch.setattr(drop_module, "GATHER_S", 0.5)
    files = put(folder, **{f"p{number}": str(number) for number in range(40)})
    told = []

    def launch(file):
        told.extend(dropped(tmp_path / "cache", tmp_path)(Ticket((file,), gather=True)))

    threads = [threading.Thread(target=launch, args=(file,)) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(folder.glob("*-ready.jpg"))) == 40
    assert sum(int(result.title.split()[0]) for result in told) == 40
    assert len(told) <= 2  # a slow machine may start the last one after the second


def test_who_comes_while_another_works_leaves_at_once(tmp_path, folder, fixed):
    queue = Queue(tmp_path / "cache" / "queue")
    with queue.lead() as leading:
        assert leading
        assert dropped(tmp_path / "cache", tmp_path)(Ticket(put(folder, anna="x"))) == []
        assert queue.waiting()
    (told,) = dropped(tmp_path / "cache", tmp_path)(Ticket(put(folder, bert="y")))
    assert told.title == "2 ready"


def test_launches_for_several_platforms_keep_their_wishes(tmp_path, folder, monkeypatch, fixed):
    queue = Queue(tmp_path / "cache" / "queue")
    queue.add(Ticket(put(folder, anna="x"), ("linkedin",)))
    (told,) = dropped(tmp_path / "cache", tmp_path)(Ticket(put(folder, bert="cut"), ("slack",)))
    assert told.title == "1 ready, 1 needs you"
    pages = list((tmp_path / "cache" / "reports").glob("*.html"))
    assert len(pages) == 2
    assert "A part is missing." in told.page.read_text("utf-8")


def test_damaged_and_stale_tickets_are_thrown_away(tmp_path):
    queue = Queue(tmp_path)
    names = ("-x.jpg", "\udcff\n.jpg")
    queue.add(Ticket(names, ("slack",)))
    for text in ("", "[]", "{}", '{"files": 1, "platforms": [], "gather": 0}', "\ud800" * 0 + "{"):
        (tmp_path / f"{len(text)}.json").write_text(text)
    assert queue.take() == [Ticket(names, ("slack",))]
    assert not queue.waiting()
    queue.add(Ticket(names))
    old = time.time() - 4000
    os.utime(next(tmp_path.glob("*.json")), (old, old))
    queue.drop_stale()
    assert not queue.waiting()


def test_the_log_and_the_reports_stay_small(tmp_path, folder, fixed, monkeypatch):
    monkeypatch.setattr(drop_module, "MAX_LOG_BYTES", 500)
    files = put(folder, anna="x")
    for _ in range(drop_module.KEPT_REPORTS + 3):
        dropped(tmp_path / "cache", tmp_path)(Ticket(files))
    logs = list((tmp_path / "cache").glob("drop.log*"))
    assert len(logs) == 2
    assert all(log.stat().st_size < 1500 for log in logs)
    assert len(list((tmp_path / "cache" / "reports").iterdir())) == drop_module.KEPT_REPORTS


def test_an_unknown_platform_is_a_bad_request_before_anything_waits(tmp_path):
    with pytest.raises(UsageError):
        dropped(tmp_path / "cache", tmp_path)(Ticket(("a.jpg",), ("nowhere",)))
    assert not (tmp_path / "cache").exists()


def test_the_command(tmp_path, folder, fixed, monkeypatch):
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PREFLIGHT_CACHE", str(tmp_path / "cache"))
    shown = []
    monkeypatch.setattr(notify, "tell", lambda title, body: shown.append((title, body)))
    monkeypatch.setattr(notify, "open_page", shown.append)
    (folder / "-n & x.jpg").write_text("cut")
    result = CliRunner().invoke(cli, ["drop", "--for", "linkedin", "--", "-n & x.jpg"])
    assert result.exit_code == 1
    assert result.output == "1 needs you\n-n & x.jpg: A part is missing.\n"
    page, message = shown
    assert isinstance(page, Path)
    assert message == ("1 needs you", "-n & x.jpg: A part is missing.")
    shown.clear()
    result = CliRunner().invoke(cli, ["drop"])
    assert result.exit_code == 2
    assert shown == [("Preflight", "Drop photos on this icon, or a folder of them.")]
    shown.clear()
    result = CliRunner().invoke(cli, ["drop", "--for", "nowhere", "x.jpg"])
    assert result.exit_code == 2
    assert shown[0][0] == "Preflight could not work"


def test_messages_take_no_name_for_markup_or_an_option():
    title, body = "-t", "<b>&amp; a\\n.jpg"
    commands = notify.messengers("linux", title, body, which=lambda name: name)
    assert [words[0] for words, _ in commands] == ["notify-send", "kdialog", "zenity", "xmessage"]
    words = commands[0][0]
    assert words[words.index("--") + 1 :] == ("-t", "&lt;b&gt;&amp;amp; a\\n.jpg")
    assert "--no-markup" in commands[2][0]
    (mac,) = notify.messengers("macos", title, body, which=lambda name: name)
    assert mac[0][-2:] == (title, body)
    assert json.dumps(body) not in " ".join(mac[0][:-2])
    assert notify.messengers("linux", title, body, which=lambda name: None) == []


@pytest.mark.skipif(os.name == "nt", reason="starts POSIX programs")
def test_a_messenger_that_fails_leaves_it_to_the_next(tmp_path, monkeypatch):
    monkeypatch.delenv(notify.SILENT, raising=False)
    monkeypatch.setattr(notify, "this_system", lambda: "linux")
    for name, text in (("notify-send", "exit 1"), ("zenity", 'echo "$@" > "$0.out"')):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert notify.tell("a", "b & c")
    assert "--text=b & c" in (tmp_path / "zenity.out").read_text()
