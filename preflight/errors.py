"""Errors: a bad request or a full disk. A bad photo is never one of these, it is a finding."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process says to its caller; part of the interface. The highest that applies wins."""

    READY = 0
    FINDINGS = 1
    USAGE = 2
    FILE = 3
    BUG = 4
    INTERRUPTED = 130


class PreflightError(Exception):
    """Base of all errors that preflight raises on purpose.

    Args:
        message: What happened and why, a whole sentence.
        advice: What to do next, a whole sentence; may be empty.
    """

    exit_code = ExitCode.BUG

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __reduce__(self) -> tuple[type[PreflightError], tuple[str, str]]:
        return type(self), (self.message, self.advice)

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()


class UsageError(PreflightError):
    """An option, a platform name or a setting that makes no sense."""

    exit_code = ExitCode.USAGE


class ConfigError(UsageError):
    """A settings or platform file that cannot be used as it is."""


class PlatformConflictError(UsageError):
    """Two platforms whose limits no single file can satisfy."""


class SourceError(PreflightError):
    """A file that could not be read: missing, not permitted, a folder, vanished."""

    exit_code = ExitCode.FILE


class OutputError(PreflightError):
    """A file that could not be written whole, or that would overwrite something."""

    exit_code = ExitCode.FILE
