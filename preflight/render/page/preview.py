"""Preview page: the crop drawn on the photo, and the circles, for each place."""

from __future__ import annotations

from collections.abc import Iterator

from preflight.preview import SIDES_PX, Preview, View
from preflight.render.page.frame import document
from preflight.render.page.markup import Markup, element, stranger
from preflight.render.page.photo import about, about_result
from preflight.render.page.pictures import circles, original


def preview_page(preview: Preview) -> str:
    """The whole page."""
    name = preview.report.name
    views = [
        element("li", element("article", *_view(preview, view, number)), class_="photo view")
        for number, view in enumerate(preview.views, 1)
    ]
    body = [
        element(
            "header",
            element("h1", stranger(name)),
            element("p", "As it would be seen after preflight fix.", class_="quiet"),
        ),
        element("main", element("ul", *views, class_="photos")),
        element(
            "footer",
            element("p", "Nothing was written but this page, which holds small copies of it."),
        ),
    ]
    return document(f"Preview of {name}", "", "\n".join(body))


def places(view: View) -> str:
    """Where it is seen so: "Threads, Instagram"."""
    return ", ".join(platform.title for platform in view.platforms)


def _view(preview: Preview, view: View, number: int) -> Iterator[Markup]:
    yield element("h2", places(view))
    result, small = view.result, view.thumbnails
    if result.data is None or small.ready is None:
        words = element("p", result.why or "There is no picture to show.", class_="lead")
        whole = element("div", _original(preview, view), class_="pictures")
        yield element("div", whole, element("div", words, class_="words"), class_="body")
        return
    figures = [_original(preview, view)]
    caption = f"The new file, {about_result(result)}, shown at {_listed(SIDES_PX)} pixels"
    large, *smaller = circles(small.ready, f"square-{number}", view.shape, caption, SIDES_PX)
    sizes = element("div", large, element("div", *smaller), class_="sizes")
    figures.append(element("figure", sizes, element("figcaption", caption)))
    notes = [element("p", element("b", "Note"), " ", note) for note in result.notes]
    pictures = element("div", *figures, class_="pictures")
    yield element("div", pictures, element("div", *notes, class_="words"), class_="body")


def _original(preview: Preview, view: View) -> Markup:
    facts, result = preview.report.facts, view.result
    if view.thumbnails.original is None or not (facts.width_px and facts.height_px):
        return element("div", "There is no picture to show.", class_="nothing")
    drawn = original(
        view.thumbnails.original,
        (facts.width_px, facts.height_px),
        result.crop,
        round_=view.shape == "circle",
        label="The original, with what is cut out of it drawn in",
    )
    return element("figure", drawn, element("figcaption", f"Original: {about(facts)}"))


def _listed(sides: tuple[int, ...]) -> str:
    return f"{', '.join(str(side) for side in sides[:-1])} and {sides[-1]}"
