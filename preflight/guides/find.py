"""Find: from the message that a person saw to the guide that explains it. Typing errors allowed."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterator

from preflight.frozen import frozen
from preflight.guides.guide import Cause, Guide, OtherMessage
from preflight.guides.loader import guides

ENOUGH = 0.72
"""Likeness from which a message counts as the one that was meant."""


@frozen
class Match:
    """A message that is like the text, and what explains it.

    Attributes:
        likeness: 0 to 1.
        message: The known message.
        guide: The guide that knows it.
        cause: The cause, where the message belongs to one.
        other: The entry, where it is a message that is only alike.
    """

    likeness: float
    message: str
    guide: Guide
    cause: Cause | None = None
    other: OtherMessage | None = None


def find(text: str) -> list[Match]:
    """Messages that are like the text, the best first; at most one for each guide and cause.

    >>> find("profile foto update faild")[0].guide.name
    'threads'
    """
    wanted = _plain(text)
    if not wanted:
        return []
    best: dict[tuple[str, str], Match] = {}
    for message, guide, cause, other in _known():
        likeness = _likeness(wanted, _plain(message))
        key = (guide.name, cause.name if cause else other.messages[0] if other else "")
        if likeness >= ENOUGH and (key not in best or likeness > best[key].likeness):
            best[key] = Match(likeness, message, guide, cause, other)
    return sorted(best.values(), key=lambda match: -match.likeness)


def _known() -> Iterator[tuple[str, Guide, Cause | None, OtherMessage | None]]:
    for guide in guides():
        for message in (*guide.messages, guide.title):
            yield message, guide, None, None
        for cause in guide.causes:
            for message in cause.messages:
                yield message, guide, cause, None
        for other in guide.others:
            for message in other.messages:
                yield message, guide, None, other


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in folded).split())


def _likeness(wanted: str, known: str) -> float:
    whole = difflib.SequenceMatcher(None, wanted, known).ratio()
    long_enough = min(len(wanted), len(known)) >= 8
    if long_enough and (f" {known} " in f" {wanted} " or f" {wanted} " in f" {known} "):
        return max(whole, 0.9)  # a pasted screen holds more than the message, or only part of it
    return whole
