"""Linux: scripts for Nautilus, Nemo and Caja, menus for Dolphin and Thunar, and a launcher."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import PurePath

from preflight.desktop.actions import Action, Entry, ThunarActions, WriteFile
from preflight.desktop.places import Environment, xdg_folder
from preflight.desktop.thunar import action_xml

MARK = "Made by `preflight desktop install`; `preflight desktop remove` takes it away."

_SCRIPT_FOLDERS = {
    "nautilus": ("XDG_DATA_HOME", "nautilus/scripts"),
    "nemo": ("XDG_DATA_HOME", "nemo/scripts"),
    "caja": ("XDG_CONFIG_HOME", "caja/scripts"),
}

_SERVICE_MENUS = ("kio/servicemenus", "kservices5/ServiceMenus")
"""Plasma 6 and late 5, and earlier 5; of two files with one name Dolphin shows one."""


def plan_linux(
    home: PurePath, command: Sequence[str], environment: Environment, entries: Sequence[Entry]
) -> tuple[Action, ...]:
    """The files; for the file managers that are there."""
    data = xdg_folder("XDG_DATA_HOME", home / ".local" / "share", environment.variables)
    config = xdg_folder("XDG_CONFIG_HOME", home / ".config", environment.variables)
    actions: list[Action] = []
    for manager, (base, inside) in _SCRIPT_FOLDERS.items():
        if manager in environment.programs:
            folder = (data if base == "XDG_DATA_HOME" else config) / inside
            actions += [
                WriteFile(folder / entry.file_name, _script(command, entry), executable=True)
                for entry in entries
            ]
    if "dolphin" in environment.programs:
        menu = _service_menu(command, entries)
        # Plasma runs menus of a person's own only if they are executable
        actions += [
            WriteFile(data / place / "preflight.desktop", menu, executable=True)
            for place in _SERVICE_MENUS
        ]
    if "thunar" in environment.programs:
        actions.append(_thunar(config, command, environment, entries))
    for entry in entries:
        launcher = _launcher(command, entry)
        actions.append(WriteFile(data / "applications" / f"{entry.id}.desktop", launcher))
        if environment.desktop is not None:
            on_desktop = environment.desktop / f"{entry.id}.desktop"
            actions.append(WriteFile(on_desktop, launcher, executable=True))
    return tuple(actions)


def _script(command: Sequence[str], entry: Entry) -> bytes:
    words = shlex.join((*command, *entry.options, "--"))
    return f'#!/bin/sh\n# {MARK}\nexec {words} "$@"\n'.encode("utf-8", "surrogateescape")


def _thunar(
    config: PurePath, command: Sequence[str], environment: Environment, entries: Sequence[Entry]
) -> ThunarActions:
    system = environment.variables.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    inside = PurePath("Thunar", "uca.xml")
    return ThunarActions(
        config / inside,
        tuple(
            type(config)(folder) / inside for folder in system.split(":") if folder.startswith("/")
        ),
        tuple(
            (entry.id, action_xml(entry.id, entry.title, _thunar_command(command, entry)))
            for entry in entries
        ),
    )


def _thunar_command(command: Sequence[str], entry: Entry) -> str:
    # Thunar puts the files for %F, each quoted for the shell
    return shlex.join((*command, *entry.options, "--")).replace("%", "%%") + " %F"


def _service_menu(command: Sequence[str], entries: Sequence[Entry]) -> bytes:
    lines = [
        "[Desktop Entry]",
        f"# {MARK}",
        "Type=Service",
        "Name=Preflight",
        "X-KDE-ServiceTypes=KonqPopupMenu/Plugin",
        "MimeType=image/*;inode/directory;",
        f"Actions={''.join(f'{entry.id};' for entry in entries)}",
        "X-KDE-Priority=TopLevel",
    ]
    for entry in entries:
        lines += [
            "",
            f"[Desktop Action {entry.id}]",
            f"Name={_value(entry.title)}",
            "Icon=image-x-generic",
            f"Exec={exec_value((*command, *entry.options, '--'))} %F",
        ]
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")


def _launcher(command: Sequence[str], entry: Entry) -> bytes:
    # No MimeType: with it, this would become the program that opens HEIC files
    lines = (
        "[Desktop Entry]",
        f"# {MARK}",
        "Type=Application",
        f"Name={_value(entry.title)}",
        "Comment=Drop photos here for copies that are ready to upload",
        f"Exec={exec_value((*command, *entry.options, '--'))} %F",
        "Icon=image-x-generic",
        "Terminal=false",
        "Categories=Graphics;",
    )
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")


def exec_value(words: Sequence[str]) -> str:
    r"""Words as the Exec key of a desktop entry takes them.

    Quoted as the Desktop Entry Specification says (section "The Exec key"), and then as every
    value is.

    >>> print(exec_value(("/opt/my py/bin", "50%", '$"')))
    "/opt/my py/bin" 50%% "\\$\\""
    """
    quoted = []
    for word in words:
        if not word or any(character in " \t\n\"'\\><~|&;$*?#()`" for character in word):
            word = "".join(f"\\{char}" if char in '"`$\\' else char for char in word)
            word = f'"{word}"'
        quoted.append(word.replace("%", "%%"))
    return _value(" ".join(quoted))


def _value(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
