"""Where it is safe, the children of a run are forks of one process; elsewhere all is as ever."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from preflight.isolation.nursery import nursery
from preflight.isolation.process import ONE_THREAD, start
from tests.batch.processes import ROOT, environment, make_photos

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="there are no nurseries elsewhere")


@LINUX
def test_its_children_in_a_process_of_one_thread() -> None:
    cases = str(Path(__file__).with_name("nursery_cases.py"))
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            *("-p", "no:xdist"),
            *("-p", "no:cacheprovider"),
            cases,
        ],
        cwd=ROOT,
        env={**os.environ, **ONE_THREAD},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "skipped" not in done.stdout


def test_a_process_with_several_threads_has_none() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    with nursery("preflight.isolation.child", "check") as starting:
        stop.set()
        thread.join()
        assert starting is start


@LINUX
@pytest.mark.parametrize(
    "words",
    [("fix", "in"), ("check", "in"), ("check", "in/photo-00000.jpg", "--isolate")],
)
def test_commands_use_one(tmp_path: Path, words: tuple[str, ...]) -> None:
    make_photos(tmp_path / "in", 3)
    code = (
        "import preflight.isolation.nursery as nursery\n"
        "def refuse(*words): raise SystemExit('a Python of its own was started')\n"
        "nursery.start = refuse\n"
        "from preflight.cli.main import run; run()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    assert done.stderr == ""
