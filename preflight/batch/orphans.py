"""Orphans: what runs that were killed left behind, cleaned up by the next."""

from __future__ import annotations

import os
import re
from pathlib import Path

from preflight.output import TEMPORARY


def remove_orphans(folder: Path) -> None:
    """Removes the temporary files of processes that are gone; those of living ones stay.

    Call it before this process writes there.
    """
    try:
        with os.scandir(folder) as listing:
            for entry in listing:
                match = re.fullmatch(TEMPORARY, entry.name)
                if match and entry.is_file(follow_symlinks=False) and not _lives(int(match[1])):
                    Path(entry.path).unlink(missing_ok=True)
    except OSError:
        return  # not there yet, or not ours to clean


def _lives(process: int) -> bool:
    if process == os.getpid() or os.name == "nt":
        # numbers are used again, in containers at once; on Windows an open file stays anyway
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True  # somebody else's
    return True
