"""A bounded form of the fuzz run: mutated samples never crash, hang, fill or raise."""

import pytest

from preflight.isolation.worker import Worker
from tests.fuzz import harness
from tests.fuzz.harness import ROOT, run, seeds


@pytest.mark.parametrize(("call", "count"), [("check", 250), ("fix", 60)])
def test_mutated_samples_are_answered(call: str, count: int) -> None:
    outcome = run(seeds([ROOT / "samples"]), seed=2026, count=count, call=call)
    assert outcome.inputs == count
    assert [text for text, _data in outcome.failures] == []
    assert len(outcome.verdicts) > 1


def test_the_last_words_of_a_crashed_child_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    class FaultyWorker(Worker):
        child_module = "tests.isolation.faulty_child"

    monkeypatch.setattr(harness, "Worker", FaultyWorker)
    outcome = run([("crash.jpg", b"\xff\xd8\xff" + bytes(99))], seed=1, count=2)
    assert len(outcome.failures) == 2
    for text, _data in outcome.failures:
        assert "signal 11" in text
        assert "faulty_child.py" in text
        assert text.count("Segmentation fault") == 1  # of this child, not of the one before
