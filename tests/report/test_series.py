import numpy as np
import pytest

from spectral_smooth.measures.curve import Curve
from spectral_smooth.report.selection import extent
from spectral_smooth.report.series import MAX_POINTS, pair, thinned, value_axis


def test_both_sides_are_divided_by_the_measured_start():
    depths = np.arange(3)
    predicted = Curve("energy", depths, np.array([3.0, 1.0, 0.0]), np.array([5.0, 2.0, 1.0]), "bracket")
    measured = Curve.points("energy", depths, [4.0, 1.5, 0.5])
    (one,) = pair([predicted], [measured])
    _, lower, upper = one.band()
    np.testing.assert_array_equal(lower, predicted.lower / 4.0)
    np.testing.assert_array_equal(upper, predicted.upper / 4.0)
    np.testing.assert_array_equal(one.points()[1], measured.lower / 4.0)
    assert one.relative


def test_what_starts_at_zero_is_not_divided():
    (one,) = pair([], [Curve.points("energy", np.arange(3), [0.0, 0.0, 0.0])])
    assert not one.relative
    assert one.scale == 1.0


def test_a_measure_with_a_size_of_its_own_is_not_divided():
    (one,) = pair([], [Curve.points("collapse", np.arange(2), [0.5, 0.25])])
    np.testing.assert_array_equal(one.points()[1], [0.5, 0.25])


def test_row_groups_stay_apart():
    curves = [
        Curve.points("collapse", [0], [value], component=group)
        for group, value in ((None, 1), (0, 2), (1, 3))
    ]
    found = {one.component: one.points()[1][0] for one in pair([], curves)}
    assert found == {None: 1, 0: 2, 1: 3}


@pytest.mark.parametrize(("length", "last"), [(65, None), (5000, None), (5000, 3000), (5000, 20)])
def test_thinning_keeps_both_ends(length, last):
    depths = np.arange(length)
    kept = depths[thinned(depths, last)]
    assert kept[0] == 0
    assert kept[-1] == (length - 1 if last is None else last)
    assert len(kept) <= MAX_POINTS


def test_a_log_axis_holds_every_positive_value_and_clips_the_rest():
    values = np.array([0.0, 1e-30, 2.0, np.inf, np.nan])
    axis = value_axis([values], [1e-40])
    assert axis.log
    assert 0 < axis.low < 1e-40
    assert axis.high > 2.0
    clipped = axis.clip(values)
    assert np.all((clipped >= axis.low) & (clipped <= axis.high))
    assert axis.low < axis.foot < 1e-39
    assert axis.share(axis.low) == 0.0
    assert axis.share(axis.high) == pytest.approx(1.0)


@pytest.mark.parametrize("values", [[], [0.0, 0.0], [-1.0, 2.0], [np.nan], [1.0, 1.1]])
def test_a_linear_axis_has_room(values):
    axis = value_axis([np.array(values)], decay=False)
    assert not axis.log
    assert axis.low < axis.high
    known = np.array([value for value in values if np.isfinite(value)])
    assert np.all((known >= axis.low) & (known < axis.high))


def test_a_measure_that_does_not_decay_is_log_only_over_decades():
    assert not value_axis([np.array([1.0, 20.0])], decay=False).log
    assert value_axis([np.array([1.0, 2000.0])], decay=False).log


def test_a_sampled_measurement_is_its_middle_with_an_error():
    (one,) = pair(
        [], [Curve("smv", np.arange(3), np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 5.0]), "measured")]
    )
    np.testing.assert_array_equal(one.points()[1], [1.5, 2.0, 4.0])
    depths, low, high = one.errors()
    np.testing.assert_array_equal(depths, [0, 2])
    np.testing.assert_array_equal(low, [1.0, 3.0])
    np.testing.assert_array_equal(high, [2.0, 5.0])


def test_a_huge_error_does_not_flatten_the_curve():
    values = np.array([400.0, 300.0, 100.0])
    (one,) = pair([], [Curve("effective_rank", np.arange(3), values - 5000.0, values + 5000.0, "measured")])
    axis = value_axis(extent(one), decay=False)
    assert -100.0 < axis.low <= 0.0
    assert 400.0 < axis.high < 800.0
