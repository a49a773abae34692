"""GitHub: findings as workflow commands, which GitHub Actions shows beside the files.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from preflight.batch.outcome import Outcome, Summary
from preflight.finding import Severity
from preflight.printable import printable
from preflight.render.renderer import Setting
from preflight.render.standing import Standing, needs_person, remaining, standing

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


class GithubRenderer:
    """One command for each finding; notes only with `-v`, because GitHub shows ten of a kind."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._needing = 0

    def start(self) -> str:
        """Nothing."""
        return ""

    def photo(self, outcome: Outcome) -> str:
        """What is to be said about one photo."""
        if standing(outcome) is Standing.NEEDS_YOU:
            self._needing += 1
        lines = []
        findings = remaining(outcome)
        why = needs_person(outcome)
        if why and (outcome.report is None or outcome.result is not None or outcome.error):
            lines.append(_command("error", outcome.path, "needs you", why))
            findings = ()
        for finding in findings:
            if finding.severity is Severity.INFO and not self._setting.verbose:
                continue
            text = finding.message
            if finding.source:
                text += f" ({finding.source})"
            lines.append(_command(_COMMANDS[finding.severity], outcome.path, finding.rule, text))
        return "".join(f"{line}\n" for line in lines)

    def end(self, summary: Summary) -> str:
        """One plain line, which names no file."""
        photos = "1 photo" if summary.photos == 1 else f"{summary.photos} photos"
        need = "1 needs" if self._needing == 1 else f"{self._needing} need"
        return f"preflight: {photos}, of which {need} a person\n"


def _command(name: str, path: str, title: str, message: str) -> str:
    place = f"file={_property(printable(path))},title={_property(title)}"
    return f"::{name} {place}::{_data(printable(message))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
