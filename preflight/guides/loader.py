"""Loader: the TOML files beside it become guides, checked key by key."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from preflight.errors import UsageError
from preflight.guides.guide import LIKELY, Cause, Guide, OtherMessage, Way

ORDER = ("everywhere", "threads", "tiktok", "onto-the-phone", "misleading")


@cache
def guides() -> tuple[Guide, ...]:
    """All guides, the general one first."""
    import tomllib

    folder = files("preflight.guides")
    return tuple(
        _guide(tomllib.loads((folder / f"{stem}.toml").read_text(encoding="utf-8")))
        for stem in ORDER
    )


def guide(name: str) -> Guide:
    """The guide of that name, or of the platform of that name.

    Raises:
        UsageError: There is none; the message names those that exist.
    """
    wanted = name.strip().casefold()
    for candidate in guides():
        if wanted in (candidate.name, candidate.platform):
            return candidate
    known = ", ".join(g.name for g in guides())
    raise UsageError(f"There is no guide named {name}.", f"There are: {known}.")


def _guide(table: dict[str, Any]) -> Guide:
    table = dict(table)
    causes = tuple(_cause(c) for c in table.pop("cause"))
    others = tuple(
        OtherMessage(tuple(o["messages"]), o["cause"], o["fix"], o["affects"])
        for o in table.pop("other", ())
    )
    questions = tuple((q["ask"], q["answer"]) for q in table.pop("question", ()))
    tips = tuple(t["text"] for t in table.pop("tip", ()))
    messages = tuple(table.pop("messages"))
    about = table.pop("about").strip()
    return Guide(
        causes=causes,
        others=others,
        questions=questions,
        tips=tips,
        messages=messages,
        about=about,
        **table,
    )


def _cause(table: dict[str, Any]) -> Cause:
    table = dict(table)
    ways = tuple(Way(w["device"], tuple(w["steps"])) for w in table.pop("way"))
    rules, messages = tuple(table.pop("rules", ())), tuple(table.pop("messages", ()))
    cause = Cause(ways=ways, rules=rules, messages=messages, **table)
    if cause.likely not in LIKELY:
        raise ValueError(f"{cause.name}: likely is {cause.likely!r}, not one of {LIKELY}")
    return cause
