"""Doctor: runs what was installed on an awkwardly named photo, as far as no person is needed."""

from __future__ import annotations

import os
import plistlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from preflight.desktop import thunar
from preflight.desktop.manifest import Made
from preflight.desktop.notify import SILENT
from preflight.frozen import frozen
from preflight.naming import READY

AWKWARD = "a & b (1)^!%é.jpg" if sys.platform == "win32" else "-a & b (1)^!%é'\"$x`.jpg"
"""Everything that a shell would like to misread; Windows allows fewer characters."""

TIMEOUT_S = 30


@frozen
class Trial:
    """One entry that was tried.

    Attributes:
        what: Of the entry.
        works: None if it takes a person to try it.
        why: What went wrong, or what to do by hand.
    """

    what: str
    works: bool | None
    why: str = ""


def try_all(made: Iterable[Made]) -> Iterator[Trial]:
    """Tries everything that was installed."""
    with tempfile.TemporaryDirectory(prefix="preflight-") as scratch:
        for number, entry in enumerate(made):
            if entry.kind != "folder" and not _is_side_piece(entry):
                yield _try(entry, Path(scratch) / str(number))


def _is_side_piece(made: Made) -> bool:
    if made.kind == "registry":
        return not made.place.endswith("\\command")
    return made.place.endswith("Info.plist")


def _try(made: Made, scratch: Path) -> Trial:
    what = f"{made.place} ({made.name})" if made.name else made.place
    if made.kind == "shortcut":
        return Trial(what, None, "Drop a photo on it to try it.")
    folder = scratch / "photos of Anna's"
    folder.mkdir(parents=True)
    photo = folder / AWKWARD
    _make_photo(photo)
    try:
        commands = list(_commands(made, photo))
    except (OSError, ValueError, KeyError, IndexError) as error:
        return Trial(what, False, f"It cannot be read: {error}")
    if not commands:
        return Trial(what, None, "A program that could start it (gio) is not installed.")
    for words in commands:
        copy = photo.with_name(f"{photo.stem}{READY}.jpg")
        why = _run(words, copy, scratch)
        if why:
            return Trial(what, False, why)
        copy.unlink()
    return Trial(what, True)


def _commands(made: Made, photo: Path) -> Iterator[list[str]]:
    """As the file manager would start it; each has to make the copy."""
    path = Path(made.place)
    if made.kind == "registry":
        yield [made.state.replace("%1", str(photo))]
    elif made.kind == "thunar":
        command = thunar.commands(path.read_bytes())[made.name]
        yield ["/bin/sh", "-c", expanded(command, shlex.quote(str(photo)))]
    elif path.suffix == ".wflow":
        (step,) = plistlib.loads(path.read_bytes())["actions"]
        script = step["action"]["ActionParameters"]["COMMAND_STRING"]
        yield ["/bin/sh", "-c", script, "sh", str(photo)]
    elif path.suffix == ".desktop":
        text = path.read_text("utf-8", "surrogateescape")
        if "Type=Application" in text:
            if shutil.which("gio"):
                yield ["gio", "launch", str(path), str(photo)]
            return
        for line in text.splitlines():
            if line.startswith("Exec="):
                yield exec_words(line[5:], str(photo))
    else:
        yield [str(path), photo.name]  # Nautilus gives names within the current folder


def exec_words(value: str, file: str) -> list[str]:
    """The words of an Exec key with one file in place of `%F`."""
    value = value.replace("\\\\", "\\")
    words = []
    # shlex would keep the backslash before $ and `
    for match in re.finditer(r'"((?:[^"\\]|\\.)*)"|(\S+)', value):
        word = match[2] if match[1] is None else re.sub(r"\\(.)", r"\1", match[1])
        words.append(file if word == "%F" else word.replace("%%", "%"))
    return words


def expanded(command: str, files: str) -> str:
    """Thunar's command with quoted files in place of `%F`."""
    parts = command.split("%%")
    return "%".join(part.replace("%F", files) for part in parts)


def _run(words: list[str], copy: Path, scratch: Path) -> str:
    """Starts it and waits for the copy; says what went wrong."""
    environment = {**os.environ, SILENT: "1", "PREFLIGHT_CACHE": str(scratch / "cache")}
    try:
        done = subprocess.run(
            words[0] if sys.platform == "win32" else words,
            cwd=copy.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    end = time.monotonic() + TIMEOUT_S
    while done.returncode == 0 and not copy.exists() and time.monotonic() < end:
        time.sleep(0.1)  # `gio launch` does not wait for what it starts
    if copy.exists():
        return ""
    said = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
    return f"No copy was made. {said[-300:]}".strip()


def _make_photo(path: Path) -> None:
    from PIL import Image

    picture = Image.linear_gradient("L").resize((640, 480)).convert("RGB")
    picture.save(path, "JPEG", quality=90)
