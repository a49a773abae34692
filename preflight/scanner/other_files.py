"""Other files: what a file is that is no picture, so that the message can say it."""

from __future__ import annotations

import re

from preflight.scanner.kind import Kind, kind

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"PK\x03\x04", "zip"),
    (0, b"PK\x05\x06", "zip"),
    (0, b"\x1f\x8b", "archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "archive"),
    (0, b"Rar!\x1a\x07", "archive"),
    (0, b"BZh", "archive"),
    (0, b"\xfd7zXZ\x00", "archive"),
    (0, b"\x28\xb5\x2f\xfd", "archive"),
    (257, b"ustar", "archive"),
    (0, b"\x1aE\xdf\xa3", "video"),  # Matroska and WebM
    (0, b"FLV\x01", "video"),
    (0, b"\x00\x00\x01\xba", "video"),  # MPEG
    (0, b"\x00\x00\x01\xb3", "video"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video"),  # Windows media
    (0, b"OggS", "audio"),
    (0, b"ID3", "audio"),
    (0, b"fLaC", "audio"),
    (0, b"caff", "audio"),
    (0, b"#!AMR", "audio"),
    (0, b"MThd", "audio"),
    (0, b"\xff\xfb", "audio"),  # MPEG layer 3, and AAC
    (0, b"\xff\xf3", "audio"),
    (0, b"\xff\xf2", "audio"),
    (0, b"\xff\xf1", "audio"),
    (0, b"\xff\xf9", "audio"),
    (0, b"SQLite format 3\x00", "sqlite"),
    (0, b"bplist00", "plist"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "document"),
    (0, b"{\\rtf", "document"),
    (0, b"\x7fELF", "program"),
    (0, b"\xcf\xfa\xed\xfe", "program"),
    (0, b"\xce\xfa\xed\xfe", "program"),
    (0, b"\xca\xfe\xba\xbe", "program"),
    (0, b"\x00\x05\x16\x07", "appledouble"),
    (0, b"L\x00\x00\x00\x01\x14\x02\x00", "shortcut"),
)

_RIFF = {b"AVI ": "video", b"WAVE": "audio", b"ACON": "ico"}
_OFFICE = (b"word/", b"xl/", b"ppt/", b"[Content_Types].xml", b"application/vnd.oasis")
_LAYERS = (b"image/openraster", b"application/x-krita", b"document.json", b"Document.archive")

_TEXT_HEAD_BYTES = 4096
_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|script|meta|iframe|center|h1|div|p|a|table|br)[\s>/]",
    re.IGNORECASE,
)
_BASE64_PICTURE = re.compile(
    r"(?:data:image/|/9j/|iVBORw0KGgo|R0lGOD|UklGR|AAAA[A-Za-z0-9]{2}ZnR5c)"
)
_EMAIL = re.compile(r"(?:Received|From|Return-Path|Delivered-To|MIME-Version): ?\S")


def kind_of_other_file(data: bytes, extension: str) -> Kind | None:
    """The kind of a binary file that is no picture; None if its signature is not known."""
    for offset, magic, format_ in _MAGIC:
        if data.startswith(magic, offset):
            return _kind_of_zip(data) if format_ == "zip" else kind(format_)
    if data[:4] == b"RIFF" and data[8:12] in _RIFF:
        return kind(_RIFF[data[8:12]])
    if data[:4] == b"FORM" and data[8:12] in (b"AIFF", b"AIFC"):
        return kind("audio")
    if data[:2] == b"MZ" and len(data) >= 64:
        return kind("program")
    if data[:1] == b"G" and data[188:189] == b"G" and data[376:377] == b"G":
        return kind("video")  # MPEG transport stream: a sync byte every 188
    # the header of a PDF may be preceded by junk (ISO 32000, annex H)
    if b"%PDF-" in data[:1024]:
        return kind("pdf", "an Illustrator drawing" if extension == "ai" else None)
    return None


def _kind_of_zip(data: bytes) -> Kind:
    head = data[:2048]
    if any(name in head for name in _LAYERS):
        return kind("layers")
    if any(name in head for name in _OFFICE):
        return kind("document")
    return kind("zip")


def kind_of_text(data: bytes) -> Kind | None:
    """The kind of a text, by what it says; None if it is no text."""
    text = _as_text(data[:_TEXT_HEAD_BYTES])
    if text is None:
        return None
    text = text.lstrip("\ufeff \t\r\n")
    if text.startswith("version https://git-lfs.github.com/spec/"):
        return kind("lfs-pointer")
    if text.startswith("BEGIN:VCARD"):
        return kind("contact")
    if text.startswith(("[InternetShortcut]", "[Desktop Entry]")):
        return kind("shortcut")
    if _BASE64_PICTURE.match(text):
        return kind("base64")
    if text.startswith("<"):
        return _kind_of_markup(text)
    if text[:1] in ("{", "[") and re.match(r"[{\[]\s*(?:[\"{\[\]}\d-]|true|false|null|$)", text):
        return kind("json")
    if _EMAIL.match(text):
        return kind("email")
    return kind("text")


def _kind_of_markup(text: str) -> Kind:
    if re.search(r"<svg[\s>]|<[a-z]{1,20}:svg[\s>]", text):
        # a page may draw with SVG too: then it begins as a page does
        return kind("html" if _HTML.match(text) else "svg")
    if "<plist" in text:
        return kind("aae" if "adjustmentFormatIdentifier" in text else "plist")
    if text.lower().startswith("<?xml"):
        return kind("html" if re.search(r"<html[\s>]", text, re.IGNORECASE) else "xml")
    return kind("html" if _HTML.search(text) else "xml")


def _as_text(head: bytes) -> str | None:
    """The beginning of a file as text; None if it is not one."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = head[: len(head) // 2 * 2].decode("utf-16", "replace")
    else:
        try:
            text = head.decode("utf-8")
        except UnicodeDecodeError as error:
            if error.start < len(head) - 3:  # not just a letter cut at the end
                return None if _has_binary(head) else head.decode("latin-1")
            text = head[: error.start].decode("utf-8")
    return None if any(c < " " and c not in "\t\n\v\f\r\x1b" for c in text) else text


def _has_binary(head: bytes) -> bool:
    """Bytes that no text in an 8-bit alphabet has, or too many of those beyond ASCII."""
    plain = sum(byte in b"\t\n\f\r" or 32 <= byte < 127 for byte in head)
    return any(byte < 9 or 13 < byte < 27 for byte in head) or plain < 0.7 * len(head)
