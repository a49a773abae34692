import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from preflight.scanner.kind import OPENABLE
from preflight.scanner.sniff import EXTENSIONS, KINDS, sniff

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


def box(name: bytes, content: bytes) -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + name + content


def heif(brands: bytes, *item_types: bytes, primary: int = 1) -> bytes:
    """A file of an ftyp and a meta box that declares items of these types."""
    entries = b"".join(
        box(b"infe", b"\x02\0\0\0" + number.to_bytes(2, "big") + b"\0\0" + item + b"\0")
        for number, item in enumerate(item_types, 1)
    )
    iinf = box(b"iinf", b"\0\0\0\0" + len(item_types).to_bytes(2, "big") + entries)
    pitm = box(b"pitm", b"\0\0\0\0" + primary.to_bytes(2, "big"))
    meta = box(b"meta", b"\0\0\0\0" + pitm + iinf) if item_types else b""
    return box(b"ftyp", brands[:4] + b"\0\0\0\0" + brands[4:]) + meta


def tiff(*tags: tuple[int, int, int], magic: bytes = b"II*\0") -> bytes:
    """A TIFF directory of (tag, type, value)."""
    entries = b"".join(
        tag.to_bytes(2, "little")
        + type_.to_bytes(2, "little")
        + b"\1\0\0\0"
        + value.to_bytes(4, "little")
        for tag, type_, value in tags
    )
    return magic + b"\x08\0\0\0" + len(tags).to_bytes(2, "little") + entries + b"\0\0\0\0"


@pytest.mark.parametrize(
    ("format_", "pillow"),
    [
        ("jpeg", "JPEG"),
        ("jpeg", "MPO"),
        ("png", "PNG"),
        ("avif", "AVIF"),
        ("webp", "WEBP"),
        ("gif", "GIF"),
        ("tiff", "TIFF"),
        ("bmp", "BMP"),
        ("jp2", "JPEG2000"),
        ("ico", "ICO"),
        ("icns", "ICNS"),
        ("tga", "TGA"),
        ("pcx", "PCX"),
        ("pnm", "PPM"),
        ("dds", "DDS"),
        ("eps", "EPS"),
        ("pdf", "PDF"),
    ],
)
def test_what_pillow_writes(format_: str, pillow: str) -> None:
    file = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(file, pillow)
    found = sniff(file.getvalue(), "tga" if pillow == "TGA" else "jpg")
    assert (found.format, found.is_image) == (format_, format_ in OPENABLE)


@pytest.mark.parametrize(
    ("data", "format_"),
    [
        (heif(b"heicmif1"), "heic"),
        (heif(b"heix"), "heic"),
        (heif(b"mif1heic"), "heic"),
        (heif(b"mif1avif"), "avif"),
        (heif(b"mif1", b"hvc1"), "heic"),
        (heif(b"mif1", b"av01"), "avif"),
        (heif(b"mif1heic", b"grid", b"av01", b"av01"), "avif"),
        (heif(b"mif1", b"unci"), "heif"),
        (heif(b"mif1", b"jpeg", b"hvc1", primary=1), "heif"),
        (heif(b"mif1", b"jpeg", b"hvc1", primary=2), "heic"),
        (heif(b"mif1"), "heif"),
        (heif(b"avismsf1"), "avif"),
        (heif(b"hevcmsf1"), "heic"),
        (heif(b"crx isom"), "raw"),
        (heif(b"qt  "), "video"),
        (heif(b"isomiso2"), "video"),
        (heif(b"M4A isom"), "audio"),
        (box(b"wide", b"") + box(b"mdat", b"1234"), "video"),
        (b"\xff\x0a\xff\x07\x08\x83", "jxl"),
        (b"\xff\xd8\xff\xf7\0\x14\x08\2\0\2\0\3", "jls"),
        (b"\xff\xd8\xff\xe8\0 SPIFF\0\2\0\0\3\0\0\2\0\0\0\2\0\x0a\x08\6\1", "jls"),
        (b"\xff\xd8\xff\xe8\0 SPIFF\0\2\0\0\3\0\0\2\0\0\0\2\0\x0a\x08\5\1", "jpeg"),
        (b"\0\0\0\x0cJXL \r\n\x87\n" + b"\0" * 9, "jxl"),
        (b"8BPS\0\1", "psd"),
        (b"  <?xml version='1.0'?>\n<!-- a --><svg xmlns='x'>", "svg"),
        (b"<!doctype html><body><svg></svg>", "html"),
        (b"\n<HTML><HEAD>", "html"),
        (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC ""><html xmlns="">', "html"),
        (b"\xff\xfe" + "<html>".encode("utf-16-le"), "html"),
        (b"<Error><Code>AccessDenied</Code></Error>", "xml"),
        (b'{"error": "not found"}', "json"),
        (b"[1, 2]", "json"),
        (b"[draft] a note", "text"),
        (b"BMW is a car, and this is a text.", "text"),
        (b"P3RSONAL notes", "text"),
        ("Grüße aus Köln".encode("latin-1"), "text"),
        (("x" * 4095 + "é").encode(), "text"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00", "lfs-pointer"),
        (b"<?xml version='1.0'?><plist><key>adjustmentFormatIdentifier</key>", "aae"),
        (b"<?xml version='1.0'?><plist>", "plist"),
        (b"bplist00\xd1", "plist"),
        (b"data:image/png;base64,iVBORw0KGgo=", "base64"),
        (b"/9j/4AAQSkZJRgABAQ", "base64"),
        (b"BEGIN:VCARD\n", "contact"),
        (b"From: a@example.org\nTo: b", "email"),
        (b"PK\x03\x04" + b"\0" * 26 + b"word/document.xml", "document"),
        (b"PK\x03\x04" + b"\0" * 26 + b"photos/anna.jpg", "zip"),
        (b"PK\x03\x04" + b"\0" * 26 + b"mimetypeimage/openraster", "layers"),
        (b"\x1f\x8b\x08", "archive"),
        (b"7z\xbc\xaf\x27\x1c", "archive"),
        (b"junk\n%PDF-1.4", "pdf"),
        (b"\x1aE\xdf\xa3\x01", "video"),
        (b"RIFF\x10\0\0\0AVI LIST", "video"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "audio"),
        (b"ID3\x04\0", "audio"),
        (b"MZ\x90" + b"\0" * 80, "program"),
        (b"SQLite format 3\0\x10", "sqlite"),
        (b"\0\x05\x16\x07\0\x02", "appledouble"),
        (b"BM\x46\0\0\0", "bmp"),
        (b"\x89PNG\n\x1a\n", "png"),
        (b"\xff\xd8", "jpeg"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "webp"),
        (b"", "empty"),
        (b"\0", "zeros"),
        (b"\0" * 70000, "zeros"),
        (b"\xff" * 70000, "zeros"),
        (b"A" * 16, "zeros"),
        (b"A" * 15, "text"),
        (b"\0" * 70000 + b"\1", "unknown"),
        (bytes(range(1, 255)), "unknown"),
    ],
)
def test_signatures(data: bytes, format_: str) -> None:
    assert sniff(data, "jpg").format == format_


def test_a_lost_beginning_is_said() -> None:
    assert sniff(b"\0" * 600 + b"JFIF", "jpg").name == "a file whose beginning is only zeros"


def test_names_are_plain_words_with_an_article() -> None:
    assert sniff(b"<html>", "jpg").name == "a web page, not a picture"
    assert sniff(heif(b"heicmif1"), "heic").name == "a HEIC photo (the iPhone's own format)"
    assert sniff(b"%PDF-1.5", "pdf").name == "a PDF document"
    assert sniff(b"%PDF-1.5", "ai").name == "an Illustrator drawing"
    assert all(name.startswith(("a ", "an ", "the ")) for name in KINDS.values())


@pytest.mark.parametrize(
    ("data", "extension", "format_"),
    [
        (tiff((0x106, 3, 32803)), "tif", "raw"),  # a sensor's pattern
        (tiff((0xC612, 1, 1)), "", "raw"),  # DNG's version
        (tiff((0x14A, 4, 26), (0x106, 3, 2))[:-4] + tiff((0x106, 3, 34892))[8:], "", "tiff"),
        (b"II*\0\x10\0\0\0CR\x02\0" + b"\0" * 20, "jpg", "raw"),
        (tiff((0xFE, 4, 1)), "nef", "raw"),  # the first picture is only a preview
        (tiff((0xFE, 4, 1)), "tif", "tiff"),
        (tiff((0x106, 3, 2)), "nef", "tiff"),  # a plain picture under a raw's name
        (b"II+\0\x08\0\0\0", "tif", "tiff"),
        (b"MM\0*", "tif", "tiff"),
        (b"IIU\0\x08\0\0\0", "tif", "raw"),
    ],
)
def test_camera_raw_is_told_from_tiff(data: bytes, extension: str, format_: str) -> None:
    assert sniff(data, extension).format == format_


def test_a_raw_picture_in_a_second_directory_is_found() -> None:
    first = tiff((0x14A, 4, 26))[:-4]  # 22 bytes, and the offset of the next directory
    assert len(first) == 22
    second = tiff((0x106, 3, 32803))[8:]
    assert sniff(first + b"\0\0\0\0" + second, "").format == "raw"
    assert sniff(first + (26).to_bytes(4, "little") + second, "").format == "raw"


def test_a_loop_of_directories_ends() -> None:
    loop = tiff((0x106, 3, 2))[:-4] + (8).to_bytes(4, "little")
    assert sniff(loop, "tif").format == "tiff"


@given(st.binary(max_size=300), st.sampled_from(["", "jpg", "tga", "nef"]))
def test_any_bytes_get_an_answer(data: bytes, extension: str) -> None:
    found = sniff(data, extension)
    assert found.format in KINDS
    assert found.is_image == (found.format in OPENABLE)


@given(
    st.sampled_from(
        [b"II*\0", b"MM\0*", b"\0\0\0\x18ftypmif1", b"PK\x03\x04", b"BM", b"<", b"\0\0"]
    ),
    st.binary(max_size=200),
)
def test_any_bytes_behind_a_signature_get_an_answer(head: bytes, tail: bytes) -> None:
    assert sniff(head + tail, "jpg").format in KINDS


@pytest.mark.corpus
def test_every_real_file_is_what_its_manifest_says() -> None:
    if not CORPUS.exists():
        pytest.skip("../shared/corpus is not here")
    names = {"HEIF": "heic", "JXL": "jxl"}
    wrong = []
    for row in csv.DictReader((CORPUS / "manifest.csv").read_text("utf-8").splitlines()):
        extension = row["file"].rsplit(".", 1)[1].lower()
        found = sniff((CORPUS / row["file"]).read_bytes(), extension)
        wanted = names.get(row["true_format"], row["true_format"].lower())
        fits = extension in EXTENSIONS.get(found.format, frozenset())
        if found.format != wanted or fits != (row["extension_ok"] == "1"):
            wrong.append((row["file"], found.format))
    # the manifest does not name what is no picture, nor HEIF that is neither HEVC nor AV1
    assert wrong == [("d055-fixture-json.webp", "json"), ("d062-uncompressed.heif", "heif")]


@pytest.mark.parametrize(
    ("size", "format_"),
    [
        (lambda meta: b"\0\0\0\1meta" + (len(meta) + 8).to_bytes(8, "big"), "avif"),
        (lambda meta: b"\0\0\0\0meta", "avif"),  # until the end of the file
        (lambda meta: b"\0\0\0\7meta", "heif"),  # no box is that short
    ],
)
def test_every_way_to_write_a_box_size(size: Callable[[bytes], bytes], format_: str) -> None:
    file = heif(b"mif1", b"av01")
    at = file.index(b"meta") - 4
    meta = file[at:]
    assert sniff(file[:at] + size(meta) + meta[8:], "heic").format == format_
