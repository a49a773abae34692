#!/bin/sh
# Drop photos on this file, or name them after it: copies that are ready to upload appear beside
# them. Change the words after "drop" to your needs, for instance: drop --for linkedin --
#
# "$@" hands every name on as it is, with spaces, quotes and dashes. The -- ends the options.

if command -v preflight >/dev/null 2>&1; then
    exec preflight drop -- "$@"
fi
if command -v uvx >/dev/null 2>&1; then
    exec uvx photo-preflight drop -- "$@"
fi
if command -v pipx >/dev/null 2>&1; then
    exec pipx run photo-preflight drop -- "$@"
fi
echo "preflight is not installed. Install it with: pip install photo-preflight" >&2
exit 127
