"""Works: what is measured, by which tools, and which of them are on this machine."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
CORES = 2

Command = Callable[[list[Path], Path], list[str]]
"""From files and an output folder to the words of one command."""


@dataclass(frozen=True)
class Tool:
    """A tool: how it is called, and its version, empty when it is not installed."""

    name: str
    version: str
    command: Command


@dataclass(frozen=True)
class Work:
    """Some files and the tools that work on them; `bounds` are ratios of CPU and wall to reach."""

    name: str
    files: list[Path]
    tools: list[str]
    bounds: dict[str, tuple[float, float]] = field(default_factory=dict)


def tools(scratch: Path, preflight: Path) -> dict[str, Tool]:
    """All tools by name; preflight comes from a virtual environment, sharp from npm, in scratch."""
    python = str(preflight.with_name("python"))

    def script(name: str) -> Command:
        return lambda files, out: [python, str(HERE / "peers" / name), str(out), *map(str, files)]

    def spread(command: str, each: int = 2) -> Command:
        """`command` on `CORES` cores at once, a few files each time."""
        line = f'printf "%s\\0" "$@" | xargs -0 -P{CORES} -n{each} {command}'
        return lambda files, out: ["sh", "-c", line.format(out=out), "sh", *map(str, files)]

    vips = '--size 1024x1024 --smartcrop centre --eprofile srgb -o "{out}/%s.jpg[Q=90,strip]"'
    sharp = str(scratch / "sharp" / "sharp.cjs")
    naive = f"{python} {HERE}/peers/pillow_naive.py {{out}}"
    installed = {
        "preflight": Tool(
            "preflight",
            _says([str(preflight), "--version"]),
            lambda files, out: [
                *(str(preflight), "fix", "--force", "-q", "-o", str(out)),
                *map(str, files),
            ],
        ),
        "preflight check": Tool(
            "preflight check",
            _says([str(preflight), "--version"]),
            lambda files, out: [str(preflight), "check", "-q", *map(str, files)],
        ),
        "sharp": Tool(
            "sharp",
            _sharp(scratch / "sharp"),
            lambda files, out: ["node", sharp, str(out), *map(str, files)],
        ),
        "vipsthumbnail": Tool(
            "vipsthumbnail",
            _says(["vipsthumbnail", "--vips-version"]),
            lambda files, out: [
                *("vipsthumbnail", *map(str, files), "--size", "1024x1024", "--smartcrop"),
                *("centre", "--eprofile", "srgb", "-o", f"{out}/%s.jpg[Q=90,strip]"),
            ],
        ),
        "vipsthumbnail -P2": Tool(
            "vipsthumbnail -P2",
            _says(["vipsthumbnail", "--vips-version"]),
            spread(f"sh -c 'VIPS_CONCURRENCY=1 vipsthumbnail \"$@\" {vips}' sh"),
        ),
        "Pillow naive": Tool("Pillow naive", _pillow(python), script("pillow_naive.py")),
        "Pillow draft": Tool("Pillow draft", _pillow(python), script("pillow_draft.py")),
        "Pillow naive -P2": Tool("Pillow naive -P2", _pillow(python), spread(naive)),
        "Pillow load": Tool(
            "Pillow load",
            _pillow(python),
            lambda files, out: [python, str(HERE / "peers/pillow_load.py"), *map(str, files)],
        ),
        "jpeginfo": Tool("jpeginfo", _says(["jpeginfo", "--version"]), spread("jpeginfo -c")),
    }
    return {name: tool for name, tool in installed.items() if tool.version}


def works(folder: Path, jpeg_count: int, heic_count: int) -> list[Work]:
    """What is measured; the bounds are the goals that the project set itself."""
    one = folder / "one"
    jpegs = sorted((folder / "jpeg").glob("*.jpg"))[:jpeg_count]
    heics = sorted((folder / "heic").glob("*.heic"))[:heic_count]
    even = {"sharp": (1.0, 1.0)}
    fix, check = "preflight", "preflight check"
    return [
        Work("one sRGB JPEG", [one / "srgb.jpg"], [fix, "sharp", "Pillow draft"], even),
        Work("one turned Display P3 JPEG", [one / "p3-turned.jpg"], [fix, "sharp"], even),
        Work(
            "one iPhone-like HEIC",
            [one / "phone.heic"],
            [fix, "vipsthumbnail"],
            {"vipsthumbnail": (0.8, 0.95)},
        ),
        Work("one WebP", [one / "photo.webp"], [fix, "sharp"], even),
        Work("one PNG with alpha", [one / "rgba.png"], [fix, "sharp"], even),
        Work(
            f"folder of {len(jpegs)} JPEGs",
            jpegs,
            [fix, "sharp", "vipsthumbnail -P2", "Pillow naive -P2"],
            {
                "sharp": (0.85, 0.85),
                "vipsthumbnail -P2": (0.7, 0.8),
                "Pillow naive -P2": (0.45, 0.45),
            },
        ),
        Work(
            f"folder of {len(heics)} HEICs",
            heics,
            [fix, "vipsthumbnail -P2"],
            {"vipsthumbnail -P2": (0.55, 0.6)},
        ),
        Work(f"check {len(jpegs)} JPEGs", jpegs, [check, "jpeginfo"], {"jpeginfo": (3.0, 3.0)}),
        Work(
            f"check {len(heics)} HEICs",
            heics,
            [check, "Pillow load"],
            {"Pillow load": (0.85, 0.85)},
        ),
    ]


def _says(command: list[str]) -> str:
    """The first line that a command prints; empty if there is no such command."""
    if shutil.which(command[0]) is None:
        return ""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return ((done.stdout or done.stderr).splitlines() or [""])[0].strip()


def _pillow(python: str) -> str:
    return "Pillow " + _says([python, "-c", "import PIL; print(PIL.__version__)"])


def _sharp(folder: Path) -> str:
    """Installs sharp where its peer script is copied to; its version, empty without npm."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        return ""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "peers" / "sharp.cjs", folder)
    if not (folder / "node_modules" / "sharp").exists():
        npm = ["npm", "install", "--silent", "--prefix", str(folder), "sharp"]
        subprocess.run(npm, check=False, stdout=sys.stderr)
    version = "require('sharp').versions.sharp"
    done = subprocess.run(
        ["node", "-p", version], cwd=folder, capture_output=True, text=True, check=False
    )
    return f"sharp {done.stdout.strip()}" if done.returncode == 0 else ""
