"""GIF: content. Every code of the first frame is walked, then Pillow decodes it.

The first frame is what an upload shows. Damage in later frames is `readable`.
"""

from __future__ import annotations

from typing import Literal

from preflight.facts import Box, Damage, Skipped
from preflight.limits import Limits
from preflight.scanner.decode import DecodeError, decode_picture
from preflight.scanner.gif_blocks import IMAGE, Frame, blocks, frame_of, join_sub_blocks
from preflight.scanner.gif_layout import Layout
from preflight.scanner.lzw import Budget, Walked, gif, walk
from preflight.scanner.structure import CUT_SHORT, SPOILED, Content, Structure

_LATER_FRAMES_BYTES, _LATER_FRAMES_RUNS = 500_000, 1000
"""Of the later frames, this much is walked; the rest of an animation is left alone."""

_MOST_CODE_BITS = 11
"""The standard says 8; decoders take more (Pillow's issue 2811 has a real file with 11)."""


def check_content(
    data: bytes, structure: Structure, limits: Limits, side_px: int | None
) -> Content:
    """Reads every coded byte of the first frame; see `FormatModule`."""
    layout = structure.private
    if not isinstance(layout, Layout):
        return Content()
    budget = Budget.for_bytes(len(data))
    fault = _frame_fault(data, layout, structure, budget)
    if fault is not None and fault.kind != "readable":
        return Content(damage=(fault,))
    odd: tuple[Damage, ...] = () if fault is None else (fault,)
    if not layout.ended:
        odd += (Damage("readable", "missing-end", "the end mark is missing", len(data)),)
    odd += _later_frames(data, layout)
    try:
        picture = decode_picture(data, "gif", structure, limits, side_px)
    except DecodeError as error:
        text = f"the picture cannot be unpacked ({error})"
        return Content(damage=(Damage("corrupt", "bad-lzw", text, layout.block.start), *odd))
    except MemoryError:
        return Content(odd, (Skipped("pixels", "there is not enough memory"),))
    if budget.runs < 0:
        return Content(odd, (Skipped("content", "its data is in too many pieces"),), picture)
    return Content(damage=odd, picture=picture)


def _frame_fault(
    data: bytes, layout: Layout, structure: Structure, budget: Budget
) -> Damage | None:
    frame, block = layout.frame, layout.block
    canvas = (int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little"))
    # Slightly outside is seen in the wild; twice as far is a damaged descriptor.
    if all(canvas) and (structure.width_px > 2 * canvas[0] or structure.height_px > 2 * canvas[1]):
        text = "its picture lies far outside its frame"
        return Damage("corrupt", "bad-frame", text, block.start)
    if not 1 <= frame.code_bits <= _MOST_CODE_BITS:
        return Damage("corrupt", "bad-lzw", SPOILED, frame.data - 1)
    walked = _walk(data, frame, budget)
    if walked.verdict in ("whole", "unchecked"):
        if block.whole:
            return None
        return Damage("readable", "missing-end", "the end mark is missing", len(data))
    if walked.verdict == "left-over":
        text = "it has more data than the picture needs"
        return Damage("readable", "extra-data", text, frame.data)
    return _fault(layout, walked, cut=not block.whole)


def _fault(layout: Layout, walked: Walked, cut: bool) -> Damage:
    """Damage of the first frame, with the rows that it costs where they are known."""
    frame = layout.frame
    offset = layout.frame.data + walked.used_bytes + walked.used_bytes // 255
    cut = cut and walked.verdict == "short" and not walked.ended
    kind: Literal["truncated", "corrupt"] = "truncated" if cut else "corrupt"
    text = CUT_SHORT if cut else SPOILED
    what = "cut-short" if cut else "bad-lzw"
    rows = walked.coded // frame.width_px
    if walked.verdict == "long":  # the wrong code came somewhere before
        return Damage(kind, what, text, frame.data)
    share = 1 - walked.coded / (frame.width_px * frame.height_px)
    region: Box | None = None
    if not frame.interlaced:
        right, bottom = frame.left + frame.width_px, frame.top + frame.height_px
        region = (frame.left, frame.top + rows, right, bottom)
    return Damage(kind, what, text, offset, region, share)


def _later_frames(data: bytes, layout: Layout) -> tuple[Damage, ...]:
    """The first later frame that is damaged, looked for in a bounded part of the file."""
    left, budget = _LATER_FRAMES_BYTES, Budget(_LATER_FRAMES_RUNS)
    for block in blocks(data, layout.block.end):
        frame = frame_of(data, block)
        if block.kind != IMAGE or frame is None or not block.whole:
            continue
        left -= block.end - block.body
        if left < 0 or budget.runs < 0:
            return ()
        if not _is_good(data, frame, budget):
            text = "a later frame of the animation is damaged"
            return (Damage("readable", "bad-frame", text, block.start),)
    return ()


def _is_good(data: bytes, frame: Frame, budget: Budget) -> bool:
    if not 1 <= frame.code_bits <= _MOST_CODE_BITS:
        return False
    return _walk(data, frame, budget).verdict in ("whole", "left-over", "unchecked")


def _walk(data: bytes, frame: Frame, budget: Budget) -> Walked:
    coded = join_sub_blocks(data, frame.data, len(data))
    pixels = frame.width_px * frame.height_px
    return walk(gif(frame.code_bits), coded, pixels, pixels, budget)
