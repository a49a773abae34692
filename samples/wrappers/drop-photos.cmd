@echo off
rem Drop photos on this file: copies that are ready to upload appear beside them.
rem
rem Explorer puts no quotes around a name without spaces, so a&b.jpg would run b.jpg as a command.
rem That is why dropped names do not come from the arguments here but from CMDCMDLINE, the line that
rem started this, by delayed expansion (!), after which nothing is taken for a command any more;
rem and why "exit", not "exit /b", ends it: nothing that follows an & is run either.
setlocal EnableExtensions DisableDelayedExpansion
set "program="
set "words=drop --"
for %%P in (preflight.exe) do set "program=%%~$PATH:P"
if defined program goto found
set "words=photo-preflight drop --"
for %%P in (uvx.exe) do set "program=%%~$PATH:P"
if defined program goto found
set "words=run photo-preflight drop --"
for %%P in (pipx.exe) do set "program=%%~$PATH:P"
if defined program goto found
echo preflight is not installed. Install it with: pip install photo-preflight
pause
exit 127

:found
setlocal EnableDelayedExpansion
set "line=!cmdcmdline!"
if not defined line goto typed
set "names=!line:*%~nx0=!"
if "!names!"=="!line!" goto typed
rem What is left: the quote after this file's name, the photos, and the quote that ends it all
set "quote=""
if "!names:~0,1!"=="!quote!" (
  set "names=!names:~1!"
  if "!names:~-1!"=="!quote!" set "names=!names:~0,-1!"
)
"!program!" !words! !names!
exit !errorlevel!

:typed
rem In a window of commands, where the person has put the quotes
endlocal
"%program%" %words% %*
exit /b %errorlevel%
