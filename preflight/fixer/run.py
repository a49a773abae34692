"""Run: the fixer's story, top to bottom. Refuse, leave, strip, or render, encode and prove."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from preflight.facts import Box, Facts
from preflight.finding import Severity
from preflight.fixer.colour import srgb_profile
from preflight.fixer.compare import compare
from preflight.fixer.crop import NoFaceError, Window, choose_window
from preflight.fixer.detail import ENOUGH_TO_COMPARE, side_to_decode
from preflight.fixer.encode import Extras
from preflight.fixer.fill import parse_colour
from preflight.fixer.fit import fit
from preflight.fixer.options import FixOptions
from preflight.fixer.placement import Placement, place_within
from preflight.fixer.plan import Plan, Refusal, make_plan
from preflight.fixer.proof import harm_done, proved, seen_in
from preflight.fixer.steps import (
    closer,
    is_fine_enough,
    render,
    rows_to_decode,
    side_that_covers,
)
from preflight.limits import Limits
from preflight.platforms.combine import combine
from preflight.platforms.platform import Platform, Target
from preflight.report import FixResult, Report, Status, Verdict
from preflight.scanner.decode import DecodeError, decode_picture
from preflight.scanner.look import look_at
from preflight.scanner.orientation import upright_size
from preflight.scanner.scan import Scan, with_orientation
from preflight.scanner.structure import Picture
from preflight.source import Source
from preflight.stopwatch import Stopwatch


@dataclass(slots=True)
class _Job:
    """One fix and what it found on the way."""

    source: Source
    scan: Scan
    before: Report
    platforms: tuple[Platform, ...]
    options: FixOptions
    limits: Limits
    target: Target
    background: tuple[int, int, int]
    pad: tuple[int, int, int] | None
    watch: Stopwatch
    notes: list[str] = field(default_factory=list)

    def result(self, status: Status, data: bytes | None = None, **more: Any) -> FixResult:
        """The outcome; `more` are fields of `FixResult`."""
        return FixResult(
            data=data,
            status=status,
            before=self.before,
            notes=tuple(dict.fromkeys(self.notes)),
            timings_s=self.watch.seconds,
            **more,
        )


def run(
    source: Source,
    scan: Scan,
    before: Report,
    platforms: tuple[Platform, ...],
    options: FixOptions,
    limits: Limits,
) -> FixResult:
    """Fixes one photo.

    Args:
        source: Its bytes.
        scan: What was measured and decoded of them.
        before: The judgement.
        platforms: Where it goes; with several, the strictest limits hold.
        options: What the person wishes.
        limits: How much of a stranger's file is opened.

    Returns:
        With status `unchanged`, `stripped` or `fixed` the data is proved; `refused` and `failed`
        say why there is none.

    Raises:
        UsageError: An option that makes no sense, or platforms that contradict each other.
        MemoryError: The machine ran out of it.
    """
    pad = options.pad if options.pad != "blur" else None
    job = _Job(
        source=source,
        scan=scan,
        before=before,
        platforms=platforms,
        options=options,
        limits=limits,
        target=combine(platforms),
        background=parse_colour(options.background, "background"),
        pad=None if pad is None else parse_colour(pad, "pad"),
        watch=Stopwatch(before.timings_s),
    )
    try:
        return _fixed(job)
    except (Refusal, NoFaceError) as refusal:
        return job.result("refused", why=str(refusal))


def _fixed(job: _Job) -> FixResult:
    if job.before.verdict is Verdict.BLOCKED:
        report, picture, window, area = _salvaged(job)
        report = _undecided(report)  # never as it is, however right its size and format are
    else:
        report, picture = job.before, _decoded(job)
        size = upright_size(picture.width_px, picture.height_px, picture.orientation)
        with job.watch.stage("frame"):
            window = choose_window(*size, report.facts.faces, job.options)
        area = (0, 0, *size)
    plan = make_plan(report, job.options, job.target, window)
    if not plan.steps:
        return job.result(
            "unchanged", data=job.source.data, after=job.before, **_as_it_is(job.before)
        )
    if plan.is_lossless:
        stripped = _stripped(job, plan)
        if stripped is not None:
            return stripped
        plan = make_plan(_undecided(report), job.options, job.target, window)
    job.notes += [*plan.notes, *window.notes]
    return _rendered(job, plan, picture, area, report.facts)


def _undecided(report: Report) -> Report:
    """The report of a photo that has to be encoded anew."""
    return replace(report, facts=replace(report.facts, decoded=False))


def _as_it_is(report: Report) -> dict[str, Any]:
    """What the result says of a file whose pixels stay."""
    facts = report.facts
    return {
        "format": facts.format,
        "width_px": facts.width_px,
        "height_px": facts.height_px,
        "crop": (0, 0, facts.width_px, facts.height_px),
    }


def _decoded(job: _Job) -> Picture:
    if job.scan.picture is not None:
        return job.scan.picture
    why = "; ".join(skipped.why for skipped in job.before.skipped if skipped.check == "decode")
    what = job.before.facts.decode_error or why or "its pixels are not at hand"
    raise Refusal(f"The picture could not be opened: {what}.")


def _decoded_again(
    job: _Job, side_px: int, rows_px: int | None = None, *, lenient: bool = False
) -> Picture:
    """The picture at another scale; of a sound JPEG perhaps only the first `rows_px` rows."""
    facts, structure = job.before.facts, job.scan.structure
    picture = None
    if facts.format == "jpeg" and not lenient:
        from preflight.scanner.jpeg_content import decode_again

        picture = decode_again(job.source.data, structure, job.limits, side_px, rows_px)
    if picture is None:
        picture = decode_picture(
            job.source.data, facts.format, structure, job.limits, side_px, lenient=lenient
        )
    return with_orientation(picture, facts)


def _salvaged(job: _Job) -> tuple[Report, Picture, Window, Box]:
    """The good part of a damaged photo, if that is wished and there is one."""
    from preflight.fixer.salvage import good_part, is_salvageable, window_inside

    before = job.before
    blocking = next(f for f in before.findings if f.severity is Severity.ERROR and not f.step)
    if not job.options.salvage or not is_salvageable(before.facts):
        raise Refusal(blocking.message)
    least_px = job.target.min_side_px or 1
    good_part(before, None, least_px)  # whether it is worth decoding at all
    try:
        with job.watch.stage("decode"):
            picture = _decoded_again(job, side_to_decode(job.options.size_px), lenient=True)
    except DecodeError:
        raise Refusal(blocking.message) from None
    facts = look_at(replace(before.facts, decoded=True), picture)
    salvage = good_part(before, facts.faces, least_px)
    window = window_inside(salvage.area, facts.faces, job.options)
    job.notes.append(salvage.note)
    mendable = tuple(f for f in before.findings if f.step)
    return replace(before, facts=facts, findings=mendable), picture, window, salvage.area


def _stripped(job: _Job, plan: Plan) -> FixResult | None:
    """The file without what is not the picture; None when that does not prove right."""
    from preflight.fixer.lossless import NotStrippableError, strip

    structure, format_ = job.scan.structure, job.before.facts.format
    exif, xmp = _kept(job)
    with job.watch.stage("encode"):
        try:
            data = strip(job.source.data, format_, structure, exif, xmp)
        except NotStrippableError:
            return None
    with job.watch.stage("proof"):
        facts = job.before.facts
        size = facts.width_px or 1, facts.height_px or 1
        seen = seen_in((0, 0, *size), size, facts)
        proof = proved(job.source.name, data, plan, format_, job.platforms, job.limits, seen=seen)
    if proof.why:
        return None
    after = proof.report
    return job.result("stripped", data=data, after=after, steps=plan.names, **_as_it_is(after))


def _kept(job: _Job) -> tuple[bytes | None, bytes | None]:
    """Exif and XMP blocks to carry over."""
    if not job.options.keep_metadata:
        return None, None
    from preflight.fixer.keep import kept_exif, kept_xmp

    return kept_exif(job.scan.structure.exif), kept_xmp(job.scan.structure.xmp)


def _rendered(job: _Job, plan: Plan, picture: Picture, area: Box, facts: Facts) -> FixResult:
    colour, icc = job.before.facts.colour, job.scan.structure.icc
    placement = place_within(plan.window.box, area, plan.size_px)
    fine, near = picture, placement
    if not is_fine_enough(picture, placement):
        with job.watch.stage("decode"):
            fine, near = _finer(job, picture, placement)
    with job.watch.stage("render"):
        background = None if plan.keep_alpha else job.background
        image, notes = render(fine, near, colour, icc, background=background, pad=job.pad)
    job.notes += notes
    with job.watch.stage("encode"):
        extras = Extras(srgb_profile(), *_kept(job))
        encoded, notes = fit(image, extras, plan, job.options, job.target, job.platforms)
    job.notes += notes
    with job.watch.stage("proof"):
        seen = seen_in(plan.window.box, encoded.size, facts)
        proof = proved(
            job.source.name,
            encoded.data,
            plan,
            plan.format,
            job.platforms,
            job.limits,
            sound=not job.before.facts.damage,
            seen=seen,
        )
        found, why = None, proof.why
        if proof.picture is not None:
            # The reduced copy, which costs less, where it has all that is compared.
            if is_fine_enough(picture, placement, ENOUGH_TO_COMPARE):
                fine, near = picture, placement
            found = compare(fine, near, colour, icc, job.background, proof.picture)
            why = harm_done(found)
    if why:
        return job.result("failed", why=why, steps=plan.names)
    return job.result(
        "fixed",
        data=encoded.data,
        after=proof.report,
        steps=plan.names,
        format=plan.format,
        width_px=encoded.size[0],
        height_px=encoded.size[1],
        quality=encoded.quality,
        crop=plan.window.box,
        faces_left_out=tuple(face.box for face in plan.window.faces_left_out),
        air=plan.window.air,
        delta_e=None if found is None else round(found.delta_e, 3),
        ssim=None if found is None else round(found.ssim, 4),
    )


def _finer(job: _Job, picture: Picture, placement: Placement) -> tuple[Picture, Placement]:
    """The picture, or the part of it, at a larger scale, and where the part lies in that.

    As it is, if it opens only at the scale at hand (salvage).
    """
    near = closer(picture, placement)
    if near is not None:
        return near
    side_px = side_that_covers(picture, placement)
    rows_px = rows_to_decode(picture, placement)
    try:
        return _decoded_again(job, side_px, rows_px, lenient=job.options.salvage), placement
    except DecodeError:
        return picture, placement
