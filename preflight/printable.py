"""Printable: names and texts of strangers, made safe for a terminal and a shell."""

from __future__ import annotations

import os
import re
import unicodedata

_JOINERS = "\u200c\u200d"
"""Format characters that honest names need: in Persian, and between the parts of an emoji."""


def printable(text: str) -> str:
    r"""Escapes what would move the cursor, turn the direction of writing or is no character.

    Control characters, line separators, bidi controls and other invisible format characters,
    and bytes that are not UTF-8 (surrogate escapes) are shown as escapes.

    >>> print(printable("a\nb\x1b[31m\u202egpj.exe\udcff"))
    a\nb\x1b[31m\u202egpj.exe\xff
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(character) for character in text)


def shell_quote(path: str, windows: bool | None = None) -> str:
    r"""Quotes a file name for the shell that the person will paste it into.

    A name with a leading dash gets `./` before it. POSIX shells: as `shlex.quote`; names with
    control characters or bytes that are no text as `$'…'`, which bash, zsh and ksh know.
    Windows: right in both PowerShell and cmd where a name can be.

    Args:
        path: As the system names it, surrogate escapes included.
        windows: Quote for Windows; None for the system that this runs on.

    >>> print(shell_quote("Anna's photo.heic", windows=False))
    'Anna'"'"'s photo.heic'
    >>> print(shell_quote("-n.jpg", windows=False), shell_quote("a\nb.jpg", windows=False))
    ./-n.jpg $'a\nb.jpg'
    >>> print(shell_quote("a & b.jpg", windows=True), shell_quote("$a.jpg", windows=True))
    "a & b.jpg" '$a.jpg'
    """
    windows = os.name == "nt" if windows is None else windows
    if windows:
        return _quote_windows(path)
    if path.startswith("-") and path != "-":
        path = f"./{path}"
    if printable(path) == path:
        from shlex import quote

        return quote(path)
    escaped = "".join(
        f"\\{character}" if character in "\\'" else _escaped_for_shell(character)
        for character in path
    )
    return f"$'{escaped}'"


def _escaped(character: str) -> str:
    if character in _JOINERS:
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8, as PEP 383 carries it
        return f"\\x{code - 0xDC00:02x}"
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        return character.encode("unicode_escape").decode("ascii")
    return character


def _escaped_for_shell(character: str) -> str:
    # bytes, because $'\u…' depends on the locale of the shell
    if _escaped(character) == character:
        return character
    named = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(character)
    escaped_byte = "\udc80" <= character <= "\udcff"
    raw = character.encode("utf-8", "surrogateescape" if escaped_byte else "surrogatepass")
    return named or "".join(f"\\{byte:03o}" for byte in raw)


def _quote_windows(path: str) -> str:
    if path.startswith("-") and path != "-":
        path = f".\\{path}"
    if re.fullmatch(r"[\w.:\\/+-]+", path, re.ASCII):
        return path
    # double quotes serve cmd and PowerShell, unless PowerShell would look into them; it takes
    # the typographic quotes for quotes as well (about_Quoting_Rules)
    if not re.search('[$`%"\u201c\u201d\u201e]', path):
        return f'"{path}"'
    return "'" + re.sub("(['\u2018\u2019\u201a\u201b])", r"\1\1", path) + "'"
