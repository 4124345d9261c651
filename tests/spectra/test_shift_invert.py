"""One factorisation and a dozen solves: the orders, the factors, the Krylov space, and what it may not miss."""

from dataclasses import replace

import numpy as np
import pytest
from cases import graph_from_matrix, random_matrix
from naive import dense_core
from scipy.sparse import block_diag

from spectral_smooth.errors import NotConvergedError
from spectral_smooth.graphs.families import family
from spectral_smooth.graphs.graph import Graph
from spectral_smooth.operators.operator import Operator, gcn, symmetric
from spectral_smooth.spectra.eigen import eigenpairs
from spectral_smooth.spectra.solvers.auto import Auto
from spectral_smooth.spectra.solvers.blocks import Blocks
from spectral_smooth.spectra.solvers.dense import Dense, vectors_between
from spectral_smooth.spectra.solvers.inverse import (
    BandedInverse,
    SparseInverse,
    narrow_order,
    shifted,
    subtract_edges,
)
from spectral_smooth.spectra.solvers.inverse_krylov import InverseKrylov
from spectral_smooth.spectra.solvers.levels import farthest, gap_by_distance
from spectral_smooth.spectra.solvers.narrow import NarrowOrder, number_by_levels
from spectral_smooth.spectra.solvers.orthonormal import orthonormal
from spectral_smooth.spectra.solvers.shift_invert import ShiftInvert
from spectral_smooth.spectra.solvers.signed import SignedCore


def longest_edge(graph, place):
    rows = np.repeat(np.arange(graph.num_nodes), np.diff(graph.indptr))
    return int(np.max(np.abs(place[rows] - place[graph.indices]), initial=0))


@pytest.mark.parametrize("spec", ["path:200", "cycle:200", "grid:5x80", "torus:4x90", "hypercube:3"])
def test_a_narrow_order_is_a_permutation_with_the_band_it_states(spec):
    graph = family(spec).graph
    shuffled = np.random.default_rng(3).permutation(graph.num_nodes)
    graph = graph_from_matrix(graph.adjacency().toarray()[np.ix_(shuffled, shuffled)])
    found = NarrowOrder.of(graph.indptr, graph.indices, limit=20)
    assert sorted(found.place) == list(range(graph.num_nodes))
    np.testing.assert_array_equal(found.place[found.order], np.arange(graph.num_nodes))
    assert found.band == longest_edge(graph, found.place)


def test_the_compiled_order_is_that_of_the_plain_function():
    graph = graph_from_matrix(random_matrix(60, 2.0, 1))
    place = np.full(60, -1, dtype=np.int64)
    band = number_by_levels(graph.indptr, graph.indices, 59, place)
    found = NarrowOrder.of(graph.indptr, graph.indices, limit=59)
    assert found.band == band
    np.testing.assert_array_equal(found.place, place)


def test_bands_of_long_graphs():
    assert NarrowOrder.of(*_arrays("path:500"), limit=5).band == 1
    assert NarrowOrder.of(*_arrays("cycle:500"), limit=5).band == 2
    assert NarrowOrder.of(*_arrays("grid:6x300"), limit=30).band <= 7


@pytest.mark.parametrize("spec", ["complete:200", "star:300", "hypercube:9", "grid:60x60"])
def test_graphs_without_a_long_direction_have_no_narrow_order(spec):
    assert NarrowOrder.of(*_arrays(spec), limit=12) is None


def test_a_narrow_order_of_several_components_and_of_none():
    parts = block_diag([family("path:50").graph.adjacency(), np.zeros((3, 3)), np.ones((4, 4)) - np.eye(4)])
    graph = graph_from_matrix(parts.toarray())
    found = NarrowOrder.of(graph.indptr, graph.indices, limit=5)
    assert sorted(found.place) == list(range(57))
    assert found.band == longest_edge(graph, found.place) == 3
    assert NarrowOrder.of(graph.indptr, graph.indices, limit=0) is None


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("weighted", [False, True])
def test_both_inverses_invert(sign, weighted):
    graph = family("grid:4x150").graph
    if weighted:
        matrix = np.triu(graph.adjacency().toarray()) * np.random.default_rng(0).uniform(0.1, 5.0, (600, 600))
        graph = graph_from_matrix(matrix + matrix.T, weighted=True)
    problem = Blocks.of(Operator(graph, np.linspace(0.0, 2.0, 600))).top_problem(0)
    core = problem.core if sign > 0 else problem.core.flipped()
    dense = 1.001 * np.eye(600) - core.matrix.toarray()
    np.testing.assert_allclose(shifted(core, 1.001).toarray(), dense, atol=1e-15)
    narrow = narrow_order(core)
    assert narrow.band <= 5
    block = np.random.default_rng(1).standard_normal((600, 2))
    for inverse in (BandedInverse.at(core, 1.001, narrow), SparseInverse.at(core, 1.001)):
        assert inverse.positive()
        np.testing.assert_allclose(dense @ inverse.solve(block), block, atol=1e-10)


def test_the_graphs_own_loops_are_on_the_diagonal():
    chain = np.diag(np.full(63, 1.0), 1)
    graph = graph_from_matrix(chain + chain.T + np.diag(np.arange(64.0)), weighted=True)
    core = Blocks.of(symmetric(graph)).top_problem(0).core
    place = np.arange(64)
    band = np.zeros((2, 64))
    subtract_edges(
        graph.indptr, graph.indices, graph.weights, 1, core.operator.scale, core.operator.scale, place, band
    )
    np.testing.assert_allclose(band[0], -np.diag(core.matrix.toarray()), atol=1e-15)
    np.testing.assert_allclose(band[1, :-1], -np.diag(core.matrix.toarray(), -1), atol=1e-15)


def test_a_shift_below_the_end_is_noticed():
    core = Blocks.of(gcn(family("path:300").graph)).top_problem(0).core
    assert BandedInverse.at(core, 0.9, narrow_order(core)) is None
    assert not SparseInverse.at(core, 0.9).positive()


def test_what_a_cheap_band_is():
    def band(spec):
        return narrow_order(Blocks.of(gcn(family(spec).graph)).top_problem(0).core)

    assert band("grid:10x2000").band <= 12
    assert band("grid:140x140") is None
    assert band("complete:700") is None
    assert band("star:700") is None


def test_a_strip_keeps_its_digits():
    """λ_2 of the loop-free grid is that of its long side: the sum over edges has all of it."""
    nodes = 40_000
    op = symmetric(family(f"path:{nodes}").graph)
    exact = 2.0 * np.sin(np.pi / (2 * (nodes - 1))) ** 2
    for solver in (Auto(), ShiftInvert()):
        found = eigenpairs(op, 1, solver=solver, rng=0)
        assert found.convergence.method == "shift-invert block iteration"
        assert found.convergence.applications < 30
        assert abs(found.gap / exact - 1.0) < 1e-10


@pytest.mark.parametrize(
    "spec",
    ["torus:30x30", "hypercube:9", "torus:8x120", "cycle:800", "complete:300", "star:500", "grid:9x100"],
)
@pytest.mark.parametrize("make", [gcn, symmetric])
@pytest.mark.parametrize("which", ["top", "bottom"])
def test_multiple_values_of_larger_graphs(spec, make, which):
    op = make(family(spec).graph)
    values = np.linalg.eigvalsh(dense_core(op))
    expected = values[::-1][1:7] if which == "top" else values[:6][::-1]
    for block in (1, 3):
        found = eigenpairs(op, 6, which, solver=ShiftInvert(block=block), rng=1)
        np.testing.assert_allclose(found.values, expected, atol=1e-12)


def test_a_value_a_million_times_closer_than_the_next_does_not_hide_the_others():
    """Two complete graphs joined by one edge of weight 1e-8: λ_2 ~ 1e-10, all others near 1."""
    matrix = block_diag([np.ones((40, 40)), np.ones((40, 40))]).toarray() - np.eye(80)
    matrix[0, 79] = matrix[79, 0] = 1e-8
    op = symmetric(graph_from_matrix(matrix, weighted=True))
    found = eigenpairs(op, 4, solver=ShiftInvert(), rng=0)
    np.testing.assert_allclose(found.values, np.linalg.eigvalsh(dense_core(op))[::-1][1:5], atol=1e-12)
    assert 0 < found.gap < 1e-9


def test_the_shift_moves_closer_where_the_end_is_far_from_its_bound():
    """The bottom of a graph with one heavy loop less than its neighbours: Gershgorin's bound is −1, the end −0.4."""
    graph = family("grid:30x40").graph
    loops = np.full(1200, 2.0)
    loops[0] = 0.0
    op = Operator(graph, loops)
    values = np.linalg.eigvalsh(dense_core(op))
    assert values[0] > op.lower_end + 0.3
    found = eigenpairs(op, 3, "bottom", solver=ShiftInvert(), rng=0)
    np.testing.assert_allclose(found.values, values[:3][::-1], atol=1e-12)


def test_ritz_values_of_the_inverse_are_lower_bounds_and_restarts_keep_them():
    problem = Blocks.of(gcn(family("grid:25x30").graph)).top_problem(0)
    truth = Dense().largest(problem, 8, np.random.default_rng(0)).values
    inverse = SparseInverse.at(problem.core, 1.0 + 1e-9)
    krylov = InverseKrylov(inverse, 1.0 + 1e-9, 1e-12, 400)
    for solves in (4, 8, 16):
        rough = replace(krylov, applications=solves).search(problem, 8, 2, np.random.default_rng(1))
        assert np.all(rough.values <= truth[: len(rough.values)] + 1e-13)
    found = krylov.search(problem, 8, 3, np.random.default_rng(1))
    assert found.converged
    np.testing.assert_allclose(found.values, truth, atol=1e-13)
    many = krylov.search(problem, 40, 3, np.random.default_rng(1))
    assert many.restarts > 0
    np.testing.assert_allclose(
        many.values, Dense().largest(problem, 40, np.random.default_rng(0)).values, atol=1e-12
    )


def test_a_glance_sees_what_is_hidden_and_nothing_else():
    problem = Blocks.of(gcn(family("torus:12x12").graph)).top_problem(0)
    rng = np.random.default_rng(0)
    full = Dense().largest(problem, 5, rng)
    krylov = InverseKrylov(SparseInverse.at(problem.core, 1.0 + 1e-9), 1.0 + 1e-9, 1e-10, 100)
    threshold = float(full.values[3]) + 1e-12
    for hidden in range(4):
        rest = problem.without(full.where(np.arange(5) != hidden))
        assert krylov.glance(rest, threshold, 3, rng)[:2] == (True, True) or full.values[hidden] <= threshold
    assert krylov.glance(problem.without(full.first(4)), threshold, 3, rng)[:2] == (False, True)
    assert replace(krylov, applications=1).glance(problem.without(full.first(4)), threshold, 1, rng)[:2] == (
        False,
        False,
    )


def test_a_narrow_graph_within_a_refused_budget():
    op = gcn(family("path:4000").graph)
    with pytest.raises(NotConvergedError):
        eigenpairs(op, 1, solver=ShiftInvert(max_fill=3000), rng=0)
    assert eigenpairs(op, 1, solver=ShiftInvert(max_fill=8000), rng=0).convergence.converged


def test_dense_algebra_finds_all_copies_where_lapack_by_index_does_not():
    """Of a star's 398 equal values LAPACK's solver for a range of indices has returned two, or none."""
    op = gcn(family("star:400").graph)
    matrix = Blocks.of(op).pushed_block(0)
    vectors = vectors_between(matrix, 395, 400)
    assert vectors.shape == (401, 6)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(6), atol=1e-12)
    np.testing.assert_allclose(matrix @ vectors, 0.5 * vectors, atol=1e-12)
    for solver in (Dense(), Auto()):
        np.testing.assert_allclose(eigenpairs(op, 6, solver=solver).values, 0.5, atol=1e-12)


def test_orthonormal_gives_back_its_block():
    block = np.random.default_rng(0).standard_normal((50, 3))
    block = np.column_stack([block, block[:, 0]])
    basis, weights, factor = orthonormal(block / np.linalg.norm(block, axis=0))
    assert basis.shape == (50, 3)
    assert len(weights) == 3
    np.testing.assert_allclose(basis @ factor, block / np.linalg.norm(block, axis=0), atol=1e-12)
    assert orthonormal(np.zeros((50, 0)))[0].shape == (50, 0)


def test_what_is_worth_a_factorisation_on_a_small_component():
    """A square grid is not narrow, but its factor is small; that of a random graph is not."""
    grid, web = gcn(family("grid:40x40").graph), gcn(graph_from_matrix(random_matrix(2500, 8.0, 0)))
    found = eigenpairs(grid, 2, rng=0)
    assert found.convergence.method == "shift-invert block iteration"
    np.testing.assert_allclose(found.values, np.linalg.eigvalsh(dense_core(grid))[::-1][1:3], atol=1e-13)
    assert "shift-invert" not in eigenpairs(web, 1, rng=0).convergence.method


@pytest.mark.parametrize("count", [1, 3])
def test_a_tiny_gap_at_the_bottom_of_a_large_component(count):
    """One edge more and a bipartite grid is none: μ_n is close to −1, but not there; Lanczos alone would give up."""
    side = 146
    grid = family(f"grid:{side}x{side}").graph.adjacency().tolil()
    grid[0, side + 1] = grid[side + 1, 0] = 1.0
    grid = grid.tocsr()
    op = symmetric(Graph(grid.indptr, grid.indices))
    found = eigenpairs(op, count, "bottom", rng=0)
    assert op.graph.num_nodes > 20_000
    assert -1.0 < found.values[-1] < -0.999
    assert np.all(found.convergence.residuals <= 1e-10)


@pytest.mark.parametrize(
    "spec", ["grid:20x30", "path:50", "cycle:41", "torus:6x40", "complete:20", "star:9", "path:2"]
)
@pytest.mark.parametrize("make", [gcn, symmetric])
def test_a_gap_is_below_what_distances_allow(spec, make):
    op = make(family(spec).graph)
    core = SignedCore(op)
    gap = 1.0 - np.linalg.eigvalsh(dense_core(op))[-2]
    for start in (0, op.graph.num_nodes // 2):
        bound = gap_by_distance(core, start)
        assert bound is None or gap <= bound


def test_distances_are_counted_and_wide_fronts_end_it():
    assert farthest(*_arrays("path:30"), 0, 5) == 29
    assert farthest(*_arrays("path:30"), 10, 5) == 19
    assert farthest(*_arrays("grid:5x9"), 0, 5) == 12
    assert farthest(*_arrays("star:9"), 0, 5) == 0
    assert farthest(*_arrays("star:9"), 0, 9) == 1
    assert gap_by_distance(SignedCore(gcn(family("star:400").graph)), 0) is None


def test_a_large_mesh_needs_no_probe():
    """Its distances show that the gap is small, though another component comes first."""
    grid = family("grid:143x143").graph.adjacency()
    parts = block_diag([np.ones((3, 3)) - np.eye(3), grid], format="csr")
    op = gcn(Graph(parts.indptr, parts.indices))
    found = eigenpairs(op, 2, rng=0)
    assert "Lanczos" not in found.convergence.method
    alone = eigenpairs(gcn(family("grid:143x143").graph), 2, rng=0)
    np.testing.assert_allclose(found.values, alone.values, atol=1e-13)


def _arrays(spec):
    graph: Graph = family(spec).graph
    return graph.indptr, graph.indices
