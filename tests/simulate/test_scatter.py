"""Scatter between and within classes by depth, against loops over nodes of naive states."""

import json

import cases
import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from spectral_smooth.engines.reference import Reference
from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.operators.operator import gcn, random_walk, symmetric
from spectral_smooth.simulate.scatter import ScatterCurves, scatter_by_depth

DEPTHS = np.array([0, 1, 3, 6])
LINEAR = [name for name in cases.RULES if name != "concat"]


def naive_scatter(x, labels):
    nodes = [i for i in range(len(x)) if labels[i] >= 0]
    total = np.mean([x[i] for i in nodes], axis=0)
    between, within, distances = 0.0, 0.0, {}
    for c in sorted({int(labels[i]) for i in nodes}):
        own, others = [i for i in nodes if labels[i] == c], [i for i in nodes if labels[i] != c]
        mean = np.mean([x[i] for i in own], axis=0)
        spread = sum(np.sum((x[i] - mean) ** 2) for i in own)
        between += len(own) * np.sum((mean - total) ** 2) / len(nodes)
        within += spread / len(nodes)
        if others and len(own) > 1:
            away = np.linalg.norm(mean - np.mean([x[i] for i in others], axis=0))
            distances[c] = away / (spread / len(own)) ** 0.5
    return between, within, distances


def labelled(n):
    return np.random.default_rng([1, n]).integers(-1, 3, size=n)


@pytest.mark.parametrize(
    "op", cases.operator_params(graphs=["karate", "bipartite", "weighted self-loops", "isolated nodes"])
)
def test_scatter_is_that_of_the_naive_states(op):
    n = op.graph.num_nodes
    x, labels = cases.features(n), labelled(n)
    alive = naive.degrees(op) > 0
    for name in LINEAR:
        rule = cases.RULES[name]
        found = scatter_by_depth(op, x, labels, DEPTHS, rule=rule)
        states = naive.propagate(op, rule, x * alive[:, None], int(DEPTHS[-1]))
        for at, k in enumerate(DEPTHS):
            state = states[k] * rule.growth ** -float(k)
            between, within, distances = naive_scatter(state, np.where(alive, labels, -1))
            allowed = {"rel": 1e-8, "abs": 1e-12}
            assert found.between.value[at] == pytest.approx(between, **allowed), name
            assert found.within.value[at] == pytest.approx(within, **allowed), name
            assert found.ratio.value[at] == pytest.approx(between / within, rel=1e-7), name
            for c, curve in zip(distances, found.distances, strict=True):
                assert curve.note == f"class {c}"
                assert curve.value[at] == pytest.approx(distances[c], rel=1e-7), name


def test_many_columns_go_in_panels_and_sparse_ones_are_the_same():
    op, x, labels = gcn(cases.GRAPHS["karate"]), cases.features(34, 150), labelled(34)
    whole = scatter_by_depth(op, x, labels, DEPTHS).between.value
    parts = sum(scatter_by_depth(op, x[:, [j]], labels, DEPTHS).between.value for j in range(150))
    np.testing.assert_allclose(whole, parts, rtol=1e-9)
    np.testing.assert_allclose(scatter_by_depth(op, csr_array(x), labels, DEPTHS).between.value, whole)


def test_engines_agree():
    op, x, labels = random_walk(cases.GRAPHS["weighted"]), cases.features(22), labelled(22)
    one, two = (scatter_by_depth(op, x, labels, DEPTHS, engine=e) for e in (None, Reference()))
    np.testing.assert_allclose(one.ratio.value, two.ratio.value, rtol=1e-10)


def test_the_walk_on_a_connected_graph_is_seen_far_below_rounding():
    op, labels = random_walk(cases.GRAPHS["karate"], loops=1.0), np.arange(34) % 2
    found = scatter_by_depth(op, cases.features(34), labels, np.array([0, 400, 410]))
    rate = max(abs(v) for v in naive.eigenvalues(op)[1:])
    assert found.within.value[1] < 1e-30
    assert found.within.value[2] / found.within.value[1] == pytest.approx(rate**20, rel=1e-6)
    # one mode is left: its shape decides, and it stays
    assert found.ratio.value[2] == pytest.approx(found.ratio.value[1], rel=1e-6)


def test_under_the_gcn_degrees_are_left():
    op, labels = gcn(cases.GRAPHS["karate"]), np.arange(34) % 2
    found = scatter_by_depth(op, cases.features(34), labels, np.array([300, 301]))
    assert found.within.value[0] > 1e-3
    assert found.within.value[1] == pytest.approx(found.within.value[0], rel=1e-6)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), shift=st.floats(-5, 5), scale=st.floats(0.1, 10))
def test_node_order_shifts_and_scales(seed, shift, scale):
    rng = np.random.default_rng(seed)
    a = cases.random_matrix(15, 4.0, seed) + np.diag(np.ones(15))
    x, labels, order = rng.standard_normal((15, 2)), rng.integers(0, 2, 15), rng.permutation(15)
    one = scatter_by_depth(random_walk(cases.graph_from_matrix(a)), x, labels, DEPTHS)
    op = random_walk(cases.graph_from_matrix(a[order][:, order]))
    two = scatter_by_depth(op, scale * x[order] + shift, labels[order], DEPTHS)
    np.testing.assert_allclose(two.between.value, scale**2 * one.between.value, rtol=1e-6, atol=1e-20)
    np.testing.assert_allclose(two.within.value, scale**2 * one.within.value, rtol=1e-6, atol=1e-20)


def test_one_class_lies_nowhere_apart():
    found = scatter_by_depth(gcn(cases.GRAPHS["karate"]), cases.features(34), np.zeros(34, int), DEPTHS)
    assert np.all(found.between.value < 1e-25)
    assert found.distances == ()
    assert "one class" in found.notes[0]


def test_a_class_of_one_node_has_no_spread():
    labels = np.array([0] + [1] * 33)
    found = scatter_by_depth(gcn(cases.GRAPHS["karate"]), cases.features(34), labels, DEPTHS)
    assert [curve.note for curve in found.distances] == ["class 1"]
    assert "one labelled node" in found.notes[0]


def test_constant_features_under_the_walk_have_no_scatter():
    found = scatter_by_depth(random_walk(cases.GRAPHS["karate"]), np.ones((34, 2)), np.arange(34) % 2, DEPTHS)
    for curve in (found.between, found.within, found.ratio):
        assert np.all(curve.value == 0)


def test_silent_nodes_are_left_out_and_said():
    op, labels = symmetric(cases.GRAPHS["isolated nodes"]), np.arange(17) % 2
    x = cases.features(17)
    loud = np.where((op.degrees > 0)[:, None], x, 1e6)
    one, two = (scatter_by_depth(op, data, labels, DEPTHS) for data in (x, loud))
    np.testing.assert_allclose(one.between.value, two.between.value)
    assert "isolated" in one.notes[0]


def test_plain_json_and_back():
    found = scatter_by_depth(gcn(cases.GRAPHS["karate"]), cases.features(34), labelled(34), DEPTHS)
    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert ScatterCurves.from_dict(data).to_dict() == data
    assert "classes: between over within" in str(found)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"labels": np.full(34, -1)}, UsageError),
        ({"labels": np.zeros(33, dtype=int)}, InputError),
        ({"labels": np.zeros(34)}, InputError),
        ({"features": np.ones((33, 1))}, InputError),
        ({"depths": []}, UsageError),
        ({"depths": [1, 1]}, UsageError),
        ({"rule": cases.RULES["concat"]}, UsageError),
    ],
)
def test_refuses_what_does_not_fit(change, error):
    given = {"features": cases.features(34), "labels": labelled(34), "depths": DEPTHS, **change}
    with pytest.raises(error):
        scatter_by_depth(gcn(cases.GRAPHS["karate"]), **given)
