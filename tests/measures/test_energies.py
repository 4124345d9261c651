import cases
import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_smooth.graphs.families import family
from spectral_smooth.measures import energies, rows
from spectral_smooth.operators.operator import Operator


@pytest.mark.parametrize("dtype", cases.DTYPES, ids=lambda d: d.__name__)
@pytest.mark.parametrize("op", cases.operator_params())
def test_energies_are_their_definitions(op, dtype):
    n = op.graph.num_nodes
    x = cases.features(n, 4, dtype=dtype)
    close = {"rtol": 1e-12, "atol": 1e-14}  # float32 states are summed in float64
    np.testing.assert_allclose(energies.edge_energy(op.graph, x), naive.edge_energy(op.graph, x), **close)
    np.testing.assert_allclose(energies.normalized_energy(op, x), naive.normalized_energy(op, x), **close)
    np.testing.assert_allclose(energies.matched_energy(op, x), naive.matched_energy(op, x), **close)


@pytest.mark.parametrize("op", cases.operator_params())
def test_matched_energy_is_the_quadratic_form_of_the_core(op):
    x = cases.features(op.graph.num_nodes)
    y = naive.similarity(op)[:, None] * x
    fixed = (naive.degrees(op) > 0)[:, None] * y
    form = float(np.sum(y * (fixed - naive.dense_core(op) @ y)))
    np.testing.assert_allclose(energies.matched_energy(op, x), form, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("op", cases.operator_params(cases.FEW_GRAPHS, cases.FEW_OPERATORS))
def test_each_energy_vanishes_on_its_kernel_and_there_only(op):
    n = op.graph.num_nodes
    labels = naive.component_labels(op.graph)
    constants = np.random.default_rng(0).standard_normal((labels.max() + 1, 2))[labels]
    d = naive.degrees(op)[:, None]
    power = np.where(d > 0, np.where(d > 0, d, 1.0) ** (1 - op.split), 0.0)
    assert energies.edge_energy(op.graph, constants) == 0.0
    assert energies.normalized_energy(op, constants * np.sqrt(d)) <= 1e-28 * n
    assert energies.matched_energy(op, constants * power) <= 1e-28 * n
    if op.graph.num_edges > op.graph.self_loop_weights.astype(bool).sum():
        assert energies.edge_energy(op.graph, cases.features(n)) > 0


def test_walk_and_gcn_have_the_energy_that_matches_them():
    graph = cases.GRAPHS["weighted self-loops"]
    x = cases.features(graph.num_nodes)
    walk, symmetric = Operator(graph, 1.0, 1.0), Operator(graph, 1.0, 0.5)
    assert energies.matched_energy(walk, x) == pytest.approx(energies.edge_energy(graph, x), rel=1e-14)
    assert energies.matched_energy(symmetric, x) == pytest.approx(
        energies.normalized_energy(symmetric, x), rel=1e-14
    )


def test_blocks_do_not_change_the_sum(monkeypatch):
    op = cases.operator("weighted self-loops", "gcn")
    x = cases.features(op.graph.num_nodes, 7)
    whole = energies.normalized_energy(op, x)
    monkeypatch.setattr(rows, "BLOCK_VALUES", 15)
    assert energies.normalized_energy(op, x) == pytest.approx(whole, rel=1e-14)
    assert rows.squared_norm(x) == pytest.approx(np.sum(x**2), rel=1e-14)


def test_rayleigh_quotient_lies_in_the_laplacian_spectrum_and_is_zero_for_zero():
    graph = family("cycle:6").graph
    alternating = np.array([[1.0], [-1.0]] * 3)
    assert energies.edge_rayleigh(graph, alternating) == pytest.approx(4.0)
    assert energies.edge_rayleigh(graph, np.zeros((6, 2))) == 0.0


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), factor=st.floats(1e-3, 1e3))
def test_invariants(seed, factor):
    rng = np.random.default_rng(seed)
    a = cases.random_matrix(9, 3.0, seed, weighted=True)
    x = rng.standard_normal((9, 3))
    graph = cases.graph_from_matrix(a, weighted=True)
    energy = energies.edge_energy(graph, x)
    order = rng.permutation(9)
    permuted = cases.graph_from_matrix(a[np.ix_(order, order)], weighted=True)
    assert energies.edge_energy(permuted, x[order]) == pytest.approx(energy, rel=1e-12)
    scaled = cases.graph_from_matrix(factor * a, weighted=True)
    assert energies.edge_energy(scaled, x) == pytest.approx(factor * energy, rel=1e-12)
    assert energies.edge_energy(graph, x + factor) == pytest.approx(energy, rel=1e-9)
    panels = [energies.edge_energy(graph, x[:, [j]]) for j in range(3)]
    assert sum(panels) == pytest.approx(energy, rel=1e-12)
