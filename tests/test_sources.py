"""The page of sources: every row of the articles leads to a place in the book."""

import re

from notebooks import ROOT
from test_site import SITE, Page

PAGE = ROOT / "book" / "sources.md"
ROWS = 192  # rows C001 to C192: everything the articles say


def rows():
    """Return row -> list of link targets, as the page has them."""
    found = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)]
        if len(cells) > 4 and re.fullmatch(r"C\d{3}", cells[1]):
            assert cells[1] not in found, cells[1]
            assert cells[3], f"{cells[1]} says nothing"
            found[cells[1]] = re.findall(r"\]\(([^)]+)\)", cells[4])
    return found


def test_every_row_is_there_and_leads_to_a_section():
    found = rows()
    wanted = {f"C{number:03}" for number in range(1, ROWS + 1)}
    assert wanted <= set(found)
    for row, targets in found.items():
        assert targets, f"{row} leads nowhere"
        for target in targets:
            assert "#" in target, f"{row}: {target} names no section"


def test_every_link_of_the_built_page_finds_its_section():
    page = Page((SITE / "book" / "sources.html").read_text(encoding="utf-8"))
    targets = {target for found in rows().values() for target in found}
    built = {link for link in page.links if "#" in link and link.startswith(("../", "tools"))}
    assert len(built) >= len(targets)
    for link in built:
        address, anchor = link.split("#")
        other = Page((SITE / "book" / address).read_text(encoding="utf-8"))
        assert anchor in other.ids, link
