"""A real browser for pages: Debian's chromium, without a window and without a network."""

import os
import shutil

import pytest

_FLAGS = [
    *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]


@pytest.fixture(scope="session")
def browser():
    """Chromium, driven by playwright; skipped where there is none, unless it has to be there."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None and not os.environ.get("PREFLIGHT_REQUIRE_BROWSER"):
        pytest.skip("needs a browser: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    with sync_api.sync_playwright() as playwright:
        sandbox = hasattr(os, "geteuid") and os.geteuid() != 0  # chromium has none for root
        browser = playwright.chromium.launch(
            executable_path=path, args=_FLAGS, chromium_sandbox=sandbox
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser):
    """Opens a file in a fresh window; what the page complains of is kept in `page.complaints`."""
    contexts = []

    def open_(path, **options):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("dialog", lambda dialog: page.complaints.append(f"dialog {dialog.message}"))
        page.on("request", lambda request: _only_itself(page, request.url, path))
        page.goto(path.as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()


def _only_itself(page, address, path):
    if not address.startswith(("data:image/jpeg;base64,", path.as_uri())):
        page.complaints.append(f"request {address}")
