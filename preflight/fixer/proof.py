"""Proof: the output goes through the same scan and the same rules as the input."""

from __future__ import annotations

import os
from dataclasses import replace

from preflight.facts import Box, Facts
from preflight.finding import Severity
from preflight.fixer.compare import Comparison
from preflight.fixer.plan import Plan
from preflight.frozen import frozen
from preflight.limits import Limits
from preflight.platforms.platform import Platform
from preflight.report import Report
from preflight.rules.judge import judge_facts
from preflight.scanner.look import Seen
from preflight.scanner.scan import scan
from preflight.scanner.structure import Picture
from preflight.source import Source


@frozen
class Proof:
    """The output, judged.

    Attributes:
        report: What is thought of it.
        why: Why it is not good enough; empty when it is proved.
        picture: Its pixels, decoded again at a quarter of its size or more.
    """

    report: Report
    why: str
    picture: Picture | None


_STEPS = "shifted-blocks"
"""The one kind of damage that is guessed from pixels alone."""

EXTENSIONS = {"jpeg": ".jpg", "png": ".png", "webp": ".webp"}


def seen_in(crop: Box, size: tuple[int, int], facts: Facts) -> Seen | None:
    """What was seen in the source, in pixels of the output.

    The network would see the same scene again, at nearly the same size; no step of a plan mends
    what it tells, so a second look proves nothing.

    Args:
        crop: The output's part of the upright source, in its pixels; may reach beyond it.
        size: Of the output.
        facts: Of the source.

    Returns:
        The faces whose middle is in the output; None when nobody has looked.
    """
    if facts.faces is None:
        return None
    across, down = size[0] / (crop[2] - crop[0]), size[1] / (crop[3] - crop[1])
    moved = []
    for face in facts.faces:
        left, top = (face.box[0] - crop[0]) * across, (face.box[1] - crop[1]) * down
        right, bottom = (face.box[2] - crop[0]) * across, (face.box[3] - crop[1]) * down
        if 0 <= left + right <= 2 * size[0] and 0 <= top + bottom <= 2 * size[1]:
            moved.append(replace(face, box=(left, top, right, bottom)))
    return Seen(tuple(moved), facts.sideways_turn)


def proved(
    name: str,
    data: bytes,
    plan: Plan,
    format: str,  # noqa: A002  the field's own word, see Facts.format
    platforms: tuple[Platform, ...],
    limits: Limits,
    *,
    sound: bool = False,
    seen: Seen | None = None,
) -> Proof:
    """Judges the output.

    Args:
        name: Of the source; the output is judged under it, with the extension of its format.
        data: The output.
        plan: What was to be mended.
        format: What the output is.
        platforms: As the source was judged for.
        limits: As the source was opened with.
        sound: The source is not damaged and the output was encoded anew. A step in brightness that
            looks like shifted blocks is then part of the photo, such as the edge of a building
            that came to lie on a row of blocks; that the pixels are right, `compare` shows.
        seen: What was seen in the source, see `seen_in`.
    """
    renamed = os.path.splitext(name)[0] + EXTENSIONS.get(format, "")
    scanned = scan(Source(data, renamed, len(data)), limits, seen=seen)
    facts = scanned.facts
    if sound and facts.damage and all(damage.what == _STEPS for damage in facts.damage):
        # It was found in the pixels, so they were decoded to the end.
        facts = replace(facts, damage=(), decoded=True)
    report = judge_facts(facts, platforms)
    for finding in report.findings:
        if finding.severity is Severity.ERROR or finding.rule in plan.mends:
            return Proof(report, f"The new file did not pass: {finding.message}", None)
    if facts.format != format or not facts.decoded:
        return Proof(report, "The new file could not be opened again.", None)
    return Proof(report, "", scanned.picture)


def harm_done(found: Comparison | None) -> str:
    """Why a fix that changed the picture too much is not delivered; empty when it did not."""
    if found is None or found.harmless:
        return ""
    return (
        "The new file looks different from the photo (colour difference "
        f"{found.delta_e:.1f}, likeness {found.ssim:.2f}), so it is not delivered."
    )
