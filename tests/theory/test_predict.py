"""Theory against engine: what is predicted is what happens, on every graph, operator and rule."""

import cases
import naive
import networkx as nx
import numpy as np
import pytest

import spectral_smooth as ss
from spectral_smooth.depth.compare import compare
from spectral_smooth.engines.reference import Reference
from spectral_smooth.errors import InputError, UsageError
from spectral_smooth.graphs.convert import as_graph
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
    for bad in (
        {"depth": -1},
        {"depth": 2, "products": 0},
        {"depth": 2, "products": "many"},
        {"depth": 2, "sketch": 0},
    ):
        with pytest.raises(UsageError):
            predict(op, x, **bad)
    with pytest.raises(UsageError, match="quadratic"):
        predict(op, x, 2, measures=("mad",))


@pytest.mark.parametrize("run", [predict, propagate])
@pytest.mark.parametrize("shape", [(33, 2), (34,), (2, 34)])
def test_features_that_are_not_one_row_a_node_are_refused(run, shape):
    with pytest.raises(InputError, match=r"expected \(34, num_features\)"):
        run(gcn(cases.GRAPHS["karate"]), np.ones(shape), 3)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e200])
@pytest.mark.parametrize("products", [4, None])
def test_features_without_a_finite_norm_are_refused(value, products):
    x = cases.features(34).copy()
    x[5, 0] = value
    with pytest.raises(InputError, match=r"NaN or infinite|range of float64"), np.errstate(all="ignore"):
        predict(gcn(cases.GRAPHS["karate"]), x, 3, products=products)


@pytest.mark.parametrize("kind", ["binary tree", "caveman", "hub", "wheel"])
@pytest.mark.parametrize("start", ["normal", "constant", "one node"])
@pytest.mark.parametrize("products", [7, 32, 64])
def test_long_recurrences_stay_inside_the_spectrum(kind, start, products):
    """Rounding in the known spaces must not grow back; sums over a hub's neighbours err by its degree."""
    make = {
        "binary tree": lambda: nx.balanced_tree(2, 8),
        "caveman": lambda: nx.connected_caveman_graph(50, 10),
        "hub": lambda: nx.star_graph(5000),
        "wheel": lambda: nx.wheel_graph(5000),
    }[kind]
    graph = as_graph(make())
    n = graph.num_nodes
    x = {"normal": cases.features(n, 2), "constant": np.ones((n, 1)), "one node": np.eye(n, 1)}[start]
    for op in (gcn(graph), random_walk(graph)):
        measure = spectral_measure(op, x, products=products)
        for rest in measure.rest:
            if rest is not None:
                nodes, weights = rest.gauss()
                assert op.lower_end - 1e-9 <= nodes.min()
                assert nodes.max() <= 1.0 + 1e-9
                assert weights.min() >= 0
        measured = propagate(op, x, 60, measures=QUADRATIC)
        predicted = predict_from(measure, op, np.arange(61))
        for curve in measured.curves:
            assert compare(predicted.curve(curve.name, curve.component), curve).contained, curve.name


@pytest.mark.parametrize("scale", [1e-300, 1e-140, 1e140, 1e300])
def test_scales_whose_squares_leave_float64_are_refused(scale):
    op, x = gcn(cases.GRAPHS["karate"]), cases.features(34) * scale
    for run in (lambda: predict(op, x, 3), lambda: propagate(op, x, 3, measures=QUADRATIC)):
        with pytest.raises(InputError, match="range of float64"):
            run()


@pytest.mark.parametrize("scale", [1e-100, 1e100])
def test_other_scales_change_nothing_that_matters(scale):
    op, x = gcn(cases.GRAPHS["karate"]), cases.features(34)
    one, two = (predict(op, data, 30, products=9).curve("collapse") for data in (x, x * scale))
    np.testing.assert_allclose(one.lower, two.lower, rtol=1e-9)
    np.testing.assert_allclose(one.upper, two.upper, rtol=1e-9)


def test_where_squares_underflow_sides_still_hold():
    """The slowest mode of a complete graph keeps 1/449 a layer: squares are subnormal from depth 60 on."""
    op = ss.symmetric(ss.load("complete:450").graph)
    x = np.random.default_rng(0).standard_normal((450, 3))
    predicted, measured = ss.predict(op, x, 80), ss.propagate(op, x, 80)
    for name in ("deviation", "energy", "collapse"):
        found, seen = predicted.curve(name), measured.curve(name)
        assert np.all((found.lower <= seen.lower) & (seen.upper <= found.upper))
        assert np.all(found.upper > 0)
