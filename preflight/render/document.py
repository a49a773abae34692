"""Document: reports and results as the dictionaries of `schema.json`, ready for JSON."""

from __future__ import annotations

import base64
import math
import os
import re
import sys
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from preflight.facts import Box, Skipped
from preflight.render.standing import BUG
from preflight.versions import OWN, version_of

if TYPE_CHECKING:
    from preflight.batch.outcome import Outcome, Summary
    from preflight.finding import Finding
    from preflight.report import FixResult, Report

SCHEMA = "preflight/1"
"""Name and version of the documents; a change that breaks readers gets a new number."""

COUNTS = (
    *("ready", "fixable", "blocked"),
    *("fixed", "unchanged", "stripped", "refused", "failed", "already_done"),
)


def report_document(report: Report, path: str | None = None) -> dict[str, Any]:
    """What is known and thought about one photo; `path` as the caller calls it."""
    return {
        **path_document(report.name if path is None else path),
        "verdict": report.verdict.value,
        "facts": {key: value for key, value in plain(report.facts).items() if key != "name"},
        "findings": [finding_document(finding) for finding in report.findings],
        "skipped": [_skipped_document(skipped) for skipped in report.skipped],
    }


def fix_document(
    result: FixResult, path: str | None = None, output: str | None = None
) -> dict[str, Any]:
    """The report of the source, and under `fix` what was made of it."""
    faces = result.before.facts.faces
    fix = {
        "output": None if output is None else text(output),
        "status": result.status,
        "why": text(result.why),
        "steps": list(result.steps),
        "notes": [text(note) for note in result.notes],
        "format": result.format or None,
        "crop": None if result.crop is None else _box(result.crop),
        "faces": None if faces is None else [_box(face.box) for face in faces],
        "heads_left_out": result.heads_left_out,
        "faces_left_out": [_box(box) for box in result.faces_left_out],
        "air": plain(None if result.air is None else round(result.air, 4)),
        "size_bytes": result.size_bytes,
        "width_px": result.width_px,
        "height_px": result.height_px,
        "quality": result.quality,
        "delta_e": plain(result.delta_e),
        "ssim": plain(result.ssim),
    }
    return {**report_document(result.before, path), "fix": fix}


def outcome_document(
    outcome: Outcome, *, dry_run: bool = False, timings: bool = False
) -> dict[str, Any]:
    """One entry of `photos`."""
    output = None if outcome.output is None else str(outcome.output)
    document: dict[str, Any]
    if outcome.result is not None:
        document = fix_document(outcome.result, outcome.path, output)
        document["fix"]["written"] = outcome.written and not dry_run
        if outcome.backup is not None:
            document["fix"]["backup"] = text(str(outcome.backup))
    elif outcome.report is not None:
        document = report_document(outcome.report, outcome.path)
    else:
        document = {**path_document(outcome.path), "verdict": None}
        document.update({"findings": [], "skipped": []})
    if timings:
        document["timings_s"] = {stage: round(s, 6) for stage, s in outcome.timings_s.items()}
    if outcome.error is not None:
        document["error"] = text(str(outcome.error))
    elif outcome.bug:
        document["error"] = BUG
    return document


def summary_document(summary: Summary) -> dict[str, Any]:
    """The sums, each count present."""
    return {
        "photos": summary.photos,
        **{name: summary.counts[name] for name in COUNTS},
        "skipped_files": sum(summary.skipped.values()),
        "interrupted": summary.interrupted,
    }


def tool_document() -> dict[str, str | None]:
    """Versions, from package metadata; libheif's only if a photo needed it in this run."""
    heif = sys.modules.get("pillow_heif")
    return {
        "version": version_of(OWN),
        "pillow": version_of("pillow"),
        "pillow_heif": version_of("pillow_heif"),
        "libheif": heif.libheif_version() if heif is not None else None,
    }


def finding_document(finding: Finding) -> dict[str, Any]:
    """One finding; `damage` only where there is some."""
    document: dict[str, Any] = plain(finding)
    if finding.damage is None:
        del document["damage"]
    else:
        damage = finding.damage
        document["damage"] = {
            "kind": damage.kind,
            "what": text(damage.what),
            "offset_bytes": damage.offset_bytes,
            "region": None if damage.region is None else _box(damage.region),
            "lost_share": plain(damage.lost_share),
        }
    return document


def path_document(path: str) -> dict[str, str]:
    """`path`, and `path_base64` with the very bytes where the path is not UTF-8."""
    shown = text(path)
    if shown == path:
        return {"path": path}
    return {"path": shown, "path_base64": base64.b64encode(os.fsencode(path)).decode("ascii")}


def text(value: str) -> str:
    """The text with replacement characters for what no UTF-8 can say."""
    return re.sub("[\ud800-\udfff]", "\ufffd", value)


def plain(value: object) -> Any:
    """Dataclasses, enums and tuples as what JSON has; no NaN, no half characters."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, tuple | list):
        return [plain(entry) for entry in value]
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    return value


def _skipped_document(skipped: Skipped) -> dict[str, str]:
    return {"rule": text(skipped.check), "why": text(skipped.why)}


def _box(box: Box) -> list[float]:
    return [int(side) if float(side).is_integer() else round(side, 2) for side in box]
