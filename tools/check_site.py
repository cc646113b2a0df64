"""The built site in a real browser: `make site-test`. It needs Chromium.

Every page, light and dark, wide and narrow: no request to another server, nothing on the
console, no accessibility violation (axe-core), nothing wider than the window, every formula
set. The search finds, questions are answered by keyboard, code is copied, pages are light.
`make test` needs no browser and does not run this file.
"""

import http.server
import os
import re
import shutil
import statistics
import threading
from functools import partial
from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

SITE = Path(__file__).resolve().parents[1] / "_build" / "html"
PAGES = sorted(
    str(path.relative_to(SITE))
    for path in SITE.rglob("*.html")
    if not {"_static", "lite"} & set(path.relative_to(SITE).parts)
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


def find_browser():
    """Return the path of the browser: the one in BROWSER, or Chromium from the PATH."""
    program = os.environ.get("BROWSER") or shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.exit("this needs Chromium: install it, or set BROWSER to its path", 2)
    return program


@pytest.fixture(scope="session")
def browser():
    """Start the browser."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=find_browser(), args=QUIET)
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


# term -> a page that must be among the results
SEARCHES = {
    "backpropagation": "chapters/3_math/backpropagation.html",
    "softmax": "chapters/4_code/logistic_regression.html",
    "perceptron": "chapters/4_code/perceptron.html",
    "Adam": "chapters/3_math/optimizers.html",
    "Glorot": "chapters/3_math/initialization.html",
    "receptive field": "chapters/3_math/convolution.html",
    "dropout": "chapters/4_code/regularisation.html",
    "broadcasting": "chapters/1_background/arrays.html",
    "saliency": "chapters/5_trends/interpretability.html",
    "Conv2D": "book/api_scratch.html",
}


@pytest.fixture
def plain_page(browser):
    """Open an empty page that may use the clipboard."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("term", SEARCHES)
def test_the_search_finds(plain_page, address, term):
    plain_page.goto(f"{address}search.html?q={quote(term)}")
    plain_page.wait_for_selector("#search-results li a")
    plain_page.wait_for_function("() => !document.querySelector('#search-results h2 .dots')")
    plain_page.wait_for_timeout(1500)
    found = plain_page.eval_on_selector_all("#search-results li a", "all => all.map(a => a.href)")
    assert any(SEARCHES[term] in link for link in found)


def test_a_question_is_answered_by_keyboard_alone(plain_page, address):
    plain_page.goto(address + "chapters/3_math/backpropagation.html#questions")
    plain_page.wait_for_load_state("networkidle")
    plain_page.evaluate("() => window.MathJax?.startup?.promise")
    feedback = plain_page.locator(".Quiz .Feedback").first
    assert feedback.inner_text() == ""
    for _ in range(400):  # a reader who has only the Tab key
        plain_page.keyboard.press("Tab")
        if plain_page.evaluate("() => document.activeElement.closest('.Quiz') !== null"):
            break
    outline = "() => getComputedStyle(document.activeElement.closest('.MCButton')).outlineStyle"
    assert plain_page.evaluate(outline) == "solid", "the focus cannot be seen"
    told, right = set(), 0
    plain_page.keyboard.press("Space")
    for _ in range(4):
        told.add(feedback.inner_text())
        right += plain_page.locator(".Quiz .correctButton").count()
        plain_page.keyboard.press("ArrowDown")
    assert len(told) >= 3, "the answers do not explain themselves"
    assert right >= 1


def test_the_copy_button_copies_the_code(plain_page, address):
    plain_page.goto(address + "chapters/4_code/perceptron.html")
    plain_page.wait_for_load_state("networkidle")
    block = plain_page.locator("div.cell_input div.highlight").first
    block.hover()
    block.locator("button.copybtn").click()
    copied = plain_page.evaluate("() => navigator.clipboard.readText()")
    assert copied.strip() == block.locator("pre").inner_text().strip()


def test_words_of_the_glossary_explain_themselves_to_the_keyboard(plain_page, address):
    plain_page.goto(address + "chapters/4_code/perceptron.html")
    plain_page.wait_for_load_state("networkidle")
    plain_page.locator("a.reference:has(.std-term)").first.focus()
    tip = plain_page.wait_for_selector(".tippy-content")
    assert len(tip.inner_text()) > 20


def weight(name):
    """Return the bytes of a page and of the pictures that only it shows."""
    text = (SITE / name).read_text(encoding="utf-8")
    pictures = {
        (SITE / name).parent / source for source in re.findall(r'src="([^":]+\.(?:svg|png))"', text)
    }
    return len(text.encode()) + sum(path.stat().st_size for path in pictures if path.exists())


def test_pages_are_light():
    weights = sorted(map(weight, PAGES))
    assert statistics.median(weights) < 600_000
    assert weights[int(0.95 * len(weights))] < 1_500_000


def test_a_chapter_is_painted_within_a_second(browser, address):
    paints = []
    for _ in range(5):
        context = browser.new_context()
        page = context.new_page()
        page.goto(address + "chapters/3_math/backpropagation.html")
        paints.append(
            page.evaluate(
                "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
            )
        )
        context.close()
    assert statistics.median(paints) < 1000
