"""A bounded form of the fuzz run: mutated samples never crash, hang, fill or raise."""

import pytest

from tests.fuzz.harness import ROOT, run, seeds


@pytest.mark.parametrize(("call", "count"), [("check", 250), ("fix", 60)])
def test_mutated_samples_are_answered(call: str, count: int) -> None:
    outcome = run(seeds([ROOT / "samples"]), seed=2026, count=count, call=call)
    assert outcome.inputs == count
    assert [text for text, _data in outcome.failures] == []
    assert len(outcome.verdicts) > 1
