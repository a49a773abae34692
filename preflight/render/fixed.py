"""Fixed: the page about one photo that `fix` has dealt with."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from preflight.batch.outcome import Outcome
from preflight.printable import printable
from preflight.render.framed import framed, framed_faces
from preflight.render.layout import Layout
from preflight.render.photo import finding_lines, guide_lines, salvage_command
from preflight.render.renderer import Setting
from preflight.report import FixResult
from preflight.words import format_word, pixels, size


def fix_page(outcome: Outcome, result: FixResult, setting: Setting, layout: Layout) -> str:
    """What became of the photo, which file to upload, and what was changed."""
    name = result.before.name
    if not result.made:
        return _refusal(outcome, result, setting, layout)
    sentence = _sentence(outcome, result, setting)
    lines = [layout.headline(name, sentence, "green")]
    if outcome.output is not None:
        about = f"{_folder(outcome)}, {_dimensions(result)}, {size(result.size_bytes or 0)}"
        lines += ["", f"  {layout.styled(printable(outcome.output.name), 'bold')}   ({about})"]
    details = list(_details(outcome, result, setting, layout))
    if details:
        lines += ["", *details]
    if not setting.dry_run:
        lines += ["", *guide_lines(setting, layout)]
    return "\n".join(lines) + "\n"


def changes(result: FixResult) -> list[str]:
    """What was done, as clauses for people, in the order of the steps."""
    clauses = []
    for step in result.steps:
        clause = _CLAUSES[step](result) if step in _CLAUSES else step
        if clause:
            clauses.append(clause)
    if result.format and result.format != result.before.facts.format:
        before, after = format_word(result.before.facts.format), format_word(result.format)
        clauses.insert(0, f"{before} to {after}")
    if (gone := _gone(result)) and "strip" not in result.steps:
        clauses.append(gone)
    return clauses


def _sentence(outcome: Outcome, result: FixResult, setting: Setting) -> str:
    if outcome.output is None:  # it stays where it is, or went to standard output
        unchanged = result.status == "unchanged"
        return "ready as it is. Upload it." if unchanged else "done."
    if outcome.already_done:
        return "already done. Upload this file:"
    if setting.dry_run:
        return "can be done. This would be the file to upload:"
    if result.status == "unchanged":
        return "ready as it is, and copied. Upload this file:"
    return "done. Upload this file instead:"


def _details(
    outcome: Outcome, result: FixResult, setting: Setting, layout: Layout
) -> Iterator[str]:
    for note in result.notes:
        yield layout.labelled("Note", note, "yellow")
    if result.after is not None and result.status != "unchanged":
        clauses = changes(result)
        if clauses:
            text = ", ".join(clauses)
            yield layout.labelled("Changed", f"{text[0].upper()}{text[1:]}.", "blue")
    if setting.verbose and (framing := framed(result)):
        yield layout.labelled("Framed", framing, "blue")
    if outcome.output is None and result.status == "unchanged":
        yield layout.labelled("Checked", "It passes. Nothing had to be changed.", "green")
    elif setting.dry_run:
        yield layout.labelled("Checked", "It would pass. Nothing was written.", "green")
    elif outcome.backup is not None:
        backup = f"The new file passes. Your original is kept as {outcome.backup.name}."
        yield layout.labelled("Checked", backup, "green")
    else:
        untouched = "The new file passes. Your original is untouched."
        yield layout.labelled("Checked", untouched, "green")
    if result.after is not None:
        for finding in result.after.findings:
            if finding.severity.rank:  # what is only a note was said about the original
                yield from finding_lines(finding, setting, layout)


def _refusal(outcome: Outcome, result: FixResult, setting: Setting, layout: Layout) -> str:
    lines = [layout.headline(result.before.name, "preflight cannot fix this one.", "red"), ""]
    lines.append(layout.labelled("Why", result.why, "red"))
    for finding in result.before.findings:
        if finding.message not in result.why and finding.severity.rank and not finding.step:
            lines += finding_lines(finding, setting, layout)
    lines.append(layout.labelled("Checked", "Your original is untouched.", "green"))
    last_resort = salvage_command(result.before, outcome.path, setting)
    if last_resort and not setting.salvage:
        lines += ["", last_resort[0], layout.command(last_resort[1])]
    return "\n".join(lines) + "\n"


def _folder(outcome: Outcome) -> str:
    assert outcome.output is not None
    folder = outcome.output.parent
    if os.path.realpath(folder) == os.path.realpath(Path(outcome.path).parent):
        return "same folder"
    if folder == Path():
        return "this folder"
    return f"in {printable(str(folder))}"


def _dimensions(result: FixResult) -> str:
    return pixels(result.width_px or 0, result.height_px or 0)


def _crop(result: FixResult) -> str:
    # a head in the circle was measured only where the crop was chosen by a face
    around = ""
    if result.air is not None:
        count = len(framed_faces(result)) or 1
        around = " around the face" if count < 2 else f" around {count} faces"
    return (
        "cropped to a square" + around + (", filled up at the edge" if _is_filled(result) else "")
    )


def _is_filled(result: FixResult) -> bool:
    width, height = result.before.facts.width_px, result.before.facts.height_px
    if result.crop is None or width is None or height is None:
        return False
    left, top, right, bottom = result.crop
    return left < 0 or top < 0 or right > width or bottom > height


def _resize(result: FixResult) -> str:
    if result.crop is None or result.width_px is None:
        return ""
    side = result.crop[2] - result.crop[0]
    if side == result.width_px:
        return ""
    return "enlarged" if side < result.width_px else "made smaller"


def _gone(result: FixResult) -> str:
    if result.after is None:
        return ""
    before, after = result.before.facts.metadata, result.after.facts.metadata
    gone = []
    if before.location and not after.location:
        gone.append("location")
    if (before.camera or before.personal) and not (after.camera or after.personal):
        gone.append("camera details")
    return f"{' and '.join(gone)} removed" if gone else ""


_CLAUSES: dict[str, Callable[[FixResult], str]] = {
    "first-frame": lambda result: "only the first picture kept",
    "upright": lambda result: "turned upright",
    "to-srgb": lambda result: "colours made safe for every screen (sRGB)",
    "flatten": lambda result: "transparent parts filled",
    "crop": _crop,
    "resize": _resize,
    "encode": lambda result: "",
    "strip": lambda result: _gone(result) or "everything but the picture removed",
}
"""Step to what it did, in words; an empty clause is not worth a word."""
