"""Earlier: whether a file is a report of preflight, which a new one may take the place of."""

from __future__ import annotations

import re
from pathlib import Path

from preflight.render.csv import COLUMNS
from preflight.render.document import SCHEMA
from preflight.render.page.frame import MARK

_READ_BYTES = 65_536

_SCHEMA = SCHEMA.partition("/")[0]

_REPORT = re.compile(
    "|".join(
        (
            re.escape(MARK),
            rf'\A\{{\s*"schema": "{_SCHEMA}/',
            r'\A<\?xml[^>]*>\s*<testsuites name="preflight ',
            r'"driver": \{\s*"name": "preflight"',
            rf"\A{','.join(COLUMNS[:3])},",
            r"^preflight: [0-9]+ photos?, of which ",
            # what a person reads: its labels in their column, or its sums
            r"^  (?:Problem  |Advice   |Good     |Note     |Skipped  )\S",
            r"^These need you:$",
            r"^(?:Stopped before the end\. )?[0-9,]+ photos?"
            r"(?:\.$|: [0-9,]+ (?:ready|can be|done|needs? you))",
        )
    ),
    re.MULTILINE,
)
"""How each of the formats is known, near its beginning or its end."""


def is_report(path: Path) -> bool:
    """Whether it is empty, or what some run of preflight reported; not if it cannot be read."""
    try:
        with path.open("rb") as file:
            beginning = file.read(_READ_BYTES)
            size_bytes = file.seek(0, 2)
            file.seek(max(len(beginning), size_bytes - _READ_BYTES))
            data = beginning + file.read()
    except OSError:
        return False
    return not data or _REPORT.search(data.decode("utf-8", "replace")) is not None
