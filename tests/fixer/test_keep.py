"""Kept metadata: all but location, orientation, previews and maker notes; safe on any bytes."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, TiffImagePlugin

from preflight.fixer.keep import kept_exif, kept_xmp


def camera_exif() -> bytes:
    """What a phone writes, with all that must not survive."""
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif[0x0110] = "Model of some length"
    exif[0x0112] = 6
    exif[0x8298] = "Copyright someone"
    details = exif.get_ifd(0x8769)
    details[0x9003] = "2024:01:02 03:04:05"
    details[0x829A] = TiffImagePlugin.IFDRational(1, 120)
    details[0x927C] = b"hidden preview" * 20
    details[0xA002] = 4032
    position = exif.get_ifd(0x8825)
    position[1] = "N"
    position[2] = (52.0, 31.0, 0.0)
    return exif.tobytes()


def read(block: bytes) -> Image.Exif:
    exif = Image.Exif()
    exif.load(block)
    return exif


def test_camera_and_date_stay_and_the_rest_goes() -> None:
    block = kept_exif(camera_exif())
    assert block is not None
    assert block.startswith(b"Exif\0\0")
    exif = read(block)
    assert exif[0x010F] == "Maker"
    assert exif[0x0110] == "Model of some length"
    assert exif[0x8298] == "Copyright someone"
    assert set(exif) == {0x010F, 0x0110, 0x8298, 0x8769}
    details = exif.get_ifd(0x8769)
    assert details[0x9003] == "2024:01:02 03:04:05"
    assert float(details[0x829A]) == pytest.approx(1 / 120)
    assert set(details) == {0x9003, 0x829A}
    assert b"hidden" not in block
    assert not exif.get_ifd(0x8825)


def test_the_thumbnail_is_left_out() -> None:
    # IFD0 with a Make, IFD1 with a JPEG behind it.
    ifd0 = struct.pack("<HHHI4sI", 1, 0x010F, 2, 4, b"abc\0", 26)
    ifd1 = struct.pack("<HHHIIHHIII", 2, 0x0201, 4, 1, 60, 0x0202, 4, 1, 9, 0)
    whole = b"II*\0\x08\0\0\0" + ifd0 + ifd1
    block = kept_exif(whole + bytes(60 - len(whole)) + b"THUMBNAIL")
    assert block is not None
    assert b"THUMBNAIL" not in block
    assert read(block)[0x010F] == "abc"


@pytest.mark.parametrize("block", [None, b"", b"II*\0", b"nothing", b"MM\0*\0\0\0\x08\0\0"])
def test_nothing_to_keep(block: bytes | None) -> None:
    assert kept_exif(block) is None


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=120), st.booleans())
def test_any_bytes_give_a_readable_block_or_none(tail: bytes, little: bool) -> None:
    head = b"II*\0\x08\0\0\0" if little else b"MM\0*\0\0\0\x08"
    block = kept_exif(head + tail)
    assert block is None or len(block) < 60_100
    if block is not None:
        again = kept_exif(block)
        assert again == block


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_damaged_exif_never_raises(data: st.DataObject) -> None:
    block = bytearray(camera_exif())
    for _ in range(data.draw(st.integers(1, 6))):
        block[data.draw(st.integers(6, len(block) - 1))] = data.draw(st.integers(0, 255))
    kept = kept_exif(bytes(block))
    assert kept is None or kept.startswith(b"Exif\0\0")


XMP = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 xmlns:GDepth="http://ns.google.com/photos/1.0/depthmap/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 exif:GPSLatitude="52,31N" tiff:Orientation="6" photoshop:City="Berlin" xmp:Rating="5"
 GDepth:Data="/9j/4AAQ">
<dc:title><rdf:Alt><rdf:li>A title</rdf:li></rdf:Alt></dc:title>
<photoshop:Country>Germany</photoshop:Country>
<xmp:Thumbnails><rdf:Alt><rdf:li>/9j/4BBB</rdf:li></rdf:Alt></xmp:Thumbnails>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def test_xmp_keeps_titles_and_drops_places_and_pictures() -> None:
    packet = kept_xmp(XMP)
    assert packet is not None
    for kept in (b"A title", b"Rating"):
        assert kept in packet
    for gone in (b"52,31", b"Orientation", b"Berlin", b"Germany", b"/9j/", b"Thumbnails"):
        assert gone not in packet


@pytest.mark.parametrize(
    "packet",
    [
        None,
        b"",
        b"no xml",
        b"\xff\xfe<\0a\0",
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>',
        b"<a>" * 500 + b"</a>" * 500,
        b"<a>" + b"x" * 300_000 + b"</a>",
    ],
)
def test_xmp_that_is_not_safe_is_dropped(packet: bytes | None) -> None:
    assert kept_xmp(packet) is None
