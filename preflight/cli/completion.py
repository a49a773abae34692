"""Completion: what the shell offers after `preflight` and the tabulator key. Click does the work.

https://click.palletsprojects.com/en/stable/shell-completion/#adding-support-for-a-shell
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
)

from preflight.errors import UsageError
from preflight.naming import PHOTO_SUFFIXES

PROGRAMS = "preflight photo-preflight"

PHOTO = "photo"
"""Type of a completion item: a photo or a folder, quoted and ended as names of files are."""

_BASH = """\
%(complete_func)s() {
    local type value cur="${COMP_WORDS[COMP_CWORD]}" files=0
    COMPREPLY=()
    while IFS=$'\\t' read -r type value; do
        case "$type" in
            file) compopt -o default ;;
            dir) compopt -o dirnames ;;
            photo) files=1; COMPREPLY+=("${value%%/}") ;;
            *) COMPREPLY+=("$value") ;;
        esac
    done < <(COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD \\
        %(complete_var)s=bash_complete "$1" 2>/dev/null)
    if [ "$files" = 1 ]; then compopt -o filenames 2>/dev/null; fi
    return 0
}
complete -o nosort -F %(complete_func)s %(programs)s
"""

_ZSH = """\
#compdef %(programs)s
%(complete_func)s() {
    local type value help
    local -a plain photos folders
    while IFS=$'\\t' read -r type value help; do
        case "$type" in
            file) _files ;;
            dir) _path_files -/ ;;
            photo) if [[ "$value" == */ ]]; then folders+=("${value%%/}"); \
else photos+=("$value"); fi ;;
            *) plain+=("${value//:/\\\\:}${help:+:$help}") ;;
        esac
    done < <(COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT-1)) \\
        %(complete_var)s=zsh_complete ${words[1]} 2>/dev/null)
    (( $#plain )) && _describe -V preflight plain
    (( $#photos )) && compadd -f -- "${photos[@]}"
    (( $#folders )) && compadd -f -S / -q -- "${folders[@]}"
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(programs)s
fi
"""

_FISH = """\
function %(complete_func)s
    set -l program (commandline -opc)[1]
    for line in (env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp | string collect) \\
            COMP_CWORD=(commandline -t | string collect) $program 2>/dev/null)
        set -l parts (string split \\t -- $line)
        switch $parts[1]
            case file
                __fish_complete_path (commandline -t)
            case dir
                __fish_complete_directories (commandline -t)
            case '*'
                string join \\t -- $parts[2..3]
        end
    end
end
for program in %(programs)s
    complete --no-files --command $program --arguments "(%(complete_func)s)"
end
"""

_POWERSHELL = """\
Register-ArgumentCompleter -Native -CommandName %(names)s -ScriptBlock {
    param($word, $ast, $position)
    $before = $ast.CommandElements | Where-Object { $_.Extent.EndOffset -lt $position }
    $texts = $before | ForEach-Object { if ($null -ne $_.Value) { $_.Value } else { "$_" } }
    $env:COMP_WORDS = @($texts) -join "`n"
    $env:COMP_CWORD = $word.Trim([char[]]"'`"")
    $env:%(complete_var)s = 'powershell_complete'
    try { $lines = & $ast.CommandElements[0].Value 2>$null }
    finally { $env:%(complete_var)s = $null; $env:COMP_WORDS = $null; $env:COMP_CWORD = $null }
    foreach ($line in $lines) {
        $type, $value, $help = $line -split "`t", 3
        if ($type -eq 'file' -or $type -eq 'dir') {
            [System.Management.Automation.CompletionCompleters]::CompleteFilename($word)
            continue
        }
        $text = if ($value -match '[^\\w./\\\\:-]') { "'" + ($value -replace "'", "''") + "'" } `
            else { $value }
        $tip = if ($help) { $help } else { $value }
        [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $tip)
    }
}
"""


class _Tabbed(ShellComplete):
    """Speaks to the shell in lines of type, value and help with tabulators between."""

    def source(self) -> str:
        """The script; unlike click's, it does not start bash to see its version."""
        quoted = ", ".join(f"'{name}'" for name in PROGRAMS.split())
        names: dict[str, object] = {"programs": PROGRAMS, "names": quoted}
        return self.source_template % (names | dict(self.source_vars()))

    def format_completion(self, item: CompletionItem) -> str:
        """One line; a name with a tabulator or a line break cannot be offered."""
        parts = (item.type, item.value, item.help or "")
        return "\t".join(str(part).replace("\t", " ").replace("\n", " ") for part in parts)


class _Bash(_Tabbed, BashComplete):
    source_template = _BASH


class _Zsh(_Tabbed, ZshComplete):
    source_template = _ZSH


class _Fish(_Tabbed, FishComplete):
    source_template = _FISH


class _PowerShell(_Tabbed):
    name: ClassVar[str] = "powershell"
    source_template = _POWERSHELL

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the cursor, one a line, and the word under it."""
        words = os.environ.get("COMP_WORDS", "").split("\n")
        return words[1:], os.environ.get("COMP_CWORD", "")


SHELLS: dict[str, type[ShellComplete]] = {
    "bash": _Bash,
    "zsh": _Zsh,
    "fish": _Fish,
    "powershell": _PowerShell,
}


def photos_like(incomplete: str) -> list[CompletionItem]:
    """Photos and folders (with a slash at the end) whose paths begin with `incomplete`."""
    head, beginning = os.path.split(incomplete)
    prefix = incomplete[: len(incomplete) - len(beginning)]
    try:
        with os.scandir(Path(head).expanduser()) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except (OSError, ValueError, RuntimeError):  # RuntimeError: nobody is called ~so
        return []
    found = []
    for entry in entries:
        hidden = entry.name.startswith(".") and not beginning.startswith(".")
        if hidden or not entry.name.startswith(beginning):
            continue
        try:
            is_folder = entry.is_dir()
        except OSError:
            continue
        if is_folder or os.path.splitext(entry.name)[1].lower() in PHOTO_SUFFIXES:
            found.append(CompletionItem(f"{prefix}{entry.name}{'/' * is_folder}", type=PHOTO))
    return found


def register() -> None:
    """Makes click use these in place of its own."""
    for name, shell in SHELLS.items():
        add_completion_class(shell, name)


@click.command()
@click.argument("shell", required=False, metavar="[bash|zsh|fish|powershell]")
def completion(shell: str | None) -> None:
    """Print the script that completes commands, options and photos in a shell.

    Without a name it is for the shell that SHELL names.

    \b
    To have it in every new shell:
      bash        preflight completion bash >> ~/.bashrc
      zsh         preflight completion zsh >> ~/.zshrc     (below compinit)
      fish        preflight completion fish >> ~/.config/fish/config.fish
      PowerShell  preflight completion powershell >> $PROFILE
    """
    name = (shell or os.path.basename(os.environ.get("SHELL", ""))).lower()
    name = {"pwsh": "powershell"}.get(name, name)
    if name not in SHELLS:
        known = ", ".join(SHELLS)
        if not shell:
            raise UsageError("Which shell?", f"Name one of {known}.")
        raise UsageError(f"preflight has no completion for {shell}.", f"It has one for {known}.")
    from preflight.cli.main import COMPLETION, cli

    click.echo(SHELLS[name](cli, {}, "preflight", COMPLETION).source(), nl=False)
