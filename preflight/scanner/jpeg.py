"""JPEG: structure and damage. `read` walks, `check_content` reads every coded byte.

`Structure.coding` is one of `baseline`, `extended` (8 or 12 bits with more tables), `progressive`,
`lossless`, `arithmetic`, `arithmetic-progressive`, `lossless-arithmetic`, `hierarchical`; bits a
sample are in `Structure.colour.bits`.

`Structure.segments` tile the file from first to last byte: `SOI`, `APP0`…`APP15`, `COM`, `DQT`,
`DHT`, `SOF0`…, `DRI`, `SOS` (the scan's header), `entropy` (its coded data, restart markers
included), `EOI`, `fill` and `junk` (bytes between segments that decoders skip), and `trailer` (all
behind the end marker, further pictures included).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from preflight.facts import Colour, LimitHit
from preflight.limits import Limits
from preflight.scanner.jpeg_layout import CODINGS, Frame, Layout
from preflight.scanner.jpeg_metadata import metadata
from preflight.scanner.jpeg_pictures import further_pictures
from preflight.scanner.jpeg_walk import walk
from preflight.scanner.structure import Content, Structure, worst_first

_MODELS: dict[str, Literal["rgb", "grey", "cmyk", "ycck"]] = {
    "grey": "grey",
    "ycc": "rgb",
    "rgb": "rgb",
    "cmyk": "cmyk",
    "ycck": "ycck",
}


def read(data: bytes, limits: Limits) -> Structure:
    """Walks a JPEG file; see `FormatModule`. About 5 ms for 12 megapixels."""
    layout = walk(data, limits)
    texts = metadata(data, layout.segments, limits.max_inflated_bytes)
    others = further_pictures(data, layout.segments, layout.end, texts.xmp)
    structure = Structure(
        exif=texts.exif,
        xmp=texts.xmp,
        iptc=texts.iptc,
        iptc_data=texts.iptc_data,
        comment=texts.comment,
        icc=texts.icc,
        icc_error=texts.icc_error,
        images=others.images,
        hidden_images=others.hidden_images,
        trailing_bytes=others.trailing_bytes,
        segments=layout.segments,
        scans=len(layout.scans),
        damage=worst_first(layout.damage + others.damage),
        limits_hit=layout.limits_hit,
        private=layout,
    )
    frame = layout.frame
    if frame is None:
        return structure
    return replace(
        structure,
        width_px=frame.width_px,
        height_px=frame.height_px,
        colour=Colour(
            model=_MODELS[layout.colours],
            bits=frame.bits,
            hdr="gain-map" if others.gain_map else None,
        ),
        coding=CODINGS[frame.marker],
        subsampling=frame.subsampling,
        reducible=frame.huffman_dct,
        legal_kind=frame.legal_kind,
        limits_hit=layout.limits_hit + _limits_hit(frame, layout, limits),
    )


def _limits_hit(frame: Frame, layout: Layout, limits: Limits) -> tuple[LimitHit, ...]:
    hits = []
    pixels = frame.width_px * frame.height_px
    # A progressive file, or one scan a component, keeps every coefficient in memory.
    one_pass = frame.marker in (0xC0, 0xC1) and frame.huffman_dct and len(layout.scans) <= 1
    name = "max_scaled_pixels" if one_pass else "max_pixels"
    allowed = limits.max_scaled_pixels if one_pass else limits.max_pixels
    if pixels > allowed:
        hits.append(LimitHit(name, _megapixels(pixels), _megapixels(allowed)))
    scan_megapixels = len(layout.scans) * pixels / 1e6
    if len(layout.scans) > 1 and scan_megapixels > limits.max_jpeg_scan_megapixels:
        hits.append(
            LimitHit(
                "max_jpeg_scan_megapixels",
                f"{len(layout.scans)} passes over {_megapixels(pixels)}",
                f"{limits.max_jpeg_scan_megapixels} megapixels in all passes",
            )
        )
    return tuple(hits)


def _megapixels(pixels: int) -> str:
    return f"{pixels / 1e6:,.0f} megapixels"


def check_content(
    data: bytes, structure: Structure, limits: Limits, side_px: int | None
) -> Content:
    """Reads every coded byte of the primary image; see `FormatModule`.

    Returns:
        Damage, and the pixels of the same decode for 8-bit grey (`L`) and colour (`RGB`) Huffman
        and arithmetic files; of a damaged file what a lenient viewer shows. The picture is as
        stored: its `orientation` is 1, and the scan sets that of the Exif block.
    """
    layout = structure.private
    if not isinstance(layout, Layout):
        return Content()
    # Only when needed: they load numpy and Pillow.
    from preflight.scanner.jpeg_content import content_of
    from preflight.scanner.jpeg_thumbnail import thumbnail_fault

    content = content_of(data, layout, limits, side_px)
    odd = thumbnail_fault(structure.exif, limits) if structure.exif else None
    return replace(content, damage=worst_first([*content.damage, odd])) if odd else content
