"""preflight: says why a profile photo will not upload, and makes a copy that will."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from preflight.api import check, fix, judge
    from preflight.errors import (
        OutputError,
        PlatformConflictError,
        PreflightError,
        SourceError,
        UsageError,
    )
    from preflight.facts import Damage, Face, Facts
    from preflight.finding import Finding, Severity
    from preflight.fixer.options import FixOptions
    from preflight.limits import Limits
    from preflight.platforms.platform import Platform
    from preflight.report import FixResult, Report, Verdict

__all__ = [
    "Damage",
    "Face",
    "Facts",
    "Finding",
    "FixOptions",
    "FixResult",
    "Limits",
    "OutputError",
    "Platform",
    "PlatformConflictError",
    "PreflightError",
    "Report",
    "Severity",
    "SourceError",
    "UsageError",
    "Verdict",
    "check",
    "fix",
    "judge",
]

_HOMES = {
    "preflight.api": ("check", "fix", "judge"),
    "preflight.errors": (
        "OutputError",
        "PlatformConflictError",
        "PreflightError",
        "SourceError",
        "UsageError",
    ),
    "preflight.facts": ("Damage", "Face", "Facts"),
    "preflight.finding": ("Finding", "Severity"),
    "preflight.fixer.options": ("FixOptions",),
    "preflight.limits": ("Limits",),
    "preflight.platforms.platform": ("Platform",),
    "preflight.report": ("FixResult", "Report", "Verdict"),
}


def __getattr__(name: str) -> Any:
    """Loads a public name when it is first used: `preflight --version` needs none of them."""
    if name == "isolated":
        return import_module("preflight.isolated")
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
