from pathlib import Path

import preflight.rules
from preflight.rules.manual import manual, page
from preflight.rules.registry import get, rules

README = Path(preflight.rules.__file__).with_name("README.md")


def test_the_page_is_fresh() -> None:
    assert README.read_text(encoding="utf-8") == manual(), (
        "run: python -m preflight.rules.manual > preflight/rules/README.md"
    )


def test_every_rule_has_its_line_and_its_section() -> None:
    text = manual()
    for rule in rules():
        assert f"| [`{rule.name}`](#{rule.name}) | {rule.severity} |" in text
        assert f"\n### {rule.name}\n" in text
    assert text.count("\n### ") == len(rules())
    assert "\n# " not in text


def test_the_page_of_one_rule() -> None:
    assert page(get("too-small")).startswith(
        "# too-small\n\nThe photo has fewer pixels than the platform takes.\n\n"
        "Error, family geometry, mended by `resize`.\n\n## Why it matters\n"
    )
    assert "not mended by `preflight fix`." in page(get("truncated"))
