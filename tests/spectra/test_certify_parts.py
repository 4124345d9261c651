"""What certificates are built from: factorisations, residual bounds, probable bounds, structure."""

import networkx as nx
import numpy as np
import pytest
from cases import GRAPHS, graph_from_matrix, random_matrix
from hypothesis import given, settings
from hypothesis import strategies as st
from naive import dense_core
from scipy.sparse import csr_array

from benchmarks.torture_check import truth
from benchmarks.torture_graphs import seeded
from spectral_smooth.graphs.families import family
from spectral_smooth.graphs.random_models import random_regular
from spectral_smooth.operators.operator import Operator, gcn, symmetric
from spectral_smooth.spectra.certify import affordable as affordable_module
from spectral_smooth.spectra.certify.affordable import affordable
from spectral_smooth.spectra.certify.claims import Cluster, EigenvalueCount
from spectral_smooth.spectra.certify.diagonalised import enclosed
from spectral_smooth.spectra.certify.enclosures import Residuals, groups
from spectral_smooth.spectra.certify.inertia import Inertia, _signs, dense_inertia, sparse_inertia
from spectral_smooth.spectra.certify.multiplicity import structural_multiplicities
from spectral_smooth.spectra.certify.remainder import remainder_bound
from spectral_smooth.spectra.certify.rounding import EPS, Rounding, degree_error
from spectral_smooth.spectra.certify.stochastic import step_filter, stochastic_count, trace_interval

INERTIAS = (dense_inertia, sparse_inertia)


@pytest.mark.parametrize("inertia", INERTIAS)
def test_inertia_counts_what_lies_on_each_side(inertia):
    rng = np.random.default_rng(0)
    trusted = 0
    for seed in range(60):
        n = int(rng.integers(2, 40))
        core = dense_core(symmetric(graph_from_matrix(random_matrix(n, 3.0, seed))))
        shift = float(rng.uniform(-1, 1))
        found = inertia(csr_array(core), shift, 1e-15)
        if isinstance(found, str) or found.error > 1e-9:
            continue
        trusted += 1
        values = np.linalg.eigvalsh(core)
        for sign in (1, -1):
            least, most = found.beyond(sign)
            reach, at = sign * values, sign * shift
            assert np.count_nonzero(reach > at + found.error) <= most
            assert np.count_nonzero(reach > at - found.error) >= least
    assert trusted > 50


@pytest.mark.parametrize("inertia", INERTIAS)
def test_inertia_at_an_eigenvalue_admits_both_counts_or_refuses(inertia):
    core = csr_array(dense_core(symmetric(family("complete:7").graph)))
    found = inertia(core, -1.0 / 6.0, 1e-15)
    if isinstance(found, Inertia):
        # six eigenvalues lie within rounding of the shift: nothing is said about them
        assert found.error >= 1e-16
    zero = inertia(csr_array(np.zeros((3, 3))), 0.0, 1e-15)
    if isinstance(zero, Inertia):
        assert zero.beyond(1) == (0, 3)


def test_growth_shows_in_the_error():
    """A tiny first pivot: elimination without pivoting loses everything, and says so."""
    matrix = csr_array(np.array([[0.0, 1.0], [1.0, 0.0]]))
    found = sparse_inertia(matrix, 1e-14, 1e-15)
    assert isinstance(found, str) or found.error > 1e-3
    pivoted = dense_inertia(matrix, 1e-14, 1e-15)
    assert (pivoted.negative, pivoted.positive) == (1, 1)
    assert pivoted.error < 1e-13


def test_pivoting_off_the_diagonal_is_refused():
    matrix = csr_array(np.array([[0.0, 1.0], [1.0, 0.0]]))
    assert isinstance(sparse_inertia(matrix, 0.0, 1e-15), str)


def test_pivot_blocks_of_doubtful_sign_are_refused():
    assert _signs(np.array([1.0, 1.0]), np.array([1.0])) is None
    assert _signs(np.array([0.1, 0.2, -3.0, 0.0]), np.array([1.0, 0.0, 0.0])) == (2, 1, 1)


def test_all_eigenvalues_of_a_stack_are_within_their_error():
    rng = np.random.default_rng(3)
    for size in (2, 9, 40):
        stack = np.stack([random_matrix(size, 3.0, seed) for seed in range(4)])
        stack = stack / np.maximum(np.abs(np.linalg.eigvalsh(stack)).max(axis=1), 1.0)[:, None, None]
        values, errors = enclosed(stack, 0.0)
        fine = np.stack([_long_eigenvalues(one) for one in stack])
        assert np.all(np.abs(values - fine) <= errors[:, None])
        assert errors.max() < 1e-11
    del rng


def _long_eigenvalues(matrix):
    """Eigenvalues with one step of refinement in extended precision: Rayleigh quotients of LAPACK's vectors."""
    values, vectors = np.linalg.eigh(matrix)
    wide = vectors.astype(np.longdouble)
    quotients = np.einsum("ij,ij->j", wide, matrix.astype(np.longdouble) @ wide)
    return np.asarray(quotients / np.einsum("ij,ij->j", wide, wide), dtype=float) if len(values) else values


@given(st.integers(0, 10**6), st.floats(-12, -1), st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_groups_hold_as_many_eigenvalues_as_values(seed, size, count):
    op = seeded(seed)
    rng = np.random.default_rng(seed)
    labels = op.fixed_space.labels
    alive = np.flatnonzero(labels >= 0)
    expected = truth(op)
    if len(expected) < count:
        return
    core = op.matrix().toarray()
    pushed = (
        core[np.ix_(alive, alive)]
        - 3.0
        * np.asarray(
            (
                op.fixed_space.basis[: op.fixed_space.dimension].T
                @ op.fixed_space.basis[: op.fixed_space.dimension]
            ).toarray()
        )[np.ix_(alive, alive)]
    )
    values, local = np.linalg.eigh(pushed)
    picked = rng.choice(np.flatnonzero(values > -1.5), count, replace=False)
    vectors = np.zeros((len(labels), count))
    vectors[alive] = local[:, picked] + 10.0**size * rng.standard_normal((len(alive), count))
    residuals = Residuals.measure(op, values[picked], vectors, Rounding.of(op))
    previous = -np.inf
    for group in groups(residuals):
        assert group.low > previous
        previous = group.high
        inside = np.count_nonzero((expected >= group.low - 2e-13) & (expected <= group.high + 2e-13))
        assert inside >= len(group.columns)


def test_the_bound_of_the_remainder_holds_as_often_as_it_says():
    failed, total = 0, 0
    for name in ("karate", "plain grid", "sparse random", "disjoint union"):
        for op in (gcn(GRAPHS[name]), symmetric(GRAPHS[name])):
            expected = truth(op)
            inner = expected[expected > -1.0 + 1e-12]
            for seed in range(12):
                bound = remainder_bound(
                    op,
                    np.zeros((op.graph.num_nodes, 0)),
                    np.random.default_rng(seed),
                    products=6,
                    confidence=0.9,
                    enough=(2.0, -2.0),
                )
                total += 1
                failed += bound.high < inner[0] - 1e-12 or bound.low > inner[-1] + 1e-12
    assert failed <= 0.2 * total
    assert total == 96


def test_nothing_is_left_over():
    op = gcn(GRAPHS["one edge"])
    bound = remainder_bound(
        op,
        np.array([[1.0], [-1.0]]),
        np.random.default_rng(0),
        products=5,
        confidence=0.99,
        enough=(-2.0, 2.0),
    )
    assert bound.high == -np.inf


def test_the_step_filter_is_a_step():
    from numpy.polynomial.chebyshev import chebval

    coefficients, error, blur = step_filter(0.3, 200)
    x = np.linspace(-1, 1, 4001)
    y = chebval(x, coefficients)
    assert error < 1e-6
    assert y.min() >= -error
    assert y.max() <= 1.0 + error
    assert np.all(y[x > 0.3 + blur] >= 1.0 - error)
    assert np.all(y[x < 0.3 - blur] <= error)


def test_trace_intervals_cover():
    rng = np.random.default_rng(0)
    spectrum = rng.uniform(0, 1, 40)
    covered = 0
    for _ in range(200):
        sample = float((spectrum * rng.chisquare(16, 40)).sum() / 16)
        low, high = trace_interval(sample, 1.0, 16, 0.1)
        covered += low <= spectrum.sum() <= high
    assert covered >= 180


def test_stochastic_counts_cover():
    wrong = 0
    for name in ("karate", "disjoint union", "isolated nodes"):
        op = gcn(GRAPHS[name])
        expected = truth(op)
        for seed in range(5):
            for value in (-0.2, 0.2, 0.7):
                count = stochastic_count(op, value, 300, 0.99, np.random.default_rng(seed))
                above = np.count_nonzero(expected > value + count.margin)
                below = np.count_nonzero(expected > value - count.margin)
                wrong += not (above <= count.at_most and below >= count.at_least)
                assert "confidence 0.99" in str(count)
    assert wrong <= 2


@pytest.mark.parametrize("loops", [0.0, 1.0, 2.0, 0.5])
@pytest.mark.parametrize(
    ("graph", "value", "copies"),
    [
        (nx.star_graph(6), lambda g: g / (1 + g), 5),
        (nx.complete_graph(6), lambda g: (g - 1) / (5 + g), 5),
        (nx.complete_bipartite_graph(3, 3), lambda g: g / (3 + g), 4),
        (nx.lollipop_graph(5, 2), lambda g: (g - 1) / (4 + g), 3),
    ],
)
def test_twins_have_their_closed_form(graph, value, copies, loops):
    op = Operator(graph_from_matrix(nx.to_numpy_array(graph)), loops=loops)
    found = {round(one.value, 12): one.at_least for one in structural_multiplicities(op)}
    assert found[round(value(loops), 12)] == copies


def naive_twins(op):
    """Classes of twins by comparing all pairs of rows of Ã."""
    looped = op.graph.adjacency().toarray() + np.diag(op.loop_weights)
    n = len(looped)
    copies = {"open twins": 0, "closed twins": 0}
    seen = set()
    for i in range(n):
        if i in seen or not np.count_nonzero(np.delete(looped[i], i)):
            continue
        for kind in copies:
            members = []
            for j in range(i + 1, n):
                if (looped[i, j] > 0) != (kind == "closed twins") or not np.count_nonzero(
                    np.delete(looped[j], j)
                ):
                    continue
                others = [k for k in range(n) if k not in (i, j)]
                if (
                    np.array_equal(looped[i, others], looped[j, others])
                    and op.graph.self_loop_weights[i] == op.graph.self_loop_weights[j]
                    and op.loop_weights[i] == op.loop_weights[j]
                ):
                    members.append(j)
            copies[kind] += len(members)
            seen.update(members)
    return copies


@pytest.mark.parametrize("seed", range(0, 60, 3))
def test_twins_against_all_pairs_of_rows(seed):
    op = seeded(seed)
    found = structural_multiplicities(op)
    expected = naive_twins(op)
    for kind, copies in expected.items():
        listed = [one for one in found if one.source == kind]
        assert sum(one.at_least for one in listed) == copies or len(listed) == 32


def test_weighted_degrees_and_their_error():
    matrix = random_matrix(30, 8.0, 1, weighted=True)
    graph = graph_from_matrix(matrix, weighted=True)
    assert 0.0 < degree_error(graph) < 30 * EPS
    assert degree_error(GRAPHS["karate"]) == 0.0
    exact = Rounding.of(gcn(graph))
    assert exact.entries < 1e-14
    assert len(exact.rows) == 30


def test_a_factor_is_affordable_if_minimum_degree_makes_it_so(monkeypatch):
    grid = symmetric(family("grid:30x30").graph).matrix()
    assert affordable(grid, 10**6)
    assert not affordable(grid, 1000)
    assert not affordable(symmetric(random_regular(400, 8).graph).matrix(), 5000)
    # between the crude bound and what minimum degree needs
    crude, real = 24_000, 12_000
    assert affordable(grid, crude)
    assert affordable(grid, real)
    monkeypatch.setattr(affordable_module, "LONGEST_ROW", 1)
    assert affordable(grid, 10**6)
    assert not affordable(grid, real)


def test_sentences():
    assert str(Cluster(0.1, 0.2, 1, 1, None, "none")).endswith("(proven; not certified from above)")
    assert str(Cluster(0.1, 0.2, 1, 1, 3, "statistical")) == "1 to 3 eigenvalues in [0.1, 0.2] (statistical)"
    refused = EigenvalueCount(0.5, "above", 0, 9, "none", method="too large")
    assert str(refused) == "eigenvalues above 0.5 not counted: too large"
    assert not refused.exact
