"""JPEG, walk: from marker to marker through the file, without decoding (ITU-T T.81, annex B).

Each step moves forward, pieces and scans are bounded, coded data is searched by `re` alone.
"""

from __future__ import annotations

import re
import struct
from dataclasses import replace

from preflight.facts import Damage, LimitHit
from preflight.limits import Limits
from preflight.scanner.jpeg_layout import (
    CODINGS,
    Frame,
    Layout,
    Scan,
    frame_of,
    marker_name,
    scan_of,
)
from preflight.scanner.jpeg_restarts import count_restarts
from preflight.scanner.jpeg_tables import BadTableError, huffman_numbers, quantisers
from preflight.scanner.structure import SPOILED, Segment

_MARKER = re.compile(rb"\xff[\x01-\xfe]")
_END_OF_SCAN = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_RESTARTS = range(0xD0, 0xD8)

SOI, EOI, SOS, DQT, DHT, DRI, DAC, COM = 0xD8, 0xD9, 0xDA, 0xDB, 0xC4, 0xDD, 0xCC, 0xFE
_AFTER_SCAN = {EOI, SOS, DQT, DHT, DRI, DAC, COM, 0xDC, *range(0xE0, 0xF0)}

MAX_PIECES = 10_000
"""More pieces than any real file has (a 100 MB extended XMP is 1,600) are not walked."""
HEADER_DESTROYED = "part of the file's header is destroyed"
RULE_BROKEN = "its maker broke a small rule of the format"


def walk(data: bytes, limits: Limits) -> Layout:
    """Walks the primary image of a JPEG file; never raises."""
    walker = _Walker(data, limits)
    walker.run()
    return walker.layout()


class _Stop(Exception):  # noqa: N818 - not an error, the walk is over
    """No decoder gets past this point."""


class _Walker:
    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        self.limits = limits
        self.frame: Frame | None = None
        self.scans: list[Scan] = []
        self.pieces: list[tuple[int, int]] = []
        self.segments: list[Segment] = []
        self.damage: list[Damage] = []
        self.limits_hit: list[LimitHit] = []
        self.tables: dict[int, tuple[int, tuple[int, ...]]] = {}
        self.all_tables: list[tuple[int, tuple[int, ...]]] = []
        self.precision: dict[tuple[int, int], int] = {}
        self.interval = 0
        self.jfif = False
        self.adobe_transform: int | None = None
        self.at = 0
        self.has_end = False

    def layout(self) -> Layout:
        end = self.at if self.has_end else len(self.data)
        covered = self.segments[-1].end if self.segments else 0
        if covered < len(self.data):
            name = "trailer" if self.has_end else "junk"
            self.segments.append(Segment(name, covered, len(self.data)))
        return Layout(
            frame=self.frame,
            scans=tuple(self.scans),
            pieces=tuple(self.pieces),
            segments=tuple(self.segments),
            end=end,
            has_end=self.has_end,
            complete=self._complete(),
            jfif=self.jfif,
            adobe_transform=self.adobe_transform,
            damage=tuple(self.damage),
            limits_hit=tuple(self.limits_hit),
            tables=tuple(self.all_tables),
            restart_interval=self.interval,
        )

    def run(self) -> None:
        if self.data[:2] != b"\xff\xd8":
            self._corrupt("missing-start", "the file does not begin like a JPEG", 0)
            return
        self._piece("SOI", 0, 2)
        self.at = 2
        try:
            while not self.has_end:
                self._step()
        except _Stop:
            return

    def _corrupt(self, what: str, message: str, offset: int) -> None:
        self._note(Damage("corrupt", what, message, offset))

    def _odd(self, what: str, message: str, offset: int) -> None:
        self._note(Damage("readable", what, message, offset))

    def _note(self, damage: Damage) -> None:
        if all(known.what != damage.what for known in self.damage):  # the first of a kind tells
            self.damage.append(damage)

    def _cut(self) -> None:
        message = "the file ends before the picture begins"
        box, share = self.frame.rest_from(0) if self.frame else (None, 1.0)
        self.damage.append(
            Damage("truncated", "cut-in-header", message, len(self.data), box, share)
        )

    def _piece(self, name: str, start: int, end: int) -> None:
        if len(self.segments) >= MAX_PIECES:
            self.limits_hit.append(
                LimitHit("max_bytes", f"over {MAX_PIECES:,} pieces", f"{MAX_PIECES:,} pieces")
            )
            raise _Stop
        self.segments.append(Segment(name, start, end))

    def _step(self) -> None:
        """One marker and its segment."""
        found = _MARKER.search(self.data, self.at)
        if found is None:
            if not self.scans:
                self._cut()
            raise _Stop
        start = found.start()
        self._junk(start)
        marker = self.data[start + 1]
        self.at = start + 2
        if marker == EOI:
            self._piece("EOI", start, self.at)
            self.has_end = True
            if not self.scans:
                self._corrupt("no-picture", "the file holds no picture", start)
        elif marker == SOI:
            self._corrupt("second-start", "a second picture begins inside the first", start)
            raise _Stop
        elif marker == 0x01 or 0xD0 <= marker <= 0xD7:
            self._piece(f"RST{marker & 7}" if marker != 1 else "TEM", start, self.at)
            if self.scans:
                self._corrupt("stray-restart", "the picture data is out of step", start)
        elif marker in CODINGS or marker in _AFTER_SCAN:
            self._segment(marker, start)
        else:
            self._corrupt("unknown-marker", HEADER_DESTROYED, start)
            raise _Stop

    def _junk(self, start: int) -> None:
        junk = start - self.at
        if junk and self.data.count(b"\xff", self.at, start) < junk:
            self._piece("junk", self.at, start)
            if self.scans and junk > 2:
                self._corrupt("stray-data", "there is picture data in the wrong place", self.at)
            else:
                self._odd("junk-between-segments", "there are stray bytes in the header", self.at)
        elif junk:
            self._piece("fill", self.at, start)

    def _segment(self, marker: int, start: int) -> None:
        if start + 4 > len(self.data):
            self._piece(marker_name(marker), start, len(self.data))
            self._header_cut()
        length = struct.unpack_from(">H", self.data, start + 2)[0]
        end = start + 2 + length
        if length < 2:
            self._corrupt("bad-segment-length", HEADER_DESTROYED, start)
            raise _Stop
        self._piece(marker_name(marker), start, min(end, len(self.data)))
        if end > len(self.data):
            self._header_cut()
        body = self.data[start + 4 : end]
        self.at = end
        if marker == SOS:
            self._start_of_scan(start, body)
            return
        if marker in (DQT, DHT, DRI, DAC) or marker in CODINGS:
            self.pieces.append((start, end))
        try:
            if marker == DQT:
                for table in quantisers(body):
                    self.tables[table.number] = (start, table.steps)
                    self.all_tables.append((start, table.steps))
            elif marker == DHT:
                huffman_numbers(body)
            elif marker in CODINGS:
                self._start_of_frame(marker, start, body)
            elif marker == DRI:
                self.interval = int.from_bytes(body[:2], "big")
            elif marker == 0xE0 and body[:5] == b"JFIF\0":
                self.jfif = True
            elif marker == 0xEE and body[:5] == b"Adobe" and len(body) >= 12:
                self.adobe_transform = body[11]
        except BadTableError as error:
            self._corrupt(str(error), "a table that the picture is coded with is damaged", start)

    def _header_cut(self) -> None:
        if not self.scans:  # otherwise the missing end marker says it
            self._cut()
        raise _Stop

    def _start_of_frame(self, marker: int, start: int, body: bytes) -> None:
        frame = frame_of(marker, body)
        if frame is None or self.frame is not None:
            self._corrupt("bad-frame", "the size or coding of the picture is damaged", start)
            raise _Stop
        self.frame = frame

    def _start_of_scan(self, start: int, body: bytes) -> None:
        frame = self.frame
        scan = scan_of(frame, start, self.at, body) if frame else None
        if frame is None or scan is None:
            self._corrupt("bad-scan", "the header of the picture data is damaged", start)
            raise _Stop
        if len(self.scans) >= self.limits.max_jpeg_scans:
            allowed = self.limits.max_jpeg_scans
            self.limits_hit.append(
                LimitHit("max_jpeg_scans", f"more than {allowed} scans", f"{allowed} scans")
            )
            raise _Stop
        for index in scan.components:
            number = frame.components[index].quantiser
            if number not in self.tables and not frame.lossless:
                self._corrupt("missing-table", "a table of the picture is missing", start)
                raise _Stop
        if not scan.ordinary:
            self._odd("odd-scan-parameters", RULE_BROKEN, start)
        scan = replace(scan, end=self._end_of_scan(frame, scan))
        self.scans.append(scan)
        self._note_precision(scan)
        self._piece("entropy", scan.start, self.at)

    def _end_of_scan(self, frame: Frame, scan: Scan) -> int:
        """Checks the markers inside the coded data; moves behind it; its end without extras."""
        found = marker = _MARKER.search(self.data, scan.start)
        if marker and marker.group()[1] in _RESTARTS:
            found = _END_OF_SCAN.search(self.data, marker.start())
        end = found.start() if found else len(self.data)
        while end > scan.start and self.data[end - 1] == 0xFF:
            end -= 1  # fill bytes before a marker, or half a marker at a cut
        self.at = found.start() if found else len(self.data)
        if found and not self._may_follow(frame, scan, found.group()[1]):
            self._corrupt("marker-in-data", SPOILED, end)
            after = self.data.find(b"\xff\xd9", end)
            self.at = after if after >= 0 else len(self.data)
            return self.at
        small = frame.width_px * frame.height_px <= self.limits.max_scaled_pixels
        if small and frame.dct:
            first = marker.start() if marker else end
            return self._check_restarts(frame, scan, min(first, end), end, cut=found is None)
        return end

    @staticmethod
    def _may_follow(frame: Frame, scan: Scan, marker: int) -> bool:
        if marker == EOI:
            return True
        only_scan = not frame.progressive and len(scan.components) == len(frame.components)
        return marker in _AFTER_SCAN and (not only_scan or marker == COM)

    def _check_restarts(self, frame: Frame, scan: Scan, first: int, end: int, cut: bool) -> int:
        """Counts and orders the restart markers; the end of the data without one too many.

        Args:
            frame, scan: Where the markers are.
            first: Before it there is none.
            end: Of the coded data.
            cut: The file ends there.
        """
        units = frame.units_of(scan.components)
        expected = (units - 1) // self.interval if self.interval else 0
        restarts = count_restarts(self.data, (scan.start, first), end, expected)
        if restarts.sound == expected and restarts.one_too_many:
            self._odd("extra-restart-marker", RULE_BROKEN, restarts.last)
            return restarts.last
        if not restarts.in_order or (restarts.sound < expected and not cut):
            self._restart_damage(frame, restarts.last, restarts.sound)
        return end

    def _restart_damage(self, frame: Frame, offset: int, intervals: int) -> None:
        """Everything behind the last sound restart marker may be out of step."""
        message = "the picture data is out of step: part of it is missing or doubled"
        region, share = None, None
        if not frame.progressive:
            region, share = frame.rest_from(intervals * self.interval)
        self._note(Damage("corrupt", "restart-markers", message, offset, region, share))

    def _note_precision(self, scan: Scan) -> None:
        first, last, _, low = scan.spectral
        for component in scan.components:
            for coefficient in range(first, last + 1):
                self.precision[component, coefficient] = low

    def _complete(self) -> bool:
        if self.frame is None:
            return False
        count = 1 if self.frame.lossless else 64
        return all(
            self.precision.get((component, coefficient), 1) == 0
            for component in range(len(self.frame.components))
            for coefficient in range(count)
        )
