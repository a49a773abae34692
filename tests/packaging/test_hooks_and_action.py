"""The hooks of pre-commit, the GitHub Action and the Dockerfile, run as far as they can be here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

yaml = pytest.importorskip("yaml", reason="PyYAML is not installed (comes with pre-commit)")

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """An environment with a `preflight` of this checkout and no settings of git's user."""
    program = tmp_path / "bin" / "preflight"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m preflight "$@"\n')
    program.chmod(0o755)
    return {
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(tmp_path),
        "PRE_COMMIT_HOME": str(tmp_path / "cache"),
        "GIT_CONFIG_NOSYSTEM": "1",
    }


@pytest.fixture
def repository(tmp_path: Path, env: dict[str, str]) -> Path:
    """A repository that uses both hooks, with two photos and a text."""
    pytest.importorskip("pre_commit", reason="pre-commit is not installed (test extra)")
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    folder = tmp_path / "repository"
    folder.mkdir()
    # An environment of their own would need a network; all else is as it stands in the file.
    hooks = [{**hook, "language": "system"} for hook in HOOKS]
    config = {"repos": [{"repo": "local", "hooks": hooks}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    shutil.copy(SAMPLES / "ready.jpg", folder / "ready.JPG")
    shutil.copy(SAMPLES / "head-at-edge.jpg", folder / "anna.heic")
    (folder / "notes.txt").write_text("x")
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=folder, env=env, check=True)
    return folder


def hook(name: str, repository: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", name, "--all-files", "--verbose"],
        cwd=repository,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_check_hook_names_the_photo_that_would_fail(
    repository: Path, env: dict[str, str]
) -> None:
    done = hook("preflight-check", repository, env)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "anna.heic" in done.stdout
    assert "2 photos" in done.stdout
    assert "notes.txt" not in done.stdout


def test_the_fix_hook_mends_it_and_keeps_the_original(
    repository: Path, env: dict[str, str]
) -> None:
    before = (repository / "anna.heic").read_bytes()
    ready = (repository / "ready.JPG").read_bytes()
    done = hook("preflight-fix", repository, env)
    assert done.returncode == 1, done.stdout + done.stderr  # it changed files, so look at them
    assert (repository / "anna.heic.original").read_bytes() == before
    assert (repository / "anna.jpg").read_bytes() != before
    assert (repository / "ready.JPG").read_bytes() == ready


def test_the_hooks_take_what_preflight_opens() -> None:
    from preflight.naming import PHOTO_SUFFIXES

    for one in HOOKS:
        for name in ("a.HEIC", "b/c.jpeg", "d.Png", "e.avif", "f.webp", "g.tif", "h.bmp", "i.gif"):
            assert re.search(one["files"], name), name
            assert Path(name).suffix.lower() in PHOTO_SUFFIXES
        assert not re.search(one["files"], "a.txt")
        assert one["types"] == ["file"]


def action() -> Any:
    return yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))


def run_action(env: dict[str, str], folder: Path, **inputs: str) -> tuple[int, str]:
    """The last step, as GitHub runs it: inputs in the environment, its bash options."""
    step = action()["runs"]["steps"][-1]
    defaults = {name: value["default"] for name, value in action()["inputs"].items()}
    given = defaults | {name.replace("_", "-"): value for name, value in inputs.items()}
    filled = {
        name: re.sub(r"\${{ inputs\.([\w-]+) }}", lambda match: given[match[1]], value)
        for name, value in step["env"].items()
    }
    script = folder.parent / "step.sh"
    script.write_text(step["run"])
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
        cwd=folder,
        env=env | filled,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_action_annotates_what_would_fail(tmp_path: Path, env: dict[str, str]) -> None:
    folder = tmp_path / "photos"
    (folder / "my team").mkdir(parents=True)
    shutil.copy(SAMPLES / "truncated.jpg", folder / "my team" / "a.jpg")
    shutil.copy(SAMPLES / "ready.jpg", folder / "b.jpg")
    code, said = run_action(env, folder)
    assert code == 1, said
    assert re.search(r"^::error file=my team/a\.jpg,title=", said, re.M), said
    assert "b.jpg" not in said
    assert run_action(env, folder, fail_on="never")[0] == 0
    code, said = run_action(env, folder, paths="b.jpg\n", **{"for": "threads\nslack\n"})
    assert code == 0, said
    code, said = run_action(env, folder, paths='$(touch hacked)\n"; touch hacked; "')
    assert code == 3, said
    assert not (folder / "hacked").exists()


def test_the_action_never_puts_an_input_into_a_script() -> None:
    for step in action()["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        assert step.get("shell", "bash") == "bash"


def test_the_dockerfile_is_sound() -> None:
    lines = [
        line
        for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    words = [line.split(maxsplit=1) for line in lines]
    assert {word for word, _ in words} <= {
        *("FROM", "WORKDIR", "COPY", "RUN", "USER", "ENTRYPOINT", "CMD")
    }
    bases = [rest for word, rest in words if word == "FROM"]
    assert all(re.match(r"python:3\.\d+-slim-\w+( AS \w+)?$", base) for base in bases)
    for word, rest in words:
        if word == "COPY" and not rest.startswith("--from"):
            for source in rest.split()[:-1]:
                assert (ROOT / source).exists(), source
    assert words.index(["USER", "1000"]) < [word for word, _ in words].index("ENTRYPOINT")


def test_a_linter_finds_nothing_in_the_dockerfile() -> None:
    beside = Path(sys.executable).with_name("hadolint")
    program = shutil.which("hadolint") or (str(beside) if beside.exists() else None)
    if program is None:
        pytest.skip("hadolint is not installed (test extra, Linux)")
    done = subprocess.run([program, str(ROOT / "Dockerfile")], capture_output=True, text=True)
    assert done.stdout + done.stderr == ""
    assert done.returncode == 0
