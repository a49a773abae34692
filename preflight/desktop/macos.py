"""macOS: Quick Actions, which Finder shows in its menu of a right click."""

from __future__ import annotations

import plistlib
import shlex
from collections.abc import Sequence
from pathlib import PurePath
from uuid import NAMESPACE_URL, uuid5

from preflight.desktop.actions import Action, Entry, WriteFile

_AS_ARGUMENTS = 1
"""`inputMethod` of Automator's "Run Shell Script": 0 is standard input."""


def plan_macos(
    home: PurePath, command: Sequence[str], entries: Sequence[Entry]
) -> tuple[Action, ...]:
    """A workflow for each entry; the command has absolute paths, because Finder's PATH is short."""
    actions: list[Action] = []
    for entry in entries:
        contents = home / "Library" / "Services" / f"{entry.file_name}.workflow" / "Contents"
        actions += [
            WriteFile(contents / "Info.plist", plistlib.dumps(_info(entry))),
            WriteFile(contents / "document.wflow", plistlib.dumps(_workflow(command, entry))),
        ]
    return tuple(actions)


def _info(entry: Entry) -> dict[str, object]:
    return {
        "CFBundleIdentifier": f"preflight.desktop.{entry.id}",
        "CFBundleName": entry.title,
        "NSServices": [
            {
                "NSBackgroundColorName": "background",
                "NSIconName": "NSActionTemplate",
                "NSMenuItem": {"default": entry.title},
                "NSMessage": "runWorkflowAsService",
                "NSRequiredContext": {"NSApplicationIdentifier": "com.apple.finder"},
                "NSSendFileTypes": ["public.image", "public.folder"],
            }
        ],
    }


def _workflow(command: Sequence[str], entry: Entry) -> dict[str, object]:
    words = shlex.join((*command, *entry.options, "--"))
    strings = {"Container": "List", "Optional": True, "Types": ["com.apple.cocoa.string"]}
    action = {
        "AMAccepts": strings,
        "AMActionVersion": "2.0.3",
        "AMApplication": ["Automator"],
        "AMProvides": {"Container": "List", "Types": ["com.apple.cocoa.string"]},
        "ActionBundlePath": "/System/Library/Automator/Run Shell Script.action",
        "ActionName": "Run Shell Script",
        "ActionParameters": {
            "COMMAND_STRING": f'exec {words} "$@"\n',
            "CheckedForUserDefaultShell": True,
            "inputMethod": _AS_ARGUMENTS,
            "shell": "/bin/sh",
            "source": "",
        },
        "BundleIdentifier": "com.apple.RunShellScript",
        "CFBundleVersion": "2.0.3",
        "CanShowSelectedItemsWhenRun": False,
        "CanShowWhenRun": True,
        "Category": ["AMCategoryUtilities"],
        "Class Name": "RunShellScriptAction",
        "InputUUID": _uuid(entry, "input"),
        "OutputUUID": _uuid(entry, "output"),
        "UUID": _uuid(entry, "action"),
        "isViewVisible": 1,
    }
    return {
        "AMApplicationBuild": "523",
        "AMApplicationVersion": "2.10",
        "AMDocumentVersion": "2",
        "actions": [{"action": action, "isViewVisible": 1}],
        "connectors": {},
        "workflowMetaData": {
            "serviceApplicationBundleID": "com.apple.finder",
            "serviceApplicationPath": "/System/Library/CoreServices/Finder.app",
            "serviceInputTypeIdentifier": "com.apple.Automator.fileSystemObject",
            "serviceOutputTypeIdentifier": "com.apple.Automator.nothing",
            "serviceProcessesInput": 0,
            "workflowTypeIdentifier": "com.apple.Automator.servicesMenu",
        },
    }


def _uuid(entry: Entry, part: str) -> str:
    # the same at every installation, so that the same file is recognised as ours
    return str(uuid5(NAMESPACE_URL, f"preflight/{entry.id}/{part}")).upper()
