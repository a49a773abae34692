"""Output: proved bytes go to disk whole or not at all, and never over an original."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from preflight.errors import OutputError
from preflight.frozen import frozen
from preflight.printable import printable
from preflight.systems import speakable, why_refused

PHOTO_MODE = 0o666
"""Permissions of a copy, before the umask: it is the person's file like any other."""

REPORT_MODE = 0o600
"""Permissions of reports and journals, which name people: the user's alone."""

TEMPORARY = r"\.preflight-([0-9]{1,10})-[0-9a-f]{12}\.tmp"
"""Pattern of the names of files that are being written, with the process that does it."""

_NO_HARD_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EXDEV, errno.EMLINK}
"""What `link` says on FAT, exFAT and some network file systems; EPERM is Linux's for FAT."""


class TargetExistsError(OutputError):
    """Something of that name is there already; it was left as it is."""


@frozen
class Placed:
    """Where a photo lies now; `written` is False if the same bytes were there already."""

    path: Path
    written: bool


@contextmanager
def atomic_file(
    target: Path, *, replace: bool = False, mode: int = PHOTO_MODE
) -> Iterator[IO[bytes]]:
    """Opens a temporary file beside `target` that gets its name when the block ends well.

    The bytes are on the disk before the name is, and the name before this returns. When anything
    goes wrong (a full disk, a lost permission, an interrupt) nothing of it is left.

    Args:
        target: The final name; missing folders above it are made.
        replace: Take the place of an ordinary file of that name.
        mode: Permissions before the umask.

    Raises:
        TargetExistsError: `replace` is False and the name is taken.
        OutputError: It could not be written; the message says why in plain words.
    """
    temporary: Path | None = None
    target = speakable(target)
    try:
        if target.exists() and not target.is_file():
            raise OutputError(f"{printable(str(target))} is not an ordinary file.")
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = _open_temporary(target.parent, mode)
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if replace:
            temporary.replace(target)
        else:
            _rename_to_new(temporary, target)
        _sync_folder(target.parent)
    except OSError as error:
        raise OutputError(*why_unwritable(target, error)) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def write_file(target: Path, data: bytes, *, replace: bool = False, mode: int = PHOTO_MODE) -> None:
    """Writes `data` as `target`, whole or not at all; see `atomic_file`."""
    with atomic_file(target, replace=replace, mode=mode) as file:
        file.write(data)


def place(
    candidates: Iterable[Path],
    data: bytes,
    *,
    is_original: Callable[[Path], bool] = lambda path: False,
    is_ours: Callable[[Path], bool] = lambda path: False,
    force: bool = False,
    dry_run: bool = False,
) -> Placed:
    """Writes `data` under the first name that is free, or finds that it is there already.

    Args:
        candidates: Names in the order of preference, as `naming.Plan.candidates` gives them.
        data: The proved bytes.
        is_original: Tells the files that are never replaced, not even by force.
        is_ours: Tells what an earlier run made of the same photo, which is replaced.
        force: Replace what has the first name, unless it is an original.
        dry_run: Say where it would go, and fail where it would fail, but write nothing.

    Raises:
        OutputError: None of the names can be written.
    """
    taken: Path | None = None
    for target in candidates:
        taken = target
        replace = (force or is_ours(target)) and not is_original(target)
        try:
            if dry_run:
                _try_out(target, replace)
            else:
                write_file(target, data, replace=replace)
            return Placed(target, written=True)
        except TargetExistsError:
            if _holds(target, data) and not is_original(target):
                return Placed(target, written=False)
    shown = printable(str(taken)) if taken else "the output"
    raise TargetExistsError(
        f"{shown} exists already and is something else; it was left as it is.",
        "Choose another name with -o, or replace it with --force.",
    )


def replace_original(
    source: Path, data: bytes, suffix: str, backup_suffix: str, *, dry_run: bool = False
) -> tuple[Path, Path]:
    """Puts `data` in the place of `source`, after the original has been kept under another name.

    Args:
        source: The original; a link is followed.
        data: The proved bytes.
        suffix: Of their format, `.jpg`. If the original's does not fit, the new file gets this one
            and the original name disappears (`photo.heic` becomes `photo.jpg`).
        backup_suffix: Added to the whole name of the original: `photo.heic.original`.
        dry_run: Write nothing, but fail where it would fail.

    Returns:
        The new file and the backup.

    Raises:
        OutputError: There is a backup of something else already, or it could not be written.
    """
    original = Path(os.path.realpath(source))
    backup = original.with_name(original.name + backup_suffix)
    target = original if fits(original.suffix, suffix) else original.with_suffix(suffix)
    if os.path.lexists(backup) and not _is_kept(original, backup):
        raise TargetExistsError(
            f"There is a backup {printable(backup.name)} already; it was left as it is.",
            "Choose another --backup-suffix, or move the old backup away.",
        )
    if target != original and os.path.lexists(target):
        raise TargetExistsError(
            f"{printable(target.name)} exists already, beside {printable(original.name)}.",
            "Without --in-place the copy gets a name of its own.",
        )
    if dry_run:
        _try_out(backup, replace=True)
        return target, backup
    try:
        mode = original.stat().st_mode & 0o777
    except OSError as error:
        raise OutputError(*why_unwritable(original, error)) from error
    _keep(original, backup)
    write_file(target, data, replace=target == original, mode=mode)
    if target != original:
        try:
            original.unlink()
        except OSError as error:
            raise OutputError(*why_unwritable(original, error)) from error
    return target, backup


def fits(suffix: str, wanted: str) -> bool:
    """Whether a file's suffix names the same format as `wanted`, a canonical one.

    >>> fits(".JPEG", ".jpg"), fits(".heic", ".jpg")
    (True, False)
    """
    return suffix.lower() in {".jpg": (".jpg", ".jpeg", ".jpe", ".jfif")}.get(wanted, (wanted,))


def why_unwritable(target: Path, error: OSError) -> tuple[str, str]:
    """Message and advice for a file that could not be written."""
    name, folder = printable(target.name), printable(str(target.parent))
    special = why_refused(name, str(target), error)
    if special is not None:
        return special
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{name} could not be written: the disk is full.", "Make room and run it again."
    if error.errno == errno.EROFS:
        return f"{name} could not be written: {folder} is read-only.", "Choose a folder with -o."
    if isinstance(error, PermissionError):
        return f"You are not allowed to write to {folder}.", "Choose a folder of your own with -o."
    if isinstance(error, NotADirectoryError | FileExistsError):
        return f"{folder} is not a folder, so {name} cannot go there.", "Choose another with -o."
    if isinstance(error, FileNotFoundError):
        return f"{name} could not be written: {folder} has disappeared.", ""
    if error.errno == errno.ENAMETOOLONG:
        return f"The name {name} is too long for this disk.", "Choose a shorter one with -o."
    return f"{name} could not be written: {error.strerror or error}.", ""


def _open_temporary(folder: Path, mode: int) -> tuple[int, Path]:
    # A short hidden name: long photo names leave no room for more, and hidden files are no photos
    path = folder / f".preflight-{os.getpid()}-{os.urandom(6).hex()}.tmp"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.open(path, flags, mode), path


def _rename_to_new(temporary: Path, target: Path) -> None:
    """Renames without replacing, so that two runs at once cannot overwrite each other."""
    try:
        if os.name == "nt":
            temporary.rename(target)  # refuses to replace there
        else:
            try:
                os.link(temporary, target)
            except OSError as error:
                if error.errno not in _NO_HARD_LINKS:
                    raise
                if os.path.lexists(target):
                    raise FileExistsError(errno.EEXIST, "exists", str(target)) from error
                temporary.rename(target)
    except FileExistsError as error:
        raise TargetExistsError(
            f"{printable(str(target))} exists already; it was left as it is.",
            "Choose another name with -o, or replace it with --force.",
        ) from error


def _sync_folder(folder: Path) -> None:
    """Makes the new name survive a power cut, where the system can (not Windows)."""
    if os.name == "nt":
        return
    with suppress(OSError):  # some network file systems refuse; the file itself is safe
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _try_out(target: Path, replace: bool) -> None:
    """Raises what writing `target` would raise, as far as that can be known without writing."""
    if os.path.lexists(target) and not (replace and target.is_file()):
        raise TargetExistsError(f"{printable(str(target))} exists already.")
    folder = target.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        raise OutputError(*why_unwritable(target, NotADirectoryError()))
    if not os.access(folder, os.W_OK):
        raise OutputError(*why_unwritable(target, PermissionError()))


def _keep(original: Path, backup: Path) -> None:
    """Gives the original a second name; a copy where the disk knows no hard links."""
    if _is_kept(original, backup):  # by a run that was interrupted just then
        return
    try:
        os.link(original, backup)
        _sync_folder(backup.parent)
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise OutputError(*why_unwritable(backup, error)) from error
        import shutil

        try:
            with original.open("rb") as source, atomic_file(backup) as copy:
                shutil.copyfileobj(source, copy)
            shutil.copystat(original, backup)
        except OSError as copy_error:
            raise OutputError(*why_unwritable(backup, copy_error)) from copy_error


def _is_kept(original: Path, backup: Path) -> bool:
    """Whether the backup is a second name of it: no link to the first, nor the first once more."""
    if backup.is_symlink() or not same_file(original, backup):
        return False
    return original.stat().st_nlink > 1  # Windows takes `photo.jpg.` for `photo.jpg`


def same_file(one: Path, other: Path) -> bool:
    """Whether both are there and one file, whatever they are called."""
    try:
        return one.samefile(other)
    except OSError:
        return False


def _holds(path: Path, data: bytes) -> bool:
    """Whether the file has exactly these bytes."""
    try:
        return path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False
