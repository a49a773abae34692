"""The plans of all three systems, parsed by what reads them."""

from __future__ import annotations

import configparser
import plistlib
import re
import shutil
import subprocess
from pathlib import Path, PurePosixPath, PureWindowsPath
from xml.etree import ElementTree

import pytest

from preflight.desktop import thunar
from preflight.desktop.actions import RegistryValue, Shortcut, ThunarActions, WriteFile
from preflight.desktop.doctor import exec_words, expanded
from preflight.desktop.linux import exec_value
from preflight.desktop.places import FILE_MANAGERS, Environment
from preflight.desktop.plan import plan, this_executable
from preflight.platforms.loader import load_many

AWKWARD = '/opt/my $HOME\'s "py" 50% `x` \\ &/python'
POSIX = (AWKWARD, "-P", "-m", "preflight", "drop")
PLATFORMS = load_many(("default", "linkedin"))
LINUX = Environment({}, frozenset(FILE_MANAGERS), PurePosixPath("/home/anna/Desktop"))


def linux(environment=LINUX, executable=POSIX):
    return plan("linux", PurePosixPath("/home/anna"), executable, environment, PLATFORMS)


def files(actions):
    return {str(action.path): action for action in actions if isinstance(action, WriteFile)}


def test_linux_has_a_place_for_every_file_manager():
    home = "/home/anna"
    title, linkedin = "Preflight (make ready to upload)", "Preflight for LinkedIn"
    scripts = (
        "/.local/share/nautilus/scripts",
        "/.local/share/nemo/scripts",
        "/.config/caja/scripts",
    )
    menus = ("/.local/share/kio/servicemenus", "/.local/share/kservices5/ServiceMenus")
    launchers = ("/.local/share/applications", "/Desktop")
    assert set(files(linux())) == {
        *(f"{home}{place}/{name}" for place in scripts for name in (title, linkedin)),
        *(f"{home}{place}/preflight.desktop" for place in menus),
        *(
            f"{home}{place}/preflight{end}.desktop"
            for place in launchers
            for end in ("", "-linkedin")
        ),
    }
    (merge,) = [action for action in linux() if isinstance(action, ThunarActions)]
    assert str(merge.path) == f"{home}/.config/Thunar/uca.xml"
    assert [str(path) for path in merge.defaults] == ["/etc/xdg/Thunar/uca.xml"]


def test_linux_without_file_managers_has_launchers_only():
    actions = linux(Environment({"XDG_DATA_HOME": "/data"}))
    assert set(files(actions)) == {
        "/data/applications/preflight.desktop",
        "/data/applications/preflight-linkedin.desktop",
    }


def test_a_relative_base_folder_is_ignored():
    actions = linux(Environment({"XDG_DATA_HOME": "data"}))
    assert "/home/anna/.local/share/applications/preflight.desktop" in files(actions)


def test_scripts_and_menus_are_executable_and_launchers_have_no_type():
    for path, action in files(linux()).items():
        assert action.executable is ("/applications/" not in path)
        if b"Type=Application" in action.content:
            assert b"MimeType" not in action.content
        if b"Type=Service" in action.content:
            assert b"MimeType=image/*;" in action.content


def test_a_script_passes_every_name_and_quotes_the_program(tmp_path):
    record = tmp_path / "re cord's $x"
    record.write_text('#!/bin/sh\nprintf "%s\\0" "$@" > "$0.out"\n')
    record.chmod(0o755)
    script = next(
        a
        for p, a in files(linux(executable=(str(record), "drop"))).items()
        if p.endswith("scripts/Preflight for LinkedIn")
    )
    path = tmp_path / "script"
    path.write_bytes(script.content)
    names = ["-x.jpg", "a & b.jpg", "new\nline.jpg", "*", "$(id)", "é'\""]
    subprocess.run(["sh", str(path), *names], check=True)
    given = (tmp_path / "re cord's $x.out").read_text().split("\0")[:-1]
    assert given == ["drop", "--for", "linkedin", "--", *names]


def test_exec_is_read_back_as_glib_reads_it():
    text = exec_value(POSIX)
    assert exec_words(text + " %F", "/a b/c.jpg") == [*POSIX, "/a b/c.jpg"]


@pytest.mark.skipif(not shutil.which("desktop-file-validate"), reason="needs desktop-file-utils")
@pytest.mark.parametrize("executable", [POSIX, this_executable()])
def test_desktop_files_are_clean(tmp_path, executable):
    complaints = {}
    for number, (path, action) in enumerate(files(linux(executable=executable)).items()):
        if path.endswith(".desktop"):
            copy = tmp_path / f"{number}.desktop"
            copy.write_bytes(action.content)
            done = subprocess.run(["desktop-file-validate", str(copy)], capture_output=True)
            said = (done.stdout + done.stderr).decode().splitlines()
            complaints[path] = [re.sub(r"^.*?\.desktop: ", "", line) for line in said]
    assert sum("Desktop/" in path or "applications/" in path for path in complaints) == 4
    for path, lines in complaints.items():
        # KDE's menus are of a type of their own, with keys that the validator knows in others only
        ours = [line for line in lines if 'type is "Service" while this key' not in line]
        assert ours == []
        assert lines == [] or "ervice" in path


def test_the_service_menu_names_its_actions():
    menu = files(linux())["/home/anna/.local/share/kio/servicemenus/preflight.desktop"]
    parser = configparser.RawConfigParser(delimiters="=", strict=True)
    parser.optionxform = str
    parser.read_string(menu.content.decode())
    names = parser["Desktop Entry"]["Actions"].rstrip(";").split(";")
    assert parser["Desktop Entry"]["X-KDE-ServiceTypes"] == "KonqPopupMenu/Plugin"
    assert [f"Desktop Action {name}" for name in names] == parser.sections()[1:]
    words = exec_words(parser["Desktop Action preflight-linkedin"]["Exec"], "f")
    assert words == [*POSIX, "--for", "linkedin", "--", "f"]


def test_thunar_runs_the_program_with_all_names(tmp_path):
    (merge,) = [action for action in linux() if isinstance(action, ThunarActions)]
    content = thunar.merged(thunar.EMPTY, dict(merge.actions))
    command = expanded(thunar.commands(content)["preflight-linkedin"], "'/a b/%F.jpg'")
    words = (
        subprocess.run(["sh", "-c", f"printf '%s\\0' {command}"], capture_output=True, check=True)
        .stdout.decode()
        .split("\0")[:-1]
    )
    assert words == [*POSIX, "--for", "linkedin", "--", "/a b/%F.jpg"]
    names = [node.findtext("name") for node in ElementTree.fromstring(content)]
    assert names == ["Preflight (make ready to upload)", "Preflight for LinkedIn"]


def test_macos_quick_actions_give_the_files_as_arguments(tmp_path):
    actions = plan("macos", PurePosixPath("/Users/anna"), POSIX, Environment({}), PLATFORMS)
    made = files(actions)
    folder = "/Users/anna/Library/Services/Preflight for LinkedIn.workflow/Contents"
    assert len(made) == 4
    info = plistlib.loads(made[f"{folder}/Info.plist"].content)
    (service,) = info["NSServices"]
    assert service["NSMenuItem"] == {"default": "Preflight for LinkedIn"}
    assert service["NSMessage"] == "runWorkflowAsService"
    assert "public.image" in service["NSSendFileTypes"]
    flow = plistlib.loads(made[f"{folder}/document.wflow"].content)
    (step,) = flow["actions"]
    parameters = step["action"]["ActionParameters"]
    assert parameters["inputMethod"] == 1
    assert parameters["shell"] == "/bin/sh"
    assert flow["workflowMetaData"]["workflowTypeIdentifier"].endswith("servicesMenu")
    script = parameters["COMMAND_STRING"].replace("exec ", "printf '%s\\0' ")
    said = (
        subprocess.run(
            ["/bin/sh", "-c", script, "sh", "-a & b.jpg", "$x"], capture_output=True, check=True
        )
        .stdout.decode()
        .split("\0")[:-1]
    )
    assert said == [*POSIX, "--for", "linkedin", "--", "-a & b.jpg", "$x"]


def test_windows_has_shortcuts_and_menu_entries_without_a_batch_file():
    home = PureWindowsPath("C:\\Users\\Anna")
    python = "C:\\Program Files\\Python\\pythonw.exe"
    environment = Environment({"APPDATA": "D:\\Roaming"}, desktop=home / "OneDrive" / "Desktop")
    command = (python, "-P", "-m", "preflight", "drop")
    actions = plan("windows", home, command, environment, PLATFORMS)
    shortcuts = [action for action in actions if isinstance(action, Shortcut)]
    assert [str(action.path) for action in shortcuts] == [
        f"{place}\\{name}.lnk"
        for name in ("Preflight (make ready to upload)", "Preflight for LinkedIn")
        for place in (
            "D:\\Roaming\\Microsoft\\Windows\\SendTo",
            "C:\\Users\\Anna\\OneDrive\\Desktop",
        )
    ]
    assert {str(action.target) for action in shortcuts} == {python}
    assert shortcuts[2].arguments == "-P -m preflight drop --for linkedin --"
    values = {(a.key, a.name): a.value for a in actions if isinstance(a, RegistryValue)}
    base = "Software\\Classes\\SystemFileAssociations\\"
    assert len(values) == 18
    for kind in ("image", ".heic", ".heif"):
        key = f"{base}{kind}\\shell\\preflight-linkedin"
        assert values[key, "MUIVerb"] == "Preflight for LinkedIn"
        assert values[key, "MultiSelectModel"] == "Player"
        assert values[f"{key}\\command", ""] == (
            f'"{python}" -P -m preflight drop --for linkedin --gather -- "%1"'
        )


def test_this_executable_starts_from_a_folder_of_photos_without_its_modules(tmp_path):
    (tmp_path / "preflight.py").write_text("raise SystemExit('a trap')")
    root = Path(__file__).resolve().parents[2]
    words = [*this_executable(), "--help"]
    done = subprocess.run(
        words, cwd=tmp_path, capture_output=True, text=True, env={"PYTHONPATH": str(root)}
    )
    assert "Make copies of PHOTOs" in done.stdout, done.stderr
