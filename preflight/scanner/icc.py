"""ICC: reads an embedded colour profile far enough to say what colours it stands for.

Pure Python and bounded; nothing is converted here. Layout after ICC.1:2022 (version 4) and
ICC.1:2001-04 (version 2), which cameras and phones embed.
"""

from __future__ import annotations

from typing import Literal

from preflight.frozen import frozen
from preflight.scanner.exif import clean_text
from preflight.scanner.tone_curve import Curve, is_srgb_curve, read_curve, s15_fixed16

Column = tuple[float, float, float]
"""A primary in another space."""

Gamut = Literal["srgb", "wide", "other"]
_HEADER_BYTES = 128
_MAX_TAGS = 200
"""Tags of a profile; real ones have about 20."""

_PICTURE_CLASSES = ("mntr", "scnr", "prtr", "spac")
"""Input, display, output and colour space profiles; links and named colours fit no picture."""

_MATRIX_CLASSES = ("mntr", "scnr")
"""Those of cameras, scanners and displays."""

_LAST_VERSION, _CONNECTIONS = 5, (b"XYZ ", b"Lab ")
"""What a header may say; colour management refuses others."""

_MOST_LIGHT = 1.01
"""Curves lead from nothing to full light, but for the rounding of their numbers."""
_MOST_OF_SRGB = 4.0
"""The primaries of the widest space in use, ProPhoto's, are 2.1 times sRGB's at most."""

_TABLES = ("A2B", "D2B")
"""Beginnings of the names of tables that lead to the connection space."""

_NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "RGB": (("rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC"), ("A2B0",), ("A2B1",)),
    "GRAY": (("kTRC",), ("A2B0",), ("A2B1",)),
}
"""Colour space to the sets of tags of which one has to be there; for others a table, A2B."""

_SRGB_COLUMNS = (
    (0.43607, 0.22249, 0.01392),
    (0.38515, 0.71687, 0.09708),
    (0.14307, 0.06061, 0.7141),
)
"""XYZ of sRGB's primaries as adapted to D50 in every ICC profile of it (IEC 61966-2-1)."""

_SAME_COLUMNS = 0.02
"""A primary that differs less from sRGB's, in linear sRGB, is the same: 8-bit rounding and the
two ways to adapt the white point in use stay below 0.01, Display P3 differs by 0.22."""

_WIDE = 0.08
"""A primary that needs more negative light than this in sRGB lies visibly outside of it: Display
P3 needs 0.22, Adobe RGB 0.40; the old tubes' phosphors stay under 0.06."""

_WIDE_PRIMARIES = frozenset({4, 8, 9, 10, 11, 12})
"""Colour primaries of ITU-T H.273: NTSC 1953, film, BT.2020, XYZ, DCI-P3, Display P3."""

_CAMERA_TRANSFERS = frozenset({0, 1, 2, 3, 6, 7, 13, 14, 15})
"""Transfer codes of H.273 that viewers show as sRGB: BT.709 and its kin, unspecified, sRGB."""


@frozen
class Profile:
    """What an ICC profile says about itself.

    Attributes:
        description: Its name, as written in it; may be empty.
        space: Colour space of the samples: `RGB`, `GRAY`, `CMYK`, `Lab`…
        cls: Device class: `mntr`, `scnr`, `prtr`, `spac`, `link`…
        gamut: `srgb` when it is sRGB in effect; `wide` when its primaries lie outside sRGB's
            triangle; `other` for anything else (CMYK, tables, another tone curve), and when
            corrupt.
        error: Why no decoder can use it; None if it is sound.
    """

    description: str = ""
    space: str = ""
    cls: str = ""
    gamut: Gamut = "other"
    error: str | None = None


def read_profile(icc: bytes) -> Profile:
    """Reads a profile as embedded in a file, joined and inflated. Never raises."""
    if len(icc) < _HEADER_BYTES + 4:
        return Profile(error=f"it has only {len(icc)} bytes")
    space, cls = _signature(icc[16:20]), _signature(icc[12:16])
    if icc[36:40] != b"acsp":
        return Profile(error="it does not begin like a colour profile")
    tags, error = _read_tags(icc)
    profile = Profile(_description(tags), space, cls, "other", error)
    if error:
        return profile
    if cls not in _PICTURE_CLASSES:
        error = f"it is a profile of class {cls or 'unknown'}, which fits no picture"
    elif not any(all(_usable(tags, name) for name in names) for names in _needed(space)):
        error = "what it needs to convert colours is missing"
    if error:
        return Profile(profile.description, space, cls, "other", error)
    return Profile(profile.description, space, cls, _gamut(space, tags))


def read_matrix(icc: bytes) -> tuple[tuple[Curve, ...], tuple[Column, ...]] | None:
    """Of a sound RGB profile that is three curves and a matrix: the light of each of 256 codes, and
    what full red, green and blue are in linear sRGB. None of any other: of one with a table
    besides, which colour management takes instead, whose black is not black, which it makes so, or
    whose numbers are absurd, of which it makes something else.
    """
    profile = read_profile(icc)
    if profile.error or profile.space != "RGB" or profile.cls not in _MATRIX_CLASSES:
        return None
    if icc[8] > _LAST_VERSION or icc[20:24] not in _CONNECTIONS:
        return None
    tags, _ = _read_tags(icc)
    if any(name.startswith(_TABLES) for name in tags):
        return None
    codes = tuple(code / 255 for code in range(256))
    curves = [read_curve(tags.get(name, b""), codes) for name in ("rTRC", "gTRC", "bTRC")]
    columns = [_xyz(tags.get(name, b"")) for name in ("rXYZ", "gXYZ", "bXYZ")]
    sound = tuple(
        tuple(min(light, 1.0) for light in curve)
        for curve in curves
        if curve and min(curve) >= 0.0 and max(curve) <= _MOST_LIGHT
    )
    found = tuple(
        column
        for column in (_in_srgb(column) for column in columns if column)
        if max(map(abs, column)) <= _MOST_OF_SRGB
    )
    black = not any(curve[0] for curve in sound)
    return (sound, found) if len(sound) == len(found) == 3 and black else None


def gamut_of_cicp(cicp: tuple[int, int, int]) -> Gamut:
    """What the code points of an nclx or cICP box stand for.

    Args:
        cicp: Colour primaries, transfer and matrix (ITU-T H.273).

    >>> gamut_of_cicp((12, 13, 6)), gamut_of_cicp((1, 13, 6)), gamut_of_cicp((1, 8, 0))
    ('wide', 'srgb', 'other')
    """
    primaries, transfer, _ = cicp
    if primaries in _WIDE_PRIMARIES:
        return "wide"
    return "srgb" if transfer in _CAMERA_TRANSFERS else "other"


def _signature(four: bytes) -> str:
    return clean_text(four.decode("latin-1").replace("\0", " "))


def _needed(space: str) -> tuple[tuple[str, ...], ...]:
    return _NEEDED.get(space, (("A2B0",), ("A2B1",)))


def _read_tags(icc: bytes) -> tuple[dict[str, bytes], str | None]:
    """The tags' contents by name; the first error met, with the tags that are sound."""
    declared = int.from_bytes(icc[:4], "big")
    count = int.from_bytes(icc[128:132], "big")
    error = None
    if declared > len(icc):
        error = f"it is cut short: {len(icc)} of {declared} bytes"
    elif declared < _HEADER_BYTES + 4 or count == 0 or count > _MAX_TAGS:
        error = "its table of contents makes no sense"
    tags: dict[str, bytes] = {}
    for index in range(min(count, _MAX_TAGS)):
        at = 132 + 12 * index
        name = _signature(icc[at : at + 4])
        start = int.from_bytes(icc[at + 4 : at + 8], "big")
        size = int.from_bytes(icc[at + 8 : at + 12], "big")
        if at + 12 > len(icc) or start < _HEADER_BYTES or start + size > len(icc):
            error = error or "its table of contents points outside of it"
        else:
            tags.setdefault(name, icc[start : start + size])
    return tags, error


def _description(tags: dict[str, bytes]) -> str:
    tag = tags.get("desc", b"")
    if tag[:4] == b"desc":
        size = int.from_bytes(tag[8:12], "big")
        return clean_text(tag[12 : 12 + min(size, 1000)].split(b"\0", 1)[0].decode("latin-1"))
    if tag[:4] == b"text":
        return clean_text(tag[8:1000].split(b"\0", 1)[0].decode("latin-1"))
    if tag[:4] == b"mluc":
        return _localised(tag)
    return ""


def _localised(tag: bytes) -> str:
    """The English text of a multi-localised tag, else its first."""
    texts: list[str] = []
    for index in range(min(int.from_bytes(tag[8:12], "big"), 100)):
        record = tag[16 + 12 * index : 28 + 12 * index]
        size = int.from_bytes(record[4:8], "big")
        start = int.from_bytes(record[8:12], "big")
        text = clean_text(tag[start : start + min(size, 1000)].decode("utf-16-be", "replace"))
        if record[:2] == b"en" and text:
            return text
        texts.append(text)
    return texts[0] if texts else ""


def _usable(tags: dict[str, bytes], name: str) -> bool:
    """The tag is there and begins as its kind has to."""
    tag = tags.get(name, b"")
    if name.endswith("XYZ"):
        return _xyz(tag) is not None
    if name.endswith("TRC"):
        return read_curve(tag) is not None
    return tag[:4] in (b"mft1", b"mft2", b"mAB ") and len(tag) >= 32


def _gamut(space: str, tags: dict[str, bytes]) -> Gamut:
    if "A2B0" in tags and not _usable(tags, "rXYZ"):
        return "other"
    if space == "GRAY":
        curve = read_curve(tags.get("kTRC", b""))
        return "srgb" if curve and is_srgb_curve(curve) else "other"
    if space != "RGB":
        return "other"
    columns = [_xyz(tags.get(name, b"")) for name in ("rXYZ", "gXYZ", "bXYZ")]
    curves = [read_curve(tags.get(name, b"")) for name in ("rTRC", "gTRC", "bTRC")]
    found = [_in_srgb(column) for column in columns if column]
    if len(found) < 3:
        return "other"
    if min(min(primary) for primary in found) < -_WIDE:
        return "wide"
    ideal = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    same_columns = all(
        abs(value - wanted) <= _SAME_COLUMNS
        for primary, target in zip(found, ideal, strict=True)
        for value, wanted in zip(primary, target, strict=True)
    )
    # with a table besides the matrix, colour management takes the table (lcms, ColorSync)
    if not same_columns or "A2B0" in tags:
        return "other"
    return "srgb" if all(curve and is_srgb_curve(curve) for curve in curves) else "other"


def _xyz(tag: bytes) -> Column | None:
    if tag[:4] != b"XYZ " or len(tag) < 20:
        return None
    x, y, z = (s15_fixed16(tag, at) for at in (8, 12, 16))
    return x, y, z


def _in_srgb(xyz: Column) -> Column:
    """A colour of the D50 connection space in linear sRGB, by Cramer's rule."""
    red, green, blue = _SRGB_COLUMNS
    whole = _determinant(red, green, blue)
    return (
        _determinant(xyz, green, blue) / whole,
        _determinant(red, xyz, blue) / whole,
        _determinant(red, green, xyz) / whole,
    )


def _determinant(a: tuple[float, ...], b: tuple[float, ...], c: tuple[float, ...]) -> float:
    return (
        a[0] * (b[1] * c[2] - b[2] * c[1])
        - b[0] * (a[1] * c[2] - a[2] * c[1])
        + c[0] * (a[1] * b[2] - a[2] * b[1])
    )
