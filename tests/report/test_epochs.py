import dataclasses
import io
import json
import re
import shutil
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pytest
from absence import absent
from epoch_runs import measured, monitoring, write_run
from matplotlib import pyplot as plt
from PIL import Image

from spectral_smooth.errors import UsageError
from spectral_smooth.monitoring.epochs.log import EpochLog
from spectral_smooth.monitoring.epochs.run import read_log
from spectral_smooth.monitoring.judging.finding import KINDS
from spectral_smooth.report import epoch_grids, epoch_told
from spectral_smooth.report.epoch_figures import in_font, plot_epoch_number, plot_epoch_overview, plot_epochs
from spectral_smooth.report.epoch_html import render_epoch_html
from spectral_smooth.report.epoch_plots import DASHES, MARKERS, EpochCanvas
from spectral_smooth.report.epoch_text import render_epoch_text
from spectral_smooth.report.screen import SCREEN

BAD = "</script><b>x&\"'\x1b[31m\n$x_$ $$\\frac$$ {{ 7*7 }} <!-- ]]> \u2028\ud800漢"


@pytest.fixture(autouse=True)
def quiet_backend():
    mpl.use("Agg")
    yield
    plt.close("all")


def planted(folder):
    """Healthy first, then smoothing from a layer that comes nearer; numbers beside."""
    return write_run(folder / "run.jsonl", 12, step=5)


def single(folder):
    return write_run(folder / "run.jsonl", 1, layers=1, labels=False, numbers=False)


def long(folder):
    """Ten thousand epochs of what two lines say."""
    path = write_run(folder / "run.jsonl", 2, layers=8)
    lines = path.read_bytes().splitlines(keepends=True)
    parts = [re.sub(rb'"epoch": \d+,', b'"epoch": %d,', line) for line in lines]
    path.write_bytes(b"".join(parts[i >= 7000].replace(b"%d", b"%d" % i, 1) for i in range(10_000)))
    return path


def deep(folder):
    names = [f"model.blocks.{i}.attention.output" for i in range(64)]
    return write_run(folder / "run.jsonl", 120, layers=64, names=names)


def ragged(folder):
    """Another number of layers, gaps between epochs, zeros, a loss that is not finite, a measure that is missing."""
    log = EpochLog(folder / "run.jsonl")
    for i, epoch in enumerate((0, 1, 2, 40, 41, 300)):
        found = monitoring([0.9] * (4 if i < 3 else 7), labels=i > 2)
        layers = tuple(
            dataclasses.replace(
                one, values={**one.values, **({"collapse": 0.0, "mad": 0.0} if i == 4 else {})}
            )
            for one in found.layers
        )
        for layer in layers[:2]:
            del layer.values["effective_rank"]
        beside = {f"number {k}": float(k) for k in range(7)}
        log.append(dataclasses.replace(found, layers=layers), epoch, loss=[1.0, np.nan, 5e4][i % 3], **beside)
    return log.path


def hostile(folder):
    log = EpochLog(folder / "run.jsonl")
    for i in range(3):
        found = monitoring([0.9, 0.05, 0.01], names=[f"{BAD}{k}" for k in range(3)])
        graph = {**found.graph, "name": BAD}
        log.append(dataclasses.replace(found, graph=graph, operator=BAD), **{BAD: float(i)})
    return log.path


RUNS = {
    "planted": planted,
    "single": single,
    "long": long,
    "deep": deep,
    "ragged": ragged,
    "hostile": hostile,
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    made = {}

    def one(name):
        if name not in made:
            made[name] = read_log(RUNS[name](tmp_path_factory.mktemp(name)))
        return made[name]

    return one


@pytest.fixture(params=sorted(RUNS))
def run(request, runs):
    return runs(request.param)


@pytest.fixture(scope="module")
def pages(runs):
    made = {}

    def one(name):
        return made.setdefault(name, render_epoch_html(runs(name)))

    return one


def clipped(figure):
    figure.canvas.draw()
    box = figure.get_tightbbox(figure.canvas.get_renderer())
    width, height = figure.get_size_inches()
    slack = 0.02
    return box.x0 < -slack or box.y0 < -slack or box.x1 > width + slack or box.y1 > height + slack


# what all pictures share


def test_cells_meet_halfway_and_never_overlap():
    rng = np.random.default_rng(0)
    for _ in range(50):
        epochs = np.unique(rng.integers(0, 300, size=rng.integers(1, 40)))
        left, right = epoch_grids.cell_edges(epochs)
        assert np.all(left < epochs)
        assert np.all(epochs < right)
        assert np.all(right[:-1] <= left[1:] + 1e-9)
    left, right = epoch_grids.cell_edges(2 ** np.arange(8))
    np.testing.assert_allclose(right[:-1], left[1:])  # logged ever more rarely: no holes


def test_a_scale_fits_what_it_shows(runs):
    run = runs("planted")
    everything = np.arange(len(run.epochs))
    for name in run.values:
        grid = epoch_grids.epoch_grid(run, name, everything)
        assert grid.low < grid.high
        finite = grid.values[np.isfinite(grid.values)]
        assert np.all(finite <= grid.high * (1 + 1e-12))
        if grid.log:
            assert grid.high >= 10 * grid.low * (1 - 1e-9)
            assert len(grid.ticks) >= 2
            assert all(grid.low <= tick <= grid.high for tick in grid.ticks)
    cosine = epoch_grids.epoch_grid(run, "mean_cosine", everything)
    np.testing.assert_array_equal(cosine.values, run.grid("mad"))
    assert cosine.title == "1 − mean cosine"
    edges = epoch_grids.epoch_grid(run, "edge_cosine", everything)
    np.testing.assert_array_equal(edges.values, 1.0 - run.grid("edge_cosine"))
    assert epoch_grids.epoch_grid(run, "dead_columns", everything).high == 1.0


def test_onset_lines_are_the_onsets(run):
    drawn = epoch_grids.drawn_epochs(run)
    left, right = epoch_grids.cell_edges(run.epochs[drawn])
    oracle = {}
    for column, at in enumerate(drawn):
        found = run.diagnoses[at]
        if found.layer is not None:
            oracle.setdefault(found.kind, []).append((left[column], right[column], found.layer - 0.5))
    lines = {line.kind: line for line in epoch_grids.onset_lines(run, drawn)}
    assert set(lines) == set(oracle)
    for kind, line in lines.items():
        seen = [
            (x[i], x[i + 1], y[i]) for x, y in line.parts for i in range(0, len(x), 2) if y[i] == y[i + 1]
        ]
        assert seen == oracle[kind]


def test_every_kind_of_finding_has_dashes_and_a_marker():
    assert len(set(map(str, DASHES))) >= len(KINDS)
    assert len(set(MARKERS)) >= len(KINDS)


def test_a_long_run_is_thinned_and_says_so(runs):
    run = runs("long")
    drawn = epoch_grids.drawn_epochs(run)
    assert drawn[0] == 0
    assert drawn[-1] == 9999
    assert len(drawn) <= epoch_grids.MAX_COLUMNS
    assert "240 of 10,000 epochs are drawn" in epoch_grids.thinned_note(run, drawn)
    assert "(240 of 10,000 are drawn)" in plot_epochs(run).get_xlabel()
    short = runs("planted")
    assert epoch_grids.thinned_note(short, epoch_grids.drawn_epochs(short)) == ""
    cells = len(epoch_grids.drawn_epochs(runs("deep"))) * 64
    assert cells <= epoch_grids.MAX_CELLS


def test_layers_are_named_where_names_say_more():
    assert epoch_grids.layer_labels(["0", "1"]) == ["0", "1"]
    assert epoch_grids.layer_labels(["a.conv.0", "a.conv.1"]) == ["0", "1"]
    assert epoch_grids.layer_labels(["gcn.first.out", "gcn.second.out"]) == ["0  first", "1  second"]
    for count in (1, 12, 13, 64, 5000):
        ticks = epoch_grids.layer_ticks([str(i) for i in range(count)])
        assert 1 <= len(ticks) <= epoch_grids.MAX_TICKS
        assert ticks[0][0] == 0


# matplotlib


@pytest.mark.parametrize("name", ["single", "ragged", "hostile"])
def test_the_overview_is_whole(runs, name):
    assert not clipped(plot_epoch_overview(runs(name)))


def test_a_picture_of_every_run_is_whole_and_labelled(run):
    ax = plot_epochs(run, "collapse")
    assert ax.get_xlabel().startswith("epoch")
    assert ax.get_ylabel() == "layer"
    assert not clipped(ax.figure)
    _, given = plt.subplots()
    assert plot_epochs(run, "rms", ax=given) is given


def test_colours_are_the_values_and_the_legend_names_the_finding(runs):
    run = runs("planted")
    ax = plot_epochs(run, "collapse")
    (mesh,) = ax.collections
    np.testing.assert_allclose(np.asarray(mesh.get_array()), run.grid("collapse"))
    assert isinstance(mesh.norm, mpl.colors.LogNorm)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["onset of smoothing"]
    assert ax.figure.axes[1].get_ylabel() == "collapse (share of the layer's size)"
    assert ax.get_yticks().tolist() == list(range(6))


def test_darker_is_smaller_in_grey_too(runs):
    (mesh,) = plot_epochs(runs("planted"), "collapse").collections
    colours = mesh.cmap(np.linspace(0, 1, 64))[:, :3]
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    assert np.all(np.diff(linear @ [0.2126, 0.7152, 0.0722]) > 0)


def test_what_was_not_logged_is_empty(runs):
    ax = plot_epochs(runs("ragged"), "collapse")
    (mesh,) = ax.collections
    hidden = np.ma.getmaskarray(mesh.get_array())
    # three gaps of epochs, and the upper layers of the first three
    assert hidden.all(axis=0).sum() == 2
    assert hidden[4:, :3].all()
    assert "hatched: no value" in [text.get_text() for text in ax.get_legend().get_texts()]


def test_numbers_are_drawn_as_they_were_logged(runs):
    run = runs("planted")
    ax = plot_epoch_number(run, "loss")
    (line,) = ax.lines
    np.testing.assert_array_equal(line.get_xdata(), run.epochs)
    np.testing.assert_array_equal(line.get_ydata(), run.numbers["loss"])
    with pytest.raises(UsageError, match=r"no number 'f1' was logged beside the layers; there are: loss"):
        plot_epoch_number(run, "f1")
    with pytest.raises(UsageError, match="there are: none"):
        plot_epoch_number(runs("single"), "loss")
    with pytest.raises(UsageError, match="no epoch has a measure"):
        plot_epochs(run, "smooth")


def test_a_number_that_never_was_finite_is_said(tmp_path):
    log = EpochLog(tmp_path / "run.jsonl")
    log.append(measured(), loss=float("nan"))
    ax = plot_epoch_number(read_log(log.path), "loss")
    assert [text.get_text() for text in ax.texts] == ["never a finite number"]


def test_letters_that_the_font_lacks_are_question_marks():
    assert in_font("√degree 漢 $x$") == "√degree ? ·x·"


# text


def test_text_fits_one_screen(run):
    for width in (40, 60, 100, 160):
        lines = render_epoch_text(run, width=width, written=["a.html"]).splitlines()
        assert len(lines) <= SCREEN
        assert max(map(len, lines)) <= max(width, 60)
        assert lines[-1] == "wrote a.html"


def test_text_says_the_diagnosis_first(runs):
    run = runs("planted")
    lines = render_epoch_text(run).splitlines()
    assert lines[0].startswith("karate   6 layers at 12 epochs (0 to 55)")
    assert lines[2] == f"SMOOTHING since epoch {run.since}"
    text = "\n".join(lines)
    assert "towards constants" in text
    assert "loss: 2 → 0.1667" in text
    assert "\x1b" not in text
    assert "\x1b[1;31mSMOOTHING" in render_epoch_text(run, color=True)


def test_a_doubtful_diagnosis_does_not_shout(runs):
    run = runs("planted")
    (first, *rest) = run.diagnosis.findings
    findings = (dataclasses.replace(first, confidence=0.4), *rest)
    last = dataclasses.replace(run.diagnosis, findings=findings)
    unsure = dataclasses.replace(run, diagnoses=(*run.diagnoses[:-1], last))
    lines = render_epoch_text(unsure).splitlines()
    assert lines[2].startswith("PERHAPS SMOOTHING since epoch")
    assert lines[3].strip() == epoch_told.DOUBT
    html = render_epoch_html(unsure)
    assert html.index("perhaps smoothing") < html.index(epoch_told.DOUBT[1:])
    assert "level-moderate" in html
    assert epoch_told.doubts(run) == ""


def test_a_layer_of_zeros_has_no_cosine_and_no_distance(runs):
    run = runs("planted")
    sizes = run.values["rms"].copy()
    sizes[-1, 3] = 0.0
    run = dataclasses.replace(run, values={**run.values, "rms": sizes})
    for name in ("collapse", "mean_cosine", "smv"):
        _, shown = epoch_grids.shown_values(run, name)
        assert np.argwhere(np.isnan(shown)).tolist() == [[len(run.names) - 1, 3]]
    for name in ("rms", "dead_columns", "effective_rank"):
        assert np.isfinite(epoch_grids.shown_values(run, name)[1]).all()


def test_text_from_outside_cannot_steer_a_terminal(runs):
    text = render_epoch_text(runs("hostile"))
    assert "\x1b" not in text
    assert "\u2028" not in text


def test_how_long_a_diagnosis_holds_is_said_in_words(tmp_path):
    log = EpochLog(tmp_path / "run.jsonl")
    said = []
    for distance in (0.9, 0.9, 0.01):
        log.append(monitoring([distance]))
        said.append(epoch_told.since(read_log(log.path)))
    assert said == ["at the only epoch, 0", "at every epoch, 0 to 1", "at the last epoch, 2"]


# HTML


def test_the_page_is_small_and_asks_nothing(pages):
    for name in ("deep", "single", "ragged", "hostile"):
        html = pages(name)
        assert len(html.encode()) < 4_000_000
        head = html.split("<body")[0]
        assert "default-src 'none'" in head
        body = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
        assert not re.search(r'\b(src|srcset|action|poster)="', body)
        assert all(found.startswith(("#", "data:")) for found in re.findall(r'href="([^"]*)"', body))


def test_every_picture_has_its_place_and_its_words(pages, runs):
    html = pages("planted")
    pictures = json.loads(re.search(r'id="pictures">(.*?)</script>', html, re.DOTALL)[1])
    places = re.findall(r'class="plot" id="([^"]+)" role="img" aria-label="([^"]+)"', html)
    assert sorted(pictures["roots"].values()) == sorted(key for key, _ in places)
    assert len(places) == len(epoch_grids.MAIN) + 2
    assert all(len(label) > 20 for _, label in places)
    levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_page_says_what_was_logged(pages, runs):
    html, run = pages("planted"), runs("planted")
    text = re.sub(r"<[^>]+>", " ", re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL))
    for words in ("Since epoch", "What to try first", "loss", "accuracy", "class 0", "Misleads", run.source):
        assert words in text
    for notice in runs("ragged").notices:
        assert notice[1:] in pages("ragged").replace("&#39;", "'")


def test_text_from_outside_is_text(pages):
    html = pages("hostile")
    assert html.count("<script") == 3
    assert "<b>" not in re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    assert "\ud800" not in html
    html.encode("utf-8")
    pictures = re.search(r'id="pictures">(.*?)</script>', html, re.DOTALL)[1]
    assert "<" not in pictures
    for sign in ("$$", "\\\\(", "\\\\["):
        assert sign not in pictures


def test_the_same_run_gives_the_same_page(pages, runs):
    assert render_epoch_html(runs("planted")) == pages("planted")


def test_all_pictures_share_cells_and_epochs(runs):
    canvas = EpochCanvas.of(runs("deep"))
    drawn = len(epoch_grids.drawn_epochs(canvas.run))
    assert all(len(column) == 64 * drawn for column in canvas.cells.data.values())


CANVASES = """() => {
  const walk = (root) => [...root.querySelectorAll("*")].flatMap((one) => [
    ...(one.localName === "canvas" && one.width > 50 ? [one] : []),
    ...(one.shadowRoot ? walk(one.shadowRoot) : []),
  ]);
  return [...document.querySelectorAll(".plot")].map((place) => walk(place).length);
}"""


@pytest.mark.browser
def test_the_page_works_alone_in_a_browser(pages, tmp_path):
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        absent("no chromium, chromium-browser or google-chrome on the path")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        absent("playwright is not installed")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        for name in ("planted", "hostile"):
            file = tmp_path / f"{name}.html"
            file.write_text(pages(name), encoding="utf-8")
            page = browser.new_page(viewport={"width": 1200, "height": 900})
            said, asked = [], []
            page.on("console", lambda message, said=said: said.append((message.type, message.text)))
            page.on("pageerror", lambda error, said=said: said.append(("pageerror", str(error))))
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            page.goto(file.as_uri())
            page.wait_for_selector("html[data-pictures=shown]", timeout=60_000)
            assert [one for one in said if one[0] not in ("log", "info", "debug")] == []
            assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [file.as_uri()]
            assert min(page.evaluate(CANVASES)) >= 1
            assert page.evaluate("document.documentElement.scrollWidth") <= 1200
            assert page.locator("b").count() == 0
            if name == "planted":
                _look_and_point(page)
            page.close()
        browser.close()


def _look_and_point(page):
    place = page.locator(".plot").first
    place.scroll_into_view_if_needed()
    pixels = np.asarray(Image.open(io.BytesIO(place.screenshot())).convert("L"))
    assert np.count_nonzero(pixels < 128) / pixels.size > 0.05
    box = place.bounding_box()
    page.mouse.move(box["x"] + 0.45 * box["width"], box["y"] + 0.5 * box["height"])
    tooltip = page.locator(".bk-tooltip-content").first
    tooltip.wait_for(timeout=30_000)
    assert re.match(r"epoch:\s*\d+\s*layer:\s*\d\s+\d\s*collapse:\s*0\.\d+", tooltip.inner_text())
