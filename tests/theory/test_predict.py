"""Theory against engine: what is predicted is what happens, on every graph, operator and rule."""

import cases
import naive
import numpy as np
import pytest

from spectral_smooth.depth.compare import compare
from spectral_smooth.engines.reference import Reference
from spectral_smooth.errors import UsageError
from spectral_smooth.measures.quadratic import QUADRATIC
from spectral_smooth.operators.operator import gcn, random_walk, symmetric
from spectral_smooth.simulate.propagate import propagate
from spectral_smooth.spectra.quadrature import spectral_measure
from spectral_smooth.theory.predict import predict, predict_from

EPS = np.finfo(float).eps
DEPTH = 24


def _plain_truth(op, x, rule):
    """Deviation² and energy of the naive plain run, at every depth."""
    t = naive.similarity(op)[:, None]
    states = naive.matrix_states(naive.dense_core(op), rule, t * x, DEPTH)
    basis, core = naive.fixed_basis(op), naive.dense_core(op)
    alive = (naive.degrees(op) > 0)[:, None]
    out = []
    for k in range(DEPTH + 1):
        y = naive.read_out(rule, states, k) * rule.growth**-k
        rest = y - basis @ (basis.T @ y)
        mask = np.tile(alive, (1, y.shape[1]))
        out.append((np.sum((rest * mask) ** 2), np.sum(y * mask * (y - core @ y))))
    return np.array(out).T


@pytest.mark.parametrize("op", cases.operator_params())
def test_full_spectrum_against_a_plain_run(op):
    x = cases.features(op.graph.num_nodes)
    measure = spectral_measure(op, x, products=None)
    size = np.linalg.norm(naive.similarity(op)[:, None] * x) ** 2
    for name, rule in cases.RULES.items():
        predicted = predict_from(measure, op, np.arange(DEPTH + 1), rule=rule)
        deviation2, energy = _plain_truth(op, x, rule)
        largest = rule.gains(np.array([1.0, -1.0]), DEPTH).max(axis=1)
        allowed = 64 * (1 + np.arange(DEPTH + 1)) * EPS * largest * size
        got = predicted.curve("deviation").value ** 2
        assert np.all(np.abs(got - deviation2) <= 1e-10 * deviation2 + allowed), name
        assert np.all(
            np.abs(predicted.curve("energy").value - energy) <= 1e-10 * np.abs(energy) + 2 * allowed
        ), name


@pytest.mark.parametrize("op", cases.operator_params())
def test_measured_lies_in_the_prediction(op):
    x = cases.features(op.graph.num_nodes)
    found = {products: spectral_measure(op, x, products=products) for products in (None, 5)}
    for rule in cases.RULES.values():
        measured = propagate(op, x, DEPTH, rule=rule, measures=QUADRATIC)
        for products, measure in found.items():
            predicted = predict_from(measure, op, np.arange(DEPTH + 1), rule=rule)
            for curve in measured.curves:
                seen = compare(predicted.curve(curve.name, curve.component), curve)
                assert seen.contained, (products, rule.name, seen)


@pytest.mark.parametrize("op", cases.operator_params(operators=("gcn", "random walk")))
@pytest.mark.parametrize("rule", cases.rule_params(["sgc", "lazy"]))
def test_deflated_runs_agree_down_to_tiny_deviations(op, rule):
    x = cases.features(op.graph.num_nodes)
    deepest = 400
    predicted = predict(op, x, deepest, rule=rule, products=None).curve("deviation")
    measured = propagate(op, x, deepest, rule=rule, measures=("deviation",)).curve("deviation")
    seen = (measured.value > 1e-30) & (predicted.value > 1e-30)
    np.testing.assert_allclose(measured.value[seen], predicted.value[seen], rtol=1e-9)
    assert seen[0] or measured.value[0] <= 1e-12


def test_the_tiny_deviations_are_really_reached():
    op = gcn(cases.GRAPHS["karate"])
    x = cases.features(34)
    deviation = propagate(op, x, 700, measures=("deviation",)).curve("deviation")
    assert deviation.value[-1] < 1e-30
    assert compare(predict(op, x, 700, products=None).curve("deviation"), deviation).contained


def test_engines_agree():
    op = random_walk(cases.GRAPHS["weighted self-loops"])
    x = cases.features(op.graph.num_nodes)
    one, two = (propagate(op, x, 20, engine=e, measures=QUADRATIC) for e in (None, Reference()))
    for curve in one.curves:
        np.testing.assert_allclose(curve.lower, two.curve(curve.name, curve.component).lower, rtol=1e-11)


def test_bipartite_walk_keeps_a_part_of_period_two():
    op = symmetric(cases.GRAPHS["bipartite"])
    x = cases.features(8)
    basis = naive.alternating_basis(op)
    kept = np.linalg.norm(basis.T @ (naive.similarity(op)[:, None] * x))
    for source in (predict(op, x, 200), propagate(op, x, 200, measures=("deviation",))):
        np.testing.assert_allclose(source.curve("deviation").value[-1], kept, rtol=1e-10)


@pytest.mark.parametrize("constant", [0.0, 1.0, 1e12])
def test_constant_features_leave_nothing_to_smooth_under_the_walk(constant):
    op = random_walk(cases.GRAPHS["karate"], loops=1.0)
    x = np.full((34, 2), constant)
    for source in (predict(op, x, 5, products=4), propagate(op, x, 5, measures=QUADRATIC)):
        assert np.all(source.curve("collapse").upper == 0)


def test_sketch_is_an_estimate_that_covers_the_truth():
    op = gcn(cases.GRAPHS["karate"])
    x = cases.features(34, 200)
    truth = predict(op, x, 12, products=None).curve("energy")
    covered = 0
    for seed in range(20):
        sketched = predict(op, x, 12, products=12, sketch=32, rng=seed).curve("energy")
        assert sketched.source == "estimate"
        covered += np.all((sketched.lower <= truth.upper) & (truth.lower <= sketched.upper))
    assert covered >= 17
    assert predict(op, x[:, :8], 4, sketch=32).curve("energy").source == "exact"


def test_columns_add_up():
    op = gcn(cases.GRAPHS["sparse random"])
    x = cases.features(30, 6)
    whole = predict(op, x, 10, products=None).curve("energy").value
    parts = sum(predict(op, x[:, [j]], 10, products=None).curve("energy").value for j in range(6))
    np.testing.assert_allclose(parts, whole, rtol=1e-10)


def test_bad_arguments():
    op = gcn(cases.GRAPHS["karate"])
    x = cases.features(34)
    for bad in ({"depth": -1}, {"depth": 2, "products": 0}, {"depth": 2, "products": "many"}):
        with pytest.raises(UsageError):
            predict(op, x, **bad)
    with pytest.raises(UsageError, match="quadratic"):
        predict(op, x, 2, measures=("mad",))
