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
    if row["true_format"] in FORMATS:
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
        assert facts.metadata.location == (row["gps"] == "1")
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
    theirs = _independent_centre(_path(row), result.before)
    difference = np.abs(
        np.asarray(ours.resize((64, 64), Image.Resampling.BOX), dtype=float) - theirs
    ).mean()
    tolerance = {"strict": 4.0, "lenient": 8.0, "loose": 22.0}.get(row["colour_check"], 60.0)
    assert difference < tolerance


def _independent_centre(path: Path, report: Report) -> np.ndarray:
    """The middle square at 64 x 64 through libvips, or Pillow's plugins where it has no decoder."""
    facts = report.facts
    if facts.format in ("heic", "bmp"):
        return _pillow_centre(path, report)
    pyvips = pytest.importorskip("pyvips", reason="pyvips is not installed")
    image = pyvips.Image.thumbnail(
        str(path), 64, height=64, crop="centre", output_profile="srgb", intent="relative"
    )
    if image.hasalpha():
        image = image.flatten(background=[255, 255, 255])
    if image.bands == 1:
        image = image.bandjoin([image, image])
    return image.cast("uchar").numpy().astype(float)


def _pillow_centre(path: Path, report: Report) -> np.ndarray:
    import pillow_heif

    from preflight.scanner.orientation import transposition

    if report.facts.format == "heic":
        image = pillow_heif.open_heif(path).to_pillow()
    else:
        image = Image.open(path)
    profile = image.info.get("icc_profile")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    image = image.convert("RGB")
    turn = transposition(report.facts.orientation)
    image = image.transpose(turn) if turn is not None else image
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    box = (left, top, left + side, top + side)
    image = image.resize((64, 64), Image.Resampling.BOX, box)
    if profile:
        from PIL import ImageCms

        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        image = ImageCms.profileToProfile(image, source, target, 1, "RGB") or image
    return np.asarray(image, dtype=float)
