"""The tables of the platforms as Python: to read TOML takes longer than to judge a photo.

`python -m preflight.platforms.make_tables > preflight/platforms/tables.py` makes them.
"""

from __future__ import annotations

import sys
import tomllib
from pprint import pformat

from preflight.platforms.loader import DATA

HEAD = '''\
"""Generated from the files in `data/`; to change a number, change it there (CONTRIBUTING.md)."""
# ruff: noqa
# fmt: off

from typing import Any

TABLES: dict[str, dict[str, Any]] = \\
'''


def tables_as_python() -> str:
    """The whole module; platforms by the alphabet."""
    tables = {
        path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted(DATA.glob("*.toml"))
    }
    return f"{HEAD}{pformat(tables, width=100, sort_dicts=False)}\n"


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    sys.stdout.write(tables_as_python())
