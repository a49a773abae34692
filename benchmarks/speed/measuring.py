"""Measuring: whole processes, with their children, and what many runs of one come to."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Run:
    """What one process and its children took, and what it wrote if that was asked for."""

    cpu_s: float
    wall_s: float
    output: bytes = b""
    code: int = 0


def installed(venv: Path) -> Path:
    """This checkout as users have it: a wheel in an environment of its own, compiled."""
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    pip = [str(python), "-m", "pip", "install", "-q", "--force-reinstall", "--no-deps", str(ROOT)]
    subprocess.run([*pip[:-3], str(ROOT)], check=True)  # with what it needs, once
    subprocess.run(pip, check=True)
    return venv / "bin" / "preflight"


def timed(command: list[str], *, heard: bool = False) -> Run:
    """Runs a command to its end.

    Args:
        command: Its words.
        heard: Keep what it writes to standard output.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    start = time.perf_counter()
    child = subprocess.Popen(
        command,
        stdout=subprocess.PIPE if heard else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd=tempfile.gettempdir(),  # this checkout's settings file is nobody else's
    )
    output = child.stdout.read() if child.stdout else b""
    _pid, status, used = os.wait4(child.pid, 0)
    child.returncode = 0  # it was waited for here
    wall_s = time.perf_counter() - start
    if child.stdout:
        child.stdout.close()
    code = os.waitstatus_to_exitcode(status)
    return Run(used.ru_utime + used.ru_stime, wall_s, output, code)


def expect(made: int, wanted: int, what: str) -> None:
    """Ends the benchmark if a tool has not done its work."""
    if made < wanted:
        raise SystemExit(f"{what}: {made} files were made, not {wanted}")


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def spread(runs: Sequence[Run]) -> float:
    """Distance of the quartiles of CPU time over its median."""
    if len(runs) < 2:
        return 0.0
    low, middle, high = statistics.quantiles([run.cpu_s for run in runs], n=4)
    return (high - low) / middle
