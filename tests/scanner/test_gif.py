"""GIF: hand-made files at the edges."""

import pytest
from raster_files import GIF_FRAME_AT, gif, gif_frame, lzw, saved, sub_blocks

from preflight.facts import Damage
from preflight.limits import Limits
from preflight.scanner import gif as module
from preflight.scanner import gif as scanner_gif

LIMITS = Limits()
CONTROL = b"!\xf9\x04\x01\x0a\0\x05\0"


def found(data: bytes) -> tuple[Damage, ...]:
    structure = module.read(data, LIMITS)
    return structure.damage + module.check_content(data, structure, LIMITS, None).damage


def kinds(data: bytes) -> list[tuple[str, str]]:
    return [(damage.kind, damage.what) for damage in found(data)]


def test_a_clean_file():
    structure = module.read(gif(), LIMITS)
    assert (structure.width_px, structure.height_px) == (20, 15)
    assert structure.colour.model == "palette"
    assert (structure.frames, structure.animated) == (1, False)
    assert [s.name for s in structure.segments] == ["header", "image", "trailer"]
    assert kinds(gif()) == []
    content = module.check_content(gif(), structure, LIMITS, None)
    assert content.picture is not None
    assert content.picture.image.size == (20, 15)


def test_animation_and_transparency():
    data = saved("GIF", "P", (40, 30))
    assert module.read(data, LIMITS).frames == 1
    data = gif(20, 15, CONTROL, gif_frame(20, 15), gif_frame(5, 5))
    structure = module.read(data, LIMITS)
    assert (structure.frames, structure.animated) == (3, True)
    assert not structure.colour.alpha  # only a later frame has a transparent colour
    head = GIF_FRAME_AT
    assert module.read(data[:head] + CONTROL + data[head:], LIMITS).colour.alpha
    assert kinds(data) == []


def test_extensions():
    xmp = b"<x:xmpmeta/>"
    tail = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
    data = gif(
        20,
        15,
        b"!\xfe" + sub_blocks(b"a comment"),
        b"!\xff\x0bXMP DataXMP" + xmp + tail,
        b"!\xff\x0bICCRGBG1012" + sub_blocks(b"profile" * 100),
        b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0",
    )
    structure = module.read(data, LIMITS)
    assert structure.comment
    assert structure.xmp == xmp
    assert structure.icc == b"profile" * 100
    assert kinds(data) == []
    assert not module.read(gif(20, 15, b"!\xfe\0"), LIMITS).comment


def test_the_canvas_grows_with_the_first_frame():
    data = bytearray(gif(20, 15))
    data[6:10] = b"\x12\0\x0e\0"  # a canvas of 18 x 14
    structure = module.read(bytes(data), LIMITS)
    assert (structure.width_px, structure.height_px) == (20, 15)
    assert kinds(bytes(data)) == []
    data[6:10] = b"\x04\0\x04\0"
    assert kinds(bytes(data)) == [("corrupt", "bad-frame")]


def test_trailing_bytes_and_missing_end():
    assert module.read(gif() + b"more", LIMITS).trailing_bytes == 4
    assert kinds(gif() + b"more") == []
    assert kinds(gif(end=b"")) == [("readable", "missing-end")]


def test_rows_that_are_lost_are_named():
    data = gif(20, 15)
    start = GIF_FRAME_AT + 11
    cut = data[: start + (len(data) - start) // 2]
    (damage,) = found(cut)
    assert (damage.kind, damage.what) == ("truncated", "cut-short")
    left, top, right, bottom = damage.region
    assert (left, right, bottom) == (0, 20, 15)
    assert top == 7
    assert damage.lost_share == pytest.approx(0.5, abs=0.03)


def test_a_cut_later_frame_is_readable():
    data = gif(20, 15, gif_frame(20, 15))
    assert kinds(data[:-100]) == [("readable", "cut-frame"), ("readable", "missing-end")]


def test_a_damaged_later_frame_is_readable():
    data = gif(20, 15, gif_frame(20, 15, lzw([1] * 200)))
    assert kinds(data) == [("readable", "bad-frame")]


@pytest.mark.parametrize("pixels", [299, 301])
def test_too_few_and_too_many_pixels(pixels):
    data = gif()
    start, end = GIF_FRAME_AT, data.rindex(b";")
    broken = data[:start] + gif_frame(20, 15, lzw([1] * pixels)) + data[end:]
    assert kinds(broken) == [("corrupt", "bad-lzw")]


def test_odd_but_legal():
    data = gif(20, 15, b"\0")  # one zero too many behind a frame
    assert kinds(data) == []
    start = GIF_FRAME_AT
    assert kinds(data[:start] + b"!\x42\x01x\0" + data[start:]) == []  # unknown extension


def test_junk_between_blocks():
    assert kinds(gif(20, 15, b"junk")) == [("readable", "junk")]
    data = gif()
    start = GIF_FRAME_AT
    assert kinds(data[:start] + b"junk" + data[start:])[0] == ("corrupt", "junk")


def test_code_sizes_that_make_no_sense():
    data = bytearray(gif())
    data[GIF_FRAME_AT + 10] = 12
    assert kinds(bytes(data)) == [("corrupt", "bad-lzw")]


@pytest.mark.parametrize(
    ("data", "kind", "what"),
    [
        (b"GIF90a", "corrupt", "bad-signature"),
        (b"GIF89a\1\0", "truncated", "no-header"),
        (gif()[:700], "truncated", "no-frame"),
        (gif()[:GIF_FRAME_AT] + b";", "corrupt", "no-frame"),
    ],
)
def test_without_a_picture(data, kind, what):
    structure = module.read(data, LIMITS)
    assert structure.width_px == 0
    assert [(d.kind, d.what) for d in structure.damage] == [(kind, what)]


def test_an_empty_frame():
    data = bytearray(gif())
    data[GIF_FRAME_AT + 5] = 0
    assert kinds(bytes(data))[0] == ("corrupt", "empty-frame")


def test_frames_beyond_the_bound_are_not_counted(monkeypatch):
    monkeypatch.setattr(scanner_gif, "_MAX_BLOCKS", 10)
    data = gif(20, 15, *[gif_frame(1, 1, lzw([1]))] * 20)
    structure = module.read(data, LIMITS)
    assert structure.frames is None
    assert structure.animated
    assert structure.segments == ()
    assert kinds(data) == []


def test_canvas_limit():
    data = bytearray(gif())
    data[6:10] = b"\xff\xff\xff\xff"
    assert [hit.limit for hit in module.read(bytes(data), LIMITS).limits_hit] == ["max_pixels"]
