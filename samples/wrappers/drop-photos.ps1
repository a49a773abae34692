# Windows PowerShell. Explorer does not drop files on a .ps1, so make a shortcut to drop them on:
#   powershell -NoProfile -ExecutionPolicy Bypass -File "C:\where\it\is\drop-photos.ps1"
# Each dropped name arrives as one argument, whatever is in it; nothing in it is ever run.

param([Parameter(ValueFromRemainingArguments = $true)] [string[]] $Photos = @())

# PowerShell 5.1 would let a last backslash escape the quote that follows it: "C:\my photos\"
$names = @($Photos | ForEach-Object { if ($_ -match '\s') { $_.TrimEnd('\') } else { $_ } })

function Find-Program([string] $Name) {
    # applications only: not a script of that name among the photos, and not an alias
    Get-Command -Name $Name -CommandType Application -ErrorAction SilentlyContinue |
        Where-Object { $_.Source -like '*.exe' } | Select-Object -First 1
}

if ($program = Find-Program 'preflight') { & $program drop -- $names }
elseif ($program = Find-Program 'uvx') { & $program photo-preflight drop -- $names }
elseif ($program = Find-Program 'pipx') { & $program run photo-preflight drop -- $names }
else {
    Write-Host 'preflight is not installed. Install it with: pip install photo-preflight'
    Read-Host 'Press Return to close'
    exit 127
}
exit $LASTEXITCODE
