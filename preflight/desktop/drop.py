"""Drop: photos from an icon or a menu become copies beside them; the desktop says how it went."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from preflight.batch.deliver import Delivery
from preflight.batch.find import PhotoFinder
from preflight.batch.fixing import Fixing, journals_of
from preflight.batch.outcome import Outcome, Summary
from preflight.batch.simple import Work
from preflight.desktop.tickets import Queue, Ticket
from preflight.errors import ExitCode, OutputError
from preflight.fixer.options import FixOptions
from preflight.limits import Limits
from preflight.naming import READY, Photo
from preflight.output import REPORT_MODE, TargetExistsError
from preflight.platforms.loader import load_many
from preflight.printable import printable
from preflight.render.html import HtmlReport
from preflight.render.renderer import Setting
from preflight.render.standing import Standing, needs_person, standing
from preflight.report import FixResult

GATHER_S = 1.0
"""Explorer starts its processes within less."""

NAMED = 4
"""So many photos that need a person are named in a message; the page names all."""

MAX_WHY = 160
MAX_LOG_BYTES = 200_000
KEPT_REPORTS = 20
SAID_BEFOREHAND = 20
"""From so many photos on, a message says that work has begun."""


class Outcomes(Protocol):
    """Does `work` on photos in children, see `Crew.outcomes`."""

    def __call__(
        self, photos: Iterable[Photo], work: Work, *, call: str, batch: bool
    ) -> Generator[Outcome]:
        """The outcomes as they come."""
        ...


@dataclass(slots=True)
class Told:
    """What became of a run.

    Attributes:
        title: One line.
        body: What a person has to know besides; may be empty.
        page: The report, if something needs a person and it could be written.
        code: As of `preflight fix`.
    """

    title: str
    body: str = ""
    page: Path | None = None
    code: ExitCode = ExitCode.READY


@dataclass(slots=True)
class _Run:
    """What is known so far."""

    standings: Counter[Standing] = field(default_factory=Counter)
    needing: list[tuple[str, str]] = field(default_factory=list)
    copies: list[Path] = field(default_factory=list)
    elsewhere: Path | None = None
    codes: set[ExitCode] = field(default_factory=lambda: {ExitCode.READY})
    pages: dict[tuple[str, ...], tuple[HtmlReport, Summary, Path]] = field(default_factory=dict)


class Drop:
    """One launch.

    Args:
        cache: The private folder for tickets, reports and the log.
        pictures: The folder for copies whose own folder cannot be written.
        outcomes: Does the work.
        limits: Of each photo.
        begun: Called with the number of photos when they are many.
    """

    def __init__(
        self,
        cache: Path,
        pictures: Path,
        outcomes: Outcomes,
        limits: Limits,
        begun: Callable[[int], None] = lambda photos: None,
    ) -> None:
        self._cache, self._elsewhere = cache, pictures / "preflight"
        self._outcomes, self._limits, self._begun = outcomes, limits, begun

    def __call__(self, ticket: Ticket) -> list[Told]:
        """Fixes the photos, and those of other launches that come while it does.

        Returns:
            What to tell; nothing if another launch does the work and will tell.

        Raises:
            PreflightError: The cache folder cannot be written, or there is no such platform.
        """
        load_many(ticket.platforms or ("default",))
        try:
            queue = Queue(self._cache / "queue")
            queue.drop_stale()
            queue.add(ticket)
            told = []
            while queue.waiting():  # again after the lock: a ticket may have come just before
                with queue.lead() as leading:
                    if not leading:
                        break
                    if ticket.gather:
                        time.sleep(GATHER_S)
                    if result := self._run(queue):
                        told.append(result)
            return told
        except OSError as error:
            raise OutputError(
                f"{printable(str(self._cache))} cannot be written: {error.strerror}."
            ) from error

    def _run(self, queue: Queue) -> Told | None:
        run = _Run()
        with ExitStack() as pages:
            while tickets := queue.take():
                orders: dict[tuple[str, ...], list[str]] = {}
                for ticket in tickets:
                    orders.setdefault(ticket.platforms, []).extend(ticket.files)
                for platforms, files in orders.items():
                    self._fix(run, platforms, files, pages)
            if not run.pages:
                return None
            page = self._write_pages(run)
        told = _told(run, page)
        self._log(f"{told.title}. {told.body}")
        return told

    def _fix(
        self, run: _Run, platforms: tuple[str, ...], files: Sequence[str], pages: ExitStack
    ) -> None:
        chosen = load_many(platforms or ("default",))
        finder = PhotoFinder(map(Path, files))
        photos = list(finder)
        if len(photos) >= SAID_BEFOREHAND:
            self._begun(len(photos))
        if platforms not in run.pages:
            target = self._page_name()
            setting = Setting(
                "fix", chosen, tuple(files), platforms, one_photo=len(photos) == 1, width=80
            )
            report = pages.enter_context(HtmlReport(setting, target))
            report.start()
            run.pages[platforms] = (report, Summary(), target)
        report, summary, _ = run.pages[platforms]
        delivery = _Delivery(photos, self._elsewhere)
        batch = len(photos) > 1 or any(photo.root is not None for photo in photos)
        with ExitStack() as stack:
            try:
                journals = stack.enter_context(journals_of(delivery, photos))
            except OutputError as error:  # the folder of copies cannot be made, or is in use
                self._log(str(error))
                journals = {}
            work = Fixing(
                delivery, chosen, FixOptions(), self._limits, pictured=True, journals=journals
            )
            outcomes = self._outcomes(photos, work, call="fix_pictured", batch=batch)
            for outcome in stack.enter_context(closing(outcomes)):
                report.photo(outcome)
                summary.add(outcome)
                self._count(run, outcome)
        for problem in finder.problems:
            run.needing.append(("", str(problem)))
            run.codes.add(problem.exit_code)
        run.elsewhere = run.elsewhere or delivery.used
        summary.skipped.update(finder.skipped)

    def _count(self, run: _Run, outcome: Outcome) -> None:
        run.standings[standing(outcome)] += 1
        run.codes.add(outcome.exit_code())
        why = needs_person(outcome)
        if why:
            run.needing.append((Path(outcome.path).name, why))
        if outcome.output is not None:
            run.copies.append(outcome.output)
        self._log(f"{outcome.path}: {why or outcome.output or 'ready as it is'}")
        if outcome.bug:
            self._log(outcome.bug)

    def _page_name(self) -> Path:
        """A new name; the oldest pages go."""
        folder = self._cache / "reports"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        pages = sorted(folder.glob("drop-*.html"))
        for old in pages[: max(0, len(pages) - KEPT_REPORTS + 1)]:
            with suppress(OSError):
                old.unlink()
        return folder / f"drop-{time.strftime('%Y%m%d-%H%M%S')}-{os.urandom(3).hex()}.html"

    def _write_pages(self, run: _Run) -> Path | None:
        """Writes them all; gives the first on which something needs a person."""
        first = None
        for report, summary, target in run.pages.values():
            try:
                report.end(summary)
            except OutputError as error:  # the copies are there, whatever becomes of the page
                self._log(str(error))
                continue
            if run.needing and (first is None or summary.counts["refused"]):
                first = target
        return first

    def _log(self, line: str) -> None:
        """Adds to the log, of which at most two files are kept."""
        path = self._cache / "drop.log"
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
        when = time.strftime("%Y-%m-%d %H:%M:%S")
        data = f"{when} {printable(line)[:5000]}\n".encode("utf-8", "backslashreplace")
        with suppress(OSError):
            if path.exists() and path.stat().st_size > MAX_LOG_BYTES:
                path.replace(path.with_suffix(".log.1"))
            descriptor = os.open(path, flags, REPORT_MODE)
            try:
                os.write(descriptor, data)
            finally:
                os.close(descriptor)


class _Delivery(Delivery):
    """Copies go where `fix` puts them, and where that is not possible to one folder.

    Attributes:
        used: That folder, if it was needed.
    """

    def __init__(self, photos: Sequence[Photo], elsewhere: Path) -> None:
        super().__init__(photos, write_bytes=_nowhere)
        self._elsewhere = Delivery(photos, str(elsewhere), write_bytes=_nowhere)
        self._folder = elsewhere
        self.used: Path | None = None

    def deliver(
        self, photo: Photo, result: FixResult, is_ours: Callable[[Path], bool] = lambda path: False
    ) -> Outcome:
        """As in `Delivery`, but with a second choice."""
        try:
            return super().deliver(photo, result, is_ours)
        except TargetExistsError:
            raise
        except OutputError:  # a read-only folder, a camera's card, somebody else's disk
            outcome = self._elsewhere.deliver(photo, result)
            self.used = self._folder
            return outcome


def _nowhere(data: bytes) -> None:
    raise AssertionError("a dropped photo never comes from standard input")


def _told(run: _Run, page: Path | None) -> Told:
    """The message of a run, in plain words."""
    ready = run.standings[Standing.MADE_READY] + run.standings[Standing.READY]
    needing = len(run.needing)
    parts = [f"{ready:,} ready"] if ready else []
    if needing:
        parts.append("1 needs you" if needing == 1 else f"{needing:,} need you")
    lines = []
    if not parts:
        return Told("No photos", "There is no photo in what was dropped.", None, max(run.codes))
    if ready == 1 and run.copies and run.elsewhere is None:
        lines.append(f"Upload {printable(run.copies[0].name)}.")
    elif not run.copies and ready:
        lines.append("Nothing had to be changed.")
    elif run.copies and run.elsewhere is None:
        if all(READY in copy.stem for copy in run.copies):
            lines.append("The copies lie beside your photos; their names end in -ready.")
        else:
            lines.append(f"The copies are in {printable(str(run.copies[0].parent))}.")
    if run.elsewhere is not None:
        where = printable(str(run.elsewhere))
        lines.append(f"The copies are in {where}, because their own folder cannot be written.")
    for name, why in run.needing[:NAMED]:
        short = why if len(why) <= MAX_WHY else f"{why[: MAX_WHY - 1]}…"
        lines.append(f"{printable(name)}: {short}" if name else short)
    if needing > NAMED:
        lines.append(f"And {needing - NAMED:,} more; the page that opens names them.")
    return Told(", ".join(parts), "\n".join(lines), page, max(run.codes))
