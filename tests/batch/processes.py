"""Real preflight processes for tests and benchmarks: start, kill, look at what they left."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]


def make_photos(folder: Path, count: int, side_px: int = 240) -> list[str]:
    """Photos that all differ, in `folder`; gives their stems."""
    folder.mkdir(parents=True, exist_ok=True)
    base = Image.linear_gradient("L").resize((side_px, side_px)).convert("RGB")
    stems = []
    for number in range(count):
        image = base.copy()
        image.paste((number % 251, number * 7 % 253, 99), (0, 0, 40 + number % 90, 50))
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=85)
        name = f"photo-{number:05}"
        (folder / f"{name}.jpg").write_bytes(buffer.getvalue())
        stems.append(name)
    return stems


def command(*words: object) -> list[str]:
    """A command line of preflight with children that may misbehave."""
    return [sys.executable, "-m", "tests.batch.faulty_preflight", *map(str, words)]


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), **more}


def start(*words: object, cwd: Path, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(*words),
        cwd=cwd,
        env=environment(**more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(
    *words: object, cwd: Path, timeout_s: float = 110, **more: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words),
        cwd=cwd,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=timeout_s,
    )


def children_of(process: int) -> list[int]:
    """Of all its threads, and their children."""
    found = []
    try:
        for thread in Path(f"/proc/{process}/task").iterdir():
            found += [int(child) for child in (thread / "children").read_text().split()]
    except OSError:
        pass  # it ended meanwhile
    return [*found, *(grandchild for child in found for grandchild in children_of(child))]


def is_gone(process: int) -> bool:
    """Ended, perhaps not yet buried."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def copies(folder: Path) -> dict[str, bytes]:
    """What a person sees in a folder of copies."""
    return {
        path.name: path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def left_over(folder: Path) -> list[str]:
    """Temporary files."""
    return [path.name for path in folder.rglob(".preflight-*.tmp")]
