"""The page in a real browser: nothing breaks, nothing leaves the machine, nothing overflows."""

from itertools import pairwise
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed")

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZES = {"desk": (1280, 900), "phone": (390, 844)}
BROKEN_IMAGES = "[...document.images].filter(i => !(i.complete && i.naturalWidth > 0)).length"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
HEADINGS = "[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1])"


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(params=SIZES.values(), ids=SIZES.keys())
def visit(request, browser, page_file):
    """Open the report at one size; keep what the console says and what is requested."""
    width, height = request.param
    page = browser.new_page(viewport={"width": width, "height": height})
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda call: asked.append(call.url))
    page.goto(page_file.as_uri())
    page.wait_for_function("[...document.images].every(i => i.complete)")
    yield page, said, asked
    page.close()


def test_the_console_is_silent_and_nothing_external_is_requested(visit, page_file):
    _, said, asked = visit
    assert said == []
    outside = [url for url in asked if not url.startswith("data:")]
    assert outside == [page_file.as_uri()]


def test_every_figure_is_there_and_decoded(visit, document):
    page, _, _ = visit
    assert page.locator("figure img").count() == len(document.figures())
    assert page.evaluate(BROKEN_IMAGES) == 0


def test_the_page_never_overflows_sideways(visit):
    page, _, _ = visit
    assert page.evaluate(OVERFLOW) <= 0


def test_the_verdict_is_visible_without_scrolling(visit):
    page, _, _ = visit
    box = page.locator("#answer").bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= page.viewport_size["height"]
    assert "prey first" in page.locator("#answer").inner_text()


def test_simulated_data_are_admitted_on_the_first_screen(visit):
    page, _, _ = visit
    notice = page.get_by_text("is SIMULATED").first
    assert notice.bounding_box()["y"] < page.viewport_size["height"]


def test_headings_never_skip_a_level(visit):
    page, _, _ = visit
    levels = page.evaluate(HEADINGS)
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
