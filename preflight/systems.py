"""Systems: what Windows, macOS and cloud folders say and want, for reading and writing. Pure."""

from __future__ import annotations

import errno
import ntpath
import os
import re
import stat
import sys
from pathlib import Path

_DATALESS = 0x40000000
"""SF_DATALESS of macOS: only the name is on the disk (sys/stat.h); reading fetches the rest."""

_RECALL = 0x400000 | 0x40000 | stat.FILE_ATTRIBUTE_OFFLINE
"""RECALL_ON_DATA_ACCESS, RECALL_ON_OPEN, OFFLINE of Windows
(learn.microsoft.com, "File Attribute Constants")."""

_LONG_PATH = 240
"""Windows refuses 260 characters, folders 248, and a temporary name is added to ours."""

_SHARING = {32, 33}
"""ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION (learn.microsoft.com, "System Error Codes")."""

_TOO_LONG = 206
"""ERROR_FILENAME_EXCED_RANGE."""

_CLOUD_STOPPED = 362
"""ERROR_CLOUD_FILE_PROVIDER_NOT_RUNNING."""

_STUB = re.compile(r"\.(.+)\.icloud", re.DOTALL)


def is_elsewhere(status: os.stat_result) -> bool:
    """Whether a file is a placeholder, whose bytes a cloud would have to fetch first.

    Args:
        status: Of the file; asking for it fetches nothing.
    """
    flags = getattr(status, "st_flags", 0)
    attributes = getattr(status, "st_file_attributes", 0)
    return bool(flags & _DATALESS or attributes & _RECALL)


def stub_of(name: str) -> str:
    """The name of the photo that a stub of iCloud stands for; empty if it is none.

    >>> stub_of(".IMG_1.HEIC.icloud"), stub_of("IMG_1.HEIC")
    ('IMG_1.HEIC', '')
    """
    match = _STUB.fullmatch(name)
    return match[1] if match else ""


def elsewhere(name: str) -> tuple[str, str]:
    """Message and advice for a photo that only a cloud has."""
    return (
        f"{name} is not on this computer, only in the cloud.",
        "Open it once, or choose to keep it on this computer, and try again.",
    )


def speakable(path: Path, system: str = os.name) -> Path:
    """The path as the system takes it: a long one of Windows in the form that may be long.

    https://learn.microsoft.com/windows/win32/fileio/maximum-file-path-limitation
    """
    return Path(long_path(str(path))) if system == "nt" else path


def long_path(path: str) -> str:
    r"""A path of Windows, absolute and with the mark of long ones, if it is long.

    >>> long_path("C:\\a.jpg")
    'C:\\a.jpg'
    >>> long_path("C:/" + 250 * "a")[:8], long_path("\\\\pc\\photos\\" + 250 * "a")[:16]
    ('\\\\?\\C:\\a', '\\\\?\\UNC\\pc\\photo')
    """
    absolute = ntpath.abspath(path)
    if len(absolute) < _LONG_PATH or absolute.startswith("\\\\?\\"):
        return path
    if absolute.startswith("\\\\"):
        return f"\\\\?\\UNC\\{absolute[2:]}"
    return f"\\\\?\\{absolute}"


def why_refused(
    name: str, path: str, error: OSError, system: str = sys.platform
) -> tuple[str, str] | None:
    """Message and advice for what only one system says; None if it is nothing special.

    Args:
        name: For the message.
        path: Of the file or folder.
        error: What the system said.
        system: As `sys.platform`.
    """
    winerror = getattr(error, "winerror", None)
    if winerror in _SHARING:
        return f"{name} is open in another program.", "Close it there and try again."
    if winerror == _TOO_LONG:
        return f"The path of {name} is too long for Windows.", "Copy it to a folder further up."
    if winerror == _CLOUD_STOPPED:
        return elsewhere(name)
    # EPERM is macOS's privacy protection; ordinary permissions are EACCES
    if system == "darwin" and error.errno == errno.EPERM:
        return f"macOS does not let this program open {name}.", _where_to_allow(path)
    return None


def _where_to_allow(path: str) -> str:
    if ".photoslibrary" in path:
        return (
            "In Photos, choose the picture and File > Export, and use the exported file. Or allow "
            "it: System Settings > Privacy & Security > Full Disk Access, switch on your terminal."
        )
    return (
        "Allow it in System Settings > Privacy & Security > Files and Folders, for your "
        "terminal, or copy the photo to another folder."
    )


def encoding_for(system: str, is_terminal: bool) -> str | None:
    """The encoding of standard output: UTF-8 for files and pipes on Windows, else as it is.

    A terminal of Windows takes any character from Python already (PEP 528); its colours are
    click's work.

    >>> encoding_for("nt", is_terminal=False), encoding_for("posix", is_terminal=False)
    ('utf-8', None)
    """
    return "utf-8" if system == "nt" and not is_terminal else None
