"""Describing a platform: every limit as a row of words, for the terminal and the manual."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from preflight.frozen import frozen
from preflight.platforms.platform import Limit, Platform
from preflight.words import either, exact_bytes, format_word, megapixels, size

NOT_PUBLISHED = "not published"

TRUST_WORDS = {
    "code": "read in its source code",
    "official": "official documentation",
    "issue": "reported by users",
    "third-party": "other people's pages, may be wrong",
    "ours": "preflight's advice",
}


@frozen
class Row:
    """One limit in words.

    Attributes:
        field: Its name in `Platform`.
        label: What is limited: "Largest file".
        value: "0.2 MB (204,800 bytes)".
        published: The platform states it; False: it is what holds for most places.
        hard: Breaking it makes the upload fail; False: advice.
        trust: As in `Limit.trust`.
        source, checked_on, note: As in `Limit`.
    """

    field: str
    label: str
    value: str
    published: bool
    hard: bool
    trust: str
    source: str
    checked_on: str
    note: str

    @property
    def force(self) -> str:
        """`limit` or `advice`."""
        return "limit" if self.hard else "advice"


def _bytes(value: int) -> str:
    return f"{size(value)} ({exact_bytes(value)})" if value >= 1000 else exact_bytes(value)


def _side(value: int) -> str:
    return f"{value:,} px"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _aspect(value: float) -> str:
    return "square" if value == 1 else f"{value:g} times as wide as high"


_WORDS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "formats": ("Formats", lambda value: either([format_word(name) for name in value])),
    "max_bytes": ("Largest file", _bytes),
    "advised_bytes": ("Better below", _bytes),
    "min_bytes": ("Smallest file", _bytes),
    "min_side_px": ("Shorter side, at least", _side),
    "advised_side_px": ("Shorter side, better", _side),
    "max_side_px": ("Longer side, at most", _side),
    "max_pixels": ("Most pixels", megapixels),
    "max_frames": ("Frames", lambda value: "a still" if value == 1 else f"at most {value}"),
    "aspect": ("Shape of the file", _aspect),
    "square": ("Not square is", str),
    "shape": ("Shown as", str),
    "display_px": ("Shown at", lambda value: f"{', '.join(map(str, value))} px"),
    "transparency": ("Transparent parts", lambda value: "kept" if value == "keeps" else value),
    "one_person": ("One person only", _yes),
    "progressive": ("Progressive JPEG", _yes),
}
"""Field of `Platform` to its label and the words for its value, in the order shown."""


def rows(platform: Platform) -> tuple[Row, ...]:
    """Every limit that is known of a platform, its own and those of most places."""
    return tuple(_rows(platform))


def _rows(platform: Platform) -> Iterator[Row]:
    for field, (label, words) in _WORDS.items():
        limit: Limit[Any] | None = getattr(platform, field)
        if limit is not None:
            yield Row(
                field=field,
                label=label,
                value=words(limit.value),
                published=not limit.inherited,
                hard=limit.hard,
                trust=limit.trust,
                source=limit.source,
                checked_on=limit.checked_on,
                note=limit.note,
            )


def remarks(platform: Platform) -> tuple[str, ...]:
    """What else is known, one sentence or clause each."""
    texts = (
        ("Stores", platform.stores),
        ("How often", platform.rate_limit),
        ("Holds for", SCOPES.get(platform.scope, platform.scope)),
    )
    return (*(f"{label}: {text}." for label, text in texts if text), *platform.notes)


SCOPES = {
    "api": "uploads by a program; the app or web page may differ",
    "web": "the web page",
    "self-hosted-default": "a server as it is installed; each may be set differently",
}
