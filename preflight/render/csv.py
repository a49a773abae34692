"""CSV: one row a photo (RFC 4180), safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io

from preflight.batch.outcome import Outcome, Summary
from preflight.finding import Severity
from preflight.printable import printable
from preflight.render.renderer import Setting
from preflight.render.standing import needs_person, standing

COLUMNS = (
    *("path", "standing", "verdict", "errors", "warnings", "notes", "why"),
    *("format", "size_bytes", "width_px", "height_px"),
    *("status", "output", "output_bytes", "output_width_px", "output_height_px"),
)
"""`errors`, `warnings` and `notes` are names of rules with spaces between. The columns are part of
the interface: new ones are added at the end."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet take a cell for a formula (OWASP, CSV Injection), wide forms too."""


class CsvRenderer:
    """A header and one row a photo, as soon as it is known."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting

    def start(self) -> str:
        """The names of the columns."""
        return _row(COLUMNS)

    def photo(self, outcome: Outcome) -> str:
        """One row."""
        report, result = outcome.report, outcome.result
        facts = report.facts if report is not None else None
        cells: dict[str, object] = {
            "path": outcome.path,
            "standing": standing(outcome).value,
            "why": needs_person(outcome),
            "output": "" if outcome.output is None else str(outcome.output),
        }
        if report is not None:
            cells["verdict"] = report.verdict.value
            for column, severity in _SEVERITIES.items():
                names = [f.rule for f in report.findings if f.severity is severity]
                cells[column] = " ".join(names)
        if facts is not None:
            cells["format"] = facts.format
            cells["size_bytes"] = facts.size_bytes
            cells["width_px"] = facts.width_px
            cells["height_px"] = facts.height_px
        if result is not None:
            cells["status"] = result.status
            cells["output_bytes"] = result.size_bytes
            cells["output_width_px"] = result.width_px
            cells["output_height_px"] = result.height_px
        return _row([cells.get(column) for column in COLUMNS])

    def end(self, summary: Summary) -> str:
        """Nothing: a table ends with its last row."""
        return ""


_SEVERITIES = {"errors": Severity.ERROR, "warnings": Severity.WARNING, "notes": Severity.INFO}


def _row(cells: object) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerow([_cell(cell) for cell in cells])  # type: ignore[attr-defined]
    return buffer.getvalue()


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    # an apostrophe makes it text; a control character in front would be escaped as text anyway
    return f"'{printable(value)}" if value.startswith(_FORMULA) else printable(value)
