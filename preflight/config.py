"""Config: settings from `preflight.toml` or `[tool.preflight]`, nearest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from preflight.errors import ConfigError
from preflight.frozen import frozen
from preflight.printable import printable
from preflight.suggest import did_you_mean

FILE_NAME = "preflight.toml"
PROJECT_FILE_NAME = "pyproject.toml"

MAX_FILE_BYTES = 1_000_000

Setting = str | int | bool | list[str]


@frozen
class Settings:
    """What a settings file says.

    Attributes:
        path: The file; None if there is none.
        values: Key as in the file to its value.
    """

    path: Path | None = None
    values: Mapping[str, Setting] = field(default_factory=dict)


def find_settings(folder: Path) -> Path | None:
    """The settings file that holds in `folder`: the nearest in it or in a folder above.

    In one folder `preflight.toml` goes before `pyproject.toml`; a `pyproject.toml` without
    `[tool.preflight]` is passed over.
    """
    folder = folder.absolute()
    for place in (folder, *folder.parents):
        if (own := place / FILE_NAME).is_file():
            return own
        shared = place / PROJECT_FILE_NAME
        if shared.is_file() and _table(shared) is not None:
            return shared
    return None


def load_settings(path: Path | None, known: Mapping[str, type]) -> Settings:
    """Reads a settings file.

    Args:
        path: The file; None for the one that `find_settings` finds from the current folder.
        known: Keys that may occur, and the type of their values; `list` also takes one string.

    Raises:
        ConfigError: It cannot be read, or says something that cannot be used.
    """
    try:
        path = path or find_settings(Path.cwd())
    except OSError:  # the current folder is gone, or nobody may look into it
        path = None
    if path is None:
        return Settings()
    table = _table(path)
    if table is None:
        raise ConfigError(f"{_name(path)} has no [tool.preflight] section.")
    values = {key: _value(path, key, value, known) for key, value in table.items()}
    return Settings(path, values)


def _value(path: Path, key: str, value: object, known: Mapping[str, type]) -> Setting:
    if key not in known:
        all_known = f"Known are: {', '.join(sorted(known))}."
        advice = did_you_mean(key.replace("_", "-"), known, all_known)
        raise ConfigError(f"{_name(path)}: there is no setting {printable(key)!r}.", advice)
    wanted = known[key]
    if wanted is list:
        entries = [value] if isinstance(value, str) else value
        if isinstance(entries, list) and all(isinstance(entry, str) for entry in entries):
            return [_beside(path, entry) for entry in entries] if key == "for" else entries
        raise ConfigError(f"{_name(path)}: {key} has to be a text or a list of texts.")
    words = {bool: "true or false", int: "a whole number", str: "a text"}
    exact = isinstance(value, wanted) and not (wanted is int and isinstance(value, bool))
    number_as_text = wanted is str and isinstance(value, int) and not isinstance(value, bool)
    if not exact and not number_as_text:
        raise ConfigError(f"{_name(path)}: {key} has to be {words[wanted]}.")
    return str(value) if number_as_text else value  # type: ignore[return-value]


def _beside(path: Path, name: str) -> str:
    """A platform file is named as seen from the settings file, wherever preflight is called."""
    if name.endswith(".toml") or "/" in name or "\\" in name:
        return str(path.parent / name)
    return name


def _table(path: Path) -> dict[str, Any] | None:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(f"{_name(path)} could not be read: {reason}.") from error
    if len(data) > MAX_FILE_BYTES:
        raise ConfigError(f"{_name(path)} is larger than 1 MB.")
    if path.name == PROJECT_FILE_NAME and b"preflight" not in data:
        return None  # somebody else's, and none of our business if it is broken
    import tomllib

    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # TOMLDecodeError is a ValueError
        raise ConfigError(f"{_name(path)} is not valid TOML: {error}.") from error
    if path.name != PROJECT_FILE_NAME:
        return table
    tool = table.get("tool")
    section = tool.get("preflight") if isinstance(tool, dict) else None
    return section if isinstance(section, dict) else None


def _name(path: Path) -> str:
    return printable(str(path))
