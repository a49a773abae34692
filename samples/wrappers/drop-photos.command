#!/bin/sh
# macOS: double-click this file, drag photos into the window that opens, press Return: copies that
# are ready to upload appear beside them. (To drop photos on an icon, see droplet.applescript.)

# A window that Finder opens knows few places for programs.
PATH="$PATH:$HOME/.local/bin:/opt/homebrew/bin:/usr/local/bin"

run() {
    if command -v preflight >/dev/null 2>&1; then
        preflight drop -- "$@"
    elif command -v uvx >/dev/null 2>&1; then
        uvx photo-preflight drop -- "$@"
    elif command -v pipx >/dev/null 2>&1; then
        pipx run photo-preflight drop -- "$@"
    else
        echo "preflight is not installed. Install it with: pip install photo-preflight" >&2
        return 127
    fi
}

if [ "$#" -eq 0 ]; then
    printf 'Drag photos into this window, then press Return: '
    IFS= read -r line
    # Terminal escapes each dragged name with backslashes, and xargs reads them in the same way.
    # Nothing in a name is ever run. Quotes arrive escaped as well.
    printf '%s\n' "$line" | xargs sh "$0"
    exit
fi
run "$@"
