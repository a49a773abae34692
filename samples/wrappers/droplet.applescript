-- macOS: an icon to drop photos on. Make it once, in Terminal:
--   osacompile -o ~/Desktop/Preflight.app droplet.applescript
-- "quoted form of" makes any name safe for the shell.

property places : "PATH=\"$PATH:$HOME/.local/bin:/opt/homebrew/bin:/usr/local/bin\"; "
property choices : "if command -v preflight >/dev/null; then set -- preflight drop -- \"$@\"; elif command -v uvx >/dev/null; then set -- uvx photo-preflight drop -- \"$@\"; elif command -v pipx >/dev/null; then set -- pipx run photo-preflight drop -- \"$@\"; else exit 127; fi; \"$@\" || [ $? -eq 1 ]"

on open photos
	set names to ""
	repeat with photo in photos
		set names to names & " " & quoted form of POSIX path of photo
	end repeat
	try
		do shell script "set --" & names & "; " & places & choices
	on error message number code
		if code is 127 then
			display dialog "preflight is not installed. Install it with: pip install photo-preflight" buttons {"OK"}
		else
			display dialog message buttons {"OK"}
		end if
	end try
end open

on run
	display dialog "Drop photos on this icon, or a folder of them." buttons {"OK"}
end run
