import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from preflight import check, fix
from preflight.finding import Severity
from preflight.report import Report

SAMPLES = Path(__file__).parents[1] / "samples"
MANIFEST: dict[str, Any] = tomllib.loads((SAMPLES / "manifest.toml").read_text("utf-8"))
NAMES = sorted(MANIFEST["samples"])
NOT_SAMPLES = {".py", ".toml", ".md"}
MAX_FOLDER_BYTES = 5_000_000
OF_THE_README = SAMPLES / "phone-ready.jpg"
"""What its first command makes here; git ignores it."""


def files_in(folder: Path, pattern: str) -> list[Path]:
    return [path for path in folder.glob(pattern) if path.is_file() and path != OF_THE_README]


@cache
def report_of(name: str) -> Report:
    return check(SAMPLES / name)


def test_every_file_is_in_the_manifest_and_every_entry_is_a_file() -> None:
    files = {path.name for path in files_in(SAMPLES, "*")}
    assert sorted(name for name in files if Path(name).suffix not in NOT_SAMPLES) == NAMES


def test_the_folder_stays_small() -> None:
    files = [path for path in files_in(SAMPLES, "**/*") if path.suffix != ".pyc"]
    assert sum(path.stat().st_size for path in files) < MAX_FOLDER_BYTES


@pytest.mark.parametrize("name", NAMES)
def test_origin_and_licence_are_known(name: str) -> None:
    entry = MANIFEST["samples"][name]
    origin = MANIFEST["origins"][entry["origin"]]
    assert origin["licence"] in ("public domain", "CC0")
    assert origin["source"]
    assert entry["wrong"]
    assert entry["verdict"] in ("ready", "fixable", "blocked")


@pytest.mark.parametrize("name", NAMES)
def test_findings_and_verdict(name: str) -> None:
    entry = MANIFEST["samples"][name]
    report = report_of(name)
    found = sorted(finding.rule for finding in report.findings if finding.family != "face")
    assert found == sorted(entry["findings"])
    assert report.verdict == entry["verdict"]


@pytest.mark.parametrize("name", [n for n in NAMES if "face" in MANIFEST["samples"][n]])
def test_faces(name: str) -> None:
    report = report_of(name)
    found = sorted(finding.rule for finding in report.findings if finding.family == "face")
    assert found == sorted(MANIFEST["samples"][name]["face"])


def test_an_ordinary_phone_photo_has_one_warning_and_no_error() -> None:
    report = report_of("phone.jpg")
    facts = report.facts
    assert (facts.width_px, facts.height_px, facts.orientation) == (3024, 4032, 6)
    loud = [f.rule for f in report.findings if f.severity is not Severity.INFO]
    assert loud == ["not-square"]
    assert {f.rule for f in report.findings} > {"wide-gamut", "rotated-by-tag", "location-inside"}


def test_a_ready_square_whose_head_the_circle_cuts_is_framed_anew_once() -> None:
    sample = Path(__file__).parents[1] / "samples" / "head-at-edge.jpg"
    first = fix(sample)
    assert first.status == "fixed"
    assert "crop" in first.steps
    assert first.air is not None
    assert first.air > 0
    assert first.data is not None
    assert fix(first.data).status == "unchanged"
