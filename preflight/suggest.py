"""Suggest: what a mistyped name was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable


def meant(word: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """The known name most like the word; empty if none is.

    Args:
        word: As it was typed.
        known: All names there are.
        likeness: Least ratio of common letters, 0 to 1 (`difflib.get_close_matches`).

    >>> meant("threds", ["threads", "tiktok"]), meant("photo", ["threads", "tiktok"])
    ('threads', '')
    """
    from difflib import get_close_matches  # loaded when something was mistyped

    return next(iter(get_close_matches(word, list(known), n=1, cutoff=likeness)), "")


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """A sentence of advice: the name that was meant, or something else to do."""
    name = meant(word, known)
    return f"Did you mean {name}?" if name else otherwise
