"""Makes the pictures of the README: what preflight prints, and what it does to a photo.

    python samples/pictures/make.py            writes them beside this file
    python samples/pictures/make.py --check    says which of them are stale, and ends with 1

The terminal pictures are SVG drawings of real output, run on the samples.
"""

from __future__ import annotations

import argparse
import html
import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parent
TERMINALS = {
    "check.svg": [["check", "phone.heic"]],
    "fix.svg": [["fix", "phone.heic"]],
    "damaged.svg": [["check", "truncated.jpg"]],
}
COLUMN, LINE, MARGIN = 8.43, 20, 18
SIDE = 260


def terminal(commands: list[list[str]], folder: Path) -> str:
    """What a person sees who types the commands in a folder with the samples."""
    lines: list[str] = []
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-m", "preflight", *command],
            cwd=folder,
            capture_output=True,
            text=True,
            env={"PYTHONPATH": str(SAMPLES.parent), "COLUMNS": "80", "PATH": "/usr/bin:/bin"},
            check=False,
        )
        lines += [f"$ preflight {' '.join(command)}", *done.stdout.splitlines(), ""]
    return svg(lines[:-1])


def svg(lines: list[str]) -> str:
    """Draws the lines as a terminal, readable on light and dark pages."""
    width = MARGIN * 2 + COLUMN * max(80, *(len(line) for line in lines))
    height = MARGIN * 2 + 24 + LINE * len(lines)
    rows = []
    for number, line in enumerate(lines):
        y = MARGIN + 24 + LINE * number + 14
        kind = "command" if line.startswith("$ ") else "text"
        rows.append(
            f'<text x="{MARGIN}" y="{y}" class="{kind}" xml:space="preserve">'
            f"{html.escape(line, quote=False)}</text>"
        )
    dots = "".join(
        f'<circle cx="{MARGIN + 8 + 18 * n}" cy="18" r="6" fill="{colour}"/>'
        for n, colour in enumerate(("#ff5f57", "#febc2e", "#28c840"))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" '
        f'viewBox="0 0 {width:.0f} {height}" role="img">'
        "<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;"
        "fill:#dfe3ea}.command{fill:#8fd18f;font-weight:600}</style>"
        f'<rect width="100%" height="100%" rx="10" fill="#1d2430"/>{dots}'
        + "".join(rows)
        + "</svg>\n"
    )


def before_and_after(names: list[str]) -> bytes:
    """One row for each photo: as it is, and as the circle that the platform shows."""
    from preflight import fix

    gap = 16
    sheet = Image.new("RGB", (SIDE * 2 + gap * 3, (SIDE + gap) * len(names) + gap), "#eef1f5")
    for row, name in enumerate(names):
        top = gap + row * (SIDE + gap)
        result = fix(SAMPLES / name)
        assert result.data is not None, result.why
        before = as_shown(SAMPLES / name)
        before.thumbnail((SIDE, SIDE))
        sheet.paste(before, (gap + (SIDE - before.width) // 2, top + (SIDE - before.height) // 2))
        after = Image.open(io.BytesIO(result.data)).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        mask = Image.new("L", (SIDE * 4, SIDE * 4))
        ImageDraw.Draw(mask).ellipse((0, 0, SIDE * 4 - 1, SIDE * 4 - 1), fill=255)
        sheet.paste(after, (SIDE + gap * 2, top), mask.resize((SIDE, SIDE)))
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()


def as_shown(path: Path) -> Image.Image:
    """The photo as a viewer shows it."""
    from preflight import fix
    from preflight.fixer.options import FixOptions

    whole = fix(path, options=FixOptions(crop="whole", pad="#eef1f5"))
    assert whole.data is not None, whole.why
    return Image.open(io.BytesIO(whole.data)).convert("RGB")


def main() -> int:
    """Writes or checks all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = []
    for name, commands in TERMINALS.items():
        with tempfile.TemporaryDirectory() as scratch:
            for command in commands:
                shutil.copy(SAMPLES / command[-1], scratch)
            drawn = terminal(commands, Path(scratch))
        if check and (HERE / name).read_text(encoding="utf-8") != drawn:
            stale.append(name)
        elif not check:
            (HERE / name).write_text(drawn, encoding="utf-8")
    if not check:
        photos = ["phone.heic", "head-at-edge.jpg", "rotated-8.jpg"]
        (HERE / "before-after.jpg").write_bytes(before_and_after(photos))
    print("\n".join(f"stale: {name}" for name in stale), end="\n" if stale else "")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
