"""SARIF 2.1.0: findings for code scanning pages (OASIS Standard, 27 March 2020)."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Iterable
from pathlib import Path, PureWindowsPath
from typing import Any
from urllib.parse import quote

from preflight.batch.outcome import Outcome, Summary
from preflight.finding import Finding, Severity
from preflight.printable import printable
from preflight.render.document import text, tool_document
from preflight.render.renderer import Setting
from preflight.render.standing import BUG, remaining
from preflight.rules.registry import Rule, rules

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


class SarifRenderer:
    """One run. Results are written as they come; what they refer to follows them."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._numbers = {rule.name: number for number, rule in enumerate(rules())}
        self._results = 0
        self._notifications: list[dict[str, Any]] = []

    def start(self) -> str:
        """The part before the results."""
        return (
            f'{{\n  "$schema": {json.dumps(SCHEMA)},\n  "version": "2.1.0",\n'
            '  "runs": [{\n    "columnKind": "unicodeCodePoints",\n    "results": ['
        )

    def photo(self, outcome: Outcome) -> str:
        """The results of one photo; what stopped preflight itself is kept for the end."""
        if outcome.error is not None:
            self._notifications.append(_notification(outcome, str(outcome.error)))
        elif outcome.bug:
            self._notifications.append(_notification(outcome, BUG))
        pieces = []
        for finding in remaining(outcome):
            entry = textwrap.indent(json.dumps(self._result(outcome, finding), indent=2), " " * 6)
            pieces.append(f"{',' if self._results else ''}\n{entry}")
            self._results += 1
        return "".join(pieces)

    def end(self, summary: Summary) -> str:
        """The tool, its rules, and how the run went."""
        invocation: dict[str, Any] = {
            "executionSuccessful": not (self._notifications or summary.interrupted)
        }
        if self._notifications:
            invocation["toolExecutionNotifications"] = self._notifications
        driver = {
            "name": "preflight",
            "version": tool_document()["version"] or "unknown",
            "rules": [_descriptor(rule) for rule in rules()],
        }
        return (
            f"{chr(10) if self._results else ''}{'    ' if self._results else ''}],\n"
            f'    "invocations": [{json.dumps(invocation)}],\n'
            f'    "tool": {json.dumps({"driver": driver})}\n  }}]\n}}\n'
        )

    def _result(self, outcome: Outcome, finding: Finding) -> dict[str, Any]:
        location: dict[str, Any] = {"artifactLocation": {"uri": uri(_subject(outcome))}}
        if finding.damage is not None and finding.damage.offset_bytes is not None:
            location["region"] = {"byteOffset": finding.damage.offset_bytes, "byteLength": 0}
        result: dict[str, Any] = {
            "ruleId": finding.rule,
            "level": LEVELS[finding.severity],
            "message": {"text": text(finding.message)},
            "locations": [{"physicalLocation": location}],
            "properties": {
                "family": finding.family,
                "measured": text(finding.measured),
                "required": text(finding.required),
                "platforms": list(finding.platforms),
                "step": finding.step,
                "source": text(finding.source),
                "checked_on": finding.checked_on,
            },
        }
        if finding.rule in self._numbers:
            result["ruleIndex"] = self._numbers[finding.rule]
        return result


def uri(path: str) -> str:
    """A path as RFC 3986 writes it: relative ones stay so; bytes that are no text are kept.

    >>> uri("a folder/Anna #1.jpg"), uri("100%.jpg"), uri("a:b.jpg")
    ('a%20folder/Anna%20%231.jpg', '100%25.jpg', 'a%3Ab.jpg')
    """
    if os.name == "nt":
        path = PureWindowsPath(path).as_posix()
    encoded = quote(os.fsencode(path), safe="/-._~")
    if Path(path).is_absolute():
        return f"file://{'' if encoded.startswith('/') else '/'}{encoded}"
    return encoded


def _subject(outcome: Outcome) -> str:
    """The file that the findings hold for: the copy, where there is one."""
    if outcome.result is not None and outcome.result.after is not None and outcome.output:
        return str(outcome.output)
    return outcome.path


def _notification(outcome: Outcome, message: str) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": text(printable(message))},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri(outcome.path)}}}],
    }


def _descriptor(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.summary},
        "help": {"text": _plain(rule.page.splitlines()), "markdown": rule.page},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {"tags": [rule.family]},
    }


def _plain(lines: Iterable[str]) -> str:
    return "\n".join(line.removeprefix("## ") for line in lines)
