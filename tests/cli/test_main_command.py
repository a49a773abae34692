"""The group: bare photos, overview, and how the process ends. Real processes."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from preflight.__main__ import run as begin
from preflight.cli.main import COMMANDS, cli, overview
from preflight.errors import ExitCode

ROOT = Path(__file__).resolve().parent.parent.parent


def start(*words, **options):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}
    command = [sys.executable, "-m", "preflight", *words]
    return subprocess.Popen(
        command,
        stdout=options.pop("stdout", subprocess.PIPE),
        stderr=subprocess.PIPE,
        env=environment,
        **options,
    )


def process(*words, **options):
    child = start(*words, **options)
    stdout, stderr = child.communicate(timeout=60)
    return child.returncode, (stdout or b"").decode(), stderr.decode()


def test_version_is_the_metadatas(tmp_path):
    folder = tmp_path / "photo_preflight-9.8.7.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: photo-preflight\nVersion: 9.8.7\n"
    )
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    assert process("--version", env={"PYTHONPATH": path}) == (0, "preflight 9.8.7\n", "")


def test_overview(run):
    for words in ([], ["--help"], ["-h"]):
        result = run(*words)
        assert (result.exit_code, result.stdout) == (0, overview())
    assert all(name in overview() for name in COMMANDS)
    assert "preflight check photo.heic" in overview()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_short_help(run, name):
    result = run(name, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: cli {name}")
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_bare_photos(run, folder, faked):
    (folder / "photo.jpg").write_bytes(b"ready")
    for words in (["photo.jpg"], ["-q", "photo.jpg"], ["--for", "threads", "photo.jpg"]):
        assert run(*words).exit_code == 0
    assert run("gone.jpg").exit_code == 3
    assert run("folder/chekc").exit_code == 3


def test_a_photo_called_like_a_mistyped_command(run, folder, faked):
    (folder / "chekc").write_bytes(b"ready")
    assert run("chekc").exit_code == 0


def test_what_the_system_refuses_is_no_bug(run, folder, monkeypatch):
    def fail(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("preflight.platforms.loader.load_many", fail)
    result = run("check", "a.jpg")
    assert result.exit_code == 3
    assert result.stderr == "preflight: The system does not let preflight go on: " + (
        "No space left on device.\n"
    )


def test_a_group_alone_shows_its_help(run):
    result = run("desktop")
    assert result.exit_code == 2
    assert result.stderr.startswith("Usage: cli desktop ")


def test_an_interrupt_while_python_makes_a_class_is_no_bug(run, monkeypatch):
    def fail(*args):
        raise RuntimeError("Error calling __set_name__") from KeyboardInterrupt()

    monkeypatch.setattr("preflight.platforms.loader.load_many", fail)
    result = run("check", "a.jpg")
    assert (result.exit_code, result.stderr) == (130, "Stopped.\n")


def test_a_bug_is_4_with_one_plain_sentence(run, folder, monkeypatch):
    def fail(*args):
        raise RuntimeError("the fake bug")

    monkeypatch.setattr("preflight.platforms.loader.load_many", fail)
    result = run("check", "a.jpg")
    assert result.exit_code == 4
    assert "this is a bug in preflight" in result.stderr
    assert "Traceback" not in result.stderr
    assert "Traceback" in run("check", "-v", "a.jpg").stderr
    assert cli.main(["check", "a.jpg"], standalone_mode=False) == 4


def test_a_reader_that_goes_away(folder):
    names = [f"{number}.jpg" for number in range(50)]
    for name in names:
        (folder / name).write_bytes(b"")
    with start("check", *names, cwd=folder) as child:
        child.stdout.close()
        assert child.stderr.read() == b""
        assert child.wait(60) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_standard_output_on_a_full_disk(folder):
    (folder / "a.jpg").write_bytes(b"")
    with Path("/dev/full").open("wb") as full:
        code, _, stderr = process("check", "a.jpg", cwd=folder, stdout=full)
    assert code == 3
    assert stderr == "preflight: Standard output could not be written: No space left on device.\n"


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_is_130_with_one_line(folder):
    os.mkfifo(folder / "slow.jpg")
    child = start("check", "slow.jpg", cwd=folder)
    writer = os.open(folder / "slow.jpg", os.O_WRONLY)  # returns when preflight reads
    time.sleep(0.1)
    child.send_signal(signal.SIGINT)
    _, stderr = child.communicate(timeout=60)
    os.close(writer)
    assert (child.returncode, stderr) == (130, b"Stopped.\n")


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_names_that_are_no_text_from_a_real_shell(folder):
    name = b"caf\xe9 '\n-.jpg"
    (folder / os.fsdecode(name)).write_bytes(b"")
    code, stdout, stderr = process(b"check", name, cwd=folder, env={"LC_ALL": "C"})
    assert (code, stderr) == (1, "")
    assert stdout.startswith("caf\\xe9 '\\n-.jpg:\n")


def test_python_m_preflight_without_arguments():
    assert process() == (0, overview(), "")


@pytest.mark.parametrize(
    "words",
    [
        ("explain", "not-square"),
        ("rules",),
        ("fix", "--help"),
        ("desktop", "--help"),
        ("desktop", "install", "--help"),
        ("check", str(ROOT / "samples" / "phone.heic")),
    ],
)
def test_a_python_that_drops_docstrings_says_the_same(words):
    """`python -OO`; some containers set PYTHONOPTIMIZE=2."""
    assert process(*words, env={"PYTHONOPTIMIZE": "2"}) == process(*words)


def test_rules_have_names_where_neither_docstrings_nor_sources_are(tmp_path):
    code = (
        "import inspect\n"
        "def gone(function): raise OSError('could not get source code')\n"
        "inspect.getsource = gone\n"
        "from preflight.rules.registry import rules\n"
        "print(*sorted(rule.summary for rule in rules())[:2])"
    )
    said = subprocess.run(
        [sys.executable, "-OO", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout == "Animated. Blurred.\n"


def test_an_interrupt_while_the_commands_are_loaded(monkeypatch):
    class Interrupting:
        def find_spec(self, name, path=None, target=None):
            if name == "preflight.cli.main":
                raise KeyboardInterrupt

    monkeypatch.setattr("gc.disable", lambda: None)
    monkeypatch.delitem(sys.modules, "preflight.cli.main")
    monkeypatch.setattr(sys, "meta_path", [Interrupting(), *sys.meta_path])
    with pytest.raises(SystemExit) as ended:
        begin()
    assert ended.value.code == ExitCode.INTERRUPTED


@pytest.mark.skipif(sys.platform == "win32", reason="closes a stream as a Unix shell does")
def test_a_copy_has_to_go_somewhere():
    words = ["sh", "-c", 'exec "$0" -m preflight fix - >&-', sys.executable]
    done = subprocess.run(
        words, cwd=ROOT, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
    )
    assert done.returncode == ExitCode.FILE
    assert done.stderr == ("preflight: Standard output is closed. Give the photo a name with -o.\n")
