"""Kernels of some nodes by depth against the dense layer, both ways of computing them."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from cases import GRAPHS, OPERATORS, RULES
from scipy.sparse import csr_array

import spectral_smooth as ss
from spectral_smooth.operators.readout import Concat
from spectral_smooth.simulate.kernels import kernels_by_depth

DEPTHS = np.array([0, 1, 3])


def dense_states(operator, x, rule, depth):
    """h_k(P) X of every depth, with silent nodes at zero, by the dense layer."""
    alive = (naive.degrees(operator) > 0)[:, None]
    layer, growth = naive.dense_layer(operator), rule.growth
    states = [x * alive]
    for _ in range(depth):
        states.append(rule.a * layer @ states[-1] + rule.b * states[-1] + rule.c * states[0])
    return [s / growth**k for k, s in enumerate(states)]


def expected(operator, x, rule, nodes, depth):
    states = dense_states(operator, x, rule, depth)
    rows = [s[nodes] for s in states]
    if isinstance(rule.readout, Concat):
        return sum(r @ r.T for r in rows)
    *_, last = rule.readout.combine(iter(rows))
    return last @ last.T


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("graph", ["karate", "isolated nodes", "weighted self-loops", "disjoint union"])
def test_kernels_are_those_of_the_dense_layer_whichever_way_they_are_computed(graph, operator, rule):
    op, rule = OPERATORS[operator](GRAPHS[graph]), RULES[rule]
    n = op.graph.num_nodes
    rng = np.random.default_rng(0)
    nodes = rng.permutation(n)[:6]
    for columns in (3, 9):  # fewer than the nodes: X is propagated; more: the nodes' indicators are
        x = rng.normal(size=(n, columns))
        for depth, kernel in kernels_by_depth(op, x, nodes, DEPTHS, rule=rule):
            wanted = expected(op, x, rule, nodes, depth)
            np.testing.assert_allclose(kernel, wanted, atol=1e-11 * max(np.abs(wanted).max(), 1.0))


def test_sparse_features_give_the_same_kernels_as_dense_ones():
    op = ss.gcn(GRAPHS["karate"])
    x = np.random.default_rng(1).poisson(0.3, size=(34, 40)).astype(float)
    nodes = np.arange(0, 34, 5)
    dense = [k for _, k in kernels_by_depth(op, x, nodes, DEPTHS)]
    sparse = [k for _, k in kernels_by_depth(op, csr_array(x), nodes, DEPTHS)]
    np.testing.assert_allclose(dense, sparse, atol=1e-12)


def test_a_node_that_does_not_exist_is_refused_and_progress_is_told():
    op = ss.gcn(GRAPHS["karate"])
    with pytest.raises(ss.errors.InputError, match="0 to 33"):
        next(kernels_by_depth(op, np.eye(34), np.array([34]), DEPTHS))
    told = []
    list(kernels_by_depth(op, np.eye(34), np.array([3]), DEPTHS, progress=lambda *done: told.append(done)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
