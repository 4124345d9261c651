import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_smooth.spectra.density.bracket import Bracket, quadrature_bracket
from spectral_smooth.spectra.density.choose import Errors, Size, next_size, search
from spectral_smooth.spectra.density.kernel import density_at, jackson, kernel_bracket, moments_of
from spectral_smooth.spectra.density.law import band, count_sides, probe_distance
from spectral_smooth.spectra.density.sample import EMPTY, exact_sample
from spectral_smooth.spectra.density.spikes import merged
from spectral_smooth.spectra.jacobi import Jacobi
from spectral_smooth.spectra.modal import Discrete

AT = np.linspace(-1.1, 1.1, 221)


def stieltjes(nodes, weights, steps):
    """Recurrence of a discrete measure, with full reorthogonalisation."""
    v = np.sqrt(weights / weights.sum())
    basis, alpha, beta = [v], [], []
    for _ in range(steps):
        w = nodes * basis[-1]
        alpha.append(float(basis[-1] @ w))
        for _ in range(2):
            for b in basis:
                w = w - b * (b @ w)
        norm = float(np.linalg.norm(w))
        beta.append(norm)
        if norm < 1e-10:
            return Jacobi(np.array(alpha), np.array(beta[:-1]), float(weights.sum()), True)
        basis.append(w / norm)
    return Jacobi(np.array(alpha), np.array(beta[:-1]), float(weights.sum()), False, beta[-1])


def holds(bracket, nodes, weights):
    share = weights / weights.sum()
    low, middle, high = bracket.above(AT)
    for t, *sides in zip(AT, low, middle, high, strict=True):
        # an atom at t itself may be counted on either side
        assert sides[0] <= share[nodes >= t - 1e-8].sum() + 1e-9
        assert sides[2] >= share[nodes >= t + 1e-8].sum() - 1e-9
        assert sides[0] <= sides[1] <= sides[2]
    t = np.unique(np.concatenate([bracket.points, nodes, np.linspace(-1, 1, 4001)]))
    centre = 0.5 * (t[1:] + t[:-1])
    true = np.array([share[nodes >= c].sum() for c in centre])
    off = float(np.diff(t) @ np.abs(bracket.above(centre)[1] - true))
    assert off <= bracket.distance + 1e-6


measures = st.integers(0, 10**6).map(
    lambda seed: (
        np.sort(np.random.default_rng(seed).uniform(-0.999, 0.999, size=40)),
        np.random.default_rng(seed + 1).exponential(size=40) ** 3,
    )
)


@settings(max_examples=30, deadline=None)
@given(measures, st.integers(1, 45))
def test_quadrature_encloses_a_discrete_measure(measure, steps):
    found = quadrature_bracket([stieltjes(*measure, steps)])
    holds(found, *measure)
    assert found.exact == (steps >= 40)


@settings(max_examples=20, deadline=None)
@given(measures, measures, st.integers(2, 20))
def test_measures_of_several_groups_add_up(first, second, steps):
    nodes, weights = (np.concatenate(pair) for pair in zip(first, second, strict=True))
    holds(quadrature_bracket([stieltjes(*first, steps), stieltjes(*second, steps + 3)]), nodes, weights)
    # one known completely, the other not
    holds(quadrature_bracket([Discrete(*first), stieltjes(*second, steps)]), nodes, weights)
    both = quadrature_bracket([Discrete(*first), stieltjes(*second, 60)])
    assert both.exact
    holds(both, nodes, weights)


@settings(max_examples=30, deadline=None)
@given(measures, st.integers(2, 120))
def test_the_kernel_encloses_a_discrete_measure(measure, count):
    found = kernel_bracket(moments_of(*measure, count))
    holds(found, *measure)
    assert not found.exact


def test_the_distance_falls_with_the_number_of_products():
    arcsine = [
        Jacobi(np.zeros(m), np.append([np.sqrt(0.5)], np.full(m - 2, 0.5)), 1.0, False, 0.5) for m in (20, 80)
    ]
    few, many = (quadrature_bracket([one]).distance for one in arcsine)
    assert many == pytest.approx(few / 4, rel=0.1)
    assert many < np.pi / (2 * 80)
    few, many = (kernel_bracket(np.eye(m)[0]).distance for m in (40, 160))
    assert many == pytest.approx(few / 4, rel=0.1)
    assert many < 2.5 / 160


def test_jacksons_kernel_is_not_negative_and_as_wide_as_said():
    phi = np.linspace(-np.pi, np.pi, 20001)
    for count in (2, 5, 32, 101):
        g = jackson(count)
        kernel = (1 + 2 * sum(g[k] * np.cos(k * phi) for k in range(1, count))) / (2 * np.pi)
        assert kernel.min() > -1e-12
        assert np.trapezoid(kernel, phi) == pytest.approx(1.0)
    assert np.sqrt(np.trapezoid(kernel * phi**2, phi)) == pytest.approx(np.pi / count, rel=0.15)


def test_the_smooth_density_is_a_density():
    nodes, weights = np.array([-0.9, 0.1, 0.3]), np.array([1.0, 2.0, 1.0])
    at = np.cos(np.linspace(np.pi, 0, 6001))
    curve = density_at(moments_of(nodes, weights, 60), at)
    assert curve.min() >= 0
    assert np.trapezoid(curve, at) == pytest.approx(1.0, abs=1e-3)
    assert density_at(np.eye(4)[0], np.array([-1.0, 1.0, 2.0])).tolist() == [0.0, 0.0, 0.0]


def test_brackets_are_kept():
    for found in (quadrature_bracket([stieltjes(np.linspace(-0.5, 0.5, 30), np.ones(30), 7)]), EMPTY.bracket):
        again = Bracket.from_dict(found.to_dict())
        assert again.to_dict() == found.to_dict()
    assert EMPTY.bracket.above(np.array([0.0]))[2].tolist() == [0.0]
    assert exact_sample(np.zeros(0), np.zeros(0)) is EMPTY


def test_equal_values_are_one():
    values, masses = merged(np.array([0.5, -0.0, 0.5 + 1e-12, 0.25]), np.array([1.0, 2.0, 3.0, 0.0]))
    assert values == pytest.approx([0.0, 0.25, 0.5])
    assert masses.tolist() == [2.0, 0.0, 4.0]
    assert [len(side) for side in merged(np.zeros(0), np.zeros(0))] == [0, 0]


@pytest.mark.parametrize(("rest", "probes"), [(3, 1), (40, 1), (40, 9), (150, 2)])
def test_the_law_of_the_probes(rest, probes):
    values = np.sort(np.random.default_rng(rest).uniform(-1, 1, size=rest)).round(1)
    true = np.arange(1, rest + 1) / rest
    rng = np.random.default_rng(1)
    width = band(rest, probes)
    held, inside, counted = [], [], []
    for draw in range(400):
        weights = np.sum(rng.standard_normal((rest, probes)) ** 2, axis=1)
        seen = np.cumsum(weights / weights.sum())
        if draw < 100:
            bar = probe_distance(values, weights / weights.sum(), rest, probes)
            held.append(np.diff(values) @ np.abs(seen - true)[:-1] <= bar)
        inside.append(np.max(np.abs(seen - true)) <= width)
        k = rest // 3
        low, high = count_sides(seen[k - 1], seen[k - 1], rest, probes)
        counted.append(low <= k <= high)
    assert np.mean(held) > 0.93
    assert np.mean(inside) > 0.93
    assert np.mean(counted) > 0.93
    # sides of the share itself only widen the number's
    low, high = count_sides(0.8 * seen[k], 1.1 * seen[k], rest, probes)
    inner = count_sides(seen[k], seen[k], rest, probes)
    assert low <= inner[0] <= inner[1] <= high


def test_numbers_at_the_edges():
    assert count_sides(0.0, 0.0, 10, 1) == (0, 0)
    assert count_sides(1.0, 1.0, 10, 1) == (10, 10)
    assert count_sides(0.0, 1.0, 10, 1) == (0, 10)
    # something is seen: there is one at least
    assert count_sides(1e-9, 1e-9, 10, 1)[0] == 1
    assert count_sides(1.0, 1.0, 1, 1) == (1, 1)
    assert probe_distance(np.zeros(1), np.ones(1), 1, 1) == 0
    assert band(1, 1) == 0


def test_sizes_follow_from_a_small_run():
    found = Errors(EMPTY, products=0.08, probes=0.03)
    size = next_size(found, Size(4, 10), 0.05, (False, False), 10_000)
    assert size.probes == pytest.approx(1.06 * 4 * (0.03 / 0.015) ** 2, abs=1)
    assert size.products > 10 * 0.08 / 0.05
    assert next_size(found, Size(4, 10), 0.05, (True, True), 99) == Size(4, 10)
    assert next_size(found, Size(4, 10), 0.05, (False, False), 5).probes == 5
    assert next_size(Errors(EMPTY, 0.08, 0.0), Size(0, 10), 0.05, (True, False), 5).probes == 0


def test_the_search_stops_when_nothing_changes_any_more():
    sizes = []

    def run(size):
        sizes.append(size)
        return EMPTY

    found, spent = search(run, 0.5, share=1.0, rest=0, numbers=10, probes=0, products=None)
    assert len(sizes) == 1
    assert spent == 0
    assert found.total == 0
