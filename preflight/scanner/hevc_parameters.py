"""HEVC parameters: what parameter sets say of the pictures that use them (ITU-T H.265, 7.3.2)."""

from __future__ import annotations

from functools import lru_cache

from preflight.frozen import frozen

KEPT = 8
"""What was read of parameter sets: all tiles of a photo have the same."""

_MAX_UE_BITS = 32
_SPS_BYTES = 2000
"""That are read of an SPS; those of phones have 500, most of them lists of factors."""


class HevcError(ValueError):
    """The stream contradicts the format.

    Args:
        what: Short stable name, as in `Damage.what`.
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class UnsupportedHevcError(ValueError):
    """Legal, but not for libde265 or not followed here."""


@frozen
class SequenceParameters:
    """What an SPS says: coded size, the part to be shown, chroma format (0 to 3), bits.

    `offsets`: samples may get an adaptive offset (SAO); None where what says so was not followed.
    """

    coded_size: tuple[int, int]
    shown_size: tuple[int, int]
    chroma: int
    bits: int
    ctb_px: int
    offsets: bool | None = None

    @property
    def blocks(self) -> int:
        """Coding tree blocks of a picture."""
        width, height = self.coded_size
        return -(-width // self.ctb_px) * -(-height // self.ctb_px)


@frozen
class PictureParameters:
    """What a PPS says: its SPS, whether dependent slices occur, whether HEVC tiles do not; what is
    in the headers of slices in front of the quantiser, and the one from which they start."""

    sequence: int
    dependent_slices: bool
    raster: bool
    output_flag: bool
    extra_bits: int
    quantiser: int


class Bits:
    """Reads bits of a NAL unit whose emulation prevention bytes were taken out."""

    def __init__(self, unit: bytes, max_bytes: int = 400) -> None:
        data = unit[2:max_bytes].replace(b"\0\0\3", b"\0\0")
        self._value = int.from_bytes(data, "big")
        self._left = len(data) * 8

    def u(self, count: int) -> int:
        """The next so many bits."""
        if count > self._left:
            raise HevcError("short-header")
        self._left -= count
        return self._value >> self._left & (1 << count) - 1

    def ue(self) -> int:
        """An Exp-Golomb code, 0 and more (9.2)."""
        zeros = 0
        while not self.u(1):
            zeros += 1
            if zeros > _MAX_UE_BITS:
                raise HevcError("bad-header")
        return (1 << zeros) - 1 + self.u(zeros)

    def se(self) -> int:
        """The same with a sign (9.2.2)."""
        value = self.ue()
        return (value + 1) // 2 if value % 2 else -(value // 2)


@lru_cache(KEPT)
def picture_parameters(unit: bytes) -> tuple[int, PictureParameters]:
    """Number and contents of a PPS. Raises `HevcError`."""
    bits = Bits(unit)
    number, sequence, dependent = bits.ue(), bits.ue(), bool(bits.u(1))
    output_flag, extra_bits = bool(bits.u(1)), bits.u(3)
    bits.u(1 + 1)
    bits.ue(), bits.ue()
    quantiser = 26 + bits.se()
    bits.u(2)
    if bits.u(1):
        bits.ue()
    bits.ue(), bits.ue()
    bits.u(1 + 1 + 1 + 1)
    raster = not bits.u(1)
    return number, PictureParameters(
        sequence, dependent, raster, output_flag, extra_bits, quantiser
    )


@lru_cache(KEPT)
def sequence_parameters(unit: bytes) -> tuple[int, SequenceParameters]:
    """Number and contents of an SPS. Raises `HevcError`, `UnsupportedHevcError`."""
    bits = Bits(unit, _SPS_BYTES)
    bits.u(4)
    sub_layers = bits.u(3)
    bits.u(1 + 96)
    present = [(bits.u(1), bits.u(1)) for _ in range(sub_layers)]
    if sub_layers:
        bits.u(2 * (8 - sub_layers))
    for profile, level in present:
        bits.u(88 * profile + 8 * level)
    number = bits.ue()
    chroma = bits.ue()
    if chroma > 3:
        raise HevcError("bad-header")
    if chroma == 3 and bits.u(1):
        raise UnsupportedHevcError("separate colour planes")
    width, height = bits.ue(), bits.ue()
    left, right, top, bottom = (bits.ue() for _ in range(4)) if bits.u(1) else (0, 0, 0, 0)
    step_x, step_y = (2 if chroma in (1, 2) else 1), (2 if chroma == 1 else 1)
    shown = width - (left + right) * step_x, height - (top + bottom) * step_y
    depth, depth_chroma = 8 + bits.ue(), 8 + bits.ue()
    bits.ue()
    for _ in range(sub_layers + 1 if bits.u(1) else 1):
        bits.ue(), bits.ue(), bits.ue()
    log2_ctb = bits.ue() + 3 + bits.ue()
    if min(shown) < 1 or not 3 <= log2_ctb <= 6 or max(depth, depth_chroma) > 16:
        raise HevcError("bad-header")
    return number, SequenceParameters(
        (width, height), shown, chroma, max(depth, depth_chroma), 1 << log2_ctb, _offsets(bits)
    )


def _offsets(bits: Bits) -> bool | None:
    """What follows the size of blocks in an SPS, up to the flag (ITU-T H.265, 7.3.2.2.1)."""
    try:
        for _ in range(4):
            bits.ue()
        if bits.u(1) and bits.u(1):
            _skip_scaling_lists(bits)
        bits.u(1)
        return bool(bits.u(1))
    except HevcError:
        return None


def _skip_scaling_lists(bits: Bits) -> None:
    """Factors for blocks of 4, 8, 16 and 32 (ITU-T H.265, 7.3.4)."""
    for size in range(4):
        for _ in range(2 if size == 3 else 6):
            if bits.u(1):
                for _ in range(min(64, 1 << (4 + 2 * size)) + (size > 1)):
                    bits.se()
            else:
                bits.ue()
