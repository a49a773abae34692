"""Report and FixResult: what a program gets, and `save`."""

import pickle

import pytest

from preflight.errors import OutputError
from preflight.facts import Facts
from preflight.finding import Finding, Severity
from preflight.report import FixResult, Report, Verdict

ERROR = Finding("a", "file", Severity.ERROR, "")
MENDED = Finding("b", "file", Severity.ERROR, "", step="encode")
WARNING = Finding("c", "file", Severity.WARNING, "")
MENDED_WARNING = Finding("d", "file", Severity.WARNING, "", step="crop")
INFO = Finding("e", "file", Severity.INFO, "", step="strip")


def report(*findings):
    return Report("a.jpg", Facts("a.jpg", 1), findings, ("default",))


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [
        ((), Verdict.READY),
        ((INFO, WARNING), Verdict.READY),
        ((MENDED_WARNING,), Verdict.FIXABLE),
        ((MENDED, INFO), Verdict.FIXABLE),
        ((MENDED, ERROR), Verdict.BLOCKED),
    ],
)
def test_verdict(findings, verdict):
    assert report(*findings).verdict is verdict


def test_finding_by_rule():
    assert report(ERROR, WARNING).finding("c") is WARNING
    assert report(ERROR).finding("c") is None


def test_save(tmp_path):
    result = FixResult(b"data", "fixed", report())
    target = tmp_path / "deep" / "a.jpg"
    assert result.save(str(target)) == target
    assert target.read_bytes() == b"data"
    with pytest.raises(OutputError, match="exists already"):
        FixResult(b"other", "fixed", report()).save(target)
    FixResult(b"other", "fixed", report()).save(target, overwrite=True)
    assert target.read_bytes() == b"other"
    with pytest.raises(OutputError, match=r"nothing to save: It is empty\."):
        FixResult(None, "refused", report(), why="It is empty.").save(tmp_path / "b.jpg")


def test_pickle():
    result = FixResult(b"data", "fixed", report(ERROR), report(), crop=(0.0, 0.0, 1.0, 1.0))
    assert pickle.loads(pickle.dumps(result)) == result
