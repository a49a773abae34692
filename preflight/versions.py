"""Versions: which preflight this is, and which decoders it has. Costs a look at a folder or two.

`importlib.metadata` answers the same, but to load it takes half as long as to make a copy.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import cache

OWN = "photo-preflight"
"""What preflight is called where packages are installed from."""

_SUFFIX = ".dist-info"


def version_of(distribution: str) -> str | None:
    """Of an installed package; None if it is not installed.

    >>> version_of("no-such-package") is None
    True
    """
    found = _on_the_path().get(_plain(distribution))
    if found is not None:
        return found
    from importlib.metadata import PackageNotFoundError, version  # it may lie somewhere else

    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


@cache
def _on_the_path() -> dict[str, str]:
    """Name to version of what is installed in the folders that modules are loaded from."""
    versions: dict[str, str] = {}
    for folder in sys.path:
        with suppress(OSError):
            for entry in os.listdir(folder or "."):  # noqa: PTH208 - names only
                name, _, version = entry.removesuffix(_SUFFIX).partition("-")
                if entry.endswith(_SUFFIX) and version:
                    versions.setdefault(_plain(name), version)
    return versions


def _plain(name: str) -> str:
    return name.lower().replace("-", "_").replace(".", "_")
