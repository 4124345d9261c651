"""Quadrature sides on random measures whose integrals are known: no side is ever on the wrong side."""

from dataclasses import replace

import cases
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_smooth.spectra.jacobi import Jacobi
from spectral_smooth.spectra.modal import Discrete
from spectral_smooth.spectra.quadrature import Ends
from spectral_smooth.theory.sides import enclose

DEPTHS = np.arange(60)


def _lanczos(nodes, weights, steps):
    """Jacobi matrix of a discrete measure, by fully reorthogonalised Lanczos."""
    mass = weights.sum()
    basis = [np.sqrt(weights / mass)]
    alpha, beta = [], []
    for _ in range(steps):
        image = nodes * basis[-1]
        alpha.append(float(basis[-1] @ image))
        for _ in range(2):
            for vector in basis:
                image = image - (vector @ image) * vector
        beta.append(float(np.linalg.norm(image)))
        if beta[-1] < 1e-10:
            break
        basis.append(image / beta[-1])
    done = beta[-1] < 1e-10
    return Jacobi(np.array(alpha), np.array(beta[:-1]), mass, done, None if done else beta[-1])


def _truth(nodes, weights, rule, energy):
    return rule.gains(nodes, DEPTHS) @ (weights * (1 - nodes) if energy else weights)


def _check(nodes, weights, steps, rule, ends, energy):
    sides = enclose([_lanczos(nodes, weights, steps)], rule, DEPTHS, ends, energy=energy)
    truth = _truth(nodes, weights, rule, energy)
    assert np.all(sides.lower[0] <= truth)
    assert np.all(truth <= sides.upper[0])
    return sides, truth


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    size=st.integers(2, 60),
    steps=st.integers(1, 20),
    reach=st.floats(0.3, 0.9999),
)
@pytest.mark.parametrize("rule", cases.rule_params())
@pytest.mark.parametrize("energy", [False, True])
def test_truth_lies_between_the_sides(rule, energy, seed, size, steps, reach):
    rng = np.random.default_rng(seed)
    nodes = rng.uniform(-reach, reach, size)
    weights = rng.exponential(size=size) ** 3
    _check(nodes, weights, steps, rule, Ends(-1.0, 1.0, True), energy)
    tight = Ends(float(nodes.min()) - 1e-12, float(nodes.max()) + 1e-12, True)
    _check(nodes, weights, steps, rule, tight, energy)


@pytest.mark.parametrize("rule", cases.rule_params(["ppr", "mean", "s2gc"]))
def test_plain_gauss_would_be_wrong_where_the_parity_split_is_right(rule):
    """With spectrum on both signs plain Gauss exceeds the truth for some measure: the split must not."""
    wrong = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        nodes, weights = rng.uniform(-0.99, 0.9, 30), rng.exponential(size=30) ** 3
        _, truth = _check(nodes, weights, 2, rule, Ends(-1.0, 1.0, True), False)
        gauss_nodes, gauss_weights = _lanczos(nodes, weights, 2).gauss()
        wrong += np.any(rule.gains(gauss_nodes, DEPTHS) @ gauss_weights > truth * (1 + 1e-9))
    assert wrong > 0


@pytest.mark.parametrize("rule", cases.rule_params())
def test_a_point_while_the_degree_fits(rule):
    rng = np.random.default_rng(5)
    nodes, weights = rng.uniform(-0.9, 0.95, 40), rng.exponential(size=40)
    sides, truth = _check(nodes, weights, 12, rule, Ends(-1.0, 1.0, True), False)
    fits = 2 * DEPTHS <= 23
    assert np.all((sides.upper - sides.lower)[0][fits] <= 1e-11 * truth[fits] + 1e-11)


def test_more_products_never_loosen_a_power():
    rng = np.random.default_rng(6)
    nodes, weights = rng.uniform(-0.9, 0.99, 80), rng.exponential(size=80)
    widths = []
    for steps in (3, 6, 12, 24):
        sides, _ = _check(nodes, weights, steps, cases.RULES["sgc"], Ends(-1.0, 1.0, True), True)
        widths.append((sides.upper - sides.lower)[0, 40])
    assert np.all(np.diff(widths) < 0)


def test_unproven_ends_make_an_estimate_and_proven_ones_a_bracket():
    rng = np.random.default_rng(7)
    jacobi = _lanczos(rng.uniform(-0.9, 0.9, 40), np.ones(40), 5)
    for proven, source in ((True, "bracket"), (False, "estimate")):
        ends = Ends(-0.95, 0.95, proven)
        assert enclose([jacobi], cases.RULES["sgc"], DEPTHS, ends, energy=False).source == source
    assert (
        enclose([jacobi], cases.RULES["signed"], DEPTHS, Ends(-1, 1, True), energy=False).source == "estimate"
    )


def test_a_measure_known_completely_is_exact():
    nodes, weights = np.array([0.5, -0.25]), np.array([2.0, 1.0])
    sides = enclose([Discrete(nodes, weights)], cases.RULES["ppr"], DEPTHS, Ends(-1, 1, True), energy=True)
    assert sides.source == "exact"
    np.testing.assert_allclose(sides.lower[0], _truth(nodes, weights, cases.RULES["ppr"], True), rtol=1e-10)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), end=st.sampled_from([-1.0, 1.0]))
def test_times_distance_is_the_measure_times_the_distance(seed, end):
    rng = np.random.default_rng(seed)
    nodes, weights = rng.uniform(-0.95, 0.95, 12), rng.exponential(size=12) + 0.01
    found = _lanczos(nodes, weights, 7)
    moved = found.times_distance(end)
    assert len(moved) == len(found)
    assert len(replace(found, next_coupling=None).times_distance(end)) == len(found) - 1
    direct = _lanczos(nodes, weights * np.abs(nodes - end), 8)
    np.testing.assert_allclose(moved.mass, direct.mass, rtol=1e-12)
    np.testing.assert_allclose(moved.diagonal, direct.diagonal[: len(moved)], atol=1e-6)
    np.testing.assert_allclose(moved.coupling, direct.coupling[: len(moved) - 1], atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), steps=st.integers(1, 10))
def test_lobatto_has_both_ends_and_all_moments_it_should(seed, steps):
    rng = np.random.default_rng(seed)
    nodes, weights = rng.uniform(-0.9, 0.9, 30), rng.exponential(size=30) + 0.01
    jacobi = _lanczos(nodes, weights, steps)
    at, mass = jacobi.lobatto(-1.0, 1.0)
    assert at.min() == pytest.approx(-1.0, abs=1e-9)
    assert at.max() == pytest.approx(1.0, abs=1e-9)
    for degree in range(2 * steps):
        assert mass @ at**degree == pytest.approx(weights @ nodes**degree, rel=1e-8, abs=1e-8)
