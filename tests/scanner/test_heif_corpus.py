"""Real HEIF and AVIF files against what other decoders say of them."""

import csv
from dataclasses import replace
from pathlib import Path

import heif_making as make
import numpy as np
import pytest
from PIL import Image

from preflight.fixer.colour import to_srgb
from preflight.limits import Limits
from preflight.scanner import avif, heif
from preflight.scanner.decode import DecodeError, decode_picture
from preflight.scanner.heif_tiles import COARSEST_NOT_SMOOTHED
from preflight.scanner.hevc import read_stream
from preflight.scanner.orientation import to_upright, upright_size
from preflight.scanner.structure import Picture

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
MANIFEST = CORPUS / "manifest.csv"


def rows() -> list[dict[str, str]]:
    if not MANIFEST.exists():
        return []
    with MANIFEST.open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["true_format"] in ("HEIF", "AVIF")]


@pytest.mark.corpus
@pytest.mark.parametrize("row", rows(), ids=lambda row: row["file"])
def test_structure_agrees_with_the_manifest(row):
    module, name = (avif, "avif") if row["true_format"] == "AVIF" else (heif, "heic")
    data = (CORPUS / row["file"]).read_bytes()
    structure = module.read(data, Limits())
    assert structure.limits_hit == ()
    orientation = structure.orientation or int(row["exif_orientation"] or 1)
    upright = upright_size(structure.width_px, structure.height_px, orientation)
    if row["upright_size"]:
        assert "{}x{}".format(*upright) == row["upright_size"]
        assert structure.damage == ()
    if row["bit_depth"]:
        assert structure.colour.bits == int(row["bit_depth"])
    assert structure.colour.alpha == (row["alpha"] == "1")
    if row["frames"]:
        assert int(row["frames"]) in (structure.frames, structure.images)
    assert " ".join(structure.transforms) == row["heif_transforms"].replace("=None", "")
    assert bool(structure.icc) == bool(
        row["colour_profile"] and not row["colour_profile"].startswith("nclx")
    ) or row["file"].startswith("d062")
    try:
        picture = decode_picture(data, name, structure, Limits())
    except DecodeError:
        assert row["should_decode"] in ("no", "hard")
    else:
        assert picture.image.size == (structure.width_px, structure.height_px)
        content = module.check_content(data, structure, Limits(), 1024)
        assert content.damage == ()
        if content.picture is not None:
            ours = make.upright(content.picture)
            theirs = picture.image.convert("RGB")
            if content.picture.is_srgb:
                theirs, _ = to_srgb(theirs, structure.colour, None)
            small = theirs.resize(ours.size, Image.Resampling.BOX)
            assert abs(np.asarray(ours).astype(int) - np.asarray(small)).mean() < 2
            if content.picture.closer is not None:
                assert_close_parts_agree(content.picture, theirs)


def assert_close_parts_agree(picture: Picture, theirs: Image.Image) -> None:
    """What the decoded tiles give at full size, and what libheif gives."""
    whole = picture.width_px, picture.height_px
    box = whole[0] // 3, whole[1] // 3, whole[0] // 2, whole[1] // 2
    for shrink in (1.0, 2.0):
        part, (left, top) = picture.closer(box, shrink)
        seen = left, top, left + part.width, top + part.height
        ours = make.upright(replace(picture, image=part))
        crop = theirs.crop(to_upright(seen, picture.orientation, *whole))
        assert ours.size == crop.size
        assert abs(np.asarray(ours).astype(int) - np.asarray(crop)).mean() < 2


@pytest.mark.corpus
@pytest.mark.skipif(not MANIFEST.exists(), reason="the corpus is not here")
def test_a_file_that_was_cut_off_says_so():
    structure = heif.read((CORPUS / "d006-river-truncated.heic").read_bytes(), Limits())
    assert (structure.damage[0].kind, structure.damage[0].lost_share) == ("truncated", 1.0)
    assert structure.damage[0].region == (0, 0, 6302, 3912)


@pytest.mark.corpus
@pytest.mark.skipif(not MANIFEST.exists(), reason="the corpus is not here")
@pytest.mark.parametrize(
    ("name", "whole_from"),
    [
        ("d045-tree-with-transparency.heic", 3763),
        ("d012-avis_with_pitm_no_iloc.avif", 1625 - 67),  # a "free" box ends the file
    ],
)
def test_no_prefix_raises_and_none_is_called_whole(name, whole_from):
    data = (CORPUS / name).read_bytes()
    module = avif if name.endswith("avif") else heif
    for length in range(len(data)):
        structure = module.read(data[:length], Limits())
        assert structure.damage or length >= whole_from, length


@pytest.mark.corpus
@pytest.mark.skipif(not MANIFEST.exists(), reason="the corpus is not here")
@pytest.mark.parametrize(
    ("name", "quantiser"),
    [("d049-IMG_8062.HEIC", 15), ("d071-subsec_timezone.heic", 16), ("d009-arrow.heic", 15)],
)
def test_phones_code_so_finely_that_what_is_reduced_needs_no_smoothing(name, quantiser):
    """The first two have lists of factors in front of what is looked for."""
    data = (CORPUS / name).read_bytes()
    parts = heif.read(data, Limits()).private
    item = parts.layout.tiles[0].item
    box = parts.container.property_of(item, b"hvcC")
    coded = parts.container.item_bytes(item, len(data))
    stream = read_stream(data[box.body : box.end], coded)
    assert stream.quantiser == quantiser <= COARSEST_NOT_SMOOTHED
