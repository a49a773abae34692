"""Writes the sections of RESULTS.md: each benchmark owns one, between its own markers."""

from __future__ import annotations

import datetime
import os
import platform
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

RESULTS_FILE = Path(__file__).with_name("RESULTS.md")
TITLE = (
    "# Results\n\nEach section is written by the script that it names; run it again to update.\n"
)


def write_section(name: str, body: str, results_file: Path = RESULTS_FILE) -> None:
    """Replaces the section of that name, or adds it behind the others.

    Args:
        name: Of the benchmark's folder; stands in the markers.
        body: Markdown, beginning with its heading.
        results_file: For tests.
    """
    start, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    section = f"{start}\n{body.strip()}\n{end}"
    text = results_file.read_text(encoding="utf-8") if results_file.exists() else TITLE
    if start in text:
        before, _, rest = text.partition(start)
        _, marker, after = rest.partition(end)
        if not marker:
            raise ValueError(f"{results_file.name} has no end marker for {name}")
        text = before + section + after
    else:
        text = f"{text.rstrip()}\n\n{section}\n"
    results_file.write_text(text, encoding="utf-8")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine() -> str:
    """Date, processor and Python, without the name of the machine."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        cpu = names[0].partition(":")[2].strip() if names else cpu
    today = datetime.datetime.now(datetime.UTC).date()
    return (
        f"{today}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores, {cpu}, "
        f"Python {platform.python_version()}{_system()}"
    )


def _system() -> str:
    """Whose build of Python it is, if it came with the system."""
    if sys.base_prefix != "/usr":
        return ""
    with suppress(OSError):
        return f" of {platform.freedesktop_os_release()['PRETTY_NAME']}"
    return " of the system"


def versions(*packages: str) -> str:
    """Names and versions of Python packages, "not installed" where one is absent."""
    found = []
    for package in packages:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"{package} not installed")
    return ", ".join(found)
