"""The HTML report in a real browser: nothing on the console, nothing from the network, pictures drawn."""

import dataclasses
import io
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from absence import absent
from PIL import Image

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
  const walk = (root) => [...root.querySelectorAll("*")].flatMap((one) => [
    ...(one.localName === "canvas" && one.width > 50 ? [one] : []),
    ...(one.shadowRoot ? walk(one.shadowRoot) : []),
  ]);
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


@dataclasses.dataclass
class Visit:
    """An open report, what it said on the console and what it asked the network for."""

    page: Any
    file: Path
    said: list[tuple[str, str]]
    asked: list[str]

    @property
    def complaints(self):
        return [entry for entry in self.said if entry[0] not in ("log", "info", "debug")]


def visit(browser, analysis, folder):
    file = folder / "report.html"
    file.write_text(render_html(analysis), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    said, asked = [], []
    page.on("console", lambda message: said.append((message.type, message.text)))
    page.on("pageerror", lambda error: said.append(("pageerror", str(error))))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-pictures=shown]", timeout=60_000)
    return Visit(page, file, said, asked)


@pytest.fixture(scope="module")
def cora_page(browser, tmp_path_factory, examples):
    opened = visit(browser, examples["cora"](), tmp_path_factory.mktemp("cora"))
    yield opened
    opened.page.close()


def check(opened, analysis):
    page = opened.page
    assert opened.complaints == []
    asked = [url for url in opened.asked if not url.startswith(("data:", "blob:"))]
    assert asked == [opened.file.as_uri()]
    drawn = page.evaluate(CANVASES)
    assert drawn
    assert min(drawn) >= 1
    assert page.evaluate("Bokeh.documents.length") == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 1200
    assert page.locator("h1").inner_text() == analysis.name
    assert page.title().startswith(analysis.name)
    assert page.locator("b").count() == 0


@pytest.mark.parametrize("name", ["hostile", "no-limit", "one-node"])
def test_the_report_works_alone(browser, examples, tmp_path, name):
    analysis = examples[name]()
    opened = visit(browser, analysis, tmp_path)
    check(opened, analysis)
    opened.page.close()


def test_a_labelled_report_works_alone(browser, computed, tmp_path):
    analysis = computed("minorities")
    opened = visit(browser, analysis, tmp_path)
    page = opened.page
    assert opened.complaints == []
    assert [url for url in opened.asked if not url.startswith(("data:", "blob:"))] == [opened.file.as_uri()]
    assert min(page.evaluate(CANVASES)) >= 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 1200
    place = page.locator("figure", has_text="Nodes by class").locator(".plot").first
    place.scroll_into_view_if_needed()
    pixels = np.asarray(Image.open(io.BytesIO(place.screenshot())).convert("L"))
    assert np.count_nonzero(pixels < 200) / pixels.size > 0.002
    page.close()


def test_pictures_are_drawn_and_speak_to_the_pointer(cora_page, examples):
    check(cora_page, examples["cora"]())
    page = cora_page.page
    place = page.locator("section", has_text="Predicted and measured decay").locator(".plot").first
    place.scroll_into_view_if_needed()
    pixels = np.asarray(Image.open(io.BytesIO(place.screenshot())).convert("L"))
    assert 0.001 < np.count_nonzero(pixels < 128) / pixels.size < 0.5
    box = place.bounding_box()
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.5 * box["height"])
    tooltip = page.locator(".bk-tooltip-content").first
    tooltip.wait_for(timeout=30_000)
    words = tooltip.inner_text().split()
    assert words[::2] == ["depth:", "lower:", "upper:", "measured:"]
    depth, lower, upper, measured = map(float, words[1::2])
    start = examples["cora"]().measured.curve("energy").at(0)[0]
    assert measured == pytest.approx(
        examples["cora"]().measured.curve("energy").at(int(depth))[0] / start, rel=1e-3
    )
    assert lower <= measured <= upper


def test_paper_gets_a_still_copy_of_every_picture(cora_page):
    page = cora_page.page
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".plot > canvas.still").count() == page.locator(".plot").count() > 10
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("canvas.still").count() == 0
    assert cora_page.complaints == []


def test_a_phone_shows_it_without_scrolling_sideways(cora_page):
    cora_page.page.set_viewport_size({"width": 400, "height": 800})
    for _ in range(100):  # the page forbids eval, which Playwright's own waiting would need
        width = cora_page.page.evaluate("document.documentElement.scrollWidth")
        if width <= 400:
            break
        cora_page.page.wait_for_timeout(100)
    assert width <= 400
