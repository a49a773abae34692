"""Deliver: each copy goes where it belongs, and the outcome says where that was."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path

from preflight.batch.fingerprints import Fingerprints, fingerprint
from preflight.batch.outcome import Outcome
from preflight.batch.plan import Plan
from preflight.errors import UsageError
from preflight.naming import SUFFIXES, Photo, is_file_name, ready_folder
from preflight.output import place, replace_original
from preflight.report import FixResult


def checked_backup_suffix(in_place: bool, suffix: str | None, out: str | None) -> str | None:
    """What the originals get at their end; None when they stay where they are.

    Raises:
        UsageError: One of `--in-place` and `--backup-suffix` is missing, or there is an `-o` too.
    """
    if not in_place:
        if suffix is not None:
            raise UsageError("--backup-suffix goes with --in-place only.")
        return None
    if out is not None:
        raise UsageError("--in-place and -o contradict each other.")
    if not suffix:
        raise UsageError(
            "--in-place replaces the photo, so the original needs another name.",
            "Say for instance --backup-suffix .original",
        )
    if "/" in suffix or "\\" in suffix or "\0" in suffix:
        raise UsageError("--backup-suffix is the end of a name, not a folder.")
    if ":" in suffix or suffix.endswith((".", " ")):  # for Windows another part of the same file
        raise UsageError("--backup-suffix cannot have a colon, nor a dot or a space at its end.")
    return suffix


class Delivery:
    """Where the copies go: beside the originals, a folder, one file, standard output, in place.

    Attributes:
        to_stdout: The one copy goes to standard output.
        file: The one file that `-o` names; None otherwise.
    """

    def __init__(
        self,
        photos: Sequence[Photo],
        out: str | None = None,
        backup_suffix: str | None = None,
        *,
        dry_run: bool = False,
        force: bool = False,
        write_bytes: Callable[[bytes], None],
    ) -> None:
        """Plans all names; writes nothing.

        Args:
            photos: All of the run.
            out: As `-o` takes it; None for beside the originals.
            backup_suffix: Replace the originals, which are kept with this at their end.
            dry_run: Nothing is written by `deliver` either.
            force: Replace copies that are there.
            write_bytes: Takes the copy that goes to standard output.

        Raises:
            UsageError: The options contradict each other or the number of photos; `out` is empty.
        """
        if out == "":  # a variable of a script that was never set
            raise UsageError("The name after -o is empty.", "Name a file or a folder there.")
        from_stdin = any(photo.is_stdin for photo in photos)
        if from_stdin and backup_suffix is not None:
            raise UsageError("Standard input cannot be replaced in place.")
        self.to_stdout = out == "-" or (out is None and from_stdin)
        self.file = Path(out) if out and not self.to_stdout and is_file_name(out) else None
        if len(photos) > 1 and (self.to_stdout or self.file):
            where = "Standard output" if self.to_stdout else f"The file {out}"
            raise UsageError(
                f"{where} can take one photo, not {len(photos):,}.", "Name a folder with -o."
            )
        self._photos = photos
        self._backup_suffix = backup_suffix
        self._dry_run, self._force, self._write_bytes = dry_run, force, write_bytes
        self._copies_all = out is not None
        self._plan: Plan | None = None
        self._out = Path(out) if out else None
        if self.file is not None and self._is_original(self.file):
            raise UsageError(
                f"-o {out} would replace your original.",
                "Choose another name, or use --in-place with --backup-suffix.",
            )
        if not self.to_stdout and self.file is None and backup_suffix is None:
            self._plan = Plan(photos, self._out)

    def home(self, photo: Photo) -> Path | None:
        """The folder of copies that this photo's goes to; None if it lies among the originals."""
        if self._plan is None or self.file is not None:
            return None
        if self._out is not None:
            return self._out
        if photo.root is None:
            return None
        return ready_folder(photo.root)

    def folders(self) -> set[Path]:
        """All folders that copies go to."""
        return self._plan.folders() if self._plan is not None else set()

    def deliver(
        self, photo: Photo, result: FixResult, is_ours: Callable[[Path], bool] = lambda path: False
    ) -> Outcome:
        """Writes the copy, if there is one and it is needed.

        A photo that is ready as it is stays where it is; into a folder of copies, or where `-o`
        says, it is copied.

        Args:
            photo: One of the run.
            result: Its fix.
            is_ours: Tells what an earlier run made of it, which is replaced.

        Raises:
            OutputError: It could not be written.
        """
        path, data = str(photo.path), result.data
        if data is None:
            return Outcome(path, result.before, result)
        suffix = SUFFIXES[result.format]
        if self.to_stdout:
            if not self._dry_run:
                self._write_bytes(data)
            return Outcome(path, result.before, result, written=True)
        if result.status == "unchanged" and not self._copies_all and photo.root is None:
            return Outcome(path, result.before, result)
        if self._backup_suffix is not None:
            if result.status == "unchanged":
                return Outcome(path, result.before, result)
            output, backup = replace_original(
                photo.path, data, suffix, self._backup_suffix, dry_run=self._dry_run
            )
            return Outcome(path, result.before, result, output, written=True, backup=backup)
        placed = place(
            self._candidates(photo, suffix),
            data,
            is_original=self._is_original,
            is_ours=is_ours,
            force=self._force,
            dry_run=self._dry_run,
        )
        return Outcome(path, result.before, result, placed.path, placed.written)

    def _candidates(self, photo: Photo, suffix: str) -> Iterable[Path]:
        if self.file is not None:
            return (self.file,)
        assert self._plan is not None
        return self._plan.candidates(self._plan.slot(photo), suffix)

    def _is_original(self, path: Path) -> bool:
        """By identity, not by name: names have cases and links."""
        try:
            status = path.stat()
        except (OSError, ValueError):
            return False
        return _identity(status) in self._identities

    @cached_property
    def _identities(self) -> Fingerprints:
        identities = []
        for photo in self._photos:
            try:
                identities.append(_identity(photo.path.stat()))
            except (OSError, ValueError):
                continue
        return Fingerprints(identities)


def _identity(status: os.stat_result) -> int:
    return fingerprint(f"{status.st_dev} {status.st_ino}")
