"""HEIF blocks: which parts of a decoded picture were written, and by which slice."""

from __future__ import annotations

from preflight.scanner import libde265
from preflight.scanner.hevc import Stream
from preflight.scanner.planes import Plane

_HASH = 40
"""NAL unit type of a suffix SEI: the hash of the whole picture."""
_LEAST_SPOILED = 16
"""Bytes of noise that no decoder can take for the end of a picture."""


def has_unwritten(planes: tuple[Plane, ...], visible: tuple[int, int]) -> bool:
    """Some block of the visible part is Y = Cb = Cr = 0, which libde265 leaves where no slice was.

    No encoder produces that there; padding of edge tiles is coded so by some phones.
    """
    step_x, step_y = _steps(planes)
    right = min(planes[1].width, visible[0] // step_x)
    bottom = min(planes[1].height, visible[1] // step_y)
    rows, columns = slice(4, max(0, bottom - 2), 8), slice(4, right, 8)
    luma, blue, red = (
        plane.samples[_scaled(rows, down), _scaled(columns, across)]
        for plane, across, down in zip(planes, (step_x, 1, 1), (step_y, 1, 1))
    )
    return not (luma | blue | red).all()


def _scaled(part: slice, factor: int) -> slice:
    return slice(part.start * factor, part.stop * factor, part.step * factor)


def _steps(planes: tuple[Plane, ...]) -> tuple[int, int]:
    luma, chroma = planes[0], planes[1]
    return (2 if chroma.width < luma.width else 1), (2 if chroma.height < luma.height else 1)


def _row(plane: Plane, y: int, start: int, stop: int, step: int) -> bytes | bytearray | list[int]:
    """Every `step`-th sample of a row; of 16-bit samples only whether they are zero."""
    first, each = y * plane.stride, plane.bytes_each
    samples = plane.data[first + start * each : first + stop * each]
    if each == 1:
        return samples[::step]
    return [a | b for a, b in zip(samples[:: 2 * step], samples[1 :: 2 * step])]


def ends_early(stream: Stream, planes: tuple[Plane, ...], *, filtered: bool) -> bool:
    """A grey picture (or an alpha plane) was left before its data ended.

    Black is black there, whether written or not. So where the last block is black the decoder is
    given other data for the last sixteenth: a decoder that never came so far shows no difference.

    Args:
        stream: What was decoded.
        planes: What came of it.
        filtered: As it was decoded.
    """
    luma = planes[0]
    last = slice(max(0, luma.width - 8) * luma.bytes_each, luma.width * luma.bytes_each)
    *others, unit = stream.slices[-1]
    spoiled = len(unit) // 16
    bottom = luma.data[(luma.height - 1) * luma.stride :][last]
    if any(bottom) or spoiled < _LEAST_SPOILED or others:
        return False
    noise = bytes(37 * n % 251 | 1 for n in range(spoiled))
    units = [unit for each in (stream.parameters, *stream.slices[:-1]) for unit in each]
    size = stream.sequence.shown_size
    units.append(unit[:-spoiled] + noise)
    again = libde265.decode(units, size, stream.sequence.chroma, filtered=filtered)
    return not again.codes and again.planes == planes


def slices_overrun(stream: Stream, planes: tuple[Plane, ...]) -> bool:
    """Some slice does not end where the next begins.

    A damaged slice runs on into the next one, which then hides it. So the slices are decoded
    again in two halves, each slice followed by a gap: no block may be written by both halves
    (but for the first slice, without which the decoder does not start).
    """
    first, *others = stream.slices
    written = []
    for half in (others[0::2], others[1::2]):
        if half == others:  # the decode of the whole serves
            written.append(_written_blocks(planes, stream.sequence.ctb_px))
            continue
        units = [*stream.parameters, *first, *(unit for each in half for unit in each)]
        sequence = stream.sequence
        decoded = libde265.decode(
            [unit for unit in units if unit[0] >> 1 & 63 != _HASH],
            sequence.shown_size,
            sequence.chroma,
        )
        if not decoded.planes:
            return False
        written.append(_written_blocks(decoded.planes, sequence.ctb_px))
    own = set(range(stream.second_slice))
    return bool((written[0] & written[1]) - own)


def _written_blocks(planes: tuple[Plane, ...], ctb_px: int) -> set[int]:
    """Coding tree blocks whose middle is not Y = Cb = Cr = 0."""
    step_x, step_y = _steps(planes)
    luma = planes[0]
    columns = -(-luma.width // ctb_px)
    found = set()
    for row in range(-(-luma.height // ctb_px)):
        for column in range(columns):
            x = column * ctb_px + min(ctb_px, luma.width - column * ctb_px) // 2
            y = row * ctb_px + min(ctb_px, luma.height - row * ctb_px) // 2
            if min(luma.width - column * ctb_px, luma.height - row * ctb_px) < 12:
                continue  # too narrow: filters of the neighbours reach its middle
            places = ((luma, x, y), *((p, x // step_x, y // step_y) for p in planes[1:]))
            if any(_row(plane, py, px, px + 1, 1)[0] for plane, px, py in places):
                found.add(row * columns + column)
    return found
