"""Advice: the guide on a page, folded, for the uploads that fail with a good file."""

from __future__ import annotations

from collections.abc import Iterator

from preflight.guides.guide import Cause, Guide
from preflight.guides.loader import guides
from preflight.platforms.platform import Platform
from preflight.render.guide import CAUTION
from preflight.render.page.markup import Markup, element, web_link


def advice(platforms: tuple[Platform, ...]) -> Markup:
    """The guide of the one platform, or the one that holds everywhere."""
    guide = guide_for(platforms)
    return element(
        "details",
        element("summary", "It still fails? What else to try"),
        element("h3", guide.title),
        element("p", guide.about),
        element("p", guide.advice),
        element("ol", *(element("li", *_cause(cause)) for cause in guide.causes)),
        element("p", "Source: ", web_link(guide.source), f", read on {guide.checked_on}"),
        class_="folded",
    )


def guide_for(platforms: tuple[Platform, ...]) -> Guide:
    """The guide about uploads to the platform, if it is one and has one."""
    names = [platform.name for platform in platforms]
    everywhere, *others = guides()
    return next((guide for guide in others if names == [guide.platform]), everywhere)


def _cause(cause: Cause) -> Iterator[Markup | str]:
    yield element("strong", cause.title)
    yield f" ({cause.likely}). {cause.recognise}"
    for way in cause.ways:
        if way.device != "any":
            yield element("p", f"{way.title}:")
        yield element("ul", *(element("li", step) for step in way.steps))
    if cause.photo:
        yield element("p", f"For a profile photo: {cause.photo}")
    yield element("p", f"{CAUTION}: {cause.mistake}", class_="quiet")
