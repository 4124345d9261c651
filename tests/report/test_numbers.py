import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spectral_smooth.report import numbers

FINITE = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300)


@given(FINITE)
def test_a_number_keeps_four_digits(value):
    shown = float(numbers.number(value).replace(",", ""))
    assert shown == pytest.approx(value, rel=5.1e-4, abs=1e-307)


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_a_dash(value):
    assert numbers.number(value) == numbers.rate(value) == numbers.count(value) == numbers.MISSING


@given(st.floats(min_value=1e-14, max_value=4e-4))
def test_a_rate_close_to_one_shows_how_close(gap):
    text = numbers.rate(1.0 - gap)
    assert text.startswith("1 − ")
    assert float(text.removeprefix("1 − ")) == pytest.approx(gap, rel=1e-3, abs=2 * np.finfo(float).eps)


@given(st.integers(-1, 5000), st.integers(0, 50))
def test_the_interval_names_both_ends(at_least, more):
    at_most = at_least + more if at_least >= 0 else more
    for text in (numbers.layers(at_least, at_most, 4096), numbers.layers_short(at_least, at_most, 4096)):
        assert f"{max(at_least, 0):,}" in text
        assert (f"{at_most:,}" in text) == (more > 1) or at_least < 0 or f"{at_most:,}" in f"{at_least:,}"


def test_one_layer_is_singular():
    assert numbers.layers(1, 2, 64) == "1 layer"
    assert numbers.layers(None, 7, 64) == "at most 7 layers"


def test_an_open_interval_says_which_side_is_known():
    assert numbers.between(0.25, math.inf) == "≥ 0.25"
    assert numbers.between(0.123456, 0.123457) == "0.1235"


def _sides(text):
    sides = text.strip("[]").split(", ")
    return Decimal(sides[0]), Decimal(sides[-1])


@given(st.floats(-1.0, 1.0), st.floats(1e-17, 2.0))
def test_a_proven_interval_is_rounded_outwards_and_little(low, width):
    high = min(low + width, 1.0)
    shown = _sides(numbers.enclosing(low, high))
    assert shown[0] <= Decimal(low)
    assert Decimal(high) <= shown[1]
    largest = max(abs(low), abs(high))
    assert float(shown[1] - shown[0]) <= 1.3 * (high - low) + 3e-11 * largest + 1e-300


@pytest.mark.parametrize("value", [-1.0, 0.0, 0.5, 1.0])
def test_an_interval_of_one_short_number_is_that_number(value):
    assert Decimal(numbers.enclosing(value, value)) == Decimal(value)


@given(st.floats(0.0, 1.0))
def test_an_upper_bound_is_rounded_up_and_little(value):
    text = numbers.at_most(value)
    first, _, rest = text.partition(" − ")
    shown = Decimal(first) - Decimal(rest or 0)
    assert shown >= Decimal(value)
    assert float(1 - shown) >= (1.0 - value) * (1.0 - 1e-3) - 1e-5 * (value < 0.999)
