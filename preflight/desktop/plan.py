"""Plan: what an installation makes on a system. Pure, so that all systems are tested on each."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path, PurePath

from preflight.desktop.actions import Action, Entry
from preflight.desktop.linux import plan_linux
from preflight.desktop.macos import plan_macos
from preflight.desktop.places import Environment, System
from preflight.desktop.windows import plan_windows
from preflight.platforms.platform import Platform


def plan(
    system: System,
    home: PurePath,
    executable: Sequence[str],
    environment: Environment,
    platforms: Sequence[Platform],
) -> tuple[Action, ...]:
    """All files, keys and shortcuts, in the order in which they are made.

    Args:
        system: The system to install on.
        home: The person's folder.
        executable: The words that start `preflight drop`, the program with its absolute path.
        environment: What else there is.
        platforms: One entry for each; `default` gives the one for upload anywhere.
    """
    entries = tuple(_entry(platform) for platform in platforms)
    if system == "windows":
        return plan_windows(home, executable, environment, entries)
    if system == "macos":
        return plan_macos(home, executable, entries)
    return plan_linux(home, executable, environment, entries)


def this_executable() -> tuple[str, ...]:
    """Starts `preflight drop` with the Python that runs now.

    `-P` keeps Python from looking for modules in the current folder, which is one of photos.
    """
    python = Path(sys.executable)
    if sys.platform == "win32":
        without_console = python.with_name("pythonw.exe")
        python = without_console if without_console.is_file() else python
    return (str(python), "-P", "-m", "preflight", "drop")


def _entry(platform: Platform) -> Entry:
    if platform.name == "default":
        return Entry("preflight", "Preflight (make ready to upload)")
    return Entry(
        f"preflight-{platform.name}", f"Preflight for {platform.title}", ("--for", platform.name)
    )
