"""The HTML report in a real browser: nothing on the console, nothing from the network, pictures drawn."""

import io
import shutil
from contextlib import contextmanager

import numpy as np
import pytest
from absence import absent

from spectral_smooth.report.html import render_html

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CANVASES = """() => {
  const walk = (root) => [...root.querySelectorAll("*")].flatMap(
    (one) => [...(one.localName === "canvas" && one.width > 50 ? [one] : []), ...(one.shadowRoot ? walk(one.shadowRoot) : [])]
  );
  return [...document.querySelectorAll(".plot")].map((place) => walk(place).length);
}"""

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser():
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        absent("no chromium, chromium-browser or google-chrome on the path")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        absent("playwright is not installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        started.close()


@contextmanager
def opened(browser, analysis, folder):
    """Yield the page and everything that it said or asked for."""
    file = folder / "report.html"
    file.write_text(render_html(analysis), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    said, asked = [], []
    page.on("console", lambda message: said.append((message.type, message.text)))
    page.on("pageerror", lambda error: said.append(("pageerror", str(error))))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-pictures=shown]", timeout=30_000)
    try:
        yield page, said, asked
    finally:
        page.close()


def test_the_report_works_alone(browser, analysis, tmp_path):
    with opened(browser, analysis, tmp_path) as (page, said, asked):
        assert [entry for entry in said if entry[0] not in ("log", "info", "debug")] == []
        assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [
            (tmp_path / "report.html").as_uri()
        ]
        drawn = page.evaluate(CANVASES)
        assert drawn
        assert min(drawn) >= 1
        assert page.evaluate("Bokeh.documents.length") == 1
        assert page.evaluate("document.documentElement.scrollWidth") <= 1200
        assert page.locator("h1").inner_text() == analysis.name
        assert page.locator("b").count() == 0


def test_pictures_are_not_blank(browser, cora, tmp_path):
    image = pytest.importorskip("PIL.Image")
    with opened(browser, cora, tmp_path) as (page, _, _):
        for place in page.locator(".plot").all()[:3]:
            pixels = np.asarray(image.open(io.BytesIO(place.screenshot())).convert("L"))
            dark = np.count_nonzero(pixels < 128) / pixels.size
            assert 0.001 < dark < 0.5


def test_the_pointer_reads_the_curve(browser, cora, tmp_path):
    with opened(browser, cora, tmp_path) as (page, _, _):
        place = page.locator("section", has_text="Predicted and measured decay").locator(".plot").first
        place.scroll_into_view_if_needed()
        box = place.bounding_box()
        page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.5 * box["height"])
        tooltip = page.locator(".bk-Tooltip").first
        tooltip.wait_for(timeout=10_000)
        words = tooltip.inner_text()
        for name in ("depth", "lower", "upper", "measured"):
            assert name in words


def test_the_hostile_name_is_shown_as_text(browser, attack, tmp_path):
    with opened(browser, attack, tmp_path) as (page, _, _):
        assert page.locator("h1").inner_text() == "</script><b>x"
        assert page.title().startswith("</script><b>x")


def test_paper_gets_a_still_copy_of_every_picture(browser, cora, tmp_path):
    with opened(browser, cora, tmp_path) as (page, said, _):
        pages = page.pdf(format="A4")
        assert pages.startswith(b"%PDF")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert page.locator(".plot").count() == page.locator(".plot > canvas.still").count()
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert page.locator("canvas.still").count() == 0
        assert [entry for entry in said if entry[0] in ("error", "pageerror", "warning")] == []


def test_a_phone_shows_it_without_scrolling_sideways(browser, cora, tmp_path):
    with opened(browser, cora, tmp_path) as (page, _, _):
        page.set_viewport_size({"width": 400, "height": 800})
        page.wait_for_function("document.documentElement.scrollWidth <= 400", timeout=10_000)
