"""Frame: what stands around the photos of a page: head, sums, filters, other pages, foot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from preflight.batch.outcome import Summary
from preflight.frozen import frozen
from preflight.render.document import tool_document
from preflight.render.page.advice import advice
from preflight.render.page.markup import Markup, element, stranger
from preflight.render.page.photo import BADGES
from preflight.render.page.style import base_style, filter_style, head_of_style
from preflight.render.renderer import Setting
from preflight.render.standing import Standing

MARK = '<meta name="generator" content="preflight">'
"""By which a page that preflight made before is known, near the beginning of the file."""

TILES = {
    Standing.NEEDS_YOU: "need you",
    Standing.FIXABLE: "can be fixed",
    Standing.MADE_READY: "made ready",
    Standing.READY: "ready",
}

SHOWN_RULES = 60
"""More kinds of findings than this get no button."""


class Needing(NamedTuple):
    """A photo that a person has to look at: where it is, and why."""

    page: int
    number: int
    path: str
    why: str


@dataclass(slots=True)
class Contents:
    """What is on one page.

    Attributes:
        first: Number of its first photo in the run, from 1.
        photos: How many photos it has.
        standings: How many of each.
        rules: How many photos have each finding.
    """

    first: int
    photos: int = 0
    standings: Counter[Standing] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)


@frozen
class Run:
    """What the pages of one run share.

    Attributes:
        setting: Of the run.
        summary: Sums over all photos.
        standings: How many photos of each, over all pages.
        needing: The first of those that need a person, over all pages.
        names: File names of all pages, in order, for links; one empty name for standard output.
        made_on: ISO date.
        pictured: How many photos have pictures; None: all of them.
    """

    setting: Setting
    summary: Summary
    standings: Mapping[Standing, int]
    needing: Sequence[Needing]
    names: Sequence[str]
    made_on: str
    pictured: int | None = None


def head(run: Run, page: int, contents: Contents) -> str:
    """Everything before the first photo of a page, which counts from 0."""
    title = _title(run)
    if len(run.names) > 1:
        title += f", page {page + 1} of {len(run.names)}"
    parts = [
        opening(f"{title} (preflight)", filter_style(_rules(contents))),
        element("header", *_header(run, page, contents, title)),
        "\n<main>\n",
        _needing(run, page),
        _filters(contents),
        element("h2", "Photos", class_="heard"),
        '\n<ol class="photos">\n',
    ]
    return "".join(parts)


def opening(title: str, style: str) -> str:
    """The beginning of any page, up to its body; `style` comes after that of every page."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"{MARK}\n{head_of_style(base_style() + style)}\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"{element('title', title)}\n</head>\n<body>\n"
    )


CLOSING = "\n</body>\n</html>\n"


def document(title: str, style: str, body: str) -> str:
    """A whole page in one piece; `body` is markup."""
    return f"{opening(title, style)}{body}{CLOSING}"


def tail(run: Run, page: int, contents: Contents) -> str:
    """Everything after the last photo of a page."""
    count = element("span", class_="count")
    shown = element("p", count, f" of {contents.photos:,} shown", class_="quiet small how")
    version = tool_document()["version"] or ""
    originals = "" if run.setting.command == "check" else "Your originals are untouched. "
    if run.summary.replaced and not run.summary.dry_run:
        originals = "Your originals are kept beside the new files, under longer names. "
    foot = element(
        "footer",
        element(
            "p",
            f"{originals}This page holds small copies of the photos and loads nothing: whoever has "
            "it sees them, so share it with care.",
        ),
        element("p", f"Made by preflight {version} on {run.made_on}."),
    )
    more = advice(run.setting.platforms)
    return f"</ol>\n{shown}\n{_pages(run, page)}{more}</main>\n{foot}{CLOSING}"


def _title(run: Run) -> str:
    photos = "1 photo" if run.summary.photos == 1 else f"{run.summary.photos:,} photos"
    if run.setting.command == "check":
        return f"{photos} looked at"
    return (
        f"{photos}, {'nothing written yet' if run.setting.dry_run else 'and what became of them'}"
    )


def _header(run: Run, page: int, contents: Contents, title: str) -> Iterator[Markup]:
    yield element("h1", title)
    places = ", ".join(platform.title for platform in run.setting.platforms)
    if places:
        yield element("p", f"For: {places}", class_="quiet")
    if run.summary.interrupted:
        yield element("p", element("strong", "Stopped before the end: not all photos are here."))
    if len(run.names) > 1:
        parts = [f"{run.standings[each]:,} {TILES[each]}" for each in run.standings]
        last = contents.first + contents.photos - 1
        yield element("p", f"All pages: {', '.join(parts)}.")
        yield element("p", f"This page: photos {contents.first:,} to {last:,}.")
        yield _pages(run, page)
    if run.pictured is not None and run.summary.photos > run.pictured:
        said = f"The first {run.pictured:,} photos are shown with pictures, the others in words. "
        yield element("p", said, "With -o FILE the rest goes to further pages.")


def _filters(contents: Contents) -> Markup:
    standings = [each for each in Standing if contents.standings[each]]
    tiles = [_tile("all", contents.photos, "photos" if contents.photos != 1 else "photo")]
    if len(standings) > 1 or contents.photos > 1:
        tiles += [_tile(each.value, contents.standings[each], TILES[each]) for each in standings]
    chooser = element(
        "fieldset",
        element("legend", "Show"),
        element("div", *tiles, class_="tiles"),
        class_="how",
    )
    if contents.photos < 2:
        return Markup("")
    return Markup(f"{chooser}\n{_finding_filter(contents)}\n")


def _tile(name: str, count: int, words: str) -> Markup:
    button = element("input", type="radio", name="standing", id=f"is-{name}", checked=name == "all")
    return element("label", button, element("b", f"{count:,}"), words, class_=f"tile {name}")


def _finding_filter(contents: Contents) -> Markup:
    rules = _rules(contents)
    if not rules:
        return Markup("")
    pills = [_pill("any", "Any or none", None)]
    pills += [_pill(rule, rule.replace("-", " "), contents.rules[rule]) for rule in rules]
    return element(
        "details",
        element("summary", "Only photos with one finding"),
        element(
            "fieldset",
            element("legend", "Finding", class_="heard"),
            element("div", *pills, class_="pills"),
        ),
        class_="findings-filter how",
    )


def _pill(rule: str, words: str, count: int | None) -> Markup:
    button = element(
        "input", type="radio", name="finding", id=f"rule-{rule}", checked=rule == "any"
    )
    number = element("b", f" {count:,}") if count is not None else None
    return element("label", button, words, number, class_="pill")


def _rules(contents: Contents) -> list[str]:
    """The findings on the page, the most frequent first."""
    ordered = sorted(contents.rules.items(), key=lambda entry: (-entry[1], entry[0]))
    return [rule for rule, _ in ordered[:SHOWN_RULES]]


def _needing(run: Run, page: int) -> Markup:
    total = run.standings.get(Standing.NEEDS_YOU, 0)
    if page > 0 or not total or run.summary.photos == 1:
        return Markup("")
    items = []
    for entry in run.needing:
        address = f"{run.names[entry.page] if entry.page != page else ''}#photo-{entry.number}"
        link = element("a", stranger(entry.path), href=address)
        items.append(element("li", link, " ", element("span", entry.why, class_="small")))
    if total > len(items):
        items.append(element("li", f"and {total - len(items):,} more"))
    words = "1 photo needs you" if total == 1 else f"{total:,} photos need you"
    heading = element("h2", words, id="needing")
    section = element(
        "section", heading, element("ul", *items), class_="needing", aria_labelledby="needing"
    )
    return Markup(f"{section}\n")


def _pages(run: Run, page: int) -> Markup:
    if len(run.names) < 2:
        return Markup("")
    links = [
        element("span", f"Page {number + 1}", aria_current="page")
        if number == page
        else element("a", f"Page {number + 1}", href=name)
        for number, name in enumerate(run.names)
    ]
    return element("nav", *links, class_="pages", aria_label="Pages")


assert set(TILES) == set(BADGES) == set(Standing)
