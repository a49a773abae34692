"""Places: the folders of a person's desktop, cache and data, on each system."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Literal, TypeVar

from preflight.frozen import frozen

System = Literal["linux", "macos", "windows"]
AnyPath = TypeVar("AnyPath", bound=PurePath)

FILE_MANAGERS = ("nautilus", "nemo", "caja", "dolphin", "thunar")
"""Those of Linux that take entries of ours."""

_WINDOWS_FOLDERS = {"DESKTOP": 0x10, "PICTURES": 0x27}
"""CSIDL numbers: OneDrive moves these folders, so their names say nothing."""


@frozen
class Environment:
    """What of a computer decides where things go.

    Attributes:
        variables: Of the process.
        programs: Which file managers there are.
        desktop: The folder that the desktop shows; None if there is none.
    """

    variables: Mapping[str, str]
    programs: frozenset[str] = frozenset()
    desktop: PurePath | None = None


def this_system() -> System:
    """The system that this runs on; what is neither Windows nor macOS is like Linux."""
    return {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")  # type: ignore[return-value]


def this_environment(home: Path) -> Environment:
    """What there is on this computer."""
    desktop = special_folder("DESKTOP", home)
    return Environment(
        dict(os.environ),
        frozenset(name for name in FILE_MANAGERS if shutil.which(name)),
        desktop if desktop.is_dir() and desktop != home else None,
    )


def data_folder(system: System, home: Path, variables: Mapping[str, str]) -> Path:
    """Where programs keep what has to stay."""
    if system == "windows":
        return Path(variables.get("LOCALAPPDATA") or home / "AppData" / "Local") / "preflight"
    if system == "macos":
        return home / "Library" / "Application Support" / "preflight"
    return xdg_folder("XDG_DATA_HOME", home / ".local" / "share", variables) / "preflight"


def cache_folder(
    system: System | None = None,
    home: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> Path:
    """Where programs keep what may go; `PREFLIGHT_CACHE` names another."""
    system, home = system or this_system(), home or Path.home()
    variables = os.environ if variables is None else variables
    if variables.get("PREFLIGHT_CACHE"):
        return Path(variables["PREFLIGHT_CACHE"])
    if system == "windows":
        return data_folder(system, home, variables) / "cache"
    if system == "macos":
        return home / "Library" / "Caches" / "preflight"
    return xdg_folder("XDG_CACHE_HOME", home / ".cache", variables) / "preflight"


def xdg_folder(name: str, default: AnyPath, variables: Mapping[str, str]) -> AnyPath:
    """A base folder of the XDG specification, which ignores relative ones."""
    given = variables.get(name, "")
    return type(default)(given) if given.startswith("/") else default


def special_folder(name: Literal["DESKTOP", "PICTURES"], home: Path) -> Path:
    """The person's desktop or pictures, wherever the system keeps them."""
    if sys.platform == "win32":
        import ctypes

        buffer = ctypes.create_unicode_buffer(260)
        if ctypes.windll.shell32.SHGetFolderPathW(0, _WINDOWS_FOLDERS[name], 0, 0, buffer) == 0:
            return Path(buffer.value)
    elif sys.platform != "darwin":
        config = xdg_folder("XDG_CONFIG_HOME", home / ".config", os.environ) / "user-dirs.dirs"
        try:
            text = config.read_text("utf-8", "replace")[:100_000]
        except OSError:
            text = ""
        if match := re.search(rf'^XDG_{name}_DIR="(.+)"$', text, re.MULTILINE):
            return Path(match[1].replace("$HOME", str(home)))
    return home / name.capitalize()
