"""PNG, WebP, GIF, TIFF and BMP of the real files against their manifest."""

import csv
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from preflight.limits import Limits
from preflight.scanner.structure import Structure

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
MODULES = {"PNG": "png", "WEBP": "webp", "GIF": "gif", "TIFF": "tiff", "BMP": "bmp"}


def _rows() -> list[dict[str, str]]:
    if not CORPUS.is_dir():
        return []
    with (CORPUS / "manifest.csv").open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["true_format"] in MODULES]


ROWS = _rows()
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not ROWS, reason="../shared/corpus is not there"),
]
each_file = pytest.mark.parametrize("row", ROWS, ids=[row["file"] for row in ROWS])


def _read(row: dict[str, str]) -> tuple[bytes, ModuleType, Structure]:
    data = (CORPUS / row["file"]).read_bytes()
    module = import_module(f"preflight.scanner.{MODULES[row['true_format']]}")
    return data, module, module.read(data, Limits())


@each_file
def test_headers_are_as_the_manifest_says(row: dict[str, str]) -> None:
    _data, _module, structure = _read(row)
    if row["should_decode"] == "no":
        assert any(damage.kind != "readable" for damage in structure.damage)
        return
    assert f"{structure.width_px}x{structure.height_px}" == row["stored_size"]
    if row["frames"]:
        assert structure.frames == int(row["frames"])
    assert structure.animated == (row["frames"] not in ("", "1"))
    assert structure.colour.alpha == (row["alpha"] == "1")
    if row["bit_depth"] and row["true_format"] != "BMP":
        assert structure.colour.bits == int(row["bit_depth"].split()[0])
    assert (structure.icc is not None) == bool(row["colour_profile"])
    assert structure.damage == structure.limits_hit == ()


@each_file
def test_no_clean_file_is_called_damaged(row: dict[str, str]) -> None:
    data, module, structure = _read(row)
    if row["should_decode"] == "no":  # the manifest's own damaged one
        assert structure.damage
        return
    content = module.check_content(data, structure, Limits(), None)
    assert content.damage == content.skipped == ()
