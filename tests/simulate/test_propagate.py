"""propagate(): against naive states, its two views, its state measures and its notes."""

import cases
import naive
import numpy as np
import pytest

from spectral_smooth.errors import UsageError
from spectral_smooth.measures.quadratic import QUADRATIC
from spectral_smooth.measures.state import STATE_MEASURES, measure_state
from spectral_smooth.operators.operator import gcn, random_walk, symmetric
from spectral_smooth.simulate.propagate import log_spaced_depths, propagate

DEPTH = 7
LINEAR = [name for name in cases.RULES if name != "concat"]


@pytest.mark.parametrize("op", cases.operator_params(graphs=cases.FEW_GRAPHS))
@pytest.mark.parametrize("deflate", [True, False])
def test_final_state_is_the_naive_one(op, deflate):
    x = cases.features(op.graph.num_nodes)
    alive = (naive.degrees(op) > 0)[:, None]
    for name in LINEAR:
        rule = cases.RULES[name]
        expected = naive.propagate(op, rule, x * alive, DEPTH)[DEPTH] * rule.growth**-DEPTH
        run = propagate(op, x, DEPTH, rule=rule, measures=("energy",), deflate=deflate, keep_final=True)
        np.testing.assert_allclose(run.final, expected, atol=1e-11, err_msg=name)


@pytest.mark.parametrize("op", cases.operator_params(graphs=("karate", "isolated nodes", "bipartite")))
def test_deflated_and_plain_views_measure_the_same(op):
    x = cases.features(op.graph.num_nodes)
    one = propagate(op, x, DEPTH, measures=QUADRATIC)
    two = propagate(op, x, DEPTH, measures=QUADRATIC, deflate=False)
    for curve in one.curves:
        other = two.curve(curve.name, curve.component)
        np.testing.assert_allclose(curve.lower, other.lower, rtol=1e-9, atol=1e-11)


def test_state_measures_are_those_of_the_naive_states():
    op, x = random_walk(cases.GRAPHS["karate"], loops=1.0), cases.features(34, 5)
    run = propagate(op, x, 8, rng=0, state_depths=np.array([0, 2, 4, 8]))
    states = naive.propagate(op, cases.RULES["sgc"], x, 8)
    exact = [name for name in STATE_MEASURES if name != "matched_energy"]
    for depth in (0, 4, 8):
        direct = measure_state(op, states[depth], exact, rng=0)
        for name in exact:
            if STATE_MEASURES[name].costly and depth == 4:
                continue
            low, high = run.curve(name).at(depth)
            assert low == pytest.approx(high)
            assert low == pytest.approx(direct[name].value, rel=1e-6, abs=1e-9), name


def test_the_floor_is_where_a_plain_run_stops_falling():
    op, x = gcn(cases.GRAPHS["dense random"]), cases.features(20)
    plain = propagate(op, x, 200, measures=("deviation",), deflate=False, dtype="float32").curve("deviation")
    true = propagate(op, x, 200, measures=("deviation",)).curve("deviation")
    assert true.lower[-1] < 1e-20 < plain.lower[-1]
    above = plain.lower > 30 * plain.floor
    np.testing.assert_allclose(plain.lower[above], true.lower[above], rtol=0.1)
    assert np.all(true.lower[plain.lower < plain.floor] < 20 * np.max(plain.floor))


def test_float32_storage_keeps_a_relative_error_on_the_deflated_state():
    op, x = gcn(cases.GRAPHS["karate"]), cases.features(34)
    fine = propagate(op, x, 300, measures=("energy",)).curve("energy")
    coarse = propagate(op, x, 300, measures=("energy",), dtype="float32").curve("energy")
    np.testing.assert_allclose(coarse.lower, fine.lower, rtol=1e-3)


def test_growing_rule_is_rescaled_and_says_so():
    op, x = gcn(cases.GRAPHS["karate"]), cases.features(34)
    run = propagate(op, x, 2000, rule=cases.RULES["residual"], measures=("energy", "collapse"))
    assert np.isfinite(run.curve("energy").lower).all()
    assert "2^depth" in run.curve("energy").note
    assert run.curve("collapse").note == ""
    assert any("2^depth" in note for note in run.notes)


def test_concatenation_has_quadratic_measures_only_and_says_so():
    run = propagate(gcn(cases.GRAPHS["karate"]), cases.features(34), 4, rule=cases.RULES["concat"])
    assert {c.name for c in run.curves} == set(QUADRATIC)
    assert any("concatenated" in note for note in run.notes)


def test_silent_nodes_leave_the_measures():
    op = symmetric(cases.GRAPHS["isolated nodes"])
    alive = naive.degrees(op) > 0
    x = cases.features(op.graph.num_nodes)
    louder = np.where(alive[:, None], x, 1e6)
    one, two = (propagate(op, data, 3, rng=1) for data in (x, louder))
    for curve in one.curves:
        other = two.curve(curve.name, curve.component)
        np.testing.assert_allclose(curve.value, other.value, rtol=1e-9, err_msg=curve.name)


def test_one_node_and_no_edges():
    for name in ("one node", "no edges"):
        graph = cases.GRAPHS[name]
        run = propagate(gcn(graph), cases.features(graph.num_nodes), 3)
        assert np.all(run.curve("energy").lower == 0)
        assert np.all(run.curve("collapse").lower == 0)


def test_depths_of_state_measures():
    assert log_spaced_depths(1).tolist() == [0, 1]
    assert log_spaced_depths(64).tolist() == [0, 1, 2, 4, 8, 16, 32, 64]
    run = propagate(gcn(cases.GRAPHS["karate"]), cases.features(34), 6, state_depths=np.array([0, 5]))
    assert run.curve("mad").depths.tolist() == [0, 5]
    run = propagate(gcn(cases.GRAPHS["karate"]), cases.features(34), 64)
    assert run.curve("mad").depths.tolist() == [0, 1, 2, 4, 8, 16, 32, 64]
    assert run.curve("effective_rank").depths.tolist() == [0, 1, 8, 64]


def test_progress_reports_every_depth():
    seen = []
    propagate(gcn(cases.GRAPHS["karate"]), cases.features(34), 5, progress=lambda k, n: seen.append((k, n)))
    assert seen == [(k, 5) for k in range(6)]


@pytest.mark.parametrize(
    "bad", [{"depth": -1}, {"depth": 1, "dtype": "float16"}, {"depth": 1, "measures": ("roughness",)}]
)
def test_bad_arguments(bad):
    with pytest.raises(UsageError):
        propagate(gcn(cases.GRAPHS["karate"]), cases.features(34), **bad)
