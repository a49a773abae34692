"""Text: what a person reads in the terminal."""

from __future__ import annotations

from preflight.batch.outcome import Outcome, Summary
from preflight.finding import Severity
from preflight.printable import printable
from preflight.render.fixed import changes, fix_page
from preflight.render.layout import Layout
from preflight.render.photo import fix_command, report_page, verdict_words
from preflight.render.renderer import Setting
from preflight.render.standing import needs_person
from preflight.report import FixResult, Verdict
from preflight.words import both

MAX_COMMAND = 200
"""Characters up to which the next command names all photos."""

_SKIPPED = {
    "not a photo": ("file that is no photo", "files that are no photos"),
    "companion": ("companion of a photo", "companions of photos"),
    "unedited": ("photo beside its edited copy", "photos beside their edited copies"),
    "in the cloud": ("file that is only in the cloud", "files that are only in the cloud"),
    "link": ("link", "links"),
    "copy": ("copy that preflight made before", "copies that preflight made before"),
}
"""Worth a word; hidden files are not."""


class TextRenderer:
    """One photo: a page. Several: a line each, then what needs a person, then the sums."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._layout = Layout(setting.width, setting.colour)
        self._needs_person: list[tuple[str, str]] = []
        self._fixable = False
        self._as_they_were = 0

    def start(self) -> str:
        """Nothing."""
        return ""

    def photo(self, outcome: Outcome) -> str:
        """The page or the line. What could not be read or written is said on stderr."""
        if outcome.error is not None or outcome.bug:
            self._needs_person.append((outcome.path, needs_person(outcome)))
            return ""
        if self._setting.one_photo:
            return self._page(outcome) + self._timings(outcome)
        line = self._fix_line(outcome) if outcome.result else self._check_line(outcome)
        unsaid = self._setting.endless and outcome.result is not None and not outcome.result.made
        return (line if unsaid or not self._setting.quiet else "") + self._timings(outcome)

    def end(self, summary: Summary) -> str:
        """What needs a person, the sums, and the command to go on with."""
        if self._setting.one_photo:
            return ""
        parts = []
        if self._needs_person:
            lines = [self._layout.styled("These need you:", "bold")]
            for path, why in self._needs_person:
                lines.append(f"\n  {self._layout.styled(printable(path), 'bold')}")
                lines.append(self._layout.paragraph(why, indent=4))
            parts.append("\n".join(lines) + "\n")
        if not self._setting.quiet:
            parts.append(self._sums(summary) + "\n")
            if self._setting.command == "check" and self._fixable:
                parts.append(self._go_on() + "\n")
        return "".join(f"\n{part}" for part in parts)

    def _timings(self, outcome: Outcome) -> str:
        """Milliseconds by stage, if they are asked for."""
        if not self._setting.timings:
            return ""
        stages = {stage: 1000 * spent_s for stage, spent_s in outcome.timings_s.items()}
        listed = ", ".join(f"{stage} {spent:.1f}" for stage, spent in stages.items())
        return f"  Time in ms: {listed or 'nothing was done'}; in all {sum(stages.values()):.1f}\n"

    def _page(self, outcome: Outcome) -> str:
        setting = self._setting
        if outcome.result is not None:
            if setting.quiet and outcome.result.made:
                return ""
            return fix_page(outcome, outcome.result, setting, self._layout)
        if outcome.report is None or (setting.quiet and outcome.report.verdict is Verdict.READY):
            return ""
        return report_page(outcome.report, outcome.path, setting, self._layout)

    def _check_line(self, outcome: Outcome) -> str:
        report = outcome.report
        if report is None:
            return ""
        words, style = verdict_words(report, self._setting.platforms)
        if report.verdict is Verdict.BLOCKED:
            self._needs_person.append((outcome.path, needs_person(outcome)))
        self._fixable |= report.verdict is Verdict.FIXABLE
        rules = [f.rule for f in report.findings if f.severity is not Severity.INFO]
        why = f" ({', '.join(rules)})" if rules else ""
        return self._layout.line(outcome.path, f"{words}{why}", style) + "\n"

    def _fix_line(self, outcome: Outcome) -> str:
        result = outcome.result
        if result is None:
            return ""
        if not result.made:
            self._needs_person.append((outcome.path, result.why))
            where = f": {result.why}" if self._setting.endless else ", see below"
            return self._layout.line(outcome.path, f"needs you{where}", "red") + "\n"
        self._as_they_were += result.status == "unchanged" and not outcome.already_done
        target = f" -> {outcome.output}" if outcome.output is not None else ""
        sentence = f"{_what_was_done(outcome, result, self._setting)}{target}"
        return self._layout.line(outcome.path, sentence, "green") + "\n"

    def _sums(self, summary: Summary) -> str:
        counts = summary.counts
        if self._setting.command == "check":
            return self._sentence(
                summary, {"ready": counts["ready"], "can be fixed": counts["fixable"]}
            )
        made = counts["fixed"] + counts["stripped"] + counts["unchanged"] - counts["already_done"]
        done = "can be made ready" if self._setting.dry_run else "ready"
        if made and self._as_they_were:
            count = "" if made == self._as_they_were else f"{self._as_they_were:,} "
            done += f" ({count}as {'it was' if self._as_they_were == 1 else 'they were'})"
        return self._sentence(summary, {done: made, "done before": counts["already_done"]})

    def _sentence(self, summary: Summary, named: dict[str, int]) -> str:
        photos = "1 photo" if summary.photos == 1 else f"{summary.photos:,} photos"
        needs = len(self._needs_person)
        parts = [f"{count:,} {name}" for name, count in named.items() if count]
        if needs:
            failed = summary.counts["failed"]
            share = f" ({'' if failed == needs else f'{failed:,} '}failed)" if failed else ""
            parts.append(("1 needs you" if needs == 1 else f"{needs:,} need you") + share)
        sentence = f"{photos}: {', '.join(parts)}." if parts else f"{photos}."
        passed = [
            f"{summary.skipped[reason]:,} {one if summary.skipped[reason] == 1 else many}"
            for reason, (one, many) in _SKIPPED.items()
            if summary.skipped[reason]
        ]
        if passed:
            was = "was" if sum(summary.skipped[reason] for reason in _SKIPPED) == 1 else "were"
            sentence += f" {both(passed)} {was} passed over."
        if summary.interrupted and not self._setting.endless:
            sentence = f"Stopped before the end. {sentence}"
        return self._layout.paragraph(sentence)

    def _go_on(self) -> str:
        command = fix_command(self._setting, self._setting.arguments)
        if len(command) > MAX_COMMAND:
            command = fix_command(self._setting, ()) + " …"
            return f"To make copies that are ready to upload, with the same photos:\n  {command}"
        return f"To make copies that are ready to upload:\n{self._layout.command(command)}"


def _what_was_done(outcome: Outcome, result: FixResult, setting: Setting) -> str:
    if outcome.output is None:
        return "ready as it is"
    if outcome.already_done:
        return "already done"
    if setting.dry_run:
        return "can be done"
    if result.status == "unchanged":
        return "ready as it is, copied"
    return ", ".join(changes(result)) or "done"
