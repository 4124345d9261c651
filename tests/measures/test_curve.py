"""Curve and Trajectory: what they refuse, and that they survive the way through JSON."""

import json

import numpy as np
import pytest

from spectral_smooth.errors import UsageError
from spectral_smooth.measures.curve import Curve
from spectral_smooth.measures.trajectory import Trajectory

DEPTHS = np.array([0, 1, 4])
BRACKET = Curve(
    "energy",
    DEPTHS,
    np.array([1.0, 0.25, 0.0]),
    np.array([1.0, 1.0, np.inf]),
    "bracket",
    component=2,
    floor=1e-9,
    note="divided by 2^depth",
)
POINTS = Curve.points("mad", DEPTHS, [0.5, 0.4, 0.3])


@pytest.mark.parametrize(
    ("depths", "values", "source", "words"),
    [
        ([0, 1], [1.0], "measured", "2 depths, 1 lower and 1 upper"),
        ([1, 0], [1.0, 1.0], "measured", "depths must increase"),
        ([0, 0], [1.0, 1.0], "measured", "depths must increase"),
        ([0, 1], [1.0, 1.0], "guess", "unknown source 'guess'"),
    ],
)
def test_what_is_no_curve_is_refused(depths, values, source, words):
    with pytest.raises(UsageError, match=words):
        Curve.points("energy", depths, values, source)


def test_the_value_lies_between_both_sides():
    assert BRACKET.value[:2].tolist() == [1.0, 0.5]  # the geometric mean
    assert Curve("x", np.array([0]), np.array([-2.0]), np.array([4.0]), "estimate").value[0] == 1.0
    assert BRACKET.relative_width[:2].tolist() == [0.0, 1.5]
    assert BRACKET.at(1) == (0.25, 1.0)
    with pytest.raises(UsageError, match="no value at depth 2"):
        BRACKET.at(2)


@pytest.mark.parametrize("curve", [BRACKET, POINTS], ids=["bracket", "points"])
def test_a_curve_survives_json(curve):
    back = Curve.from_dict(json.loads(json.dumps(curve.to_dict(), allow_nan=False)))
    assert (back.name, back.source, back.component, back.note) == (
        curve.name,
        curve.source,
        curve.component,
        curve.note,
    )
    np.testing.assert_array_equal(back.depths, curve.depths)
    np.testing.assert_array_equal(back.lower, curve.lower)
    np.testing.assert_array_equal(back.upper, curve.upper)
    np.testing.assert_array_equal(np.broadcast_to(back.floor, 3), np.broadcast_to(curve.floor, 3))


def test_curves_are_found_by_name_and_component():
    run = Trajectory((BRACKET, POINTS), "gcn", "sgc", 4, notes=("seen",))
    assert run.curve("energy", 2) is BRACKET
    assert run.curve("mad") is POINTS
    assert not run.has("energy")
    with pytest.raises(UsageError, match="no curve 'energy' here; there are: mad"):
        run.curve("energy")
    back = Trajectory.from_dict(run.to_dict())
    assert (back.operator, back.rule, back.applications, back.notes) == ("gcn", "sgc", 4, ("seen",))
    assert [curve.name for curve in back.curves] == ["energy", "mad"]
    assert repr(run) == "Trajectory of sgc under gcn, 4 products: energy, mad"
