import pytest

from preflight.errors import UsageError
from preflight.finding import Severity
from preflight.rules.registry import FAMILIES, get, rule, rules

NAMES = """
too-large-to-open unknown-kind decoder-crashed timed-out out-of-memory
empty-file not-an-image format-not-accepted wrong-extension too-many-bytes heavy too-few-bytes
undecodable truncated corrupt damaged-header damaged-but-readable trailing-data
not-square too-small low-resolution too-many-pixels extreme-shape rotated-by-tag mirrored-by-tag
wide-gamut not-rgb high-bit-depth hdr transparent broken-colour-profile
animated several-images
unusual-coding progressive
no-face several-faces face-small head-cut-by-circle sideways-face blurred dark
location-inside personal-metadata hidden-images
"""


def test_these_are_the_rules_in_this_order() -> None:
    assert [rule.name for rule in rules()] == NAMES.split()


def test_families_are_in_order() -> None:
    places = [FAMILIES.index(rule.family) for rule in rules()]
    assert places == sorted(places)
    assert set(places) == set(range(len(FAMILIES)))


def test_get_finds_or_suggests() -> None:
    assert get("not-square").function.__name__ == "not_square"
    with pytest.raises(UsageError, match="Did you mean not-square"):
        get("not-sqare")
    with pytest.raises(UsageError, match="lists them all"):
        get("zzzz")


def test_bad_rules_are_refused() -> None:
    def not_square() -> None:
        """It is not."""

    def new_rule() -> None:
        """It is new."""

    def pageless() -> None: ...

    with pytest.raises(ValueError, match="two rules called not-square"):
        rule(family="geometry", severity=Severity.INFO)(not_square)
    with pytest.raises(ValueError, match="no family called shape"):
        rule(family="shape", severity=Severity.INFO)(new_rule)
    with pytest.raises(ValueError, match="pageless has no manual page"):
        rule(family="file", severity=Severity.INFO)(pageless)
    assert [rule.name for rule in rules()] == NAMES.split()
