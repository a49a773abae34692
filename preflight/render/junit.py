"""JUnit: one test case a photo, for the test pages of CI systems.

As the strictest schema in use wants it, that of Ant's JUnit task: at most one failure a case, and
the counts at the top, so that the cases are kept until the end (a few hundred bytes a photo).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from preflight.batch.outcome import Outcome, Summary
from preflight.errors import ExitCode
from preflight.printable import printable
from preflight.render.renderer import Setting
from preflight.render.standing import BUG, needs_person, remaining

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML 1.0 document may have, not even escaped."""


class JunitRenderer:
    """A photo fails where the command's exit code counts it, see `Outcome.exit_code`."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._started = datetime.now(UTC)
        self._cases: list[str] = []
        self._failures = self._errors = 0
        self._seconds = 0.0

    def start(self) -> str:
        """Nothing: the counts come first."""
        return ""

    def photo(self, outcome: Outcome) -> str:
        """Keeps the case."""
        seconds = sum(outcome.timings_s.values())
        self._seconds += seconds
        problem = self._problem(outcome)
        suite = f"preflight.{self._setting.command}"
        head = (
            f"name={_value(outcome.path)} classname={_value(suite)} time={_value(f'{seconds:.3f}')}"
        )
        if problem:
            self._cases.append(f"    <testcase {head}>\n      {problem}\n    </testcase>\n")
        else:
            self._cases.append(f"    <testcase {head}/>\n")
        return ""

    def end(self, summary: Summary) -> str:
        """The whole document."""
        counts = (
            f'tests="{len(self._cases)}" failures="{self._failures}" errors="{self._errors}"'
            f' time="{self._seconds:.3f}"'
        )
        name = _value(f"preflight {self._setting.command}")
        platforms = ", ".join(platform.name for platform in self._setting.platforms)
        return "".join(
            [
                '<?xml version="1.0" encoding="UTF-8"?>\n',
                f"<testsuites name={name} {counts}>\n",
                f'  <testsuite name={name} {counts} skipped="0"',
                f' timestamp="{self._started:%Y-%m-%dT%H:%M:%S}" hostname="localhost">\n',
                f'    <properties>\n      <property name="platforms" value={_value(platforms)}/>\n',
                "    </properties>\n",
                *self._cases,
                "    <system-out/>\n    <system-err/>\n  </testsuite>\n</testsuites>\n",
            ]
        )

    def _problem(self, outcome: Outcome) -> str:
        if outcome.error is not None:
            self._errors += 1
            kind = type(outcome.error).__name__
            return _element("error", kind, str(outcome.error), str(outcome.error))
        if outcome.bug:
            self._errors += 1
            return _element("error", "bug", BUG, outcome.bug)
        if outcome.exit_code(self._setting.fail_on) is ExitCode.READY:
            return ""
        self._failures += 1
        findings = remaining(outcome)
        lines = [f"{f.severity.value}: {f.rule}: {f.message}" for f in findings]
        first = findings[0] if findings else None
        message = needs_person(outcome) or (first.message if first else "")
        return _element("failure", first.rule if first else "refused", message, "\n".join(lines))


def _element(name: str, kind: str, message: str, body: str) -> str:
    lines = "\n".join(printable(line) for line in body.split("\n"))
    head = f"<{name} type={_value(kind)} message={_value(message)}>"
    return f"{head}{escape(_NOT_XML.sub('?', lines))}</{name}>"


def _value(text: str) -> str:
    return quoteattr(_NOT_XML.sub("?", printable(text)))
