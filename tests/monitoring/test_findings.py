"""Findings: each a function of the numbers, tried on numbers made by hand."""

from __future__ import annotations

import json

import pytest

from spectral_smooth.errors import UsageError
from spectral_smooth.monitoring.judging.by_class import explained_by_classes
from spectral_smooth.monitoring.judging.dead_units import find_dead_units
from spectral_smooth.monitoring.judging.destination import destinations
from spectral_smooth.monitoring.judging.diagnosis import diagnose
from spectral_smooth.monitoring.judging.directions import (
    find_correlated_columns,
    find_rank_collapse,
    rank_one_share,
)
from spectral_smooth.monitoring.judging.finding import KINDS, Finding, confidence_word
from spectral_smooth.monitoring.judging.norm_change import find_norm_change
from spectral_smooth.monitoring.judging.remedies import Remedy, remedy_for
from spectral_smooth.monitoring.judging.smoothing import find_smoothing
from spectral_smooth.monitoring.judging.thresholds import Thresholds
from spectral_smooth.monitoring.measuring.layer_numbers import LayerNumbers

LIMITS = Thresholds()
HEALTHY = {
    "rms": 1.0,
    "dead_columns": 0.0,
    "dead_rows": 0.0,
    "constant_distance": 0.9,
    "degree_distance": 0.9,
    "profile_distance": 0.9,
    "stable_rank": 5.0,
    "effective_rank": 9.0,
    "column_correlation": 0.2,
}


def layer(columns=16, modes=None, classes=0, rows=100, separations=None, **values):
    """Numbers of a healthy layer, but for what is given."""
    apart = separations or (1.0,) * classes
    per_class = {"class_distance": (0.5,) * classes, "class_separation": apart} if classes else {}
    return LayerNumbers("conv", rows, columns, "float32", HEALTHY | values, {}, {}, per_class, modes)


def stack(name, values, **others):
    return [layer(**{name: value}, **others) for value in values]


def test_smoothing_begins_where_the_distance_stays_below():
    found = find_smoothing(stack("degree_distance", [0.9, 0.05, 0.5, 0.08, 0.02]), LIMITS)
    assert (found.kind, found.layer, found.at, found.destination) == ("smoothing", 3, 4, "√degree")
    assert (found.measure, found.value, found.threshold) == ("degree_distance", 0.02, 0.1)
    assert "from layer 3 (conv) on" in found.sentence
    assert find_smoothing(stack("degree_distance", [0.9, 0.05, 0.5]), LIMITS) is None


def test_the_simplest_destination_that_is_about_as_near():
    near = {"constant_distance": 0.025, "degree_distance": 0.09, "profile_distance": 0.02}
    assert find_smoothing([layer(**near)], LIMITS).destination == "constants"
    far = near | {"constant_distance": 0.3}
    assert find_smoothing([layer(**far)], LIMITS).destination == "constants and √degree"
    modes = (0.9, 0.5, 0.02, 0.019)
    found = find_smoothing([layer(modes=modes)], LIMITS)
    assert (found.destination, found.measure) == ("top-3 eigenspace", "mode_distance_2")
    assert find_smoothing([layer(modes=modes, **near)], LIMITS).destination == "constants"


def test_destinations_are_named_by_their_directions():
    found = destinations(layer(modes=(0.9, 0.5, 0.3)))
    assert [one.name for one in found] == [
        "constants",
        "√degree",
        "constants and √degree",
        "top-2 eigenspace",
        "top-3 eigenspace",
    ]
    assert [one.slow_modes for one in found] == [0, 0, 0, 1, 2]
    assert len(destinations(layer())) == 3


def test_a_stretch_that_later_layers_leave_counts_if_it_is_long_enough():
    assert find_smoothing(stack("constant_distance", [0.9, 0.05, 0.05, 0.9]), LIMITS).layer == 1
    assert find_smoothing(stack("constant_distance", [0.9, 0.05, 0.9, 0.9]), LIMITS) is None
    long = [0.9] * 5 + [0.05] * 2 + [0.9] * 5
    assert find_smoothing(stack("constant_distance", long), LIMITS) is None, "two of twelve"
    found = find_smoothing(stack("constant_distance", [0.9] * 5 + [0.05, 0.01, 0.05] + [0.9] * 4), LIMITS)
    assert (found.layer, found.at, found.value) == (5, 6, 0.01)
    assert "later layers take the common part away" in found.sentence


def test_labels_acquit_a_stretch_that_ends_in_classes():
    told = layer(classes=3, class_share=0.8, class_distance=0.3)
    smooth = stack("constant_distance", [0.05, 0.05])
    assert find_smoothing([*smooth, told], LIMITS) is None
    assert (
        find_smoothing([*smooth, layer(classes=3, class_share=0.1, class_distance=0.9)], LIMITS) is not None
    )


def test_layers_gathered_by_class_near_slow_modes_are_no_smoothing():
    modes = (0.9, 0.08)
    assert find_smoothing([layer(modes=modes)], LIMITS) is not None
    assert find_smoothing([layer(modes=modes, classes=2, class_share=0.9)], LIMITS) is None
    assert find_smoothing([layer(modes=modes, classes=2, class_share=0.3)], LIMITS) is not None
    merged = layer(modes=modes, classes=5, class_share=0.9, separations=(3.0, 0.1, 0.1, 0.1, 0.1))
    assert find_smoothing([merged], LIMITS) is not None


@pytest.mark.parametrize(("distance", "found"), [(0.05, False), (0.005, True)])
def test_a_common_offset_beside_classes_is_no_smoothing_but_next_to_nothing_is(distance, found):
    one = layer(classes=3, class_share=0.98, constant_distance=distance, profile_distance=distance)
    assert (find_smoothing([one], LIMITS) is not None) == found
    if not found:
        assert any("small beside what all its rows share" in told for told in diagnose([one]).observations)


@pytest.mark.parametrize("columns", [1, 3])
def test_a_narrow_last_layer_is_not_judged_by_itself(columns):
    head = layer(columns=columns, constant_distance=0.02, profile_distance=0.02)
    assert find_smoothing([layer(), head], LIMITS) is None
    assert any("offset of a score or regression" in told for told in diagnose([layer(), head]).observations)
    smooth = layer(constant_distance=0.02)
    assert find_smoothing([layer(), smooth, head], LIMITS).layer == 1
    assert find_smoothing([head, head], LIMITS).layer == 0
    assert find_smoothing([layer(), layer(columns=4, constant_distance=0.02)], LIMITS).layer == 1


def test_the_component_of_most_nodes_decides():
    giant = layer(constant_distance=0.4, constant_distance_median=0.01)
    found = find_smoothing([layer(), giant], LIMITS)
    assert (found.layer, found.destination, found.measure) == (1, "constants", "constant_distance_median")
    assert "in the components of most nodes" in found.sentence


def test_a_few_rows_far_away_are_told():
    told = diagnose([layer(), layer(median_pair_distance=0.001)]).observations
    assert any("half of all pairs of rows" in sentence for sentence in told)
    assert not diagnose([layer(), layer(median_pair_distance=0.9)]).observations


@pytest.mark.parametrize("find", [find_rank_collapse, find_correlated_columns, find_dead_units])
def test_of_a_handful_of_nodes_little_is_said(find):
    values = {"stable_rank": 1.0, "effective_rank": 1.0, "column_correlation": 1.0, "dead_columns": 0.9}
    assert find([layer(rows=7, **values)] * 2, LIMITS) is None
    assert find([layer(rows=8), layer(rows=8, **values)], LIMITS) is not None


@pytest.mark.parametrize("value", [-1.0, 0.0, float("nan"), float("inf"), "0.1", True])
def test_thresholds_are_positive_numbers(value):
    with pytest.raises(UsageError, match="smooth"):
        Thresholds(smooth=value)


def test_zeros_are_not_smooth():
    zero = {"rms": 0.0, "constant_distance": 0.0, "degree_distance": 0.0, "profile_distance": 0.0}
    assert find_smoothing([layer(**zero)], LIMITS) is None


@pytest.mark.parametrize(
    ("values", "layer_number"),
    [
        ({"stable_rank": [5.0, 1.004, 1.004]}, 1),
        ({"effective_rank": [9.0, 9.0, 1.3]}, 2),
    ],
)
def test_rank_collapse_by_either_rank(values, layer_number):
    ((name, series),) = values.items()
    found = find_rank_collapse(stack(name, series), LIMITS)
    assert (found.kind, found.layer, found.at) == ("rank collapse", layer_number, 2)


def test_few_columns_have_no_rank_and_no_correlation_to_lose():
    assert find_rank_collapse(stack("effective_rank", [1.0, 1.0], columns=3), LIMITS) is None
    assert find_correlated_columns(stack("column_correlation", [1.0, 1.0], columns=3), LIMITS) is None
    assert find_rank_collapse(stack("effective_rank", [1.0, 1.0], columns=4), LIMITS) is not None


def test_rank_one_share_is_a_distance():
    assert rank_one_share(layer(stable_rank=1.0)) == 0.0
    assert rank_one_share(layer(stable_rank=2.0)) == pytest.approx(0.5**0.5)
    assert rank_one_share(layer(stable_rank=0.0)) == 0.0
    assert find_rank_collapse(stack("stable_rank", [0.0, 0.0]), LIMITS) is None


def test_few_classes_explain_few_directions():
    flat = {"class_share": 0.9, "effective_rank": 1.2, "stable_rank": 1.001, "column_correlation": 0.95}
    two = layer(classes=2, **flat)
    # seven classes on a line, most of them upon another one
    seven = layer(classes=7, separations=(2.0, 0.2, 0.1, 0.1, 0.2, 0.2, 1.0), **flat)
    mixed = layer(classes=2, class_share=0.2, effective_rank=1.2)
    assert explained_by_classes(two, LIMITS)
    assert not explained_by_classes(seven, LIMITS)
    assert not explained_by_classes(mixed, LIMITS)
    assert not explained_by_classes(layer(), LIMITS)
    assert find_rank_collapse([two, two], LIMITS) is None
    assert find_correlated_columns([two, two], LIMITS) is None
    assert find_rank_collapse([seven, seven], LIMITS) is not None
    assert find_correlated_columns([seven, seven], LIMITS) is not None


def test_correlated_columns():
    found = find_correlated_columns(stack("column_correlation", [0.2, 0.85, 0.95]), LIMITS)
    assert (found.layer, found.value, found.threshold) == (1, 0.95, 0.8)
    assert find_correlated_columns(stack("column_correlation", [0.9, 0.7]), LIMITS) is None


@pytest.mark.parametrize(
    ("shares", "layer_number"),
    [
        ([0.0, 0.5, 0.5], 1),
        ([0.0, 0.5, 0.0], 1),
        ([0.8, 0.6, 0.7], 0),
        ([0.9, 0.0, 0.5], 2),
        ([0.0, 0.2, 0.2], None),
        ([0.9, 0.0, 0.0], None),
        ([0.6, 0.6, 0.6], None),
        ([1.0, 1.0], 0),
        ([0.0, 0.06], None),
    ],
)
def test_dead_units_need_not_last_and_empty_inputs_are_none(shares, layer_number):
    found = find_dead_units(stack("dead_columns", shares), LIMITS)
    assert (None if found is None else found.layer) == layer_number
    if found is not None:
        assert found.at >= found.layer
        assert found.value == max(shares[found.layer :])


def test_inputs_of_another_width_do_not_set_the_onset_of_dead_units():
    layers = [layer(columns=1433, dead_columns=0.9), layer(dead_columns=0.6), layer(dead_columns=0.5)]
    found = find_dead_units(layers, LIMITS)
    assert (found.layer, found.at, found.value) == (1, 1, 0.6)
    assert "60 % of the columns of layer 1" in found.sentence


def test_one_dead_column_of_few_is_none():
    assert find_dead_units([layer(), layer(columns=2, dead_columns=0.5)], LIMITS) is None


def test_empty_columns_that_are_handed_on_are_told():
    told = diagnose(stack("dead_columns", [0.6, 0.6])).observations
    assert any("60 % of the columns are zero at every node" in sentence for sentence in told)
    assert not diagnose(stack("dead_columns", [0.0, 0.0])).observations


@pytest.mark.parametrize(
    ("sizes", "kind", "layer_number"),
    [
        ([1.0, 0.3, 0.09, 0.027], "shrinking norm", 1),
        ([1.0, 1.0, 1.0, 0.1, 0.01, 0.001], "shrinking norm", 3),
        ([1.0, 5.0, 25.0, 125.0], "exploding norm", 1),
        ([1.0, 2000.0], "exploding norm", 1),
        ([1.0, 0.0005], "shrinking norm", 1),
        ([1.0, 0.02, 0.02, 0.02], None, None),
        ([500.0, 1.0, 1.0], None, None),
        ([1.0, 2.0, 4.0, 3.0], None, None),
        ([0.001, 0.01, 0.1, 1.0], None, None),
        ([1.0, 0.1, 0.01, 1.0], None, None),
        ([1.0, 1.0, 0.0], None, None),
        ([0.0, 0.0], None, None),
    ],
)
def test_norms(sizes, kind, layer_number):
    found = find_norm_change(stack("rms", sizes), LIMITS)
    assert (None if found is None else (found.kind, found.layer)) == (
        None if kind is None else (kind, layer_number)
    )


def test_inputs_of_another_width_are_no_reference_for_norms():
    inputs = layer(columns=1433, rms=0.005)
    assert find_norm_change([inputs, layer(), layer(rms=2.0)], LIMITS) is None
    assert find_norm_change([layer(columns=1433, rms=5000.0), layer(), layer()], LIMITS) is None


def test_what_follows_from_a_graver_finding_is_not_said_again():
    alike = layer(constant_distance=0.01, effective_rank=1.01, stable_rank=1.0001, column_correlation=0.99)
    assert [f.kind for f in diagnose([layer(), alike]).findings] == ["smoothing"]
    flat = layer(effective_rank=1.01, stable_rank=1.0001, column_correlation=0.99)
    assert [f.kind for f in diagnose([layer(), flat]).findings] == ["rank collapse"]
    hardly = layer(columns=8, dead_columns=0.75, effective_rank=1.4, column_correlation=0.99)
    assert [f.kind for f in diagnose([layer(columns=8), hardly]).findings] == ["dead units"]
    both = [layer(), layer(dead_columns=0.5, rms=0.1), layer(dead_columns=0.5, rms=0.01)]
    assert [f.kind for f in diagnose(both).findings] == ["dead units", "shrinking norm"]


def test_what_is_no_fault_is_observed():
    passing = diagnose(stack("profile_distance", [0.9, 0.05, 0.9, 0.9, 0.9]))
    assert passing.kind == "nothing wrong"
    assert any("nearly smooth" in sentence for sentence in passing.observations)
    rows = diagnose(stack("dead_rows", [0.0, 0.25]))
    assert any(sentence.startswith("25 % of the nodes have a zero row") for sentence in rows.observations)
    rank = diagnose(stack("effective_rank", [12.0, 2.0]))
    assert any("give labels to tell" in sentence for sentence in rank.observations)
    alike = [layer(classes=3, class_share=s, constant_distance=d) for s, d in ((0.1, 0.9), (0.7, 0.005))]
    assert any("read-out that rescales" in sentence for sentence in diagnose(alike).observations)


def test_classes_at_one_place_are_not_called_well_trained():
    gathered = [layer(classes=7, class_share=s) for s in (0.1, 0.7)]
    assert any("what training is for" in sentence for sentence in diagnose(gathered).observations)
    merged = layer(classes=5, class_share=0.9, separations=(3.0, 0.1, 0.1, 0.1, 0.1))
    found = diagnose([gathered[0], merged])
    assert not found.clustering
    assert any("4 of 5 classes lie where another one does" in sentence for sentence in found.observations)
    assert not any("what training is for" in sentence for sentence in found.observations)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_remedy_with_a_reason_and_goes_through_json(kind):
    one = Finding(kind, 3, "conv3", 5, 2, None, 0.6, "rms", 0.1, 0.2, "constants", "a sentence")
    assert Finding.from_dict(json.loads(json.dumps(one.to_dict()))) == one
    assert str(one) == "a sentence"
    for graph in (True, False, None):
        remedy = remedy_for(one, graph_does_it=graph)
        assert remedy.action
        assert remedy.reason
        assert Remedy.from_dict(json.loads(json.dumps(remedy.to_dict()))) == remedy


def test_an_unknown_kind_is_refused():
    with pytest.raises(UsageError, match="unknown kind of finding 'boredom'"):
        Finding("boredom", 0, "a", 0, None, None, 1.0, "rms", 0.0, 0.0, "", "")


def test_confidence_in_words():
    assert [confidence_word(c) for c in (1.0, 0.8, 0.79, 0.5, 0.49)] == [
        "high",
        "high",
        "moderate",
        "moderate",
        "low",
    ]
