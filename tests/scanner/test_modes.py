"""Every layout that Pillow hands out becomes eight bits, scaled and not clipped."""

import numpy as np
import pytest
from PIL import Image

from preflight.scanner.modes import eight_bits, is_transparent


@pytest.mark.parametrize(
    ("values", "mode"),
    [
        (np.arange(0, 65536, 256, dtype=np.uint16), "I;16"),
        (np.arange(0, 65536, 256, dtype=np.int32), "I"),
        (np.linspace(0, 1, 256, dtype=np.float32), "F"),
    ],
)
def test_a_deep_ramp_stays_a_ramp(values: np.ndarray, mode: str) -> None:
    image = Image.fromarray(values.reshape(1, -1))
    assert image.mode == mode
    ramp = np.asarray(eight_bits(image))[0].astype(int)
    assert abs(ramp - np.arange(256)).max() <= 1


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "PA", "CMYK", "RGBX", "HSV"])
def test_every_mode_comes_out_plain(mode: str) -> None:
    out = eight_bits(Image.new(mode, (3, 2)))
    assert out.mode in ("L", "LA", "RGB", "RGBA", "CMYK")
    assert out.size == (3, 2)


def test_transparency_counts_only_where_it_is_used() -> None:
    palette = Image.new("P", (2, 2), 1)
    palette.info["transparency"] = 0
    assert not is_transparent(palette)
    palette.putpixel((0, 0), 0)
    assert is_transparent(palette)
    palette.info["transparency"] = bytes([128, 255])
    assert is_transparent(palette)
    assert not is_transparent(Image.new("RGBA", (2, 2), (0, 0, 0, 255)))
    assert is_transparent(Image.new("LA", (2, 2), (0, 254)))


def test_a_transparent_colour_in_rgb() -> None:
    image = Image.new("RGB", (2, 1), (9, 9, 9))
    image.info["transparency"] = (1, 2, 3)
    assert not is_transparent(image)
    image.putpixel((1, 0), (1, 2, 3))
    assert is_transparent(image)
