"""Source: what is read of a file that changes meanwhile, hides its size, or is too large."""

import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from preflight.errors import SourceError
from preflight.limits import MB, Limits
from preflight.source import read_source

LIMITS = Limits(max_bytes=1000)


@pytest.mark.parametrize(
    ("size_bytes", "read_bytes", "said_bytes"),
    [
        (0, 0, 0),
        (1, 1, 1),
        (999, 999, 999),
        (1000, 1000, 1000),
        (1001, 1000, 1001),
        (5000, 1000, 5000),
    ],
)
def test_no_more_is_read_than_the_limit(
    tmp_path: Path, size_bytes: int, read_bytes: int, said_bytes: int
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(os.urandom(size_bytes))
    source = read_source(path, LIMITS)
    assert source.data == path.read_bytes()[:read_bytes]
    assert (source.size_bytes, source.whole) == (said_bytes, size_bytes <= 1000)


@pytest.mark.parametrize(
    ("before", "after", "read_bytes", "said_bytes"),
    [(10, 900, 900, 900), (10, 1001, 1000, 1001), (900, 10, 10, 10), (2000, 10, 10, 10)],
)
def test_what_changes_while_it_is_read(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: int,
    after: int,
    read_bytes: int,
    said_bytes: int,
) -> None:
    path, data, ask = tmp_path / "photo.jpg", os.urandom(2000), os.fstat
    path.write_bytes(data[:before])

    def ask_and_change(file: int) -> os.stat_result:
        answer = ask(file)
        path.write_bytes(data[:after])
        return answer

    monkeypatch.setattr(os, "fstat", ask_and_change)
    source = read_source(path, LIMITS)
    assert (source.data, source.size_bytes) == (data[:read_bytes], said_bytes)


def peak_bytes(work: Callable[[], object]) -> int:
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_a_small_file_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(bytes(5000))
    assert peak_bytes(lambda: read_source(path, Limits(max_bytes=100 * MB))) < MB


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="a device is read")
def test_a_device_that_never_ends_is_read_up_to_the_limit() -> None:
    source = read_source("/dev/zero", LIMITS)
    assert (source.data, source.size_bytes, source.whole) == (bytes(1000), 1001, False)


def test_a_name_that_no_file_can_have_is_no_file() -> None:
    with pytest.raises(SourceError, match="There is no file a"):
        read_source("a\0b.jpg", Limits())
