"""The manual page of the rules.

`python -m preflight.rules.manual > preflight/rules/README.md` makes it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from preflight.rules.registry import FAMILIES, Rule, rules

INTRODUCTION = """\
# What is looked for

Generated from the rules in this folder; to change a page, change the rule's docstring.

An *error* makes the upload fail, or the picture is damaged. A *warning* may make it fail or look
bad. An *info* is harmless and mended in passing. The step says what `preflight fix` does about it;
a dash means that only a person can, if there is need to. A platform may see a rule more or less
strictly, and its file says why.
"""


def manual() -> str:
    """The whole page, Markdown."""
    return "\n".join(_lines()) + "\n"


def page(rule: Rule) -> str:
    """The page of one rule, as `preflight explain` prints it; headings are one level deep."""
    mended = f"mended by `{rule.step}`" if rule.step else "not mended by `preflight fix`"
    facts = f"{rule.severity.value.capitalize()}, family {rule.family}, {mended}."
    _, _, body = rule.page.partition("\n")
    return f"# {rule.name}\n\n{rule.summary}\n\n{facts}\n{body.rstrip()}\n"


def _lines() -> Iterator[str]:
    yield INTRODUCTION
    yield "| rule | severity | step | what it says |"
    yield "|---|---|---|---|"
    for rule in rules():
        step = f"`{rule.step}`" if rule.step else "-"
        yield f"| [`{rule.name}`](#{rule.name}) | {rule.severity} | {step} | {rule.summary} |"
    for family in FAMILIES:
        yield ""
        yield f"## Family {family}"
        for rule in rules():
            if rule.family == family:
                yield ""
                yield page(rule).replace("\n## ", "\n#### ").replace("# ", "### ", 1).rstrip()


if __name__ == "__main__":
    sys.stdout.write(manual())
