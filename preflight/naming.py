"""Naming: which name each copy gets, planned before the first is written."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from preflight.errors import UsageError
from preflight.frozen import frozen
from preflight.scanner.sniff import EXTENSIONS

READY = "-ready"
"""What a copy beside its original, or a folder of copies, has at the end of its name."""

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

_MAX_STEM_BYTES = 236
"""255 bytes is what file systems allow; the rest is for `-ready-10000.jpeg`."""

_RESERVED = re.compile(
    r"(con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$)"
    r"(\..*)?",
    re.IGNORECASE,
)
"""Devices on Windows, with any suffix (learn.microsoft.com, "Naming Files, Paths, and
Namespaces"); a folder of copies is often carried there."""


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


@frozen
class Slot:
    """The place that one photo's copy has to itself; the suffix follows when it is made."""

    folder: Path
    stem: str


@dataclass(slots=True)
class Plan:
    """Where every copy goes.

    Attributes:
        slots: One for each photo, in their order; no two the same for any file system.
        taken: Keys of all slots, so that a second choice of one is not the first of another.
    """

    slots: tuple[Slot, ...]
    taken: Container[bytes] = field(default_factory=frozenset)

    def candidates(self, slot: Slot, suffix: str) -> Iterator[Path]:
        """Names for a copy: its own, then with `-2`, `-3`… until somebody takes one."""
        yield slot.folder / f"{slot.stem}{suffix}"
        for number in range(2, 10_000):
            other = Slot(slot.folder, f"{slot.stem}-{number}")
            if _key(other) not in self.taken:
                yield other.folder / f"{other.stem}{suffix}"


def plan(photos: Iterable[Photo], out: Path | None) -> Plan:
    """Gives every photo a slot. The choice does not depend on the order of the photos.

    Beside its original a copy is called `photo-ready`, in a folder of its own `photo`. Two that
    want one name (`a.heic` and `a.jpg`, also `A.jpg` on a disk that ignores case, also the same
    letters composed differently) are numbered in the order of their paths.

    Args:
        photos: All photos of the run.
        out: Folder for the copies; None for beside the originals, or for a photo found in
            `headshots/` in `headshots-ready/` beside that.

    Raises:
        UsageError: There is no place beside the folder.
    """
    photos = tuple(photos)
    roots = {absolute(photo.root) for photo in photos if photo.root}
    real = cache(os.path.realpath)  # for this plan: links may change until the next
    folders: dict[str, Path] = {}  # one object each: there may be a hundred thousand photos
    wishes = [_wish(photo, out, real, folders, len(roots) > 1) for photo in photos]
    by_path = sorted(range(len(photos)), key=lambda index: os.fsencode(photos[index].path))
    taken: dict[bytes, int] = {}
    for index in by_path:
        taken.setdefault(_key(wishes[index]), index)
    slots = wishes[:]
    for index in by_path:
        number = 1
        while taken.setdefault(_key(slots[index]), index) != index:
            number += 1
            slots[index] = Slot(wishes[index].folder, f"{wishes[index].stem}-{number}")
    return Plan(tuple(slots), taken.keys())


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

    >>> is_backup("a.jpg.original", {"a.jpg"}), is_backup("a.jpg.png", {"a.jpg"})
    (True, False)
    """
    if Path(name).suffix.lower() in PHOTO_SUFFIXES:
        return False
    return any(
        name[:end] in names and Path(name[:end]).suffix.lower() in PHOTO_SUFFIXES
        for end in range(len(name) - 1, 3, -1)
    )


def _wish(
    photo: Photo,
    out: Path | None,
    real: Callable[[str], str],
    folders: dict[str, Path],
    several_roots: bool,
) -> Slot:
    if photo.root is None:
        folder = photo.path.parent if out is None else out
    elif out is None:
        root = absolute(photo.root)
        if not root.name:
            raise UsageError("There is no place beside that folder.", "Say where to with -o.")
        folder = root.with_name(root.name + READY) / photo.inside
    else:
        folder = out / absolute(photo.root).name if several_roots else out
        folder = folder / photo.inside
    folder = folders.setdefault(str(folder), folder)
    name = "photo" if photo.is_stdin else _shortened(stem(photo.path))
    if real(str(folder)) == real(str(photo.path.parent)):
        name += READY
    elif _RESERVED.fullmatch(name):
        name += "-photo"
    return Slot(folder, name)


def _key(slot: Slot) -> bytes:
    """Equal for names that some file system takes for one: ignoring case, composed letters.

    A digest, because it is short.
    """
    text = unicodedata.normalize("NFC", str(absolute(slot.folder / slot.stem)))
    folded = unicodedata.normalize("NFC", text.casefold())
    return blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _shortened(name: str) -> str:
    while len(os.fsencode(name)) > _MAX_STEM_BYTES:
        name = name[:-1]
    return name


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
