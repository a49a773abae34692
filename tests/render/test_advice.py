"""The page shows the same guide as `preflight guide`."""

import pytest

from preflight.guides.loader import guide
from preflight.platforms.loader import load_many
from preflight.render.page.advice import advice, guide_for


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["threads"], "threads"),
        (["tiktok"], "tiktok"),
        (["default"], "everywhere"),
        (["threads", "slack"], "everywhere"),
    ],
)
def test_one_platform_gets_its_own_guide(names: list[str], expected: str) -> None:
    assert guide_for(load_many(names)).name == expected


def test_every_step_of_the_guide_is_on_the_page() -> None:
    markup = advice(load_many("threads"))
    steps = [s for cause in guide("threads").causes for way in cause.ways for s in way.steps]
    assert markup.count("<li>") == len(steps) + len(guide("threads").causes)
    assert "Choose Full Access, not Selected Photos and not None." in markup
