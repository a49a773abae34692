"""Tone curve: the `curv` and `para` tags of an ICC profile, sampled. Never raises."""

from __future__ import annotations

Curve = tuple[float, ...]
"""Linear light at some samples from 0 to 1."""

_SAME_CURVE = 3 / 255
"""Largest difference of tone curves, in sRGB's own scale, that still is sRGB in effect."""

_SAMPLES = tuple(step / 16 for step in range(17))


def s15_fixed16(data: bytes, at: int) -> float:
    """An s15Fixed16Number, the fraction that profiles use."""
    return int.from_bytes(data[at : at + 4], "big", signed=True) / 65536


def read_curve(tag: bytes, samples: Curve = _SAMPLES) -> Curve | None:
    """A tone curve at `samples`, which are 0 to 1; None if it is broken."""
    if tag[:4] == b"curv" and len(tag) >= 12:
        count = int.from_bytes(tag[8:12], "big")
        if count == 0:
            return samples
        if len(tag) < 12 + 2 * count:
            return None
        if count == 1:  # a plain exponent, u8Fixed8Number
            gamma = int.from_bytes(tag[12:14], "big") / 256
            return tuple(float(sample**gamma) for sample in samples)
        return tuple(_interpolated(tag, count, sample) for sample in samples)
    if tag[:4] == b"para" and len(tag) >= 16:
        kind = int.from_bytes(tag[8:10], "big")
        needed = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}.get(kind)
        if needed is None or len(tag) < 12 + 4 * needed:
            return None
        values = [s15_fixed16(tag, 12 + 4 * i) for i in range(needed)]
        return tuple(_parametric(kind, values, sample) for sample in samples)
    return None


def _interpolated(tag: bytes, count: int, sample: float) -> float:
    place = sample * (count - 1)
    low = min(int(place), count - 2)
    left, right = (
        int.from_bytes(tag[12 + 2 * i : 14 + 2 * i], "big") / 65535 for i in (low, low + 1)
    )
    return left + (right - left) * (place - low)


def _parametric(kind: int, values: list[float], x: float) -> float:
    """Function types 0 to 4 of a parametric curve, ICC.1:2022 section 10.18."""
    gamma = values[0]
    a, b = (values[1], values[2]) if kind else (1.0, 0.0)
    linear, start, above, below = 0.0, 0.0, 0.0, 0.0
    if kind in (1, 2):
        start = -b / a if a else 0.0
        above = below = values[3] if kind == 2 else 0.0
    elif kind in (3, 4):
        linear, start = values[3], values[4]
        above, below = (values[5], values[6]) if kind == 4 else (0.0, 0.0)
    if x < start:
        return linear * x + below
    base = max(a * x + b, 0.0)
    if base == 0.0:
        return above
    # a corrupt exponent is not worth an overflow
    return float(base ** min(max(gamma, 0.0), 10.0)) + above


def is_srgb_curve(curve: Curve) -> bool:
    """The curve is sRGB's, as far as eight bits can tell."""
    return all(
        abs(_to_srgb(linear) - sample) <= _SAME_CURVE
        for linear, sample in zip(curve, _SAMPLES, strict=True)
    )


def _to_srgb(linear: float) -> float:
    """Linear light in sRGB's own scale (IEC 61966-2-1)."""
    if linear <= 0.0031308:
        return 12.92 * linear
    return float(1.055 * linear ** (1 / 2.4) - 0.055)
