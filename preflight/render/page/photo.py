"""Photo: the section of the page about one photo."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from urllib.parse import urlsplit

from preflight.batch.outcome import Outcome
from preflight.facts import Box, Facts
from preflight.finding import Finding, Severity
from preflight.frozen import frozen
from preflight.platforms.combine import shape_of
from preflight.platforms.platform import Platform
from preflight.render.fixed import changes
from preflight.render.framed import framed
from preflight.render.page.markup import Markup, element, joined, stranger, web_link
from preflight.render.page.pictures import circles, original
from preflight.render.page.style import is_rule_name
from preflight.render.photo import LABELS, good_sentence, verdict_sentence
from preflight.render.renderer import Setting
from preflight.render.standing import Standing, needs_person, standing
from preflight.render.thumbnails import Thumbnails, middle
from preflight.report import FixResult, Report
from preflight.words import format_word, pixels, size

BADGES = {
    Standing.NEEDS_YOU: "Needs you",
    Standing.FIXABLE: "Can be fixed",
    Standing.MADE_READY: "Made ready",
    Standing.READY: "Ready",
}

CUT = "head-cut-by-circle"
"""The finding that is best seen: its picture is what the platform's own crop would show."""


@frozen
class Section:
    """One photo on the page.

    Attributes:
        number: Of the photo in the run, from 1.
        path: As it was named or found.
        standing: For the filter.
        rules: Names of the rules that hit, for the filter.
        why: Why a person has to act; empty if nobody has to.
        markup: The section.
    """

    number: int
    path: str
    standing: Standing
    rules: tuple[str, ...]
    why: str
    markup: Markup


def section(outcome: Outcome, number: int, setting: Setting, *, pictures: bool = True) -> Section:
    """The section of one photo.

    Args:
        outcome: What became of it, with its thumbnails if there are any.
        number: Of the photo in the run, from 1.
        setting: Of the run.
        pictures: False leaves them out, on a page that has enough of them.
    """
    where, why = standing(outcome), needs_person(outcome)
    rules = tuple(dict.fromkeys(f.rule for f in _before(outcome) if is_rule_name(f.rule)))
    names = [f"has-{rule}" for rule in rules]
    heading = f"name-{number}"
    title = element(
        "div",
        element("h3", stranger(outcome.path), id=heading),
        element("span", BADGES[where], class_=f"badge {where}"),
        class_="title",
    )
    shown = _pictures(outcome, number, setting.platforms) if pictures else None
    words = element("div", *_words(outcome, setting), class_="words")
    body = element("div", shown, words, class_="body")
    markup = element(
        "li",
        element("article", title, body, aria_labelledby=heading),
        id=f"photo-{number}",
        class_=" ".join(["photo", f"is-{where}", *names]),
    )
    return Section(number, outcome.path, where, rules, why, Markup(f"{markup}\n"))


def finding_item(finding: Finding, setting: Setting, *, mended: bool = False) -> Markup:
    """One finding: what it says, what was measured, and where the limit comes from."""
    label = "Mended" if mended else LABELS[finding.severity][0]
    only = ""
    if len(setting.platforms) > len(finding.platforms) > 0:
        titles = {platform.name: platform.title for platform in setting.platforms}
        only = f" ({', '.join(titles.get(name, name) for name in finding.platforms)})"
    return element(
        "li",
        element("b", label),
        " ",
        f"{finding.message}{only}",
        element("span", *_measure(finding), class_="why"),
        class_="mended" if mended else finding.severity.value,
    )


def _before(outcome: Outcome) -> tuple[Finding, ...]:
    return outcome.report.findings if outcome.report is not None else ()


def _measure(finding: Finding) -> Iterator[Markup | str]:
    clauses = []
    if finding.measured and finding.measured.removesuffix(" px") not in finding.message:
        clauses.append(f"Measured: {finding.measured}.")
    if finding.required and finding.required != "none":
        clauses.append(f"Wanted: {finding.required}.")
    yield " ".join(clauses)
    if finding.source:
        yield " Source of the limit: " if finding.required else " Source: "
        yield _source(finding.source)
        yield f", read on {finding.checked_on}." if finding.checked_on else "."
    yield joined([" ", element("code", finding.rule)])


def _source(source: str) -> Markup:
    words = source.split()
    pieces = [web_link(word, _short(word)) if "://" in word else word for word in words]
    return joined(pieces, " ")


def _short(address: str) -> str:
    """Host and path, as far as they say something."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    shown = f"{parts.netloc}{parts.path.rstrip('/')}"
    return shown if len(shown) <= 48 else f"{shown[:45]}…"


def _pictures(outcome: Outcome, number: int, platforms: tuple[Platform, ...]) -> Markup:
    small = outcome.thumbnails or Thumbnails()
    facts = outcome.report.facts if outcome.report is not None else None
    if small.original is None or facts is None or not (facts.width_px and facts.height_px):
        return element("div", "There is no picture to show.", class_="nothing")
    shape = shape_of(platforms)
    fixed = outcome.result if small.ready is not None else None
    photo_size = facts.width_px, facts.height_px
    crop = fixed.crop if fixed is not None else middle(*photo_size)
    figures = [
        element(
            "figure",
            original(
                small.original,
                photo_size,
                crop,
                round_=shape == "circle",
                label="The original" + _crop_words(crop, photo_size, cut_by_us=fixed is not None),
            ),
            element("figcaption", f"Original: {about(facts)}"),
        )
    ]
    square = small.ready if fixed is not None else small.as_is
    if square is not None:
        caption = _caption(fixed)
        name = f"square-{number}"
        large, *smaller = circles(square, name, shape, caption)
        sizes = element("div", large, element("div", *smaller), class_="sizes")
        figures.append(element("figure", sizes, element("figcaption", caption)))
    cut_off = outcome.report is not None and outcome.report.finding(CUT) is not None
    if fixed is not None and small.as_is is not None and cut_off:
        words = "Without preflight: the platform's own crop would cut the head."
        cut = circles(small.as_is, f"as-is-{number}", shape, words, (96,))
        figures.append(element("figure", *cut, element("figcaption", words), class_="beside"))
    return element("div", *figures, class_="pictures")


def _caption(fixed: FixResult | None) -> str:
    if fixed is None:
        return "Uploaded as it is: how it is shown, at 320, 96 and 32 pixels"
    return f"The new file: {about_result(fixed)}, shown at 320, 96 and 32 pixels"


def _crop_words(crop: Box | None, photo_size: tuple[int, int], *, cut_by_us: bool) -> str:
    if crop is None or tuple(crop) == (0, 0, *photo_size):
        return ", shown whole"
    who = "preflight" if cut_by_us else "the platform"
    left, top, right, _ = crop
    return (
        f", with the square that {who} cuts out of it drawn in: {right - left:.0f} pixels wide, "
        f"{left:.0f} from the left and {top:.0f} from the top"
    )


def about(facts: Facts) -> str:
    """Format, size in pixels and bytes of a photo."""
    parts = [format_word(facts.format), size(facts.size_bytes)]
    if facts.width_px and facts.height_px:
        parts.insert(1, f"{pixels(facts.width_px, facts.height_px)} px")
    return ", ".join(parts)


def about_result(result: FixResult) -> str:
    """The same of what was made of it."""
    parts = [format_word(result.format)] if result.format else []
    if result.width_px and result.height_px:
        parts.append(f"{pixels(result.width_px, result.height_px)} px")
    if result.size_bytes is not None:
        parts.append(size(result.size_bytes))
    return ", ".join(parts)


def _words(outcome: Outcome, setting: Setting) -> Iterator[Markup]:
    result, report = outcome.result, outcome.report
    if outcome.error is not None or outcome.bug or report is None:
        yield element("p", needs_person(outcome), class_="lead")
        return
    if result is None:
        yield element("p", _capital(verdict_sentence(report, setting.platforms)[0]), class_="lead")
        yield from _findings(report, None, setting)
        good = good_sentence(report)
        if good:
            yield element("p", element("b", "Good"), " ", good)
    else:
        yield from _fixed_words(outcome, result, setting)
        yield from _findings(report, result, setting)
    yield from _skipped(report)


def _fixed_words(outcome: Outcome, result: FixResult, setting: Setting) -> Iterator[Markup]:
    if not result.made:
        yield element("p", result.why, class_="lead")
        yield element("p", "Your original is untouched.", class_="quiet")
        return
    if outcome.output is None:
        yield element("p", "Ready as it is. Upload the original.", class_="lead")
    else:
        upload = "This would be the file to upload: " if setting.dry_run else "Upload this file: "
        name = element("strong", stranger(str(outcome.output)))
        yield element("p", upload, name, class_="lead")
    if outcome.backup is not None and not setting.dry_run:
        kept = stranger(outcome.backup.name)
        yield element("p", "Your original is kept as ", kept, ".", class_="quiet")
    for note in result.notes:
        yield element("p", element("b", "Note"), " ", note)
    clauses = changes(result) if result.status != "unchanged" else []
    if clauses:
        yield element("p", element("b", "Changed"), " ", _capital(", ".join(clauses)), ".")
    if framing := framed(result):
        yield element("p", element("b", "Framed"), " ", framing, class_="quiet")


def _findings(report: Report, result: FixResult | None, setting: Setting) -> Iterator[Markup]:
    """What is open at once; what was mended, and notes, behind a line that says how many."""
    after = result.after if result is not None else None
    now = report.findings if after is None else after.findings
    remaining = {finding.rule for finding in now}
    before = [f for f in report.findings if f.rule not in remaining]
    mended = [f for f in before if f.step or f.family == "face"]
    # what no step mends is not mended by hiding it: enlarged pixels stay few
    open_ = [f for f in before if f not in mended]
    open_ += [f for f in now if f.severity is not Severity.INFO or f.rule == CUT]
    notes = [f for f in now if f.severity is Severity.INFO and f.rule != CUT]
    if open_:
        items = [finding_item(finding, setting) for finding in open_]
        yield element("ul", *items, class_="findings")
    if mended:
        items = [finding_item(finding, setting, mended=True) for finding in mended]
        yield _folded(f"{_count(len(mended), 'finding')} mended", items)
    if notes:
        items = [finding_item(finding, setting) for finding in notes]
        yield _folded(f"{_count(len(notes), 'note')}, no reason to worry", items)


def _folded(summary: str, items: list[Markup]) -> Markup:
    opened = element("ul", *items, class_="findings")
    return element("details", element("summary", summary), opened, class_="folded")


def _count(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"


def _skipped(report: Report) -> Iterator[Markup]:
    if not report.skipped:
        return
    ordered = sorted(report.skipped, key=lambda skipped: skipped.why)
    lines = []
    for why, group in groupby(ordered, key=lambda skipped: skipped.why):
        checks = joined([element("code", skipped.check) for skipped in group], ", ")
        lines.append(element("li", f"{_capital(why)}: ", checks))
    said = f"{_count(len(report.skipped), 'check')} could not run"
    yield element("details", element("summary", said), element("ul", *lines), class_="folded quiet")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
