"""Install: carries out a plan, refuses to touch what is not ours, and takes it all away again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path, PurePath

from preflight.desktop import thunar
from preflight.desktop.actions import Action, RegistryValue, Shortcut, ThunarActions, WriteFile
from preflight.desktop.manifest import Made, digest, load, save
from preflight.desktop.registry import Registry, WindowsRegistry, make_shortcut
from preflight.errors import OutputError
from preflight.output import PHOTO_MODE, why_unwritable, write_file
from preflight.printable import printable

EXECUTABLE_MODE = 0o777
MAX_FILE_BYTES = 4_000_000


class Installer:
    """Makes and removes. Everything is checked before the first thing is made."""

    def __init__(
        self,
        manifest: Path,
        registry: Registry | None = None,
        shortcut: Callable[[Shortcut], None] = make_shortcut,
    ) -> None:
        """Reads what was made before.

        Args:
            manifest: The file that keeps what was made.
            registry: Of Windows.
            shortcut: Makes one.

        Raises:
            OutputError: The manifest cannot be read.
        """
        self._manifest = manifest
        self._registry = registry or WindowsRegistry()
        self._shortcut = shortcut
        self.made = load(manifest)

    def install(self, actions: Sequence[Action]) -> None:
        """Makes all of it, and removes what an earlier installation made and this one does not.

        Raises:
            OutputError: Something that is not ours is in the way (then nothing was made), or
                something could not be written.
        """
        before = {made.key: made for made in self.made}
        wanted = [made for action in actions for made in self._check(action, before)]
        folders = _missing_folders(actions)
        kept = {**before, **{made.key: made for made in (*folders, *wanted)}}
        save(self._manifest, kept.values())  # before the first is made: a crash loses nothing
        for action in actions:
            for made in self._make(action):
                kept[made.key] = made
        now = {made.key for made in wanted}
        for key, made in before.items():
            if key not in now and made.kind != "folder" and not self._remove(made):
                del kept[key]
        self.made = tuple(kept.values())
        save(self._manifest, self.made)

    def remove(self) -> tuple[list[Made], list[tuple[Made, str]]]:
        """Removes exactly what was made, unless somebody has changed it since.

        Returns:
            What is gone, and what was left with the reason; folders that were made go if empty.

        Raises:
            OutputError: Something could not be removed.
        """
        gone, left = [], []
        order = sorted(self.made, key=_depth, reverse=True)
        for made in order:
            if made.kind == "folder":
                continue
            if why := self._remove(made):
                left.append((made, why))
            else:
                gone.append(made)
        save(self._manifest, ())
        folders = [Path(made.place) for made in order if made.kind == "folder"]
        for folder in (self._manifest.parent, *folders):
            with suppress(OSError):  # other things are in it by now, or it is gone
                folder.rmdir()
        self.made = ()
        return gone, left

    def is_there(self, made: Made) -> bool:
        """Whether it is as it was made."""
        if made.kind == "registry":
            return self._registry.get(made.place, made.name) == made.state
        if made.kind == "folder":
            return Path(made.place).is_dir()
        content = _read(Path(made.place))
        if content is None:
            return False
        if made.kind == "thunar":
            return made.name in thunar.commands(content)
        return digest(content) == made.state

    def _check(self, action: Action, before: dict[tuple[str, str, str], Made]) -> list[Made]:
        """What the action makes.

        Raises:
            OutputError: Something else is in the way.
        """
        if isinstance(action, RegistryValue):
            made = Made("registry", action.key, action.name, action.value)
            there = self._registry.get(action.key, action.name)
            old = before.get(made.key)
            if there not in (None, action.value) and (old is None or old.state != there):
                raise _in_the_way(f"HKEY_CURRENT_USER\\{action.key}")
            return [made]
        content = _read(Path(action.path))
        if isinstance(action, ThunarActions):
            base = _thunar_base(action) if content is None else content
            thunar.merged(base, dict(action.actions))
            state = digest(base) if content is None else ""
            found = [Made("thunar", str(action.path), name, state) for name, _ in action.actions]
            return [before.get(made.key, made) if content is not None else made for made in found]
        new = digest(action.content) if isinstance(action, WriteFile) else ""
        kind = "file" if isinstance(action, WriteFile) else "shortcut"
        made = Made("file" if kind == "file" else "shortcut", str(action.path), "", new)
        old = before.get(made.key)
        if content is not None and digest(content) not in (new, old.state if old else None):
            raise _in_the_way(str(action.path))
        return [made]

    def _make(self, action: Action) -> list[Made]:
        """Makes it; gives what only now is known of it."""
        if isinstance(action, RegistryValue):
            try:
                self._registry.set(action.key, action.name, action.value)
            except OSError as error:
                raise OutputError(f"The registry could not be written: {error}.") from error
            return []
        path = Path(action.path)
        if isinstance(action, ThunarActions):
            content = _read(path)
            base = _thunar_base(action) if content is None else content
            write_file(path, thunar.merged(base, dict(action.actions)), replace=True)
            return []
        if isinstance(action, WriteFile):
            mode = EXECUTABLE_MODE if action.executable else PHOTO_MODE
            write_file(path, action.content, replace=True, mode=mode)
            return []
        path.parent.mkdir(parents=True, exist_ok=True)
        self._shortcut(action)
        return [Made("shortcut", str(path), "", digest(_read(path) or b""))]

    def _remove(self, made: Made) -> str:
        """Removes it; says why not if it stays."""
        path = Path(made.place)
        try:
            if made.kind == "registry":
                if self._registry.get(made.place, made.name) not in (None, made.state):
                    return "it was changed since"
                self._registry.delete(made.place, made.name)
            elif made.kind == "thunar":
                _remove_from_thunar(path, made)
            elif (content := _read(path)) is not None:
                if digest(content) != made.state:
                    return "it was changed since"
                path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(*why_unwritable(path, error)) from error
        return ""


def _depth(made: Made) -> int:
    """The innermost folders and registry keys go first."""
    return made.place.count("\\") + len(Path(made.place).parts)


def _remove_from_thunar(path: Path, made: Made) -> None:
    content = _read(path)
    if content is None:
        return
    rest = thunar.without(content, {made.name})
    if made.state and digest(rest) == made.state:
        path.unlink()  # it only said what the system's file says
    elif rest != content:
        write_file(path, rest, replace=True)


def _thunar_base(action: ThunarActions) -> bytes:
    """What Thunar goes by while the person has no file, which ours must not hide."""
    found = (_read(Path(path)) for path in action.defaults)
    return next((content for content in found if content is not None), thunar.EMPTY)


def _missing_folders(actions: Iterable[Action]) -> list[Made]:
    missing: dict[PurePath, None] = {}
    for action in actions:
        if isinstance(action, RegistryValue):
            continue
        folder = Path(action.path).parent
        while not folder.exists() and folder != folder.parent:
            missing[folder] = None
            folder = folder.parent
    return [Made("folder", str(folder)) for folder in missing]


def _read(path: Path) -> bytes | None:
    """The file; None if there is none.

    Raises:
        OutputError: It is there and cannot be read, or is no ordinary file.
    """
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutputError(f"{printable(str(path))} cannot be read: {error.strerror}.") from error


def _in_the_way(place: str) -> OutputError:
    return OutputError(
        f"{printable(place)} is there already and was not made by preflight; nothing was done.",
        "Rename it or move it away, then try again.",
    )
