"""JSON: every document is what the schema says, and the schema knows every key."""

import json
import math
from dataclasses import fields, replace
from pathlib import Path

import jsonschema
import pytest

from preflight.batch.outcome import Outcome, Summary
from preflight.errors import SourceError
from preflight.facts import Colour, Damage, Face, Facts, LimitHit, Metadata, Skipped
from preflight.finding import Finding, Severity
from preflight.platforms.loader import load
from preflight.render import document
from preflight.render.document import SCHEMA, outcome_document, path_document, tool_document
from preflight.render.json import JsonLinesRenderer, JsonRenderer
from preflight.render.renderer import Setting
from preflight.report import FixResult, Report

FOLDER = Path(document.__file__).parent
DOCUMENT = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
LINE = {**DOCUMENT["$defs"]["line"], "$defs": DOCUMENT["$defs"]}

DAMAGE = Damage("truncated", "missing-eoi", "it ends early", 100, (0.0, 10.5, 100.0, 50.0), 0.25)
FACTS = Facts(
    "a\udcff.jpg",
    1000,
    "jpg",
    "jpeg",
    "a JPEG photo",
    is_image=True,
    width_px=100,
    height_px=50,
    transforms=("irot=90",),
    hidden_images=("depth map",),
    colour=Colour(cicp=(1, 13, 6), hdr="pq"),
    metadata=Metadata(personal=("the owner's name",), camera="a \udce9 camera"),
    damage=(DAMAGE,),
    limits_hit=(LimitHit("max_pixels", "900 megapixels", "100 megapixels"),),
    skipped=(Skipped("faces", "no network"),),
    faces=(Face((1.0, 2.0, 30.25, 40.126), 0.75),),
    sharpness=math.nan,
)
FINDINGS = (
    Finding("truncated", "damage", Severity.ERROR, "Cut.", damage=DAMAGE, platforms=("threads",)),
    Finding("not-square", "geometry", Severity.WARNING, "Wide.", "100 x 50", "square", "crop"),
)
REPORT = Report("a.jpg", FACTS, FINDINGS, ("threads",), (Skipped("no-face", "no network"),))
PLAIN = Report("b.png", Facts("b.png", 0), (), ("threads",))
FIXED = FixResult(
    b"data",
    "fixed",
    REPORT,
    PLAIN,
    steps=("crop", "encode"),
    notes=("It will look soft.",),
    format="jpeg",
    width_px=1024,
    height_px=1024,
    crop=(0.0, -5.5, 3024.0, 3018.5),
    quality=90,
    delta_e=0.6,
    ssim=math.inf,
)
REFUSED = FixResult(None, "refused", PLAIN, why="It is empty.")
OUTCOMES = (
    Outcome("a\udcff.jpg", REPORT),
    Outcome("b.png", PLAIN),
    Outcome("a.jpg", REPORT, FIXED, Path("a-ready.jpg"), written=True),
    Outcome("a.jpg", REPORT, FIXED, Path("a.jpg"), written=True, backup=Path("a.jpg~")),
    Outcome("b.png", PLAIN, REFUSED),
    Outcome("gone.jpg", error=SourceError("There is no file gone.jpg.", "Check the name.")),
    Outcome("odd.jpg", bug="Traceback"),
)


def written(renderer, outcomes):
    summary, parts = Summary(), [renderer.start()]
    for outcome in outcomes:
        summary.add(outcome)
        parts.append(renderer.photo(outcome))
    return "".join([*parts, renderer.end(summary)])


@pytest.mark.parametrize("count", [0, 1, len(OUTCOMES)])
def test_document_fits_the_schema(count):
    setting = Setting("fix", (load("threads"), load("slack")))
    text = written(JsonRenderer(setting), OUTCOMES[:count])
    whole = json.loads(text)
    jsonschema.Draft202012Validator(DOCUMENT).validate(whole)
    assert whole["schema"] == SCHEMA
    assert whole["platforms"] == ["threads", "slack"]
    assert len(whole["photos"]) == whole["summary"]["photos"] == count
    assert text.isascii()
    assert text.endswith("}\n")


def test_lines_fit_the_schema():
    text = written(JsonLinesRenderer(Setting("fix")), OUTCOMES)
    lines = text.splitlines()
    assert len(lines) == len(OUTCOMES)
    for line in lines:
        jsonschema.Draft202012Validator(LINE).validate(json.loads(line))


def test_schema_is_one_and_refuses_what_it_does_not_know():
    jsonschema.Draft202012Validator.check_schema(DOCUMENT)
    line = {"schema": SCHEMA, **outcome_document(OUTCOMES[0])}
    for wrong in (
        {**line, "extra": 1},
        {**line, "verdict": "good"},
        {**line, "facts": {**line["facts"], "extra": 1}},
        {key: value for key, value in line.items() if key != "facts"},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(LINE).validate(wrong)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("facts", Facts), ("colour", Colour), ("metadata", Metadata), ("finding", Finding)],
)
def test_schema_describes_every_field(name, kind):
    known = set(DOCUMENT["$defs"][name]["properties"])
    assert known == {field.name for field in fields(kind)} - {"name"}


def test_every_property_of_the_schema_says_what_it_is():
    def undescribed(node, path=""):
        for key, value in node.get("properties", {}).items():
            if not {"description", "$ref", "enum", "const", "properties", "items"} & set(value):
                yield f"{path}/{key}"
            yield from undescribed(value, f"{path}/{key}")

    for name, definition in {"": DOCUMENT, **DOCUMENT["$defs"]}.items():
        assert list(undescribed(definition, name)) == []


def test_values():
    entry = outcome_document(OUTCOMES[2])
    assert entry["path"] == "a.jpg"
    assert entry["verdict"] == "blocked"
    assert "name" not in entry["facts"]
    assert entry["facts"]["sharpness"] is None
    assert entry["facts"]["metadata"]["camera"] == "a \ufffd camera"
    assert entry["findings"][0]["damage"]["region"] == [0, 10.5, 100, 50]
    assert "damage" not in entry["findings"][1]
    assert entry["skipped"] == [{"rule": "no-face", "why": "no network"}]
    assert entry["fix"]["crop"] == [0, -5.5, 3024, 3018.5]
    assert entry["fix"]["faces"] == [[1, 2, 30.25, 40.13]]
    assert entry["fix"]["ssim"] is None
    assert entry["fix"]["output"] == "a-ready.jpg"
    assert entry["fix"]["written"] is True
    assert outcome_document(OUTCOMES[2], dry_run=True)["fix"]["written"] is False


def test_a_photo_that_could_not_be_read():
    assert outcome_document(OUTCOMES[5]) == {
        "path": "gone.jpg",
        "verdict": None,
        "findings": [],
        "skipped": [],
        "error": "There is no file gone.jpg. Check the name.",
    }
    assert "bug" in outcome_document(OUTCOMES[6])["error"]


def test_sums():
    summary = Summary()
    for outcome in OUTCOMES:
        summary.add(outcome)
    again = replace(OUTCOMES[2], written=False)
    summary.add(again)
    counted = document.summary_document(summary)
    assert counted == {
        "photos": 8,
        "ready": 2,
        "fixable": 0,
        "blocked": 4,
        "fixed": 3,
        "unchanged": 0,
        "stripped": 0,
        "refused": 1,
        "failed": 2,
        "already_done": 1,
        "skipped_files": 0,
        "interrupted": False,
    }


def test_paths_that_are_not_utf8():
    assert path_document("é.jpg") == {"path": "é.jpg"}
    assert path_document("\udce9.jpg") == {"path": "\ufffd.jpg", "path_base64": "6S5qcGc="}


def test_library_calls():
    assert REPORT.to_dict() == outcome_document(Outcome("a.jpg", REPORT))
    entry = FIXED.to_dict(path="x/a.jpg", output="a-ready.jpg")
    assert (entry["path"], entry["fix"]["output"]) == ("x/a.jpg", "a-ready.jpg")
    jsonschema.Draft202012Validator(LINE).validate({"schema": SCHEMA, **entry})


def test_versions():
    tool = tool_document()
    assert tool["pillow"]
    assert tool["pillow_heif"]


def test_the_version_of_libheif_is_told_once_it_is_loaded():
    import pillow_heif

    assert tool_document()["libheif"] == pillow_heif.libheif_version()
