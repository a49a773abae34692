"""On a real desktop: Thunar under Xvfb, and GLib's launcher, with names that shells misread."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
NAMES = {
    "-dash a & b (1)^!%é.heic": "phone.heic",
    'Anna\'s "x" $HOME `id` %F \\.jpg': "side-320.jpg",
    "-broken.jpg": "truncated.jpg",
}
COPIES = {"-dash a & b (1)^!%é-ready.jpg", 'Anna\'s "x" $HOME `id` %F \\-ready.jpg'}
WAIT_S = 60


def needs(*programs):
    missing = [name for name in programs if not shutil.which(name)]
    if os.environ.get("PREFLIGHT_REQUIRE_DESKTOP"):
        return pytest.mark.skipif(False, reason="")  # then it fails without the program
    return pytest.mark.skipif(bool(missing), reason=f"needs {', '.join(missing)}")


@pytest.fixture
def home(tmp_path):
    """A person's folder, with preflight installed in its menus, and photos."""
    place = tmp_path / "home of Anna's"
    for folder in ("Desktop", "photos", "run"):
        (place / folder).mkdir(parents=True, mode=0o700)
    for name, sample in NAMES.items():
        shutil.copy(SAMPLES / sample, place / "photos" / name)
    return place


def environment(home):
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "XDG_RUNTIME_DIR": str(home / "run"),
        "PREFLIGHT_SILENT": "1",
        "PYTHONPATH": str(ROOT),
        "NO_AT_BRIDGE": "1",
    }


def preflight(home, *words):
    return subprocess.run(
        [sys.executable, "-m", "preflight", *words],
        env=environment(home), capture_output=True, text=True, cwd=home,
    )  # fmt: skip


def wait_for(condition):
    end = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.1)


def is_over(home):
    log = home / ".cache" / "preflight" / "drop.log"
    return log.exists() and "1 needs you" in log.read_text("utf-8")


@needs("gio")
def test_a_launcher_gets_all_names_from_glib(home):
    assert preflight(home, "desktop", "install").returncode == 0
    launcher = home / "Desktop" / "preflight.desktop"
    photos = [str(home / "photos" / name) for name in NAMES]
    subprocess.run(["gio", "launch", str(launcher), *photos], env=environment(home), check=True)
    wait_for(lambda: is_over(home))
    assert {path.name for path in (home / "photos").iterdir()} == {*NAMES, *COPIES}


SESSION = """
thunar "$1" &
thunar=$!
for second in $(seq 300); do
    window=$(xdotool search --onlyvisible --class thunar 2>/dev/null | tail -n 1)
    [ -n "$window" ] && break
    sleep 0.1
done
for second in $(seq 60); do
    [ -e "$2" ] && break
    xdotool windowfocus "$window" key ctrl+a key ctrl+F9
    sleep 1
done
kill $thunar
"""
"""Chooses all photos and the menu entry, by its key, until that has begun."""


@needs("thunar", "Xvfb", "xvfb-run", "xdotool", "dbus-run-session")
def test_the_entry_in_thunar_s_menu_makes_the_copies(home):
    (home / ".config" / "Thunar").mkdir(parents=True)
    (home / ".config" / "Thunar" / "accels.scm").write_text(
        '(gtk_accel_path "<Actions>/ThunarActions/uca-action-preflight" "<Primary>F9")\n'
    )
    assert preflight(home, "desktop", "install", "--for", "default").returncode == 0
    begun = home / ".cache" / "preflight" / "queue"
    words = ["sh", "-c", SESSION, "sh", str(home / "photos"), str(begun)]
    done = subprocess.run(
        ["xvfb-run", "-a", "dbus-run-session", "--", *words],
        env=environment(home), capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert begun.exists(), done.stderr
    wait_for(lambda: is_over(home))
    assert {path.name for path in (home / "photos").iterdir()} == {*NAMES, *COPIES}


def test_the_doctor_tries_every_kind_of_entry(home):
    tools = home / "tools"
    tools.mkdir()
    for name in ("nautilus", "dolphin"):
        (tools / name).write_text("#!/bin/sh\n")
        (tools / name).chmod(0o755)
    variables = environment(home)
    variables["PATH"] = f"{tools}:{variables['PATH']}"

    def desktop(*words):
        return subprocess.run(
            [sys.executable, "-m", "preflight", "desktop", *words],
            env=variables, capture_output=True, text=True, cwd=home,
        )  # fmt: skip

    assert desktop("install").returncode == 0
    script = home / ".local/share/nautilus/scripts/Preflight (make ready to upload)"
    (home / "Desktop" / "preflight.desktop").unlink()
    done = desktop("doctor")
    assert done.returncode == 1
    lines = {line[8:].split(": ")[0]: line[:5] for line in done.stdout.splitlines()}
    data = home / ".local/share"
    assert lines[str(script)] == "works"
    assert lines[str(data / "kio/servicemenus/preflight.desktop")] == "works"
    assert lines[str(home / "Desktop" / "preflight.desktop")] == "FAILS"
    if shutil.which("gio"):
        assert lines[str(data / "applications/preflight.desktop")] == "works"
    script.write_text("#!/bin/sh\nexit 0\n")
    done = desktop("list")
    assert done.returncode == 1
    assert f"changed or missing  {script}" in done.stdout
