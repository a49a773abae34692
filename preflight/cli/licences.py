"""Licences: what preflight is made of, under which terms, and why each part is there."""

from __future__ import annotations

from typing import NamedTuple


class Part(NamedTuple):
    """Something of others that preflight uses or carries.

    Attributes:
        name: As its makers call it.
        licence: SPDX expression.
        why: What it is there for, one line.
        inside: The distribution that it comes with; empty for a distribution of its own.
    """

    name: str
    licence: str
    why: str
    inside: str = ""


PARTS = (
    Part("click", "BSD-3-Clause", "reads the command line and completes it in shells"),
    Part("numpy", "BSD-3-Clause", "the face network, and sums over many pixels"),
    Part("OpenBLAS", "BSD-3-Clause", "multiplies matrices", "numpy"),
    Part("libgfortran", "GPL-3.0-or-later WITH GCC-exception-3.1", "for OpenBLAS", "numpy"),
    Part("pillow", "MIT-CMU", "opens, turns, cuts, scales and writes pictures"),
    Part("libjpeg-turbo", "IJG AND BSD-3-Clause AND Zlib", "JPEG", "pillow, simplejpeg"),
    Part("libpng", "libpng-2.0", "for FreeType", "pillow"),
    Part("zlib-ng", "Zlib", "PNG", "pillow"),
    Part("libwebp", "BSD-3-Clause", "WebP", "pillow"),
    Part("libavif", "BSD-2-Clause", "AVIF", "pillow"),
    Part("libaom", "BSD-2-Clause", "AVIF", "pillow"),
    Part("dav1d", "BSD-2-Clause", "AVIF", "pillow"),
    Part("libtiff", "libtiff", "TIFF", "pillow"),
    Part("OpenJPEG", "BSD-2-Clause", "not used by preflight", "pillow"),
    Part("Little CMS", "MIT", "converts colours", "pillow"),
    Part("FreeType", "FTL OR GPL-2.0-or-later", "letters in previews", "pillow"),
    Part("HarfBuzz", "MIT-Modern-Variant", "not used by preflight", "pillow"),
    Part("pillow-heif", "BSD-3-Clause", "opens HEIC, the iPhone's own format"),
    Part("libheif", "LGPL-3.0-or-later", "HEIC", "pillow-heif"),
    Part("libde265", "LGPL-3.0-or-later", "decodes HEVC, what is inside HEIC", "pillow-heif"),
    Part("x265", "GPL-2.0-or-later", "encodes HEVC; not used by preflight", "pillow-heif"),
    Part("simplejpeg", "MIT", "proves a JPEG whole, twice as fast, at a reduced scale"),
    Part("tqdm", "MPL-2.0 AND MIT", "the line of progress on a terminal"),
    Part("pyvips", "MIT", "optional: finds damage in AVIF, and opens its HDR with all bits"),
    Part("pyvips-binary", "LGPL-3.0-or-later", "optional: libvips and what it is made of"),
    Part("textual-image", "LGPL-3.0-or-later", "optional: pictures in terminals that show them"),
    Part("rich", "MIT", "optional: what textual-image draws with"),
    Part("watchfiles", "MIT", "optional: tells `preflight watch` what is new in a folder"),
    Part("YuNet", "MIT", "weights of the network that finds faces", "preflight"),
    Part("srgb.icc", "CC0-1.0", "the colour profile of copies", "preflight"),
    Part("cmyk.icc", "LicenseRef-public-domain", "colours of CMYK without profile", "preflight"),
)
"""Distributions, and below each what its wheels carry (as of their LICENSE files)."""


def licence_lines() -> list[str]:
    """One line a part, what a wheel carries indented below it.

    >>> licence_lines()[0]
    'click: BSD-3-Clause; reads the command line and completes it in shells'
    """
    return [
        f"{'  ' if part.inside else ''}{part.name}: {part.licence}; {part.why}"
        + (f" (in {part.inside})" if part.inside else "")
        for part in PARTS
    ]


if __name__ == "__main__":
    import sys

    sys.stdout.write("\n".join(f"  {line}" for line in licence_lines()) + "\n")
