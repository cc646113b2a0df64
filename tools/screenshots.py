"""Photograph the cover and one chapter, light and dark, for the README: `make screenshots`."""

import functools
import http.server
import threading
from pathlib import Path

from check_site import QUIET, SITE, Handler, find_browser
from playwright.sync_api import sync_playwright

PICTURES = Path(__file__).resolve().parents[1] / "book" / "_static" / "screenshots"
PAGES = {  # name -> page, what to scroll to
    "cover": ("book/index.html", None),
    "chapter": ("chapters/3_math/backpropagation.html", "From one neuron to a network"),
}


def main():
    """Open each page in each look and write its picture."""
    PICTURES.mkdir(exist_ok=True)
    handler = functools.partial(Handler, directory=SITE)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser(), args=QUIET)
            for name, (page_name, heading) in PAGES.items():
                for scheme in ("light", "dark"):
                    view = {"width": 1280, "height": 800}
                    page = browser.new_context(color_scheme=scheme, viewport=view).new_page()
                    page.goto(f"http://127.0.0.1:{server.server_port}/{page_name}")
                    page.wait_for_load_state("networkidle")
                    page.evaluate("() => window.MathJax?.startup?.promise")
                    if heading:
                        section = page.locator(f"h2:has-text('{heading}')")
                        section.evaluate("node => node.scrollIntoView()")
                        page.wait_for_timeout(500)
                    file = PICTURES / f"{name}-{scheme}.png"
                    page.screenshot(path=file)
                    print(f"wrote book/_static/screenshots/{file.name}")
        server.shutdown()


if __name__ == "__main__":
    main()
