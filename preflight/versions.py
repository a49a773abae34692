"""Versions: which preflight this is, and which decoders it has. Costs a look at a folder or two.

`importlib.metadata` answers the same, but to load it takes half as long as to make a copy.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path

OWN = "photo-preflight"
"""What preflight is called where packages are installed from."""

_SUFFIX = ".dist-info"


def version_of(distribution: str) -> str | None:
    """Of an installed package; None if it is not installed.

    >>> version_of("no-such-package") is None
    True
    """
    found = _beside_ours().get(_plain(distribution))
    if found is not None:
        return found
    from importlib.metadata import PackageNotFoundError, version  # it may lie somewhere else

    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


@cache
def _beside_ours() -> dict[str, str]:
    """Name to version of what lies in the folders of Pillow and of preflight itself."""
    versions: dict[str, str] = {}
    for module in ("PIL", "preflight"):
        spec = find_spec(module)
        if spec is None or spec.origin is None:
            continue
        with suppress(OSError):
            for entry in os.listdir(Path(spec.origin).parents[1]):  # noqa: PTH208 - names only
                name, _, version = entry.removesuffix(_SUFFIX).partition("-")
                if entry.endswith(_SUFFIX) and version:
                    versions.setdefault(_plain(name), version)
    return versions


def _plain(name: str) -> str:
    return name.lower().replace("-", "_").replace(".", "_")
