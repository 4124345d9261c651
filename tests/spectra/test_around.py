"""eigenpairs_around against dense LAPACK, each way forced in turn, and its certificates."""

from dataclasses import replace

import numpy as np
import pytest
from cases import GRAPHS, graph_from_matrix, random_matrix
from eigen_cases import assert_vectors, free_values, random_operator
from naive import dense_core
from scipy.sparse import block_diag

from spectral_smooth.errors import NotConvergedError, UsageError
from spectral_smooth.graphs.families import family
from spectral_smooth.operators.operator import gcn, symmetric
from spectral_smooth.spectra.around import eigenpairs_around
from spectral_smooth.spectra.certify.certificate import Certificate
from spectral_smooth.spectra.certify.certify import certify
from spectral_smooth.spectra.certify.counting import Budget
from spectral_smooth.spectra.solvers.expanders import FoldedFilter, InverseBeside, folded_degree
from spectral_smooth.spectra.solvers.nearest import FILTER, INVERSE, Nearest

DENSE, BY_INVERSE, BY_FILTER = Nearest(), Nearest(dense_up_to=0), Nearest(dense_up_to=0, memory=0)
TARGETS = (0.0, 0.37, 1.0, -1.0, -0.5)


def assert_nearest(spectrum, op, target, count):
    truth = free_values(op)
    expected = np.sort(np.abs(truth - target))[:count]
    np.testing.assert_allclose(np.sort(np.abs(spectrum.values - target)), expected, atol=1e-9)
    assert np.all(np.diff(spectrum.values) <= 0)
    assert (spectrum.which, spectrum.target) == ("around", target)
    assert spectrum.complete == (count >= len(truth))
    assert (
        (spectrum.gap is None)
        == (spectrum.rate is None or not len(truth))
        == (not spectrum.complete or not len(truth))
    )
    assert spectrum.fixed_dimension == op.fixed_space.dimension
    assert_vectors(spectrum, op)


@pytest.mark.parametrize("solver", [DENSE, BY_INVERSE, BY_FILTER], ids=["dense", "inverse", "filter"])
@pytest.mark.parametrize("first", [0, 40, 80])
def test_random_graphs_against_lapack(first, solver):
    tried = 0
    for seed in range(first, first + 40):
        op = random_operator(seed)
        truth = free_values(op)
        own = [float(truth[len(truth) // 2])] if len(truth) else []
        target = [*TARGETS, *own][seed % (5 + len(own))]
        count = (1, 3, 7)[seed % 3]
        sizes = op.fixed_space.sizes
        if solver is BY_FILTER and np.any((sizes > 1) & (4 * count >= sizes)):
            continue  # dense algebra, for which it has no memory
        assert_nearest(eigenpairs_around(op, count, target, solver=solver, rng=seed), op, target, count)
        tried += 1
    assert tried > 3


@pytest.mark.parametrize("solver", [BY_INVERSE, BY_FILTER], ids=["inverse", "filter"])
@pytest.mark.parametrize(
    "spec", ["complete:90", "hypercube:7", "torus:10x10", "star:80", "ring_of_cliques:8x8", "grid:13x14"]
)
def test_multiple_values_and_mirrored_pairs_come_with_their_multiplicity(spec, solver):
    """Without loops the bipartite ones have ±μ at one distance of 0, of which both signs have to be found."""
    op = symmetric(family(spec).graph)
    for target in (0.0, 0.5, 1.0):
        found = eigenpairs_around(op, 9, target, solver=solver, rng=1)
        assert_nearest(found, op, target, 9)


def test_the_method_is_what_the_table_says():
    op = gcn(family("grid:25x30").graph)
    assert eigenpairs_around(op, 4, 0.3, rng=0).convergence.method == INVERSE
    assert eigenpairs_around(op, 4, 0.3, solver=BY_FILTER, rng=0).convergence.method == FILTER
    assert eigenpairs_around(gcn(family("grid:9x9").graph), 4, 0.3).convergence.method == "dense LAPACK"
    assert eigenpairs_around(op, 250, 0.3).convergence.method == "dense LAPACK"


def test_a_value_that_is_an_eigenvalue_of_high_multiplicity():
    """The star without loops has 0 all but twice; S − 0·I is singular."""
    op = symmetric(family("star:700").graph)
    found = eigenpairs_around(op, 8, 0.0, rng=0)
    np.testing.assert_allclose(found.values, 0.0, atol=1e-12)
    assert np.linalg.matrix_rank(found.vectors) == 8


def test_values_are_taken_from_all_components():
    parts = [
        random_matrix(60, 4.0, 1),
        random_matrix(45, 4.0, 2),
        np.zeros((3, 3)),
        random_matrix(30, 3.0, 3),
    ]
    op = gcn(graph_from_matrix(block_diag(parts).toarray()))
    for solver in (DENSE, BY_INVERSE):
        assert_nearest(eigenpairs_around(op, 12, 0.2, solver=solver, rng=0), op, 0.2, 12)


def test_dense_algebra_of_a_component_that_lies_within_the_whole():
    """Components of most of the nodes are solved in place: values of the others must not be among theirs."""
    from spectral_smooth.spectra.solvers.blocks import Blocks

    op = gcn(graph_from_matrix(block_diag([random_matrix(40, 5.0, 1), random_matrix(20, 4.0, 2)]).toarray()))
    problem = Blocks.of(op).top_problem(0)
    space = op.fixed_space
    inside = space.labels == 0
    whole = replace(
        problem,
        core=replace(problem.core, operator=op),
        known=np.where(inside, space.vector, 0.0)[:, None],
        known_values=np.ones(1),
        outside=~inside,
    )
    pairs, _ = DENSE.pairs(whole, 0.1, 200, np.random.default_rng(0))
    truth = np.linalg.eigvalsh(dense_core(op)[np.ix_(inside, inside)])[:-1]
    np.testing.assert_allclose(np.sort(pairs.values), truth, atol=1e-12)
    assert np.all(pairs.vectors[~inside] == 0.0)


@pytest.mark.parametrize("name", ["one node", "no edges"])
@pytest.mark.parametrize("loops", [0.0, 1.0])
def test_nothing_off_the_fixed_space(name, loops):
    found = eigenpairs_around(symmetric(GRAPHS[name], loops), 3, 0.2, certify=True)
    assert found.complete
    assert len(found.values) == 0
    assert found.certificate.obtained


def test_all_isolated_edges_are_known_in_closed_form():
    op = symmetric(graph_from_matrix(np.kron(np.eye(4), [[0, 1], [1, 0]])))
    found = eigenpairs_around(op, 9, 0.0)
    np.testing.assert_array_equal(found.values, -np.ones(4))


@pytest.mark.parametrize("value", [1.5, -2, np.nan, "0.3", None, True])
def test_value_is_checked(value):
    with pytest.raises(UsageError, match="value must be a number between -1 and 1"):
        eigenpairs_around(gcn(GRAPHS["karate"]), 2, value)


@pytest.mark.parametrize("count", [0, -1, 2.5, True])
def test_count_is_checked(count):
    with pytest.raises(UsageError, match="count must be a whole number"):
        eigenpairs_around(gcn(GRAPHS["karate"]), count, 0.1)


def test_dense_algebra_beyond_the_memory_is_refused_with_what_to_do():
    op = gcn(family("grid:25x30").graph)
    with pytest.raises(
        UsageError, match=r"0.0 GiB, more than .* allowed; ask for fewer than 187, or .*memory="
    ):
        eigenpairs_around(op, 300, 0.1, solver=Nearest(memory=1 << 20))


def test_giving_up_keeps_what_was_reached():
    op = gcn(family("path:1500").graph)
    with pytest.raises(NotConvergedError, match="density_of_states") as caught:
        eigenpairs_around(op, 4, 0.5, solver=replace(BY_FILTER, max_products=2000), rng=0)
    partial = caught.value.partial
    truth = np.linalg.eigvalsh(dense_core(op))
    for value, residual in zip(partial.values, partial.convergence.residuals, strict=True):
        assert np.min(np.abs(truth - value)) <= residual + 1e-12
    assert partial.gap is None


def test_the_better_of_two_that_gave_up_is_kept():
    op = gcn(family("path:1500").graph)
    with pytest.raises(NotConvergedError, match=INVERSE) as caught:
        eigenpairs_around(op, 4, 0.5, solver=replace(BY_INVERSE, max_solves=40, max_products=50), rng=0)
    assert caught.value.partial.convergence.applications > 80


def test_same_seed_same_bits_and_without_vectors():
    op = gcn(family("torus:30x31").graph)
    one, two = (eigenpairs_around(op, 5, 0.41, rng=7) for _ in range(2))
    np.testing.assert_array_equal(one.vectors, two.vectors)
    bare = eigenpairs_around(op, 5, 0.41, rng=7, vectors=False)
    assert bare.vectors is None
    np.testing.assert_array_equal(bare.values, one.values)


def test_it_prints_and_dumps_its_target():
    found = eigenpairs_around(gcn(GRAPHS["karate"]), 2, 0.25)
    assert repr(found).startswith("Spectrum (around 0.25): 2 values")
    assert found.to_dict()["which"] == "around"
    assert found.to_dict()["target"] == 0.25


@pytest.mark.parametrize("first", [0, 30])
def test_certificates_are_obtained_and_true(first):
    for seed in range(first, first + 30):
        op = random_operator(seed)
        truth = free_values(op)
        target = [*TARGETS, *truth[len(truth) // 2 : len(truth) // 2 + 1]][seed % (5 + (len(truth) > 0))]
        for vectors in (True, False):
            certificate = eigenpairs_around(
                op, 4, float(target), rng=seed, certify=True, vectors=vectors
            ).certificate
            assert certificate.obtained
            assert Certificate.from_dict(certificate.to_dict()).to_dict() == certificate.to_dict()
            for cluster in certificate.clusters:
                inside = (truth >= cluster.low - 1e-12) & (truth <= cluster.high + 1e-12)
                assert np.count_nonzero(inside) >= cluster.at_least
                assert not cluster.exact or np.count_nonzero(inside) == cluster.at_most


@pytest.mark.parametrize("target", [0.37, 0.93, -0.2])
def test_certificates_by_inertia(target):
    op = gcn(family("grid:20x21").graph)
    found = eigenpairs_around(op, 5, target, rng=0, certify=True)
    assert found.certificate.obtained
    assert {one.method for one in found.certificate.counts} == {"inertia"}
    assert str(found.certificate).startswith("values around the target certified (proven): 5 values")


def test_a_value_that_is_left_out_is_noticed():
    refused = 0
    for seed in range(40):
        op = random_operator(seed)
        found = eigenpairs_around(op, 4, 0.2, rng=seed)
        if found.complete:
            continue
        nearest = np.argmin(np.abs(found.values - 0.2))
        keep = np.arange(4) != nearest
        lame = replace(found, values=found.values[keep], vectors=found.vectors[:, keep])
        same = np.sort(np.abs(free_values(op) - 0.2))[:3]
        wrong = not np.allclose(np.sort(np.abs(lame.values - 0.2)), same, atol=1e-9)
        refused += wrong
        assert not (wrong and certify(op, lame).obtained)
    assert refused > 10


def test_a_certificate_that_cannot_be_had_says_why():
    op = gcn(family("grid:60x60").graph)
    found = eigenpairs_around(op, 3, 0.4, rng=0)
    certificate = certify(op, found, budget=Budget(fill=100))
    assert not certificate.obtained
    assert certificate.kind == "none"
    assert "a factor would have more than 100 entries" in str(certificate)


def test_all_values_around_a_target_are_certified_as_all_values():
    op = gcn(GRAPHS["karate"])
    found = eigenpairs_around(op, 99, 0.1, certify=True)
    assert found.complete
    assert found.certificate.obtained
    assert found.gap == pytest.approx(0.10386, rel=2e-4)


def test_the_inverse_lies_beside_the_target():
    """At an eigenvalue the factorisation exists all the same, and brings its vectors forward."""
    op = symmetric(family("cycle:12").graph)
    inverse = InverseBeside.at(op.matrix(), 0.5)
    start = np.random.default_rng(0).standard_normal((12, 1))
    block, cost = inverse.improve(start, np.zeros(1), 1)
    block /= np.linalg.norm(block)
    assert cost == 1
    assert np.linalg.norm(op.matrix() @ block - 0.5 * block) < 1e-5


@pytest.mark.parametrize("target", [0.0, 0.3, -0.8])
def test_the_filter_is_small_far_away_and_large_near_by(target):
    from spectral_smooth.spectra.solvers.blocks import Blocks

    op = gcn(family("path:60").graph)
    problem = Blocks.of(op).top_problem(0)
    values, vectors = np.linalg.eigh(dense_core(op))
    distances = np.sort(np.abs(values[:-1] - target))
    expander = FoldedFilter(problem, target)
    panels = [expander.improve(vectors[:, low : low + 6], distances, 3) for low in range(0, 60, 6)]
    block = np.hstack([panel for panel, _ in panels])
    gains = np.linalg.norm(block, axis=0)
    np.testing.assert_allclose(block, vectors * np.sum(vectors * block, axis=0), atol=1e-8 * gains.max())
    far, near = np.abs(values - target) > distances[12], np.abs(values - target) <= distances[2]
    assert gains[far].max() <= 1.0 + 1e-8
    assert gains[near].min() > gains[far].max()
    assert all(cost % 12 == 0 for _, cost in panels)


def test_the_degree_grows_as_the_window_shrinks():
    degrees = [folded_degree(cut, 0.5 * cut) for cut in (0.5, 0.1, 0.02)]
    assert degrees == sorted(degrees)
    assert folded_degree(1e-6, 0.9e-6) == 1000
