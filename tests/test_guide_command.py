"""The guide as a person asks for it, and where check and fix point to it."""

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from preflight.cli.main import cli


def _run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, list(words))
    return result.exit_code, result.output


def test_the_guide_of_a_platform_is_its_checklist() -> None:
    code, text = _run("guide", "threads")
    assert code == 0
    assert text.startswith("Threads: Profile Photo Update Failed\n")
    assert "[ ] Choose Full Access, not Selected Photos and not None." in text


def test_devices_are_called_by_their_names_and_advice_is_not_to_be_avoided() -> None:
    _, text = _run("guide", "threads")
    assert "   iPhone with Face ID:\n" in text
    assert "   With preflight:\n" in text
    assert "   Watch out: Have your password ready before you delete the app" in text


def test_without_a_platform_it_is_what_holds_everywhere_and_the_list() -> None:
    _code, text = _run("guide")
    assert text.startswith("The photo is fine and the upload still fails\n")
    assert "preflight guide tiktok" in text


def test_a_platform_without_a_guide_gets_the_general_one_and_its_limits() -> None:
    code, text = _run("guide", "slack")
    assert code == 0
    assert "There is no guide for Slack alone" in text
    assert "preflight platforms slack" in text


def test_the_guide_as_data() -> None:
    document = json.loads(_run("guide", "threads", "--format", "json")[1])
    assert document["schema"] == "preflight-guide/1"
    assert document["causes"][0]["ways"][0]["steps"]


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        (["Profile Photo Update Failed"], "Threads: Profile Photo Update Failed\n"),
        (["profile", "foto", "update", "failed"], "Threads: Profile Photo Update Failed\n"),
        (["Photo Not Saved"], '"Photo Not Saved": The connection timed out'),
        (["avatar_rate_limit"], "Discord: "),
        (["not-square"], "not-square (warning)"),
    ],
)
def test_explain_takes_rules_and_messages(words: list[str], begins: str) -> None:
    code, text = _run("explain", *words)
    assert code == 0
    assert text.startswith(begins)


def test_explain_of_what_nobody_knows_says_what_it_knows() -> None:
    code, text = _run("explain", "the hovercraft is full of eels")
    assert code == 2
    assert "preflight guide" in text


@pytest.mark.parametrize(
    ("for_option", "line"),
    [
        ([], "preflight guide\n"),
        (["--for", "threads"], "preflight guide threads\n"),
        (["--for", "slack"], "preflight guide slack\n"),
    ],
)
def test_check_of_a_ready_photo_ends_with_the_guide(
    tmp_path: Path, for_option: list[str], line: str
) -> None:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((1024, 1024)).convert("RGB").save(out, "JPEG")
    photo = tmp_path / "ready.jpg"
    photo.write_bytes(out.getvalue())
    code, text = _run("check", str(photo), *for_option)
    assert code == 0
    assert text.endswith(f"\nThe file is fine. If it still fails: {line}")
