"""Tools: how preflight and its peers are called, and which of them are on this machine."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.results import versions

HERE = Path(__file__).parent
CORES = 2
_CONVERT = ("convert-im6.q16", "magick")
_IMAGEMAGICK_NAME = len("ImageMagick 6.9.11-60")

Command = Callable[[list[Path], Path], list[str]]
"""From files and an output folder to the words of one command."""


@dataclass(frozen=True)
class Tool:
    """A tool: how it is called, its version (empty: not installed), whether it makes files.

    `codes` are those with which it exits when it has done its work.
    """

    name: str
    version: str
    command: Command
    writes: bool = True
    codes: tuple[int, ...] = (0,)


def tools(scratch: Path, preflight: Path) -> dict[str, Tool]:
    """All tools by name; preflight comes from a virtual environment, sharp from npm, in scratch."""
    both = (*_fixing(scratch, preflight), *_checking(preflight))
    return {tool.name: tool for tool in both if tool.version}


def _fixing(scratch: Path, preflight: Path) -> list[Tool]:
    """Those that make a square of 1024 px."""
    python, own = str(preflight.with_name("python")), sys.executable
    sharp = str(scratch / "sharp" / "sharp.cjs")
    pillow = says([python, "-c", "import PIL; print('Pillow', PIL.__version__)"])
    pyvips = says([own, "-c", "import pyvips; print('pyvips', pyvips.__version__)"])
    vips = says(["vipsthumbnail", "--vips-version"])
    thumbnail = '--size 1024x1024 --smartcrop centre --eprofile srgb -o "{out}/%s.jpg[Q=90,strip]"'
    convert = next((name for name in _CONVERT if shutil.which(name)), _CONVERT[0])
    return [
        Tool(
            "preflight",
            says([str(preflight), "--version"]),
            lambda files, out: [
                *(str(preflight), "fix", "--force", "-q", "-o", str(out)),
                *map(str, files),
            ],
        ),
        Tool(
            "sharp",
            _sharp(scratch / "sharp"),
            lambda files, out: ["node", sharp, str(out), *map(str, files)],
        ),
        Tool(
            "vipsthumbnail",
            vips,
            lambda files, out: [
                *("vipsthumbnail", *map(str, files), "--size", "1024x1024", "--smartcrop"),
                *("centre", "--eprofile", "srgb", "-o", f"{out}/%s.jpg[Q=90,strip]"),
            ],
        ),
        Tool(
            "vipsthumbnail -P2",
            vips,
            side_by_side(f"sh -c 'VIPS_CONCURRENCY=1 vipsthumbnail \"$@\" {thumbnail}' sh"),
        ),
        Tool("pyvips", pyvips, _script(own, "pyvips_thumbnail.py")),
        Tool("pyvips -P2", pyvips, _script_twice(own, "pyvips_thumbnail.py")),
        Tool(
            "ImageMagick",
            says([convert, "-version"])[:_IMAGEMAGICK_NAME],
            _imagemagick(convert, scratch),
        ),
        Tool("Pillow naive", pillow, _script(python, "pillow_naive.py")),
        Tool("Pillow draft", pillow, _script(python, "pillow_draft.py")),
        Tool("Pillow naive -P2", pillow, _script_twice(python, "pillow_naive.py")),
    ]


def _checking(preflight: Path) -> list[Tool]:
    """Those that look at files and make none."""
    python = str(preflight.with_name("python"))
    corrupt = Path(sys.executable).with_name("checkcorruptedimages")
    decode = "djpeg -strict -fast -grayscale -scale 1/8 -outfile /dev/null"
    return [
        Tool(
            "preflight check",
            says([str(preflight), "--version"]),
            lambda files, out: [str(preflight), "check", "-q", *map(str, files)],
            writes=False,
            codes=(0, 1),  # a photo that is not square is a finding
        ),
        Tool(
            "Pillow load",
            says([python, "-c", "import PIL; print('Pillow', PIL.__version__)"]),
            _script(python, "pillow_load.py"),
            writes=False,
        ),
        Tool(
            "jpeginfo", says(["jpeginfo", "--version"]), side_by_side("jpeginfo -c"), writes=False
        ),
        Tool("djpeg", says(["djpeg", "-version"]), side_by_side(decode, each=1), writes=False),
        Tool(
            "identify",
            says(["identify", "-version"])[:_IMAGEMAGICK_NAME],
            side_by_side("identify -regard-warnings"),
            writes=False,
        ),
        Tool(
            "checkcorruptedimages",
            versions("checkcorruptedimages") if corrupt.exists() else "",
            lambda files, out: [  # takes folders only
                *("sh", "-c", f'ln -s "$@" {out} && {corrupt} --workers {CORES} {out}', "sh"),
                *map(str, files),
            ],
            writes=False,
        ),
    ]


def _script(python: str, name: str) -> Command:
    return lambda files, out: [python, str(HERE / "peers" / name), str(out), *map(str, files)]


def _script_twice(python: str, name: str) -> Command:
    return side_by_side(f"{python} {HERE}/peers/{name} {{out}}")


def side_by_side(command: str, each: int = 2) -> Command:
    """`command` on `CORES` cores at once, a few files each time; `{out}` is the output folder."""
    line = f'printf "%s\\0" "$@" | xargs -0 -P{CORES} -n{each} {command}'
    return lambda files, out: ["sh", "-c", line.replace("{out}", str(out)), "sh", *map(str, files)]


def _imagemagick(convert: str, scratch: Path) -> Command:
    """One file at a time on each core, reduced while it is decoded as its manual advises."""
    profile = scratch / "sRGB.icc"
    if not profile.exists():
        from PIL import ImageCms

        srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
        profile.parent.mkdir(parents=True, exist_ok=True)
        profile.write_bytes(srgb.tobytes())
    return side_by_side(
        f'sh -c \'{convert} -define jpeg:size=2048x2048 "$1" -auto-orient -profile {profile} '
        "-thumbnail 1024x1024^ -gravity center -extent 1024x1024 -quality 90 "
        '"{out}/$(basename "${1%.*}").jpg"\' sh',
        each=1,
    )


def says(command: list[str]) -> str:
    """The first line that a command prints; empty if there is no such command, or it fails."""
    if shutil.which(command[0]) is None:
        return ""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = (done.stdout or done.stderr).splitlines() or [""]
    return "" if done.returncode else said[0].removeprefix("Version: ").strip()


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
