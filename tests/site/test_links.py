"""Every link of the site, to a page, a place in a page or a file of it, leads somewhere."""

from functools import cache
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest

pytestmark = pytest.mark.slow


class Page(HTMLParser):
    """The places of a page, and what it links to."""

    def __init__(self, path):
        super().__init__()
        self.places, self.links, self.loads = set(), set(), set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        for key, value in attrs:
            if key in ("id", "name"):
                self.places.add(value)
            elif key in ("href", "src") and value:
                self.links.add(value)
                if tag != "a":
                    self.loads.add(value)


@pytest.fixture(scope="module")
def pages(site):
    # What is in _static is the theme's, templates among it.
    return [page for page in sorted(site.pages.rglob("*.html")) if "_static" not in page.parts]


def test_pages_load_nothing_from_elsewhere(pages):
    loads = [(page.name, link) for page in pages for link in Page(page).loads]
    assert [one for one in loads if urlsplit(one[1]).netloc] == []


def leads_somewhere(link, page, parsed):
    url = urlsplit(link)
    if url.scheme or url.netloc:
        return True
    target = (page.parent / unquote(url.path)).resolve() if url.path else page
    if not target.is_file():
        return False
    place = unquote(url.fragment)
    return not place or target.suffix != ".html" or place in parsed(target).places


def test_links_lead_somewhere(site, pages):
    parsed = cache(Page)
    links = [(page, link) for page in pages for link in parsed(page).links]
    dead = [(page, link) for page, link in links if not leads_somewhere(link, page, parsed)]
    assert len(links) > 1000
    assert [(str(page.relative_to(site.pages)), link) for page, link in dead] == []
