"""Files whose beginning was hit; where the picture is whole, Pillow says whether it matters."""

import io
import struct
import zlib

import heif_making as make
import pillow_heif
import pytest
from PIL import Image

from preflight import check, fix
from preflight.limits import Limits
from preflight.report import Report, Verdict
from preflight.scanner import brands, heif, reference

LIMITS = Limits()
pillow_heif.register_heif_opener(thumbnails=False)


@pytest.fixture(scope="module")
def heic() -> bytes:
    return make.heic(make.photo(400, 400), quality=60)


def saved(format_: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    make.photo(400, 400).save(buffer, format_, **options)
    return buffer.getvalue()


def damage(report: Report) -> list[tuple[str, str]]:
    """Kinds and names of what is wrong with the file."""
    return [(each.kind, each.what) for each in report.facts.damage]


def rules(report: Report) -> set[str]:
    return {finding.rule for finding in report.findings if finding.family in ("damage", "limits")}


PASSED_BY_LIBHEIF_1_21 = {"no-handler", "wrong-count"}


def pillow_opens(data: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
    except (OSError, SyntaxError, ValueError, RuntimeError):
        return False
    return True


def changed(data: bytes, at: int, value: int) -> bytes:
    return data[:at] + bytes([value]) + data[at + 1 :]


@pytest.mark.parametrize(
    ("kind", "offset", "value", "what"),
    [
        (b"ftyp", 4, 0xF1, "bad-brand"),
        (b"ftyp", 5, ord("x"), "bad-brand"),  # a brand of letters that nobody uses
        (b"ftyp", 7, ord("f"), "bad-brand"),
        (b"ftyp", 1, ord("T"), "bad-signature"),
        (b"meta", 4, 3, "unknown-version"),
        (b"hdlr", 4, 1, "unknown-version"),
        (b"hdlr", 13, ord("I"), "not-a-picture"),
        (b"hdlr", 2, 0, "no-handler"),
        (b"iinf", 9, 7, "wrong-count"),
        (b"infe", 7, 1, "hidden-picture"),
    ],
)
def test_a_hit_beginning_of_a_heic(heic, kind, offset, value, what) -> None:
    data = changed(heic, heic.index(kind) + offset, value)
    if what in PASSED_BY_LIBHEIF_1_21 and pillow_opens(data):
        pytest.skip("this libheif opens it: it is 1.21 or older")
    assert not pillow_opens(data)
    report = check(data)
    assert ("refused", what) in damage(report)
    assert rules(report) == {"damaged-header"}
    assert report.verdict is Verdict.FIXABLE
    assert "beginning of the file is damaged" in report.finding("damaged-header").message
    assert report.finding("damaged-header").step == "encode"
    mended = fix(data)
    assert mended.after is not None
    assert mended.after.verdict is Verdict.READY


@pytest.mark.parametrize(
    "brand",
    [
        "heic",
        "heix",
        "heim",
        "heis",
        "hevc",
        "hevx",
        "mif1",
        "mif2",
        "msf1",
        "miaf",
        "MiHB",
        "unif",
        "1pic",
        "avif",
        "avis",
        "jpeg",
        "j2ki",
    ],
)
def test_brands_that_are_in_use_are_clean(heic, brand) -> None:
    assert damage(check(heic[:8] + brand.encode() + heic[12:])) == []


def test_a_brand_that_is_repeated_is_a_new_one() -> None:
    assert not brands.has_odd_brand((b"new1", b"mif1", b"new1"))
    assert brands.has_odd_brand((b"new1", b"mif1", b"heic"))
    assert brands.has_odd_brand((b"\0ew1", b"mif1", b"\0ew1"))
    assert not brands.has_odd_brand(())


def test_what_is_odd_and_opens_all_the_same_is_no_damage(heic) -> None:
    data = changed(heic, heic.index(b"iinf") + 9, 0)  # libheif looks for no more items than that
    structure = heif.read(data, LIMITS)
    assert structure.doubt is not None
    assert reference.opens(data, "heic", (400, 400)) == pillow_opens(data)
    assert ("damaged-header" in rules(check(data))) is not pillow_opens(data)


def test_the_reference_has_to_see_the_same_size(heic) -> None:
    assert reference.opens(heic, "heic", (400, 400))
    assert not reference.opens(heic, "heic", (400, 401))
    assert not reference.opens(heic[:300], "heic", (400, 400))


def test_the_first_brand_of_an_avif() -> None:
    data = saved("AVIF")
    assert damage(check(data)) == []
    torn = changed(data, 9, 0x90)
    assert not pillow_opens(torn)
    assert rules(check(torn)) == {"damaged-header"}


def test_the_third_byte_of_a_jpeg() -> None:
    data = saved("JPEG")
    torn = changed(data, 2, 0x7E)
    assert not pillow_opens(torn)
    assert rules(check(torn)) == {"damaged-header"}
    assert check(data[:2] + b"\xff" + data[2:]).facts.damage == ()  # fill bytes are legal


def png_with(before: bytes, behind: bytes) -> bytes:
    """A PNG with a text before its pixels and one behind them, each with this checksum added."""
    data = saved("PNG")
    chunks = []
    for spoil in (before, behind):
        body = b"tEXtComment\0a photo"
        crc = zlib.crc32(body) ^ int.from_bytes(spoil, "big")
        chunks.append(struct.pack(">I", len(body) - 4) + body + struct.pack(">I", crc))
    pixels, end = data.index(b"IDAT") - 4, data.index(b"IEND") - 4
    return data[:pixels] + chunks[0] + data[pixels:end] + chunks[1] + data[end:]


@pytest.mark.parametrize(
    ("before", "behind", "found"),
    [
        (b"\0", b"\0", set()),
        (b"\1", b"\0", {"damaged-header"}),
        (b"\0", b"\1", {"damaged-but-readable"}),
    ],
)
def test_texts_of_a_png_with_a_wrong_checksum(before, behind, found) -> None:
    data = png_with(before, behind)
    assert pillow_opens(data) is (before == b"\0")
    assert rules(check(data)) == found


def test_an_item_whose_type_was_hit_is_damaged_and_not_rare(heic) -> None:
    report = check(changed(heic, heic.index(b"hvc1") + 1, ord("w")))
    assert rules(report) == {"corrupt"}
    assert ("corrupt", "unknown-item") in damage(report)


@pytest.mark.parametrize("at", [16, 17, 18])  # chroma format, bits of luma, bits of chroma
def test_what_the_configuration_says_beside_the_stream(heic, at) -> None:
    place = heic.index(b"hvcC") + 4 + at
    report = check(changed(heic, place, heic[place] ^ 2))
    assert rules(report) == {"corrupt"}
    assert ("corrupt", "bad-hvcc") in damage(report)


def test_a_width_that_was_not_coded_is_damage_and_no_limit(heic) -> None:
    at = heic.index(b"ispe") + 8
    report = check(changed(heic, at, 7))
    assert rules(report) == {"corrupt"}
    assert ("corrupt", "wrong-size") in damage(report)
    both = check(changed(changed(heic, at, 7), at + 4, 7))  # a bomb, for all we know
    assert rules(both) == {"too-large-to-open"}


def test_bits_that_were_not_coded_are_odd(heic) -> None:
    report = check(changed(heic, heic.index(b"pixi") + 9, 10))
    assert damage(report) == [("readable", "odd-pixi")]


@pytest.mark.parametrize(
    ("format_", "at"), [("GIF", 3), ("BMP", 0), ("BMP", 1), ("BMP", 15), ("TIFF", 0), ("TIFF", 3)]
)
def test_torn_signatures(format_, at) -> None:
    data = saved(format_)
    report = check(changed(data, at, data[at] ^ 0x15))
    assert report.facts.format == format_.lower()
    assert rules(report) & {"corrupt", "truncated"}


@pytest.mark.parametrize(
    ("at", "value", "what"),
    [
        (18, 0x91, "wrong-size"),  # a pixel wider
        (21, 0x20, "wrong-size"),  # so wide that it would be a limit
        (22, 0x91, "wrong-size"),
        (10, 50, "bad-start"),
        (10, 54, None),
    ],
)
def test_sizes_of_a_bmp_that_contradict_each_other(at, value, what) -> None:
    report = check(changed(saved("BMP"), at, value))
    assert [name for kind, name in damage(report) if kind == "corrupt"] == ([what] if what else [])
    assert bool(rules(report)) is (what is not None)
    assert "too-large-to-open" not in rules(report)
