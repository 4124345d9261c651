import re

import pytest

from spectral_smooth.report.rows import HEADINGS, render_row, render_table
from spectral_smooth.report.screen import SCREEN
from spectral_smooth.report.text import render_text

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def test_the_text_fits_one_screen(analysis):
    lines = render_text(analysis, written=["a.json", "b.html"]).split("\n")
    assert len(lines) <= SCREEN
    assert max(map(len, lines)) <= 100


def test_a_narrow_terminal_gets_narrow_lines(analysis):
    lines = render_text(analysis, width=80).split("\n")
    assert max(map(len, lines)) <= 80
    assert len(lines) <= SCREEN


def test_no_control_character_reaches_the_terminal(analysis):
    text = render_text(analysis)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ud800-\udfff]", text)


def test_colour_adds_codes_and_nothing_else(analysis):
    plain, coloured = render_text(analysis), render_text(analysis, color=True)
    assert coloured != plain
    assert ANSI.sub("", coloured) == ANSI.sub("", plain)


def test_it_says_what_a_reader_must_know(cora):
    text = render_text(cora, written=["cora.html", "cora.json"])
    for wanted in (
        "2,708 nodes",
        "5,278 edges",
        "78 components",
        "gap 0.003621",
        "rate 0.9964",
        "fixed space of 78 dimensions",
        "SAFE DEPTH  121 to 134 layers",
        "MODERATE RISK",
        "float32 resolution",
        "not certified",
        "cora.html, cora.json",
        "more in the full report",
    ):
        assert wanted in text
    assert " ".join(cora.safe_depth.sentence.split()) in " ".join(text.split())


def test_the_decay_table_holds_prediction_and_measurement(cora):
    lines = render_text(cora).split("\n")
    energy, start = cora.measured.curve("energy"), cora.measured.curve("energy").at(0)[0]
    predicted = cora.predicted.curve("energy")
    for depth in (1, 2, 4, 8, 16, 32, 64):
        (line,) = [one for one in lines if re.match(rf"  {depth}  ", one)]
        low, high, seen = (float(x) for x in re.findall(r"[\d.]+(?:e-\d+)?", line)[1:4])
        assert low == pytest.approx(predicted.at(depth)[0] / start, rel=1e-3)
        assert high == pytest.approx(predicted.at(depth)[1] / start, rel=1e-3)
        assert seen == pytest.approx(energy.at(depth)[0] / start, rel=1e-3)


def test_a_broken_prediction_is_shouted(make):
    comparisons = tuple(
        type(one)(**{**vars(one), "contained": False})
        for one in make("cora").comparisons
        if one.name == "energy"
    )
    assert "NOT inside the prediction" in render_text(make("cora", comparisons=comparisons, warnings=()))


def test_long_paths_get_a_line_each(cora):
    paths = ["/a/very/long/folder/" * 3 + "one.json", "/a/very/long/folder/" * 3 + "two.html"]
    lines = render_text(cora, written=paths).split("\n")
    assert [line[9:] for line in lines[-2:]] == paths


def test_a_row_has_a_cell_under_every_heading(analysis):
    row = render_row(analysis)
    assert len(row) == len(HEADINGS)
    assert row[-1].startswith(analysis.verdict.level)
    assert ("incomplete" in row[-1]) == analysis.incomplete


def test_the_table_aligns_and_ends_with_the_failures(make):
    rows = [render_row(make(name)) for name in ("cora", "one-node", "no-limit", "hostile")]
    lines = render_table(rows, [("x.npz", "is\x1b[2J empty")]).split("\n")
    ends = {line.index(row[1]) + len(row[1]) for line, row in zip(lines[1:5], rows, strict=True)}
    assert len(ends) == 1
    assert lines[-2:] == ["1 failed:", "  x.npz: is\ufffd[2J empty"]


def test_a_table_of_failures_alone_says_so():
    assert render_table([], [("a", "b")]).startswith("no graph was analysed")


def test_a_labelled_report_fits_one_screen(labelled):
    for width in (80, 100):
        lines = render_text(labelled, width=width, written=["a.json", "b.html"]).split("\n")
        assert len(lines) <= SCREEN
        assert max(map(len, lines)) <= width


def test_the_recommended_depth_has_its_line_and_its_sentence(computed):
    analysis = computed("two-classes")
    first, last = analysis.advice.window
    text = render_text(analysis)
    assert f"RECOMMENDED DEPTH  {analysis.advice.recommended_depth}  window {first}–{last}" in text
    words = " ".join(text.split())
    assert words.count(analysis.advice.sentence) == 1
    assert "SAFE DEPTH" in text


@pytest.mark.parametrize("name", ["no-labels", "all-unknown", "one-class"])
def test_without_two_classes_it_says_that_this_is_the_safe_depth_only(computed, name):
    text = render_text(computed(name))
    assert "RECOMMENDED DEPTH  needs training labels of two classes" in text
    assert "SAFE DEPTH" in text


def test_minority_classes_are_named(computed):
    analysis = computed("minorities")
    words = " ".join(render_text(analysis).split())
    assert "WHO GOES FIRST" in words
    for one in analysis.first.classes.classes:
        assert (f"lass {one.label}, " in words) == one.minority


def test_the_row_holds_the_recommended_depth(computed, cora):
    column = HEADINGS.index("recommended")
    assert render_row(cora)[column] == "—"
    advice = computed("two-classes").advice
    first, last = advice.window
    assert render_row(computed("two-classes"))[column] == f"{advice.recommended_depth} ({first}–{last})"
