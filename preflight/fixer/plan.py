"""Plan: a report becomes the steps that mend it, each with its reason. Pure."""

from __future__ import annotations

import math
from dataclasses import replace

from preflight.errors import UsageError
from preflight.facts import Facts
from preflight.finding import Finding
from preflight.fixer.crop import Window
from preflight.fixer.lossless import STRIPPABLE
from preflight.fixer.options import FixOptions
from preflight.frozen import frozen
from preflight.platforms.platform import Target
from preflight.report import Report
from preflight.words import format_word

STEPS = (
    "first-frame",
    "upright",
    "to-srgb",
    "flatten",
    "crop",
    "resize",
    "encode",
    "strip",
)
"""Crop follows upright because crop windows are in displayed pixels; resize follows to-srgb and
flatten so that it mixes the colours that are seen; what is encoded anew carries no metadata."""

BY_STRIPPING_TOO = frozenset({"wrong-extension", "several-images", "trailing-data"})
"""Rules whose step is `encode`, and which taking pieces out of the file (or its new name) mends."""

SAME_FRAMING = 0.90
"""A portrait frame this near to the whole photo changes nothing: fixing again leaves it alone."""

NEAR_LIMIT = 0.80
"""A file that uses this much of its byte limit is small for the limit's sake, not by chance."""

LARGEST_SIDE_PX = 10_000


class Refusal(Exception):  # noqa: N818 - not an error: the answer is no, and why
    """No copy is made; the text is one or two plain sentences."""


@frozen
class Step:
    """One operation and why it is done."""

    name: str
    why: str


@frozen
class Plan:
    """What is to be done with one photo.

    Attributes:
        steps: In the order of `STEPS`; none: the file is right as it is.
        window: The square in pixels of the upright photo.
        size_px: Side of the output.
        format: `jpeg` or `png` (or the source's own, when it is only stripped).
        keep_alpha: Transparency stays.
        max_bytes: Upper limit, of the platforms, of their advice and of the options.
        min_bytes: Lower limit.
        floor_px: Smallest side that a byte limit may lead to.
        progressive: Progressive JPEG is accepted.
        mends: Names of the rules whose findings must be gone afterwards.
        notes: What the person should know, plain sentences.
    """

    steps: tuple[Step, ...]
    window: Window
    size_px: int
    format: str
    keep_alpha: bool = False
    max_bytes: int | None = None
    min_bytes: int | None = None
    floor_px: int = 1
    progressive: bool = True
    mends: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the steps."""
        return tuple(step.name for step in self.steps)

    @property
    def is_lossless(self) -> bool:
        """Pieces are taken out of the file, pixels stay bit for bit."""
        return self.names == ("strip",)


def make_plan(report: Report, options: FixOptions, target: Target, window: Window) -> Plan:
    """Decides what to do with a photo that is not blocked.

    Args:
        report: With the size of the upright photo known.
        options: What the person wishes.
        target: What one file has to satisfy.
        window: From `choose_window`.

    Raises:
        Refusal: The wishes and the target contradict each other.
        UsageError: A size or a number of bytes that makes no sense.
    """
    size_px, notes = _size(window, options, target)
    max_bytes = _least(target.max_bytes, target.advised_bytes, _positive(options.max_bytes))
    wanted, more = _format(report, options, target)
    floor_px = max(target.min_side_px or 1, min(size_px, target.advised_side_px or size_px))
    findings = _to_mend(report, options)
    keep_alpha = wanted == "png" and _keeps_alpha(report)
    base = Plan(
        steps=(),
        window=window,
        size_px=size_px,
        format=wanted,
        keep_alpha=keep_alpha,
        max_bytes=max_bytes,
        min_bytes=target.min_bytes,
        floor_px=min(floor_px, size_px),
        progressive=target.progressive,
        notes=notes + more,
    )
    own = report.facts.format
    if own in _as_it_is(wanted, options, target) and _is_right(report, base, options):
        if not findings:
            return _with(base, own, (), findings)
        if own in STRIPPABLE and all(_strips(finding) for finding in findings):
            return _with(base, own, (Step("strip", findings[0].message),), findings)
    return _with(base, wanted, _pixel_steps(report, base, findings), findings)


def _with(plan: Plan, format_: str, steps: tuple[Step, ...], findings: list[Finding]) -> Plan:
    encoded = any(step.name == "encode" for step in steps)
    return replace(
        plan,
        steps=steps,
        format=format_,
        mends=frozenset(finding.rule for finding in findings),
        # Notes speak of a new picture; a file whose pixels stay needs none.
        notes=plan.notes if encoded else (),
    )


def _size(window: Window, options: FixOptions, target: Target) -> tuple[int, tuple[str, ...]]:
    """Side of the output, and notes."""
    wish = options.size_px
    if not 1 <= wish <= LARGEST_SIDE_PX:
        raise UsageError(
            f"A side of {wish} pixels makes no sense.", f"Choose 1 to {LARGEST_SIDE_PX}."
        )
    lowest = target.min_side_px or 1
    highest = _least(target.max_side_px, target.max_pixels and math.isqrt(target.max_pixels))
    size = max(wish, lowest)
    size = min(size, highest) if highest else size
    notes: tuple[str, ...] = ()
    if size != wish:
        bound = "at least" if size > wish else "at most"
        notes = (f"The photo is made {size} pixels wide, not {wish}: {bound} {size} are accepted.",)
    side = window.box[2] - window.box[0]
    if side < size and not options.enlarge:
        size = max(1, math.floor(side))
        if size < lowest:
            raise Refusal(
                f"The part of the photo that would be used is only {size} pixels wide, and at "
                f"least {lowest} are needed. Find a larger original, or allow enlarging it."
            )
        return size, ()
    if side < size * 0.95:
        what = "the photo" if _is_all(window) else "the part that is used"
        soft = (
            f"It will look soft: {what} is only {math.floor(side)} pixels wide. "
            "Find a larger original if you can."
        )
        notes = (soft, *notes)
    return size, notes


def _is_all(window: Window) -> bool:
    return window.box[0] <= 0 and window.box[1] <= 0


def _positive(max_bytes: int | None) -> int | None:
    if max_bytes is not None and max_bytes < 1:
        raise UsageError(f"A file of at most {max_bytes} bytes makes no sense.")
    return max_bytes


def _least(*limits: int | None) -> int | None:
    return min((limit for limit in limits if limit), default=None)


def _format(report: Report, options: FixOptions, target: Target) -> tuple[str, tuple[str, ...]]:
    """Format of a new encoding, and notes."""
    accepted = [name for name in ("jpeg", "png") if name in target.formats]
    if options.to == "png" and "png" not in accepted:
        raise Refusal("PNG files are not accepted there. Choose JPEG (--to jpeg).")
    if not accepted:
        wants = " or ".join(format_word(name) for name in target.formats)
        raise Refusal(f"Only {wants} is accepted there, which preflight does not write.")
    if options.to == "auto":
        return ("png" if "png" in accepted and _keeps_alpha(report) else accepted[0]), ()
    if options.to not in accepted:
        return accepted[0], (f"It is a {format_word(accepted[0])}: JPEG is not accepted there.",)
    return options.to, ()


def _keeps_alpha(report: Report) -> bool:
    """It is really transparent, and nobody objects."""
    return bool(report.facts.colour.transparent) and report.finding("transparent") is None


def _as_it_is(wanted: str, options: FixOptions, target: Target) -> tuple[str, ...]:
    """Formats in which a file that is otherwise right may stay."""
    return target.formats if options.to == "auto" else (wanted,)


def _is_right(report: Report, plan: Plan, options: FixOptions) -> bool:
    """Shape, size, bytes and turn are what the plan wants; only findings are left to look at."""
    facts = report.facts
    width, height = facts.width_px, facts.height_px
    if not facts.decoded or width is None or width != height or facts.orientation != 1:
        return False
    if facts.colour.transparent and not plan.keep_alpha:
        return False
    limit = plan.max_bytes
    if limit is not None and facts.size_bytes > limit:
        return False
    shrunk = limit is not None and facts.size_bytes >= NEAR_LIMIT * limit
    if width != plan.size_px and not (shrunk and plan.floor_px <= width < plan.size_px):
        return False
    left, top, right, bottom = plan.window.box
    if plan.window.padded:
        return False
    if options.crop == "face":
        return right - left >= SAME_FRAMING * width
    if isinstance(options.crop, tuple):
        return (left, top, right, bottom) == (0, 0, width, height)
    # A head that the circle would cut moves into it, where a clearly tighter square holds it
    # whole; in the result it does, so that fixing it again changes nothing.
    cut = options.crop == "auto" and report.finding("head-cut-by-circle") is not None
    tighter = right - left < SAME_FRAMING * width
    return not (cut and tighter and plan.window.air is not None and plan.window.air > 0)


def _to_mend(report: Report, options: FixOptions) -> list[Finding]:
    kept = {"personal-metadata"} if options.keep_metadata else set()
    return [f for f in report.findings if f.step is not None and f.rule not in kept]


def _strips(finding: Finding) -> bool:
    return finding.step == "strip" or finding.rule in BY_STRIPPING_TOO


def _pixel_steps(report: Report, plan: Plan, findings: list[Finding]) -> tuple[Step, ...]:
    """All that is done on the way to a new encoding, with the finding or the fact behind it."""
    facts, window = report.facts, plan.window
    reasons = {f.step: f.message for f in reversed(findings) if f.step in STEPS}
    side = window.box[2] - window.box[0]
    is_whole = window.box == (0, 0, facts.width_px, facts.height_px)
    due = {
        "first-frame": facts.animated and "One picture of the animation is kept.",
        "upright": facts.orientation != 1 and "It lies turned in the file.",
        "to-srgb": _needs_srgb(facts) and "Its colours are not coded as sRGB.",
        "flatten": facts.colour.transparent
        and not plan.keep_alpha
        and "Transparent parts are filled.",
        "crop": not is_whole and f"The square is taken {window.how}.",
        "resize": round(side) != plan.size_px and f"It is made {plan.size_px} pixels wide.",
        "encode": f"It is saved as {format_word(plan.format)}.",
        "strip": "strip" in reasons and "What is not the picture is left out.",
    }
    return tuple(Step(name, reasons.get(name) or str(due[name])) for name in STEPS if due[name])


def _needs_srgb(facts: Facts) -> bool:
    colour = facts.colour
    return (
        colour.gamut != "srgb"
        or colour.model in ("cmyk", "ycck", "lab")
        or colour.bits > 8
        or colour.hdr in ("pq", "hlg")
        or colour.profile_error is not None
    )
