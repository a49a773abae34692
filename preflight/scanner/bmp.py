"""BMP: structure, and all of the damage that its sizes show (raw pixels tell nothing else)."""

from __future__ import annotations

from preflight.facts import WRONG_SIZE, Box, Colour, Damage, Skipped
from preflight.limits import Limits
from preflight.scanner.bmp_header import RLE4, Header, header_of
from preflight.scanner.bounds import pixel_limit
from preflight.scanner.rle import walk_bmp
from preflight.scanner.structure import CUT_SHORT, SPOILED, Content, Structure
from preflight.scanner.tiff_raw import lost_span

_FULL_COLOUR = (24, 32)
_WHOLE_BYTES = (8, 16, *_FULL_COLOUR)
"""Bits of a pixel: a smaller one shares its byte with others."""
_MAX_TESTED_BYTES = 100_000_000
_MAX_PADDING_BYTES = 16
"""Some programs put a few bytes behind the pixels, and count them."""


def read(data: bytes, limits: Limits) -> Structure:
    """Reads the headers of a BMP file; see `FormatModule`."""
    header = header_of(data)
    if header is None:
        if data[:2] == b"BM":
            text = "the file ends before the picture begins"
            return Structure(damage=(Damage("truncated", "no-header", text, len(data)),))
        text = "it does not begin as a BMP has to"
        return Structure(damage=(Damage("corrupt", "bad-signature", text, 0),))
    if not header.legal:
        text = "the description of the picture is damaged"
        return Structure(damage=(Damage("corrupt", "bad-header", text, 14),))
    icc, icc_error = _profile(data, header, limits)
    end = max(header.stated_bytes, _pixels_end(header, len(data)))
    return Structure(
        width_px=header.width_px,
        height_px=header.height_px,
        colour=Colour(
            model="palette" if 0 < header.bits <= 8 else "rgb",
            bits=16 if header.bits == 64 else header.deepest_bits,
            alpha=header.alpha or header.bits == 64,
        ),
        coding=header.coding,
        icc=icc,
        icc_error=icc_error,
        trailing_bytes=max(0, len(data) - end),
        limits_hit=pixel_limit(header.width_px, header.height_px, limits),
        damage=_wrong_sizes(header, len(data)),
        legal_kind=header.masks_legal,
        private=header,
    )


def _wrong_sizes(header: Header, size: int) -> tuple[Damage, ...]:
    """Sizes that contradict each other or the length of the file."""
    text = "the sizes that it states do not fit together"
    pixels = header.row_bytes * header.height_px
    if 0 < header.start < header.end + header.palette_bytes:
        return (Damage("corrupt", "bad-start", text, 10),)
    if not header.uncompressed or header.profile is not None:
        return ()
    told = header.pixels_bytes
    agreed = told and header.start + told == size == header.stated_bytes
    if agreed and abs(told - pixels) > _MAX_PADDING_BYTES:
        return (Damage("corrupt", WRONG_SIZE, text, 18),)
    return ()


def _profile(data: bytes, header: Header, limits: Limits) -> tuple[bytes | None, str | None]:
    if header.profile is None:
        return None, None
    start, size = header.profile
    if size > limits.max_inflated_bytes:
        return None, "it is too large"
    if start + size > len(data) or not size:
        return None, "it lies outside the file"
    return data[start : start + size], None


def _pixels_end(header: Header, size: int) -> int:
    """Offset behind the pixels and the profile; the file's size where only a decoder knows."""
    if not header.uncompressed:
        return size
    end = header.start + header.row_bytes * header.height_px
    return max(end, sum(header.profile)) if header.profile else end


def check_content(
    data: bytes, structure: Structure, limits: Limits, side_px: int | None
) -> Content:
    """Counts the rows that are there; see `FormatModule`. Gives no pixels."""
    header = structure.private
    if not isinstance(header, Header):
        return Content()
    if header.start >= len(data):
        return Content(damage=(_missing(header, 0, len(data)),))
    if header.uncompressed:
        rows = (len(data) - header.start) // header.row_bytes
        whole = rows >= header.height_px or _only_padding_is_missing(data, header)
        if not whole:
            return Content(damage=(_missing(header, rows, len(data)),))
        lost = _lost_rows(data, header)
        return Content(damage=(lost,)) if lost else Content()
    if not header.run_lengths:
        what = f"BMP with {header.coding}"
        return Content(skipped=(Skipped("content", f"preflight cannot look inside a {what}"),))
    walked = walk_bmp(
        memoryview(data)[header.start :],
        header.width_px,
        header.height_px,
        nibbles=header.compression == RLE4,
    )
    if walked.verdict == "short":
        return Content(damage=(_missing(header, walked.rows, len(data)),))
    if walked.verdict == "overrun":
        # Decoders clip such a run and go on; encoders that write some exist.
        text = "a row of the picture is longer than it should be"
        at = header.start + walked.used_bytes
        return Content(damage=(Damage("readable", "bad-rle", text, at),))
    return Content()


def _lost_rows(data: bytes, header: Header) -> Damage | None:
    """What raw rows tell; of a palette's numbers and of 16 bits only zeros do."""
    size = header.row_bytes * header.height_px
    if header.bits not in _WHOLE_BYTES or size > _MAX_TESTED_BYTES:
        return None
    extra_bytes = len(data) - header.start - size if header.profile is None else 0
    samples = data[header.start : header.start + size]
    smooth = header.bits in _FULL_COLOUR
    lost = lost_span(samples, header.row_bytes, header.bits // 8, max(0, extra_bytes), smooth)
    if lost is None:
        return None
    first, last = (
        lost[0] // header.row_bytes,
        min(header.height_px, -(-lost[1] // header.row_bytes)),
    )
    top, bottom = (
        (first, last) if header.top_down else (header.height_px - last, header.height_px - first)
    )
    share = (bottom - top) / header.height_px
    box = (0, top, header.width_px, bottom)
    return Damage("corrupt", "bad-rows", SPOILED, header.start + lost[0], box, share)


def _only_padding_is_missing(data: bytes, header: Header) -> bool:
    """Some programs leave out the padding of the last row."""
    pixels = (header.width_px * header.bits + 7) // 8
    return header.start + header.row_bytes * (header.height_px - 1) + pixels <= len(data)


def _missing(header: Header, rows: int, offset: int) -> Damage:
    share = (header.height_px - rows) / header.height_px
    return Damage("truncated", "cut-short", CUT_SHORT, offset, _rows_behind(header, rows), share)


def _rows_behind(header: Header, rows: int) -> Box:
    """The part of the picture that is stored behind the first `rows` rows."""
    if header.top_down:
        return (0, rows, header.width_px, header.height_px)
    return (0, 0, header.width_px, header.height_px - rows)
