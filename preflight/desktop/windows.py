"""Windows: "Send to", an icon on the desktop to drop photos on, and Explorer's menu.

No batch file takes the drops: Explorer does not quote a name without spaces, and `a&b.jpg` then
runs `b.jpg` as a command. The program is `pythonw`, which opens no console window.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import PurePath, PureWindowsPath

from preflight.desktop.actions import Action, Entry, RegistryValue, Shortcut
from preflight.desktop.places import Environment

CLASSES = "Software\\Classes\\SystemFileAssociations"

KINDS = ("image", ".heic", ".heif")
"""What Explorer takes for a picture; HEIC is one only where Microsoft's extension is installed."""

GATHER = "--gather"
"""Explorer starts one process a photo, at most 100; they wait for each other and join one run."""


def plan_windows(
    home: PurePath, command: Sequence[str], environment: Environment, entries: Sequence[Entry]
) -> tuple[Action, ...]:
    """Two shortcuts and three menu entries for each entry."""
    roaming = environment.variables.get("APPDATA")
    folder = type(home)(roaming) if roaming else home / "AppData" / "Roaming"
    places = [folder / "Microsoft" / "Windows" / "SendTo"]
    if environment.desktop is not None:
        places.append(environment.desktop)
    actions: list[Action] = []
    for entry in entries:
        arguments = subprocess.list2cmdline([*command[1:], *entry.options, "--"])
        actions += [
            Shortcut(
                place / f"{entry.file_name}.lnk",
                PureWindowsPath(command[0]),
                arguments,
                "Drop photos here for copies that are ready to upload",
            )
            for place in places
        ]
        for kind in KINDS:
            actions += _menu_entry(f"{CLASSES}\\{kind}\\shell\\{entry.id}", command, entry)
    return tuple(actions)


def _menu_entry(key: str, command: Sequence[str], entry: Entry) -> list[RegistryValue]:
    words = subprocess.list2cmdline([*command, *entry.options, GATHER, "--"])
    # In the menu, & marks the letter to press; in a command, %1 stands for the file
    return [
        RegistryValue(key, "MUIVerb", entry.title.replace("&", "&&")),
        RegistryValue(key, "MultiSelectModel", "Player"),
        RegistryValue(f"{key}\\command", "", f'{words} "%1"'),
    ]
