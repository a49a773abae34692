"""Metrics: SSIMULACRA2, butteraugli and colour differences, by tools of others."""

from __future__ import annotations

import contextlib
import io
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image


def png(image: Image.Image) -> bytes:
    """A picture as PNG, quickly."""
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def ssimulacra2(reference: bytes, shown: bytes) -> float:
    """The score of two files (100: the same; 90 cannot be told apart at arm's length)."""
    from ssimulacra2 import compute_ssimulacra2

    with contextlib.redirect_stdout(io.StringIO()):
        return float(compute_ssimulacra2(io.BytesIO(reference), io.BytesIO(shown)))


def has_butteraugli() -> bool:
    """`butteraugli_main` of libjxl is installed."""
    return shutil.which("butteraugli_main") is not None


def butteraugli(reference: bytes, shown: bytes) -> float:
    """The 3-norm of butteraugli's map of differences (below 1: invisible)."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, "reference.png"), Path(folder, "shown.png")]
        for path, data in zip(paths, (reference, shown), strict=True):
            path.write_bytes(data)
        done = subprocess.run(
            ["butteraugli_main", *map(str, paths), "--pnorm", "3"],
            capture_output=True,
            text=True,
            check=True,
        )
    norm = [line for line in done.stdout.splitlines() if "3-norm" in line]
    return float(norm[0].rpartition(" ")[2])


def delta_e_76(one: Any, other: Any) -> Any:
    """CIE76 of two height x width x 3 arrays of sRGB bytes, per pixel."""
    from skimage.color import deltaE_cie76, rgb2lab

    return deltaE_cie76(rgb2lab(one), rgb2lab(other))


def delta_e_2000(one: Any, other: Any) -> Any:
    """CIEDE2000 of two height x width x 3 arrays of sRGB bytes, per pixel."""
    from skimage.color import deltaE_ciede2000, rgb2lab

    return deltaE_ciede2000(rgb2lab(one), rgb2lab(other))


def median(values: list[float]) -> float:
    """The median."""
    return float(np.median(values))
