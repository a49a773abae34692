"""Guide: what else makes an upload fail, and what a message means that a person saw."""

from __future__ import annotations

import json

import click

from preflight.cli.console import Console
from preflight.cli.values import GuideName
from preflight.errors import UsageError
from preflight.guides.find import find
from preflight.guides.guide import Guide
from preflight.guides.loader import guide as guide_named
from preflight.guides.loader import guides
from preflight.render.guide import guide_dict, guide_text, guides_list, match_text


@click.command()
@click.argument("name", required=False, type=GuideName(), metavar="[PLATFORM]")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="As what."
)
def guide(name: str | None, form: str) -> None:
    """What to try when it is not the file: a checklist, most helpful first.

    PLATFORM is a place such as threads, or the name of a guide. Without one you see what holds
    everywhere, and the list of guides.

    \b
    Examples:
      preflight guide
      preflight guide threads
    """
    console = Console()
    chosen, place = _choose(name)
    if form == "json":
        console.write(json.dumps(guide_dict(chosen), indent=2, ensure_ascii=False) + "\n")
        return
    console.write(guide_text(chosen, console.width))
    if place:
        console.write(f"\n{place}\n")
    if name is None:
        console.write(f"\nGuides:\n{guides_list(guides())}")


def explain_message(text: str, console: Console) -> None:
    """Prints what a message that a person saw means; several candidates are offered.

    Raises:
        UsageError: Nothing known is like it.
    """
    matches = find(text)
    if not matches:
        raise UsageError(
            f"preflight does not know the message {text!r}.",
            "`preflight check` on the photo says whether it is the file, `preflight guide` what "
            "else it can be, `preflight rules` lists what is looked for.",
        )
    best, others = matches[0], matches[1:]
    console.write(match_text(best, console.width))
    if others:
        console.write("\nOr did you mean:\n")
    for match in others:
        console.write(f'  preflight explain "{match.message}"  ({match.guide.title})\n')


def _choose(name: str | None) -> tuple[Guide, str]:
    """The guide, and what is known of a platform that has none of its own."""
    if name is None:
        return guide_named("everywhere"), ""
    from preflight.platforms.loader import load, names

    known = name.strip().casefold()
    if known == "default" or (known in names() and not any(g.platform == known for g in guides())):
        platform = load(known)
        often = (
            f" How often the photo may change: {platform.rate_limit}"
            if (platform.rate_limit)
            else ""
        )
        place = (
            f"There is no guide for {platform.title} alone; this one holds everywhere."
            f"{often}\nIts limits: preflight platforms {platform.name}"
        )
        return guide_named("everywhere"), place if known != "default" else ""
    return guide_named(known), ""
