"""What a person sees and can do, in a real browser."""

import pytest

from preflight.preview import preview
from preflight.printable import printable
from preflight.render.html import HtmlReport
from preflight.render.page.preview import preview_page
from preflight.source import Source

from .outcomes import HOSTILE, every_kind, fix_outcome, photo, setting, text_of

MIDDLE = {"check": "fixable", "fix": "made-ready"}


def report(tmp_path, command="check", outcomes=None):
    target = tmp_path / "report.html"
    with HtmlReport(setting(command), target) as renderer:
        text_of(renderer, every_kind(command) if outcomes is None else outcomes)
    return target


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """One page of each command, with all kinds of photos."""
    return {
        command: report(tmp_path_factory.mktemp(command), command) for command in ("check", "fix")
    }


def visible(page):
    return page.locator(".photo:visible")


@pytest.mark.parametrize("command", ["check", "fix"])
def test_hostile_names_stay_text_and_nothing_is_loaded(open_page, pages, command):
    page = open_page(pages[command])
    names = [name.strip() for name in page.locator(".photo h3").all_text_contents()]
    assert names[5:] == [printable(name) for name in HOSTILE]
    assert page.locator("script, img, iframe, object, form, [onerror], [onmouseover]").count() == 0
    assert page.complaints == []


def test_a_script_in_the_page_would_not_run(open_page, pages, tmp_path):
    """The policy holds, should the escaping ever fail."""
    spoiled = tmp_path / "spoiled.html"
    text = pages["check"].read_text("utf-8")
    evil = '<script>document.title="owned"</script><img src="http://127.0.0.1:9/x.png">'
    spoiled.write_text(text.replace("<main>", f"<main>{evil}", 1), "utf-8")
    page = open_page(spoiled)
    assert page.title() != "owned"
    complaints = " ".join(page.complaints)
    assert "script-src" in complaints
    assert "img-src" in complaints


@pytest.mark.parametrize("command", ["check", "fix"])
def test_pictures_are_drawn_round_and_at_their_sizes(open_page, pages, command):
    page = open_page(pages[command])
    first = visible(page).nth(6)
    first.scroll_into_view_if_needed()
    sides = [circle.bounding_box() for circle in first.locator("svg.circle").all()][:3]
    assert [(box["width"], box["height"]) for box in sides] == [(320, 320), (96, 96), (32, 32)]
    radius = first.locator("svg.circle").first.evaluate("it => getComputedStyle(it).borderRadius")
    assert radius == "50%"
    drawn = page.evaluate(
        """async () => Promise.all([...document.querySelectorAll('svg image')].map(async it => {
            const picture = new Image(); picture.src = it.href.baseVal;
            await picture.decode(); return picture.naturalWidth; }))"""
    )
    assert len(drawn) == 2 * (1 + len(HOSTILE))  # an original and a square, where there are pixels
    assert min(drawn) > 100


@pytest.mark.parametrize("command", ["check", "fix"])
def test_filter_by_standing_with_the_keyboard(open_page, pages, command):
    page = open_page(pages[command])
    total = visible(page).count()
    assert total == 5 + len(HOSTILE)
    page.locator("#is-all").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#is-needs-you").is_checked()
    assert visible(page).count() == 4
    assert set(visible(page).locator(".badge").all_inner_texts()) == {"Needs you"}
    page.keyboard.press("ArrowRight")
    name = MIDDLE[command]
    assert page.locator(f"#is-{name}").is_checked()
    assert visible(page).count() == total - 5
    page.locator("#is-all").check()
    assert visible(page).count() == total


def test_filter_by_finding_and_standing_together(open_page, pages):
    page = open_page(pages["check"])
    page.locator(".findings-filter summary").focus()
    page.keyboard.press("Enter")
    page.locator("#rule-truncated").check()
    assert visible(page).locator("h3").all_text_contents() == ["broken.jpg"]
    page.locator("#is-fixable").check()
    assert visible(page).count() == 0
    page.locator("#rule-any").check()
    assert visible(page).count() == len(HOSTILE)


def test_every_control_has_a_visible_focus(open_page, pages):
    page = open_page(pages["check"])
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                """() => { const it = document.activeElement;
                const shown = it.tagName === 'INPUT' ? it.parentElement : it;
                return [it.tagName, getComputedStyle(shown).outlineStyle]; }"""
            )
        )
    assert {"A", "INPUT", "SUMMARY"} <= {tag for tag, _ in seen}
    assert {outline for _, outline in seen} == {"solid"}


def test_link_to_a_photo_that_needs_a_person(open_page, pages):
    page = open_page(pages["check"])
    page.locator("#is-fixable").check()
    page.get_by_role("link", name="empty.jpg").click()
    assert page.locator("#photo-3").is_visible()
    assert page.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("command", ["check", "fix"])
def test_no_accessibility_faults(open_page, pages, command, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe")
    page = open_page(pages[command], color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(it => it.open = true)")
    found = axe.Axe().run(page).response["violations"]
    assert [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in found] == []


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_nothing_sticks_out_sideways(open_page, pages, width):
    page = open_page(pages["fix"], viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_print_shows_what_is_folded_and_no_buttons(open_page, pages):
    page = open_page(pages["fix"])
    page.emulate_media(media="print")
    assert page.locator(".tiles").is_hidden()
    note = page.locator(".photo .folded .findings li").first
    assert note.is_visible()
    assert note.bounding_box()["height"] > 10
    assert len(page.pdf()) > 10_000


def test_pages_link_to_each_other(open_page, tmp_path, monkeypatch):
    monkeypatch.setattr("preflight.render.html.PHOTOS_A_PAGE", 2)
    outcomes = [fix_outcome(f"{number}.jpg") for number in range(4)]
    outcomes.append(fix_outcome("broken.jpg", photo()[:9000]))
    target = report(tmp_path, "fix", outcomes)
    page = open_page(target)
    page.get_by_role("link", name="broken.jpg").click()
    assert page.url.endswith("report-3.html#photo-5")
    assert visible(page).locator("h3").all_text_contents() == ["broken.jpg"]
    page.get_by_role("link", name="Page 1").first.click()
    assert page.url.endswith("report.html")
    assert visible(page).count() == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_preview_of_a_hostile_name_is_a_page_without_faults(open_page, tmp_path, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe")
    source = Source(photo(), HOSTILE[1], len(photo()))
    target = tmp_path / "preview.html"
    target.write_text(preview_page(preview(source)), "utf-8")
    page = open_page(target, color_scheme=scheme)
    assert page.locator("h1").text_content() == HOSTILE[1]
    sides = [circle.bounding_box()["width"] for circle in page.locator("svg.circle").all()]
    assert sides == [320, 110, 96, 48, 32]
    assert axe.Axe().run(page).response["violations"] == []
    assert page.complaints == []
