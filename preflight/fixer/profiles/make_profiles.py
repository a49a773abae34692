"""Makes the two colour profiles beside it out of those that libvips carries.

Run by hand, where pyvips with libvips 8.16 or newer is installed.

- `srgb.icc`: sRGB of Clinton Ingram's Compact-ICC-Profiles (CC0), as it is.
- `cmyk.icc`: Graeme Gill's "Chemical proof" (public domain), with only the table that leads from
  inks to colour: 54 kB in place of 962 kB, most of which are measurements.
"""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

HERE = Path(__file__).parent
CMYK_SHA256 = "156e7c14f244cfc4ed83a755ca4803d80e15dd249b40fae82cb127d3902e15c7"
KEPT = (b"desc", b"cprt", b"wtpt", b"A2B1")


def tags_of(profile: bytes) -> dict[bytes, bytes]:
    """Tag signature to its data (ICC.1:2022, 7.3)."""
    (count,) = struct.unpack_from(">I", profile, 128)
    entries = (struct.unpack_from(">4sII", profile, 132 + 12 * k) for k in range(count))
    return {name: profile[start : start + length] for name, start, length in entries}


def put_together(header: bytes, tags: dict[bytes, bytes]) -> bytes:
    """A profile of these tags; the table serves every rendering intent."""
    table = b""
    body = b""
    start = 132 + 12 * len(tags)
    for name, data in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    profile = header[4:128] + struct.pack(">I", len(tags)) + table + body
    return struct.pack(">I", len(profile) + 4) + profile


def main() -> None:
    """Writes the two files."""
    import pyvips

    cmyk = bytes(pyvips.Operation.call("profile_load", "cmyk"))
    found = hashlib.sha256(cmyk).hexdigest()
    if found != CMYK_SHA256:
        raise SystemExit(f"another CMYK profile than expected: sha256 {found}")
    tags = tags_of(cmyk)
    kept = {name: tags[name] for name in KEPT}
    # A2B0 is what readers ask for when an intent has no table of its own.
    kept[b"A2B0"] = kept.pop(b"A2B1")
    (HERE / "cmyk.icc").write_bytes(put_together(cmyk[:128], kept))
    (HERE / "srgb.icc").write_bytes(bytes(pyvips.Operation.call("profile_load", "srgb")))


if __name__ == "__main__":
    main()
