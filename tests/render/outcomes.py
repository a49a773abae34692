"""Outcomes for renderers: real ones, of small pictures made here, with names of strangers."""

from __future__ import annotations

import io
import random
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw

from preflight import pictured
from preflight.batch.outcome import Outcome, Summary
from preflight.errors import SourceError
from preflight.platforms.loader import load_many
from preflight.render.renderer import Setting

HOSTILE = (
    "<script>alert(1)</script>.jpg",
    '"><img src=x onerror=alert(1)>.jpg',
    "a' onmouseover='alert(1).jpg",
    "\u202egpj.harmless\u2066.jpg",
    "line\nbreak\r\x1b[31m.jpg",
    "::error file=x::y%0A.jpg",
    "=HYPERLINK(1).jpg",
    "]]><!--&amp;.jpg",
    "nul\x00byte\udcff.jpg",
    "تصویر پروفایل.jpg",
    "javascript:alert(1)#%2e?.jpg",
)
"""What a stranger may call a photo."""


def setting(command="fix", platforms="default", **more) -> Setting:
    return Setting(command=command, platforms=load_many(platforms), one_photo=False, **more)


@cache
def photo(width=400, height=600, seed=0, **save) -> bytes:
    """A JPEG file, whose pixels do not compress to nothing."""
    noise = random.Random(seed)
    image = Image.frombytes(
        "RGB", (width // 10, height // 10), noise.randbytes(width // 10 * (height // 10) * 3)
    ).resize((width, height), Image.Resampling.BICUBIC)
    ImageDraw.Draw(image).ellipse((width * 0.3, height * 0.1, width * 0.7, height * 0.5), "peru")
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90, **save)
    return buffer.getvalue()


@cache
def checked(data: bytes | None = None, platforms="default"):
    return pictured.check(photo() if data is None else data, platforms=platforms)


@cache
def fixed(data: bytes | None = None, platforms="default"):
    return pictured.fix(photo() if data is None else data, platforms=platforms)


def check_outcome(path="a photo.jpg", data=None, platforms="default") -> Outcome:
    report, small = checked(data, platforms)
    return Outcome(path, report=report, thumbnails=small)


def fix_outcome(path="a photo.jpg", data=None, platforms="default") -> Outcome:
    result, small = fixed(data, platforms)
    output = None if result.data is None else Path("out") / f"{Path(path).stem}.jpg"
    return Outcome(path, result.before, result, output, output is not None, thumbnails=small)


def unread(path="gone.jpg") -> Outcome:
    return Outcome(path, error=SourceError("There is no file gone.jpg.", "Check the name."))


def broken() -> bytes:
    """Cut off in the middle."""
    return photo()[: len(photo()) // 2]


def text_of(renderer, outcomes, **summary) -> str:
    """All that a renderer writes for these outcomes."""
    sums = Summary(**summary)
    pieces = [renderer.start()]
    for outcome in outcomes:
        sums.add(outcome)
        pieces.append(renderer.photo(outcome))
    return "".join([*pieces, renderer.end(sums)])


def every_kind(command="check") -> list[Outcome]:
    """Ready, fixable, blocked, empty, unreadable, a bug; and all the names."""
    one = check_outcome if command == "check" else fix_outcome
    return [
        one("ready.jpg", photo(1024, 1024)),
        one("broken.jpg", broken()),
        one("empty.jpg", b""),
        unread(),
        Outcome("bug.jpg", bug="Traceback\n  ]]> <x> \x1b[0m\nValueError: \udc80"),
        *(one(name) for name in HOSTILE),
    ]
