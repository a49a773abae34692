"""Pictures of several slices: a slice that runs on into the next one is seen too."""

import io
import random

import heif_making as make
import numpy as np
import pillow_heif
import pytest

from preflight.limits import Limits
from preflight.scanner import heif
from preflight.scanner.decode import DecodeError, decode_picture
from preflight.scanner.hevc import read_stream

LIMITS = Limits()
FAR, SHARE = 16, 0.0005
"""What the benchmark of damage calls visible."""


def sliced(slices: int) -> bytes:
    out = io.BytesIO()
    options = {"x265:slices": str(slices), "preset": "ultrafast"}
    pillow_heif.from_pillow(make.photo(256, 512)).save(out, quality=60, enc_params=options)
    return out.getvalue()


def pixels(data: bytes) -> np.ndarray | None:
    try:
        picture = decode_picture(data, "heic", heif.read(data, LIMITS), LIMITS)
    except DecodeError:
        return None
    return np.asarray(picture.image.convert("RGB"), np.int16)


def found(data: bytes) -> set[str]:
    content = heif.check_content(data, heif.read(data, LIMITS), LIMITS, None)
    return {damage.what for damage in content.damage}


@pytest.mark.parametrize("slices", [2, 4])
def test_visible_flips_in_any_slice_are_seen(slices: int) -> None:
    data = sliced(slices)
    container = heif.read(data, LIMITS).private.container
    box, (start, end) = container.property_of(1, b"hvcC"), container.spans(1)[0]
    stream = read_stream(data[box.body : box.end], data[start:end])
    assert len(stream.slices) == slices
    assert found(data) == set()
    clean = pixels(data)
    chance, seen, visible = random.Random(3), 0, 0
    for _ in range(60):
        torn = make.flipped(data, chance.randrange(start, end), chance.randrange(8))
        shown = pixels(torn)
        if shown is None or (abs(shown - clean).max(axis=2) > FAR).mean() >= SHARE:
            visible += 1
            seen += bool(found(torn))
    assert visible > 30
    assert seen >= 0.98 * visible
