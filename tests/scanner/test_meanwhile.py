"""What is loaded beside a decode, and when nothing is."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from preflight.scanner import meanwhile
from preflight.scanner.meanwhile import LEAST_PIXELS

ROOT = Path(__file__).parents[2]
CODE = """
import os, sys, threading
os.cpu_count = lambda: 2
from preflight.scanner import meanwhile
{before}
with meanwhile.loading({pixels}, copy={copy}, numpy_first={first}):
    beside = threading.active_count()
    first = "numpy" in sys.modules
for name in ("numpy", "preflight.faces.find", "preflight.fixer.run"):
    print(name in sys.modules)
print(beside > 1, threading.active_count(), *([first] if {first} else []))
"""

LATE = """
import time
load = meanwhile._load
meanwhile._load = lambda names: (time.sleep(0.1), load(names))
"""
WITHOUT_NUMPY = """
def missing():
    raise ImportError
meanwhile.numpy = missing
"""
WITHOUT_MEMORY = WITHOUT_NUMPY.replace("ImportError", "MemoryError")
WITHOUT_THREADS = """
def refuse(*arguments, **named):
    raise RuntimeError("can't start new thread")
threading._start_new_thread = threading._start_joinable_thread = refuse
"""
FAILING = """
try:
    with meanwhile.loading(10**9, copy=False):
        1 / 0
except ZeroDivisionError:
    print("passed")
"""


def told(
    pixels: int, *, copy: bool, before: str = "", threads: str = "2", first: bool = False
) -> list[str]:
    """Whether numpy, what looks and what makes copies are loaded; whether a thread did that, and
    how many there are afterwards; whether numpy was there before, if it was to be."""
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(pixels=pixels, copy=copy, before=before, first=first)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "OMP_NUM_THREADS": threads, "PYTHONPATH": str(ROOT)},
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize("copy", [True, False])
def test_what_large_pictures_need_is_there_when_they_are_decoded(copy: bool) -> None:
    assert told(LEAST_PIXELS, copy=copy, before=LATE) == ["True", "True", str(copy), "True", "1"]


def test_numpy_is_there_before_a_decoder_that_begins_with_it() -> None:
    said = told(LEAST_PIXELS, copy=True, before=LATE, first=True)
    assert said == ["True", "True", "True", "True", "1", "True"]
    assert told(LEAST_PIXELS - 1, copy=True, first=True)[-1] == "False"


@pytest.mark.parametrize(
    ("pixels", "threads", "before"),
    [(LEAST_PIXELS - 1, "2", ""), (LEAST_PIXELS, "1", ""), (LEAST_PIXELS, "2", "import numpy")],
    ids=["small", "one thread", "loaded"],
)
def test_nothing_is_loaded_beside_it_otherwise(pixels: int, threads: str, before: str) -> None:
    there = str(bool(before))
    said = told(pixels, copy=True, threads=threads, before=before)
    assert said == [there, "False", "False", "False", "1"]


@pytest.mark.parametrize("before", [WITHOUT_NUMPY, WITHOUT_MEMORY], ids=["numpy", "memory"])
def test_what_cannot_be_loaded_is_left_to_those_who_need_it(before: str) -> None:
    said = told(LEAST_PIXELS, copy=True, before=before)
    assert (said[:3], said[-1]) == (["False", "False", "False"], "1")


def test_without_a_thread_the_decode_goes_on_alone() -> None:
    said = told(LEAST_PIXELS, copy=True, before=WITHOUT_THREADS)
    assert said == ["False", "False", "False", "False", "1"]


def test_a_failing_decode_is_passed_on() -> None:
    assert told(1, copy=False, before=FAILING)[0] == "passed"


@pytest.mark.parametrize(("error", "waits"), [(KeyboardInterrupt, False), (ValueError, True)])
def test_an_interrupt_waits_for_nothing(monkeypatch, error, waits):
    go_on, loaded = threading.Event(), threading.Event()

    def load(names):
        go_on.wait(0.1 if waits else 10)
        loaded.set()

    monkeypatch.delitem(sys.modules, "numpy", raising=False)
    monkeypatch.setattr(meanwhile, "threads_allowed", lambda: 2)
    monkeypatch.setattr(meanwhile, "_load", load)
    with pytest.raises(error), meanwhile.loading(LEAST_PIXELS, copy=False):
        raise error
    assert loaded.is_set() is waits
    go_on.set()
