import cases
import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_smooth.engines.reference import Reference
from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.graphs.families import family
from spectral_smooth.operators.operator import gcn, random_walk, symmetric
from spectral_smooth.spectra.column_measure import PANEL, column_measures
from spectral_smooth.spectra.cumulative import first_moment, mass_above
from spectral_smooth.spectra.jacobi import Jacobi
from spectral_smooth.spectra.quadrature import Ends, SpectralMeasure, spectral_measure

GRID = np.linspace(-1.1, 1.1, 45)


def modes(operator, x):
    """All eigenvalues and the mass of the block on each."""
    values, vectors = np.linalg.eigh(naive.dense_core(operator))
    return values, np.sum((vectors.T @ (naive.similarity(operator)[:, None] * x)) ** 2, axis=1)


def true_mass(operator, x, at, slack=0.0):
    values, weights = modes(operator, x)
    return np.array([weights[values >= t + slack].sum() for t in at])


def encloses(operator, x, measure, at=GRID):
    lower, upper = mass_above(measure, at)
    # an eigenvalue at t itself may be counted on either side
    close = 1e-9 * max(measure.total, 1e-30)
    assert np.all(lower <= true_mass(operator, x, at, -1e-9) + close)
    assert np.all(upper >= true_mass(operator, x, at, 1e-9) - close)
    assert np.all(np.diff(lower) <= 0)
    assert np.all(np.diff(upper) <= 0)
    assert np.all(lower <= upper)
    return lower, upper


@pytest.mark.parametrize("op", cases.operator_params(cases.FEW_GRAPHS, cases.FEW_OPERATORS))
@pytest.mark.parametrize("products", [1, 2, 5, 40, None])
def test_sides_enclose_the_true_mass_and_columns_are_blocks_of_one(op, products):
    x = cases.features(op.graph.num_nodes, 3)
    found = column_measures(op, x, products=products)
    assert len(found) == 3
    for f, measure in enumerate(found):
        column = x[:, f : f + 1]
        lower, upper = encloses(op, column, measure)
        pooled = spectral_measure(op, column, products=products)
        encloses(op, column, pooled)
        assert measure.total == pytest.approx(pooled.total, rel=1e-12)
        values, weights = modes(op, column)
        assert first_moment(measure) == pytest.approx(values @ weights, rel=1e-9, abs=1e-9)
        assert first_moment(pooled) == pytest.approx(values @ weights, rel=1e-9, abs=1e-9)
        if products is None:
            # only eigenvalues within rounding of a grid value are open
            assert np.all((upper - lower <= 1e-12) | (np.min(np.abs(values[:, None] - GRID), axis=0) < 1e-9))


def test_more_products_narrow_the_sides():
    op = gcn(cases.graph_from_matrix(cases.random_matrix(80, 6, seed=0)))
    x = cases.features(80, 1)
    at = np.linspace(-0.5, 0.9, 15)
    widths = []
    for products in (4, 12, 30):
        lower, upper = encloses(op, x, column_measures(op, x, products=products)[0], at)
        widths.append(float(np.mean(upper - lower)))
    assert widths[0] > 2 * widths[1] > 2 * widths[2] > 0


def test_the_width_is_the_christoffel_function():
    op = gcn(cases.graph_from_matrix(cases.random_matrix(60, 6, seed=1)))
    measure = column_measures(op, cases.features(60, 1), products=6)[0]
    jacobi = measure.rest[0]
    t = 0.123
    # orthonormal polynomials of the measure at t, by their recurrence
    p = [0.0, 1.0 / np.sqrt(jacobi.mass)]
    couplings = [0.0, *jacobi.coupling, jacobi.next_coupling]
    for k in range(6):
        p.append(((t - jacobi.diagonal[k]) * p[-1] - couplings[k] * p[-2]) / couplings[k + 1])
    lower, upper = mass_above(measure, np.array([t]))
    assert upper[0] - lower[0] == pytest.approx(1.0 / np.sum(np.square(p)), rel=1e-6)


def test_at_a_ritz_value_the_sides_still_hold():
    op = gcn(cases.graph_from_matrix(cases.random_matrix(60, 6, seed=1)))
    x = cases.features(60, 1)
    measure = column_measures(op, x, products=6)[0]
    encloses(op, x, measure, np.sort(measure.rest[0].gauss()[0]))


def test_a_recurrence_without_its_last_coupling_loses_one_row_and_stays_proven():
    op = gcn(cases.graph_from_matrix(cases.random_matrix(60, 6, seed=1)))
    x = cases.features(60, 1)
    for products in (1, 5):
        found = column_measures(op, x, products=products)[0]
        jacobi = found.rest[0]
        cut = Jacobi(jacobi.diagonal, jacobi.coupling, jacobi.mass, exhausted=False)
        encloses(op, x, SpectralMeasure(found.fixed, found.alternating, (cut,), Ends.of(op), products))


def test_known_spaces_are_atoms():
    op = symmetric(family("bipartite:3x4").graph)
    signed = op.fixed_space.vector * op.fixed_space.sides
    fixed, alternating = column_measures(op, np.stack([op.fixed_space.vector, signed], axis=1), products=4)
    assert (fixed.fixed[0], fixed.rest[0]) == (pytest.approx(1.0), None)
    assert (alternating.alternating[0], alternating.rest[0]) == (pytest.approx(1.0), None)
    at = np.array([-1.0, 0.0, 1.0])
    for side in mass_above(fixed, at):
        np.testing.assert_allclose(side, [1, 1, 1], rtol=1e-12)
    for side in mass_above(alternating, at):
        np.testing.assert_allclose(side, [1, 0, 0], rtol=1e-12, atol=1e-30)


def test_columns_in_panels_and_on_another_engine():
    op = random_walk(cases.GRAPHS["karate"])
    x = cases.features(34, PANEL + 3)
    many = column_measures(op, x, products=7)
    for f in (0, PANEL - 1, PANEL, PANEL + 2):
        one = column_measures(op, x[:, f : f + 1], products=7, engine=Reference())[0]
        np.testing.assert_allclose(many[f].rest[0].diagonal, one.rest[0].diagonal, rtol=0, atol=1e-12)
        np.testing.assert_allclose(many[f].rest[0].coupling, one.rest[0].coupling, rtol=1e-10)
    assert column_measures(op, x[:, :0]) == ()


def test_zero_columns_and_bad_input():
    op = gcn(cases.GRAPHS["karate"])
    empty, some = column_measures(op, np.stack([np.zeros(34), np.arange(34.0)], axis=1), products=3)
    assert empty.total == 0.0
    assert empty.rest == (None,)
    assert some.total > 0
    assert np.all(np.array(mass_above(empty, GRID)) == 0)
    with pytest.raises(UsageError, match="product"):
        column_measures(op, np.ones((34, 1)), products=0)
    with pytest.raises(InputError):
        column_measures(op, np.ones((3, 1)))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_sides_enclose_on_random_graphs(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 25))
    weighted = bool(seed % 2)
    graph = cases.graph_from_matrix(
        cases.random_matrix(n, 3.0, seed=seed, weighted=weighted), weighted=weighted
    )
    op = (gcn, symmetric, random_walk)[seed % 3](graph)
    x = rng.standard_normal((n, 1))
    encloses(
        op, x, column_measures(op, x, products=int(rng.integers(1, 8)))[0], np.sort(rng.uniform(-1, 1, 9))
    )
