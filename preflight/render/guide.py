"""Guide renderer: a guide as a checklist for people, or as plain data for programs."""

from __future__ import annotations

import textwrap
from dataclasses import asdict

from preflight.guides.find import Match
from preflight.guides.guide import Cause, Guide

_BOX = "[ ]"
CAUTION = "Watch out"
"""Before a mistake that people make; some of them say what to do, so not "Avoid"."""
_LIKELY = {
    "most often": "the most frequent reason",
    "often": "a frequent reason",
    "sometimes": "happens",
    "seldom": "seldom",
}


def guide_text(guide: Guide, width: int = 80) -> str:
    """The guide as a checklist.

    Args:
        guide: What to print.
        width: Columns to wrap at.
    """
    lines = [guide.title, "", *_wrap(guide.about, width), "", *_wrap(guide.advice, width)]
    for number, cause in enumerate(guide.causes, 1):
        lines += ["", *cause_lines(cause, f"{number}. ", width)]
    for other in guide.others:
        names = " or ".join(f'"{message}"' for message in other.messages)
        lines += ["", f"Not the same: {names}"]
        lines += _wrap(f"{other.cause} {other.fix}", width, "   ")
        lines += _wrap(other.affects, width, "   ")
    if guide.questions:
        lines += ["", "Questions"]
        for ask, answer in guide.questions:
            lines += [*_wrap(ask, width, "   "), *_wrap(answer, width, "     ")]
    if guide.tips:
        lines += ["", "In short"]
        for tip in guide.tips:
            lines += _wrap(tip, width, f"   {_BOX} ", " " * 7)
    lines += ["", *_wrap(f"Source: {guide.source}, read on {guide.checked_on}.", width)]
    return "\n".join(lines) + "\n"


def cause_lines(cause: Cause, prefix: str, width: int) -> list[str]:
    """One cause: title, how to recognise it, the steps, the mistake."""
    lines = _wrap(f"{cause.title} ({_LIKELY[cause.likely]})", width, prefix, "   ")
    lines += _wrap(cause.recognise, width, "   ")
    for way in cause.ways:
        if len(cause.ways) > 1 or way.device != "any":
            lines.append(f"   {way.title}:")
        for step in way.steps:
            lines += _wrap(step, width, f"   {_BOX} ", " " * 7)
    if cause.mistake:
        lines += _wrap(f"{CAUTION}: {cause.mistake}", width, "   ")
    if cause.photo:
        lines += _wrap(f"For a profile photo: {cause.photo}", width, "   ")
    if cause.source:
        lines += _wrap(f"Source: {cause.source}", width, "   ")
    return lines


def guides_list(guides: tuple[Guide, ...]) -> str:
    """One line for each guide, with the command that shows it."""
    wide = max(len(guide.name) for guide in guides)
    lines = [f"  preflight guide {guide.name:<{wide}}  {guide.title}" for guide in guides]
    return "\n".join(lines) + "\n"


def match_text(match: Match, width: int = 80) -> str:
    """What a message that a person saw means, and what to do."""
    if match.other is not None:
        lines = _wrap(f'"{match.message}": {match.other.cause}', width)
        lines += _wrap(match.other.fix, width) + _wrap(match.other.affects, width)
        return "\n".join(lines) + "\n"
    if match.cause is not None:
        return "\n".join(cause_lines(match.cause, "", width)) + "\n"
    return guide_text(match.guide, width)


def guide_dict(guide: Guide) -> dict[str, object]:
    """The guide as plain data; part of the JSON interface."""
    return {"schema": "preflight-guide/1", **asdict(guide)}


def _wrap(text: str, width: int, first: str = "", rest: str | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        max(width, 40),
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
