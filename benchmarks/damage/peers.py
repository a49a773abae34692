"""Damage, stage 2b: what other tools say of the same bytes; each is used where it is installed."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from PIL import Image

from benchmarks.damage.label import DECODE_ERRORS, decode

Verdict = Callable[[bytes], bool]
"""Whether the tool finds something wrong with these bytes."""
Verdicts = Callable[[Sequence[bytes]], list[bool]]
"""The same for many files."""

ALL = frozenset({"jpeg", "png", "webp", "gif", "tiff", "bmp", "heif", "avif"})
_JPEG = frozenset({"jpeg"})
_TIMEOUT_S = 30


def peers() -> dict[str, tuple[frozenset[str], Verdicts]]:
    """Name -> the formats that it reads and the call, for every tool that is there."""
    found: dict[str, tuple[frozenset[str], Verdict]] = {
        "Pillow verify": (ALL, _pillow_verify),
        "Pillow load": (ALL, lambda data: decode(data, lenient=False) is None),
    }
    if find_spec("simplejpeg"):
        found["simplejpeg strict"] = (_JPEG, _simplejpeg)
    if find_spec("pyvips"):
        found["pyvips fail_on=warning"] = (ALL - {"bmp", "heif"}, _pyvips)
    if find_spec("av"):
        found["PyAV"] = (ALL - {"heif"}, _pyav)
    if shutil.which("jpeginfo"):
        found["jpeginfo -c"] = (_JPEG, _command(["jpeginfo", "-c"]))
    if shutil.which("djpeg"):
        found["djpeg -strict"] = (
            _JPEG,
            _command(["djpeg", "-strict", "-outfile", "/dev/null"]),
        )
    if shutil.which("identify"):
        found["ImageMagick -regard-warnings"] = (
            ALL - {"heif", "avif"},
            _command(["identify", "-regard-warnings", "-verbose"]),
        )
    if shutil.which("webpinfo"):
        found["webpinfo"] = (frozenset({"webp"}), _command(["webpinfo", "-quiet"]))
    if shutil.which("pngcheck"):
        found["pngcheck"] = (frozenset({"png"}), _command(["pngcheck", "-q"]))
    many = {name: (formats, _each(verdict)) for name, (formats, verdict) in found.items()}
    if find_spec("checkcorruptedimages"):
        many["checkcorruptedimages"] = (ALL - {"heif", "avif"}, _checkcorruptedimages)
    return many


def _each(verdict: Verdict) -> Verdicts:
    return lambda files: [verdict(data) for data in files]


def versions_of_commands() -> str:
    """What the commands say of themselves, one after the other."""
    asked = {
        "jpeginfo": "--version",
        "djpeg": "-version",
        "identify": "-version",
        "webpinfo": "-version",
        "pngcheck": "-h",
    }
    told = []
    for command, option in asked.items():
        if shutil.which(command):
            answer = subprocess.run(
                [command, option], capture_output=True, timeout=_TIMEOUT_S, check=False
            )
            text = (answer.stdout + answer.stderr).decode(errors="replace")
            number = re.search(r"\d+\.\d+(\.\d+)?(-\d+)?", text)
            told.append(f"{command} {number.group() if number else 'of unknown version'}")
    return ", ".join(told)


def _pillow_verify(data: bytes) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            Image.open(io.BytesIO(data)).verify()
    except DECODE_ERRORS:
        return True
    return False


def _simplejpeg(data: bytes) -> bool:
    import simplejpeg

    if re.search(rb"\xff[\xc3\xc5-\xc7\xcb\xcd-\xcf]\0", data[:65536]):
        return False  # lossless and the like, which it does not read
    try:
        simplejpeg.decode_jpeg(data, strict=True)
    except (ValueError, MemoryError):
        return True
    return False


def _pyvips(data: bytes) -> bool:
    import pyvips

    try:
        pyvips.Image.new_from_buffer(data, "", access="sequential", fail_on="warning").avg()
    except pyvips.Error:
        return True
    return False


def _pyav(data: bytes) -> bool:
    import av

    try:
        with av.open(io.BytesIO(data)) as container:
            stream = container.streams.video[0]
            stream.codec_context.options = {"err_detect": "crccheck+explode"}
            return next(container.decode(stream), None) is None
    except (av.error.FFmpegError, IndexError, ValueError, OSError):
        return True


def _command(words: list[str]) -> Verdict:
    def verdict(data: bytes) -> bool:
        with tempfile.NamedTemporaryFile(suffix=".img") as file:
            file.write(data)
            file.flush()
            return _fails([*words, file.name])

    return verdict


def _checkcorruptedimages(files: Sequence[bytes]) -> list[bool]:
    """In one go, since it starts processes of its own."""
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(files):
            (Path(folder) / f"{number}.jpg").write_bytes(data)
        script = Path(sys.executable).with_name("checkcorruptedimages")
        words = [str(script), "--workers", "1", folder]
        done = subprocess.run(words, capture_output=True, check=False, text=True)
    listed = {int(Path(line).stem) for line in done.stdout.split("\n") if line.endswith(".jpg")}
    return [number in listed for number in range(len(files))]


def _fails(words: list[str]) -> bool:
    try:
        done = subprocess.run(words, capture_output=True, timeout=_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0
