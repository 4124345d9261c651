import dataclasses
import functools
import io
import json
import re
import shutil
from itertools import pairwise

import numpy as np
import pytest
from absence import absent
from html_page import Page
from monitored import HOSTILE, monitored
from PIL import Image

from spectral_smooth.errors import InputError
from spectral_smooth.monitoring.measuring.registry import LAYER_MEASURES
from spectral_smooth.monitoring.result import Monitoring
from spectral_smooth.report.monitoring import tables
from spectral_smooth.report.monitoring.html import render_monitor_html
from spectral_smooth.report.wording import clean

LIMIT = 3_000_000
PAGES = ("attention", "hostile", "many-components", "one-layer")


@functools.cache
def rendered(name):
    return render_monitor_html(monitored(name))


@functools.cache
def page_of(name):
    return Page(rendered(name))


@pytest.fixture(params=PAGES)
def name(request):
    return request.param


def test_it_is_small_and_asks_nothing_of_the_network(name):
    page = page_of(name)
    assert len(rendered(name).encode()) < LIMIT
    for tag, attributes in page.tags:
        for key in ("src", "href", "action", "data", "poster", "srcset"):
            value = attributes.get(key)
            assert value is None or value.startswith(("data:", "#")), (tag, key, value)
    (policy,) = page.find("meta", **{"http-equiv": "Content-Security-Policy"})
    assert policy["content"].startswith("default-src 'none'")
    assert page.find("html", lang="en")


def test_every_picture_has_its_place_and_its_words(name):
    page = page_of(name)
    pictures = json.loads(page.scripts[0])
    places = [a for tag, a in page.tags if a.get("class") == "plot"]
    assert sorted(pictures["roots"].values()) == sorted(place["id"] for place in places)
    assert all(place["role"] == "img" and len(place["aria-label"]) > 20 for place in places)


def test_headings_do_not_skip_a_level(name):
    levels = [int(tag[1]) for tag, _ in page_of(name).tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_text_from_outside_is_text():
    page = page_of("hostile")
    assert len(page.scripts) == 3
    assert not page.find("b")
    assert HOSTILE in page.words
    assert "49" not in re.findall(r"\{\{|49(?= \}\})", page.words)
    assert "<" not in page.scripts[0]
    rendered("hostile").encode("utf-8")
    for sign in ("$$", "\\(", "\\["):
        assert json.dumps(sign)[1:-1] not in page.scripts[0]


def test_the_answer_comes_first():
    result = monitored("many-components")
    finding, remedy = result.diagnosis.findings[0], result.diagnosis.remedies[0]
    words = page_of("many-components").words
    words = words[words.index("What is wrong") :]
    wanted = (
        "smoothing",
        finding.sentence[1:],
        "Since which layer",
        "igh confidence",
        "Where it leads",
        finding.destination,
        "What to try first",
        remedy.action[1:],
        remedy.reason,
        "Faster or slower",
        result.pace.sentence[1:],
        "How far from smooth",
        "Each component",
    )
    at = -1
    for text in wanted:
        at = words.index(text, at + 1)


def test_every_measure_has_its_picture_formula_and_warning():
    result = monitored("attention")
    page = page_of("attention")
    titles = [a["aria-label"].split(":")[0] for tag, a in page.tags if a.get("class") == "plot"]
    for measure in result.measures:
        known = LAYER_MEASURES[measure]
        assert f"{known.title[:1].upper()}{known.title[1:]}" in titles
        assert known.formula in page.words
        assert f"Misleads: {known.misleads}" in page.words


def test_every_number_of_every_layer_is_in_a_table():
    result = monitored("attention")
    cells = set(page_of("attention").text)
    for layer in result.layers:
        assert {tables.cell(layer, measure) for measure in layer.values} <= cells
    assert {one.family for one in LAYER_MEASURES.values()} == set(tables.FAMILIES)


def test_a_sampled_number_has_its_error():
    layer = monitored("sampled").layers[0]
    assert re.fullmatch(r"[\d.,]+ ± [\d.,]+", tables.cell(layer, "energy"))
    assert "±" not in tables.cell(layer, "mad")
    assert tables.cell(monitored("unbounded").layers[-1], "rms") == "—"


def test_a_doubtful_finding_does_not_shout():
    result = monitored("many-components")
    findings = tuple(dataclasses.replace(one, confidence=0.2) for one in result.diagnosis.findings)
    unsure = dataclasses.replace(result, diagnosis=dataclasses.replace(result.diagnosis, findings=findings))
    html = render_monitor_html(unsure)
    words = Page(html).words
    words = words[words.index("What is wrong") :]
    places = [
        words.index(text)
        for text in ("What is wrong", "perhaps smoothing", "Low confidence", findings[0].sentence[1:])
    ]
    assert places == sorted(places)
    assert "level-moderate" in html.split("Since which layer")[0]
    assert "perhaps" not in page_of("many-components").words


def test_a_layer_of_zeros_has_dashes_and_says_why():
    result = monitored("exact-zeros")
    last = result.layers[-1]
    assert (tables.cell(last, "mean_cosine"), tables.cell(last, "rms")) == ("—", "0")
    assert tables.family_table(result, "direction").rows[-1][:3] == ("5", "5 (zero at every node)", "—")
    for table in (tables.class_table(result), tables.component_table(result)):
        assert all(row[-1] == "—" for row in table.rows)


def test_classes_have_their_separation_in_numbers():
    assert "separation, last layer" in tables.class_table(monitored("smoothing")).headings


def test_attention_has_its_section():
    words = page_of("attention").words
    found = monitored("attention").attention
    assert found.sentence in words
    for text in ("Contraction after 3 layers", "Entropy of each head", "Receptive field by depth"):
        assert text in words
    assert "What attention does" not in page_of("one-layer").words


def test_what_is_not_there_has_no_section():
    words = page_of("one-layer").words
    assert "Faster or slower" not in words
    assert "Each component" not in words
    assert "Each class" in words
    assert "Each class" not in page_of("many-components").words


def test_notes_and_provenance_are_told():
    result = monitored("many-components")
    words = page_of("many-components").words
    assert all(note[1:] in words for note in result.notes)
    assert all(f"{key} {value}" in words for key, value in result.provenance.items() if key != "seconds")


def test_a_file_renders_like_the_monitoring_it_came_from():
    again = Monitoring.from_dict(json.loads(monitored("one-layer").to_json()))
    assert render_monitor_html(again) == rendered("one-layer")


def test_a_missing_field_is_named():
    result = monitored("one-layer")
    graph = {key: value for key, value in result.graph.items() if key != "edges"}
    with pytest.raises(InputError, match="edges"):
        render_monitor_html(dataclasses.replace(result, graph=graph))


CANVASES = """() => {
  const walk = (root) => [...root.querySelectorAll("*")].flatMap((one) => [
    ...(one.localName === "canvas" && one.width > 50 ? [one] : []),
    ...(one.shadowRoot ? walk(one.shadowRoot) : []),
  ]);
  return [...document.querySelectorAll(".plot")].map((place) => walk(place).length);
}"""


FRAMES = (
    """() => Object.values(Bokeh.index).filter((view) => view.frame).map((view) => view.frame.bbox.height)"""
)


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
        started = playwright.chromium.launch(
            executable_path=program, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.mark.browser
def test_the_report_works_alone_in_a_browser(browser, tmp_path):
    name = "hostile"  # with attention, labels and findings
    file = tmp_path / "report.html"
    file.write_text(rendered(name), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    said, asked = [], []
    page.on("console", lambda message: said.append((message.type, message.text)))
    page.on("pageerror", lambda error: said.append(("pageerror", str(error))))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-pictures=shown]", timeout=60_000)
    assert [entry for entry in said if entry[0] not in ("log", "info", "debug")] == []
    assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [file.as_uri()]
    drawn = page.evaluate(CANVASES)
    assert min(drawn) >= 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 1200
    assert page.locator("h1").inner_text() == clean(monitored(name).graph["name"])
    assert page.locator("b").count() == 0
    place = page.locator("figure", has_text="Distance to smooth states").locator(".plot").first
    place.scroll_into_view_if_needed()
    pixels = np.asarray(Image.open(io.BytesIO(place.screenshot())).convert("L"))
    assert 0.001 < np.count_nonzero(pixels < 128) / pixels.size < 0.5
    box = place.bounding_box()
    frames = page.evaluate(FRAMES)
    assert min(frames) >= 180
    assert max(frames) >= 220
    page.set_viewport_size({"width": 400, "height": 800})
    for _ in range(100):  # the page forbids eval, which Playwright's own waiting would need
        if page.evaluate("document.documentElement.scrollWidth") <= 400:
            break
        page.wait_for_timeout(100)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert min(page.evaluate(FRAMES)) >= 180  # a legend of more rows takes nothing from the plot
    assert box["height"] > 300
    page.close()
