"""Naming: what photos, copies, backups and folders are called."""

from __future__ import annotations

import os
import re
from collections.abc import Container
from pathlib import Path
from typing import Literal

from preflight.errors import UsageError
from preflight.frozen import frozen
from preflight.scanner.sniff import EXTENSIONS

READY = "-ready"
"""What a copy beside its original, or a folder of copies, has at the end of its name."""

JOURNAL = ".preflight-journal.jsonl"
"""In a folder of copies; hidden, as all that is not a photo."""

SUFFIXES = {"jpeg": ".jpg", "png": ".png", "webp": ".webp"}
"""Format of an output to the suffix it gets."""

PHOTO_FORMATS = frozenset(
    ("jpeg", "png", "heic", "avif", "webp", "gif", "tiff", "bmp", "heif", "jxl", "jp2", "raw")
)
"""Formats in which a person keeps photos, openable or not."""

PHOTO_SUFFIXES = frozenset(
    f".{extension}" for name in PHOTO_FORMATS for extension in EXTENSIONS[name]
)
"""Suffixes by which a person calls a file a photo."""


@frozen
class Photo:
    """A file to look at.

    Attributes:
        path: As it was named or found; what messages and reports show.
        root: The folder it was found in; None if it was named itself.
    """

    path: Path
    root: Path | None = None

    @property
    def is_stdin(self) -> bool:
        """It is `-`: comes from standard input."""
        return self.root is None and str(self.path) == "-"

    @property
    def inside(self) -> Path:
        """Its folder, relative to `root`."""
        return self.path.relative_to(self.root).parent if self.root else Path()


def ready_folder(root: Path) -> Path:
    """The folder of copies beside a folder, named as that is: relative if it is.

    Raises:
        UsageError: There is no place beside it.

    >>> ready_folder(Path("headshots")).as_posix()
    'headshots-ready'
    """
    named = root if root.name not in ("", "..") else absolute(root)
    if not named.name:
        raise UsageError("There is no place beside that folder.", "Say where to with -o.")
    return named.with_name(named.name + READY)


def is_file_name(out: str) -> bool:
    """Whether `-o` means a file: it has a picture's suffix and is no folder.

    >>> is_file_name("me.jpg"), is_file_name("ready/")
    (True, False)
    """
    return Path(out).suffix.lower() in PHOTO_SUFFIXES and not (
        out.endswith(("/", os.sep)) or is_folder(Path(out))
    )


def stem(path: Path) -> str:
    """The name without its suffix, if that is one and not the end of "Dr. Smith".

    >>> stem(Path("IMG_1.HEIC")), stem(Path("Dr. Smith")), stem(Path("a.b.jpg"))
    ('IMG_1', 'Dr. Smith', 'a.b')
    """
    if path.suffix.lower() in PHOTO_SUFFIXES or re.fullmatch(r"\.[A-Za-z]{1,5}", path.suffix):
        return path.stem
    return path.name


def is_copy(name: str, stems: Container[str]) -> bool:
    """Whether a name is what preflight calls a copy of something beside it.

    Args:
        name: Of a file without its suffix, or of a folder.
        stems: The other names like it in the same folder.

    >>> is_copy("anna-ready-2", {"anna"}), is_copy("get-ready", {"anna"})
    (True, False)
    """
    ours = re.fullmatch(rf"(.+){READY}(-[0-9]+)?", name, re.DOTALL)
    return ours is not None and ours[1] in stems


def is_backup(name: str, names: Container[str]) -> bool:
    """Whether a file name is what `--backup-suffix` makes of a photo beside it.

    What took the place of `a.heic` may be called `a.jpg`.

    >>> is_backup("a.jpg.original", {"a.jpg"}), is_backup("a.jpg.png", {"a.jpg"})
    (True, False)
    >>> is_backup("a.heic.original", {"a.jpg"}), is_backup("a.heic.original", {"b.jpg"})
    (True, False)
    """
    if Path(name).suffix.lower() in PHOTO_SUFFIXES:
        return False
    for end in range(len(name) - 1, 3, -1):
        beginning, suffix = os.path.splitext(name[:end])
        if suffix.lower() not in PHOTO_SUFFIXES:
            continue
        if any(beginning + other in names for other in (suffix, *SUFFIXES.values())):
            return True
    return False


def format_of(out: str, wanted: str | None) -> Literal["jpeg", "png"]:
    """The format that `-o me.png` asks for.

    Args:
        out: A file name with a picture's suffix.
        wanted: What `--to` asks for; None if it was not given.

    Raises:
        UsageError: The suffix contradicts `wanted`, or preflight does not write such files.
    """
    suffix = Path(out).suffix.lower()
    made: Literal["jpeg", "png"]
    if suffix in (".jpg", ".jpeg", ".jpe", ".jfif"):
        made = "jpeg"
    elif suffix == ".png":
        made = "png"
    else:
        raise UsageError(
            f"preflight makes JPEG and PNG files, not {suffix} files.",
            "End the name after -o in .jpg or .png.",
        )
    if wanted not in (None, "auto", made):
        raise UsageError(f"--to {wanted} and a name that ends in {suffix} contradict each other.")
    return made


def absolute(path: Path) -> Path:
    """Absolute and without `..`, but with its links as they are."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links


def is_folder(path: Path) -> bool:
    """Whether it is a folder, as far as one may look; reading it says why not."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False
