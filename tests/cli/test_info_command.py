"""platforms, rules, explain and doctor."""

import pytest

from preflight.limits import Limits
from preflight.platforms.loader import load, names
from preflight.platforms.platform import Limit
from preflight.rules.registry import rules


def test_platforms_lists_all(run):
    assert run("platforms", "all").stdout == run("platforms").stdout
    lines = run("platforms").stdout.splitlines()
    assert [line.split()[0] for line in lines[: len(names())]] == list(names())


@pytest.mark.parametrize("name", names())
def test_platform_shows_every_limit_with_its_source(run, name):
    result = run("platforms", name)
    assert result.exit_code == 0
    platform = load(name)
    for field in platform.__dataclass_fields__:
        limit = getattr(platform, field)
        if isinstance(limit, Limit) and not limit.inherited:
            assert limit.source in result.stdout, field
    inherited = [
        field
        for field in platform.__dataclass_fields__
        if isinstance(getattr(platform, field), Limit) and getattr(platform, field).inherited
    ]
    assert result.stdout.count("not published; this is") == len(inherited)


def test_platform_that_is_not_there(run):
    result = run("platforms", "treads")
    assert result.exit_code == 2
    assert "Did you mean threads?" in result.stderr


def test_rules_lists_all(run):
    result = run("rules")
    assert result.exit_code == 0
    listed = [line.split()[0] for line in result.stdout.splitlines() if line.startswith("  ")]
    assert listed == [rule.name for rule in rules()]


@pytest.mark.parametrize("name", [rule.name for rule in rules()])
def test_explain(run, name):
    result = run("explain", name)
    assert result.exit_code == 0
    for heading in ("Why it matters", "How to fix"):
        assert heading in result.stdout
    assert "##" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("corrupt (error)", "a person must act"),
        ("low-resolution (warning)", "by itself it stops no upload"),
        ("no-face (info)", "by itself it stops no upload"),
        ("not-square (warning)", "`preflight fix` mends it (step crop)"),
    ],
)
def test_explain_says_who_has_to_act(run, name, remedy):
    result = run("explain", name.split()[0])
    assert result.stdout.splitlines()[0] == f"{name}: {remedy}"


def test_explain_what_is_not_there(run):
    result = run("explain", "not-squar")
    assert result.exit_code == 2
    assert "Did you mean not-square?" in result.stderr


def test_doctor(run, folder, monkeypatch):
    monkeypatch.setenv("PREFLIGHT_MAX_PIXELS", "5000000")
    (folder / "preflight.toml").write_text("")
    result = run("doctor")
    assert result.exit_code == 0
    for word in ("Python", "pillow-heif", "libheif", "libde265", "JPEG", "preflight.toml"):
        assert word in result.stdout
    assert f"max_bytes                     {Limits().max_bytes:,}\n" in result.stdout
    assert "5,000,000  (from the environment)" in result.stdout


def test_doctor_says_what_is_missing(run, monkeypatch):
    import preflight.cli.doctor as module

    real = module.import_module

    def without(name):
        if name in ("pillow_heif", "pyvips"):
            raise ImportError("no such library")
        return real(name)

    monkeypatch.setattr(module, "import_module", without)
    result = run("doctor")
    assert result.exit_code == 3
    assert "Missing or broken: pillow-heif." in result.stdout
    assert "cannot be loaded (no such library)" in result.stdout


def test_doctor_with_broken_settings(run, folder):
    (folder / "pyproject.toml").write_text("[tool.preflight\n")
    result = run("doctor")
    assert result.exit_code == 0
    assert "is not valid TOML" in result.stdout
