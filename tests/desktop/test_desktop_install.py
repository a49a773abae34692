"""What is installed can be removed, what is not ours stays."""

from __future__ import annotations

import os
from pathlib import Path, PureWindowsPath

import pytest
from click.testing import CliRunner

from preflight.cli.main import cli
from preflight.desktop import thunar
from preflight.desktop.actions import RegistryValue, Shortcut, ThunarActions, WriteFile
from preflight.desktop.install import Installer
from preflight.errors import OutputError

OTHERS = b"""<?xml encoding="UTF-8" version="1.0"?>
<!-- mine -->
<actions><action><name>Odd &amp; ends</name><unique-id>1</unique-id>
   <command>x &lt;action&gt; %f</command></action>
<action>
	<name>No identity</name>
</action>
</actions>
"""


class FakeRegistry:
    """Values by key and name."""

    def __init__(self):
        self.values = {}

    def get(self, key, name):
        return self.values.get((key, name))

    def set(self, key, name, value):
        self.values[key, name] = value

    def delete(self, key, name):
        self.values.pop((key, name), None)


def tree(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def script(folder, name="Preflight", content=b"#!/bin/sh\n"):
    return WriteFile(folder / "a" / "b" / name, content, executable=True)


def merge(folder, *names):
    actions = tuple((name, thunar.action_xml(name, name, "run %F")) for name in names)
    return ThunarActions(folder / "uca.xml", (folder / "no.xml", folder / "default.xml"), actions)


def test_remove_leaves_the_folder_as_it_was(tmp_path):
    (tmp_path / "default.xml").write_bytes(OTHERS)
    before = tree(tmp_path)
    manifest = tmp_path / "state" / "desktop.json"
    Installer(manifest).install([script(tmp_path), merge(tmp_path, "preflight", "preflight-x")])
    assert os.access(tmp_path / "a" / "b" / "Preflight", os.X_OK)
    content = (tmp_path / "uca.xml").read_bytes()
    assert (thunar.commands(content)) == {
        "1": "x <action> %f",
        "preflight": "run %F",
        "preflight-x": "run %F",
    }
    installer = Installer(manifest)
    assert [installer.is_there(made) for made in installer.made] == [True] * len(installer.made)
    gone, left = installer.remove()
    assert (len(gone), left) == (3, [])
    assert tree(tmp_path) == before


def test_a_person_s_own_thunar_entries_are_kept_byte_for_byte(tmp_path):
    (tmp_path / "uca.xml").write_bytes(OTHERS)
    manifest = tmp_path / "state" / "desktop.json"
    Installer(manifest).install([merge(tmp_path, "preflight", "preflight-x")])
    Installer(manifest).install([merge(tmp_path, "preflight")])
    assert set(thunar.commands((tmp_path / "uca.xml").read_bytes())) == {"1", "preflight"}
    Installer(manifest).remove()
    assert (tmp_path / "uca.xml").read_bytes() == OTHERS


def test_entries_that_were_added_since_are_kept(tmp_path):
    manifest = tmp_path / "state" / "desktop.json"
    Installer(manifest).install([merge(tmp_path, "preflight")])
    path = tmp_path / "uca.xml"
    path.write_bytes(thunar.merged(path.read_bytes(), {"2": thunar.action_xml("2", "own", "y")}))
    Installer(manifest).remove()
    assert thunar.commands(path.read_bytes()) == {"2": "y"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<actions>",
        b"<actions/>",
        b"<other></other>",
        OTHERS.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        b'<!DOCTYPE a [<!ENTITY x "y">]><actions></actions>',
    ],
)
def test_a_thunar_file_that_is_none_stops_everything_before_it_begins(tmp_path, content):
    (tmp_path / "uca.xml").write_bytes(content)
    before = tree(tmp_path)
    installer = Installer(tmp_path / "state" / "desktop.json")
    with pytest.raises(OutputError, match=r"uca\.xml"):
        installer.install([script(tmp_path), merge(tmp_path, "preflight")])
    assert tree(tmp_path) == before


def test_a_file_of_somebody_else_is_not_overwritten_and_nothing_is_made(tmp_path):
    own = tmp_path / "a" / "b" / "Preflight"
    own.parent.mkdir(parents=True)
    own.write_text("mine")
    before = tree(tmp_path)
    with pytest.raises(OutputError, match="not made by preflight"):
        Installer(tmp_path / "m.json").install([script(tmp_path, "First"), script(tmp_path)])
    assert tree(tmp_path) == before


def test_a_file_that_was_changed_since_is_neither_replaced_nor_removed(tmp_path):
    manifest = tmp_path / "m.json"
    Installer(manifest).install([script(tmp_path), script(tmp_path, "Other")])
    changed = tmp_path / "a" / "b" / "Preflight"
    changed.write_text("changed")
    with pytest.raises(OutputError):
        Installer(manifest).install([script(tmp_path, content=b"new")])
    gone, left = Installer(manifest).remove()
    assert [Path(made.place).name for made in gone] == ["Other"]
    assert [(Path(made.place).name, why) for made, why in left] == [
        ("Preflight", "it was changed since")
    ]
    assert changed.read_text() == "changed"


def test_a_second_installation_takes_the_place_of_the_first(tmp_path):
    manifest = tmp_path / "m.json"
    Installer(manifest).install([script(tmp_path), script(tmp_path, "Old")])
    Installer(manifest).install([script(tmp_path, content=b"new")])
    assert tree(tmp_path / "a" / "b") == {"Preflight": b"new"}
    Installer(manifest).remove()
    assert tree(tmp_path) == {}


def test_an_installation_that_fails_halfway_can_be_removed(tmp_path):
    def fail(shortcut):
        raise OutputError("no PowerShell")

    manifest = tmp_path / "state" / "m.json"
    shortcut = Shortcut(tmp_path / "SendTo" / "P.lnk", PureWindowsPath("p.exe"), "", "")
    with pytest.raises(OutputError, match="no PowerShell"):
        Installer(manifest, shortcut=fail).install([script(tmp_path), shortcut])
    assert (tmp_path / "a" / "b" / "Preflight").exists()
    Installer(manifest).remove()
    assert tree(tmp_path) == {}


def test_windows_values_and_shortcuts(tmp_path):
    registry = FakeRegistry()
    registry.values["K", "MUIVerb"] = "of somebody else"
    manifest = tmp_path / "state" / "m.json"

    def make(shortcut):
        Path(shortcut.path).write_bytes(b"lnk " + shortcut.arguments.encode())

    def installer():
        return Installer(manifest, registry, make)

    shortcut = Shortcut(tmp_path / "SendTo" / "P.lnk", PureWindowsPath("p.exe"), "drop --", "")
    value = RegistryValue("K\\preflight\\command", "", 'p.exe "%1"')
    with pytest.raises(OutputError, match="HKEY_CURRENT_USER"):
        installer().install([shortcut, RegistryValue("K", "MUIVerb", "Preflight")])
    assert tree(tmp_path) == {}
    installer().install([shortcut, value])
    assert registry.get("K\\preflight\\command", "") == 'p.exe "%1"'
    installer().install([shortcut, value])
    assert all(installer().is_there(made) for made in installer().made)
    _, left = installer().remove()
    assert left == []
    assert registry.values == {("K", "MUIVerb"): "of somebody else"}
    assert tree(tmp_path) == {}


def test_a_damaged_manifest_says_so(tmp_path):
    manifest = tmp_path / "m.json"
    for content in (
        "",
        "[]",
        '{"made": [{"kind": "file"}]}',
        '{"made": [{"kind":"file","place":1}]}',
    ):
        manifest.write_text(content)
        with pytest.raises(OutputError, match="cannot be read"):
            Installer(manifest)


@pytest.fixture
def home(tmp_path, monkeypatch):
    place = tmp_path / "home"
    (place / "Desktop").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(place))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    return place


@pytest.mark.skipif(os.name == "nt", reason="HOME names the folder on POSIX systems only")
def test_the_commands_install_list_and_remove(home):
    def run(*words):
        result = CliRunner().invoke(cli, ["desktop", *words])
        return result.exit_code, result.output

    before = tree(home)
    code, text = run("install", "--dry-run", "--for", "default", "--for", "linkedin")
    assert code == 0
    assert "Preflight for LinkedIn" in text
    assert tree(home) == before
    assert run("list") == (0, "Nothing is installed. To begin: preflight desktop install\n")
    assert run("install", "--for", "default", "--for", "linkedin")[0] == 0
    code, text = run("list")
    assert code == 0
    assert text.count("there ") >= 4 - 2 * (os.uname().sysname == "Darwin")
    assert run("remove")[0] == 0
    assert tree(home) == before
    assert run("remove") == (0, "Nothing was installed.\n")
    code, text = run("install", "--for", "nowhere")
    assert code == 2
    assert "not one of the platforms" in text
