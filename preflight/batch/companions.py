"""Companions: the files that phones and clouds put beside a photo, known by their names."""

from __future__ import annotations

import os
import re
from collections.abc import Container

_LIVE = (".heic", ".heif", ".jpg", ".jpeg")
_TAKEOUT = r"(?s)(?P<photo>.+?)(?:\.s[a-z-]*)?(?:\(\d+\))?\.json"
"""`a.jpg.json`, `a.jpg.supplemental-metadata.json`, which Google cuts to a length:
`a.jpg.suppl.json`."""

_EDITED = r"(?i)IMG_([0-9]{4,})"


def is_companion(name: str, names: Container[str], photo_suffixes: Container[str]) -> bool:
    """Whether a file only goes with a photo of the same folder, and is none itself.

    It is the moving half of a Live Photo, a note of edits (AAE), or Google Takeout's JSON.

    Args:
        name: Of the file.
        names: All names in its folder, in lower case.
        photo_suffixes: With dot, in lower case.

    >>> is_companion("IMG_1.MOV", {"img_1.heic"}, {".heic"}), is_companion("a.mov", {"b.heic"}, ())
    (True, False)
    """
    stem, suffix = os.path.splitext(name.lower())
    if suffix == ".mov":
        return any(stem + photo in names for photo in _LIVE)
    if suffix == ".aae":
        return True
    match = re.fullmatch(_TAKEOUT, name.lower())
    return (
        match is not None
        and match["photo"] in names
        and os.path.splitext(match["photo"])[1] in photo_suffixes
    )


def has_edited_copy(name: str, names: Container[str], photo_suffixes: Container[str]) -> bool:
    """Whether an iPhone wrote what became of the photo beside it: `IMG_E1234` for `IMG_1234`.

    >>> has_edited_copy("IMG_1234.HEIC", {"img_e1234.jpg"}, (".heic", ".jpg"))
    True
    """
    stem, suffix = os.path.splitext(name)
    match = re.fullmatch(_EDITED, stem)
    if match is None or suffix.lower() not in photo_suffixes:
        return False
    return any(f"img_e{match[1]}{other}" in names for other in (suffix.lower(), ".jpg", ".heic"))
