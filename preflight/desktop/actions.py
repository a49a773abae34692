"""Actions: what an installation makes, as data, so that it can be shown before it is done.

Paths are pure, so that what is made on Windows can be planned and tested elsewhere.
"""

from __future__ import annotations

from pathlib import PurePath

from preflight.frozen import frozen


@frozen
class WriteFile:
    """A file of its own.

    Attributes:
        path: Where.
        content: All of it.
        executable: The person may run it.
    """

    path: PurePath
    content: bytes
    executable: bool = False


@frozen
class ThunarActions:
    """Entries added to the file in which Thunar keeps a person's own menu entries.

    Attributes:
        path: The person's `uca.xml`.
        defaults: The system's, in force as long as the person has none; in order of preference.
        actions: Identity to the XML of an entry.
    """

    path: PurePath
    defaults: tuple[PurePath, ...]
    actions: tuple[tuple[str, str], ...]


@frozen
class RegistryValue:
    """A text in the Windows registry, below HKEY_CURRENT_USER.

    Attributes:
        key: With backslashes between.
        name: Empty for the key's default value.
        value: The text.
    """

    key: str
    name: str
    value: str


@frozen
class Shortcut:
    """A Windows shortcut, on which files can be dropped.

    Attributes:
        path: Where, with `.lnk` at the end.
        target: The program.
        arguments: One text, quoted as Windows wants it; the dropped files follow.
        description: Shown when the mouse rests on it.
    """

    path: PurePath
    target: PurePath
    arguments: str
    description: str


Action = WriteFile | ThunarActions | RegistryValue | Shortcut


@frozen
class Entry:
    """One thing that a person can choose: for upload anywhere, or for one platform.

    Attributes:
        id: Of lower-case letters, digits and dashes.
        title: As the menu shows it.
        options: Of `preflight drop`.
    """

    id: str
    title: str
    options: tuple[str, ...] = ()

    @property
    def file_name(self) -> str:
        """The title, without what some system allows in no file name."""
        return "".join("-" if character in '\\/:*?"<>|' else character for character in self.title)
