"""Every sample cut short and overwritten: an answer, no traceback, no changed original."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path

import pytest

from preflight import check, fix
from preflight.report import FixResult

SAMPLES = Path(__file__).parents[1] / "samples"
NAMES = sorted(tomllib.loads((SAMPLES / "manifest.toml").read_text("utf-8"))["samples"])


def _broken(data: bytes, seed: int) -> list[bytes]:
    rng = random.Random(seed)
    cuts = [rng.randrange(len(data)) for _ in range(2)] if data else []
    overwritten = bytearray(data)
    for _ in range(min(len(data), 12)):
        overwritten[rng.randrange(len(data))] = rng.randrange(256)
    return [*(data[:cut] for cut in cuts), data[:-1], bytes(overwritten), rng.randbytes(300)]


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_sample_is_answered_and_left_alone(name: str, tmp_path: Path) -> None:
    data = (SAMPLES / name).read_bytes()
    photo = tmp_path / name
    for number, broken in enumerate(_broken(data, seed=len(data))):
        photo.write_bytes(broken)
        report = check(photo)
        assert report.facts.size_bytes == len(broken)
        if number % 2 == 0:
            result: FixResult = fix(photo)
            assert (result.data is None) == (result.status in ("refused", "failed"))
            assert bool(result.why) == (result.data is None)
        assert photo.read_bytes() == broken
    assert list(tmp_path.iterdir()) == [photo]
