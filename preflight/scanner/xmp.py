"""XMP: searches a packet for what identifies a person or a place.

By bounded text search and not with an XML parser: packets come from strangers (entities that
expand), are often damaged, and a few property names are all that matters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from preflight.frozen import frozen

_MAX_BYTES = 4_000_000
_MAX_HITS = 200
_MAX_VALUE = 4000

_PLACES = (
    "photoshop:City",
    "photoshop:State",
    "photoshop:Country",
    "Iptc4xmpCore:Location",
    "Iptc4xmpExt:City",
    "Iptc4xmpExt:Sublocation",
    "Iptc4xmpExt:ProvinceState",
    "Iptc4xmpExt:CountryName",
    "Iptc4xmpExt:LocationName",
)
_POSITIONS = (":GPSLatitude", ":GPSLongitude", ":GpsLatitude", ":GpsLongitude")
"""Exif's in XMP, and a drone maker's own spelling."""

_PERSONAL = {
    "dc:creator": "the photographer's name",
    "dc:rights": "the copyright holder's name",
    "xmpRights:Owner": "the owner's name",
    "aux:OwnerName": "the owner's name",
    "exifEX:CameraOwnerName": "the owner's name",
    "aux:SerialNumber": "the camera's serial number",
    "exifEX:BodySerialNumber": "the camera's serial number",
    "aux:LensSerialNumber": "the lens's serial number",
    "exifEX:LensSerialNumber": "the lens's serial number",
    "Iptc4xmpExt:PersonInImage": "the names of people in the photo",
    "MPReg:PersonDisplayName": "the names of people in the photo",
    "MPReg:PersonEmailDigest": "the e-mail address of people in the photo, scrambled",
    "Iptc4xmpCore:CiEmailWork": "the photographer's contact details",
    "Iptc4xmpCore:CiTelWork": "the photographer's contact details",
    "Iptc4xmpCore:CiAdrExtadr": "the photographer's contact details",
}
_REGIONS, _REGION_NAME = "mwg-rs:Regions", "mwg-rs:Name"
_THUMBNAILS = ("xmpGImg:image", "xapGImg:image")
_TAG = r"<[^<>]{0,1000}>?"


@frozen
class XmpPacket:
    """The text of a packet, decoded as far as possible."""

    text: str

    @classmethod
    def parse(cls, data: bytes) -> XmpPacket:
        """Decodes a packet: UTF-8, or UTF-16 and UTF-32, which have zeros between the letters."""
        head = data[:_MAX_BYTES]
        if b"\0" in head[:200]:
            # every name that is searched for is ASCII; taking the zeros out decodes these
            head = head.replace(b"\0", b"")
        return cls(head.decode("utf-8", "replace"))

    def personal(self) -> list[str]:
        """What identifies a person or device, in plain words."""
        words = [word for name, word in _PERSONAL.items() if any(self._values(name))]
        if _REGIONS in self.text and any(self._values(_REGION_NAME)):
            words.append("the names of people in the photo")
        return words

    def names_place(self) -> bool:
        """A city, state, country or other place is named."""
        return any(any(self._values(name)) for name in _PLACES)

    def has_position(self) -> bool:
        """A latitude or longitude that is not zero."""
        return any(re.search("[1-9]", value) for name in _POSITIONS for value in self._values(name))

    def has_thumbnail(self) -> bool:
        """A small copy of the picture is inside."""
        return any(any(self._values(name)) for name in _THUMBNAILS)

    def orientation(self) -> int | None:
        """`tiff:Orientation` if it is a number."""
        for value in self._values("tiff:Orientation"):
            if value.isdecimal() and len(value) < 6:
                return int(value)
        return None

    def _values(self, name: str) -> Iterator[str]:
        """The non-empty values of a property, as attribute or as element, tags taken out."""
        text, at = self.text, 0
        for _ in range(_MAX_HITS):
            at = text.find(name, at)
            if at < 0:
                return
            at += len(name)
            following = text[at : at + 40].lstrip()
            if following.startswith("="):
                value = _quoted(text[at : at + _MAX_VALUE])
            elif following[:1] == ">" or text[at : at + 1].isspace():
                value = _content(text[at : at + _MAX_VALUE], name)
            else:  # a longer name, or the end of an element
                continue
            if value:
                yield value


def _quoted(text: str) -> str:
    """The attribute value in `="…"`."""
    match = re.match(r"\s*=\s*(?:\"([^\"]*)|'([^']*))", text)
    return (match[1] or match[2] or "").strip() if match else ""


def _content(text: str, name: str) -> str:
    """The text between an element's start tag and its end, without the tags in between."""
    start = text.find(">")
    if start < 0 or text[start - 1 : start] == "/":
        return ""
    end = text.find("</", start)
    close = text.find(name + ">", start)
    inside = text[start + 1 : close if close > 0 else end if end > 0 else None]
    return re.sub(_TAG, " ", inside).strip()
