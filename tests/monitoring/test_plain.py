"""Plain smoothing beside: predicted and measured, against powers of the dense matrix."""

from __future__ import annotations

import json

import cases
import naive
import numpy as np
import pytest
from monitoring.stacks import measured

from spectral_smooth.monitoring import plain
from spectral_smooth.monitoring.measuring.ground import Ground
from spectral_smooth.monitoring.measuring.samples import Samples
from spectral_smooth.monitoring.plain import PlainSmoothing, Start, smooth_plainly
from spectral_smooth.monitoring.reading.layer_arrays import as_layer


def smoothed(op, x, depth, seed=0):
    ground = Ground.of(op, None)
    start = Start.of(ground, as_layer(x, "input"), seed)
    return start, smooth_plainly(ground, Samples(ground, seed), start, depth)


@pytest.mark.parametrize("name", ["karate", "disjoint union", "isolated nodes", "weighted self-loops"])
@pytest.mark.parametrize("operator", ["gcn", "random walk with loops", "split 0.3"])
def test_plain_smoothing_is_powers_of_the_operator(name, operator):
    op = cases.operator(name, operator)
    x = cases.features(op.graph.num_nodes, 3)
    start, found = smoothed(op, x, 4)
    assert not start.sketched
    assert not found.notes
    layer, state = naive.dense_layer(op), x
    for k in range(5):
        expected = measured(op, state)
        collapse = found.predicted.curve("collapse")
        assert collapse.value[list(collapse.depths).index(k)] == pytest.approx(
            expected.values["collapse"], rel=1e-6
        )
        rayleigh = found.predicted.curve("rayleigh_quotient")
        assert rayleigh.value[list(rayleigh.depths).index(k)] == pytest.approx(
            expected.values["rayleigh_quotient"], rel=1e-6, abs=1e-12
        )
        for key in ("collapse", "constant_distance", "mean_cosine", "edge_ratio", "effective_rank"):
            assert found.layers[k].values[key] == pytest.approx(expected.values[key], rel=1e-6, abs=1e-9), (
                k,
                key,
            )
        state = layer @ state
    assert collapse.depths[-1] == plain.HORIZON


def test_a_large_first_layer_is_kept_as_a_sketch(monkeypatch):
    monkeypatch.setattr(plain, "KEPT_VALUES", 500)
    op, rng = cases.operator("karate", "gcn"), np.random.default_rng(0)
    x = rng.standard_normal((34, 40))
    exact = [
        measured(op, np.linalg.matrix_power(naive.dense_layer(op), k) @ x).values["collapse"]
        for k in range(4)
    ]
    ratios = []
    for seed in range(60):
        start, found = smoothed(op, x, 3, seed)
        assert start.sketched
        assert start.features.shape == (34, plain.FEW_COLUMNS)
        assert not found.layers
        assert any("random combinations" in note for note in found.notes)
        assert any("not measured one by one" in note for note in found.notes)
        ratios.append(found.predicted.curve("collapse").value[:4] / exact)
    # the error that the note promises, and no bias beyond it
    assert np.all(np.std(ratios, axis=0) < 0.25)
    np.testing.assert_allclose(np.mean(ratios, axis=0), 1.0, atol=0.05)


def test_many_columns_are_measured_as_combinations(monkeypatch):
    monkeypatch.setattr(plain, "STATE_COLUMNS", 8)
    op = cases.operator("karate", "gcn")
    found = smoothed(op, cases.features(34, 20), 2)[1]
    assert [one.columns for one in found.layers] == [8, 8, 8]
    assert any("8 random combinations of 20 columns" in note for note in found.notes)


def test_too_much_work_is_left_and_said(monkeypatch):
    monkeypatch.setattr(plain, "STATE_WORK", 10)
    found = smoothed(cases.operator("karate", "gcn"), cases.features(34, 3), 2)[1]
    assert not found.layers
    assert any("too large" in note for note in found.notes)


@pytest.mark.parametrize("size", [1e-300, 1e-30, 1.0, 1e300])
def test_the_size_of_the_first_layer_does_not_matter(size):
    op, x = cases.operator("karate", "gcn"), cases.features(34, 3)
    one, two = smoothed(op, x, 2)[1], smoothed(op, x * size, 2)[1]
    np.testing.assert_allclose(
        two.predicted.curve("collapse").value, one.predicted.curve("collapse").value, rtol=1e-6, atol=1e-13
    )


@pytest.mark.parametrize("what", ["zeros", "in the fixed space", "one layer"])
def test_degenerate_first_layers(what):
    op = cases.operator("karate", "random walk")
    x = {
        "zeros": np.zeros((34, 2)),
        "in the fixed space": np.ones((34, 2)),
        "one layer": cases.features(34, 2),
    }[what]
    found = smoothed(op, x, 0 if what == "one layer" else 2)[1]
    values = found.predicted.curve("collapse").value
    assert np.all(np.isfinite(values))
    if what != "one layer":
        assert np.all(values < 1e-7)


def test_json():
    found = smoothed(cases.operator("karate", "gcn"), cases.features(34, 3), 2)[1]
    text = json.dumps(found.to_dict(), allow_nan=False)
    again = PlainSmoothing.from_dict(json.loads(text))
    assert json.dumps(again.to_dict()) == text
