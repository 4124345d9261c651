"""diagnose(): planted faults at the planted layer, healthy stacks left alone, and numbers alone decide."""

from __future__ import annotations

import json

import numpy as np
import pytest
from monitoring import stacks
from monitoring.healthy_stacks import HEALTHY

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.formats.reader import read
from spectral_smooth.monitoring.judging.diagnosis import Diagnosis, diagnose
from spectral_smooth.monitoring.judging.thresholds import Thresholds
from spectral_smooth.monitoring.measuring.layer_numbers import LayerNumbers
from spectral_smooth.operators.operator import gcn

SEEDS = range(10)
SMOOTH = {
    "constants": (stacks.constants, {}, "constants"),
    "degrees": (stacks.degrees, {}, "√degree"),
    "three eigenvectors": (stacks.slow_modes, {}, "top-3 eigenspace"),
    "three slow ones": (stacks.slow_modes, {"count": 3, "fixed": False}, "top-4 eigenspace"),
}


def drawn(seed):
    """Generator of a seed, and the layer that a fault is planted at."""
    rng = np.random.default_rng([seed, 1])
    return rng, int(rng.integers(1, 6))


def findings(diagnosis):
    return [(finding.kind, finding.layer) for finding in diagnosis.findings]


def resolved(op, destination, noise):
    """Whether √degree can be told from constants beneath that much noise."""
    if destination not in ("constants", "√degree"):
        return True
    apart = stacks.measured(op, np.sqrt(op.degrees)[:, None]).values["constant_distance"]
    return apart > 5.0 * noise


@pytest.mark.parametrize("graph", stacks.GRAPHS)
@pytest.mark.parametrize("name", SMOOTH)
def test_smooth_destinations_are_found_where_they_begin(graph, name):
    state, options, destination = SMOOTH[name]
    op, judge = stacks.operator(graph), stacks.judge(graph)
    for seed in SEEDS:
        rng, at = drawn(seed)
        noise = rng.uniform(0.01, 0.05)
        found = judge(stacks.sudden(op, rng, state, at=at, noise=noise, **options))
        assert findings(found) == [("smoothing", at)], (seed, noise)
        assert found.findings[0].earliest == at
        if resolved(op, destination, noise):
            assert found.destination == destination, (seed, noise)
            assert found.confidence == 1.0
            assert found.findings[0].value <= 2.0 * noise
        else:
            assert found.destination in ("constants", "√degree")


@pytest.mark.parametrize("graph", stacks.GRAPHS)
@pytest.mark.parametrize("name", SMOOTH)
def test_a_gradual_onset_is_where_the_threshold_is_crossed(graph, name):
    state, options, _ = SMOOTH[name]
    op, judge = stacks.operator(graph), stacks.judge(graph)
    for seed in range(2):
        layers = stacks.gradual(op, np.random.default_rng([seed, 2]), state, **options)
        found = judge(layers)
        assert [f.kind for f in found.findings] == ["smoothing"]
        finding = found.findings[0]
        at = [numbers_of(judge, layer, finding.measure) for layer in layers]
        assert finding.layer == next(i for i, d in enumerate(at) if d <= 0.1)
        # halved each layer: half and twice the threshold are one layer away
        assert finding.earliest == finding.layer - 1
        assert finding.latest == finding.layer + 1
        assert finding.confidence == 1.0
        assert finding.value == pytest.approx(at[-1])


def numbers_of(judge, layer, measure):
    """One distance of a layer, by the name that a finding gives it."""
    numbers = judge.measure([layer])[0]
    if measure.startswith("mode_distance_"):
        return numbers.modes[int(measure.rsplit("_", 1)[1])]
    return numbers.values[measure]


@pytest.mark.parametrize("graph", ["karate", "communities", "grid"])
def test_a_read_out_that_takes_the_common_part_away_does_not_acquit(graph):
    op, judge = stacks.operator(graph), stacks.judge(graph)
    for seed in SEEDS:
        rng, at = drawn(seed)
        layers = stacks.sudden(op, rng, stacks.constants, at=at)
        layers.append(50.0 * (layers[-1] - layers[-1].mean(axis=0)) @ rng.standard_normal((16, 7)))
        found = judge(layers)
        assert (found.kind, found.layer) == ("smoothing", at)
        assert at <= found.findings[0].at < len(layers) - 1


@pytest.mark.parametrize("graph", stacks.GRAPHS)
def test_rank_collapse_is_no_smoothing(graph):
    op, judge = stacks.operator(graph), stacks.judge(graph)
    for seed in SEEDS:
        (rng, at), positive = drawn(seed), bool(seed % 2)
        layers = stacks.rank_one(op, rng, at=at, noise=rng.uniform(0.0, 0.05), positive=positive)
        found = judge(layers)
        assert findings(found) == [("rank collapse", at)], seed
        assert not found.destination
        if positive:  # the cosine is deceived, the diagnosis is not
            assert stacks.measured(op, layers[-1]).values["mean_cosine"] > 0.9


@pytest.mark.parametrize("graph", stacks.GRAPHS)
def test_correlated_columns(graph):
    op, judge = stacks.operator(graph), stacks.judge(graph)
    for seed in SEEDS:
        rng, at = drawn(seed)
        layers = stacks.correlated(op, rng, at=at, noise=rng.uniform(0.15, 0.3))
        assert findings(judge(layers)) == [("correlated columns", at)], seed


@pytest.mark.parametrize("graph", stacks.GRAPHS)
def test_dead_units(graph):
    op, judge = stacks.operator(graph), stacks.judge(graph)
    for seed in range(12):
        (rng, at), share = drawn(seed), (0.5, 0.6, 0.9, 1.0)[seed % 4]
        found = judge(stacks.dead(op, rng, at=at, share=share, depth=7))
        assert findings(found) == [("dead units", at)], seed
        assert found.findings[0].value == share


@pytest.mark.parametrize("factor", [0.5, 0.3, 0.1, 3.0, 10.0])
def test_norms_that_shrink_or_explode(factor):
    kind = "shrinking norm" if factor < 1 else "exploding norm"
    for seed in SEEDS:
        (rng, at), graph = drawn(seed), list(stacks.GRAPHS)[seed % len(stacks.GRAPHS)]
        layers = stacks.resized(stacks.operator(graph), rng, at=at, factor=factor, depth=12)
        assert findings(stacks.judge(graph)(layers)) == [(kind, at)], (graph, seed)


@pytest.mark.parametrize("classes", [2, 3, 7])
@pytest.mark.parametrize("graph", stacks.GRAPHS)
def test_gathering_by_class_is_what_training_is_for(graph, classes):
    op = stacks.operator(graph)
    labels = np.arange(op.graph.num_nodes) % classes
    half = np.where(np.random.default_rng(0).random(len(labels)) < 0.5, labels, -1)
    for given in (labels, half):
        judge = stacks.Judge(op, given)
        for seed in range(2):
            found = judge(stacks.by_class(np.random.default_rng([seed, 3]), labels))
            assert not found.findings, seed
            assert found.clustering
            assert found.destination == "class means"
            assert str(found) == "nothing wrong: the layers gather by class"
            assert any("between classes" in sentence for sentence in found.observations)


def test_classes_that_follow_the_graph_are_no_collapse():
    """The two communities are the slowest mode: labels tell the class means from it."""
    op = stacks.operator("communities")
    labels = (stacks.top_vectors(op, 1)[:, 0] > 0).astype(int)
    labelled = stacks.Judge(op, labels)
    for seed in SEEDS:
        layers = stacks.by_class(np.random.default_rng([seed, 4]), labels, depth=8)
        found = labelled(layers)
        assert not found.findings
        assert found.destination == "class means"


@pytest.mark.parametrize("graph", ["karate", "communities", "grid"])
def test_labels_do_not_acquit_what_is_smooth(graph):
    op = stacks.operator(graph)
    labels = np.arange(op.graph.num_nodes) % 3
    judge = stacks.Judge(op, labels)
    for seed in SEEDS:
        rng, at = drawn(seed)
        layers = stacks.sudden(op, rng, stacks.constants, at=at)
        assert findings(judge(layers)) == [("smoothing", at)]
        told = [layer + 0.01 * rng.standard_normal((3, 16))[labels] for layer in layers]
        assert findings(judge(told)) == [("smoothing", at)]


def healthy_stacks():
    """Two hundred and some: every sort on every graph with several seeds, every other one with labels."""
    judges = {
        name: (stacks.judge(name), stacks.Judge(stacks.operator(name), np.arange(make().num_nodes) % 4))
        for name, make in stacks.GRAPHS.items()
    }
    for sort, make in HEALTHY.items():
        for graph, pair in judges.items():
            for seed in range(2):
                yield (
                    (sort, graph, seed),
                    pair[seed % 2](make(stacks.operator(graph), np.random.default_rng([seed, 5]))),
                )


def test_at_most_one_healthy_stack_in_fifty_gives_an_alarm():
    alarms, count = [], 0
    for which, found in healthy_stacks():
        count += 1
        alarms += [(*which, findings(found))] if found.findings else []
    assert count >= 200
    assert len(alarms) <= 0.02 * count, alarms


def test_planted_cases_on_cora(data_folder):
    dataset = read(data_folder / "npz" / "cora.npz")
    op = gcn(dataset.graph)
    judge, labelled = stacks.Judge(op), stacks.Judge(op, dataset.labels)
    for state, options, destination in SMOOTH.values():
        found = judge(stacks.sudden(op, np.random.default_rng(8), state, at=2, depth=4, **options))
        assert findings(found) == [("smoothing", 2)]
        assert found.destination == destination
    found = labelled(stacks.by_class(np.random.default_rng(8), dataset.labels))
    assert not found.findings
    assert found.destination == "class means"
    bag = dataset.features.toarray() if hasattr(dataset.features, "toarray") else dataset.features
    healthy = [bag, np.maximum(stacks.noise_layers(np.random.default_rng(8), 2708, 1, 16)[0], 0.0)]
    assert not labelled([*healthy, healthy[-1] @ np.random.default_rng(9).standard_normal((16, 7))]).findings


def planted(graph):
    """One stack of every kind."""
    op, rng = stacks.operator(graph), np.random.default_rng(0)
    yield stacks.noise_layers(rng, op.graph.num_nodes, 4, 8)
    for state, options, _ in SMOOTH.values():
        yield stacks.sudden(op, rng, state, at=3, **options)
    yield stacks.rank_one(op, rng, at=2)
    yield stacks.correlated(op, rng, at=2)
    yield stacks.dead(op, rng, at=2, share=0.5)
    yield stacks.resized(op, rng, at=2, factor=0.1)
    yield stacks.resized(op, rng, at=2, factor=10.0)
    yield [np.zeros((op.graph.num_nodes, 3))] * 2


def test_the_diagnosis_is_a_function_of_the_numbers():
    judge = stacks.Judge(stacks.operator("karate"), np.arange(34) % 2)
    for layers in planted("karate"):
        numbers = judge.measure(layers)
        read = [
            LayerNumbers.from_dict(json.loads(json.dumps(one.to_dict(), allow_nan=False))) for one in numbers
        ]
        found = diagnose(numbers)
        assert diagnose(read) == found
        assert Diagnosis.from_dict(json.loads(json.dumps(found.to_dict(), allow_nan=False))) == found
        assert len(found.remedies) == len(found.findings)


def test_sizes_of_layers_change_nothing_but_the_norm():
    judge = stacks.judge("communities")
    for layers in planted("communities"):
        plain = judge(layers)
        scaled = judge([layer * 2.0**40 for layer in layers])
        without = [f for f in plain.findings if "norm" not in f.kind]
        assert [(f.kind, f.layer, f.destination) for f in scaled.findings if "norm" not in f.kind] == [
            (f.kind, f.layer, f.destination) for f in without
        ]


def test_zeros_are_dead_units_and_neither_smooth_nor_small():
    judge = stacks.judge("karate")
    healthy = stacks.noise_layers(np.random.default_rng(0), 34, 3, 8)
    zeros = np.zeros((34, 8))
    assert findings(judge([zeros])) == [("dead units", 0)]
    assert findings(judge([*healthy, zeros, zeros])) == [("dead units", 3)]
    assert "nothing passes it" in str(judge([*healthy, zeros]))
    smooth = stacks.sudden(
        stacks.operator("karate"), np.random.default_rng(0), stacks.constants, at=2, columns=8
    )
    assert findings(judge([*smooth, zeros])) == [("smoothing", 2), ("dead units", 8)]


def test_one_layer_alone():
    judge = stacks.judge("karate")
    assert not judge([stacks.noise_layers(np.random.default_rng(0), 34, 1, 8)[0]]).findings
    found = judge([np.ones((34, 8))])
    assert (found.kind, found.layer, found.destination) == ("smoothing", 0, "constants")
    assert "what goes into the first layer" in str(found.remedies[0])


def test_what_the_graph_does_decides_what_to_try():
    judge = stacks.judge("karate")
    numbers = judge.measure(
        stacks.sudden(stacks.operator("karate"), np.random.default_rng(0), stacks.degrees, at=4)
    )
    graph = diagnose(numbers, plain_collapse=[0.9, 0.5, 0.3, 0.15, 0.05, 0.02, 0.01, 0.005])
    weights = diagnose(numbers, plain_collapse=[0.9] * 8)
    unknown = diagnose(numbers)
    assert "at most 3 layers" in str(graph.remedies[0])
    assert "the graph alone would not" in str(weights.remedies[0])
    assert "compare with plain smoothing" in str(unknown.remedies[0])


def test_thresholds_are_what_was_asked_for():
    judge = stacks.judge("karate")
    layers = stacks.sudden(
        stacks.operator("karate"), np.random.default_rng(0), stacks.constants, at=2, noise=0.3
    )
    assert not judge(layers).findings
    lenient = judge(layers, Thresholds(smooth=0.4)).findings[0]
    assert (lenient.kind, lenient.layer, lenient.threshold) == ("smoothing", 2, 0.4)


def test_no_layer_is_refused():
    with pytest.raises(UsageError, match="no layer to diagnose"):
        diagnose([])
