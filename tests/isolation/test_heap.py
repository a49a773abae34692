"""Heap: what was given back is taken again without asking the system."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

FAULTS = """
import resource
from preflight.isolation.heap import keep_for_pixels
if {kept}:
    keep_for_pixels()
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        pixels = [bytearray(megabytes * 1_000_000) for megabytes in (9, 12, 12, 9)]
        del pixels
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
faults()
print(faults())
"""


def faults_of_ten_photos(*, kept: bool) -> int:
    code = FAULTS.format(kept=kept)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc's heap is meant")
def test_the_second_photo_takes_the_memory_of_the_first() -> None:
    assert faults_of_ten_photos(kept=True) < 200
    assert faults_of_ten_photos(kept=False) > 10_000


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc's heap is meant")
def test_two_threads_on_one_photo_take_the_same_memory() -> None:
    """What one thread gave back serves another one."""
    code = f"""{FAULTS.format(kept=True)}
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(1) as pool:
    print(pool.submit(faults).result())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert int(done.stdout.split()[1]) < 200


def test_it_is_asked_for_everywhere_and_does_no_harm() -> None:
    code = "from preflight.isolation.heap import keep_for_pixels; keep_for_pixels(); print(1)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout == "1\n"
