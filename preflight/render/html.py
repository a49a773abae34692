"""HTML: the report as a page for people, or several; see `render/page/`.

A photo's section is written to a temporary file as soon as it is known, so that memory does not
grow with the pictures; head and foot, which hold the sums, are made at the end. A page holds at
most `PHOTOS_A_PAGE` photos and stays below 20 MB; further pages lie beside the first one,
`report-2.html` and so on. All of them appear at the end, whole, the first one last.
"""

from __future__ import annotations

import codecs
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import IO
from urllib.parse import quote

from preflight.batch.outcome import Outcome, Summary
from preflight.errors import OutputError
from preflight.output import REPORT_MODE, atomic_file, why_unwritable
from preflight.render.page.frame import MARK, Contents, Needing, Run, head, tail
from preflight.render.page.photo import section
from preflight.render.renderer import Setting
from preflight.render.standing import Standing

PHOTOS_A_PAGE = 250
"""About 60 kB each with pictures: a page of some 15 MB, which a phone still opens."""

MAX_PAGE_BYTES = 18_000_000
"""A page is ended before it grows beyond; head and foot come on top."""

NAMED = 200
"""So many photos that need a person are listed at the top, over all pages."""

_CHUNK_BYTES = 1 << 20


@dataclass(slots=True)
class _Page:
    """Where a page's photos lie in the temporary file."""

    contents: Contents
    start: int
    end: int


class HtmlReport(AbstractContextManager["HtmlReport"]):
    """A renderer that writes pages itself; what it returns as text is empty."""

    def __init__(
        self,
        setting: Setting,
        target: Path | None,
        write: Callable[[str], None] | None = None,
    ) -> None:
        """Prepares; the pages appear with `end`.

        Args:
            setting: Of the run.
            target: The first page; None for one page that goes to `write`, on which the photos
                after the first `PHOTOS_A_PAGE` have no pictures.
            write: Takes the page if there is no target.

        Raises:
            OutputError: There is no room for the temporary file.
        """
        self._setting, self._target, self._write = setting, target, write
        self._standings: Counter[Standing] = Counter()
        self._needing: list[Needing] = []
        self._pages: list[_Page] = []
        self._photos = 0
        self._failure: OSError | None = None
        self._body: IO[bytes] = self._open()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Drops the temporary file."""
        with suppress(OSError):  # of what it could not hold, which was said
            self._body.close()

    def start(self) -> str:
        """Nothing: the sums come first."""
        return ""

    def photo(self, outcome: Outcome) -> str:
        """Writes the photo's section aside; why that failed is said at the end.

        The photos themselves go on.
        """
        if self._failure is not None:
            return ""
        self._photos += 1
        pictures = self._target is not None or self._photos <= PHOTOS_A_PAGE
        made = section(outcome, self._photos, self._setting, pictures=pictures)
        data = made.markup.encode("utf-8")
        page = self._page_for(len(data))
        try:
            self._body.write(data)
        except OSError as error:
            self._failure = error
            return ""
        page.end += len(data)
        page.contents.photos += 1
        page.contents.standings[made.standing] += 1
        page.contents.rules.update(made.rules)
        self._standings[made.standing] += 1
        if made.why and len(self._needing) < NAMED:
            number = len(self._pages) - 1
            self._needing.append(Needing(number, made.number, made.path, made.why))
        return ""

    def end(self, summary: Summary) -> str:
        """Writes the pages.

        Raises:
            OutputError: One of them could not be written; the first page is then as it was.
        """
        try:
            self._body.flush()
        except OSError as error:
            self._failure = self._failure or error
        if self._failure is not None:
            raise self._unwritable(self._failure) from self._failure
        pages = self._pages or [_Page(Contents(1), 0, 0)]
        targets = _targets(self._target, len(pages)) if self._target is not None else []
        run = Run(
            setting=self._setting,
            summary=summary,
            standings=self._standings,
            needing=self._needing,
            names=[quote(os.fsencode(target.name)) for target in targets] or [""],
            made_on=date.today().isoformat(),
            pictured=PHOTOS_A_PAGE if self._target is None else None,
        )
        for number, target in reversed(list(enumerate(targets))):
            with atomic_file(target, replace=True, mode=REPORT_MODE) as file:
                for piece in self._whole(run, number, pages[number]):
                    file.write(piece)
        if targets:
            _remove_older(targets)
        elif self._write is not None:
            for text in codecs.iterdecode(self._whole(run, 0, pages[0]), "utf-8"):
                self._write(text)
        return ""

    def _page_for(self, size_bytes: int) -> _Page:
        last = self._pages[-1] if self._pages else None
        full = last is None or (
            self._target is not None
            and (
                last.contents.photos >= PHOTOS_A_PAGE
                or last.end - last.start + size_bytes > MAX_PAGE_BYTES
            )
        )
        if last is None or full:
            at = last.end if last is not None else 0
            last = _Page(Contents(self._photos), at, at)
            self._pages.append(last)
        return last

    def _whole(self, run: Run, number: int, page: _Page) -> Iterator[bytes]:
        yield head(run, number, page.contents).encode("utf-8")
        yield from self._photos_of(page)
        yield tail(run, number, page.contents).encode("utf-8")

    def _photos_of(self, page: _Page) -> Iterator[bytes]:
        self._body.seek(page.start)
        left = page.end - page.start
        while left:
            piece = self._body.read(min(left, _CHUNK_BYTES))
            left -= len(piece)
            yield piece

    def _open(self) -> IO[bytes]:
        folder = None if self._target is None else self._target.absolute().parent
        try:
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
            # without a name where the system can: nothing is left, whatever happens
            return tempfile.TemporaryFile(dir=folder)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> OutputError:
        return OutputError(*why_unwritable(self._target or Path("report.html"), error))


def _targets(target: Path, pages: int) -> list[Path]:
    """The pages' files: names that are free, or have pages that preflight made before."""
    prefix, count = target.stem, 1
    while True:
        names = [f"{prefix}-{number}{target.suffix}" for number in range(2, pages + 1)]
        further = [target.with_name(name) for name in names]
        if all(not os.path.lexists(path) or _is_ours(path) for path in further):
            return [target, *further]
        count += 1
        prefix = f"{target.stem}-pages" if count == 2 else f"{target.stem}-pages{count}"


def _remove_older(targets: list[Path]) -> None:
    """Further pages of an earlier, longer report, which no page links to any more."""
    first, number = targets[0], len(targets) + 1
    prefix = targets[1].stem.removesuffix("-2") if len(targets) > 1 else first.stem
    while _is_ours(path := first.with_name(f"{prefix}-{number}{first.suffix}")):
        try:
            path.unlink()
        except OSError:
            return
        number += 1


def _is_ours(path: Path) -> bool:
    try:
        if path.is_symlink() or not path.is_file():
            return False
        with path.open("rb") as file:
            return MARK.encode("ascii") in file.read(500)
    except OSError:
        return False
