"""Doctor: versions, decoders and limits in force, for a bug report or a puzzled person."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click

from preflight.cli.console import Console
from preflight.cli.licences import licence_lines
from preflight.cli.options import limits
from preflight.config import find_settings
from preflight.errors import ConfigError, ExitCode
from preflight.limits import Limits

REQUIRED = ("photo-preflight", "pillow", "pillow-heif", "numpy", "simplejpeg", "click")
OPTIONAL = ("pyvips", "textual-image")

MODULES = {
    "pillow": "PIL.Image",
    "pillow-heif": "pillow_heif",
    "photo-preflight": "preflight",
    "textual-image": "textual_image",
}
"""Distribution to the module that is loaded to see whether it works, where the names differ."""

PILLOW_FEATURES = {
    "jpg": "JPEG",
    "libjpeg_turbo": "libjpeg-turbo",
    "zlib": "PNG (zlib)",
    "webp": "WebP",
    "avif": "AVIF",
    "libtiff": "TIFF (libtiff)",
    "littlecms2": "colour profiles (Little CMS)",
}


@click.command()
@click.option("--licenses", is_flag=True, help="What preflight is made of, and its terms.")
def doctor(licenses: bool) -> ExitCode:
    """Versions of Python, packages and codecs, which decoders are there, limits in force.

    The exit code is 0 if everything that preflight needs works, else 3.
    """
    console = Console()
    if licenses:
        console.write("\n".join(licence_lines()) + "\n")
        return ExitCode.READY
    missing: list[str] = []
    for title, lines in (
        ("System", _system()),
        ("Packages", _packages(missing)),
        ("Decoders", _decoders(missing)),
        ("Limits", _limits()),
        ("Settings", _settings()),
    ):
        console.write(f"{title}\n")
        for name, value in lines:
            console.write(f"  {name:<30}{value}\n")
    if missing:
        console.write(f"\nMissing or broken: {', '.join(missing)}. Install preflight again.\n")
        return ExitCode.FILE
    console.write("\nEverything that preflight needs is there.\n")
    return ExitCode.READY


Lines = Iterator[tuple[str, str]]


def _system() -> Lines:
    yield "Python", f"{platform.python_version()} ({platform.python_implementation()})"
    yield "system", f"{platform.system()} {platform.release()} ({platform.machine()})"
    yield "file names", sys.getfilesystemencoding()


def _packages(missing: list[str]) -> Lines:
    for name in (*REQUIRED, *OPTIONAL):
        try:
            number = version(name)
        except PackageNotFoundError:
            number = "not installed"
        why_not = _load(MODULES.get(name, name))[1]
        if why_not and name in OPTIONAL:
            yield name, "not installed (optional)" if number == "not installed" else why_not
            continue
        if why_not:
            missing.append(name)
        yield name, f"{number}: {why_not}" if why_not else number


def _decoders(missing: list[str]) -> Lines:
    features, _ = _load("PIL.features")
    for name, title in PILLOW_FEATURES.items():
        has = features is not None and features.check(name)
        number = features.version(name) if has else None
        if not has:
            missing.append(title)
        yield title, f"{number or 'yes'} (Pillow)" if has else "missing in this Pillow"
    heif, why_not = _load("pillow_heif")
    if heif is None:
        yield "HEIC", why_not
        return
    yield "HEIC", f"libheif {heif.libheif_version()} (pillow-heif)"
    found = heif.libheif_info().get("decoders") or {}
    for name, title in found.items():
        yield "", f"{title or name}"
    if not any("265" in name or "ffmpeg" in name for name in found):
        missing.append("HEVC decoder")


def _limits() -> Lines:
    in_force = limits(None)
    for field in fields(Limits):
        value = getattr(in_force, field.name)
        changed = "" if value == getattr(Limits(), field.name) else "  (from the environment)"
        yield field.name, f"{value:,}{changed}"


def _settings() -> Lines:
    try:
        found = find_settings(Path.cwd())
    except (ConfigError, OSError) as error:
        yield "file", str(error)
        return
    yield "file", str(found) if found else "none"


def _load(module: str) -> tuple[Any, str]:
    """The module, or None and why it cannot be loaded."""
    try:
        return import_module(module), ""
    except (ImportError, OSError) as error:  # OSError: a library that the module needs
        return None, f"cannot be loaded ({error})"
