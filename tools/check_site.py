"""The built site in a real browser: `make site-test`. It needs Chromium.

Every page, light and dark, wide and narrow: no request to another server, nothing on the
console, no accessibility violation (axe-core), nothing wider than the window, every formula
set. `make test` needs no browser and does not run this file.
"""

import http.server
import os
import shutil
import threading
from functools import partial
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

SITE = Path(__file__).resolve().parents[1] / "_build" / "html"
PAGES = sorted(
    str(path.relative_to(SITE)) for path in SITE.rglob("*.html") if "_static" not in path.parts
)
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 390)]

each_page = pytest.mark.parametrize("page_name", PAGES)


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve the site, silently."""

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="session")
def address():
    """Serve the site on loopback; return its address."""
    assert PAGES, "there is no site yet: run `make book` first"
    handler = partial(Handler, directory=SITE)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def browser():
    """Start the browser: the one in BROWSER, or Chromium from the PATH."""
    program = os.environ.get("BROWSER") or shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.exit("site-test needs Chromium: install it, or set BROWSER to its path", 2)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def opened(browser, address, page_name, request):
    """Open a page in one look; collect what it asks for and what it prints."""
    scheme, width = getattr(request, "param", ("light", 1280))
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.asked, page.said = [], []
    page.on("request", lambda found: page.asked.append(found.url))
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.goto(address + page_name)
    page.wait_for_load_state("networkidle")
    page.evaluate("() => window.MathJax?.startup?.promise")
    yield page
    context.close()


def local(url, address):
    """Whether an address is the site's own, or data inside the page."""
    return url.startswith((address, "data:", "blob:"))


@each_page
def test_asks_no_other_server_and_says_nothing(opened, address):
    assert [url for url in opened.asked if not local(url, address)] == []
    assert opened.said == []


@each_page
@pytest.mark.parametrize("opened", LOOKS, ids=lambda look: f"{look[0]}-{look[1]}", indirect=True)
def test_is_accessible_and_fits(opened):
    found = Axe().run(opened).response["violations"]
    told = [
        (violation["id"], node["html"][:160])
        for violation in found
        for node in violation["nodes"][:3]
    ]
    assert told == []
    widths = opened.evaluate("() => [document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1], "the page is wider than the window"


@each_page
def test_every_formula_is_set(opened):
    left = opened.evaluate(
        """() => [...document.querySelectorAll('.math')]
            .filter(e => !e.querySelector('mjx-container')).map(e => e.textContent.slice(0, 60))"""
    )
    assert left == []
    assert opened.query_selector_all("mjx-merror") == []
