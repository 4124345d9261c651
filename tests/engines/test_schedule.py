"""Chunks of rows and pieces of long ones: everything once, in balance, and with the same values."""

import cases
import naive
import numpy as np
import pytest

from spectral_smooth.engines import schedule as module
from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.engines.schedule import MOST_CHUNKS, ROW_COST, Schedule, chunk_count
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.operators.operator import Operator, gcn, symmetric


@pytest.fixture(name="short_pieces")
def _short_pieces(monkeypatch):
    """Pieces on small graphs."""
    monkeypatch.setattr(module, "LONG_ROW", 4)
    monkeypatch.setattr(module, "PIECE", 2)


def _indptr(lengths):
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


LENGTHS = {
    "one row": [3],
    "one empty row": [0],
    "all empty": [0] * 1000,
    "equal": [4] * 5000,
    "hub first": [50_000] + [1] * 3000,
    "hub last": [1] * 3000 + [50_000],
    "empty then full": [0] * 3000 + [20] * 3000,
    "power law": np.sort(np.random.default_rng(0).zipf(1.8, 5000).clip(max=4000))[::-1],
}


@pytest.mark.parametrize("lengths", LENGTHS.values(), ids=list(LENGTHS))
def test_chunks_are_all_rows_in_order_and_balanced(lengths):
    one = Schedule(_indptr(lengths))
    bounds, rows = one.bounds, len(lengths)
    assert bounds[0] == 0
    assert bounds[-1] == rows
    assert np.all(np.diff(bounds) >= 0)
    assert len(bounds) - 1 <= min(rows, MOST_CHUNKS)
    work = np.asarray(lengths) + ROW_COST
    per_chunk = np.add.reduceat(np.append(work, 0), bounds[:-1]) * (np.diff(bounds) > 0)
    # A chunk may have its share and one row more.
    assert per_chunk.max() <= work.sum() / (len(bounds) - 1) + work.max() + 1


@pytest.mark.parametrize("lengths", LENGTHS.values(), ids=list(LENGTHS))
def test_pieces_are_the_entries_of_the_long_rows_in_order(lengths, short_pieces):
    one = Schedule(_indptr(lengths))
    for place, row in enumerate(one.long_rows):
        mine = one.pieces[one.pieces[:, 2] == place]
        assert mine[0, 0] == one.indptr[row]
        assert mine[-1, 1] == one.indptr[row + 1]
        assert np.array_equal(mine[1:, 0], mine[:-1, 1])
        assert np.all((mine[:, 1] - mine[:, 0] > 0) & (mine[:, 1] - mine[:, 0] <= 2))
    assert set(one.pieces[:, 2].tolist()) == set(range(len(one.long_rows)))


def test_few_rows_have_no_more_chunks_than_rows():
    assert chunk_count(0, 0, 1) == 1
    assert chunk_count(3, 10, 1) == 3
    assert chunk_count(640, 10, 64) == 10
    assert chunk_count(63, 10, 64) == 1
    assert chunk_count(10**9, 10**12, 64) == MOST_CHUNKS


# Compiling counts: every kind of width and each option once, not all with all.
@pytest.mark.parametrize(
    ("name", "columns", "dtype", "vectors"),
    [
        ("weighted self-loops", 1, np.float64, True),
        ("weighted self-loops", 2, np.float32, True),
        ("weighted self-loops", 20, np.float32, True),
        ("weighted self-loops", 150, np.float64, True),
        ("weighted self-loops", 3, np.float64, False),
        ("karate", 1, np.float32, True),
        ("karate", 20, np.float64, True),
    ],
)
def test_rows_in_pieces_have_the_values_of_whole_rows(name, columns, dtype, vectors, short_pieces):
    graph = cases.GRAPHS[name]
    op = Operator(graph, loops=cases.per_node_loops(graph.num_nodes), split=0.5)
    bound = Numba(vectors=vectors).bind(op)
    assert len(bound.pattern.schedule.pieces) > 1
    x = cases.features(graph.num_nodes, columns, dtype=dtype)
    out = np.full_like(x, np.nan)
    bound.apply(x, out)
    core, wide = naive.dense_core(op), x.astype(np.float64)
    longest = np.diff(graph.indptr).max()
    bound_on_rounding = np.finfo(dtype).eps * (longest + 8) * (core @ np.abs(wide))
    assert np.all(np.abs(out - core @ wide) <= bound_on_rounding)


@pytest.mark.parametrize("columns", [1, 20])
def test_a_step_in_pieces_is_a_step(columns, short_pieces, monkeypatch):
    op = gcn(cases.GRAPHS["weighted self-loops"])

    def stepped():
        walk = Numba().bind(op).walk(columns, np.dtype(np.float64), 1)
        x = walk.enter(cases.features(op.graph.num_nodes, columns))
        out, table = walk.empty(), np.tile([0.5, 0.3, 0.2], (walk.pattern.classes.count + 1, 1))
        step = walk.step(x, out, means=walk.means(x), coefficients=table, anchor=x.copy())
        return len(walk.pattern.schedule.pieces), out, step.norm, step.energy, step.means.own

    pieces, *found = stepped()
    monkeypatch.setattr(module, "LONG_ROW", 10**6)
    none, *expected = stepped()
    assert pieces > 0 == none
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize(("columns", "vectors"), [(1, True), (20, True), (3, False)])
def test_a_hub_in_pieces_does_not_see_rows_that_are_no_neighbours(columns, vectors, bad, short_pieces):
    # The hub is the last node: its pieces are numbered like the first nodes, which are far from it.
    n = 60
    a = np.diag((np.arange(n - 2) < 38).astype(float), 1)
    a = np.pad(a, ((0, n - len(a)), (0, n - len(a))))
    a[n - 1, 40 : n - 1] = 1
    op = gcn(cases.graph_from_matrix(np.maximum(a, a.T), "hub"))
    bound = Numba(vectors=vectors).bind(op)
    assert bound.pattern.schedule.long_rows.tolist() == [n - 1]
    x = np.ones((n, columns))
    x[1] = bad
    out = np.empty_like(x)
    bound.apply(x, out)
    assert np.flatnonzero(~np.isfinite(out).all(axis=1)).tolist() == [0, 1, 2]


@pytest.mark.parametrize(("columns", "dtype"), [(1, np.float64), (6, np.float32)])
def test_a_real_star_is_worked_on_in_pieces(columns, dtype):
    leaves = 200_000
    indptr = np.concatenate([[0, leaves], leaves + np.arange(1, leaves + 1)])
    indices = np.concatenate([np.arange(1, leaves + 1), np.zeros(leaves, dtype=np.int64)])
    op = symmetric(Graph(indptr, indices, name="star"))
    bound = Numba().bind(op)
    assert bound.pattern.schedule.long_rows.tolist() == [0]
    assert len(bound.pattern.schedule.pieces) == -(-leaves // module.PIECE)
    x = cases.features(leaves + 1, columns, dtype=dtype)
    out = np.empty_like(x)
    bound.apply(x, out)
    root, wide = np.sqrt(leaves), x.astype(np.float64)
    eps = np.finfo(dtype).eps
    expected = np.concatenate([wide[1:].sum(axis=0, keepdims=True), np.tile(wide[0], (leaves, 1))]) / root
    np.testing.assert_allclose(out[1:], expected[1:], rtol=8 * eps)
    # Sums of pieces are added in float64: the error is that of a piece, of four running sums at F = 1.
    np.testing.assert_allclose(
        out[0], expected[0], atol=eps * module.PIECE * np.abs(wide).sum(axis=0).max() / root
    )


def test_silent_rows_between_long_ones(short_pieces):
    a = np.zeros((30, 30))
    for hub, leaves in ((4, range(10, 18)), (7, range(18, 27))):
        a[hub, leaves] = a[leaves, hub] = 1
    op = symmetric(cases.graph_from_matrix(a, "two hubs"))
    bound = Numba().bind(op)
    assert bound.pattern.schedule.long_rows.tolist() == [4, 7]
    x = cases.features(30, 5)
    out = np.full_like(x, np.nan)
    bound.apply(x, out)
    np.testing.assert_allclose(out, naive.dense_core(op) @ x, atol=1e-14)
