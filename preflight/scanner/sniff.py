"""Sniff: what a file is, by its bytes. The name's extension only refines, it never decides."""

from __future__ import annotations

import struct

from preflight.scanner.kind import EXTENSIONS, KINDS, Kind, kind

__all__ = ["EXTENSIONS", "KINDS", "Kind", "sniff"]

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8", "jpeg"),
    # Four bytes will do: a transfer in text mode spoils the rest of the signature on purpose.
    (0, b"\x89PNG", "png"),
    (0, b"GIF8", "gif"),
    (0, b"\xff\x0a", "jxl"),
    (0, b"\x00\x00\x00\x0cJXL \r\n\x87\n", "jxl"),
    (0, b"\x00\x00\x00\x0cjP  \r\n\x87\n", "jp2"),
    (0, b"\xff\x4f\xff\x51", "jp2"),
    (0, b"8BPS", "psd"),
    (0, b"FUJIFILMCCD-RAW", "raw"),
    (0, b"IIU\x00", "raw"),  # Panasonic RW2
    (0, b"IIRO", "raw"),  # Olympus ORF, three ways
    (0, b"IIRS", "raw"),
    (0, b"MMOR", "raw"),
    (0, b"II\x1a\x00\x00\x00HEAPCCDR", "raw"),  # Canon CRW
    (0, b"\x00MRM", "raw"),  # Minolta
    (0, b"FOVb", "raw"),  # Sigma X3F
    (0, b"II\xbc", "jxr"),
    (0, b"qoif", "qoi"),
    (0, b"v/1\x01", "exr"),
    (0, b"DDS ", "dds"),
    (0, b"gimp xcf", "xcf"),
    (0, b"icns", "icns"),
    (0, b"\xc5\xd0\xd3\xc6", "eps"),
    (0, b"%!PS", "eps"),
    (0, b"\xd7\xcd\xc6\x9a", "wmf"),
    (40, b" EMF", "emf"),
    (128, b"DICM", "dicom"),
    (0, b"SIMPLE  =", "fits"),
    (0, b"#?RADIANCE", "hdr"),
    (0, b"#?RGBE", "hdr"),
    (0, b"FLIF", "flif"),
    (0, b"BPG\xfb", "bpg"),
    (0, b"AT&TFORM", "djvu"),
    (0, b"\x8aMNG\r\n\x1a\n", "mng"),
    (0, b"\x8bJNG\r\n\x1a\n", "mng"),
    (0, b"PDN3", "paintnet"),
)
"""Offset, bytes, format: signatures of pictures that are long enough to decide alone."""

_BMP_HEADER_SIZES = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
_TIFF_MAGIC = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")


def sniff(data: bytes, extension: str) -> Kind:
    """Says what a file is.

    Args:
        data: The file, or as much of it as was read.
        extension: Of its name, lower case without the dot; only refines what the bytes say.

    >>> sniff(b"<!DOCTYPE html><html>", "jpg").name
    'a web page, not a picture'
    """
    if not data:
        return kind("empty")
    if _one_repeated_byte(data):
        return kind("zeros")
    return _kind_of_picture(data, extension) or _kind_of_the_rest(data, extension)


def _kind_of_the_rest(data: bytes, extension: str) -> Kind:
    """What needs more to be told; most photos do not, and these modules take a while to load."""
    from preflight.scanner.brands import kind_of_boxes

    boxes = kind_of_boxes(data)
    if boxes is not None:
        return boxes
    from preflight.scanner.other_files import kind_of_other_file, kind_of_text

    return (
        kind_of_other_file(data, extension)
        or kind_of_text(data)
        or _kind_of_weak_signature(data, extension)
        or _kind_of_torn_signature(data)
        or kind("unknown", None if any(data[:512]) else "a file whose beginning is only zeros")
    )


def _kind_of_picture(data: bytes, extension: str) -> Kind | None:
    if _is_jpeg_ls(data):
        return kind("jls")
    for offset, magic, format_ in _MAGIC:
        if data.startswith(magic, offset):
            return kind(format_)
    if data[:4] in _TIFF_MAGIC:
        from preflight.scanner.raw import is_camera_raw

        return kind("raw" if is_camera_raw(data, extension) else "tiff")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return kind("webp")
    # "BM" alone also starts texts, so that the size of the second header has to be one of the known
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _BMP_HEADER_SIZES:
        return kind("bmp")
    return None


def _is_jpeg_ls(data: bytes) -> bool:
    """It begins as a JPEG, but with a frame of its own, or a SPIFF header that says so."""
    return data[:4] == b"\xff\xd8\xff\xf7" or (
        data[6:12] == b"SPIFF\0" and data[:3] == b"\xff\xd8\xff" and data[26:27] == b"\6"
    )


def _kind_of_weak_signature(data: bytes, extension: str) -> Kind | None:
    """Formats whose first bytes prove little; asked last."""
    if data[:2] == b"BM" and len(data) < 18:
        return kind("bmp")
    if data[:4] in (b"\x00\x00\x01\x00", b"\x00\x00\x02\x00") and b"\0" < data[4:5] < b"\x40":
        return kind("ico")
    if data[:1] == b"P" and data[1:2] in b"123456Ff7" and data[2:3].isspace():
        return kind("pnm")
    if data[:1] == b"\x0a" and data[1:2] in b"\x00\x02\x03\x04\x05" and data[2:3] == b"\x01":
        return kind("pcx")
    if data[-18:-2] == b"TRUEVISION-XFILE" or (extension == "tga" and _looks_like_tga(data)):
        return kind("tga")
    return None


def _kind_of_torn_signature(data: bytes) -> Kind | None:
    """A photo whose first bytes were hit: what follows them tells. Its module calls it damaged."""
    if data[12:16] == b"IHDR":
        return kind("png")
    if data[12:15] == b"VP8" and (data[:4] == b"RIFF" or data[8:12] == b"WEBP"):
        return kind("webp")
    if data[2:4] in (b"\xff\xe0", b"\xff\xe1") and data[6:10] in (b"JFIF", b"Exif"):
        return kind("jpeg")
    if data[3:6] in (b"87a", b"89a") or (data[:3] == b"GIF" and data[4:6] in (b"7a", b"9a")):
        return kind("gif")
    if _is_torn_bmp(data):
        return kind("bmp")
    if _is_torn_tiff(data):
        return kind("tiff")
    from preflight.scanner.brands import kind_of_torn_boxes

    return kind_of_torn_boxes(data)


def _is_torn_bmp(data: bytes) -> bool:
    """Its length is as it says, and one of its two marks is there."""
    marks = data[:2] == b"BM", int.from_bytes(data[14:18], "little") in _BMP_HEADER_SIZES
    return any(marks) and int.from_bytes(data[2:6], "little") == len(data) and not any(data[6:10])


def _is_torn_tiff(data: bytes) -> bool:
    """Three of its first four bytes are right, and the directory is where they say."""
    for magic, order in ((b"II*\0", "<"), (b"MM\0*", ">")):
        if sum(one == other for one, other in zip(data[:4], magic)) == 3 and len(data) > 16:
            start = struct.unpack_from(f"{order}I", data, 4)[0]
            if 8 <= start <= len(data) - 14:
                count, tag, value = struct.unpack_from(f"{order}3H", data, start)
                return bool(0 < count < 200 and 250 <= tag < 340 and 0 < value < 14)
    return False


def _looks_like_tga(data: bytes) -> bool:
    return len(data) > 18 and data[1] <= 1 and data[2] in (1, 2, 3, 9, 10, 11) and data[16] in _TGA


_TGA = (8, 15, 16, 24, 32)


def _one_repeated_byte(data: bytes) -> bool:
    """All bytes are equal: what a failed copy leaves. A few letters are a text, though."""
    if len(data) < 16 and data[0] not in (0, 255):
        return False
    block = data[:1] * 65536
    return all(
        data[start : start + 65536] == block[: len(data) - start]
        for start in range(0, len(data), 65536)
    )
