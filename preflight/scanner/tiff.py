"""TIFF: structure. Directories and tags are read, no strip is unpacked.

The size is as stored and `Structure.orientation` is the tag's; a decode through Pillow gives
upright pixels, since Pillow turns a TIFF while it loads. The first directory is the picture that
viewers show. `Structure.coding` is the name of the compression, empty for none. `Structure.exif`
holds the file's own tags, copied into a block without the picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from preflight.facts import Colour, Damage
from preflight.limits import Limits
from preflight.scanner.bounds import pixel_limit
from preflight.scanner.structure import Structure, worst_first
from preflight.scanner.tiff_content import check_content
from preflight.scanner.tiff_directory import Directory, Header, directories, header_of
from preflight.scanner.tiff_exif import exif_of
from preflight.scanner.tiff_layout import CODINGS, NONE, YCBCR, Layout, layout_of

__all__ = ["check_content", "read"]

Model = Literal["rgb", "grey", "palette", "cmyk", "lab", "bilevel"]
_MODELS: dict[int, Model] = {
    0: "grey",
    1: "grey",
    2: "rgb",
    3: "palette",
    4: "bilevel",
    5: "cmyk",
    6: "rgb",
    8: "lab",
    9: "lab",
    10: "lab",
    32803: "grey",
    34892: "rgb",
}
"""Photometric interpretations (TIFF 6.0; 32803 and 34892 are DNG's)."""

_ORIENTATION, _DESCRIPTION, _EXTRA_SAMPLES, _SUBSAMPLING = 274, 270, 338, 530
_WIDTH, _BITS, _SUBFILE, _SUB_DIRECTORIES, _LAYERS = 256, 258, 254, 330, 37724
_XMP, _IPTC, _PHOTOSHOP, _ICC = 700, 33723, 34377, 34675
_SAMPLE_FORMAT = 339
_DEPTHS = frozenset({1, 2, 4, 6, 8, 10, 12, 14, 16, 24, 32, 64, 128})
_COLOURS = {0: 1, 1: 1, 2: 3, 3: 1, 4: 1, 5: 4, 6: 3, 8: 3, 9: 3, 10: 3, 32844: 1, 32845: 3}
"""Samples of a pixel that each photometric interpretation has at least."""
_MAX_COMMENT_BYTES = 65_536
_TECHNICAL = (b'{"shape"', b"ImageJ=", b"<?xml")
"""Descriptions that programs of science write by themselves: no comment."""

_SUBSAMPLINGS = {
    (1, 1): "4:4:4",
    (2, 1): "4:2:2",
    (2, 2): "4:2:0",
    (4, 1): "4:1:1",
    (1, 2): "4:4:0",
}


def read(data: bytes, limits: Limits) -> Structure:
    """Walks a TIFF file; see `FormatModule`."""
    header = header_of(data)
    if header is None:
        fault = Damage("corrupt", "bad-signature", "it does not begin as a TIFF has to", 0)
        return Structure(damage=(fault,))
    chain = directories(data, header)
    first = next(chain, None)
    if first is None or not first.entries:
        return Structure(damage=(_no_directory(data, header.first),))
    pages = _count(chain)
    layout = layout_of(first)
    width, height = (layout.width_px, layout.height_px) if layout else (0, 0)
    max_bytes = limits.max_inflated_bytes
    legal = layout is not None and _is_legal(first, layout)
    iptc = first.raw(_PHOTOSHOP, max_bytes) or first.raw(_IPTC, max_bytes)
    icc = first.raw(_ICC, max_bytes)
    orientation = first.integer(_ORIENTATION, 1)
    hidden = ("thumbnail",) if pages.reduced or _SUB_DIRECTORIES in first.entries else ()
    return Structure(
        width_px=width,
        height_px=height,
        colour=_colour(first, layout),
        orientation=orientation if 1 <= orientation <= 8 else 1,
        images=1 + pages.full,
        hidden_images=hidden + (("layers",) if _LAYERS in first.entries else ()),
        coding=CODINGS.get(layout.compression, f"compression {layout.compression}")
        if layout
        else "",
        subsampling=_subsampling(first, layout),
        exif=exif_of(first),
        xmp=first.raw(_XMP, max_bytes),
        iptc=_IPTC in first.entries or _PHOTOSHOP in first.entries,
        iptc_data=iptc,
        comment=_is_comment(first),
        icc=icc,
        icc_error="it lies outside the file or is too large"
        if _ICC in first.entries and icc is None
        else None,
        damage=worst_first([*_faults(data, first, layout), *pages.faults]),
        legal_kind=legal,
        misread=_misread(header, first, layout) if layout and legal else None,
        limits_hit=pixel_limit(width, height, limits),
        private=layout,
    )


@dataclass(slots=True)
class _Pages:
    """The directories behind the first one.

    Attributes:
        full: Pictures of their own.
        reduced: Smaller copies.
        faults: Damage in their chain.
    """

    full: int
    reduced: int
    faults: list[Damage]


def _count(chain: Iterator[Directory]) -> _Pages:
    pages = _Pages(0, 0, [])
    for directory in chain:
        if not directory.entries:
            text = "a further page in it is damaged"
            at = min(directory.start, len(directory.data))
            pages.faults.append(Damage("readable", "bad-page", text, at))
        elif directory.integer(_SUBFILE) & 1:
            pages.reduced += 1
        elif _WIDTH in directory.entries:
            pages.full += 1
    return pages


def _no_directory(data: bytes, at: int) -> Damage:
    if at >= len(data) - 2:
        return Damage("truncated", "no-header", "the file ends before its description", len(data))
    return Damage("corrupt", "no-header", "the description of the picture is damaged", at)


def _colour(first: Directory, layout: Layout | None) -> Colour:
    if layout is None:
        return Colour()
    model = _MODELS.get(layout.photometric, "rgb")
    if model == "grey" and layout.bits == 1:
        model = "bilevel"
    return Colour(
        model=model,
        bits=8 if model == "palette" else layout.bits,
        alpha=any(kind in (1, 2) for kind, _ in zip(first.integers(_EXTRA_SAMPLES), range(8))),
    )


def _is_legal(first: Directory, layout: Layout) -> bool:
    """What the tags say of the pixels is what some writer writes, decoded here or not."""
    depths = {bits for bits, _ in zip(first.integers(_BITS), range(layout.samples))}
    formats = {kind for kind, _ in zip(first.integers(_SAMPLE_FORMAT), range(layout.samples))}
    extra = len(list(zip(first.integers(_EXTRA_SAMPLES), range(layout.samples))))
    colours = _COLOURS.get(layout.photometric)
    return (
        len(depths) <= 1
        and depths <= _DEPTHS
        and formats <= {1, 2, 3, 4, 5, 6}
        and len(formats) <= 1
        and colours is not None
        and layout.samples in (colours, colours + extra)
        and layout.compression in CODINGS
    )


def _misread(header: Header, first: Directory, layout: Layout) -> str | None:
    """What Pillow 13 takes for another kind: it refuses the file or shows noise."""
    if header.big and header.order == ">":
        return "BigTIFF with the high byte first"
    if layout.compression != NONE:
        return None  # libtiff knows them
    if layout.separate and layout.bits > 8:
        return f"{layout.bits} bits in planes apart"
    if layout.photometric == YCBCR and _sampling(first) != (1, 1):
        return "reduced colour without compression"
    return None


def _subsampling(first: Directory, layout: Layout | None) -> str | None:
    if layout is None or layout.photometric != YCBCR:
        return None
    return _SUBSAMPLINGS.get(_sampling(first))


def _sampling(first: Directory) -> tuple[int, int]:
    """Luma samples for one of chroma, across and down."""
    across, down = [*islice(first.integers(_SUBSAMPLING), 2), 2, 2][:2]
    return across, down


def _is_comment(first: Directory) -> bool:
    text = (first.raw(_DESCRIPTION, _MAX_COMMENT_BYTES) or b"").strip(b"\0 \r\n\t")
    return bool(text) and not text.startswith(_TECHNICAL)


def _faults(data: bytes, first: Directory, layout: Layout | None) -> list[Damage]:
    if not first.whole:
        text = "the file ends inside the description of the picture"
        return [Damage("truncated", "cut-header", text, len(data))]
    if layout is not None:
        return []
    text = "the description of the picture is damaged"
    return [Damage("corrupt", "bad-header", text, first.start)]
