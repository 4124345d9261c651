"""Every measure of a layer against loops over nodes, and against what the package measures of depth 0."""

from __future__ import annotations

import cases
import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from monitoring.naive_layers import layer_values, measured_nodes
from monitoring.stacks import measured

from spectral_smooth.engines import threads
from spectral_smooth.graphs.families import family
from spectral_smooth.measures.scatter import class_scatter
from spectral_smooth.measures.state import measure_state
from spectral_smooth.monitoring.measuring import layer_measures
from spectral_smooth.monitoring.measuring.layer_numbers import LayerNumbers
from spectral_smooth.monitoring.measuring.registry import LAYER_MEASURES
from spectral_smooth.operators.operator import gcn, random_walk
from spectral_smooth.simulate.propagate import propagate

WITH_CLASSES = {name for name, measure in LAYER_MEASURES.items() if measure.family == "classes"} | {
    "within_cosine",
    "between_cosine",
}
# Differences of squares that are equal up to rounding, and square roots of them.
ROOTS_OF_ROUNDING = 1e-6
FROM_SQUARES = ("rank_one_distance", "effective_rank", "profile_distance", "profile_distance_median")


def has_edge(graph):
    return bool(measured_nodes(graph))


MEASURABLE = [name for name, graph in cases.GRAPHS.items() if has_edge(graph) and graph.num_nodes <= 30]
OPERATORS = ("gcn", "random walk", "transposed walk", "split 0.3", "walk with per-node loops")


def labelled(n, classes=3):
    return np.random.default_rng([2, n]).integers(-1, classes, size=n)


def assert_oracle(op, x, labels=None, rtol=1e-9, atol=1e-12):
    found, expected = measured(op, x, labels), layer_values(op, x, labels)
    assert set(found.values) == set(expected)
    for name, value in expected.items():
        close = ROOTS_OF_ROUNDING if name in FROM_SQUARES else atol
        assert found.values[name] == pytest.approx(value, rel=rtol, abs=close), name
    return found


@pytest.mark.parametrize("name", MEASURABLE)
def test_measures_are_their_definitions_on_every_graph(name):
    for operator in OPERATORS:
        op = cases.operator(name, operator)
        n = op.graph.num_nodes
        labels = labelled(n)
        assert_oracle(
            op, cases.features(n, 4), labels if (labels[measured_nodes(op.graph)] >= 0).any() else None
        )


def states():
    rng = np.random.default_rng(11)
    n = cases.GRAPHS["weighted self-loops"].num_nodes
    plain = rng.standard_normal((n, 5)) + 0.3
    zeros = plain.copy()
    zeros[[0, 3, 4]], zeros[:, 2] = 0.0, 0.0
    spike = np.zeros((n, 4))
    spike[2, 1] = -3.0
    return {
        "plain": plain,
        "float32": plain.astype(np.float32),
        "zero rows and a zero column": zeros,
        "one column": plain[:, :1],
        "more columns than rows": rng.standard_normal((n, 3 * n)),
        "all zero": np.zeros((n, 3)),
        "one value": spike,
        "constants": np.full((n, 3), 0.1),
        "one hot": np.eye(n),
        "repeated rows": plain[np.arange(n) // 6],
        "a wide range of columns": plain * np.logspace(-6, 6, 5),
    }


STATES = states()


@pytest.mark.parametrize("operator", ["gcn", "random walk with loops", "split 0.3"])
@pytest.mark.parametrize("state", STATES)
def test_measures_are_their_definitions_for_every_kind_of_state(state, operator):
    op, x = cases.operator("weighted self-loops", operator), STATES[state]
    found, labels = measured(op, x), labelled(len(x))
    if state == "constants":
        # rounding of means is all there is beside constants: 1e-16 where the oracle has another 1e-16
        expected = layer_values(op, x)
        for name, value in expected.items():
            assert found.values[name] == pytest.approx(value, rel=1e-6, abs=1e-7), name
        assert "class_share" not in measured(op, x, labels).values
        return
    rtol = 1e-6 if state == "a wide range of columns" else 1e-9
    # the oracle's own cosines of equal rows are off by rounding, of which smv takes the root
    assert_oracle(op, x, labels, rtol=rtol, atol=1e-7 if state in ("repeated rows", "float32") else 1e-12)
    assert not found.errors


@pytest.mark.parametrize("labels", ["one class", "a class of one node", "all unknown", "every node its own"])
def test_degenerate_labels(labels):
    op = cases.operator("karate", "random walk")
    x, n = cases.features(34, 3), 34
    given = {
        "one class": np.zeros(n, dtype=int),
        "a class of one node": (np.arange(n) == 7).astype(int),
        "all unknown": np.full(n, -1),
        "every node its own": np.arange(n),
    }[labels]
    found = assert_oracle(op, x, given)
    if labels == "one class":
        assert found.values["class_share"] == 0.0
        assert "between_cosine" not in found.values
        assert found.classes["class_contrast"] == (0.0,)
    elif labels == "all unknown":
        assert not WITH_CLASSES & set(found.values)
        assert found.classes == {}
    elif labels == "every node its own":
        assert found.values["class_share"] == 1.0
        assert found.values["class_distance"] == 0.0
        assert "within_cosine" not in found.values
        assert found.classes["within_cosine"] == (1.0,) * n
    else:
        assert found.classes["class_distance"][1] == 0.0
        assert found.classes["within_cosine"][1] == 1.0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("operator", ["gcn", "random walk", "transposed walk"])
def test_nearly_equal_rows_do_not_cancel(operator, dtype):
    op = cases.operator("karate", operator)
    spread = 1e-9 if dtype == np.float64 else 1e-6
    noise = cases.features(34, 4)
    x = (1.0 + spread * noise).astype(dtype)
    found = measured(op, x, np.arange(34) % 3).values
    # the common part is one: it can be taken off exactly
    left = x.astype(np.float64) - 1.0
    shifted = layer_values(op, left, np.arange(34) % 3)
    for name in ("mean_deviation", "row_difference", "edge_energy", "between_scatter", "within_scatter"):
        assert found[name] == pytest.approx(shifted[name], rel=1e-6), name
    for name in ("edge_ratio", "class_share", "edge_cosine_centred", "column_correlation"):
        assert found[name] == pytest.approx(shifted[name], rel=1e-5), name
    rms = np.sqrt(np.mean(x.astype(np.float64) ** 2))
    away = np.linalg.norm(left - left.mean(axis=0)) / np.sqrt(x.size)
    assert found["constant_distance"] == pytest.approx(away / rms, rel=1e-6)
    # directions: x̂ differs by the part of the noise that is at right angles to the ones
    across = left - left.mean(axis=1, keepdims=True)
    distances = [[np.linalg.norm(p - q) / 4.0 for q in across] for p in across]
    assert found["smv"] == pytest.approx(np.sum(distances) / (34 * 33), rel=1e-5)
    assert found["mad"] == pytest.approx(2 * np.sum(np.square(distances)) / (34 * 33), rel=1e-5)


@pytest.mark.parametrize("size", [1e-310, 1e-200, 1e-170, 1e160, 1e200, 1e300])
@pytest.mark.parametrize("operator", ["gcn", "random walk"])
def test_values_whose_squares_leave_float64(operator, size):
    op, x = cases.operator("karate", operator), cases.features(34, 4)
    labels = labelled(34)
    plain, found = measured(op, x, labels), measured(op, x * size, labels)
    rel = 1e-9 if size > 1e-300 else 1e-4  # numbers without all of their digits
    for name, measure in LAYER_MEASURES.items():
        value = plain.values[name]
        if measure.scale_free:
            assert found.values[name] == pytest.approx(value, rel=rel, abs=1e-12), name
        elif measure.family == "energy":
            # a square that float64 cannot hold is infinity or zero, and its root is right
            assert found.values[name] == (np.inf if size > 1 else 0.0), name
        else:
            assert found.values[name] == pytest.approx(value * size, rel=rel), name
    again = LayerNumbers.from_dict(found.to_dict())
    assert again.values == found.values
    for name, values in plain.classes.items():
        assert found.classes[name] == pytest.approx(values, rel=rel)


def test_the_size_of_rows_that_are_not_measured_does_no_harm():
    op = cases.operator("isolated nodes", "gcn")
    n = op.graph.num_nodes
    x = cases.features(n, 3) * 1e-200
    loud = x.copy()
    loud[-3:] = 1e250
    assert measured(op, loud).values == measured(op, x).values


@pytest.mark.parametrize("name", ["karate", "weighted self-loops", "disjoint union", "bipartite"])
@pytest.mark.parametrize("operator", ["gcn", "random walk", "transposed walk", "split 0.3"])
def test_measures_agree_with_those_of_a_depth(name, operator):
    op = cases.operator(name, operator)
    n = op.graph.num_nodes
    x, labels = cases.features(n, 4), labelled(n)
    found = measured(op, x, labels).values
    for state, estimate in measure_state(op, x).items():
        own = {"matched_energy": "energy"}.get(state, state)
        assert found[own] == pytest.approx(estimate.value, rel=1e-7, abs=1e-7), state
    scatter = class_scatter(x, labels)
    assert found["between_scatter"] ** 2 == pytest.approx(scatter.between, rel=1e-9)
    assert found["within_scatter"] ** 2 == pytest.approx(scatter.within, rel=1e-9)
    assert found["class_share"] == pytest.approx(scatter.between_share, rel=1e-9)
    run = propagate(op, x, 1, measures=("deviation", "collapse", "rayleigh_quotient", "energy"))
    for measure in ("deviation", "collapse", "rayleigh_quotient", "energy"):
        assert found[measure] == pytest.approx(run.curve(measure).value[0], rel=1e-9), measure


def test_the_registry_holds_exactly_what_is_measured():
    op = gcn(cases.GRAPHS["karate"])
    with_labels = measured(op, cases.features(34, 4), labelled(34)).values
    assert set(with_labels) == set(LAYER_MEASURES)
    assert set(LAYER_MEASURES) - set(measured(op, cases.features(34, 4)).values) == WITH_CLASSES
    for measure in LAYER_MEASURES.values():
        assert all((measure.title, measure.formula, measure.smooth, measure.misleads)), measure.name
        assert measure.family in ("size", "distance", "energy", "direction", "rank", "columns", "classes")
    for value in with_labels.values():
        assert type(value) is float


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    name=st.sampled_from(["karate", "weighted", "isolated nodes", "disjoint union"]),
)
def test_numbering_nodes_otherwise_changes_nothing(seed, name):
    graph, rng = cases.GRAPHS[name], np.random.default_rng(seed)
    n = graph.num_nodes
    order = rng.permutation(n)
    x, labels = cases.features(n, 4, seed), labelled(n)
    a = graph.adjacency().toarray()
    other = cases.graph_from_matrix(a[np.ix_(order, order)], weighted=graph.weights is not None)
    one, two = (
        measured(random_walk(graph, loops=1), x, labels),
        measured(random_walk(other, loops=1), x[order], labels[order]),
    )
    for measure, value in one.values.items():
        assert two.values[measure] == pytest.approx(value, rel=1e-9, abs=1e-9), measure
    if one.modes is None:
        assert two.modes is None
    else:
        assert two.modes == pytest.approx(one.modes, rel=1e-6, abs=1e-6)
    for key, values in one.classes.items():
        assert two.classes[key] == pytest.approx(values, rel=1e-9), key
    if name != "disjoint union":  # two components of one size may change places
        for key, values in one.groups.items():
            assert two.groups[key] == pytest.approx(values, rel=1e-9), key


@settings(max_examples=25, deadline=None)
@given(power=st.integers(-300, 300), columns=st.integers(1, 6))
def test_scale_free_measures_are_scale_free(power, columns):
    op, x, labels = cases.operator("weighted", "split 0.3"), cases.features(22, columns), labelled(22)
    plain, scaled = measured(op, x, labels), measured(op, x * 2.0**power, labels)
    for name, measure in LAYER_MEASURES.items():
        if measure.scale_free:
            assert scaled.values[name] == pytest.approx(plain.values[name], rel=1e-12, abs=1e-12), name
        elif power:
            assert scaled.values[name] != plain.values[name], name
    assert scaled.modes == pytest.approx(plain.modes, rel=1e-12)


def test_the_number_of_threads_does_not_change_a_bit(monkeypatch):
    monkeypatch.setattr(threads, "SERIAL_BELOW", 0)
    op, x, labels = cases.operator("karate", "split 0.3"), cases.features(34, 9), labelled(34)
    found = []
    for count in (1, numba.config.NUMBA_NUM_THREADS):
        numba.set_num_threads(count)
        found.append(measured(op, x, labels).to_dict())
    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    assert found[0] == found[1]


def test_slow_modes_are_the_distances_to_eigenspaces():
    graphs = {
        "karate": cases.GRAPHS["karate"],
        "grid": family("grid:5x9").graph,
        "two components": family("path:23+cycle:30").graph,
    }
    for name, operator in (("karate", "gcn"), ("grid", "random walk"), ("two components", "split 0.3")):
        op = cases.OPERATORS[operator](graphs[name])
        n = op.graph.num_nodes
        x = cases.features(n, 3)
        found = measured(op, x)
        core = np.array(op.rows(0, n).todense())
        values, vectors = np.linalg.eigh(core)
        y = op.similarity[:, None] * x
        for count, distance in enumerate(found.modes):
            top = op.fixed_space.dimension + count
            if abs(values[-top] - values[-top - 1]) < 1e-9:
                # within one eigenvalue any basis would do: such a mode does not count
                assert distance == found.modes[count - 1]
                continue
            basis = vectors[:, -top:]
            left = np.linalg.norm(y - basis @ (basis.T @ y)) / np.linalg.norm(y)
            assert distance == pytest.approx(left, rel=1e-6), (name, count)
        assert len(found.modes) == 1 + min(8, n // 8 - op.fixed_space.dimension)
        assert found.modes[0] == pytest.approx(found.values["collapse"], rel=1e-9)


def test_a_small_graph_has_no_slow_modes_to_look_for():
    assert measured(gcn(family("path:5").graph), cases.features(5, 3)).modes is None
    assert measured(cases.operator("karate", "gcn"), np.zeros((34, 3))).modes is None


def test_a_rough_layer_of_a_large_graph_is_not_compared_with_slow_modes(monkeypatch):
    monkeypatch.setattr(layer_measures, "MODES_ALWAYS", 10)
    op, rough = cases.operator("karate", "gcn"), cases.features(34, 3)
    assert measured(op, rough).modes is None
    smooth = np.linalg.matrix_power(np.array(op.rows(0, 34).todense()), 6) @ rough
    assert measured(op, smooth).modes is not None


def test_components_and_classes_are_measured_by_themselves():
    op = cases.operator("disjoint union", "random walk")
    n, components = op.graph.num_nodes, op.graph.components.labels
    x, labels = cases.features(n, 3), np.arange(n) % 2
    found = measured(op, x, labels)
    for c in range(components.max() + 1):
        at = np.flatnonzero(components == c)
        part = cases.graph_from_matrix(op.graph.adjacency().toarray()[np.ix_(at, at)])
        alone = measured(random_walk(part), x[at])
        for key, values in found.groups.items():
            assert values[c] == pytest.approx(alone.values[key], rel=1e-9), key
    for c in (0, 1):
        own = x[labels == c]
        left = np.linalg.norm(own - own.mean(axis=0)) / np.linalg.norm(own)
        assert found.classes["class_distance"][c] == pytest.approx(left)
        apart = np.linalg.norm(own.mean(axis=0) - x[labels != c].mean(axis=0))
        assert found.classes["class_contrast"][c] == pytest.approx(apart / np.sqrt(np.sum(x**2) / n))
