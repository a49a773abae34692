"""HDR pictures for the tests: signals of PQ and HLG, and files of them."""

import io
import struct
from pathlib import Path

import heif_making as make
import numpy as np
import pillow_heif
from PIL import Image

from preflight.scanner.isobmff_meta import read_container

PORTRAIT = Path(__file__).parents[2] / "samples" / "portrait.webp"
FACE = (372, 184, 631, 503)
"""In pixels of the portrait, which is 1024 wide and high."""

TRANSFERS = {"pq": 16, "hlg": 18}
TO_BT2020 = np.array(  # ITU-R BT.2087-0, 4
    [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]]
)


def light(srgb: np.ndarray) -> np.ndarray:
    codes = srgb / 255.0
    return np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)


def signal(of_white: np.ndarray, hdr: str) -> np.ndarray:
    """PQ or HLG, 0 to 1, of linear sRGB whose white is shown with 203 cd/m2 (BT.2408)."""
    nits = of_white @ TO_BT2020.T * 203
    if hdr == "pq":
        power = (nits / 10000) ** 0.1593017578125
        return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375
    shown = nits / 1000
    luminance = np.maximum(shown @ (0.2627, 0.6780, 0.0593), 1e-9)
    scene = shown * (luminance ** (-0.2 / 1.2))[..., None]
    upper = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), upper)


def heic(
    coded: np.ndarray, hdr: str, bits: int = 10, mode: str = "RGB;16", quality: int = -1
) -> bytes:
    """A file of that signal; quality -1 is lossless."""
    samples = _samples(coded, bits)
    pillow_heif.options.SAVE_HDR_TO_12_BIT = bits == 12
    out = io.BytesIO()
    try:
        size = coded.shape[1], coded.shape[0]
        pillow_heif.from_bytes(mode, size, samples.tobytes()).save(
            out,
            quality=quality,
            chroma=444,
            color_primaries=9,
            transfer_characteristics=TRANSFERS[hdr],
            matrix_coefficients=9,
            full_range_flag=1,
            enc_params=dict(make.QUICK),  # it writes into that
        )
    finally:
        pillow_heif.options.SAVE_HDR_TO_12_BIT = False
    return out.getvalue()


def avif(coded: np.ndarray, hdr: str, bits: int = 10) -> bytes:
    """A file of that signal, lossless."""
    import pyvips

    samples = np.ascontiguousarray(_samples(coded, bits))
    image = pyvips.Image.new_from_array(samples).copy(interpretation="rgb16")
    data = image.heifsave_buffer(compression="av1", bitdepth=bits, lossless=True, effort=0)
    # libvips writes no code points of HDR; matrix 0 says that RGB itself is coded.
    return rebuilt(
        data, [make.box(b"colr", b"nclx", struct.pack(">HHHB", 9, TRANSFERS[hdr], 0, 128))]
    )


def _samples(coded: np.ndarray, bits: int) -> np.ndarray:
    if coded.strides[0] == 0:  # one row many times, as of a large ramp
        return np.broadcast_to(_samples(coded[:1].copy(), bits), coded.shape)
    return np.round(coded * (2**bits - 1)).astype(np.uint16) << (16 - bits)


def rebuilt(data: bytes, more: list[bytes]) -> bytes:
    """A file of one picture anew, with these properties beside or in place of its own."""
    kind, brands = (b"av01", b"avifmif1") if data[8:12] == b"avif" else (b"hvc1", b"heicmif1")
    container = read_container(data)
    number = container.primary or 0
    replaced = {box[4:8] for box in more}
    old = [box for box in container.properties_of(number) if box.kind not in replaced]
    properties = [data[box.start : box.end] for box in old] + more
    coded = container.item_bytes(number, len(data))
    chosen = list(range(1, len(properties) + 1))
    return make.heif([(1, kind, coded, chosen)], properties, brands=brands)


def portrait(side_px: int = 512) -> np.ndarray:
    with Image.open(PORTRAIT) as image:
        return np.asarray(image.convert("RGB").resize((side_px, side_px), Image.Resampling.BOX))


def noise(height: int, width: int) -> np.ndarray:
    """Soft spots, a tenth of them brighter than white."""
    spots = np.random.default_rng(5).uniform(0, 255, (6, 8, 3)).astype(np.uint8)
    soft = Image.fromarray(spots).resize((width, height), Image.Resampling.BILINEAR)
    return light(np.asarray(soft)) * 2
