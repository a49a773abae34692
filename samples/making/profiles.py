"""Colour profiles of our own for the samples: a small builder after ICC.1:2022."""

from __future__ import annotations

import struct

import numpy as np

D50 = np.array([0.9642, 1.0, 0.8249])
D65 = (0.3127, 0.3290)

PRIMARIES = {
    "sRGB": ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060)),
    "Display P3": ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
    "Compatible with Adobe RGB (1998)": ((0.640, 0.330), (0.210, 0.710), (0.150, 0.060)),
}
"""Chromaticities: IEC 61966-2-1, SMPTE EG 432-1, Adobe RGB (1998) section 4.3.1.1."""

BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
GRID = 6
"""Points a side of the table from inks to Lab."""

DOT_GAIN = 1.3
"""Exponent of our made-up printing press: ink covers 1 - (1 - ink) ** DOT_GAIN of the paper."""


def rgb_profile(name: str, gamma: float | None = None) -> bytes:
    """A matrix profile; the tone curve is sRGB's, or a plain exponent."""
    columns = to_xyz_d50(name).T
    curve = parametric(0, (gamma,)) if gamma else parametric(3, SRGB_CURVE)
    tags = {"desc": text(name), "cprt": text("No copyright, CC0"), "wtpt": xyz(D50)}
    tags |= {tag: xyz(column) for tag, column in zip(("rXYZ", "gXYZ", "bXYZ"), columns)}
    tags |= dict.fromkeys(("rTRC", "gTRC", "bTRC"), curve)
    return profile(tags, b"mntr", b"RGB ", b"XYZ ")


def cmyk_profile(name: str = "Sample press with dot gain") -> bytes:
    """A table from four inks to Lab, made from a formula (see `press`)."""
    steps = np.linspace(0, 1, GRID)
    inks = np.stack(np.meshgrid(steps, steps, steps, steps, indexing="ij"), -1).reshape(-1, 4)
    lab = xyz_to_lab(press(inks) @ to_xyz_d50("sRGB").T)
    coded = np.round(lab * [255 / 100, 1, 1] + [0, 128, 128]).clip(0, 255).astype(np.uint8)
    identity = bytes(range(256))
    table = b"mft1\0\0\0\0" + bytes((4, 3, GRID, 0)) + fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    table += identity * 4 + coded.tobytes() + identity * 3
    tags = {"desc": text(name), "cprt": text("No copyright, CC0"), "wtpt": xyz(D50), "A2B0": table}
    return profile(tags, b"prtr", b"CMYK", b"Lab ")


def press(inks: np.ndarray) -> np.ndarray:
    """Inks 0 to 1 (n, 4) to linear sRGB light (n, 3)."""
    paper = (1 - inks) ** DOT_GAIN
    return linear(paper[:, :3] * paper[:, 3:])


def inks_for(encoded: np.ndarray) -> np.ndarray:
    """sRGB values 0 to 1 (n, 3) to the inks that `press` shows so."""
    black = 1 - encoded.max(axis=1, keepdims=True)
    colours = encoded / np.maximum(1 - black, 1e-6)
    return 1 - np.concatenate([colours, 1 - black], axis=1) ** (1 / DOT_GAIN)


def linear(encoded: np.ndarray) -> np.ndarray:
    """SRGB's own scale to linear light."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def encoded(light: np.ndarray) -> np.ndarray:
    """Linear light to sRGB's own scale."""
    light = light.clip(0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def to_xyz_d50(name: str) -> np.ndarray:
    """The matrix from linear light of these primaries (white D65) to XYZ adapted to D50."""
    corners = np.array([(x / y, 1, (1 - x - y) / y) for x, y in PRIMARIES[name]]).T
    x, y = D65
    white = np.array([x / y, 1, (1 - x - y) / y])
    matrix = corners * np.linalg.solve(corners, white)
    cones = np.diag((BRADFORD @ D50) / (BRADFORD @ white))
    return np.linalg.inv(BRADFORD) @ cones @ BRADFORD @ matrix


def xyz_to_lab(values: np.ndarray) -> np.ndarray:
    """CIE Lab of XYZ relative to D50."""
    t = values / D50
    f = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.stack(
        [116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1
    )


def fixed(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def xyz(values: np.ndarray) -> bytes:
    return b"XYZ \0\0\0\0" + fixed(*values)


def parametric(kind: int, values: tuple[float, ...]) -> bytes:
    return b"para\0\0\0\0" + struct.pack(">HH", kind, 0) + fixed(*values)


def text(words: str) -> bytes:
    raw = words.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II4sII", 1, 12, b"enUS", len(raw), 28) + raw


def profile(tags: dict[str, bytes], cls: bytes, space: bytes, pcs: bytes) -> bytes:
    """Header, table of contents and tags; equal contents are stored once."""
    places: dict[bytes, int] = {}
    body, table = b"", b""
    for name, content in tags.items():
        if content not in places:
            places[content] = 132 + 12 * len(tags) + len(body)
            body += content + b"\0" * (-len(content) % 4)
        table += name.encode() + struct.pack(">II", places[content], len(content))
    rest = struct.pack(">I", len(tags)) + table + body
    header = struct.pack(">I4xI", 128 + len(rest), 0x04300000) + cls + space + pcs
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28 + fixed(*D50)
    return header.ljust(128, b"\0") + rest
