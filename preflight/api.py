"""The public calls: check, judge, fix. The whole way of the data in one page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from preflight.facts import Facts
from preflight.fixer.options import FixOptions, checked
from preflight.frozen import frozen
from preflight.limits import Limits
from preflight.platforms.loader import load_many
from preflight.platforms.platform import Platform
from preflight.report import FixResult, Report
from preflight.rules.judge import judge_facts
from preflight.scanner.scan import Scan, scan
from preflight.source import Source, SourceLike, read_source
from preflight.stopwatch import Stopwatch

Platforms = str | Platform | Sequence[str | Platform]
"""One name, path or Platform, or several; "all" means every platform that preflight knows."""

_LIMITS = Limits()
_OPTIONS = FixOptions()


def check(
    source: SourceLike | Source, *, platforms: Platforms = "default", limits: Limits = _LIMITS
) -> Report:
    """Looks at a photo and says what would make its upload fail.

    Args:
        source: Path, bytes, or a binary file object.
        platforms: Where the photo goes.
        limits: How much of a stranger's file is opened.

    Returns:
        A report; `report.verdict` is ready, fixable or blocked. A photo that is broken, huge or no
        photo at all is a finding in it, never an exception.

    Raises:
        SourceError: The file could not be read.
        UsageError: There is no such platform.
        MemoryError: The machine ran out of it; see `preflight.isolated` for strangers' bytes.
    """
    return measure(source, platforms=platforms, limits=limits).report


def judge(facts: Facts, platforms: Platforms = "default") -> Report:
    """Judges facts that were measured before, perhaps for another platform. Opens nothing.

    Args:
        facts: What `check` measured: `report.facts`.
        platforms: Where the photo goes.

    Returns:
        A report as `check` gives it.

    Raises:
        UsageError: There is no such platform.
    """
    return judge_facts(facts, load_many(platforms))


def fix(
    source: SourceLike | Source,
    *,
    platforms: Platforms = "default",
    options: FixOptions = _OPTIONS,
    limits: Limits = _LIMITS,
) -> FixResult:
    """Makes a copy of a photo that passes, and proves that it does. Writes nothing.

    Args:
        source: Path, bytes, or a binary file object; never changed.
        platforms: Where the photo goes; with several, the strictest limits hold.
        options: Size, crop, format and so on.
        limits: How much of a stranger's file is opened.

    Returns:
        The result; `result.data` is the new file, None when `result.status` is `refused` or
        `failed` and `result.why` says why. `result.save(path)` writes it.

    Raises:
        SourceError: The file could not be read.
        UsageError: No such platform, an option that makes no sense, or platforms whose limits
            no single file can satisfy (PlatformConflictError).
        MemoryError: The machine ran out of it.
    """
    side_px = options.size_px
    return measure(source, platforms=platforms, limits=limits, side_px=side_px).fixed(options)


@frozen
class Measured:
    """A photo that was read, scanned and judged once; its pixels are kept for what comes next.

    Attributes:
        source: Its bytes.
        scan: Facts and pixels.
        report: What is thought of it.
        platforms: Where it goes.
        limits: How much of it was opened.
    """

    source: Source
    scan: Scan
    report: Report
    platforms: tuple[Platform, ...]
    limits: Limits

    def judged_for(self, platforms: Platforms) -> Measured:
        """The same photo for other platforms; nothing is read or decoded again."""
        wanted = load_many(platforms)
        return replace(self, report=judge_facts(self.scan.facts, wanted), platforms=wanted)

    def fixed(self, options: FixOptions = _OPTIONS) -> FixResult:
        """What `fix` returns, from the pixels at hand."""
        from preflight.fixer.run import run

        wishes = checked(options)
        return run(self.source, self.scan, self.report, self.platforms, wishes, self.limits)


def measure(
    source: SourceLike | Source,
    *,
    platforms: Platforms = "default",
    limits: Limits = _LIMITS,
    side_px: int | None = None,
) -> Measured:
    """Reads, scans and judges a photo: the way that `check` and `fix` share.

    Args:
        source: Path, bytes, or a binary file object.
        platforms: Where the photo goes.
        limits: How much of a stranger's file is opened.
        side_px: Side of the square that is to be made of it; None: only facts are wanted.
    """
    watch = Stopwatch()
    wanted = load_many(platforms)
    with watch.stage("read"):
        whole = read_source(source, limits)
    if side_px is not None:
        from preflight.fixer.detail import side_to_decode

        side_px = side_to_decode(side_px)
    scanned = scan(whole, limits, side_px, watch=watch)
    with watch.stage("judge"):
        report = judge_facts(scanned.facts, wanted)
    return Measured(whole, scanned, replace(report, timings_s=watch.seconds), wanted, limits)
