"""Thunar: entries of ours go into a person's `uca.xml` and out again, the rest stays as it was."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from xml.parsers import expat
from xml.sax.saxutils import escape

from preflight.errors import OutputError

EMPTY = b'<?xml version="1.0" encoding="UTF-8"?>\n<actions>\n</actions>\n'

_OLD_DECLARATION = b'<?xml encoding="UTF-8" version="1.0"?>'
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'
"""Earlier versions of Thunar write the parts in an order that only its own parser takes."""


def action_xml(identity: str, title: str, command: str) -> str:
    """One entry, offered on pictures and folders."""
    fields = {
        "icon": "image-x-generic",
        "name": title,
        "submenu": "",
        "unique-id": identity,
        "command": command,
        "description": "Copies that are ready to upload, beside the originals",
        "range": "",
        "patterns": "*",
    }
    lines = [f"\t<{name}>{escape(text)}</{name}>" for name, text in fields.items()]
    return "\n".join(["<action>", *lines, "\t<directories/>", "\t<image-files/>", "</action>", ""])


def merged(content: bytes, actions: Mapping[str, str]) -> bytes:
    """The file with these entries, in place of those of the same identity.

    Raises:
        OutputError: It is no such file.
    """
    content = without(content, actions)
    end = _Actions(content).end
    return content[:end] + "".join(actions.values()).encode() + content[end:]


def without(content: bytes, identities: Collection[str]) -> bytes:
    """The file without the entries of these identities.

    Raises:
        OutputError: It is no such file.
    """
    for start, end, identity in reversed(_Actions(content).found):
        if identity in identities:
            if content[end : end + 1] == b"\n":
                end += 1
            content = content[:start] + content[end:]
    return content


def commands(content: bytes) -> dict[str, str]:
    """Identity to command of the entries that have both.

    Raises:
        OutputError: It is no such file.
    """
    return _Actions(content).commands


class _Actions:
    """Where the entries lie, in bytes: Thunar's own and the person's formatting is kept."""

    def __init__(self, content: bytes) -> None:
        self.found: list[tuple[int, int, str]] = []
        self.commands: dict[str, str] = {}
        self.end = -1
        self._path: list[str] = []
        self._text: dict[str, str] = {}
        self._start = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._open
        self._parser.EndElementHandler = self._close
        self._parser.CharacterDataHandler = self._characters
        self._parser.EntityDeclHandler = _refuse
        self._parser.XmlDeclHandler = _check_encoding
        self._content = content
        try:
            # as long as it was, so that places found are places in the file
            self._parser.Parse(content.replace(_OLD_DECLARATION, _DECLARATION, 1), True)
        except expat.ExpatError as error:
            raise OutputError(
                f"Thunar's list of custom actions (uca.xml) is damaged: {error}.",
                "Repair or remove that file, then try again.",
            ) from error
        if self.end < 0:
            _refuse()

    def _open(self, name: str, attributes: object) -> None:
        self._path.append(name)
        if self._path == ["actions", "action"]:
            self._start, self._text = self._parser.CurrentByteIndex, {}

    def _characters(self, text: str) -> None:
        if len(self._path) == 3:
            self._text[self._path[-1]] = self._text.get(self._path[-1], "") + text

    def _close(self, name: str) -> None:
        at = self._parser.CurrentByteIndex
        if self._path == ["actions", "action"]:
            end = self._content.index(b">", at) + 1
            identity = self._text.get("unique-id", "")
            self.found.append((self._start, end, identity))
            if identity and "command" in self._text:
                self.commands[identity] = self._text["command"]
        elif self._path == ["actions"] and self._content.startswith(b"</", at):
            self.end = at
        self._path.pop()


def _check_encoding(version: str, encoding: str | None, standalone: int) -> None:
    if encoding is not None and encoding.lower() not in ("utf-8", "us-ascii"):
        _refuse()


def _refuse(*_: object) -> None:
    raise OutputError(
        "Thunar's list of custom actions (uca.xml) is written in a way that Thunar does not use.",
        "Open Thunar's dialog for custom actions once and save it, then try again.",
    )
