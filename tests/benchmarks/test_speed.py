"""Speed: the fit, the charts, the sections, and what is measured by whom; nothing is timed."""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PIL import Image

from benchmarks.speed import growth, stages, tools, workset
from benchmarks.speed.chart import write_chart
from benchmarks.speed.fit import Fit, straight
from benchmarks.speed.line_chart import Axes, write_line_chart
from benchmarks.speed.measuring import Run, spread, timed
from benchmarks.speed.works import Work, works

MAX_CHART_BYTES = 30_000


def test_a_straight_line_is_found_whatever_its_scale() -> None:
    fit = straight({x: 0.2 + 0.03 * x for x in (10, 100, 1000, 10_000)})
    assert (fit.start, fit.each) == (pytest.approx(0.2), pytest.approx(0.03))
    assert fit.largest_residual == pytest.approx(0, abs=1e-6)


def test_what_grows_faster_than_its_size_is_not_straight() -> None:
    assert straight({x: x**1.3 for x in (1, 3, 12, 48, 100)}).largest_residual > growth.ALLOWED


def test_few_photos_count_as_much_as_many() -> None:
    few = straight({10: 4.0, 100: 4.0, 1000: 31.0, 10_000: 301.0})  # 10 should cost 1.3
    many = straight({10: 1.3, 100: 4.0, 1000: 31.0, 10_000: 450.0})  # 10,000 should cost 301
    assert min(few.largest_residual, many.largest_residual) > growth.ALLOWED


@pytest.mark.parametrize("log", [False, True])
def test_the_line_chart_is_small_whole_and_for_light_and_dark(tmp_path: Path, log: bool) -> None:
    target = tmp_path / "chart.svg"
    points = {1: 0.25, 3: 0.27, 12: 0.3, 24: 0.35, 48: 0.5, 100: 0.8}
    write_line_chart(points, straight(points), Axes("a < b", "MP", "s", log=log), target)
    root = ET.parse(target).getroot()
    space = "{http://www.w3.org/2000/svg}"
    dots = [(float(c.get("cx", "")), float(c.get("cy", ""))) for c in root.iter(f"{space}circle")]
    assert len(dots) == len(points)
    assert all(0 < x < 720 and 0 < y < 360 for x, y in dots)
    assert [x for x, _ in dots] == sorted(x for x, _ in dots)
    assert [y for _, y in dots] == sorted((y for _, y in dots), reverse=True)
    assert "prefers-color-scheme:dark" in target.read_text()
    assert target.stat().st_size < MAX_CHART_BYTES


def test_the_bar_chart_has_a_bar_for_each_tool_that_ran(tmp_path: Path) -> None:
    target = tmp_path / "chart.svg"
    work = Work("one", [], ["preflight", "sharp", "gone"])
    runs = {("one", "preflight"): [Run(1, 1)], ("one", "sharp"): [Run(2, 1)]}
    write_chart([work], runs, target)
    text = target.read_text()
    assert text.count("<rect") == 1 + 2
    assert "gone" not in text
    assert "prefers-color-scheme:dark" in text


def test_whole_processes_are_measured_with_their_output() -> None:
    run = timed([sys.executable, "-c", "print(sum(range(10**6)))"], heard=True)
    assert run.output.strip() == b"499999500000"
    assert run.cpu_s > 0
    assert timed([sys.executable, "-c", "print(1)"]).output == b""
    assert spread([Run(1, 1)]) == 0
    assert spread([Run(1, 0), Run(2, 0), Run(3, 0)]) == 1


def test_the_start_is_what_no_stage_took() -> None:
    runs = [stages.Staged(0.3, {"decode": 0.1, "look": 0.05}), stages.Staged(0.3, {"decode": 0.1})]
    assert [round(run.start_s, 6) for run in runs] == [0.15, 0.2]
    text = stages.section({("check", "JPEG"): runs[:1], ("fix", "JPEG"): runs[1:]})
    assert "| `check` JPEG | 100 | 50 | 150 | 300 |" in text
    assert "| `fix` JPEG | 100 | 0 | 200 | 300 |" in text


def test_what_was_measured_before_is_not_run_again(tmp_path: Path) -> None:
    record = tmp_path / "growth.jsonl"
    asked: list[int] = []

    def command(_preflight: Path, scratch: Path, value: int) -> list[str]:
        asked.append(value)
        make = f"from pathlib import Path; p = Path({str(scratch / 'grown')!r}); p.mkdir()"
        files = f"[(p / f'{{n}}.jpg').touch() for n in range({value})]"
        return [sys.executable, "-c", f"{make}; {files}"]

    made = growth.Growth("count", "photos", (1, 3), command, lambda value: value)
    record.write_text(f"{json.dumps(['count', 3, 9.0])}\n{json.dumps(['size', 1, 7.0])}\n")
    measured = growth.measure(made, [1, 3], 2, Path(), tmp_path, record)
    assert asked == [1, 1, 3]
    assert (len(measured[1]), measured[3][0], len(measured[3])) == (2, 9.0, 2)
    assert growth.measure(made, [1, 3], 2, Path(), tmp_path, record) == measured
    assert len(asked) == 3
    text = growth.section(made, measured, Fit(1.0, 2.0, 0.2))
    assert "NOT within 15%" in text

    lazy = growth.Growth("size", "MP", (1,), lambda *_: ["true"], lambda _: 1)
    with pytest.raises(SystemExit, match="0 files were made, not 1"):
        growth.measure(lazy, [1], 3, Path(), tmp_path, record)


def test_large_and_small_photos_have_their_size(tmp_path: Path) -> None:
    pytest.importorskip("skimage", reason="scikit-image, whose pictures they are, is missing")
    workset.large_jpeg(tmp_path / "14.jpg", 14)
    workset.small_jpeg(tmp_path / "small.jpg", 7)
    with Image.open(tmp_path / "14.jpg") as large, Image.open(tmp_path / "small.jpg") as small:
        assert large.width * large.height == pytest.approx(14e6, rel=0.001)
        assert large.width / large.height == pytest.approx(4 / 3, rel=0.001)
        assert small.size == (640, 480)


def test_each_work_names_tools_that_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "says", lambda command: "1.0")
    monkeypatch.setattr(tools, "versions", lambda name: f"{name} 1.0")
    monkeypatch.setattr(tools, "_sharp", lambda folder: "sharp 1")
    known = set(tools.tools(tmp_path, tmp_path / "preflight")) | {"checkcorruptedimages"}
    wanted = {name for work in works(tmp_path, 0, 0) for name in work.tools}
    assert wanted <= known
    assert {"pyvips", "ImageMagick", "djpeg", "identify", "checkcorruptedimages"} <= wanted


def test_a_tool_that_is_not_there_is_left_out(tmp_path: Path) -> None:
    assert tools.says(["no-such-program", "--version"]) == ""
    assert tools.says([sys.executable, "-c", "import no_such_module"]) == ""
    assert tools.says([sys.executable, "-c", "print('Version: x 1')"]) == "x 1"


def test_files_go_side_by_side_with_their_names_whole(tmp_path: Path) -> None:
    names = [tmp_path / "a b.jpg", tmp_path / "c'd.jpg"]
    command = tools.side_by_side("touch", each=1)(names, tmp_path)
    timed(command)
    assert all(name.exists() for name in names)
