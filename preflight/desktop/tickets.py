"""Tickets: several launches at once join one run; the first to come does the work of all.

Each launch leaves a ticket with the names of its photos. Who gets the lock takes tickets until
none is left; who does not get it leaves, because its ticket will be taken.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from preflight.batch.lock import locked
from preflight.frozen import frozen
from preflight.output import REPORT_MODE, write_file

MAX_TICKET_BYTES = 32_000_000
STALE_S = 3600
"""A ticket that nobody took for so long was left by a crash: to fix it now would surprise."""


@frozen
class Ticket:
    """The photos of one launch.

    Attributes:
        files: Absolute names.
        platforms: As `--for` takes them; empty for the default.
        gather: More launches of the same wish are on their way.
    """

    files: tuple[str, ...]
    platforms: tuple[str, ...] = ()
    gather: bool = False


class Queue:
    """The waiting tickets, in a private folder."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder.

        Raises:
            OSError: That is not possible.
        """
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def add(self, ticket: Ticket) -> None:
        """Leaves a ticket.

        Raises:
            OutputError: That is not possible.
        """
        # escapes, because names may hold bytes that are no text
        data = json.dumps(asdict(ticket)).encode("ascii")
        name = f"{time.time_ns():020}-{os.getpid()}-{os.urandom(4).hex()}.json"
        write_file(self._folder / name, data, mode=REPORT_MODE)

    def waiting(self) -> bool:
        """Whether there is a ticket."""
        return any(self._folder.glob("*.json"))

    def take(self) -> list[Ticket]:
        """Takes all tickets, the oldest first; what is not readable as one is thrown away."""
        tickets = []
        for path in sorted(self._folder.glob("*.json")):
            try:
                with path.open("rb") as file:
                    data = file.read(MAX_TICKET_BYTES)
                path.unlink()
            except OSError:
                continue
            with suppress(ValueError, KeyError, TypeError):
                fields = json.loads(data)
                tickets.append(
                    Ticket(
                        tuple(map(str, fields["files"])),
                        tuple(map(str, fields["platforms"])),
                        bool(fields["gather"]),
                    )
                )
        return tickets

    def drop_stale(self) -> None:
        """Throws away what a crash left long ago."""
        for path in self._folder.glob("*.json"):
            with suppress(OSError):
                if path.stat().st_mtime < time.time() - STALE_S:
                    path.unlink()

    @contextmanager
    def lead(self) -> Iterator[bool]:
        """Whether this process does the work now; another one does if not.

        Raises:
            OSError: The lock file cannot be made.
        """
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
        descriptor = os.open(self._folder / "lock", flags, REPORT_MODE)
        try:
            yield locked(descriptor)
        finally:
            os.close(descriptor)
