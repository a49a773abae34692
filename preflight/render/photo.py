"""Photo: the page about one checked photo, and the sentences that the other pages share."""

from __future__ import annotations

from collections.abc import Iterator

from preflight.finding import Finding, Severity
from preflight.platforms.platform import Platform
from preflight.printable import shell_quote
from preflight.render.layout import Layout
from preflight.render.renderer import Setting
from preflight.report import Report, Verdict
from preflight.words import both, pixels, size

LABELS = {
    Severity.ERROR: ("Problem", "red"),
    Severity.WARNING: ("Advice", "yellow"),
    Severity.INFO: ("Note", "blue"),
}

SALVAGEABLE = frozenset({"truncated", "corrupt"})
"""Rules whose damage `--salvage` may cut away."""

_SIZE_RULES = frozenset({"empty-file", "too-many-bytes", "heavy", "too-few-bytes"})

_MADE_SQUARE = {
    "cropped": "it will be cropped to a square",
    "letterboxed": "it will get bars to make it square",
    "stretched": "it will be stretched to a square",
}


def verdict_sentence(report: Report, platforms: tuple[Platform, ...]) -> tuple[str, str]:
    """The answer in one sentence, and its style."""
    if report.verdict is Verdict.BLOCKED:
        return "the upload will probably fail, and preflight cannot fix this one.", "red"
    if report.verdict is Verdict.READY:
        if any(finding.severity is Severity.WARNING for finding in report.findings):
            return "ready to upload, but see below.", "green"
        return "ready to upload.", "green"
    findings = [f for f in report.findings if f.severity is not Severity.INFO and f.step]
    if any(finding.severity is Severity.ERROR for finding in findings):
        return "the upload will probably fail. preflight can fix this.", "yellow"
    if all(finding.rule == "not-square" for finding in findings):
        return f"should upload; {_made_square(platforms)}.", "green"
    risk = "may be refused" if any(f.family in _REFUSED for f in findings) else "may look wrong"
    return f"should upload, but {risk}. preflight can fix this.", "yellow"


def verdict_words(report: Report, platforms: tuple[Platform, ...]) -> tuple[str, str]:
    """The answer in a few words, for one line of many, and its style."""
    sentence, style = verdict_sentence(report, platforms)
    if report.verdict is Verdict.BLOCKED:
        return "will probably fail, needs you", style
    if report.verdict is Verdict.READY:
        return "ready", style
    if "probably fail" in sentence:
        return "will probably fail, can be fixed", style
    return sentence.partition(". ")[0].rstrip("."), style


_REFUSED = frozenset({"file", "damage", "coding"})
"""Families whose warnings are about being accepted; the others are about looks."""


def report_page(report: Report, path: str, setting: Setting, layout: Layout) -> str:
    """Everything about one photo, with the command to go on with."""
    sentence, style = verdict_sentence(report, setting.platforms)
    lines = [layout.headline(report.name, sentence, style)]
    details = list(_details(report, setting, layout))
    if details:
        lines += ["", *details]
    if command := _next_command(report, path, setting):
        what, line = command
        lines += ["", what, layout.command(line)]
    elif report.verdict is Verdict.READY:
        lines += ["", f"The file is fine. If it still fails: {guide_command(setting)}"]
    return "\n".join(lines) + "\n"


def guide_command(setting: Setting) -> str:
    """Where to look when a good file is refused all the same."""
    named = [platform.name for platform in setting.platforms if platform.name != "default"]
    place = f" {named[0]}" if len(named) == 1 and setting.for_options == tuple(named) else ""
    return f"preflight guide{place}"


def guide_lines(setting: Setting, layout: Layout) -> list[str]:
    """The same for a copy that was just made."""
    return [
        "If it still fails, the file is probably not the cause:",
        layout.command(guide_command(setting)),
    ]


def finding_lines(finding: Finding, setting: Setting, layout: Layout) -> Iterator[str]:
    """One finding; with `-v` also the rule, what was measured and where the limit comes from."""
    label, style = LABELS[finding.severity]
    message = finding.message
    if len(setting.platforms) > len(finding.platforms) > 0:
        message += f" ({both(finding.platforms)})"
    yield layout.labelled(label, message, style)
    if setting.verbose:
        against = f", wanted: {finding.required}" if finding.required else ""
        yield layout.labelled("", f"{finding.rule}: {finding.measured}{against}", "dim")
        if finding.source:
            yield layout.labelled("", f"{finding.source}, {finding.checked_on}", "dim")


def fix_command(setting: Setting, paths: tuple[str, ...], *options: str) -> str:
    """The `fix` that goes with this `check`, quoted for the shell."""
    words = ["preflight", "fix", *options]
    for name in setting.for_options:
        words += ["--for", shell_quote(name)]
    words += [shell_quote(path) for path in paths]
    if paths == ("-",):
        words += ["-o", "photo-ready.jpg"]
    return " ".join(words)


def good_sentence(report: Report) -> str:
    """What is right with the photo; empty if that cannot be said."""
    facts, rules = report.facts, {finding.rule for finding in report.findings}
    if not facts.is_image:
        return ""
    clauses = []
    # What the scan itself left out are checks of the picture's data.
    unseen = facts.skipped or any(one.check in _DAMAGE_RULES for one in report.skipped)
    if facts.decoded and not unseen and not _damaged(report):
        clauses.append("no damage found")
    width_px, height_px = facts.width_px, facts.height_px
    if report.verdict is Verdict.READY and width_px and height_px and not rules & _GEOMETRY_RULES:
        clauses.append(f"square and large enough ({pixels(width_px, height_px)})")
    if not rules & _SIZE_RULES and not facts.limits_hit:
        clauses.append(f"small enough ({size(facts.size_bytes)})")
    if not clauses:
        return ""
    text = f"{', '.join(clauses[:-1])}, and {clauses[-1]}" if len(clauses) > 1 else clauses[0]
    return f"{text[0].upper()}{text[1:]}."


_DAMAGE_RULES = frozenset(
    {"undecodable", "truncated", "corrupt", "damaged-header", "damaged-but-readable"}
)
_GEOMETRY_RULES = frozenset({"not-square", "low-resolution", "too-small", "too-many-pixels"})


def _details(report: Report, setting: Setting, layout: Layout) -> Iterator[str]:
    notes = [finding for finding in report.findings if finding.severity is Severity.INFO]
    for finding in report.findings:
        if finding.severity is not Severity.INFO:
            yield from finding_lines(finding, setting, layout)
    if good := good_sentence(report):
        yield layout.labelled("Good", good, "green")
    for finding in notes:
        yield from finding_lines(finding, setting, layout)
    checks: dict[str, list[str]] = {}
    for skipped in report.skipped:
        checks.setdefault(skipped.why, []).append(skipped.check)
    for why, names in checks.items():
        listed = ", ".join(names) if setting.verbose else both(names)
        yield layout.labelled("Skipped", f"{listed}: {why}", "dim")


def _next_command(report: Report, path: str, setting: Setting) -> tuple[str, str] | None:
    if report.verdict is Verdict.FIXABLE:
        return "To make a copy that is ready to upload:", fix_command(setting, (path,))
    return salvage_command(report, path, setting)


def salvage_command(report: Report, path: str, setting: Setting) -> tuple[str, str] | None:
    """The last resort for a damaged photo, and what it is; None where it cannot help."""
    blocking = {f.rule for f in report.findings if f.severity is Severity.ERROR and not f.step}
    if not blocking or not blocking <= SALVAGEABLE or not report.facts.width_px:
        return None
    harm = [damage for damage in report.facts.damage if damage.harms_picture]
    if any(damage.region is None or damage.lost_share == 1 for damage in harm):
        return None  # which part is whole is not known, or none is
    what = "If there is no better copy, this keeps the part that is whole:"
    return what, fix_command(setting, (path,), "--salvage")


def _made_square(platforms: tuple[Platform, ...]) -> str:
    ways = {platform.square.value for platform in platforms if platform.square} or {"cropped"}
    return (
        _MADE_SQUARE.get(ways.pop(), "it is not square")
        if len(ways) == 1
        else ("it will be made square")
    )


def _damaged(report: Report) -> bool:
    return bool(report.facts.damage) or any(f.family == "damage" for f in report.findings)
