"""Config: nearest first, below the command line, unknown keys refused."""

from pathlib import Path

import pytest

from preflight.config import Settings, find_settings, load_settings
from preflight.errors import ConfigError

KNOWN = {"for": list, "size": int, "to": str, "enlarge": bool, "max-bytes": str}


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_nearest_wins(tmp_path):
    far = write(tmp_path / "preflight.toml", "size = 1")
    project = write(tmp_path / "a" / "pyproject.toml", "[tool.preflight]\nsize = 2")
    write(tmp_path / "a" / "b" / "pyproject.toml", "[tool.ruff]\nx = 1")
    (tmp_path / "a" / "b" / "c").mkdir()
    assert find_settings(tmp_path) == far
    assert find_settings(tmp_path / "a") == project
    assert find_settings(tmp_path / "a" / "b" / "c") == project
    own = write(tmp_path / "a" / "preflight.toml", "size = 3")
    assert find_settings(tmp_path / "a" / "b") == own


def test_somebody_elses_broken_file_is_passed_over(tmp_path):
    write(tmp_path / "pyproject.toml", "not = [toml")
    assert find_settings(tmp_path) != tmp_path / "pyproject.toml"


def test_values(tmp_path):
    path = write(
        tmp_path / "preflight.toml",
        'for = ["threads", "./mine.toml"]\nsize = 512\nto = "png"\nenlarge = false\n'
        "max-bytes = 200000\n",
    )
    assert load_settings(path, KNOWN) == Settings(
        path,
        {
            "for": ["threads", str(tmp_path / "mine.toml")],
            "size": 512,
            "to": "png",
            "enlarge": False,
            "max-bytes": "200000",
        },
    )


def test_one_text_is_a_list(tmp_path):
    path = write(tmp_path / "pyproject.toml", '[tool.preflight]\nfor = "threads"')
    assert load_settings(path, KNOWN).values == {"for": ["threads"]}


def test_current_folder(tmp_path, monkeypatch):
    path = write(tmp_path / "preflight.toml", "size = 512")
    monkeypatch.chdir(tmp_path)
    assert load_settings(None, KNOWN).path == path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sise = 1", "no setting 'sise'. Did you mean size?"),
        ("max_bytes = 1", "Did you mean max-bytes?"),
        ("no-enlarge = true", "Did you mean enlarge?"),
        ("zzz = 1", "Known are: enlarge, for, max-bytes, size, to."),
        ("size = true", "size has to be a whole number"),
        ('size = "1"', "size has to be a whole number"),
        ("size = 1.5", "size has to be a whole number"),
        ("to = true", "to has to be a text"),
        ("enlarge = 1", "enlarge has to be true or false"),
        ("for = 1", "for has to be a text or a list of texts"),
        ("for = [1]", "for has to be a text or a list of texts"),
        ("size = ", "is not valid TOML"),
        ("[" * 5000, "is not valid TOML"),
    ],
)
def test_refused(tmp_path, text, message):
    path = write(tmp_path / "preflight.toml", text)
    with pytest.raises(ConfigError) as caught:
        load_settings(path, KNOWN)
    assert message in str(caught.value)
    assert caught.value.exit_code == 2


def test_no_text_no_file_no_section(tmp_path):
    (tmp_path / "preflight.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not valid TOML"):
        load_settings(tmp_path / "preflight.toml", KNOWN)
    with pytest.raises(ConfigError, match="could not be read"):
        load_settings(tmp_path / "gone.toml", KNOWN)
    with pytest.raises(ConfigError, match=r"no \[tool.preflight\] section"):
        load_settings(write(tmp_path / "pyproject.toml", "[tool.ruff]"), KNOWN)
    (tmp_path / "big.toml").write_bytes(b"#" * 1_000_001)
    with pytest.raises(ConfigError, match="larger than 1 MB"):
        load_settings(tmp_path / "big.toml", KNOWN)
