"""The operator family against its definitions."""

import cases
import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_smooth.errors import UsageError
from spectral_smooth.operators.operator import Operator, gcn, random_walk, symmetric


@pytest.mark.parametrize("op", cases.operator_params())
def test_core_layer_and_similarity_are_consistent(op):
    core, layer = naive.dense_core(op), naive.dense_layer(op)
    np.testing.assert_allclose(op.matrix().toarray(), core, atol=1e-13)
    t, back = op.similarity, op.inverse_similarity
    np.testing.assert_allclose(back[:, None] * core * t[None, :], layer, atol=1e-12)
    np.testing.assert_array_equal(t * back > 0, naive.degrees(op) > 0)


@pytest.mark.parametrize("op", cases.operator_params())
def test_known_eigenvectors_and_their_number(op):
    space, values = op.fixed_space, naive.eigenvalues(op)
    assert space.dimension == naive.fixed_basis(op).shape[1] == np.sum(values > 1 - 1e-9)
    assert space.alternating_dimension == naive.alternating_basis(op).shape[1] == np.sum(values < -1 + 1e-9)
    basis, core = space.basis.toarray(), naive.dense_core(op)
    signs = np.repeat([1.0, -1.0], [space.dimension, space.alternating_dimension])
    np.testing.assert_allclose(basis @ core, signs[:, None] * basis, atol=1e-12)
    np.testing.assert_allclose(basis @ basis.T, np.eye(len(basis)), atol=1e-12)


@pytest.mark.parametrize("op", cases.operator_params())
def test_lower_end_is_below_the_spectrum(op):
    assert op.lower_end <= naive.eigenvalues(op)[-1] + 1e-12


@pytest.mark.parametrize("op", cases.operator_params(graphs=cases.FEW_GRAPHS))
def test_check_finds_nothing_wrong(op):
    report = op.check()
    assert report.passed, str(report)
    assert len(report.findings) >= 4


def test_check_notices_a_wrong_fixed_space():
    op = gcn(cases.GRAPHS["karate"])
    space = op.fixed_space
    broken = np.array(space.vector)
    broken[0] *= 1.5
    object.__setattr__(space, "vector", broken)
    report = op.check()
    assert not report.passed
    assert "fixed" in str(report)


def test_silent_nodes_leave_through_a_zero_row():
    op = symmetric(cases.GRAPHS["isolated nodes"])
    assert op.silent == np.sum(naive.degrees(op) == 0) > 0
    assert gcn(op.graph).silent == 0
    x = op.leave(op.enter(np.ones((op.graph.num_nodes, 1))))
    np.testing.assert_array_equal(x[:, 0] == 0, naive.degrees(op) == 0)


@pytest.mark.parametrize(
    "arguments",
    [{"loops": -1.0}, {"loops": np.nan}, {"loops": np.ones(3)}, {"split": 1.5}, {"split": -0.1}],
)
def test_settings_out_of_range_are_refused(arguments):
    with pytest.raises(UsageError):
        Operator(cases.GRAPHS["karate"], **arguments)


def test_shorthands():
    graph = cases.GRAPHS["karate"]
    assert (gcn(graph).loops, gcn(graph).split) == (1.0, 0.5)
    assert (random_walk(graph).loops, random_walk(graph).split) == (0.0, 1.0)
    assert (symmetric(graph).loops, symmetric(graph).split) == (0.0, 0.5)
    np.testing.assert_allclose(naive.dense_layer(random_walk(graph)).sum(axis=1), 1.0)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.floats(1e-3, 1e3))
def test_weight_scaling_with_scaled_loops_changes_nothing(seed, scale):
    a = cases.random_matrix(12, 3.0, seed, weighted=True)
    one = gcn(cases.graph_from_matrix(a, weighted=True), loops=1.0)
    two = gcn(cases.graph_from_matrix(a * scale, weighted=True), loops=scale)
    np.testing.assert_allclose(one.matrix().toarray(), two.matrix().toarray(), rtol=1e-10, atol=1e-14)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_node_order_changes_nothing(seed):
    a = cases.random_matrix(14, 2.0, seed)
    order = np.random.default_rng(seed).permutation(14)
    one, two = gcn(cases.graph_from_matrix(a)), gcn(cases.graph_from_matrix(a[order][:, order]))
    np.testing.assert_allclose(one.matrix().toarray()[order][:, order], two.matrix().toarray(), atol=1e-14)
    assert one.fixed_space.dimension == two.fixed_space.dimension
    np.testing.assert_array_equal(np.sort(one.fixed_space.sizes), np.sort(two.fixed_space.sizes))
