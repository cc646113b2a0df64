"""The built site: every page is there, and every local file that a page asks for."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urlparse

import pytest
from notebooks import ROOT, table_of_contents

SITE = ROOT / "_build" / "html"
OTHERS = {"_static", "_modules", "lite"}  # not pages of the book
PAGES = sorted(
    path for path in SITE.rglob("*.html") if not OTHERS & set(path.relative_to(SITE).parts)
)
GENERATED = {"genindex", "py-modindex", "prf-prf", "search", "404", "index"}  # index.html leads on
PUBLISHED = "/book/"  # where GitHub Pages serves the site


class Page(HTMLParser):
    """Collect what a page links to and loads."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loads, self.ids, self.images = [], [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if "id" in found:
            self.ids.add(found["id"])
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag == "img":
            self.images.append(found)
        if tag in ("script", "img", "iframe", "source") and found.get("src"):
            self.loads.append(found["src"])
        if tag == "link" and found.get("rel") in ("stylesheet", "icon", "shortcut icon", "preload"):
            self.loads.append(found["href"])


@pytest.fixture(scope="module")
def pages():
    assert PAGES, "there is no site yet: run `make book` first"
    return {path: Page(path.read_text(encoding="utf-8")) for path in PAGES}


def test_one_page_for_each_entry_of_the_table_of_contents(pages):
    built = {str(path.relative_to(SITE).with_suffix("")) for path in pages}
    assert built - GENERATED == set(table_of_contents())


def test_no_page_loads_anything_from_another_server(pages):
    for path, page in pages.items():
        for address in page.loads:
            assert not urlparse(address).netloc, f"{path.name} loads {address}"


def test_every_local_link_leads_somewhere(pages):
    for path, page in pages.items():
        for address in [*page.links, *page.loads]:
            target, anchor = urldefrag(address)
            if urlparse(address).scheme or address.startswith("data:"):
                continue
            target = unquote(target.split("?")[0])
            if target.startswith(PUBLISHED):  # 404.html, which is shown at any depth
                file = SITE / target.removeprefix(PUBLISHED)
            else:
                file = (path.parent / target).resolve() if target else path
            assert file.exists(), f"{path.name}: {address}"
            if anchor and file.suffix == ".html" and file in pages:
                assert unquote(anchor) in pages[file].ids, f"{path.name}: {address}"


def test_every_chapter_can_be_launched(pages):
    for path, page in pages.items():
        name = path.relative_to(SITE).with_suffix(".ipynb").as_posix()
        if not name.startswith("chapters/"):
            continue
        for start in (
            "https://mybinder.org/v2/gh/perceptron-to-cnn/book/main?urlpath=lab/tree/",
            "https://colab.research.google.com/github/perceptron-to-cnn/book/blob/main/",
            "https://perceptron-to-cnn.github.io/book/lite/lab/index.html?path=",
        ):
            assert start + name in page.links, f"{path.name}: no {start}"


def test_every_picture_has_alt_text_that_is_not_a_file_name(pages):
    for path, page in pages.items():
        for picture in page.images:
            if "logo__image" in picture.get("class", ""):
                continue  # the name of the book stands beside it as text
            alt = picture.get("alt", "")
            assert alt, f"{path.name}: {picture.get('src')}"
            assert not re.search(r"\.(svg|png)$", alt), f"{path.name}: {alt}"


def test_no_markup_was_left_unread(pages):
    for path in pages:
        text = path.read_text(encoding="utf-8")
        for leftover in ("{solution-start}", "{exercise}", "{doc}`", "{eq}`", "{cite:t}`"):
            assert leftover not in text, f"{leftover} on {path.name}"


def test_terms_of_the_glossary_are_linked_at_their_first_use(pages):
    for path, page in pages.items():
        if "chapters" not in path.parts:
            continue
        terms = [link for link in page.links if "glossary.html#term-" in link]
        assert len(terms) >= 10, path.name
        assert len(terms) == len(set(terms)), path.name


def test_the_glossary_gives_each_term_in_chinese():
    text = (ROOT / "book" / "glossary.md").read_text(encoding="utf-8")
    entries = re.split(r"\n\s*\n", text.split("```{glossary}")[1].strip().removesuffix("```"))
    assert len(entries) >= 120
    for entry in entries:
        assert re.search(r"\([^()]*[\u4e00-\u9fff][^()]*\)", entry), entry


def test_no_solution_lies_open_and_none_is_missing(pages):
    """Each exercise on a page has its solution, folded, with its code and output inside."""
    for path in pages:
        if "chapters" not in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        boxes = [set(found.split()) for found in re.findall(r'<div class="([^"]+)"', text)]
        exercises = [box for box in boxes if {"exercise", "admonition"} <= box]
        solutions = [box for box in boxes if {"solution", "admonition"} <= box]
        assert len(exercises) == len(solutions) >= 4, path.name
        assert all("dropdown" in box for box in solutions), path.name
