"""The packages: reproducible, whole, and at work in an empty environment outside the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"

pytest.importorskip("build", reason="build is not installed (test extra)")
pytest.importorskip("hatchling", reason="hatchling is not installed (test extra)")


def run(*command: str, cwd: Path, codes: tuple[int, ...] = (0,)) -> str:
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "COVERAGE_PROCESS_START")}
    done = subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, timeout=100, errors="replace"
    )
    assert done.returncode in codes, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sdist of this checkout, and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("packages")
    build = (sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder))
    run(*build, str(ROOT), cwd=folder)
    (sdist,) = folder.glob("*.tar.gz")
    (wheel,) = folder.glob("*.whl")
    return sdist, wheel


def test_they_are_reproducible_and_what_the_index_wants(
    packages: tuple[Path, Path], tmp_path: Path
) -> None:
    build = (sys.executable, "-m", "build", "--no-isolation", "--outdir", str(tmp_path))
    run(*build, str(ROOT), cwd=tmp_path)
    for package in packages:
        assert (tmp_path / package.name).read_bytes() == package.read_bytes()
    pytest.importorskip("twine", reason="twine is not installed (test extra)")
    told = run(
        *(sys.executable, "-m", "twine", "check", "--strict"), *map(str, packages), cwd=tmp_path
    )
    assert told.count("PASSED") == 2


def test_the_wheel_has_every_file_of_data_and_nothing_else(packages: tuple[Path, Path]) -> None:
    sdist, wheel = packages
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        written = archive.read(metadata).decode()
    # What hatchling writes by itself grows with its versions; a twine of last year then refuses it.
    assert written.startswith("Metadata-Version: 2.4\n")
    tracked = run("git", "ls-files", "preflight", cwd=ROOT).split()
    makers = {
        "preflight/faces/make_weights.py",
        "preflight/fixer/profiles/make_profiles.py",
        "preflight/platforms/make_tables.py",
    }
    assert {name for name in names if name.startswith("preflight/")} == set(tracked) - makers
    assert any(name.endswith("share/man/man1/preflight.1") for name in names)
    assert any(name.endswith("licenses/NOTICE") for name in names)
    with tarfile.open(sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "tests/interface.json"} <= inside


def test_the_wheel_works_in_an_empty_environment(
    packages: tuple[Path, Path], tmp_path: Path
) -> None:
    place = tmp_path / "venv"
    venv.create(place, with_pip=False)
    python = place / "bin" / "python"
    if not python.exists():
        pytest.skip("environments of Windows look different")
    run(
        *(sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"),
        *("--no-deps", "--no-index", "--disable-pip-version-check", str(packages[1])),
        cwd=tmp_path,
    )
    # What it depends on is taken from here, so that no network is needed.
    site = Path(
        run(str(python), "-c", "import site; print(site.getsitepackages()[0])", cwd=tmp_path)
    )
    (Path(str(site).strip()) / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    preflight = str(place / "bin" / "preflight")
    assert str(place) in run(
        str(python), "-c", "import preflight; print(preflight.__file__)", cwd=tmp_path
    )
    fixed = run(preflight, "fix", str(SAMPLES / "phone.heic"), "-o", "ready.jpg", cwd=tmp_path)
    assert "ready.jpg" in fixed
    assert (tmp_path / "ready.jpg").read_bytes()[:2] == b"\xff\xd8"
    expected = tomllib.loads((SAMPLES / "manifest.toml").read_text("utf-8"))["samples"]
    photos = [str(SAMPLES / name) for name in expected]
    printed = run(preflight, "check", *photos, "--format", "json", cwd=tmp_path, codes=(1,))
    verdicts = {Path(p["path"]).name: p["verdict"] for p in json.loads(printed)["photos"]}
    assert verdicts == {name: sample["verdict"] for name, sample in expected.items()}
    photos = [str(SAMPLES / name) for name in ("portrait.avif", "cmyk.jpg", "truncated.png")]
    page = tmp_path / "page.html"
    run(preflight, "check", *photos, "--format", "html", "-o", str(page), cwd=tmp_path, codes=(1,))
    assert "truncated.png" in page.read_text("utf-8")
    for words in (["platforms", "threads"], ["guide", "threads"], ["explain", "not-square"]):
        assert run(preflight, *words, cwd=tmp_path)
    assert (place / "share" / "man" / "man1" / "preflight.1").is_file()
    assert run(preflight, "--version", cwd=tmp_path).split()[1] in packages[1].name
