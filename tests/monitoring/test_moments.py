"""Moments: sums per component and class, distances that do not cancel, and refusals."""

from __future__ import annotations

import cases
import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_smooth.errors import InputError
from spectral_smooth.monitoring.measuring.ground import Ground
from spectral_smooth.monitoring.measuring.moments import Moments
from spectral_smooth.monitoring.reading.layer_arrays import as_layer


def moments(op, x, labels=None, index=0, name="conv"):
    return Moments.of(Ground.of(op, labels), as_layer(x, name), index)


@pytest.mark.parametrize("operator", ["gcn", "random walk", "split 0.3"])
@pytest.mark.parametrize("name", ["karate", "disjoint union", "isolated nodes", "weighted self-loops"])
def test_sums_are_loops_over_nodes(name, operator):
    op = cases.operator(name, operator)
    n = op.graph.num_nodes
    x, labels = cases.features(n, 3), np.random.default_rng(n).integers(-1, 3, size=n)
    found = moments(op, x, labels)
    ground, d = found.ground, naive.degrees(op)
    components = naive.component_labels(op.graph)
    for c in range(op.graph.components.count):
        nodes = [i for i in range(n) if components[i] == c]
        if len(nodes) < 2:
            continue
        row = ground.components[list(ground.order).index(nodes[0])]
        for at, power in enumerate((0.0, 0.5, op.split)):
            expected = sum(d[i] ** power * x[i] for i in nodes)
            np.testing.assert_allclose(found.sums[at, row], expected, atol=1e-12)
        expected = sum(x[i] / np.linalg.norm(x[i]) for i in nodes)
        np.testing.assert_allclose(found.units[row], expected, atol=1e-12)
    for at, c in enumerate(ground.classes.numbers):
        own = [i for i in ground.order if labels[i] == c]
        np.testing.assert_allclose(found.class_sums[at], sum(x[i] for i in own), atol=1e-12)
        mean = np.mean(x[own], axis=0)
        spread = sum(np.sum((x[i] - mean) ** 2) for i in own) if len(own) > 1 else 0.0
        assert found.within[at] == pytest.approx(spread)
    np.testing.assert_allclose(found.largest, np.abs(x[ground.order]).max(axis=0))


@settings(max_examples=40, deadline=None)
@given(exponent=st.integers(-13, 2), operator=st.sampled_from(["gcn", "random walk", "transposed walk"]))
def test_distances_are_right_however_small(exponent, operator):
    """A state of the fixed space and a part off it, 10^exponent as large: its size comes back."""
    op = cases.operator("karate", operator)
    rng = np.random.default_rng(exponent + 13)
    root = np.sqrt(naive.degrees(op))
    noise = rng.standard_normal((34, 3))
    noise -= np.outer(root, root @ noise) / (root @ root)
    noise *= 10.0**exponent / np.linalg.norm(noise)
    x = (np.outer(root, [1.0, -2.0, 0.5]) + noise) / op.similarity[:, None]
    # rounding of x itself is what is left at the small end
    rounding = 3e-16 * np.linalg.norm(root)
    assert moments(op, x).deviations.sum() ** 0.5 == pytest.approx(10.0**exponent, rel=1e-6, abs=8 * rounding)


def test_zero_rows_are_counted_and_have_no_direction():
    x = cases.features(34, 3)
    x[[1, 8]] = 0.0
    found = moments(cases.operator("karate", "gcn"), x)
    assert found.zero_rows == 2
    assert found.whole_spread[0] == 32


@pytest.mark.parametrize("size", [1.0, 1e100, 1e-100])
def test_ordinary_sizes_are_not_scaled(size):
    assert moments(cases.operator("karate", "gcn"), cases.features(34, 2) * size).scale == 1.0


@pytest.mark.parametrize("size", [1e-320, 1e-200, 1e200, 1e308])
def test_extreme_sizes_are_scaled_by_a_power_of_two(size):
    x = cases.features(34, 2)
    x *= size / np.abs(x).max()
    found = moments(cases.operator("karate", "gcn"), x)
    assert np.frexp(found.scale)[0] == 0.5
    assert found.scale * found.largest.max() == np.abs(x).max()
    assert 0.5 <= found.largest.max() < 2.0


@pytest.mark.parametrize("rows", [33, 35, 1])
def test_another_number_of_rows_is_refused(rows):
    with pytest.raises(InputError, match=rf"^layer 3 \(conv\) has {rows} rows, but the graph has 34 nodes"):
        moments(cases.operator("karate", "gcn"), np.ones((rows, 2)), index=3)


def test_no_columns_are_refused():
    with pytest.raises(InputError, match=r"^layer 1 \(conv\) has no columns"):
        moments(cases.operator("karate", "gcn"), np.ones((34, 0)), index=1)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("name", ["karate", "isolated nodes"])
@pytest.mark.parametrize("node", [0, -1])
@pytest.mark.parametrize(
    ("value", "said"), [(np.nan, "1 NaN of"), (np.inf, "1 infinite of"), (-np.inf, "1 infinite of")]
)
def test_values_that_are_not_finite_are_refused_wherever_they_are(dtype, name, node, value, said):
    op = cases.operator(name, "random walk")
    x = cases.features(op.graph.num_nodes, 4).astype(dtype)
    x[node, 2] = value
    with pytest.raises(InputError, match=rf"^layer 2 \(conv\) holds {said} {x.size} values"):
        moments(op, x, index=2)


def test_both_kinds_are_counted():
    x = np.ones((34, 100))
    x[3:5], x[7, :7] = np.nan, -np.inf
    with pytest.raises(InputError, match=r"200 NaN and 7 infinite of 3,400 values"):
        moments(cases.operator("karate", "gcn"), x)
