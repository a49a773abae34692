"""The manual page of the platforms.

`python -m preflight.platforms.manual > preflight/platforms/README.md` makes it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from preflight.platforms.describe import NOT_PUBLISHED, TRUST_WORDS, Row, remarks, rows
from preflight.platforms.loader import load_many
from preflight.platforms.platform import Platform

INTRODUCTION = """\
# Where photos go

Generated from the files in `data/`; to change a number, change it there.

Each limit has a source, the date on which it was read there, and how far it can be trusted. A
*limit* makes the upload fail; *advice* makes it look or work better. What a place does not publish
is what holds for most places (`default`), shown as "not published". Places change their limits
without a word: a correction with its source is welcome.

A file of your own, given by its path (`--for ./our-club.toml`), needs only what differs:

```toml
title = "Our club"
[limits]
max_bytes = 300_000
formats = ["jpeg"]
```
"""

SHOWN = ("formats", "max_bytes", "min_side_px", "advised_side_px", "max_side_px")


def manual() -> str:
    """The whole page, Markdown."""
    return "\n".join(_lines(load_many("all"))) + "\n"


def _lines(platforms: tuple[Platform, ...]) -> Iterator[str]:
    yield INTRODUCTION
    yield "| name | place | formats | largest file | side at least | better | at most |"
    yield "|---|---|---|---|---|---|---|"
    for platform in platforms:
        stated = {row.field: row.value for row in rows(platform) if row.published}
        cells = " | ".join(stated.get(field, "") for field in SHOWN)
        yield f"| [`{platform.name}`](#{platform.name}) | {platform.title} | {cells} |"
    yield ""
    yield f"Empty cells: {NOT_PUBLISHED}."
    for platform in platforms:
        yield from _section(platform)


def _section(platform: Platform) -> Iterator[str]:
    yield ""
    yield f"## {platform.name}"
    yield ""
    yield f"{platform.title}: `--for {platform.name}`."
    yield ""
    published = [row for row in rows(platform) if row.published]
    if published:
        yield "| what | value | force | source | read on |"
        yield "|---|---|---|---|---|"
        for row in published:
            value = f"{row.value}: {row.note}" if row.note else row.value
            yield f"| {row.label} | {value} | {row.force} | {_source(row)} | {row.checked_on} |"
        yield ""
    for rule, (severity, reason) in platform.severities.items():
        yield f"- `{rule}` is of severity {severity} here: {reason}."
    missing = [row.label for row in rows(platform) if not row.published]
    if missing:
        yield f"- {NOT_PUBLISHED.capitalize()}, so as most places: {'; '.join(missing)}."
    for remark in remarks(platform):
        yield f"- {remark}"


def _source(row: Row) -> str:
    if row.trust == "ours":
        return TRUST_WORDS[row.trust]
    return f"{row.source} ({TRUST_WORDS[row.trust]})"


if __name__ == "__main__":
    sys.stdout.write(manual())
