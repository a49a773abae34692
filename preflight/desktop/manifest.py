"""Manifest: what installations have made, so that exactly that can be taken away again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from preflight.errors import OutputError
from preflight.frozen import frozen
from preflight.output import REPORT_MODE, write_file
from preflight.printable import printable

Kind = Literal["folder", "file", "shortcut", "thunar", "registry"]
MAX_BYTES = 4_000_000


@frozen
class Made:
    """One thing that was made.

    Attributes:
        kind: What it is.
        place: Its path; for the registry the key.
        name: Of an entry in Thunar's file or of a value in the registry; else empty.
        state: What it is recognised by: the hash of a file, the text of a registry value; for
            Thunar's file the hash of what it was made from if there was none before.
    """

    kind: Kind
    place: str
    name: str = ""
    state: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """The same for what is in the same place."""
        return self.kind, self.place, self.name


def digest(data: bytes) -> str:
    """By which a file is recognised."""
    return hashlib.sha256(data).hexdigest()


def load(path: Path) -> tuple[Made, ...]:
    """What was made so far; nothing if there is no manifest.

    Raises:
        OutputError: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES)
        return tuple(_made(entry) for entry in json.loads(data)["made"])
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutputError(
            f"The list of what was installed, {printable(str(path))}, cannot be read.",
            "Remove that file; what was installed then has to be removed by hand.",
        ) from error


def save(path: Path, made: Iterable[Made]) -> None:
    """Writes the manifest, or removes it when nothing is left.

    Raises:
        OutputError: It cannot be written.
    """
    entries = [asdict(entry) for entry in made]
    if not entries:
        path.unlink(missing_ok=True)
        return
    text = json.dumps({"schema": "preflight-desktop/1", "made": entries}, indent=1)
    write_file(path, text.encode(), replace=True, mode=REPORT_MODE)


def _made(entry: dict[str, Any]) -> Made:
    made = Made(**entry)
    if not all(isinstance(text, str) for text in (made.place, made.name, made.state)):
        raise TypeError("not a text")
    return made
