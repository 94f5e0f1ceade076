"""Pages of each kind in headless Chromium: they render, and the search finds."""

import re
import shutil
import subprocess
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

pytestmark = pytest.mark.slow

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PAGES = {
    "index": "skpnn",
    "user_guide": "User guide",
    "gallery/index": "Gallery",
    "api/index": "API",
    "api/generated/skpnn.PNNClassifier": "PNNClassifier",
}


@pytest.fixture(scope="module")
def browser():
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    pytest.skip(f"none of {', '.join(BROWSERS)} is installed")


@pytest.fixture(scope="module")
def served(site):
    """Return the site's address, and the answers given so far: paths by status."""
    answers = {}

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

        def send_response(self, code, message=None):
            answers.setdefault(int(code), []).append(self.path)
            super().send_response(code, message)

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=site.pages))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", answers
    server.shutdown()
    server.server_close()


@pytest.fixture
def rendered(browser, served, tmp_path):
    """Return a function that gives a page's document after its scripts ran, and their errors."""

    def render(page):
        command = [
            browser,
            "--headless",
            "--no-sandbox",  # root, as in containers, has none; the pages are ours
            "--disable-gpu",
            f"--user-data-dir={tmp_path}",
            "--enable-logging=stderr",
            "--virtual-time-budget=10000",
            "--dump-dom",
            f"{served[0]}/{page}",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        return done.stdout, re.findall(r"CONSOLE.*Uncaught.*", done.stderr)

    return render


@pytest.mark.parametrize("page", PAGES)
def test_a_page_renders(rendered, served, page):
    document, errors = rendered(f"{page}.html")
    assert re.search(rf"<h1>\s*{PAGES[page]}<", document)
    assert errors == []
    assert served[1].get(404, []) == []


def test_a_gallery_page_loads_its_pictures(rendered, served, site):
    shown = sorted((site.pages / "gallery").glob("plot_*.html"))[0]
    _, errors = rendered(f"gallery/{shown.name}")
    assert errors == []
    pictures = re.findall(r'src="\.\.(/_images/[^"]*)"', shown.read_text(encoding="utf-8"))
    assert {*pictures} <= {*served[1][200]}


def test_search_finds_background(rendered):
    document, errors = rendered("search.html?q=background")
    found = re.findall(r'<a href="([^"?#]*)[^"]*"[^>]*>', document.partition("search-results")[2])
    assert "user_guide.html" in found
    assert errors == []
