"""Legal files that a decoder does not know, or that only look damaged: never called damaged."""

import io
import struct
import zlib

import heif_making
import numpy as np
import pillow_heif
import pytest
from PIL import Image
from raster_files import saved

from preflight import Report, Verdict, check
from preflight.limits import Limits
from preflight.render.photo import good_sentence
from preflight.scanner import heif, libaom
from preflight.scanner.avif_associations import told_apart
from preflight.scanner.lzw import TIFF, Budget, gif, walk
from tests.scanner.test_tiff import LONG, SHORT, big_tiff, tiff

LIMITS = Limits()
DAMAGE = {"undecodable", "truncated", "corrupt"}


def rules(report: Report) -> set[str]:
    return {finding.rule for finding in report.findings}


def jpeg(bits: int, marker: int) -> bytes:
    data = bytearray(saved("JPEG", "L", (64, 64)))
    at = data.index(b"\xff\xc0\0\x0b\x08")
    data[at + 1], data[at + 4] = marker, bits
    return bytes(data)


ROWS = bytes(range(64))
RARE = {
    "a JPEG of 12 bits": jpeg(12, 0xC1),
    "a TIFF of half floats": tiff([ROWS], width=8, t258=(SHORT, 16), t339=(SHORT, 3)),
    "a TIFF of three 32-bit numbers": tiff(
        [bytes(48)], width=1, t258=(SHORT, [32] * 3), t262=(SHORT, 2), t277=(SHORT, 3)
    ),
    "a raw TIFF of 16 bits in three planes": tiff(
        [bytes(384)] * 3,
        t257=(LONG, 12),
        t258=(SHORT, [16] * 3),
        t262=(SHORT, 2),
        t277=(SHORT, 3),
        t278=(LONG, 12),
        t284=(SHORT, 2),
    ),
    "a raw TIFF with reduced colour": tiff(
        [bytes(96)], t258=(SHORT, [8] * 3), t262=(SHORT, 6), t277=(SHORT, 3), t530=(SHORT, [2, 2])
    ),
    "a BigTIFF with the high byte first": big_tiff(">"),
    "a TIFF with JPEG 2000": tiff([ROWS], compression=33004),
    "a TIFF with JPEG XR": tiff([ROWS], compression=34934),
    "a TIFF of five channels": tiff(
        [bytes(320)], t258=(SHORT, [8] * 5), t277=(SHORT, 5), t338=(SHORT, [0] * 4)
    ),
}
DAMAGED = {
    "a baseline JPEG of 12 bits": jpeg(12, 0xC0),
    "a JPEG of 9 bits": jpeg(9, 0xC1),
    "a TIFF of two depths": tiff(
        [bytes(256)], t258=(SHORT, [8, 8, 9]), t262=(SHORT, 2), t277=(SHORT, 3)
    ),
    "a TIFF of a format that is none": tiff([ROWS], width=8, t258=(SHORT, 16), t339=(SHORT, 99)),
    "a TIFF with a compression that is none": tiff([ROWS], compression=77),
}


@pytest.mark.parametrize("name", RARE)
def test_a_rare_kind_is_no_damage(name: str) -> None:
    report = check(RARE[name])
    assert "unknown-kind" in rules(report)
    assert not rules(report) & DAMAGE
    assert report.verdict is Verdict.BLOCKED
    assert "not damage" in next(f.message for f in report.findings if f.rule == "unknown-kind")


@pytest.mark.parametrize("name", DAMAGED)
def test_a_kind_that_is_none_is_damage(name: str) -> None:
    report = check(DAMAGED[name])
    assert rules(report) & DAMAGE
    assert "unknown-kind" not in rules(report)


def bmp(masks: tuple[int, ...]) -> bytes:
    info = struct.pack("<IiiHHIIiiII", 56, 4, 4, 1, 32, 3, 0, 0, 0, 0, 0)
    body = info + struct.pack("<4I", *masks)
    head = b"BM" + struct.pack("<IHHI", 14 + len(body) + 64, 0, 0, 14 + len(body))
    return head + body + bytes(range(64))


@pytest.mark.parametrize(
    ("masks", "rule"),
    [
        ((0x3FF00000, 0xFFC00, 0x3FF, 0), "unknown-kind"),
        ((0x3FF00000, 0xFFC00, 0x7FF, 0), "undecodable"),  # two channels share a bit
        ((0x3FF00000, 0xFFC00, 0x2FF, 0), "undecodable"),  # a hole in one
    ],
)
def test_masks_of_a_bmp(masks: tuple[int, ...], rule: str) -> None:
    assert rules(check(bmp(masks))) & {"unknown-kind", "undecodable"} == {rule}


def test_black_is_black_where_the_planes_are_colours() -> None:
    """With the identity matrix 0, 0, 0 is a colour, not what a lost slice leaves behind."""
    pixels = np.asarray(heif_making.photo(128, 128)).copy()
    pixels[40:90, 30:100] = 0
    buffer = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(pixels)).save(
        buffer, quality=-1, chroma=444, matrix_coefficients=0
    )
    structure = heif.read(buffer.getvalue(), LIMITS)
    assert structure.subsampling == "4:4:4"
    content = heif.check_content(buffer.getvalue(), structure, LIMITS, None)
    assert content.damage == content.skipped == ()


def test_a_chunk_that_is_too_short_leaves_the_picture_good() -> None:
    data = saved("PNG", "RGB")
    chunk = b"cHRM" + bytes(8)
    chunk = struct.pack(">I", 8) + chunk + struct.pack(">I", zlib.crc32(chunk))
    report = check(data[:33] + chunk + data[33:])
    assert report.facts.decoded
    assert [damage.what for damage in report.facts.damage] == ["short-chunk"]


def packed(codes: list[tuple[int, int]], high_first: bool) -> bytes:
    bits = 0
    total = 0
    for value, width in codes:
        bits = bits << width | value if high_first else bits | value << total
        total += width
    size = -(-total // 8)
    return (
        bits.to_bytes(size, "little")
        if not high_first
        else (bits << 8 * size - total).to_bytes(size, "big")
    )


@pytest.mark.parametrize("variant", [TIFF, gif(8)], ids=["tiff", "gif"])
def test_what_some_encoders_leave_behind_the_last_pixel(variant) -> None:
    clear, end = 256, 257
    pixels = [(clear, 9), *((n, 9) for n in range(20))]

    def verdict(*behind: int) -> str:
        codes = [*pixels, *((code, 9) for code in behind)]
        return walk(variant, packed(codes, variant.high_first), 20, 20, Budget(50)).verdict

    assert verdict(end) == verdict() == "whole"
    assert verdict(clear, 0, end) == "whole"  # begun anew, with nothing left to say
    assert verdict(32) == verdict(32, 32) == "whole"  # filled up, without an end
    assert verdict(32, end) == "long"  # one pixel too many before the end: some code was wrong
    assert verdict(clear, *range(9), end) == "long"


def test_tables_of_one_kind_are_told_apart() -> None:
    table = b"\0\0\0\x10ipma\0\0\0\0\0\0\0\0"
    data = b"meta" + table + table + table + b"end"
    changed = told_apart(data, 0, len(data))
    assert [changed[at + 15] for at in (0, 16, 32)] == [0, 2, 4]
    assert len(changed) == len(data)
    assert told_apart(b"meta" + table, 0, 20) == b"meta" + table
    assert told_apart(data, 0, 20) is data


@pytest.mark.corpus
def test_an_early_writers_avif_opens(shared) -> None:
    report = check(shared / "corpus" / "d040-plum-blossom-small.profile0.8bpc.yuv420.alpha-li.avif")
    assert report.facts.decoded
    assert not rules(report) & DAMAGE


@pytest.mark.corpus
def test_a_burst_beside_a_still_picture_is_no_animation(shared) -> None:
    facts = check(shared / "corpus" / "d007-bird_burst.heic").facts
    assert (facts.animated, facts.frames, facts.decoded) == (False, 1, True)
    assert "series of pictures" in facts.hidden_images


def test_what_was_not_looked_at_is_not_called_whole(monkeypatch) -> None:
    """`check` says "no damage found" only where the check for damage ran."""
    photo = heif_making.avif(heif_making.photo(), speed=10)
    monkeypatch.setattr(libaom, "_pyvips", lambda: None)
    report = check(photo)
    assert report.facts.decoded
    assert report.facts.skipped[0].check == "avif-content"
    assert "damage" not in good_sentence(report)
    assert "No damage found" in good_sentence(check(saved("PNG", "RGB")))
