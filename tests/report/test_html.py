import json
import logging
import re
from itertools import pairwise

import pytest
from html_page import Page

from spectral_smooth.errors import InputError
from spectral_smooth.report.html import decay_table, render_html
from spectral_smooth.report.numbers import number

LIMIT = 3_000_000


@pytest.fixture
def page(rendered, example):
    return Page(rendered(example))


@pytest.fixture
def cora_page(rendered):
    return Page(rendered("cora"))


def test_it_is_small_and_says_nothing_to_the_log(analysis, caplog):
    with caplog.at_level(logging.WARNING):
        html = render_html(analysis)
    assert len(html.encode()) < LIMIT
    assert not caplog.records


def test_it_asks_nothing_of_the_network(page):
    for tag, attributes in page.tags:
        for name in ("src", "href", "action", "data", "poster", "srcset"):
            value = attributes.get(name)
            assert value is None or value.startswith(("data:", "#")), (tag, name, value)
    (policy,) = page.find("meta", **{"http-equiv": "Content-Security-Policy"})
    assert policy["content"].startswith("default-src 'none'")
    assert "http" not in policy["content"]


def test_the_answer_comes_first(cora_page):
    words = cora_page.words
    order = [
        words.index(x)
        for x in ("Moderate".lower(), "121 to 134 layers", "0.003621", "Limits on depth", "Settings")
    ]
    assert order == sorted(order)
    assert "cora" in words[:80]


def test_text_from_outside_is_text(attack, rendered):
    html = rendered("hostile")
    page = Page(html)
    assert len(page.scripts) == 3
    assert not page.find("b")
    assert attack.name in page.words
    assert "49" not in page.words.split()
    for script in page.scripts[:1]:
        assert "<" not in script
    assert "\ud800" not in html
    html.encode("utf-8")


def test_no_picture_holds_mathematics(rendered):
    # Bokeh would load MathJax from the network for it.
    pictures = Page(rendered("hostile")).scripts[0]
    for sign in ("$$", "\\(", "\\["):
        assert json.dumps(sign)[1:-1] not in pictures


def test_every_picture_has_its_place_and_its_words(page):
    pictures = json.loads(page.scripts[0])
    places = [a for tag, a in page.tags if a.get("class") == "plot"]
    assert sorted(pictures["roots"].values()) == sorted(place["id"] for place in places)
    assert {root["id"] for root in pictures["document"]["roots"]} == set(pictures["roots"])
    for place in places:
        assert place["role"] == "img"
        assert len(place["aria-label"]) > 20


def test_headings_do_not_skip_a_level(page):
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_title_and_the_language_are_set(page):
    assert page.find("html", lang="en")
    assert page.find("title")
    assert page.find("link", rel="icon", href="data:,")


def test_every_limit_comparison_setting_and_note_is_there(cora, cora_page):
    words = cora_page.words
    wanted = [limit.sentence for limit in cora.safe_depth.limits]
    wanted += [note.text for note in cora.audit] + [reason for c in cora.comparisons for reason in c.reasons]
    wanted += [
        *cora.warnings,
        *cora.verdict.facts,
        *cora.predicted.notes,
        *cora.plan,
        *cora.provenance["seconds"],
    ]
    for text in wanted:
        assert text in words


def test_every_measure_that_exists_is_shown_and_explained(cora, cora_page):
    names = {c.name for c in (*cora.predicted.curves, *cora.measured.curves) if c.component is None}
    pictures = json.loads(cora_page.scripts[0])
    # one picture each, and the spectrum, the degrees and the components
    assert len(pictures["roots"]) == len(names) + 3


def test_the_table_of_decay_is_what_the_curves_say(cora):
    table = decay_table(cora)
    column = table["titles"].index("energy")
    start = cora.measured.curve("energy").at(0)[0]
    for depth, cells in table["rows"]:
        assert cells[column][1] == number(cora.measured.curve("energy").at(int(depth))[0] / start)


def test_the_same_analysis_gives_the_same_file(analysis, example, rendered):
    assert render_html(analysis) == rendered(example)


def test_an_incomplete_analysis_says_so(attack, rendered):
    assert attack.incomplete
    assert "Not everything converged" in rendered("hostile")
    assert "Not everything converged" not in rendered("cora")


def test_nothing_to_smooth_is_said_instead_of_drawn(rendered):
    words = Page(rendered("one-node")).words
    assert "zero at every depth: there is nothing to smooth" in words
    assert "every node has degree 0" in words.lower()
    assert "There is nothing but the fixed space." in words


def test_a_missing_field_is_named(make):
    graph = {key: value for key, value in make("cora").graph.items() if key != "bipartite_components"}
    with pytest.raises(InputError, match="bipartite_components"):
        render_html(make("one-node", graph=graph))


@pytest.mark.parametrize(
    "name", ["two-classes", "blocks", "no-labels", "one-class", "all-unknown", "minorities", "no-edges"]
)
def test_a_labelled_report_is_sound(computed, rendered, name):
    labelled, html = computed(name), rendered(name)
    labelled_page = Page(html)
    places = [a for tag, a in labelled_page.tags if a.get("class") == "plot"]
    roots = json.loads(labelled_page.scripts[0])["roots"]
    assert sorted(roots.values()) == sorted(place["id"] for place in places)
    assert len(html.encode()) < LIMIT
    levels = [int(tag[1]) for tag, _ in labelled_page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    words = labelled_page.words
    for text in (
        labelled.advice.sentence,
        labelled.first.groups.sentence,
        "What smoothing is not",
        "2506.04653",
    ):
        assert text in words


def test_the_recommended_depth_comes_before_the_safe_depth(computed, rendered):
    page = Page(rendered("two-classes"))
    words, advice = page.words, computed("two-classes").advice
    words = words[words.index("Risk of oversmoothing") :]
    order = [
        words.index(x) for x in ("Recommended depth", f"{advice.recommended_depth} layers", "Safe depth")
    ]
    assert order == sorted(order)
    assert words.index("Window") < words.index("Safe depth")


@pytest.mark.parametrize("name", ["no-labels", "all-unknown", "one-class"])
def test_without_two_classes_the_safe_depth_says_so(computed, rendered, name):
    words = Page(rendered(name)).words
    card = words[words.index("Safe depth") : words.index("Gap and rate")]
    assert computed(name).advice.sentence in card


def test_every_class_has_its_row_with_prediction_and_measurement(computed, rendered):
    analysis = computed("minorities")
    words = Page(rendered("minorities")).words
    for one in analysis.first.classes.classes:
        assert f"class {one.label}{' (minority)' if one.minority else ''}" in words
    assert "Unresolved in float32" in words
    assert "n* is no part of it" in words


def test_the_verdict_does_not_repeat_the_advice(computed, rendered):
    analysis = computed("two-classes")
    words = Page(rendered("two-classes")).words
    card = words[words.index("Risk of oversmoothing") : words.index("Recommended depth")]
    assert analysis.advice.sentence.rstrip(".") not in card
    assert analysis.verdict.facts[-1] in card


def test_a_version_one_file_has_no_new_section(cora_page):
    for text in ("Who goes first", "What the labels say", "What smoothing is not"):
        assert text not in cora_page.words


def roots(pictures):
    found = json.loads(pictures)["document"]["roots"]
    return [{"attributes": {"match_aspect": False, **one["attributes"]}} for one in found]


def test_the_drawings_share_their_nodes_and_edges(rendered):
    pictures = Page(rendered("blocks")).scripts[0]
    assert sum(one["attributes"]["match_aspect"] for one in roots(pictures)) == 4
    # one column for four drawings, and what the pointer is told in each
    assert pictures.count('["density",') == 1 + 4
