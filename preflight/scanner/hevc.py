"""HEVC: just enough of the bit stream to feed a decoder safely (ITU-T H.265, 7.3).

Splits items into NAL units and reads what decides about memory and time: the picture size and where
each slice starts. A decoder in native code cannot be interrupted, so a stream that would make it
decode the same picture again and again is refused here.
"""

from __future__ import annotations

from functools import lru_cache

from preflight.frozen import frozen

MAX_PROFILE = 4
"""Main, Main 10, Main Still Picture and the range extensions (Annex A.3). Multiview, scalable, 3D
and screen content profiles are legal, but libde265 does not decode them."""

_SPS, _PPS = 33, 34
_IDR, _INTRA = (19, 20), 2
"""Types of the slices of a lone picture, and what their headers call themselves."""
_FIRST_RESERVED_IRAP, _LAST_VCL = 22, 31
_MAX_UE_BITS = 32
_MAX_UNITS = 20_000
"""NAL units of a picture: HEVC levels allow 600 slices."""
_SPS_BYTES = 2000
"""That are read of an SPS; those of phones have 500, most of them lists of factors."""
_KEPT = 8
"""What was read of parameter sets: all tiles of a photo have the same."""


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
class _PictureParameters:
    """What a PPS says: its SPS, whether dependent slices occur, whether HEVC tiles do not."""

    sequence: int
    dependent_slices: bool
    raster: bool
    output_flag: bool
    extra_bits: int
    quantiser: int


@frozen
class Stream:
    """One coded picture, ready for the decoder.

    Attributes:
        parameters: NAL units before the slices, in order.
        slices: The slices; each is a list of NAL units (dependent segments go with their slice).
        second_slice: First coding tree block of the second slice.
        raster: Blocks are coded row by row (no HEVC tiles).
        quantiser: The coarsest that a slice begins with, 0 to 51; None if it was not found.
        sequence: Its SPS.
    """

    parameters: tuple[bytes, ...]
    slices: tuple[tuple[bytes, ...], ...]
    second_slice: int
    raster: bool
    quantiser: int | None
    sequence: SequenceParameters

    @property
    def units(self) -> list[bytes]:
        """All NAL units in order."""
        return [*self.parameters, *(unit for each in self.slices for unit in each)]


class _Bits:
    """Reads bits of a NAL unit whose emulation prevention bytes were taken out."""

    def __init__(self, unit: bytes, max_bytes: int = 400) -> None:
        data = unit[2:max_bytes].replace(b"\0\0\3", b"\0\0")
        self._value = int.from_bytes(data, "big")
        self._left = len(data) * 8

    def u(self, count: int) -> int:
        if count > self._left:
            raise HevcError("short-header")
        self._left -= count
        return self._value >> self._left & (1 << count) - 1

    def ue(self) -> int:
        zeros = 0
        while not self.u(1):
            zeros += 1
            if zeros > _MAX_UE_BITS:
                raise HevcError("bad-header")
        return (1 << zeros) - 1 + self.u(zeros)

    def se(self) -> int:
        value = self.ue()
        return (value + 1) // 2 if value % 2 else -(value // 2)


def read_stream(configuration: bytes, data: bytes) -> Stream:
    """Splits an item and its `hvcC` into NAL units and checks what can be checked cheaply.

    Args:
        configuration: Body of the `hvcC` box (ISO/IEC 14496-15, 8.3.3).
        data: Bytes of the item: NAL units, each behind its length.

    Raises:
        HevcError: The stream is damaged.
        UnsupportedHevcError: It is legal but not for libde265.
    """
    if len(configuration) < 23:
        raise HevcError("bad-hvcc")
    if configuration[1] & 31 > MAX_PROFILE:
        raise UnsupportedHevcError(f"HEVC profile {configuration[1] & 31}")
    units = *_sets(configuration), *_split(data, (configuration[21] & 3) + 1)
    sequences: dict[int, SequenceParameters] = {}
    pictures: dict[int, _PictureParameters] = {}
    parameters: list[bytes] = []
    slices: list[list[bytes]] = []
    sequence: SequenceParameters | None = None
    last, second, raster = -1, 0, True
    quantisers: list[int | None] = []
    for unit in units:
        if unit[0] & 0x80 or not unit[1] & 7:
            raise HevcError("bad-nal-header")
        if unit[0] & 1 or unit[1] >> 3:
            continue  # another layer; the base layer is the picture
        kind = unit[0] >> 1 & 63
        if _FIRST_RESERVED_IRAP <= kind <= _LAST_VCL:
            raise HevcError("reserved-nal")
        if kind > _LAST_VCL:
            if kind == _SPS:
                number, sps = _sequence(unit)
                sequences[number] = sps
            elif kind == _PPS:
                bits = _Bits(unit)
                number, pps = _picture(unit)
                pictures[number] = pps
            (slices[-1] if slices else parameters).append(unit)
            continue
        bits = _Bits(unit)
        first = bits.u(1)
        if first and slices:
            break  # a second picture; the first is the one that is shown
        if kind >= 16:
            bits.u(1)
        pps_used = pictures.get(bits.ue())
        sps_used = sequences.get(pps_used.sequence) if pps_used else None
        if pps_used is None or sps_used is None:
            raise HevcError("missing-parameters")
        sequence, raster = sequence or sps_used, raster and pps_used.raster
        dependent, address = False, 0
        if not first:
            dependent = pps_used.dependent_slices and bool(bits.u(1))
            address = bits.u((sps_used.blocks - 1).bit_length())
        if address <= last or address >= sps_used.blocks or (dependent and not slices):
            raise HevcError("slices-out-of-order")
        last = address
        if dependent:
            slices[-1].append(unit)
        else:
            slices.append([unit])
            quantisers.append(_quantiser(bits, kind, pps_used, sps_used))
            second = address if len(slices) == 2 else second
    if sequence is None:
        raise HevcError("no-slice")
    if _said(configuration) != (sequence.chroma, sequence.bits):
        raise HevcError("bad-hvcc")  # who believes it shows other colours
    joined = tuple(tuple(each) for each in slices)
    known = [each for each in quantisers if each is not None]
    quantiser = max(known) if len(known) == len(quantisers) else None
    return Stream(tuple(parameters), joined, second, raster, quantiser, sequence)


def _quantiser(
    bits: _Bits, kind: int, pps: _PictureParameters, sps: SequenceParameters
) -> int | None:
    """From a slice header of a lone picture behind its address (ITU-T H.265, 7.3.6.1)."""
    if kind not in _IDR or sps.offsets is None:
        return None
    try:
        bits.u(pps.extra_bits)
        if bits.ue() != _INTRA:
            return None
        bits.u(pps.output_flag)
        if sps.offsets:
            bits.u(2 if sps.chroma else 1)
        return pps.quantiser + bits.se()
    except HevcError:
        return None


def told_by(configuration: bytes) -> SequenceParameters | None:
    """What the first SPS of an `hvcC` says; None if there is none that can be read."""
    try:
        units = _sets(configuration)
        return next((_sequence(unit)[1] for unit in units if unit[0] >> 1 & 63 == _SPS), None)
    except (HevcError, UnsupportedHevcError):
        return None


def _said(configuration: bytes) -> tuple[int, int]:
    """Chroma format and bits that an `hvcC` gives beside its parameter sets."""
    bits = 8 + max(configuration[17] & 7, configuration[18] & 7)
    return configuration[16] & 3, bits


@lru_cache(_KEPT)
def _sets(configuration: bytes) -> tuple[bytes, ...]:
    """Parameter sets of an `hvcC`."""
    units = []
    at = 23
    try:
        for _ in range(configuration[22]):
            count = int.from_bytes(configuration[at + 1 : at + 3], "big")
            at += 3
            if at > len(configuration):
                raise HevcError("bad-hvcc")
            for _ in range(count):
                length = int.from_bytes(configuration[at : at + 2], "big")
                at += 2
                if length < 2 or at + length > len(configuration):
                    raise HevcError("bad-hvcc")
                units.append(configuration[at : at + length])
                at += length
                if len(units) > _MAX_UNITS:
                    raise HevcError("absurd-structure")
    except IndexError:
        raise HevcError("bad-hvcc") from None
    return tuple(units)


def _split(data: bytes, length_size: int) -> list[bytes]:
    """NAL units of an item. Zeros behind the last are padding."""
    units: list[bytes] = []
    at, end = 0, len(data)
    while at < end:
        length = int.from_bytes(data[at : at + length_size], "big")
        start = at + length_size
        if length < 2 or start + length > end:
            if units and start <= end and not data[at:].strip(b"\0"):
                break  # less than a length is no padding: libheif gives the picture up
            raise HevcError("bad-nal-length")
        units.append(data[start : start + length])
        at = start + length
        if len(units) > _MAX_UNITS:
            raise HevcError("absurd-structure")
    return units


@lru_cache(_KEPT)
def _picture(unit: bytes) -> tuple[int, _PictureParameters]:
    bits = _Bits(unit)
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
    return number, _PictureParameters(
        sequence, dependent, raster, output_flag, extra_bits, quantiser
    )


@lru_cache(_KEPT)
def _sequence(unit: bytes) -> tuple[int, SequenceParameters]:
    bits = _Bits(unit, _SPS_BYTES)
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


def _offsets(bits: _Bits) -> bool | None:
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


def _skip_scaling_lists(bits: _Bits) -> None:
    """Factors for blocks of 4, 8, 16 and 32 (ITU-T H.265, 7.3.4)."""
    for size in range(4):
        for _ in range(2 if size == 3 else 6):
            if bits.u(1):
                for _ in range(min(64, 1 << (4 + 2 * size)) + (size > 1)):
                    bits.se()
            else:
                bits.ue()
