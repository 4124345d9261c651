"""Pace: the model beside plain smoothing."""

from __future__ import annotations

import json

import numpy as np
import pytest

from spectral_smooth.measures.curve import Curve
from spectral_smooth.monitoring.pace import Pace, find_pace


def halves(count=33):
    return Curve.points("collapse", np.arange(count), 0.5 ** np.arange(count))


@pytest.mark.parametrize(
    ("distances", "plain_depth", "said"),
    [
        ([1.0, 0.5, 0.25], 2, "about as fast"),
        ([1.0, 0.5, 0.2], 3, "about as fast"),
        ([1.0, 0.1, 0.01], 7, "faster than its graph: distance 0.01 after 2 layers, plain smoothing 0.25"),
        ([1.0, 0.9, 0.8, 0.7], 1, "more slowly than its graph"),
        ([0.5, 0.8, 0.9, 1.0], 0, "further apart than its first layer"),
        ([1.0, 1e-12], None, "more than 32"),
        ([1.0, 0.0], None, "more than 32"),
        ([0.3], 2, "one layer only"),
    ],
)
def test_pace_by_distance(distances, plain_depth, said):
    found = find_pace(distances, halves())
    assert found.depth == len(distances) - 1
    assert found.model == distances[-1]
    assert found.plain == 0.5**found.depth
    assert found.plain_depth == plain_depth
    assert found.horizon == 32
    assert said in str(found)


def test_a_curve_of_some_depths():
    depths = np.array([0, 1, 2, 8, 64])
    found = find_pace([1.0, 0.9, 0.004], Curve.points("collapse", depths, 0.5**depths))
    assert (found.plain_depth, found.horizon) == (8, 64)


def test_zero_beside_zero_is_alike():
    curve = Curve.points("collapse", np.arange(3), np.array([1.0, 0.0, 0.0]))
    found = find_pace([1.0, 0.0], curve)
    assert found.plain_depth == 1
    assert "about as fast" in str(found)


def test_json():
    found = find_pace([1.0, 1e-12], halves())
    assert Pace.from_dict(json.loads(json.dumps(found.to_dict(), allow_nan=False))) == found
