"""compare(): containment, the largest difference, and the reasons."""

import cases
import numpy as np
import pytest

from spectral_smooth.depth.compare import Comparison, compare
from spectral_smooth.errors import UsageError
from spectral_smooth.measures.curve import Curve
from spectral_smooth.operators.operator import gcn, symmetric
from spectral_smooth.simulate.propagate import propagate
from spectral_smooth.theory.predict import predict

K = np.arange(20)


def _predicted(low=0.9, high=1.1):
    return Curve("energy", K, low * 0.5**K, high * 0.5**K, "bracket")


def test_inside_outside_and_by_how_much():
    assert compare(_predicted(), Curve.points("energy", K, 0.5**K)).contained
    outside = 0.5**K * np.where(K == 7, 1.3, 1.0)
    found = compare(_predicted(), Curve.points("energy", K, outside))
    assert not found.contained
    assert found.at_depth == 7
    middle = np.sqrt(0.9 * 1.1)
    assert found.largest_relative_difference == pytest.approx((1.3 - middle) / 1.3)


def test_tolerance_is_relative_slack():
    measured = Curve.points("energy", K, 1.15 * 0.5**K)
    assert not compare(_predicted(), measured).contained
    assert compare(_predicted(), measured, tolerance=0.06).contained


def test_only_common_depths_count():
    measured = Curve.points("energy", K[::3], 0.5 ** K[::3])
    assert compare(_predicted(), measured).contained
    with pytest.raises(UsageError, match="common"):
        compare(_predicted(), Curve.points("energy", K + 100, 0.5**K))
    with pytest.raises(UsageError, match="cannot compare"):
        compare(_predicted(), Curve.points("collapse", K, 0.5**K))


def test_values_at_the_floor_neither_convict_nor_count():
    measured = Curve.points("energy", K, np.maximum(0.5**K, 1e-3), floor=1e-3)
    found = compare(_predicted(), measured)
    assert found.contained
    assert found.largest_relative_difference < 0.1
    assert any(reason.startswith("floor") for reason in found.reasons)


def test_an_algebraic_fall_is_said_to_be_early():
    measured = Curve.points("energy", K + 1, 1.0 / (K + 1.0))
    predicted = Curve("energy", K + 1, 0.9 / (K + 1.0), 1.1 / (K + 1.0), "bracket")
    found = compare(predicted, measured, asymptotic_rate=0.99)
    assert found.fitted.kind == "algebraic"
    assert found.reasons[0].startswith("pre-asymptotic")
    assert compare(predicted, measured).predicted_rate is None


def test_reasons_name_what_makes_rates_differ():
    op = gcn(cases.GRAPHS["disjoint union"])
    x = cases.features(op.graph.num_nodes)
    measured = propagate(op, x, 10, measures=("deviation",)).curve("deviation")
    predicted = predict(op, x, 10).curve("deviation")
    found = compare(predicted, measured, asymptotic_rate=0.999, components=op.fixed_space.dimension)
    assert any(reason.startswith("pre-asymptotic") for reason in found.reasons)
    assert any(reason.startswith("components") for reason in found.reasons)
    swinging = symmetric(cases.GRAPHS["bipartite"])
    x = cases.features(8)
    found = compare(
        predict(swinging, x, 30).curve("deviation"),
        propagate(swinging, x, 30, measures=("deviation",)).curve("deviation"),
        alternating=1,
    )
    assert found.fitted.kind == "plateau"
    assert any(reason.startswith("oscillation") for reason in found.reasons)


def test_round_trip():
    found = compare(_predicted(), Curve.points("energy", K, 0.5**K))
    assert Comparison.from_dict(found.to_dict()) == found
