"""The library's reference: its page runs, and every public name says what it takes and gives."""

from __future__ import annotations

import dataclasses
import doctest
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

import preflight
from preflight import isolated

ROOT = Path(__file__).resolve().parents[1]
FUNCTIONS = {"check": preflight.check, "fix": preflight.fix, "judge": preflight.judge}
FUNCTIONS |= {"isolated.check": isolated.check}
CLASSES = {
    name: value for name in preflight.__all__ if inspect.isclass(value := getattr(preflight, name))
}


def test_the_page_of_the_library_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    failed, tried = doctest.testfile(
        str(ROOT / "preflight" / "README.md"), module_relative=False, encoding="utf-8"
    )
    assert tried > 10
    assert failed == 0


def test_every_public_name_is_a_function_or_a_class() -> None:
    assert set(preflight.__all__) == (set(FUNCTIONS) | set(CLASSES)) - {"isolated.check"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_tell_arguments_result_and_errors(name: str) -> None:
    text = inspect.getdoc(FUNCTIONS[name]) or ""
    arguments = section(text, "Args")
    for parameter in inspect.signature(FUNCTIONS[name]).parameters:
        assert re.search(rf"^    {parameter}: \S", arguments, re.M), parameter
    assert "UsageError: " in section(text, "Raises")
    assert section(text, "Returns") or text.startswith("Like `preflight.check`")


@pytest.mark.parametrize("name", CLASSES)
def test_classes_tell_every_field(name: str) -> None:
    kind: Any = CLASSES[name]
    text = kind.__doc__ or ""
    assert re.match(r"[A-Z`].*\.", text), "begins with a sentence"
    fields = [f.name for f in dataclasses.fields(kind)] if dataclasses.is_dataclass(kind) else []
    told = inspect.cleandoc(text)
    names = re.findall(r"^    ([a-z_0-9, ]+): \S", section(told, "Attributes"), re.M)
    listed = {one.strip() for several in names for one in several.split(",")}
    assert set(fields) - listed == set()


@pytest.mark.parametrize("name", CLASSES)
def test_public_methods_have_a_sentence(name: str) -> None:
    for method, value in vars(CLASSES[name]).items():
        if not method.startswith("_") and (
            inspect.isfunction(value) or isinstance(value, property)
        ):
            assert (inspect.getdoc(value) or "").strip(), method


@pytest.mark.parametrize("name", CLASSES)
def test_numbers_carry_their_unit_or_tell_it(name: str) -> None:
    kind: Any = CLASSES[name]
    told = inspect.cleandoc(kind.__doc__ or "")
    units = ("_px", "_bytes", "_s", "_pixels", "_megapixels")
    plain = (
        r"number|frames?|score|share|code|index|quality|0 to 1|width|side|bits|heads?|scans|times"
    )
    for field in dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else ():
        if not re.search(r"\b(int|float)\b", str(field.type)) or field.name.endswith(units):
            continue
        line = re.search(
            rf"^    (?:[a-z_0-9, ]+, )?{field.name}(?:, [a-z_0-9, ]+)?: .*(?:\n     .*)*",
            told,
            re.M,
        )
        assert line is not None, field.name
        about = (
            rf"{plain}|pixel|byte|second|degree|mean|how |similar|difference|channels?|pictures?"
        )
        assert re.search(about, line[0].lower()), line[0]


def section(text: str, title: str) -> str:
    match = re.search(rf"^{title}:\n((?:    .*\n?|\n)*)", text, re.M)
    return match[1] if match else ""
