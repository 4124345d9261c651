import re

import pytest
from monitored import MAKERS, monitored

from spectral_smooth.report.monitoring import told
from spectral_smooth.report.monitoring.text import render_monitor_text
from spectral_smooth.report.screen import SCREEN

ANSI = re.compile(r"\x1b\[[0-9;]*m")
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ud800-\udfff]")


@pytest.fixture(params=sorted(MAKERS))
def result(request):
    return monitored(request.param)


def words_of(result, **how):
    return " ".join(render_monitor_text(result, **how).split())


@pytest.mark.parametrize("width", [60, 80, 100, 160])
def test_the_text_fits_one_screen(result, width):
    lines = render_monitor_text(result, width=width, written=["a.json", "b.html"]).split("\n")
    assert len(lines) <= SCREEN
    assert max(map(len, lines)) <= width


def test_no_control_character_reaches_the_terminal(result):
    assert not CONTROL.search(render_monitor_text(result))


def test_colour_adds_codes_and_nothing_else(result):
    plain, coloured = render_monitor_text(result), render_monitor_text(result, color=True)
    assert coloured != plain
    assert ANSI.sub("", coloured) == ANSI.sub("", plain)


def test_the_answer_comes_first_with_what_to_try():
    result = monitored("smoothing")
    words, finding = words_of(result), result.diagnosis.findings[0]
    wanted = (
        "SMOOTHING since layer 3 (conv3)",
        finding.sentence,
        "high confidence",
        "LEADS TO constants",
        f"TRY FIRST {result.diagnosis.remedies[0]}",
        f"PACE {result.pace.sentence}",
        "LAYERS",
        "CLASSES 2 classes",
        "NOTES",
    )
    places = [words.index(text) for text in wanted]
    assert places == sorted(places)


def test_what_else_was_found_follows_with_its_remedy():
    result = monitored("exact-zeros")
    words = words_of(result)
    for finding, remedy in zip(result.diagnosis.findings[1:], result.diagnosis.remedies[1:], strict=True):
        assert f"{finding.kind}: {finding.sentence}; try first: {remedy.action}" in words


def test_nothing_wrong_is_said_with_where_the_layers_are():
    words = words_of(monitored("healthy"))
    assert "NOTHING WRONG" in words
    assert "LEADS TO nowhere smooth: the nearest smooth state" in words
    assert "TRY FIRST" not in words
    gathered = words_of(monitored("clustering"))
    assert "NOTHING WRONG: the layers gather by class" in gathered
    assert "LEADS TO class means" in gathered


def test_the_table_holds_the_numbers_of_its_layers():
    result = monitored("smoothing")
    lines = render_monitor_text(result, width=120).split("\n")
    for at, layer in enumerate(result.layers):
        (line,) = [one for one in lines if re.match(rf"  [ >]{at} +{layer.name}\b", one)]
        assert line.startswith("  >") == (at == result.diagnosis.layer)
        numbers = [float(x) for x in re.findall(r"-?\d[\d.]*(?:e-\d+)?", line.split(layer.name, 1)[1])]
        assert numbers[:3] == pytest.approx(
            [layer.columns, layer.values["collapse"], told.nearest_state(result, layer).distance], rel=1e-2
        )
        assert numbers[-1] == pytest.approx(layer.values["rms"], rel=1e-2)


def test_a_deep_stack_shows_both_ends_and_the_onset():
    result = monitored("deep")
    shown = told.chosen_layers(result)
    onset = result.diagnosis.layer
    assert len(shown) <= told.LAYERS_SHOWN
    assert {0, onset - 1, onset, len(result.layers) - 1} <= set(shown)
    assert shown == sorted(set(shown))
    assert f"{64 - len(shown)} of 64 not shown" in words_of(result)


@pytest.mark.parametrize("most", [1, 2, 3, 5, 12, 64, 100])
def test_layers_are_chosen_from_those_there_are(result, most):
    shown = told.chosen_layers(result, most)
    assert set(shown) <= set(range(len(result.layers)))
    assert shown == sorted(set(shown))
    assert {0, len(result.layers) - 1} <= set(shown)


def test_a_cosine_near_one_is_told_by_its_distance():
    layers = monitored("deep").layers
    assert told.cosine_text(layers[-1]).startswith("1 − 1")
    assert float(told.cosine_text(layers[2])) == pytest.approx(layers[2].values["mean_cosine"], rel=1e-2)
    assert told.cosine_text(monitored("exact-zeros").layers[-1]) == "1"


def test_classes_components_and_attention_have_their_line():
    assert "68 classes of one node left out" in words_of(monitored("many-classes"))
    assert "COMPONENTS collapse" in words_of(monitored("many-components"))
    assert "CLASSES" not in words_of(monitored("many-components"))
    attention = monitored("attention")
    assert f"ATTENTION {attention.attention.sentence}" in words_of(attention)


def test_one_layer_without_plain_smoothing_has_no_pace():
    assert "PACE" not in words_of(monitored("one-layer"))


def test_an_onset_that_other_thresholds_do_not_share_is_told_as_such():
    finding = monitored("deep").diagnosis.findings[0]
    assert finding.confidence < 0.8
    told_of = told.sure(finding)
    assert f"reached at layer {finding.earliest}, the strictest at layer {finding.latest}" in told_of
