"""JPEG, content: reads every coded byte once; the same decode gives the pixels."""

from __future__ import annotations

import re

from preflight.facts import Box, Damage, Skipped
from preflight.limits import Limits
from preflight.scanner.decode import DECODER_ERRORS, without_warnings
from preflight.scanner.jpeg_dc import DAMAGED, find_step
from preflight.scanner.jpeg_decode import (
    Array,
    Decoded,
    Job,
    planes,
    simplejpeg,
    units_decoded,
)
from preflight.scanner.jpeg_layout import Layout
from preflight.scanner.jpeg_screen import suspicious
from preflight.scanner.jpeg_stream import lean
from preflight.scanner.jpeg_tables import END_OF_BLOCK, first_symbols, wild_entries
from preflight.scanner.structure import CUT_SHORT, SPOILED, Content, Picture, Structure, worst_first

CHECK = "picture-data"
"""Name of this check where it is skipped."""

_MODES = {1: "GRAY", 3: "RGB", 4: "CMYK"}
_ZEROS = re.compile(rb"\0{64,}")
"""Coded data have no such run but in a blank picture: a lost block of the disk or the network."""
_ZERO_BYTES = bytes(64)
_SCAN_HEADERS = tuple(bytes([0, 6 + 2 * count, count]) for count in (1, 2, 3, 4))
"""Length and number of components, as behind a start-of-scan marker."""
_MAX_STEP_PIXELS = 64_000_000
"""The full step test decodes at full size, 3 bytes a pixel; larger pictures are only screened."""

_MISSING = "part of the picture data is missing"
_SHIFTED = "from one point on the picture has wrong colours or brightness"
_TABLE = "a table that the picture is coded with is damaged"
_COARSE = "the picture stays coarse: its later passes are lost"
_NO_END = "the end marker is missing, but the picture is whole"


def content_of(data: bytes, layout: Layout, limits: Limits, side_px: int | None) -> Content:
    """Decodes the primary image and says what is damaged; `FormatModule.check_content`."""
    frame = layout.frame
    if frame is None or not layout.scans:
        return Content()  # the walk has said why
    if not frame.dct or frame.bits != 8:
        return _unreadable(layout, f"it is coded as {frame.bits}-bit or lossless JPEG")
    codec = simplejpeg()
    if codec is not None:
        job = Job(codec, data, layout, frame, _MODES[len(frame.components)])
        eighths = job.eighths_for(side_px, limits.max_pixels)
        decoded = job.strict(eighths)
        if decoded.able:
            return _judged(data, job, decoded, eighths)
        return _probed(data, layout, decoded.warning or "simplejpeg cannot decode it")
    return _probed(data, layout, "simplejpeg is not installed")


def _unreadable(layout: Layout, why: str) -> Content:
    """What can be said without a decoder that tells what it meets."""
    damage = () if layout.has_end else (_cut_short(None, None, layout),)
    return Content(damage, (Skipped(CHECK, f"the picture data were not checked: {why}"),))


def _cut_short(
    region: Box | None, lost_share: float | None, layout: Layout, end: int | None = None
) -> Damage:
    at = layout.end if end is None else end
    return Damage("truncated", "missing-end", CUT_SHORT, at, region, lost_share)


def _probed(data: bytes, layout: Layout, why: str) -> Content:
    """The check without simplejpeg: less is seen, and it says so."""
    from preflight.scanner.jpeg_probe import can_probe, probe

    if not can_probe(layout):
        return _unreadable(layout, why)
    try:
        with without_warnings():
            fault = probe(lean(data, layout))
    except MemoryError:
        return _unreadable(layout, "there is not enough memory")
    except DECODER_ERRORS:
        return Content((Damage("corrupt", "undecodable", SPOILED),))
    skipped = Skipped(CHECK, f"only gross damage of the picture data was looked for: {why}")
    if fault is None and layout.has_end:
        return Content((), (skipped,))
    if not layout.has_end:
        damage = _cut_short(None, None, layout) if fault else _no_end(layout)
    else:
        message = _MISSING if fault == "missing-data" else SPOILED
        damage = Damage("corrupt", fault or "left-over-data", message)
    return Content((damage,), (skipped,))


def _no_end(layout: Layout) -> Damage:
    return Damage("readable", "missing-end-marker", _NO_END, layout.end)


def _judged(data: bytes, job: Job, decoded: Decoded, eighths: int) -> Content:
    """What a strict decode tells, then what the tables and the pixels tell."""
    layout, frame = job.layout, job.frame
    damage: list[Damage] = []
    skipped: list[Skipped] = []
    known = any(d.kind != "readable" for d in layout.damage)
    if not known and not layout.has_end:
        # An arithmetic decoder goes on with zeros at the end of the data, and complains of nothing.
        whole = decoded.warning is None and layout.complete and frame.huffman_dct
        damage.append(_no_end(layout) if whole else _ended_early(data, job))
    elif not known and decoded.warning is not None:
        damage.append(_broken(data, job, decoded.warning))
    elif not known and _scan_behind(data, layout):
        damage.append(Damage("corrupt", "missing-scans", _COARSE, layout.end))
    elif not known and (table := _changed_table(layout)):
        damage.append(table)
    elif not known and (zeros := _lost_block(data, layout)):
        damage.append(zeros)
    known = known or any(d.kind != "readable" for d in damage)
    if decoded.pixels is None:
        return Content(worst_first(damage))
    picture = _picture(decoded.pixels, job)
    channels = () if known else suspicious(decoded.pixels, frame, eighths, layout.restart_interval)
    found = _shifted(job, channels) if channels else None
    if isinstance(found, Damage):
        damage.append(found)
    elif found is not None:
        skipped.append(found)
    # Four inks go to Pillow, which knows how to turn them into colours.
    return Content(worst_first(damage), tuple(skipped), None if job.mode == "CMYK" else picture)


def decode_again(
    data: bytes, structure: Structure, limits: Limits, side_px: int, rows_px: int | None = None
) -> Picture | None:
    """The pixels at another scale, of a file in which nothing was found.

    Args:
        data, structure, limits: As for `FormatModule.check_content`.
        side_px: What the shorter side has to be at least.
        rows_px: Rows at full size that are wanted, from the top on; what lies below them may be
            black, which saves its decoding. None: all.

    Returns:
        In colour with a fourth byte that means nothing, which saves Pillow a copy; None where
        simplejpeg is missing or cannot do it.
    """
    codec, layout = simplejpeg(), structure.private
    if codec is None or not isinstance(layout, Layout):
        return None
    frame = layout.frame
    if frame is None or not frame.dct or frame.bits != 8:
        return None
    mode = {1: "GRAY", 3: "RGBX"}.get(len(frame.components))
    if mode is None:
        return None
    job = Job(codec, data, layout, frame, mode)
    eighths = job.eighths_for(side_px, limits.max_pixels)
    pixels = job.first_rows(eighths, rows_px) if rows_px else job.lenient(eighths)
    return None if pixels is None else _picture(pixels, job)


def _picture(pixels: Array, job: Job) -> Picture:
    from preflight.scanner.pixels import PixelsImage

    image = PixelsImage(pixels, "L" if job.mode == "GRAY" else job.mode)
    return Picture(image, 1, job.frame.width_px, job.frame.height_px, pixels=pixels)


def _rest_behind(job: Job, stream: bytes) -> tuple[Box | None, float | None]:
    """Box and share of what is missing where a stream ends early; None if not known.

    Behind the end of arithmetic data a decoder makes up blocks of its own. In a progressive file
    only the first scan can be counted: a later one that is cut costs sharpness everywhere, not
    rows.
    """
    scans, frame = job.layout.scans, job.frame
    if (
        not frame.huffman_dct
        or len(scans) != 1
        or len(scans[0].components) != len(frame.components)
        or job.mode == "CMYK"
    ):
        return None, None
    grey = job.lenient(1, "GRAY", stream)
    if grey is None:
        return None, None
    last = frame.units[0] * frame.units[1] - 1
    return frame.rest_from(min(units_decoded(grey, frame), last))


def _broken(data: bytes, job: Job, warning: str) -> Damage:
    """Damage that libjpeg complained of; where it is, if something tells."""
    missing = "premature end" in warning
    what = "missing-data" if missing else "bad-data"
    scan = job.layout.scans[0]
    zeros = _ZEROS.search(data, scan.start, scan.end)
    if zeros:
        region, share = _rest_behind(job, lean(data, job.layout, end=zeros.start()))
        return Damage("corrupt", what, SPOILED, zeros.start(), region, share)
    return Damage("corrupt", what, _MISSING if missing else SPOILED)


def _scan_behind(data: bytes, layout: Layout) -> bool:
    """A scan's header follows the end marker of an unfinished picture: the marker was hit."""
    header = data[layout.end : layout.end + 3]
    return len(header) == 3 and not layout.complete and header in _SCAN_HEADERS


def _ended_early(data: bytes, job: Job) -> Damage:
    """The file ends before the picture; zeros that fill up its end are no picture either."""
    scan = job.layout.scans[0]
    zeros = _ZEROS.search(data, scan.start, scan.end)
    end = zeros.start() if zeros and not data[zeros.start() :].strip(b"\0") else None
    stream = job.stream if end is None else lean(data, job.layout, end=end)
    return _cut_short(*_rest_behind(job, stream), job.layout, end)


def _lost_block(data: bytes, layout: Layout) -> Damage | None:
    """Zero bytes that decode without a complaint, where they cannot mean blank blocks.

    They can where the first code of every table, all zero bits, ends a block: encoders that make
    tables for each photo write blank parts so. With another first code in a table that the scan
    uses they are blocks of nothing but lowest coefficients, which no photo has in a row.
    """
    scan, frame = layout.scans[0], layout.frame
    at = data.find(_ZERO_BYTES, scan.start, scan.end)
    if at < 0 or frame is None or frame.progressive or not frame.huffman_dct:
        return None
    tables = [data[start + 4 : end] for start, end in layout.pieces if data[start + 1] == 0xC4]
    firsts = {number: first for body in tables for number, first in first_symbols(body)}
    header = data[scan.header_start + 4 : scan.start]
    used = {table & 15 for table in header[2 : 1 + 2 * header[0] : 2]}
    if all(firsts.get(number, END_OF_BLOCK) == END_OF_BLOCK for number in used):
        return None
    return Damage("corrupt", "lost-block", SPOILED, at)


def _changed_table(layout: Layout) -> Damage | None:
    for offset, steps in layout.tables:
        if offset < layout.scans[0].header_start and wild_entries(steps):
            return Damage("corrupt", "changed-table", _TABLE, offset)
    return None


def _shifted(job: Job, channels: tuple[int, ...]) -> Damage | Skipped | None:
    """The full test for steps, at full size: only for the few that the screen sends on."""
    frame = job.frame
    if frame.width_px * frame.height_px > _MAX_STEP_PIXELS:
        return Skipped("shifted-blocks", "the picture is too large for this test")
    for channel, plane in planes(job, channels):
        if plane is None:
            return Skipped("shifted-blocks", "the picture could not be decoded whole")
        step = find_step(plane, channel, frame, job.layout.restart_interval)
        if step.score >= DAMAGED:
            region, share = frame.rest_from(step.unit)
            return Damage("corrupt", "shifted-blocks", _SHIFTED, None, region, share)
    return None
