"""Every file of the corpus against what its manifest expects, and every decodable one fixed."""

from __future__ import annotations

import csv
import io
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from preflight import FixOptions, Report, Verdict, check, fix
from preflight.scanner.sniff import EXTENSIONS
from tests.conftest import SHARED

pytestmark = pytest.mark.corpus

FORMATS = {"JPEG": "jpeg", "PNG": "png", "WEBP": "webp", "GIF": "gif", "TIFF": "tiff"}
FORMATS |= {"BMP": "bmp", "HEIF": "heic", "AVIF": "avif", "JXL": "jxl"}


def _rows() -> list[dict[str, str]]:
    manifest = SHARED / "corpus" / "manifest.csv"
    if not manifest.is_file():
        return []
    with manifest.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


ROWS = _rows()
every_file = pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])


def _path(row: dict[str, str]) -> Path:
    return SHARED / "corpus" / row["file"]


@cache
def _report(file: str) -> Report:
    return check(SHARED / "corpus" / file)


@every_file
def test_facts_are_what_the_manifest_says(row: dict[str, str]) -> None:
    facts = _report(row["file"]).facts
    if row["category"] == "heif_uncompressed":
        assert facts.format == "heif"  # no iPhone's picture: preflight has no decoder for it
    elif row["true_format"] in FORMATS:
        assert facts.format == FORMATS[row["true_format"]]
        listed = facts.extension in EXTENSIONS.get(facts.format, frozenset())
        assert listed == (row["extension_ok"] == "1")
    else:
        assert not facts.is_image
    if not facts.is_image or row["should_decode"] == "no":
        return
    if row["upright_size"]:
        assert f"{facts.width_px}x{facts.height_px}" == row["upright_size"]
    if row["exif_orientation"]:
        assert facts.metadata.exif_orientation == int(row["exif_orientation"])
    if row["xmp_orientation"]:
        assert facts.metadata.xmp_orientation == int(row["xmp_orientation"])
    if row["gps"]:
        # The manifest counts coordinates; the name of a place is a location for us, too.
        named = "the name of the place" in facts.metadata.personal
        assert facts.metadata.location == (row["gps"] == "1" or named)
    if row["bit_depth"] in ("8", "10", "12", "16"):
        assert facts.colour.bits == int(row["bit_depth"])
    if row["alpha"]:
        assert facts.colour.alpha == (row["alpha"] == "1")
    for transform in row["heif_transforms"].split():
        assert transform.split("=None")[0] in facts.transforms
    if row["colour_profile"] and not row["colour_profile"].startswith("nclx"):
        profile = (facts.colour.profile or "").strip()
        assert profile.startswith(row["colour_profile"].strip()[:20])


@every_file
def test_decodable_or_not_as_the_manifest_says(row: dict[str, str]) -> None:
    report = _report(row["file"])
    blocked = report.verdict is Verdict.BLOCKED
    if row["should_decode"] == "no":
        assert blocked
    elif row["should_decode"] == "yes":
        assert report.facts.decoded
        assert not blocked, [f.message for f in report.findings]


@pytest.mark.parametrize(
    "row", [r for r in ROWS if r["should_decode"] == "yes"], ids=lambda row: row["file"]
)
def test_a_decodable_file_is_fixed_upright_and_in_its_colours(row: dict[str, str]) -> None:
    result = fix(_path(row), options=FixOptions(crop="center"))
    assert result.status == "fixed", result.why
    assert result.data is not None
    assert result.after is not None
    assert result.after.verdict is Verdict.READY
    ours = Image.open(io.BytesIO(result.data))
    assert (ours.format, ours.size, ours.mode) == ("JPEG", (1024, 1024), "RGB")
    reference = SHARED / "corpus" / "reference" / f"{_path(row).stem}.full.png"
    if row["colour_check"] == "none" or not reference.is_file():
        return
    difference = np.abs(_small(ours) - _small(_middle_on_white(Image.open(reference)))).mean()
    assert difference < {"strict": 8.0, "lenient": 14.0}.get(row["colour_check"], 40.0)


def _small(image: Image.Image) -> np.ndarray:
    return np.asarray(image.resize((32, 32), Image.Resampling.BOX), dtype=float)


def _middle_on_white(reference: Image.Image) -> Image.Image:
    """The middle square of the upright sRGB picture that another decoder made."""
    image = reference.convert("RGBA")
    image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    side = min(image.size)
    left, top = (image.width - side) / 2, (image.height - side) / 2
    return image.resize((64, 64), Image.Resampling.BICUBIC, (left, top, left + side, top + side))
