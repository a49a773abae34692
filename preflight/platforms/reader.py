"""Platforms: one TOML file to a `Platform`, refusing what is not understood."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

from preflight.errors import ConfigError, UsageError
from preflight.finding import Severity
from preflight.platforms.platform import Limit, Platform, Trust
from preflight.suggest import meant
from preflight.words import FORMAT_WORDS, either

MAX_FILE_BYTES = 1_000_000
"""Of a user's own platform file; ours have less than 4,000."""

TEXTS = ("title", "stores", "rate_limit", "scope")
TOP_KEYS = (*TEXTS, "notes", "limits", "severities")
LIMIT_KEYS = ("value", "source", "checked_on", "trust", "hard", "note")
LIMIT_NAMES = tuple(
    field.name for field in fields(Platform) if field.name not in ("name", "severities", *TOP_KEYS)
)
"""Every field of `Platform` that is a `Limit`."""

CHOICES = {
    "square": ("required", "cropped", "letterboxed", "stretched"),
    "shape": ("circle", "square", "rounded"),
    "transparency": ("keeps", "black", "white"),
}
YES_OR_NO = ("one_person", "progressive")


def read(path: Path) -> Platform:
    """Reads one TOML file as it stands, without what it would inherit.

    Only `default` and files that state formats are complete; `load` gives a complete one.

    Raises:
        UsageError: There is no such file, or it cannot be read.
        ConfigError: Its content cannot be used; says file, key and what is expected.
    """
    import tomllib

    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"The platform file {path} cannot be read: {reason}.") from error
    if len(data) > MAX_FILE_BYTES:
        raise ConfigError(f"The platform file {path} is larger than 1 MB.")
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"The platform file {path} is not valid TOML: {error}.") from error
    return platform_of(table, path)


def platform_of(table: Mapping[str, Any], path: Path) -> Platform:
    """The platform that the table of a file states; `ConfigError` as for `read`."""
    return _PlatformFile(path).platform(table)


class _PlatformFile:
    """Turns the table of one file into a `Platform`, saying what is wrong with it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def platform(self, table: Mapping[str, Any]) -> Platform:
        self.known(table, TOP_KEYS, "")
        texts: dict[str, Any] = {key: self.text(table[key], key) for key in TEXTS if key in table}
        texts.setdefault("title", self.path.stem)
        limits = self.table(table.get("limits", {}), "limits")
        self.known(limits, LIMIT_NAMES, "limits.")
        parsed: dict[str, Any] = {"formats": None}  # which the loader fills
        parsed |= {name: self.limit(name, limits[name]) for name in limits}
        return Platform(
            name=self.path.stem,
            **texts,
            notes=self.texts(table.get("notes", []), "notes"),
            **parsed,
            severities=self.severities(self.table(table.get("severities", {}), "severities")),
        )

    def limit(self, name: str, entry: Any) -> Limit[Any]:
        key = f"limits.{name}"
        if not isinstance(entry, dict):  # the short form for one's own: max_bytes = 500_000
            entry = {"value": entry}
        self.known(entry, LIMIT_KEYS, f"{key}.")
        if "value" not in entry:
            raise self.error(key, "a value")
        trust = entry.get("trust", "ours")
        if trust not in get_args(Trust):
            raise self.error(f"{key}.trust", either(get_args(Trust)), trust)
        hard = entry.get("hard", True)
        if not isinstance(hard, bool):
            raise self.error(f"{key}.hard", "true or false", hard)
        return Limit(
            value=self.value(name, entry["value"]),
            source=self.text(entry.get("source", self.path.name), f"{key}.source"),
            checked_on=self.text(str(entry.get("checked_on", "")), f"{key}.checked_on"),
            trust=trust,
            hard=hard,
            note=self.text(entry.get("note", ""), f"{key}.note"),
        )

    def value(self, name: str, value: Any) -> object:
        key = f"limits.{name}"
        if name == "formats":
            formats = self.texts(value, key)
            for entry in formats:
                self.one_of(entry, FORMAT_WORDS, key)
            if not formats:
                raise self.error(key, "one format or more")
            return formats
        if name in CHOICES:
            self.one_of(value, CHOICES[name], key)
            return value
        if name in YES_OR_NO:
            if not isinstance(value, bool):
                raise self.error(key, "true or false", value)
            return value
        if name == "aspect":
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 100:
                raise self.error(key, "width divided by height, such as 1.0", value)
            return float(value)
        if name == "display_px":
            sides = value if isinstance(value, list) else [value]
            if not sides or not all(self.whole(side) for side in sides):
                raise self.error(key, "whole numbers of pixels", value)
            return tuple(sides)
        if not self.whole(value):
            raise self.error(key, "a whole number above 0", value)
        return value

    def severities(self, table: Mapping[str, Any]) -> dict[str, tuple[Severity, str]]:
        if not table:
            return {}
        from preflight.rules.registry import rules

        self.known(table, [rule.name for rule in rules()], "severities.")
        found = {}
        for rule, entry in table.items():
            key = f"severities.{rule}"
            self.known(self.table(entry, key), ("severity", "reason"), f"{key}.")
            self.one_of(entry.get("severity"), tuple(Severity), f"{key}.severity")
            reason = self.text(entry.get("reason", ""), f"{key}.reason")
            if not reason:
                raise self.error(f"{key}.reason", "the reason, in words")
            found[rule] = (Severity(entry["severity"]), reason)
        return found

    @staticmethod
    def whole(value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and value > 0

    def known(self, table: Mapping[str, Any], keys: Iterable[str], prefix: str) -> None:
        for key in table:
            if key not in keys:
                all_known = f"Known: {', '.join(keys)}."
                name = meant(key, keys)
                raise ConfigError(
                    f"{self.path}: {prefix}{key} is not known.",
                    f"Did you mean {prefix}{name}?" if name else all_known,
                )

    def one_of(self, value: object, choices: Iterable[str], key: str) -> None:
        if not isinstance(value, str) or value not in choices:
            raise self.error(key, either([*choices]), value)

    def table(self, value: object, key: str) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise self.error(key, f"a table, [{key}]", value)
        return value

    def text(self, value: object, key: str) -> str:
        if not isinstance(value, str):
            raise self.error(key, "a text in quotes", value)
        return value

    def texts(self, value: object, key: str) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise self.error(key, "a list of texts", value)
        return tuple(self.text(entry, key) for entry in value)

    def error(self, key: str, expected: str, *found: object) -> ConfigError:
        shown = f", not {found[0]!r:.60}" if found else ""
        return ConfigError(f"{self.path}: {key} has to be {expected}{shown}.")
