"""Registry: the few operations on the Windows registry, and shortcuts. Only Windows has them."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from typing import Protocol

from preflight.desktop.actions import Shortcut
from preflight.errors import OutputError


class Registry(Protocol):
    """Texts below HKEY_CURRENT_USER."""

    def get(self, key: str, name: str) -> str | None:
        """The text; None if there is none."""
        ...

    def set(self, key: str, name: str, value: str) -> None:
        """Makes the key, if needed, and the value."""
        ...

    def delete(self, key: str, name: str) -> None:
        """Deletes a value, and the key if that leaves it empty."""
        ...


class WindowsRegistry:
    """The real one."""

    def get(self, key: str, name: str) -> str | None:
        """As in `Registry`."""
        if sys.platform == "win32":
            import winreg

            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
                    return str(winreg.QueryValueEx(opened, name)[0])
            except OSError:
                return None
        raise NotImplementedError

    def set(self, key: str, name: str, value: str) -> None:
        """As in `Registry`."""
        if sys.platform == "win32":
            import winreg

            with winreg.CreateKey(winreg.HKEY_CURRENT_USER, key) as opened:
                winreg.SetValueEx(opened, name, 0, winreg.REG_SZ, value)
            return
        raise NotImplementedError

    def delete(self, key: str, name: str) -> None:
        """As in `Registry`."""
        if sys.platform == "win32":
            import winreg

            with suppress(FileNotFoundError):
                access = winreg.KEY_READ | winreg.KEY_SET_VALUE
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key, 0, access) as opened:
                    winreg.DeleteValue(opened, name)
                    keys, values, _ = winreg.QueryInfoKey(opened)
                if not keys and not values:
                    winreg.DeleteKey(winreg.HKEY_CURRENT_USER, key)
            return
        raise NotImplementedError


SHORTCUT_SCRIPT = (
    "$s = (New-Object -ComObject WScript.Shell).CreateShortcut($env:PREFLIGHT_LNK_PATH); "
    "$s.TargetPath = $env:PREFLIGHT_LNK_TARGET; "
    "$s.Arguments = $env:PREFLIGHT_LNK_ARGUMENTS; "
    "$s.Description = $env:PREFLIGHT_LNK_DESCRIPTION; "
    "$s.Save()"
)
"""Names come by the environment, so that nothing has to be quoted."""

_NO_WINDOW = 0x08000000


def shortcut_variables(shortcut: Shortcut) -> dict[str, str]:
    """What `SHORTCUT_SCRIPT` reads."""
    return {
        "PREFLIGHT_LNK_PATH": str(shortcut.path),
        "PREFLIGHT_LNK_TARGET": str(shortcut.target),
        "PREFLIGHT_LNK_ARGUMENTS": shortcut.arguments,
        "PREFLIGHT_LNK_DESCRIPTION": shortcut.description,
    }


def make_shortcut(shortcut: Shortcut) -> None:
    """Makes a `.lnk` through PowerShell.

    Raises:
        OutputError: It was not made.
    """
    command = ("powershell", "-NoProfile", "-NonInteractive", "-Command", SHORTCUT_SCRIPT)
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **shortcut_variables(shortcut)},
            capture_output=True,
            timeout=60,
            check=False,
            creationflags=_NO_WINDOW if sys.platform == "win32" else 0,
        )
        said = done.stderr.decode("utf-8", "replace").strip() if done.returncode else ""
    except (OSError, subprocess.SubprocessError) as error:
        said = str(error)
    if said:
        raise OutputError(f"The shortcut {shortcut.path} could not be made: {said[:300]}.")
