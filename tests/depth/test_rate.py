"""fit_rate() on curves whose behaviour is known."""

import cases
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_smooth.depth.asymptotic import asymptotic_rate
from spectral_smooth.depth.rate import fit_rate
from spectral_smooth.measures.curve import Curve
from spectral_smooth.operators import rule as rules
from spectral_smooth.operators.operator import gcn
from spectral_smooth.simulate.propagate import propagate

K = np.arange(65)


def _fit(values, depths=K, **more):
    return fit_rate(Curve.points("energy", depths, values, **more))


@settings(max_examples=50, deadline=None)
@given(rate=st.floats(0.05, 0.999), size=st.floats(1e-6, 1e6))
def test_exponential_whatever_the_scale(rate, size):
    fit = _fit(size * rate**K)
    assert fit.kind == "exponential"
    assert fit.rate == pytest.approx(rate, rel=1e-6)


@settings(max_examples=30, deadline=None)
@given(power=st.floats(0.3, 4.0))
def test_algebraic_whatever_the_power(power):
    fit = _fit(np.arange(1.0, 66.0) ** -power, depths=np.arange(1, 66))
    assert fit.kind == "algebraic"
    assert fit.exponent == pytest.approx(-power, rel=1e-6)


@settings(max_examples=30, deadline=None)
@given(level=st.floats(1e-3, 1e3), rate=st.floats(0.1, 0.8))
def test_plateau_is_not_called_slow_decay(level, rate):
    fit = _fit(level * (1 + rate**K))
    assert fit.kind == "plateau"
    assert fit.level == pytest.approx(level, rel=1e-3)


def test_constant_growing_oscillating_zero_and_too_short():
    assert _fit(np.full(65, 2.0)).kind == "plateau"
    assert _fit(1.1**K).kind == "growing"
    assert _fit(1.1**K).rate == pytest.approx(1.1)
    assert _fit(2.0 + (-1.0) ** K).kind == "oscillating"
    assert _fit(np.zeros(65)).kind == "zero"
    assert _fit(0.5 ** np.arange(3), depths=np.arange(3)).kind == "undetermined"


def test_never_fitted_through_the_floor():
    values = np.maximum(0.5**K, 1e-8)
    blind, informed = _fit(values), _fit(values, floor=1e-8)
    assert blind.kind != "exponential"
    assert informed.kind == "exponential"
    assert informed.rate == pytest.approx(0.5)
    assert informed.last < 27


def test_a_plain_float32_run_is_cut_at_its_floor():
    op = gcn(cases.GRAPHS["dense random"])
    plain = propagate(op, cases.features(20), 64, measures=("deviation",), deflate=False, dtype="float32")
    true = propagate(op, cases.features(20), 64, measures=("deviation",)).curve("deviation")
    fit = fit_rate(plain.curve("deviation"))
    assert fit.last < 64
    same_depths = _fit(true.lower[: fit.last + 1], depths=true.depths[: fit.last + 1])
    assert fit.rate == pytest.approx(same_depths.rate, rel=0.02)


@pytest.mark.parametrize("rule", [rules.sgc(), rules.lazy(0.3), rules.residual()], ids=str)
def test_measured_rates_tend_to_the_asymptotic_one(rule):
    op = gcn(cases.GRAPHS["karate"])
    values = np.linalg.eigvalsh(op.matrix().toarray())
    expected = asymptotic_rate(rule, values[-2], values[0])
    curve = propagate(op, cases.features(34), 400, rule=rule, measures=("deviation",)).curve("deviation")
    assert fit_rate(curve, tail=0.2).rate == pytest.approx(expected, rel=1e-6)


def test_rules_without_a_factor_say_so():
    assert asymptotic_rate(rules.ppr(0.1), 0.9, -0.5) == 1.0
    assert asymptotic_rate(rules.mean(), 0.9, -0.5) is None
    assert asymptotic_rate(rules.sgc(), None, -0.5) is None
    assert asymptotic_rate(rules.sgc(), 0.5, -0.9, quadratic=True) == pytest.approx(0.81)


@pytest.mark.parametrize(
    ("rule", "kind"), [(rules.ppr(0.2), "plateau"), (rules.mean(), "algebraic")], ids=str
)
def test_restart_keeps_a_plateau_and_the_mean_falls_like_a_power(rule, kind):
    op = gcn(cases.GRAPHS["dense random"])
    curve = propagate(op, cases.features(20), 128, rule=rule, measures=("energy",)).curve("energy")
    fit = fit_rate(Curve.points("energy", curve.depths[1:], curve.lower[1:]))
    assert fit.kind == kind
    if kind == "algebraic":
        assert fit.exponent == pytest.approx(-2.0, abs=0.1)


def test_round_trip():
    fit = _fit(0.5**K)
    assert type(fit)(**fit.to_dict()) == fit


def test_slow_decay_is_not_called_a_plateau():
    assert _fit(0.999**K).kind == "exponential"
    assert _fit(0.5 * 0.999**K + 0.5 * 0.9**K).kind != "plateau"


def test_a_power_of_depth_plus_one_is_algebraic():
    fit = _fit(1.0 / (K + 1.0))
    assert fit.kind == "algebraic"
    assert fit.exponent == pytest.approx(-1.0, rel=1e-6)


def test_values_that_vanish_at_every_other_depth_oscillate():
    assert _fit(np.where(K % 2, 0.0, 0.7)).kind == "oscillating"
