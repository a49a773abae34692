"""Stdin: the photo that `-` stands for."""

from __future__ import annotations

import sys
from pathlib import Path

from preflight.errors import UsageError
from preflight.limits import Limits
from preflight.naming import Photo
from preflight.source import Source, read_source


def source_of(photo: Photo, limits: Limits) -> Path | Source:
    """Its path, or what came from standard input.

    Raises:
        SourceError: That cannot be read.
        UsageError: Standard input is the keyboard.
    """
    if not photo.is_stdin:
        return photo.path
    stream = sys.stdin.buffer
    if stream.isatty():
        raise UsageError(
            "- means that the photo comes from another program, but nothing does.",
            "For instance: preflight check - < photo.jpg",
        )
    return read_source(stream, limits, name="the photo")
