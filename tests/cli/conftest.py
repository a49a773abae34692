"""The command line, called as a person types it, in an empty folder."""

from inspect import signature

import pytest
from click.testing import CliRunner
from faking import fake_check, fake_fix

from preflight.cli.main import cli
from preflight.isolation.direct import Direct

_APART = {"mix_stderr": False} if "mix_stderr" in signature(CliRunner).parameters else {}
"""Click before 8.2 has to be told to keep standard error out of standard output."""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty current folder."""
    place = tmp_path / "photos"
    place.mkdir()
    monkeypatch.chdir(place)
    for variable in ("NO_COLOR", "PREFLIGHT_MAX_PIXELS", "COLUMNS"):
        monkeypatch.delenv(variable, raising=False)
    return place


@pytest.fixture
def run(folder):
    """Calls the command line; gives exit code, standard output and standard error."""

    def call(*words, stdin=None):
        result = CliRunner(**_APART).invoke(cli, [str(word) for word in words], input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


@pytest.fixture
def faked(monkeypatch):
    """Words in files stand for photos, see `faking.KINDS`."""
    monkeypatch.setattr("preflight.api.check", fake_check)
    monkeypatch.setattr("preflight.api.fix", fake_fix)
    monkeypatch.setattr("preflight.isolation.caller.Isolated", lambda limits, start: Direct())
