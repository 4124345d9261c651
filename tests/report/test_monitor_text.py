import dataclasses
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
    assert [told.cosine_text(layer) for layer in monitored("exact-zeros").layers[-2:]] == ["1", "—"]


def test_a_layer_of_zeros_is_called_that_and_not_smooth():
    words = words_of(monitored("exact-zeros"))
    assert "LEADS TO nowhere smooth: the last layer is zero at every node" in words
    assert re.search(r"\n +5 +16 +— +zero at every node +—", render_monitor_text(monitored("exact-zeros")))
    assert "CLASSES 2 classes; the last layer is zero at every node." in words
    many = monitored("many-components")
    last = many.layers[-1]
    zero = dataclasses.replace(last, values={**last.values, "rms": 0.0})
    assert told.component_line(dataclasses.replace(many, layers=(*many.layers[:-1], zero))).endswith(
        "zero at every node"
    )


def test_a_doubtful_finding_is_told_as_one():
    result = monitored("smoothing")
    (first, *rest) = result.diagnosis.findings
    doubtful = dataclasses.replace(first, confidence=0.4)
    diagnosis = dataclasses.replace(result.diagnosis, findings=(doubtful, *rest))
    unsure = dataclasses.replace(result, diagnosis=diagnosis)
    words = words_of(unsure)
    assert "PERHAPS SMOOTHING since layer 3" in words
    assert words.index("low confidence") < words.index(first.sentence)
    assert told.headline(unsure).startswith("perhaps smoothing since")
    assert (told.level(unsure), told.level(result)) == ("moderate", "high")
    assert "PERHAPS" not in words_of(result)


def test_classes_components_and_attention_have_their_line():
    assert "68 classes of one node left out" in words_of(monitored("many-classes"))
    assert "COMPONENTS distance to the nearest smooth state" in words_of(monitored("many-components"))
    assert "CLASSES" not in words_of(monitored("many-components"))
    attention = monitored("attention")
    assert f"ATTENTION {attention.attention.sentence}" in words_of(attention)


def test_one_layer_without_plain_smoothing_has_no_pace():
    assert "PACE" not in words_of(monitored("one-layer"))


def test_of_the_smooth_states_the_nearest_one_is_told_by_component():
    result = monitored("many-components")
    last = result.layers[-1]
    count = len(result.graph["components"])
    groups = {**last.groups, "collapse": (0.31,) * count, "constant_distance": (0.02,) + (0.5,) * (count - 1)}
    layers = (*result.layers[:-1], dataclasses.replace(last, groups=groups))
    said = told.component_line(dataclasses.replace(result, layers=layers))
    assert said.startswith("distance to the nearest smooth state 0.02 in component 0")
    assert "to 0.31 in component" in said


def test_an_onset_that_other_thresholds_do_not_share_is_told_as_such():
    finding = monitored("exact-zeros").diagnosis.findings[0]
    assert finding.confidence < 0.8
    told_of = told.sure(finding)
    assert f"reached at layer {finding.earliest}, the strictest at layer {finding.latest}" in told_of
