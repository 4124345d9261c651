"""Monitor and monitor(): the same numbers one at a time and at once, refusals that leave things as they were, JSON."""

from __future__ import annotations

import json

import cases
import numpy as np
import pytest
from monitoring import stacks

from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.graphs.dataset import Dataset
from spectral_smooth.monitoring.judging.thresholds import Thresholds
from spectral_smooth.monitoring.measuring import samples
from spectral_smooth.monitoring.monitor import Monitor, monitor
from spectral_smooth.monitoring.result import Monitoring
from spectral_smooth.operators.operator import gcn, random_walk

KARATE = cases.GRAPHS["karate"]


def layers_of(count=4, columns=6, n=34, seed=0):
    return stacks.noise_layers(np.random.default_rng(seed), n, count, columns)


def same(one, two):
    """Whether two results say the same, but for the time they took."""
    a, b = one.to_dict(), two.to_dict()
    a.pop("provenance"), b.pop("provenance")
    return a == b


def test_one_at_a_time_is_all_at_once():
    layers = layers_of()
    watch = Monitor(KARATE)
    for layer in layers:
        watch.add(layer)
    at_once = monitor(KARATE, layers)
    assert same(watch.finish(), at_once)
    assert same(monitor(KARATE, (layer for layer in layers)), at_once)
    assert same(monitor(KARATE, {str(i): layer for i, layer in enumerate(layers)}), at_once)


def test_finish_begins_a_new_stack():
    watch = Monitor(KARATE)
    for epoch in range(3):
        layers = layers_of(seed=epoch)
        for layer in layers:
            watch.add(layer)
        assert same(watch.finish(), monitor(KARATE, layers))
    with pytest.raises(InputError, match="there are no layers"):
        watch.finish()


def test_order_and_type_of_memory_change_nothing():
    layers = [np.round(layer, 2) for layer in layers_of()]
    plain = monitor(KARATE, layers)
    assert same(monitor(KARATE, [np.asfortranarray(layer) for layer in layers]), plain)
    assert same(monitor(KARATE, [np.repeat(layer, 2, axis=1)[:, ::2] for layer in layers]), plain)
    for layer in layers:
        layer.flags.writeable = False
    assert same(monitor(KARATE, layers), plain)
    whole = [np.rint(4 * layer) for layer in layers]
    assert same(
        monitor(KARATE, [layer.astype(np.float64) for layer in whole], plain=False),
        monitor(KARATE, whole, plain=False),
    )
    for dtype in (np.float16, np.float32):
        half = monitor(KARATE, [layer.astype(dtype) for layer in whole])
        assert half.layers[0].dtype == np.dtype(dtype).name
        assert half.values("edge_energy") == pytest.approx(monitor(KARATE, whole).values("edge_energy"))


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (np.ones((33, 2)), "33 rows, but the graph has 34 nodes"),
        (np.ones((34, 0)), "no columns"),
        (np.full((34, 2), np.nan), "68 NaN of 68 values"),
        (np.full((34, 2), np.inf), "68 infinite of 68 values"),
        (np.full((34, 2), "a"), "type"),
        (np.ones((2, 34, 3)), "shape"),
    ],
)
def test_a_layer_that_is_refused_leaves_the_stack_as_it_was(broken, said):
    layers = layers_of(2)
    for at in range(3):
        watch = Monitor(KARATE)
        for index, layer in enumerate([*layers, None]):
            if index == at:
                with pytest.raises(InputError, match=said) as caught:
                    watch.add(broken, "middle")
                assert "middle" in str(caught.value)
            if layer is not None:
                watch.add(layer)
        assert same(watch.finish(), monitor(KARATE, layers))


def test_a_layer_is_named_in_its_refusal():
    bad = np.ones((34, 2))
    bad[5, 1] = np.nan
    with pytest.raises(InputError, match=r"layer 1 \(conv2\) holds 1 NaN of 68 values"):
        monitor(KARATE, {"conv1": np.ones((34, 2)), "conv2": bad})


def test_a_node_without_a_neighbour_must_be_finite_too():
    graph = cases.GRAPHS["isolated nodes"]
    x = np.ones((graph.num_nodes, 2))
    x[-1] = np.nan
    with pytest.raises(InputError, match=r"layer 0 \(0\) holds 2 NaN"):
        monitor(graph, [x])


@pytest.mark.parametrize("nothing", [[], {}, iter(())])
def test_no_layers_are_refused(nothing):
    with pytest.raises(InputError, match="no layers"):
        monitor(KARATE, nothing)


@pytest.mark.parametrize("name", ["one node", "no edges", "one self-loop"])
def test_a_graph_without_an_edge_is_refused(name):
    graph = cases.GRAPHS[name]
    with pytest.raises(InputError, match="no edge between two nodes"):
        monitor(graph, [np.ones((graph.num_nodes, 2))])


def test_labels_that_do_not_fit_are_refused():
    for labels in (np.zeros(33, dtype=int), np.full(34, -2), np.linspace(0, 1, 34)):
        with pytest.raises(InputError):
            monitor(KARATE, layers_of(1), labels)


def test_labels_are_those_of_the_data_set_or_those_given():
    own = Dataset(KARATE, labels=np.arange(34) % 2)
    assert monitor(own, layers_of(2)).classes == (0, 1)
    found = monitor(own, layers_of(2), np.where(np.arange(34) < 30, np.arange(34) % 3 + 4, -1))
    assert found.classes == (4, 5, 6)
    assert found.class_counts == (10, 10, 10)
    assert monitor(KARATE, layers_of(2)).classes == ()
    assert monitor(KARATE, layers_of(2), np.full(34, -1)).classes == ()
    assert len(found.class_curve("class_distance", 2).value) == 2


def test_who_is_left_out_is_said():
    graph = cases.GRAPHS["isolated nodes"]
    left = graph.num_nodes - len(stacks.neighboured(gcn(graph)))
    found = monitor(graph, layers_of(2, n=graph.num_nodes))
    assert found.graph["left_out"] == left >= 3
    assert any(note.startswith(f"{left} nodes have no neighbour") for note in found.notes)
    one = cases.graph_from_matrix(np.pad(np.ones((4, 4)) - np.eye(4), (0, 1)))
    assert any("1 node has no neighbour and is left out" in n for n in monitor(one, layers_of(1, n=5)).notes)


def test_what_is_sampled_is_said(monkeypatch):
    for name, value in (
        ("ALL_EDGE_VALUES", 0),
        ("FEWEST_EDGES", 20),
        ("ALL_ROW_VALUES", 0),
        ("FEWEST_ROWS", 9),
    ):
        monkeypatch.setattr(samples, name, value)
    monkeypatch.setattr(samples, "SOME_EDGE_VALUES", 0)
    monkeypatch.setattr(samples, "SOME_ROW_VALUES", 0)
    found = monitor(KARATE, layers_of(2), plain=False)
    assert any("with a standard error: edge_cosine" in note for note in found.notes)
    assert any("from 9 of 34 rows" in note for note in found.notes)
    curve = found.curve("edge_energy")
    assert curve.source == "estimate"
    assert np.all(curve.lower < curve.upper)
    np.testing.assert_allclose(
        curve.upper - curve.lower, [4.0 * one.errors["edge_energy"] for one in found.layers]
    )
    assert same(found, monitor(KARATE, layers_of(2), plain=False))
    assert not same(found, monitor(KARATE, layers_of(2), plain=False, seed=1))


def test_operator_thresholds_and_progress_are_passed_on():
    seen = []
    found = monitor(
        KARATE,
        layers_of(3),
        operator=random_walk(KARATE),
        thresholds=Thresholds(smooth=0.999),
        progress=lambda done, total: seen.append((done, total)),
    )
    assert "random walk" in found.operator
    assert found.diagnosis.kind == "smoothing"
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_the_model_beside_its_graph():
    op = gcn(KARATE)
    x = np.random.default_rng(0).standard_normal((34, 5))
    states = [np.linalg.matrix_power(op.matrix().toarray(), k) @ x for k in range(5)]
    found = monitor(KARATE, states)
    assert "about as fast" in str(found.pace)
    np.testing.assert_allclose(
        found.plain.predicted.curve("collapse").value[:5], found.values("collapse"), rtol=1e-6
    )
    for mine, plain in zip(found.layers, found.plain.layers, strict=True):
        assert mine.values["effective_rank"] == pytest.approx(plain.values["effective_rank"], rel=1e-6)
    without = monitor(KARATE, states, plain=False)
    assert without.plain is None
    assert without.pace is None
    assert without.values("collapse") == found.values("collapse")


@pytest.mark.parametrize("labels", [None, np.arange(34) % 3])
def test_json_both_ways(labels):
    op = gcn(KARATE)
    rng = np.random.default_rng(0)
    for layers in (
        layers_of(3),
        stacks.sudden(op, rng, stacks.degrees, at=2),
        stacks.dead(op, rng, at=1, share=1.0),
        [layer * 1e200 for layer in layers_of(2)],
        layers_of(1),
    ):
        found = monitor(KARATE, layers, labels)
        text = found.to_json()
        again = Monitoring.from_dict(json.loads(text))
        assert again.to_json() == text
        assert repr(again) == repr(found)
        assert again.names == found.names
        for name in found.measures:
            assert again.values(name) == found.values(name), name


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"kind": "holiday"}, "not what spectral-smooth monitor writes"),
        ([], "not what spectral-smooth monitor writes"),
        ({"kind": "spectral_smooth monitor", "version": 99}, "version 99"),
        ({"kind": "spectral_smooth monitor", "version": 1, "layers": 3}, "damaged"),
    ],
)
def test_what_is_no_result_is_refused(data, said):
    with pytest.raises(InputError, match=said):
        Monitoring.from_dict(data)


def test_values_and_curves_by_name():
    mixed = [np.ones((34, 2)), *layers_of(1)]
    found = monitor(KARATE, mixed, np.arange(34) % 2)
    assert found.names == ("0", "1")
    assert found.values("class_share")[0] is None, "equal rows have no scatter to share"
    assert found.curve("class_share").depths.tolist() == [1]
    assert len(found.component_curve("collapse", 0).value) == 2
    with pytest.raises(UsageError, match="no layer has a measure 'beauty'"):
        found.values("beauty")


def test_components_are_measured_by_themselves_and_pooled():
    graph = cases.GRAPHS["component and isolated edges"]
    found = monitor(graph, layers_of(2, n=graph.num_nodes), plain=False)
    assert sum(found.graph["components"]) == graph.num_nodes
    assert found.graph["components"][0] == 16
    assert len(found.layers[0].groups["collapse"]) == len(found.graph["components"])


def test_a_layer_of_zeros_has_no_pace():
    assert monitor(KARATE, [*layers_of(2), np.zeros((34, 8))]).pace is None
