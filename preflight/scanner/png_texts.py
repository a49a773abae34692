"""PNG's metadata chunks: texts, Exif, XMP and the colour profile. Inflates no more than allowed."""

from __future__ import annotations

import binascii
from dataclasses import dataclass

from preflight.scanner.bounds import InflateError, inflate

TEXT_CHUNKS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_XMP = b"XML:com.adobe.xmp"
_RAW_PROFILE = b"Raw profile type "
_EXIF_PREFIX = b"Exif\0\0"

_TECHNICAL = (b"software", b"creation time", b"date:", b"png:", b"xml:", b"raw profile")
"""Keywords, in lower case, of texts that programs write by themselves: no comment."""

_SUSPECT_BYTES, _SUSPECT_TOTAL_BYTES = 1000, 60_000
"""Compressed sizes from which one chunk may inflate to more than 1 MiB, and all of them to more
than 64 MiB, where Pillow gives up; deflate shrinks by 1,032 at most."""


@dataclass(slots=True)
class Texts:
    """What the metadata chunks hold, collected chunk by chunk.

    Attributes:
        max_bytes: Most bytes that one of them may inflate to.
        exif, xmp, iptc, icc: As in `Structure`, the first of each.
        icc_error: As in `Structure`.
        comment: As in `Structure`.
        problems: What could not be inflated, in words.
        refused: Pillow may refuse the file, the picture with it, for what these inflate to.
    """

    max_bytes: int
    exif: bytes | None = None
    xmp: bytes | None = None
    iptc: bytes | None = None
    icc: bytes | None = None
    icc_error: str | None = None
    comment: bool = False
    problems: tuple[str, ...] = ()
    refused: bool = False
    _deflated_bytes: int = 0

    def add(self, name: bytes, body: bytes) -> None:
        """Reads one chunk; others than metadata are ignored."""
        if name in (b"iCCP", b"zTXt", b"iTXt"):
            self._deflated_bytes += len(body)
            self.refused |= (
                len(body) > _SUSPECT_BYTES or self._deflated_bytes > _SUSPECT_TOTAL_BYTES
            )
        if name == b"eXIf":
            # Some writers put the JPEG prefix in front. eXIf outranks an old raw profile.
            self.exif = body.removeprefix(_EXIF_PREFIX)[: self.max_bytes] or None
        elif name == b"iCCP":
            self._add_profile(body)
        elif name in TEXT_CHUNKS:
            self._add_text(name, body)

    def _add_profile(self, body: bytes) -> None:
        if self.icc is not None:
            return
        _title, _zero, rest = body[:81].partition(b"\0")
        start = len(_title) + 2
        if not rest or body[start - 1] != 0:
            self.icc_error = "the profile's chunk is damaged"
            return
        try:
            with memoryview(body) as view:
                self.icc = inflate(view[start:], self.max_bytes)
        except InflateError as error:
            self.icc_error = str(error)

    def _add_text(self, name: bytes, body: bytes) -> None:
        keyword = body[:80].partition(b"\0")[0]
        if keyword == _XMP:
            if self.xmp is None:
                self.xmp = self._text(name, body, len(keyword) + 1)
        elif keyword.startswith(_RAW_PROFILE):
            self._add_raw_profile(name, body, keyword)
        elif len(body) > len(keyword) + 1 and not keyword.lower().startswith(_TECHNICAL):
            self.comment = True

    def _add_raw_profile(self, name: bytes, body: bytes, keyword: bytes) -> None:
        """ImageMagick's way before eXIf existed: name, length and hexadecimal digits."""
        kind = keyword.removeprefix(_RAW_PROFILE).strip().lower()
        wanted = {
            b"exif": self.exif,
            b"app1": self.exif,
            b"xmp": self.xmp,
            b"iptc": self.iptc,
            b"8bim": self.iptc,
            b"icc": self.icc,
            b"icm": self.icc,
        }
        if kind not in wanted or wanted[kind] is not None:
            return
        text = self._text(name, body, len(keyword) + 1, hexadecimal=True)
        profile = _from_hexadecimal(text)[: self.max_bytes]
        if not profile:
            return
        if kind in (b"exif", b"app1"):
            if profile.startswith((_EXIF_PREFIX, b"II*\0", b"MM\0*")):
                self.exif = profile.removeprefix(_EXIF_PREFIX)
            elif b"<x:xmpmeta" in profile[:4096] and self.xmp is None:
                self.xmp = profile[profile.find(b"<") :]
        elif kind == b"xmp":
            self.xmp = profile
        elif kind in (b"iptc", b"8bim"):
            self.iptc = profile

    def _text(self, name: bytes, body: bytes, start: int, hexadecimal: bool = False) -> bytes:
        """The text of a chunk behind its keyword; empty if it cannot be had."""
        compressed = name == b"zTXt"
        if name == b"zTXt":
            start += 1
        elif name == b"iTXt":
            compressed = body[start : start + 1] == b"\1"
            start += 2
            for _field in ("language", "translated keyword"):
                start = body.find(b"\0", start) + 1
                if not start:
                    return b""
        limit = 2 * self.max_bytes if hexadecimal else self.max_bytes
        if not compressed:
            return body[start : start + limit]
        try:
            with memoryview(body) as view:
                return inflate(view[start:], limit)
        except InflateError as error:
            self.problems += (str(error),)
            return b""


def _from_hexadecimal(text: bytes) -> bytes:
    """The bytes of a raw profile: a name line, a length line, then digits."""
    lines = text.strip().split(b"\n", 2)
    if len(lines) < 3:
        return b""
    digits = b"".join(lines[2].split())
    try:
        return binascii.unhexlify(digits[: len(digits) // 2 * 2])
    except binascii.Error:
        return b""
