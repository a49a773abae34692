"""Colour by code points (ITU-T H.273, in nclx and cICP): wide gamut without a profile, and HDR.

HDR is brought to standard range the way BT.2390-11 describes: light up to a knee stays as it is,
what is brighter is rolled off. White of 203 cd/m2 (BT.2408-7) becomes the white of sRGB, so a face
in normal light comes out as bright as in a standard photo, and only lamps and skies are pressed.

Measured on the face of samples/portrait.webp (mean 158 of 255), coded by that white as PQ and HLG
in 10 bits: it comes back within 0.4 codes (mean absolute error), beside a strip four times as
bright as white within 2.3. Chromium 156 shows it 41 codes too dark. ffmpeg's zscale and tonemap
with a nominal peak of 100 and 203 cd/m2: hable 31 and 59 too dark; mobius 16 too light and 10 too
dark; reinhard 4 too light and 23 too dark (PQ; HLG differs by up to 4). Of a frame of a film,
d008-cosmos in the corpus, the mean luma is 78 here, 60 in Chromium, 64 and 50 with hable, 85 and 72
with mobius. So those who are darker press faces too, and this curve stays.

HEIC is mapped with all its bits (`heif_hdr`), AVIF too where the extra photo-preflight[avif] is
installed. Pillow hands it over in 8: one code of PQ then is 1.5 to 3 codes of sRGB above its
middle, one of HLG 1.3 to 1.6. Even skies can show bands in PQ, grain and the reduction hide them
elsewhere; the face above comes back within 1.5 to 3.8 codes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from preflight.facts import Colour
from preflight.scanner.arrays import numpy

if TYPE_CHECKING:
    from PIL import Image

WHITE_NITS = 203.0
"""Diffuse white of HDR (BT.2408-7, table 1)."""

HLG_PEAK_NITS = 1000.0
"""Display for which HLG's system gamma is 1.2 (BT.2100-2, table 5)."""

PEAK_PERCENTILE = 99.9
"""Brightest light that counts; a few sparks above it are clipped."""

_D65 = (0.3127, 0.3290)
_BT709, _BT2020 = 1, 9
_CHROMATICITIES = {  # red, green, blue, white: H.273 table 2
    1: ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), _D65),
    4: ((0.670, 0.330), (0.210, 0.710), (0.140, 0.080), (0.310, 0.316)),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65),
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351)),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65),
}

_NOT_CONVERTED = frozenset({0, 1, 2, 5, 6, 7})
"""BT.601's primaries (5 to 7) are so near to sRGB that no viewer converts them."""

_LIKE_SRGB = frozenset({0, 1, 2, 6, 7, 13, 14, 15})
"""Transfer functions that image viewers show as if they were sRGB's: the video curves (BT.709 and
its kin) describe cameras, and every still decoder leaves them as they are."""


def is_srgb(cicp: tuple[int, int, int]) -> bool:
    """Nothing has to be converted."""
    return cicp[0] in _NOT_CONVERTED and cicp[1] in _LIKE_SRGB


def from_code_points(image: Image.Image, cicp: tuple[int, int, int]) -> Image.Image:
    """Converts an RGB image in these primaries and transfer to sRGB; clips what sRGB lacks."""
    np = numpy()
    light = _decoded(image, _linear_from(np.arange(256, dtype=np.float32) / 255, cicp[1]))
    return _encoded(light @ _to_bt709(cicp[0]).T)


def tone_mapped(
    codes: Any, colour: Colour, white: int = 255, peak: float | None = None
) -> Image.Image:
    """Brings RGB coded as PQ or HLG to sRGB.

    Args:
        codes: An image, or height x width x 3 samples of 8 or 16 bits.
        colour: What the file says of its colour.
        white: The code of the full signal.
        peak: See `brightest_light`; None measures it here.
    """
    np = numpy()
    light = _hdr_light(codes, colour, white)
    brightest = _brightest(light)
    if peak is None:
        peak = _peak(brightest)
    if peak > 1.0:
        # All three by one factor: the colour of skin does not shift, as it does channel by channel.
        table = peak * np.linspace(0, 1, 1024, dtype=np.float32) ** 2
        rolled = np.interp(brightest, table, _rolled_off(table, peak)).astype(np.float32)
        light *= (rolled / np.maximum(brightest, 1e-6))[..., None]
    return _encoded(_drawn_in(light @ _to_bt709(_primaries(colour)).T))


def brightest_light(codes: Any, colour: Colour, white: int = 255) -> float:
    """What the light is rolled off from, 1 is diffuse white; arguments as of `tone_mapped`."""
    return _peak(_brightest(_hdr_light(codes, colour, white)))


def _peak(brightest: Any) -> float:
    return float(numpy().percentile(brightest, PEAK_PERCENTILE)) if brightest.size else 1.0


def _hdr_light(codes: Any, colour: Colour, white: int) -> Any:
    """Linear light in the file's primaries; 1 is diffuse white."""
    np = numpy()
    signal = np.minimum(np.arange(256 if white == 255 else 65536, dtype=np.float32) / white, 1)
    if colour.hdr != "hlg":
        return _decoded(codes, _pq_nits(signal) / WHITE_NITS)
    light = _decoded(codes, _hlg_scene_light(signal))
    luminance = light @ _luminance_weights(_primaries(colour))
    # BT.2100: the display's light is the scene's times its luminance to the power gamma - 1.
    light *= (HLG_PEAK_NITS / WHITE_NITS) * np.power(luminance, 0.2)[..., None]
    return light


def _primaries(colour: Colour) -> int:
    return colour.cicp[0] if colour.cicp else _BT2020


def _drawn_in(light: Any) -> Any:
    """Colours beyond sRGB drawn towards grey of their brightness, half of the way on the scale of
    ratios: all of it looks pale, none of it turns coloured lamps and leaves into flat areas."""
    np = numpy()
    outside = (_brightest(light) > 1) | (_brightest(-light) > 0)
    beyond = light[outside]
    grey = np.clip(beyond @ _luminance_weights(_BT709), 1e-4, 1 - 1e-4)
    above = (1 - grey) / np.maximum(beyond.max(axis=-1) - grey, 1e-6)
    below = grey / np.maximum(grey - beyond.min(axis=-1), 1e-6)
    share = np.sqrt(np.minimum(1.0, np.minimum(above, below)))[..., None]
    light[outside] = grey[..., None] + (beyond - grey[..., None]) * share
    return light


def _brightest(light: Any) -> Any:
    """The largest of the three channels; numpy's `max(axis=-1)` takes eight times as long."""
    np = numpy()
    return np.maximum(np.maximum(light[..., 0], light[..., 1]), light[..., 2])


def _decoded(image: Any, table: Any) -> Any:
    """Linear light, height x width x 3, through a table of all codes."""
    np = numpy()
    return table.astype(np.float32)[np.asarray(image)]


def _encoded(light: Any) -> Image.Image:
    """sRGB of linear light (IEC 61966-2-1), 0 to 1; what lies outside is clipped."""
    from PIL import Image

    np = numpy()
    # A table over the square root of light, where the curve is nearly straight.
    codes = srgb_curve(np.linspace(0.0, 1.0, 4096) ** 2)
    index = (np.sqrt(np.clip(light, 0.0, 1.0)) * 4095 + 0.5).astype(np.uint16)
    return Image.fromarray((codes * 255 + 0.5).astype(np.uint8)[index])


def srgb_curve(light: Any) -> Any:
    """sRGB's signal of linear light, both 0 to 1 (IEC 61966-2-1)."""
    np = numpy()
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.power(light, 1 / 2.4) - 0.055)


def _linear_from(codes: Any, transfer: int) -> Any:
    """Linear light 0 to 1 of codes 0 to 1, for standard range."""
    np = numpy()
    if transfer == 8:
        return codes
    if transfer in (4, 5):
        return np.power(codes, 2.2 if transfer == 4 else 2.8)
    if transfer == 17:  # SMPTE ST 428-1, digital cinema
        return np.power(codes, 2.6) * (52.37 / 48.0)
    return np.where(codes <= 0.04045, codes / 12.92, np.power((codes + 0.055) / 1.055, 2.4))


_PQ = (2610 / 16384, 2523 / 4096 * 128, 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32)
"""m1, m2, c1, c2, c3 of SMPTE ST 2084."""


def _pq_nits(codes: Any) -> Any:
    np = numpy()
    m1, m2, c1, c2, c3 = _PQ
    root = np.power(np.asarray(codes, dtype=np.float64), 1 / m2)
    return 10000 * np.power(np.maximum(root - c1, 0) / (c2 - c3 * root), 1 / m1)


def _pq_codes(nits: Any) -> Any:
    np = numpy()
    m1, m2, c1, c2, c3 = _PQ
    power = np.power(np.maximum(nits, 0) / 10000, m1)
    return np.power((c1 + c2 * power) / (1 + c3 * power), m2)


def _hlg_scene_light(codes: Any) -> Any:
    """Inverse of BT.2100's HLG curve."""
    np = numpy()
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(codes <= 0.5, codes**2 / 3, (np.exp((codes - c) / a) + b) / 12)


def _rolled_off(light: Any, peak: float) -> Any:
    """BT.2390-11, 5.4.1: light (1 = white) of a picture that reaches `peak`, brought below 1."""
    np = numpy()
    top = float(_pq_codes(peak * WHITE_NITS))
    white = float(_pq_codes(WHITE_NITS)) / top
    knee = 1.5 * white - 0.5
    codes = np.minimum(_pq_codes(light * WHITE_NITS) / top, 1.0)
    t = np.clip((codes - knee) / (1 - knee), 0, 1)
    spline = (
        (2 * t**3 - 3 * t**2 + 1) * knee
        + (t**3 - 2 * t**2 + t) * (1 - knee)
        + (-2 * t**3 + 3 * t**2) * white
    )
    return _pq_nits(np.where(codes < knee, codes, spline) * top) / WHITE_NITS


def _rgb_to_xyz(primaries: int) -> Any:
    np = numpy()
    *colours, white = _CHROMATICITIES.get(primaries, _CHROMATICITIES[_BT709])
    columns = np.array([_xyz(point) for point in colours]).T
    return columns * np.linalg.solve(columns, np.array(_xyz(white)))


def _xyz(point: tuple[float, float]) -> tuple[float, float, float]:
    x, y = point
    return x / y, 1.0, (1 - x - y) / y


def _to_bt709(primaries: int) -> Any:
    """Linear RGB to linear sRGB; other whites are brought to D65 (Bradford)."""
    np = numpy()
    bradford = np.array(
        [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
    )
    white = _CHROMATICITIES.get(primaries, _CHROMATICITIES[_BT709])[3]
    gains = (bradford @ np.array(_xyz(_D65))) / (bradford @ np.array(_xyz(white)))
    adapt = np.linalg.inv(bradford) @ np.diag(gains) @ bradford
    matrix = np.linalg.inv(_rgb_to_xyz(_BT709)) @ adapt @ _rgb_to_xyz(primaries)
    return matrix.astype(np.float32)


def _luminance_weights(primaries: int) -> Any:
    np = numpy()
    return _rgb_to_xyz(primaries)[1].astype(np.float32)
