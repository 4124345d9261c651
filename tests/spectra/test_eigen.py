"""eigenpairs against dense LAPACK and closed forms, with each solver forced in turn."""

import numpy as np
import pytest
from cases import GRAPHS, graph_from_matrix, operator_params, random_matrix
from eigen_cases import CLOSED, assert_vectors, closed_form, free_values, random_operator

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.families import family
from spectral_smooth.operators.operator import Operator, gcn, random_walk, symmetric
from spectral_smooth.spectra.eigen import both_ends, eigenpairs
from spectral_smooth.spectra.solvers.arpack import Arpack
from spectral_smooth.spectra.solvers.auto import Auto
from spectral_smooth.spectra.solvers.block_krylov import BlockKrylov
from spectral_smooth.spectra.solvers.dense import Dense
from spectral_smooth.spectra.solvers.lanczos import Lanczos
from spectral_smooth.spectra.solvers.shift_invert import ShiftInvert

SOLVERS = (Auto(), Dense(), BlockKrylov(), BlockKrylov(block=2), ShiftInvert(), Arpack(), Lanczos())
ENDS = ("top", "bottom", "slowest")


def first(values, which, count):
    key = {"top": -values, "bottom": values, "slowest": -np.abs(values)}[which]
    return np.sort(values[np.argsort(key, kind="stable")[:count]])[::-1]


def assert_right(spectrum, op, which, count):
    truth = free_values(op)
    expected = first(truth, which, count)
    shown = (lambda v: np.sort(np.abs(v))) if which == "slowest" else (lambda v: v)  # ±r tie in size
    np.testing.assert_allclose(shown(spectrum.values), shown(expected), atol=1e-9)
    assert np.all(np.diff(spectrum.values) <= 0)
    assert spectrum.complete == (count >= len(truth))
    assert spectrum.fixed_dimension == op.fixed_space.dimension
    assert_vectors(spectrum, op)
    if which == "slowest":
        assert spectrum.rate == pytest.approx(np.max(np.abs(truth), initial=0.0), abs=1e-9)
    if spectrum.gap is not None:
        assert spectrum.gap == pytest.approx(1.0 - truth[0], abs=1e-9)


@pytest.mark.parametrize("solver", SOLVERS, ids=repr)
@pytest.mark.parametrize("seeds", [range(k, k + 20) for k in range(0, 80, 20)], ids=str)
def test_random_graphs_against_lapack(seeds, solver):
    for seed in seeds:
        op = random_operator(seed)
        for position, which in enumerate(ENDS):
            count = (1, 4, op.graph.num_nodes)[(seed + position) % 3]
            assert_right(eigenpairs(op, count, which, solver=solver, rng=seed), op, which, count)


@pytest.mark.parametrize("op", operator_params(operators=("gcn", "symmetric", "walk with per-node loops")))
def test_every_case_at_every_end(op):
    for which in ENDS:
        assert_right(eigenpairs(op, 5, which, rng=0), op, which, 5)


@pytest.mark.parametrize("solver", SOLVERS[2:], ids=repr)
@pytest.mark.parametrize(
    "spec", ["complete:90", "hypercube:7", "torus:10x10", "star:80", "ring_of_cliques:8x8"]
)
@pytest.mark.parametrize("loops", [0.0, 1.0])
def test_multiple_values_come_with_their_multiplicity(spec, loops, solver):
    op = Operator(family(spec).graph, loops=loops)
    for which in ENDS:
        assert_right(eigenpairs(op, 9, which, solver=solver, rng=3), op, which, 9)


@pytest.mark.parametrize(("name", "loops"), CLOSED)
def test_closed_forms(name, loops):
    op, expected = closed_form(name, loops)
    got = eigenpairs(op, op.graph.num_nodes, rng=0)
    assert got.complete
    np.testing.assert_allclose(got.values, expected, atol=1e-12)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("solver", SOLVERS, ids=repr)
@pytest.mark.parametrize("loops", [0.0, 1.0])
def test_one_component_and_ten_isolated_edges(seed, solver, loops):
    base = random_matrix(40, 5.0, seed=7)
    base[np.arange(39), np.arange(1, 40)] = base[np.arange(1, 40), np.arange(39)] = 1.0
    whole = np.zeros((60, 60))
    whole[:40, :40] = base
    for k in range(40, 60, 2):
        whole[k, k + 1] = whole[k + 1, k] = 1.0
    op = Operator(graph_from_matrix(whole), loops=loops)
    spectrum = eigenpairs(op, 12, solver=solver, rng=seed)
    assert spectrum.fixed_dimension == 11
    assert spectrum.values[0] < 1 - 1e-6
    assert_right(spectrum, op, "top", 12)


def test_isolated_edges_oscillate_without_loops():
    op = symmetric(GRAPHS["component and isolated edges"])
    bottom = eigenpairs(op, 20, "bottom", rng=0)
    assert bottom.alternating_dimension == 11
    assert np.count_nonzero(bottom.values == -1.0) == 11


@pytest.mark.parametrize("name", ["one node", "no edges"])
@pytest.mark.parametrize("loops", [0.0, 1.0])
def test_nothing_off_the_fixed_space(name, loops):
    spectrum = eigenpairs(symmetric(GRAPHS[name], loops), 3, "slowest")
    assert spectrum.complete
    assert len(spectrum.values) == 0
    assert spectrum.gap is None
    assert spectrum.rate == 0.0
    assert spectrum.convergence.converged


def test_split_plays_no_part():
    graph = GRAPHS["karate"]
    a = eigenpairs(gcn(graph), 6, "slowest", rng=0).values
    b = eigenpairs(random_walk(graph, loops=1.0), 6, "slowest", rng=0).values
    np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("graph", "gap"), [(GRAPHS["karate"], 0.10386), (family("grid:10x10").graph, 0.022147)], ids=str
)
def test_known_gaps(graph, gap):
    op = gcn(graph)
    assert eigenpairs(op, 1).gap == pytest.approx(gap, rel=2e-4)
    assert eigenpairs(op, 3, "slowest").gap == pytest.approx(gap, rel=2e-4)
    assert eigenpairs(op, 3, "bottom").gap is None


@pytest.mark.parametrize("solver", SOLVERS, ids=repr)
def test_both_ends_agree_with_each_alone(solver):
    for seed in range(4):
        op = random_operator(seed + 100)
        for which, spectrum in zip(ENDS, both_ends(op, 4, solver=solver, rng=seed), strict=True):
            assert_right(spectrum, op, which, 4)
            assert spectrum.which == which


def test_gap_of_the_slowest_only_where_certain():
    """On K_n every value is −1/(n−1): the slowest ones of many do not tell μ_2, all of them do."""
    op = symmetric(family("complete:9").graph)
    assert eigenpairs(op, 2, "slowest").gap is None
    assert eigenpairs(op, 8, "slowest").gap == pytest.approx(1 + 1 / 8)
    assert eigenpairs(op, 2, "top").rate is None


def test_without_vectors():
    op = gcn(GRAPHS["karate"])
    bare = eigenpairs(op, 5, vectors=False)
    assert bare.vectors is None
    full = eigenpairs(op, 5)
    np.testing.assert_allclose(bare.values, full.values, atol=1e-13)
    assert np.all(
        np.abs(bare.values - full.values) <= bare.convergence.residuals + full.convergence.residuals
    )


@pytest.mark.parametrize("solver", SOLVERS[2:], ids=repr)
def test_same_seed_same_bits(solver):
    op = gcn(family("torus:7x9").graph)
    one, two = (eigenpairs(op, 4, "slowest", solver=solver, rng=11) for _ in range(2))
    np.testing.assert_array_equal(one.values, two.values)
    np.testing.assert_array_equal(one.vectors, two.vectors)


@pytest.mark.parametrize("count", [0, -1, 2.5, True, "3"])
def test_count_is_checked(count):
    with pytest.raises(UsageError, match="count must be a whole number"):
        eigenpairs(gcn(GRAPHS["karate"]), count)


def test_which_is_checked():
    with pytest.raises(UsageError, match="which must be one of top, bottom, slowest"):
        eigenpairs(gcn(GRAPHS["karate"]), 2, "largest")
