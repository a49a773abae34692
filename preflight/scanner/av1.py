"""AV1: the units of a coded picture and the size that it will have in memory (AV1 spec, 5.3, 5.5).

Entropy coded data are not looked at: only libaom says when they make no sense.
"""

from __future__ import annotations

from preflight.frozen import frozen

_SEQUENCE, _TILE_GROUP, _FRAME = 1, 4, 6
_HEADER_BYTES = 64
BEGINNING_BYTES = 512
"""So much of a stream is enough for `coded_size`."""
_MAX_UNITS = 20_000
"""Of a picture: AV1 has at most 4096 tiles."""


class Av1Error(ValueError):
    """The stream contradicts the format.

    Args:
        what: Short stable name, as in `Damage.what`.
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@frozen
class Unit:
    """One OBU: its type and the span of its payload."""

    kind: int
    start: int
    end: int


def read_units(data: bytes) -> list[Unit]:
    """The units of a coded item; the last may go without a size.

    Raises:
        Av1Error: They do not fit into the item, or none holds a frame.
    """
    units: list[Unit] = []
    at, end = 0, len(data)
    while at < end:
        header = data[at]
        start = at + 2 if header & 4 else at + 1
        if header & 0x80:
            raise Av1Error("bad-obu-header")
        size = end - start
        if header & 2:
            size, start = _leb128(data, start)
        if size < 0 or start + size > end:
            raise Av1Error("bad-obu-size")
        units.append(Unit(header >> 3 & 15, start, start + size))
        if len(units) > _MAX_UNITS:
            raise Av1Error("absurd-structure")
        at = start + size
    kinds = {unit.kind for unit in units}
    if not kinds & {_FRAME, _TILE_GROUP}:
        raise Av1Error("no-frame")
    return units


def coded_size(data: bytes) -> tuple[int, int]:
    """Largest width and height of a frame by the sequence header; 0, 0 when there is none.

    Only the beginning is looked at: `data` may be cut off behind it.
    """
    at = 0
    try:
        while at < len(data):
            header = data[at]
            start = at + 2 if header & 4 else at + 1
            size = len(data) - start
            if header & 2:
                size, start = _leb128(data, start)
            if header >> 3 & 15 == _SEQUENCE:
                return _sequence_size(data[start : start + min(size, _HEADER_BYTES)])
            at = start + size
    except Av1Error:
        pass
    return 0, 0


def _leb128(data: bytes, at: int) -> tuple[int, int]:
    """The number, and where it ends."""
    value = 0
    for count, byte in enumerate(data[at : at + 8]):
        value |= (byte & 0x7F) << 7 * count
        if not byte & 0x80:
            return value, at + count + 1
    raise Av1Error("bad-obu-size")


class _Bits:
    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = len(data) * 8

    def u(self, count: int) -> int:
        if count > self._left:
            raise Av1Error("short-header")
        self._left -= count
        return self._value >> self._left & (1 << count) - 1


def _sequence_size(data: bytes) -> tuple[int, int]:
    bits = _Bits(data)
    bits.u(3 + 1)
    if bits.u(1):  # reduced still picture header
        bits.u(5)
    else:
        _skip_operating_points(bits)
    width_bits, height_bits = bits.u(4) + 1, bits.u(4) + 1
    return bits.u(width_bits) + 1, bits.u(height_bits) + 1


def _skip_operating_points(bits: _Bits) -> None:
    delay_bits = 0
    if bits.u(1):  # timing info
        bits.u(64)
        if bits.u(1):
            zeros = 0
            while zeros < 32 and not bits.u(1):
                zeros += 1
            bits.u(zeros)
        if bits.u(1):  # decoder model
            delay_bits = bits.u(5) + 1
            bits.u(32 + 5 + 5)
    display_delay = bits.u(1)
    for _ in range(bits.u(5) + 1):
        bits.u(12)
        if bits.u(5) > 7:
            bits.u(1)
        if delay_bits and bits.u(1):
            bits.u(2 * delay_bits + 1)
        if display_delay and bits.u(1):
            bits.u(4)
