"""Desktop: puts preflight into the menus of file managers, and takes it out again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from preflight.cli.console import Console, say
from preflight.cli.values import PlatformName
from preflight.errors import ExitCode, UsageError
from preflight.printable import printable

if TYPE_CHECKING:
    from preflight.desktop.actions import Action
    from preflight.desktop.install import Installer

_NOTES = {
    "linux": "Thunar shows new entries after `thunar -q`; other file managers at once.",
    "macos": "In Finder: right click, Quick Actions. If one is missing there, choose Customize.",
    "windows": "Explorer's menu takes 100 photos at most (under Windows 11 it is below "
    '"Show more options"); drop more on the icon on the desktop, or use "Send to".',
}

EXAMPLES = """\b
Examples:
  preflight desktop install
  preflight desktop install --for default --for linkedin
  preflight desktop doctor
"""


class _Group(click.Group):
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Alone it shows its help, and that is bad usage: click before 8.2 would end with 0."""
        if not args and not ctx.resilient_parsing:
            say(ctx.get_help())
            ctx.exit(ExitCode.USAGE)
        return super().parse_args(ctx, args)


@click.group(cls=_Group, epilog=EXAMPLES)
def desktop() -> None:
    """Use preflight without a terminal: drop photos on an icon, or right-click them."""


@desktop.command()
@click.option(
    "--for",
    "platforms",
    multiple=True,
    type=PlatformName(),
    metavar="PLATFORM",
    help="One entry for each: `linkedin`. Repeatable; `default` is for upload anywhere.",
)
@click.option("-n", "--dry-run", is_flag=True, help="Show every file and key, make nothing.")
def install(platforms: tuple[str, ...], dry_run: bool) -> ExitCode:
    """Add entries to the menus, in place of those that were installed before."""
    from preflight.desktop.places import this_environment, this_system
    from preflight.desktop.plan import plan, this_executable
    from preflight.platforms.loader import load_many, names

    unknown = [name for name in platforms if name not in (*names(), "default", "all")]
    if unknown:
        raise UsageError(
            f"{unknown[0]} is not one of the platforms that preflight knows by name.",
            "`preflight platforms` lists them.",
        )
    system, home = this_system(), Path.home()
    actions = plan(
        system,
        home,
        this_executable(),
        this_environment(home),
        load_many(platforms or ("default",)),
    )
    console = Console()
    if dry_run:
        for action in actions:
            console.write(_shown(action))
        return ExitCode.READY
    if _is_temporary():
        console.say(
            "This preflight runs from a temporary place, so the entries will stop working when it "
            "is cleaned up. Install it for good first: uv tool install photo-preflight, "
            "or pipx install photo-preflight."
        )
    _installer().install(actions)
    for place in sorted({_place(action) for action in actions}):
        console.write(f"made  {printable(place)}\n")
    console.write(f"\n{_NOTES[system]}\nTo try it: preflight desktop doctor\n")
    return ExitCode.READY


@desktop.command()
def remove() -> ExitCode:
    """Take away exactly what was installed."""
    gone, left = _installer().remove()
    console = Console()
    for made in gone:
        if made.kind != "folder":
            console.write(f"removed  {printable(_named(made.place, made.name))}\n")
    for made, why in left:
        console.write(f"left     {printable(_named(made.place, made.name))}: {why}\n")
    if not gone and not left:
        console.write("Nothing was installed.\n")
    return ExitCode.FINDINGS if left else ExitCode.READY


@desktop.command(name="list")
def list_() -> ExitCode:
    """Show what is installed."""
    installer = _installer()
    console = Console()
    missing = 0
    for made in installer.made:
        if made.kind == "folder":
            continue
        there = installer.is_there(made)
        missing += not there
        state = "there  " if there else "changed or missing  "
        console.write(f"{state}{printable(_named(made.place, made.name))}\n")
    if not installer.made:
        console.write("Nothing is installed. To begin: preflight desktop install\n")
    return ExitCode.FINDINGS if missing else ExitCode.READY


@desktop.command()
def doctor() -> ExitCode:
    """Try what is installed on a photo with an awkward name, and say what works."""
    from preflight.desktop.doctor import try_all

    installer = _installer()
    console = Console()
    failed = 0
    for trial in try_all(installer.made):
        state = {True: "works ", False: "FAILS ", None: "by hand"}[trial.works]
        failed += trial.works is False
        why = f": {printable(trial.why)}" if trial.why else ""
        console.write(f"{state}  {printable(trial.what)}{why}\n")
    if not installer.made:
        console.write("Nothing is installed. To begin: preflight desktop install\n")
    return ExitCode.FINDINGS if failed else ExitCode.READY


def _installer() -> Installer:
    import os

    from preflight.desktop.install import Installer
    from preflight.desktop.places import data_folder, this_system

    folder = data_folder(this_system(), Path.home(), os.environ)
    return Installer(folder / "desktop.json")


def _is_temporary() -> bool:
    """Whether `uvx` or `pipx run` made this environment, which they clean up."""
    return any(part.lower() in (".cache", "cache", "caches") for part in Path(sys.prefix).parts)


def _named(place: str, name: str) -> str:
    return f"{place} ({name})" if name else place


def _place(action: Action) -> str:
    from preflight.desktop.actions import RegistryValue

    if isinstance(action, RegistryValue):
        return f"HKEY_CURRENT_USER\\{action.key}"
    return str(action.path)


def _shown(action: Action) -> str:
    """An action with all of its content."""
    from preflight.desktop.actions import RegistryValue, Shortcut, ThunarActions

    if isinstance(action, RegistryValue):
        text = f"{action.name or '(default)'} = {action.value}\n"
    elif isinstance(action, Shortcut):
        text = f"shortcut to: {action.target} {action.arguments}\n"
    elif isinstance(action, ThunarActions):
        text = "added to what is there:\n" + "".join(xml for _, xml in action.actions)
    else:
        text = action.content.decode("utf-8", "backslashreplace")
    lines = "".join(f"    {printable(line.expandtabs(4))}\n" for line in text.splitlines())
    return f"{printable(_place(action))}\n{lines}\n"
