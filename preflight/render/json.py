"""JSON: one document (`json`), or one photo a line as soon as it is known (`jsonl`)."""

from __future__ import annotations

import json
import textwrap
from typing import Any

from preflight.batch.outcome import Outcome, Summary
from preflight.render.document import SCHEMA, outcome_document, summary_document, tool_document
from preflight.render.renderer import Setting


class JsonRenderer:
    """One document, written as it grows: however many photos there are, none is kept."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._photos = 0

    def start(self) -> str:
        """The part before the photos."""
        platforms = _dumps([platform.name for platform in self._setting.platforms])
        return f'{{\n  "schema": "{SCHEMA}",\n  "platforms": {platforms},\n  "photos": ['

    def photo(self, outcome: Outcome) -> str:
        """One entry of `photos`."""
        entry = json.dumps(_document(outcome, self._setting), indent=2, allow_nan=False)
        separator = "," if self._photos else ""
        self._photos += 1
        return f"{separator}\n{textwrap.indent(entry, '    ')}"

    def end(self, summary: Summary) -> str:
        """The sums, and the versions: which decoders were needed is only known now."""
        return (
            f"{chr(10) if self._photos else ''}{'  ' if self._photos else ''}],\n"
            f'  "summary": {_dumps(summary_document(summary))},\n'
            f'  "tool": {_dumps(tool_document())}\n}}\n'
        )


class JsonLinesRenderer:
    """One line a photo, each a document of its own."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting

    def start(self) -> str:
        """Nothing."""
        return ""

    def photo(self, outcome: Outcome) -> str:
        """One line."""
        return _dumps({"schema": SCHEMA, **_document(outcome, self._setting)}) + "\n"

    def end(self, summary: Summary) -> str:
        """Nothing: a reader of lines wants photos only."""
        return ""


def _document(outcome: Outcome, setting: Setting) -> dict[str, Any]:
    return outcome_document(outcome, dry_run=setting.dry_run, timings=setting.timings)


def _dumps(value: Any) -> str:
    # ASCII: whatever a file is called, no terminal and no code page can be upset by it
    return json.dumps(value, allow_nan=False)
