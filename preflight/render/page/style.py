"""Style: the page's one style sheet, and the policy that allows it and nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from preflight.render.page.markup import Markup

_RULE_NAME = re.compile("[a-z][a-z0-9-]{0,60}")


@cache
def base_style() -> str:
    """The style that every page has."""
    return files("preflight.render.page").joinpath("style.css").read_text("utf-8")


def filter_style(rules: Iterable[str]) -> str:
    """Hides, for each rule, the photos without it while its button is chosen."""
    return "".join(
        f"body:has(#rule-{name}:checked) .photo:not(.has-{name}):not(:target){{display:none}}\n"
        for name in rules
        if is_rule_name(name)
    )


def is_rule_name(name: str) -> bool:
    """It can stand in a style sheet: findings may come from a process that nobody trusts."""
    return _RULE_NAME.fullmatch(name) is not None


def head_of_style(style: str) -> Markup:
    """The policy and the style. Without a network, scripts, frames, forms; nothing is loaded."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return Markup(
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n<style>{style}</style>'
    )
