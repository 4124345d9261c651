"""What the solvers promise one by one: honesty, choice, multiplicities, bounds."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from cases import graph_from_matrix, random_matrix
from naive import dense_core
from scipy.sparse import block_diag, csr_array

from spectral_smooth.errors import MissingLibraryError, NotConvergedError, UsageError
from spectral_smooth.graphs.families import family
from spectral_smooth.operators.operator import gcn, symmetric
from spectral_smooth.spectra.eigen import both_ends, eigenpairs
from spectral_smooth.spectra.solvers.arpack import Arpack
from spectral_smooth.spectra.solvers.auto import Auto, ComponentShape
from spectral_smooth.spectra.solvers.block_krylov import BlockKrylov
from spectral_smooth.spectra.solvers.blocks import Blocks
from spectral_smooth.spectra.solvers.chebyshev import ChebyshevFilter
from spectral_smooth.spectra.solvers.davidson import Budget, davidson
from spectral_smooth.spectra.solvers.dense import Dense
from spectral_smooth.spectra.solvers.fill import count_factor, fill_bound
from spectral_smooth.spectra.solvers.lanczos import Lanczos
from spectral_smooth.spectra.solvers.lobpcg import Lobpcg
from spectral_smooth.spectra.solvers.multigrid import Multigrid
from spectral_smooth.spectra.solvers.problem import Pairs, settled
from spectral_smooth.spectra.solvers.remainder import with_missed
from spectral_smooth.spectra.solvers.shift_invert import ShiftInvert

LONG_PATH = gcn(family("path:1500").graph)


@pytest.mark.parametrize(
    "solver",
    [
        BlockKrylov(max_applications=60),
        Arpack(max_restarts=1),
        ShiftInvert(max_applications=5),
        Lanczos(max_steps=30),
    ],
    ids=repr,
)
def test_giving_up_keeps_what_was_reached(solver):
    with pytest.raises(NotConvergedError, match="gave up") as caught:
        eigenpairs(LONG_PATH, 4, solver=solver, rng=0)
    partial = caught.value.partial
    assert not partial.convergence.converged
    assert "did NOT converge" in str(partial.convergence)
    assert partial.gap is None
    assert partial.rate is None
    assert len(partial.values) == len(partial.convergence.residuals) == partial.vectors.shape[1]
    truth = np.linalg.eigvalsh(dense_core(LONG_PATH))
    for value, residual in zip(partial.values, partial.convergence.residuals, strict=True):
        assert np.min(np.abs(truth - value)) <= residual + 1e-12


def test_both_ends_give_up_with_all_three():
    with pytest.raises(NotConvergedError) as caught:
        both_ends(LONG_PATH, 3, solver=BlockKrylov(max_applications=60), rng=0)
    assert [part.which for part in caught.value.partial] == ["top", "bottom", "slowest"]


def test_automatic_choice_gets_the_tiny_gap_of_a_path():
    spectrum = eigenpairs(symmetric(family("path:1500").graph), 5, "slowest", rng=0)
    expected = np.cos(np.pi * np.arange(1, 3) / 1499)
    np.testing.assert_allclose(spectrum.values, [*expected, *-expected[::-1], -1.0], atol=1e-13)


def test_bipartite_bottom_is_the_reflected_top():
    op = symmetric(family("grid:25x30").graph)
    alone = eigenpairs(op, 4, "top", rng=0)
    top, bottom, _ = both_ends(op, 4, rng=0)
    assert top.convergence.applications == alone.convergence.applications > 0
    np.testing.assert_allclose(bottom.values, [*-top.values[2::-1], -1.0], atol=1e-12)
    core = dense_core(op)
    assert np.all(np.linalg.norm(core @ bottom.vectors - bottom.vectors * bottom.values, axis=0) < 1e-10)


def test_a_refused_factorisation_is_not_an_answer():
    op = gcn(family("path:3500").graph)
    with pytest.raises(NotConvergedError) as caught:
        eigenpairs(op, 2, solver=ShiftInvert(max_fill=100), rng=0)
    assert len(caught.value.partial.values) == 0


@pytest.mark.parametrize("count", [1, 6])
def test_choice_is_a_table(count, monkeypatch):
    choose = Auto(tolerance=1e-8).choose
    krylov, factorised = BlockKrylov(tolerance=1e-8), ShiftInvert(tolerance=1e-8)
    quick = BlockKrylov(tolerance=1e-8, max_applications=5_000)
    large = ComponentShape(100_000, 400_000)
    assert choose(ComponentShape(600, 5000), count) == (Dense(),)
    assert choose(ComponentShape(601, 5000), count) == (quick, factorised, krylov)
    assert choose(replace(large, gap=0.1), count) == (quick, factorised, krylov)
    assert choose(replace(large, gap=1e-5, fill=500_000), count) == (factorised, krylov)
    assert choose(replace(large, band=10), count) == (factorised, krylov)
    assert choose(ComponentShape(10_000, 50_000, fill=1_000_000), count) == (factorised, krylov)
    assert choose(ComponentShape(10_000, 50_000, fill=2_000_000), count) == (quick, factorised, krylov)
    for there in (True, False):
        monkeypatch.setattr(Lobpcg, "offered", staticmethod(lambda there=there: there))
        filled = choose(replace(large, gap=1e-5, fill=80_000_000), count)
        assert filled == ((Lobpcg(tolerance=1e-8),) if there else ()) + (quick, factorised, krylov)


def test_one_value_of_a_large_component_is_looked_for_by_lanczos_first():
    (first,) = Auto(tolerance=1e-8).choose(ComponentShape(100_000, 400_000), 1)
    assert isinstance(first, Lanczos)
    assert first.tolerance == 1e-8
    assert 0.005 < first.least_gap < 0.02


def test_choice_is_dense_for_a_large_share():
    assert Auto().choose(ComponentShape(2000, 9000), 500) == (Dense(),)
    with pytest.raises(UsageError, match="ask for fewer than 25,000"):
        Auto().choose(ComponentShape(100_000, 400_000), 60_000)


def test_choice_keeps_within_the_memory():
    large = ComponentShape(100_000, 400_000, gap=1e-5, fill=1_000_000)
    kinds = [type(solver) for solver in Auto().choose(large, 6)]
    assert ShiftInvert in kinds
    small = Auto(memory=1 << 20)
    for shape in (large, replace(large, band=10)):
        assert all(
            not isinstance(solver, ShiftInvert) or solver.max_fill <= (1 << 20) // 32
            for solver in small.choose(shape, 6)
        )
    assert ShiftInvert not in [type(solver) for solver in small.choose(large, 6)]
    (lanczos,) = small.choose(ComponentShape(100_000, 400_000), 1)
    assert lanczos.memory == 1 << 20
    with pytest.raises(UsageError, match=r"memory="):
        small.choose(ComponentShape(2000, 9000), 500)
    assert small.choose(ComponentShape(600, 9000), 500) == (Dense(),)


@pytest.mark.parametrize("hidden", [0, 1, 3])
def test_search_of_the_remainder_finds_a_hidden_pair(hidden):
    """Withhold one of the top pairs: the search must bring it back."""
    problem = Blocks.of(gcn(family("torus:9x9").graph)).top_problem(0)
    rng = np.random.default_rng(hidden)
    full = Dense().largest(problem, 5, rng)
    keep = np.arange(5) != hidden
    lame = Pairs(full.values[keep], full.vectors[:, keep], full.residuals[keep], True, 0, 0)
    expander = ChebyshevFilter(problem.core, problem.lowest)
    mended = with_missed(problem, lame, 4, expander, Budget(1e-10, 20_000, 4), rng)
    assert mended.converged
    np.testing.assert_allclose(mended.values, full.values[:4], atol=1e-10)


def test_ritz_values_are_lower_bounds():
    problem = Blocks.of(gcn(family("grid:15x20").graph)).top_problem(0)
    truth = Dense().largest(problem, 4, np.random.default_rng(0)).values
    expander = ChebyshevFilter(problem.core, problem.lowest)
    for applications in (10, 100, 400):
        pairs = davidson(problem, 4, expander, Budget(1e-12, applications, 3), np.random.default_rng(1))
        assert np.all(pairs.values <= truth + 1e-13)


def test_lower_end_of_a_component_is_a_bound():
    for seed in range(30):
        op = gcn(graph_from_matrix(random_matrix(15, 4.0, seed)), loops=0.5 * (seed % 4))
        if op.fixed_space.dimension:
            problem = Blocks.of(op).top_problem(0)
            assert np.linalg.eigvalsh(problem.matrix.toarray())[0] >= problem.lowest - 1e-13


def test_settled_asks_for_more_near_one():
    values = np.array([0.5, 1 - 1e-9, 1 - 1e-9])
    assert settled(values, np.array([9e-11, 9e-11, 9e-12]), 1e-10).tolist() == [True, False, True]


@pytest.mark.parametrize("seed", range(5))
def test_fill_is_that_of_a_dense_elimination(seed):
    pattern = random_matrix(25, 3.0, seed) + np.eye(25)
    matrix = csr_array(pattern)
    order = np.random.default_rng(seed).permutation(25)
    filled = pattern[np.ix_(order, order)] != 0
    for k in range(25):
        below = np.flatnonzero(filled[:, k] & (np.arange(25) > k))
        filled[np.ix_(below, below)] = True
    exact = int(np.count_nonzero(np.tril(filled)))
    arrays = (matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64))
    assert count_factor(*arrays, order, np.argsort(order), 10_000) == exact
    assert count_factor(*arrays, order, np.argsort(order), exact - 1) == exact
    assert fill_bound(matrix, 10_000) <= 25 * 26 // 2


def test_fill_of_a_path_and_a_star_is_nothing():
    for spec in ("path:400", "star:400"):
        graph = family(spec).graph
        assert fill_bound(gcn(graph).matrix(), 10_000) == 2 * graph.num_nodes - 1


@pytest.mark.parametrize("kind", ["grid:40x50", "torus:40x41", "path:1500"])
@pytest.mark.parametrize("count", [1, 5])
def test_multigrid_on_meshes(kind, count):
    op = gcn(family(kind).graph)
    found = eigenpairs(op, count, solver=Lobpcg(), rng=0)
    assert "multigrid" in found.convergence.method
    np.testing.assert_allclose(
        found.values, np.linalg.eigvalsh(dense_core(op))[::-1][1 : count + 1], atol=1e-12
    )


def test_multigrid_that_does_not_converge_says_so():
    with pytest.raises(NotConvergedError):
        eigenpairs(gcn(family("grid:40x50").graph), 1, solver=Lobpcg(max_steps=3), rng=0)


def test_multigrid_without_its_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyamg", None)
    with pytest.raises(MissingLibraryError, match="pip install pyamg"):
        eigenpairs(gcn(family("grid:40x50").graph), 1, solver=Lobpcg(), rng=0)


@pytest.mark.parametrize("memory", [1, 1 << 30])
@pytest.mark.parametrize("which", ["top", "bottom"])
def test_lanczos_makes_its_vectors_again_when_they_do_not_fit(memory, which):
    op = gcn(family("grid:25x30").graph)
    found = eigenpairs(op, 1, which, solver=Lanczos(memory=memory), rng=0)
    truth = np.linalg.eigvalsh(dense_core(op))
    assert abs(found.values[0] - (truth[-2] if which == "top" else truth[0])) < 1e-13
    assert found.convergence.residuals[0] <= 1e-10


@pytest.mark.parametrize("spec", ["torus:30x30", "hypercube:9", "star:500", "path:900"])
@pytest.mark.parametrize("which", ["top", "bottom"])
def test_multigrid_finds_all_copies(spec, which):
    op = symmetric(family(spec).graph)
    values = np.linalg.eigvalsh(dense_core(op))
    expected = values[::-1][1:6] if which == "top" else values[:5][::-1]
    found = eigenpairs(op, 5, which, solver=Lobpcg(), rng=2)
    np.testing.assert_allclose(found.values, expected, atol=1e-12)


def test_multigrid_levels_keep_the_singular_vector_and_coarse_vectors_are_near():
    problem = Blocks.of(gcn(family("grid:40x45").graph)).top_problem(0)
    grid = Multigrid.of(problem)
    levels = grid.levels.levels
    assert [level.A.shape[0] for level in levels] == sorted(
        (level.A.shape[0] for level in levels), reverse=True
    )
    assert levels[-1].A.shape[0] <= 400
    np.testing.assert_allclose(levels[0].P @ levels[1].B, problem.known[:, :1], atol=1e-12)
    start = problem.project(grid.start(1, np.random.default_rng(0)))
    start /= np.linalg.norm(start)
    truth = Dense().largest(problem, 1, np.random.default_rng(0)).vectors
    assert abs(float(start[:, 0] @ truth[:, 0])) > 0.99


def test_a_cycle_of_multigrid_is_symmetric():
    problem = Blocks.of(gcn(family("grid:30x30").graph)).top_problem(0)
    cycle = Multigrid.of(problem).preconditioner
    left, right = np.random.default_rng(0).standard_normal((2, 900))
    assert left @ (cycle @ right) == pytest.approx(right @ (cycle @ left), rel=1e-9)


def test_a_large_component_is_solved_where_it_lies():
    """Most of the nodes are in one component: the others stay zero, and the order of the nodes is kept."""
    big, rng = family("grid:75x80").graph, np.random.default_rng(0)
    parts = csr_array(block_diag([big.adjacency(), family("path:30").graph.adjacency(), np.zeros((5, 5))]))
    order = rng.permutation(parts.shape[0])
    op = gcn(graph_from_matrix(parts[order][:, order].toarray()))
    assert Blocks.of(op).stands_alone(0)
    whole, alone = (eigenpairs(one, 3, rng=0) for one in (op, gcn(big)))
    path = np.linalg.eigvalsh(dense_core(gcn(family("path:30").graph)))[::-1][1:4]
    expected = np.sort(np.concatenate([alone.values, path]))[::-1][:3]
    np.testing.assert_allclose(whole.values, expected, atol=1e-12)
    residual = op.matrix() @ whole.vectors - whole.vectors * whole.values
    assert np.all(np.linalg.norm(residual, axis=0) < 1e-9)


def test_a_tiny_gap_keeps_its_digits():
    """The path of n nodes without loops: λ_2 = 1 − cos(π/(n − 1)) = 2 sin²(π/(2(n − 1)))."""
    nodes = 30_000
    found = eigenpairs(symmetric(family(f"path:{nodes}").graph), 1, rng=0)
    exact = 2.0 * np.sin(np.pi / (2 * (nodes - 1))) ** 2
    assert exact < 1e-8
    assert abs(found.gap / exact - 1.0) < 1e-9
    assert found.values[0] == pytest.approx(1.0 - exact, abs=1e-15)


def test_multigrid_leaves_components_that_are_too_small_for_its_block_to_lapack():
    problem = Blocks.of(gcn(family("cycle:9").graph)).bottom_problem(0)
    rng = np.random.default_rng(0)
    assert not Lobpcg().fits(problem.free, 4)
    np.testing.assert_array_equal(
        Lobpcg().largest(problem, 4, rng).values, Dense().largest(problem, 4, rng).values
    )


def test_multigrid_that_breaks_down_has_not_converged(monkeypatch):
    def broken(*_, **__):
        raise ValueError("eigh has failed in lobpcg postprocessing")

    monkeypatch.setattr("spectral_smooth.spectra.solvers.lobpcg.lobpcg", broken)
    pairs = Lobpcg().largest(
        Blocks.of(gcn(family("grid:20x20").graph)).top_problem(0), 2, np.random.default_rng(0)
    )
    assert not pairs.converged
    assert len(pairs.values) == 2
