"""Guides are data: each complete, each file cause a rule that exists, each message found."""

import json
import re

import pytest

from preflight.errors import UsageError
from preflight.guides.find import find
from preflight.guides.guide import LIKELY, Guide
from preflight.guides.loader import guide, guides
from preflight.platforms.loader import names as platform_names
from preflight.render.guide import guide_dict, guide_text, guides_list, match_text
from preflight.rules.registry import rules


@pytest.mark.parametrize("each", guides(), ids=lambda g: g.name)
def test_a_guide_is_complete(each: Guide) -> None:
    assert each.title
    assert len(each.about) > 80
    assert each.advice.endswith(".")
    assert each.source
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", each.checked_on)
    assert each.trust in ("official", "issue", "third-party", "ours")
    assert not each.platform or each.platform in platform_names()
    assert len({cause.name for cause in each.causes}) == len(each.causes) >= 4
    known_rules = {rule.name for rule in rules()}
    for cause in each.causes:
        assert cause.likely in LIKELY
        assert cause.recognise
        assert cause.mistake
        assert cause.ways
        assert all(way.device and way.steps for way in cause.ways)
        assert set(cause.rules) <= known_rules
        for sentence in (*(s for way in cause.ways for s in way.steps), cause.mistake):
            assert sentence.endswith((".", "?")), sentence


@pytest.mark.parametrize("each", guides(), ids=lambda g: g.name)
def test_a_guide_prints_within_the_width_and_as_data(each: Guide) -> None:
    text = guide_text(each, 72)
    long = [line for line in text.splitlines() if len(line) > 72 and "://" not in line]
    assert long == []
    assert text.count("[ ]") >= sum(len(way.steps) for c in each.causes for way in c.ways)
    assert json.loads(json.dumps(guide_dict(each)))["name"] == each.name


def test_the_threads_guide_has_all_of_its_article() -> None:
    names = [cause.name for cause in guide("threads").causes]
    assert names == [
        "glitch",
        "photos-permission",
        "file",
        "restart",
        "app-version",
        "too-many-changes",
        "instagram-account",
        "ios-version",
    ]
    text = guide_text(guide("threads"))
    for words in (
        "Full Access",
        "30 seconds",
        "24 hours",
        "three times",
        "Face ID",
        "Edit Profile",
    ):
        assert words in text


def test_the_tiktok_guide_has_all_eight_causes() -> None:
    causes = guide("tiktok").causes
    assert len(causes) == 8
    assert all(cause.photo for cause in causes)
    assert len(guide("tiktok").questions) == 6
    assert len(guide("tiktok").tips) == 7


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Profile Photo Update Failed", "threads"),
        ("PROFILE PHOTO UPDATE FAILED!", "threads"),
        ("profil foto update faild", "threads"),
        ("It says: profile photo update failed. Try again later", "threads"),
        ("photo not saved", "threads"),
        ("AVATAR_RATE_LIMIT", "misleading-messages"),
        ("messages not sent", "tiktok"),
    ],
)
def test_what_a_person_types_finds_the_guide(text: str, name: str) -> None:
    best = find(text)[0]
    assert best.guide.name == name
    assert match_text(best)


@pytest.mark.parametrize("text", ["", "   ", "zzz", "!?", "banana bread with walnuts"])
def test_what_nobody_knows_finds_nothing(text: str) -> None:
    assert find(text) == []


def test_an_unknown_guide_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="threads"):
        guide("myspace")
    assert guides_list(guides()).count("preflight guide") == len(guides())
