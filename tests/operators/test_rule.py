"""Rules and read-outs: the recurrence on arrays, on numbers and on parity pairs is one and the same."""

import cases
import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_smooth.errors import UsageError
from spectral_smooth.operators import rule as rules
from spectral_smooth.operators.readout import Concat, Mean
from spectral_smooth.operators.rule import Rule, iterate

NUMBERS = np.array([1.0, 0.97, 0.5, 1e-9, 0.0, -1e-9, -0.4, -1.0])
DEPTH = 9


def _oracle(rule, value):
    """g_k by the definition on a 1×1 matrix, divided by growth^(2k)."""
    states = naive.matrix_states(np.array([[value]]), rule, np.array([[1.0]]), DEPTH)
    read = [naive.read_out(rule, states, k) for k in range(DEPTH + 1)]
    return np.array([np.sum(r**2) for r in read]) * rule.growth ** (-2.0 * np.arange(DEPTH + 1))


@pytest.mark.parametrize("rule", cases.rule_params())
def test_gains_are_the_squared_read_out(rule):
    expected = np.stack([_oracle(rule, v) for v in NUMBERS], axis=1)
    np.testing.assert_allclose(rule.gains(NUMBERS, DEPTH), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("rule", cases.rule_params())
def test_parity_parts_add_up_and_are_even(rule):
    even, odd = rule.split_gains(NUMBERS, DEPTH)
    np.testing.assert_allclose(even + NUMBERS * odd, rule.gains(NUMBERS, DEPTH), rtol=1e-11, atol=1e-14)
    mirrored = rule.split_gains(-NUMBERS, DEPTH)
    np.testing.assert_allclose(mirrored[0], even, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(mirrored[1], odd, rtol=1e-12, atol=1e-15)
    if rule.nonnegative:
        assert even.min() >= 0
        assert odd.min() >= 0


@pytest.mark.parametrize("rule", cases.rule_params())
def test_selected_depths_are_rows_of_all_depths(rule):
    wanted = np.array([0, 3, 7])
    np.testing.assert_array_equal(rule.gains(NUMBERS, wanted), rule.gains(NUMBERS, DEPTH)[wanted])


@pytest.mark.parametrize(
    "rule", [r for r in cases.RULES.values() if not isinstance(r.readout, Concat)], ids=str
)
def test_recurrence_on_arrays_is_the_recurrence_on_numbers(rule):
    diagonal = NUMBERS[:, None]
    states = iterate(rule, lambda x, out: np.multiply(diagonal, x, out=out), np.ones((8, 1)), DEPTH)
    read = np.stack([s[:, 0].copy() for s in rule.readout.combine(states)])
    np.testing.assert_allclose(read, rule.responses(NUMBERS, DEPTH), rtol=1e-13, atol=1e-15)


@settings(max_examples=50, deadline=None)
@given(a=st.floats(0, 2), b=st.floats(0, 2), value=st.floats(-1, 1))
def test_growth_bounds_every_state(a, b, value):
    rule = Rule(a, b, 0.0)
    assert np.all(rule.gains(np.array([value]), 200) <= 1.0 + 1e-9)


def test_no_overflow_at_depths_where_the_residual_would():
    assert rules.residual().growth == 2.0
    assert np.isfinite(rules.residual().gains(np.array([1.0]), 5000)).all()
    np.testing.assert_allclose(rules.residual().gains(np.array([1.0]), 5000)[-1], 1.0)


def test_gcnii_with_identity_weights_is_ppr_and_says_so():
    assert rules.gcnii(0.2) == rules.ppr(0.2)
    assert rules.gcnii(0.2).name.startswith("ppr")


def test_heat_converges_to_the_exponential():
    values = np.linspace(-1, 1, 9)
    np.testing.assert_allclose(
        rules.heat(2.0).responses(values, 60)[-1], np.exp(-2.0 * (1 - values)), rtol=1e-12
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda: rules.lazy(1.5),
        lambda: rules.ppr(-0.1),
        lambda: rules.heat(-1.0),
        lambda: rules.s2gc(2.0),
        lambda: rules.weighted(()),
        lambda: rules.weighted((np.nan,)),
        lambda: Rule(np.inf),
        lambda: Rule(1.0, 1.0, 0.0, Mean()),
    ],
)
def test_settings_out_of_range_are_refused(make):
    with pytest.raises(UsageError):
        make()


def test_heat_at_time_zero_changes_nothing():
    np.testing.assert_array_equal(rules.heat(0.0).responses(NUMBERS, DEPTH), np.ones((DEPTH + 1, 8)))


def test_concatenated_states_have_no_single_read_out():
    with pytest.raises(UsageError, match="no single state"):
        rules.concat().responses(NUMBERS, DEPTH)
