"""Info: platforms, rules and their manual pages, for reading."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import fields

import click

from preflight.cli.console import Console
from preflight.cli.values import PlatformName, RuleName
from preflight.finding import Severity
from preflight.platforms.platform import Limit, Platform
from preflight.render.layout import Layout
from preflight.rules.registry import Rule
from preflight.suggest import meant
from preflight.words import exact_bytes, format_word, size

TRUST = {
    "code": "read in its source code",
    "official": "its own help pages",
    "issue": "reports by users",
    "third-party": "other people's pages",
    "ours": "our advice",
}

_LIMIT_WORDS = {
    "formats": "Formats",
    "max_bytes": "At most",
    "advised_bytes": "Better below",
    "min_bytes": "At least",
    "min_side_px": "Shorter side, at least",
    "advised_side_px": "Shorter side, better",
    "max_side_px": "Longer side, at most",
    "max_pixels": "Pixels, at most",
    "max_frames": "Frames, at most",
    "aspect": "Width by height",
    "square": "If not square",
    "shape": "Shown as",
    "transparency": "Transparent becomes",
    "display_px": "Shown at",
    "one_person": "One person only",
    "progressive": "Progressive JPEG",
}
"""Field of `Platform` to what people call it."""


@click.command()
@click.argument("name", required=False, type=PlatformName(), metavar="[NAME]")
def platforms(name: str | None) -> None:
    """Where photos go: all platforms, or every limit of one with its source.

    NAME is a platform, or the path of a platform file.
    """
    from preflight.platforms.loader import ALL, load, names

    console = Console()
    if name not in (None, ALL):
        console.write("\n".join(_platform_page(load(name), console)) + "\n")
        return
    width = max(map(len, names()))
    for known in names():
        console.write(f"{known:<{width}}  {_platform_line(load(known))}\n")
    console.write("\npreflight platforms NAME shows every limit, with its source.\n")


@click.command()
def rules() -> None:
    """All that is looked for, by family."""
    from preflight.rules.registry import rules as all_rules

    console, family = Console(), ""
    layout = Layout(console.width, console.colour)
    width = max(len(rule.name) for rule in all_rules())
    for rule in all_rules():
        if rule.family != family:
            console.write(f"{chr(10) if family else ''}{layout.styled(rule.family, 'bold')}\n")
            family = rule.family
        mended = "fixed" if rule.step else ""
        line = f"  {rule.name:<{width}}  {rule.severity.value:<8}{mended:<6}  {rule.summary}"
        console.write(line + "\n")
    console.write("\npreflight explain RULE says more about one.\n")


@click.command()
@click.argument("words", nargs=-1, required=True, type=RuleName(), metavar='RULE|"MESSAGE"')
def explain(words: tuple[str, ...]) -> None:
    """Say what a finding means, or what a message means that an app showed you.

    \b
    Examples:
      preflight explain not-square
      preflight explain "Profile Photo Update Failed"
    """
    from preflight.cli.guide import explain_message
    from preflight.rules.registry import get
    from preflight.rules.registry import rules as all_rules

    console = Console()
    layout = Layout(console.width, console.colour)
    text = " ".join(words)
    known_names = [rule.name for rule in all_rules()]
    name_like = len(words) == 1 and " " not in text and meant(text, known_names)
    if text not in known_names and not name_like:
        explain_message(text, console)
        return
    known = get(text)
    console.write(
        f"{layout.styled(known.name, 'bold')} ({known.severity.value}): {_remedy(known)}\n\n"
    )
    console.write("\n\n".join(_page(known.page, layout)) + "\n")


def _remedy(rule: Rule) -> str:
    """Who does something about it, if anybody has to."""
    if rule.step:
        return f"`preflight fix` mends it (step {rule.step})"
    if rule.severity is Severity.ERROR:
        return "a person must act"
    return "by itself it stops no upload"


def _page(page: str, layout: Layout) -> Iterator[str]:
    """The manual page for a terminal: headings without their marks, paragraphs wrapped anew."""
    for block in page.split("\n\n"):
        heading, _, text = block.partition("\n") if block.startswith("## ") else ("", "", block)
        if heading:
            wrapped = f"\n{layout.paragraph(_joined(text), indent=2)}" if text else ""
            yield layout.styled(heading.removeprefix("## "), "bold") + wrapped
        else:
            yield layout.paragraph(_joined(text))


def _joined(text: str) -> str:
    return " ".join(text.split())


def _platform_line(platform: Platform) -> str:
    formats = ", ".join(format_word(name) for name in platform.formats.value)
    known = [formats]
    if platform.max_bytes is not None:
        suffix = " (not published)" if platform.max_bytes.inherited else ""
        known.append(f"at most {size(platform.max_bytes.value)}{suffix}")
    return f"{platform.title}: {'; '.join(known)}"


def _platform_page(platform: Platform, console: Console) -> Iterator[str]:
    layout = Layout(console.width, console.colour)
    yield layout.styled(f"{platform.title} ({platform.name})", "bold")
    for field in fields(Platform):
        limit = getattr(platform, field.name)
        if isinstance(limit, Limit):
            yield ""
            yield from _limit_lines(_LIMIT_WORDS[field.name], field.name, limit)
    for heading, text in (
        ("Stored", platform.stores),
        ("How often", platform.rate_limit),
        ("Holds for", platform.scope),
        *(("Note", note) for note in platform.notes),
    ):
        if text:
            yield ""
            yield layout.paragraph(f"{heading}: {text}")
    for rule, (severity, reason) in platform.severities.items():
        yield ""
        yield layout.paragraph(f"{rule} is an {severity.value} here: {reason}")


def _limit_lines(label: str, name: str, limit: Limit[object]) -> Iterator[str]:
    advice = "" if limit.hard or name in _NOT_REFUSED else "  (advice)"
    yield f"  {label}: {_value(name, limit.value)}{advice}"
    if limit.inherited:
        yield "    not published; this is what preflight takes for granted everywhere"
    else:
        checked = f", read on {limit.checked_on}" if limit.checked_on else ""
        yield f"    {limit.source} ({TRUST[limit.trust]}{checked})"
    if limit.note:
        yield textwrap.fill(limit.note, 76, initial_indent="    ", subsequent_indent="    ")


_NOT_REFUSED = frozenset({"shape", "transparency", "display_px", "square"})
"""What happens to a photo, as opposed to what it has to be."""


def _value(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        if name.endswith("_bytes"):
            return f"{size(value)} ({exact_bytes(value)})"
        return f"{value:,} px" if name.endswith(("_px", "_pixels")) else f"{value:,}"
    if isinstance(value, tuple):
        if name == "formats":
            return ", ".join(format_word(entry) for entry in value)
        return ", ".join(f"{entry} px" for entry in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
