"""Row classes: which rows share a mean, and what the means of two sides make of the two known spaces."""

from itertools import pairwise

import cases
import naive
import numpy as np
import pytest

from spectral_smooth.engines.row_classes import FEW, RowClasses
from spectral_smooth.operators.operator import gcn, symmetric

GRAPHS = {
    **{name: cases.GRAPHS[name] for name in cases.FEW_GRAPHS},
    "disjoint union": cases.GRAPHS["disjoint union"],
    "many": cases.family("10*path:2+8*cycle:3+7*star:3+3*complete:1").graph,
    "one large among many": cases.family("bipartite:20x30+12*path:2+complete:1").graph,
}
EVERY = [
    pytest.param(
        make(graph), singles, id=f"{name}-{make.__name__}-{'with' if singles else 'without'} singles"
    )
    for name, graph in GRAPHS.items()
    for make in (gcn, symmetric)
    for singles in (True, False)
]


def _of_row(classes, rows):
    return np.zeros(rows, dtype=int) if classes.of_row is None else classes.of_row


def _sums(classes, rows, values):
    """Sum per class, the one of silent rows left out."""
    of_row = _of_row(classes, rows)
    sums = np.zeros((classes.count, values.shape[1]))
    for c in range(classes.count):
        sums[c] = values[of_row == c].sum(axis=0)
    return sums


@pytest.mark.parametrize(("op", "singles"), EVERY)
def test_classes_are_components_or_their_sides(op, singles):
    classes = RowClasses.of(op.fixed_space, singles=singles)
    of_row = _of_row(classes, op.graph.num_nodes)
    labels, degrees = naive.component_labels(op.graph), naive.degrees(op)
    sizes, swing = np.bincount(labels)[labels], naive.alternating_basis(op)
    sign = np.sign(swing.sum(axis=1)) if swing.shape[1] else np.zeros(len(labels))
    silent = (degrees == 0) | ((sizes == 1) & (not singles))
    assert np.array_equal(of_row == classes.count, silent)
    if not silent.all():
        assert set(of_row[~silent].tolist()) == set(range(classes.count))
    for i in np.flatnonzero(~silent):
        same = ~silent & (labels == labels[i]) & (sign == sign[i])
        assert np.array_equal(of_row == of_row[i], same)
        other = ~silent & (labels == labels[i]) & (sign == -sign[i])
        assert np.array_equal(of_row == classes.other[of_row[i]], other)
    assert classes.alternates == bool(sign[~silent].any())


@pytest.mark.parametrize(("op", "singles"), EVERY)
def test_parts_are_the_two_projections(op, singles):
    classes = RowClasses.of(op.fixed_space, singles=singles)
    rows = op.graph.num_nodes
    of_row, x = _of_row(classes, rows), cases.features(rows, 2)
    x[of_row == classes.count] = 0.0
    vector = op.fixed_space.vector[:, None]
    fixed, swing = classes.parts(_sums(classes, rows, vector * x))
    for found, basis in ((fixed, naive.fixed_basis(op)), (swing, naive.alternating_basis(op))):
        np.testing.assert_allclose(vector * found[of_row], basis @ (basis.T @ x), atol=1e-14)
    assert not fixed[-1].any()
    assert not swing[-1].any()


@pytest.mark.parametrize(("op", "singles"), EVERY)
def test_masses_and_listed_rows(op, singles):
    classes = RowClasses.of(op.fixed_space, singles=singles)
    rows, weights = op.graph.num_nodes, naive.degrees(op)
    of_row = _of_row(classes, rows)
    own = _sums(classes, rows, weights[:, None])[:, 0]
    expected = own + np.where(classes.other == np.arange(classes.count), 0.0, own[classes.other])
    np.testing.assert_allclose(classes.masses(weights), expected, rtol=1e-14)

    order, starts = classes.listed
    assert len(starts) - 1 == classes.count - classes.fused
    for place, c in enumerate(range(classes.fused, classes.count)):
        assert np.array_equal(order[starts[place] : starts[place + 1]], np.flatnonzero(of_row == c))
    if classes.fused < classes.count:
        # both sides of a component are kept alike, and only large ones go chunk by chunk
        assert classes.count > FEW
        assert np.all((classes.other < classes.fused) == (np.arange(classes.count) < classes.fused))
        assert classes.fused <= 2 * FEW


@pytest.mark.parametrize(("op", "singles"), EVERY)
def test_another_order_takes_the_classes_along(op, singles):
    classes, rows = RowClasses.of(op.fixed_space, singles=singles), op.graph.num_nodes
    order = np.random.default_rng(0).permutation(rows)
    turned = classes.reordered(order)
    assert np.array_equal(_of_row(turned, rows), _of_row(classes, rows)[order])
    listed, starts = turned.listed
    before, same = classes.listed
    assert np.array_equal(starts, same)
    for low, high in pairwise(starts):
        assert set(order[listed[low:high]].tolist()) == set(before[low:high].tolist())


def test_a_connected_graph_needs_no_array():
    assert RowClasses.of(gcn(cases.GRAPHS["karate"]).fixed_space, singles=True).of_row is None
    assert RowClasses.of(gcn(cases.GRAPHS["bipartite"]).fixed_space, singles=True).of_row is None
    assert RowClasses.of(symmetric(cases.GRAPHS["bipartite"]).fixed_space, singles=True).count == 2
    assert RowClasses.whole().of_row is None
