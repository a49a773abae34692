"""Versions are those that the packages say of themselves, without loading what reads them."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import pytest

from preflight.versions import OWN, version_of


@pytest.mark.parametrize("name", [OWN, "pillow", "pillow-heif", "pillow_heif", "simplejpeg"])
def test_the_same_as_the_slow_way(name: str) -> None:
    assert version_of(name) == version(name)


def test_what_lies_beside_ours_is_found_without_the_slow_way() -> None:
    code = (
        "import sys; from preflight.versions import version_of; assert version_of('pillow');"
        "assert 'importlib.metadata' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_is_nowhere() -> None:
    assert version_of("no-such-package") is None
