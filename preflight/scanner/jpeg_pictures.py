"""JPEG, further pictures: what travels behind or inside the photo (MPF, gain maps, videos).

Sources: CIPA DC-007 (multi-picture format), Android's Ultra HDR and motion photo formats, what
Apple, Samsung and Google write.
"""

from __future__ import annotations

import struct

from preflight.facts import Damage
from preflight.frozen import frozen
from preflight.limits import Limits
from preflight.scanner.jpeg_walk import walk
from preflight.scanner.structure import Segment

_PREVIEWS = (0x010001, 0x010002)
"""MP type codes "large thumbnail" in VGA and full HD size."""
_ENTRY_BYTES = 16
_MAX_PICTURES = 100
_MAX_WALKED_BYTES = 1_000_000
"""Gain maps and previews are smaller; the walk over them costs next to nothing."""
_HEAD_BYTES = 65536
"""How far into a further picture its own metadata are looked at."""


@frozen
class FurtherPictures:
    """Fields as in `Structure`, and whether one of the pictures is an HDR gain map."""

    images: int = 1
    hidden_images: tuple[str, ...] = ()
    gain_map: bool = False
    trailing_bytes: int = 0
    damage: tuple[Damage, ...] = ()


def further_pictures(
    data: bytes, segments: tuple[Segment, ...], end: int, xmp: bytes | None
) -> FurtherPictures:
    """Names what the file holds besides the primary image.

    Args:
        data: The file.
        segments: From the walk.
        end: Offset behind the primary image's end marker.
        xmp: Of the primary image.
    """
    extents = _mpf_extents(data, segments, end)
    images = 1
    hidden: list[str] = []
    damage: list[Damage] = []
    covered = 0
    for kind, start, stop in extents:
        if start >= len(data) or stop > len(data):
            message = "a second picture in the file is cut off; the photo itself is whole"
            damage.append(Damage("readable", "second-picture-cut", message, start))
        elif _is_damaged(data[start:stop]):
            message = "a second picture in the file is damaged; the photo itself is whole"
            damage.append(Damage("readable", "second-picture-damaged", message, start))
        covered += max(0, min(stop, len(data)) - start)
        name = _name_of(kind, data[start : min(stop, start + _HEAD_BYTES)], xmp or b"")
        if name:
            hidden.append(name)
        else:
            images += 1
    hidden += _in_trailer(data, end, extents)
    packet = xmp or b""
    gain_map = "gain map" in hidden or (
        b"hdrgm:Version" in packet and b"GainMap" in packet and end < len(data)
    )
    if gain_map and "gain map" not in hidden:
        hidden.append("gain map")
    if b"GDepth:Data" in packet and "depth map" not in hidden:
        hidden.append("depth map")
    if b"GImage:Data" in packet:
        hidden.append("original picture")
    return FurtherPictures(
        images,
        tuple(dict.fromkeys(hidden)),
        gain_map,
        max(0, len(data) - end - covered),
        tuple(damage),
    )


def _is_damaged(picture: bytes) -> bool:
    """What a walk tells; bytes that do not begin as a JPEG are an old place of an edited file."""
    if picture[:3] != b"\xff\xd8\xff" or len(picture) > _MAX_WALKED_BYTES:
        return False
    return any(damage.kind != "readable" for damage in walk(picture, Limits()).damage)


def _mpf_extents(
    data: bytes, segments: tuple[Segment, ...], end: int
) -> list[tuple[int, int, int]]:
    """Type code, start and end of the pictures that the MPF index lists behind the primary."""
    for segment in segments:
        base = segment.start + 8
        if segment.name == "APP2" and data.startswith(b"MPF\0", segment.start + 4):
            try:
                return _mp_entries(data[base : segment.end], base, end)
            except struct.error:
                return []
    return []


def _mp_entries(block: bytes, base: int, end: int) -> list[tuple[int, int, int]]:
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None:
        return []
    at = struct.unpack_from(f"{order}I", block, 4)[0]
    count = struct.unpack_from(f"{order}H", block, at)[0]
    for number in range(count):
        tag, _, size, value = struct.unpack_from(f"{order}HHII", block, at + 2 + 12 * number)
        if tag == 0xB002:
            found = []
            for entry in range(min(size // _ENTRY_BYTES, _MAX_PICTURES)):
                attribute, length, offset = struct.unpack_from(
                    f"{order}III", block, value + _ENTRY_BYTES * entry
                )
                if offset and length and base + offset >= end:  # offset 0 is the primary image
                    found.append((attribute & 0xFFFFFF, base + offset, base + offset + length))
            return found
    return []


def _name_of(kind: int, head: bytes, xmp: bytes) -> str | None:
    """What a further picture is; None for a full picture of its own."""
    if b"hdrgm:" in head or b"hdrgainmap" in head or b"urn:iso:std:iso:ts:21496:-1" in head:
        return "gain map"
    if b"aux:disparity" in head or b"aux:depth" in head or b"depthmap" in head.lower():
        return "depth map"
    if b"portraiteffectsmatte" in head or (b"semantic" in head and b"matte" in head):
        return "portrait mask"
    if kind in _PREVIEWS:
        return "preview"
    if kind == 0 and b"GainMap" in xmp:
        return "gain map"
    return None


def _in_trailer(data: bytes, end: int, extents: list[tuple[int, int, int]]) -> list[str]:
    """What lies behind the photo outside the MPF index: videos, depth maps, previews."""
    names = []
    gaps = []
    at = end
    for _, start, stop in sorted(extents, key=lambda extent: extent[1]):
        gaps.append((at, start))
        at = max(at, stop)
    gaps.append((at, len(data)))
    for start, stop in gaps:
        if stop - start < 16:
            continue
        if data.find(b"ftyp", start, stop) >= 0:
            names.append("motion video")
        if data.find(b"DualShot_DepthMap", start, stop) >= 0:
            names.append("depth map")
        if data.startswith(b"\xff\xd8\xff", start):
            names.append("preview")
    return names
