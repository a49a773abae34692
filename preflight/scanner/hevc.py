"""HEVC: just enough of the bit stream to feed a decoder safely (ITU-T H.265, 7.3).

Splits items into NAL units and reads what decides about memory and time: the picture size and where
each slice starts. A decoder in native code cannot be interrupted, so a stream that would make it
decode the same picture again and again is refused here.
"""

from __future__ import annotations

from functools import lru_cache

from preflight.frozen import frozen
from preflight.scanner.hevc_parameters import (
    KEPT,
    Bits,
    HevcError,
    PictureParameters,
    SequenceParameters,
    UnsupportedHevcError,
    picture_parameters,
    sequence_parameters,
)

__all__ = ["HevcError", "Stream", "UnsupportedHevcError", "read_stream", "told_by"]

MAX_PROFILE = 4
"""Main, Main 10, Main Still Picture and the range extensions (Annex A.3). Multiview, scalable, 3D
and screen content profiles are legal, but libde265 does not decode them."""

_SPS, _PPS = 33, 34
_IDR, _INTRA = (19, 20), 2
"""Types of the slices of a lone picture, and what their headers call themselves."""
_FIRST_RESERVED_IRAP, _LAST_VCL = 22, 31
_MAX_UNITS = 20_000
"""NAL units of a picture: HEVC levels allow 600 slices."""


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
    pictures: dict[int, PictureParameters] = {}
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
                number, sps = sequence_parameters(unit)
                sequences[number] = sps
            elif kind == _PPS:
                bits = Bits(unit)
                number, pps = picture_parameters(unit)
                pictures[number] = pps
            (slices[-1] if slices else parameters).append(unit)
            continue
        bits = Bits(unit)
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
    bits: Bits, kind: int, pps: PictureParameters, sps: SequenceParameters
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
        return next(
            (sequence_parameters(unit)[1] for unit in units if unit[0] >> 1 & 63 == _SPS), None
        )
    except (HevcError, UnsupportedHevcError):
        return None


def _said(configuration: bytes) -> tuple[int, int]:
    """Chroma format and bits that an `hvcC` gives beside its parameter sets."""
    bits = 8 + max(configuration[17] & 7, configuration[18] & 7)
    return configuration[16] & 3, bits


@lru_cache(KEPT)
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
