import csv
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, UnidentifiedImageError

from preflight.facts import Metadata
from preflight.limits import Limits
from preflight.scanner import jpeg
from preflight.scanner.exif import Tiff, read_ifd
from preflight.scanner.metadata import orientation_of, read_metadata
from preflight.scanner.structure import Structure

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"

Tag = tuple[int, int, int, bytes]
"""Tag, type, count, value."""


def short(tag: int, value: int) -> Tag:
    return (tag, 3, 1, struct.pack("<H", value))


def long(tag: int, value: int) -> Tag:
    return (tag, 4, 1, struct.pack("<I", value))


def text(tag: int, value: str) -> Tag:
    raw = value.encode() + b"\0"
    return (tag, 2, len(raw), raw)


def degrees(tag: int, *parts: tuple[int, int]) -> Tag:
    return (tag, 5, len(parts), b"".join(struct.pack("<II", *part) for part in parts))


def ifd(start: int, tags: list[Tag], following: int = 0) -> bytes:
    """A directory that begins at `start`, its values behind it."""
    values_at = start + 2 + 12 * len(tags) + 4
    entries, values = b"", b""
    for tag, type_, count, raw in tags:
        if len(raw) > 4:
            field, values = struct.pack("<I", values_at + len(values)), values + raw
        else:
            field = raw.ljust(4, b"\0")
        entries += struct.pack("<HHI", tag, type_, count) + field
    return struct.pack("<H", len(tags)) + entries + struct.pack("<I", following) + values


def exif(
    first: list[Tag], gps: list[Tag] | None = None, exif_ifd: list[Tag] | None = None
) -> bytes:
    data, pointers = b"", []
    for tag, tags in ((0x8825, gps), (0x8769, exif_ifd)):
        if tags is not None:
            pointers.append(long(tag, 1000 + len(data)))
            data += ifd(1000 + len(data), tags)
    head = b"II*\0\x08\0\0\0" + ifd(8, first + pointers)
    return head.ljust(1000, b"\0") + data


def read(exif_block: bytes | None = None, xmp: str | None = None) -> Metadata:
    return read_metadata(Structure(exif=exif_block, xmp=xmp.encode() if xmp is not None else None))


LATITUDE = degrees(2, (48, 1), (51, 1), (2990, 100))
LONGITUDE = degrees(4, (2, 1), (17, 1), (40, 1))


def test_nothing_inside() -> None:
    assert read_metadata(Structure()) == Metadata()


def test_presence() -> None:
    structure = Structure(exif=b"junk", xmp=b"junk", iptc=True, comment=True)
    found = read_metadata(structure)
    assert found == Metadata(exif=True, xmp=True, iptc=True, comment=True)


@pytest.mark.parametrize("prefix", [b"", b"Exif\0\0"])
def test_a_phone(prefix: bytes) -> None:
    first = [text(0x10F, "Apple"), text(0x110, "iPhone 12"), short(0x112, 6)]
    first.append(text(0x13C, "iPhone 12"))
    found = read(prefix + exif(first, [LATITUDE, LONGITUDE]))
    assert found == Metadata(exif=True, location=True, camera="Apple iPhone 12", exif_orientation=6)


@pytest.mark.parametrize(
    ("gps", "location"),
    [
        ([LATITUDE, LONGITUDE], True),
        ([(2, 5, 3, LATITUDE[3]), (0x1D, 2, 11, b"2024:01:01\0"), LONGITUDE], True),
        ([degrees(0x14, (1, 1)), degrees(0x16, (0, 1))], True),
        ([], False),
        ([LATITUDE], False),
        ([degrees(2, (0, 1), (0, 1), (0, 1)), degrees(4, (0, 1), (0, 1), (0, 1))], False),
        ([degrees(2, (0, 0), (0, 0), (0, 0)), degrees(4, (0, 0), (0, 0), (0, 0))], False),
        ([text(2, "48.5"), text(4, "2.3")], False),
        ([(0x1D, 2, 11, b"2024:01:01\0")], False),
        ([(0x1C, 7, 13, b"ASCII\0\0\0Paris")], True),
        ([(0x1C, 7, 10, b"ASCII\0\0\0\0\0")], False),
    ],
)
def test_position(gps: list[Tag], location: bool) -> None:
    assert read(exif([], gps)).location is location


@pytest.mark.parametrize(
    ("first", "exif_ifd", "personal"),
    [
        ([], [text(0xA431, "123456")], ("the camera's serial number",)),
        ([], [text(0xA435, "0000000000")], ()),
        ([], [text(0xA435, "00001A")], ("the lens's serial number",)),
        ([], [text(0xA430, "Anna Example")], ("the owner's name",)),
        ([text(0x13B, "Anna")], [], ("the photographer's name",)),
        ([text(0x13B, "   ")], [], ()),
        ([text(0x8298, "(c) Anna")], [], ("the copyright holder's name",)),
        ([(0x9C9D, 1, 10, "Anna\0".encode("utf-16-le"))], [], ("the photographer's name",)),
        ([text(0x13B, "A"), (0x9C9D, 1, 4, b"A\0\0\0")], [], ("the photographer's name",)),
        ([text(0x13C, "annas-laptop")], [], ("the computer's name",)),
    ],
)
def test_personal_tags(first: list[Tag], exif_ifd: list[Tag], personal: tuple[str, ...]) -> None:
    found = read(exif(first, exif_ifd=exif_ifd))
    assert (found.personal, found.location) == (personal, False)


@pytest.mark.parametrize(
    ("tag", "raw", "upright"),
    [
        (short(0x112, 1), 1, 1),
        (short(0x112, 8), 8, 8),
        (long(0x112, 3), 3, 3),
        (short(0x112, 0), 0, 1),
        (short(0x112, 9), 9, 1),
        (short(0x112, 100), 100, 1),
        ((0x112, 8, 1, b"\xff\xff"), -1, 1),
        ((0x112, 1, 1, b"\x08"), None, 1),  # a byte; browsers do not obey it
        ((0x112, 7, 1, b"\x08"), None, 1),
        ((0x112, 2, 2, b"6\0"), None, 1),
        ((0x112, 3, 0, b"\x06\0"), None, 1),
    ],
)
def test_orientation(tag: Tag, raw: int | None, upright: int) -> None:
    structure = Structure(exif=exif([tag]))
    metadata = read_metadata(structure)
    assert metadata.exif_orientation == raw
    assert orientation_of(structure, metadata) == upright


def test_orientation_counts_only_in_the_first_directory() -> None:
    first = ifd(8, [text(0x10F, "Maker")], following=200)
    block = (b"II*\0\x08\0\0\0" + first).ljust(200, b"\0") + ifd(200, [short(0x112, 6)])
    assert read(block).exif_orientation is None


def test_the_container_decides_about_orientation() -> None:
    structure = Structure(exif=exif([short(0x112, 6)]), orientation=1)
    assert orientation_of(structure, read_metadata(structure)) == 1
    assert orientation_of(replace(structure, orientation=3), Metadata(exif_orientation=6)) == 3


def test_xmp_orientation_is_told_but_not_obeyed() -> None:
    structure = Structure(xmp=b'<rdf:Description tiff:Orientation="6"/>')
    metadata = read_metadata(structure)
    assert metadata.xmp_orientation == 6
    assert orientation_of(structure, metadata) == 1


def test_thumbnail_in_the_second_directory() -> None:
    first = ifd(8, [text(0x10F, "Maker")], following=200)
    head = (b"II*\0\x08\0\0\0" + first).ljust(200, b"\0")
    assert read(head + ifd(200, [long(0x201, 300), long(0x202, 900)])).thumbnail
    assert read(head + ifd(200, [long(0x111, 300)])).thumbnail
    assert not read(head + ifd(200, [long(0x201, 300), long(0x202, 0)])).thumbnail
    assert not read(head + ifd(200, [])).thumbnail


def test_a_loop_of_directories_ends() -> None:
    block = b"II*\0\x08\0\0\0" + ifd(8, [long(0x201, 9), long(0x202, 9), long(0x8769, 8)], 8)
    assert read(block) == Metadata(exif=True)


def test_absurd_counts_are_bounded() -> None:
    tiff = Tiff.parse(
        b"II*\0\x08\0\0\0\xff\xff" + struct.pack("<HHI", 0x10F, 2, 2**32 - 1) + b"\0" * 4
    )
    assert tiff is not None
    entries, following = read_ifd(tiff, 8)
    assert (set(entries), following) == ({0x10F}, 0)
    assert len(entries[0x10F].raw) == len(tiff.data)


@pytest.mark.parametrize(
    ("make", "model", "camera"),
    [
        ("NIKON CORPORATION", "NIKON D3S", "NIKON D3S"),
        ("Apple", "iPhone 7", "Apple iPhone 7"),
        ("", "X\x1b[0m1", "X [0m1"),
        ("Canon", "", "Canon"),
        ("", "", None),
    ],
)
def test_camera(make: str, model: str, camera: str | None) -> None:
    assert read(exif([text(0x10F, make), text(0x110, model)])).camera == camera


@pytest.mark.parametrize(
    ("xmp", "location", "personal"),
    [
        ('<x exif:GPSLatitude="51,30.5N" exif:GPSLongitude="0,7.6W"/>', True, ()),
        ("<exif:GPSLatitude>51,30.5N</exif:GPSLatitude>", True, ()),
        ('<x exif:GPSLatitude="0,0.0N" exif:GPSLongitude="0,0.0E"/>', False, ()),
        ('<x exif:GPSLatitudeRef="1"/>', False, ()),
        ('<x drone-dji:GpsLatitude="+51.1"/>', True, ()),
        ("<x photoshop:City='Paris'/>", True, ("the name of the place",)),
        ('<x photoshop:City=""/>', False, ()),
        ("<photoshop:Country>France</photoshop:Country>", True, ("the name of the place",)),
        (
            "<dc:creator>\n<rdf:Seq><rdf:li>Anna</rdf:li></rdf:Seq></dc:creator>",
            False,
            ("the photographer's name",),
        ),
        ("<dc:creator><rdf:Seq><rdf:li/></rdf:Seq></dc:creator>", False, ()),
        ("<dc:creator/><x>Anna</x>", False, ()),
        ('<x aux:SerialNumber="123"/>', False, ("the camera's serial number",)),
        (
            '<mwg-rs:Regions><rdf:li><x mwg-rs:Name="Anna" mwg-rs:Type="Face"/></rdf:li>',
            False,
            ("the names of people in the photo",),
        ),
        ('<mwg-rs:Regions><rdf:li><x mwg-rs:Type="Face"/></rdf:li>', False, ()),
        (
            "<Iptc4xmpExt:PersonInImage><rdf:Bag><rdf:li>Anna</rdf:li>",
            False,
            ("the names of people in the photo",),
        ),
        ("no XMP at all", False, ()),
    ],
)
def test_xmp(xmp: str, location: bool, personal: tuple[str, ...]) -> None:
    found = read(xmp=xmp)
    assert (found.xmp, found.location, found.personal) == (True, location, personal)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le", "utf-32"])
def test_xmp_in_wide_letters(encoding: str) -> None:
    packet = '<?xpacket?><x photoshop:City="Köln" tiff:Orientation="8"/>'.encode(encoding)
    found = read_metadata(Structure(xmp=packet))
    assert (found.location, found.xmp_orientation) == (True, 8)


def test_xmp_thumbnail() -> None:
    assert read(xmp="<xmpGImg:image>/9j/4AAQ</xmpGImg:image>").thumbnail
    assert not read(xmp="<xmpGImg:image></xmpGImg:image>").thumbnail


@pytest.mark.timeout(10)
def test_hostile_xmp_is_searched_in_bounded_time() -> None:
    read(xmp="<dc:creator " * 300_000)
    read(xmp="<dc:creator>" + "<" * 3_000_000)
    read(xmp="photoshop:City=" * 200_000)


def iim(number: int, value: bytes) -> bytes:
    return bytes([0x1C, 2, number]) + len(value).to_bytes(2, "big") + value


def resource(number: int, content: bytes) -> bytes:
    head = b"8BIM" + number.to_bytes(2, "big") + b"\0\0" + len(content).to_bytes(4, "big")
    return head + content + b"\0" * (len(content) % 2)


@pytest.mark.parametrize(
    ("data", "location", "personal", "thumbnail"),
    [
        (iim(80, b"Anna"), False, ("the photographer's name",), False),
        (iim(80, b""), False, (), False),
        (iim(25, b"word") + iim(90, b"Paris"), True, ("the name of the place",), False),
        (
            resource(0x03ED, b"abc") + resource(0x0404, iim(116, b"(c) A")),
            False,
            ("the copyright holder's name",),
            False,
        ),
        (resource(0x040C, b"\xff\xd8"), False, (), True),
        (resource(0x0404, b"\x1c\x02\x50\xff\xff"), False, (), False),
        (b"8BIM", False, (), False),
    ],
)
def test_iptc(data: bytes, location: bool, personal: tuple[str, ...], thumbnail: bool) -> None:
    found = read_metadata(Structure(iptc=True, iptc_data=data))
    assert (found.location, found.personal, found.thumbnail) == (location, personal, thumbnail)


def test_blocks_inside_a_tiff() -> None:
    xmp, block = b'<x photoshop:City="Paris"/>', iim(80, b"Anna")
    found = read(exif([(0x2BC, 1, len(xmp), xmp), (0x83BB, 7, len(block), block)]))
    assert (found.xmp, found.iptc, found.location) == (True, True, True)
    assert found.personal == ("the photographer's name", "the name of the place")


@given(st.data())
def test_spoilt_blocks_never_raise(data: st.DataObject) -> None:
    first = [text(0x10F, "Maker"), short(0x112, 6), text(0x13B, "Anna")]
    block = bytearray(exif(first, [LATITUDE, LONGITUDE], [text(0xA431, "123456")]))
    for _ in range(data.draw(st.integers(1, 10))):
        block[data.draw(st.integers(0, 120))] = data.draw(st.integers(0, 255))
    junk = data.draw(st.binary(max_size=60))
    found = read_metadata(Structure(exif=bytes(block), xmp=junk, iptc_data=b"\x1c\x02" + junk))
    assert found.exif


@pytest.mark.corpus
def test_real_files_agree_with_the_manifest(monkeypatch: pytest.MonkeyPatch) -> None:
    if not CORPUS.exists():
        pytest.skip("../shared/corpus is not here")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    places, orientations, compared = [], [], 0
    for row in csv.DictReader((CORPUS / "manifest.csv").read_text("utf-8").splitlines()):
        # HEIF and AVIF need their container's say; the scan's own test compares them
        if row["true_format"] not in ("JPEG", "PNG", "WEBP", "TIFF"):
            continue
        path = CORPUS / row["file"]
        try:
            with Image.open(path) as image:
                info = image.info
                block = path.read_bytes() if image.format == "TIFF" else info.get("exif")
        except (UnidentifiedImageError, OSError):
            continue
        xmp = info.get("xmp", info.get("XML:com.adobe.xmp"))
        xmp = xmp.encode() if isinstance(xmp, str) else xmp
        found = read_metadata(Structure(exif=block, xmp=xmp))
        told = (str(found.exif_orientation or ""), str(found.xmp_orientation or ""))
        if told != (row["exif_orientation"], row["xmp_orientation"]):
            orientations.append(row["file"])
        if found.location != (row["gps"] == "1"):
            places.append(row["file"][:4])
            assert "the name of the place" in found.personal
        compared += 1
    assert compared >= 35
    assert orientations == []
    # four carry no coordinates, which is all the manifest looked for, but the name of a city
    assert places == ["d022", "d035", "d037", "d039"]


def test_names_in_a_jpegs_photoshop_block_are_read() -> None:
    block = b"Photoshop 3.0\0" + resource(0x03ED, b"dpi") + resource(0x0404, iim(90, b"Paris"))
    app13 = b"\xff\xed" + (len(block) + 2).to_bytes(2, "big") + block
    found = read_metadata(jpeg.read(b"\xff\xd8" + app13 + b"\xff\xd9", Limits()))
    assert (found.iptc, found.location, found.personal) == (True, True, ("the name of the place",))
    only_dpi = b"\xff\xd8" + app13.replace(b"\x04\x04", b"\x04\x05") + b"\xff\xd9"
    assert read_metadata(jpeg.read(only_dpi, Limits())) == Metadata()
