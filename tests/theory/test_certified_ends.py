"""Certified ends against dense algebra, and brackets that rest on them against what is measured."""

from dataclasses import replace

import cases
import naive
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_smooth.depth.compare import compare
from spectral_smooth.graphs.convert import as_graph
from spectral_smooth.graphs.families import family
from spectral_smooth.measures.quadratic import QUADRATIC
from spectral_smooth.operators.operator import gcn, random_walk, symmetric
from spectral_smooth.operators.rule import lazy, ppr, residual, sgc
from spectral_smooth.simulate.propagate import propagate
from spectral_smooth.spectra.certify.certify import certify
from spectral_smooth.spectra.certify.counting import Budget
from spectral_smooth.spectra.eigen import both_ends
from spectral_smooth.spectra.quadrature import Ends, spectral_measure
from spectral_smooth.theory.certified_ends import certified_ends, certified_factor
from spectral_smooth.theory.predict import predict, predict_from

DEPTH = 48
NOT_FAMILIES = tuple(name for name in cases.GRAPHS if not name.startswith("family "))
RULES = ("sgc", "ppr", "signed", "mean")
DENSE_ERROR = 1e-13
STATISTICAL = Budget(fill=0, products=400)


def _proofs(op, count=3, method="auto", budget=None):
    top, bottom, _ = both_ends(op, count, rng=0)
    return [certify(op, one, method=method, budget=budget, rng=0) for one in (top, bottom)]


def _found(op, **how):
    return certified_ends(op, *_proofs(op, **how))


def _off_known_spaces(op):
    """All eigenvalues of S but those of the fixed and the alternating space and of nodes that S leaves out."""
    basis = naive.fixed_basis(op)
    other = naive.alternating_basis(op)
    known = np.concatenate([basis, other], axis=1)
    alive = naive.degrees(op) > 0
    core = naive.dense_core(op) - 4.0 * known @ known.T
    values = np.linalg.eigvalsh(core[np.ix_(alive, alive)])
    return values[values > -2.0]


@pytest.mark.parametrize("op", cases.operator_params(operators=("gcn", "symmetric")))
@pytest.mark.parametrize("count", [1, 3])
def test_the_proven_interval_holds_every_eigenvalue(op, count):
    found = _found(op, count=count)
    assert found.proven.proven
    assert found.probable is None
    assert -1.0 <= found.proven.low <= found.proven.high <= 1.0
    values = _off_known_spaces(op)
    if len(values):
        assert found.proven.low - DENSE_ERROR <= values.min()
        assert values.max() <= found.proven.high + DENSE_ERROR


@pytest.mark.parametrize("op", cases.operator_params(NOT_FAMILIES))
def test_brackets_on_certified_ends_hold_what_is_measured(op):
    x = cases.features(op.graph.num_nodes)
    ends = _found(op).proven
    measure = spectral_measure(op, x, products=4, ends=ends)
    for rule in map(cases.RULES.__getitem__, RULES):
        measured = propagate(op, x, DEPTH, rule=rule, measures=QUADRATIC)
        predicted = predict_from(measure, op, np.arange(DEPTH + 1), rule=rule)
        for curve in measured.curves:
            found = predicted.curve(curve.name, curve.component)
            assert compare(found, curve).contained, (rule.name, curve)
            assert found.source in ("exact", "bracket") or rule.name == cases.RULES["signed"].name


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    size=st.integers(2, 40),
    degree=st.floats(0.5, 8.0),
    products=st.integers(1, 9),
    layer=st.sampled_from([gcn, symmetric, random_walk]),
    rule=st.sampled_from([sgc(), lazy(0.3), residual(), ppr(0.1)]),
)
def test_every_bracket_holds_the_measured_value_at_every_depth(seed, size, degree, products, layer, rule):
    op = layer(cases.graph_from_matrix(cases.random_matrix(size, degree, seed=seed, weighted=seed % 2 > 0)))
    x = cases.features(size, seed=seed)
    predicted = predict(op, x, DEPTH, rule=rule, products=products, ends=_found(op).proven)
    for curve in propagate(op, x, DEPTH, rule=rule, measures=QUADRATIC).curves:
        assert compare(predicted.curve(curve.name, curve.component), curve).contained


@pytest.mark.parametrize("layer", [gcn, symmetric, random_walk])
@pytest.mark.parametrize(
    "spec", ["grid:25x25", "complete:450", "star:500", "grid:21x21+complete:30+8*path:2"]
)
def test_a_bracket_of_a_mid_graph_holds_and_is_no_wider_than_the_one_that_is_always_true(layer, spec):
    op = layer(family(spec).graph)
    x = cases.features(op.graph.num_nodes)
    ends = _found(op).proven
    # a square below 1e-308 has no digits left
    deepest = 40 if spec.startswith("complete") else 200
    narrow, wide = (predict(op, x, deepest, products=12, ends=one).curve("deviation") for one in (ends, None))
    measured = propagate(op, x, deepest, measures=("deviation",)).curve("deviation")
    assert compare(narrow, measured).contained
    assert np.all(narrow.upper <= wide.upper * (1.0 + 1e-9) + 1e-300)


def test_a_certified_end_decides_what_the_always_true_one_leaves_open():
    op = gcn(family("grid:25x25").graph)
    x = cases.features(op.graph.num_nodes)
    narrow, wide = (
        predict(op, x, 400, products=16, ends=one).curve("deviation") for one in (_found(op).proven, None)
    )
    assert narrow.source == wide.source == "bracket"
    assert narrow.upper[-1] < 0.75 * wide.upper[-1]


def test_the_alternating_space_does_not_hide_the_next_eigenvalue():
    op = symmetric(family("grid:6x7").graph)
    values = _off_known_spaces(op)
    for count in (1, 3):  # with one value only the −1 is listed: the spectrum is symmetric
        found = _found(op, count=count).proven
        assert found.low == pytest.approx(values.min(), abs=1e-9)
        assert found.low > -1.0
    mixed = symmetric(family("cycle:9+bipartite:2x3").graph)
    assert _found(mixed, count=1).proven.low == -1.0
    assert _found(mixed, count=3).proven.low == pytest.approx(_off_known_spaces(mixed).min(), abs=1e-9)


def test_a_tiny_gap_keeps_its_digits():
    op = gcn(family("reflecting_path:2000").graph)
    top, bottom = _proofs(op, count=2)
    gap = 1.0 - (1.0 + 2.0 * np.cos(np.pi / 2000)) / 3.0  # 8e-7
    found = certified_ends(op, top, bottom).proven
    assert top.gap is not None
    assert 1.0 - found.high >= top.gap.low * (1.0 - 1e-9) - 2e-16
    assert 1.0 - found.high == pytest.approx(gap, rel=1e-6)
    assert certified_ends(op, replace(top, top=replace(top.top, high=1.0)), bottom).proven.high < 1.0


def test_high_probability_is_never_called_proven():
    op = gcn(as_graph(nx.random_regular_graph(4, 500, seed=1)))
    found = _found(op, method="statistical", budget=STATISTICAL)
    assert found.proven == Ends(op.lower_end, 1.0, True)
    assert found.probable is not None
    assert not found.probable.proven
    assert found.confidence == pytest.approx(0.98)  # two ends of 99 % each
    values = _off_known_spaces(op)
    assert found.probable.low - DENSE_ERROR <= values.min()
    assert values.max() <= found.probable.high + DENSE_ERROR
    assert found.probable.high < 1.0
    curve = predict(op, cases.features(500), 60, products=4, ends=found.probable).curve("energy")
    assert curve.source == "estimate"


def test_one_end_proven_and_one_probable_keeps_what_is_proven():
    op = gcn(as_graph(nx.random_regular_graph(4, 120, seed=1)))
    top, bottom = both_ends(op, 3, rng=0)[:2]
    found = certified_ends(op, certify(op, top, rng=0), certify(op, bottom, method="statistical", rng=0))
    values = _off_known_spaces(op)
    assert found.proven.high == found.probable.high == pytest.approx(values.max(), abs=1e-9)
    assert found.proven.low == op.lower_end
    assert found.probable.low == pytest.approx(values.min(), abs=1e-6)
    assert found.confidence == pytest.approx(0.99)


@pytest.mark.parametrize("op", cases.operator_params(NOT_FAMILIES, ("gcn", "symmetric", "random walk")))
@pytest.mark.parametrize("rule", [sgc(), lazy(0.3), residual()])
def test_the_factor_holds_at_every_depth(op, rule):
    factor = certified_factor(rule, _found(op).proven)
    assert factor is not None
    x = cases.features(op.graph.num_nodes)
    curve = propagate(op, x, DEPTH, rule=rule, measures=("deviation",)).curve("deviation")
    basis = naive.alternating_basis(op)
    y = naive.similarity(op)[:, None] * x
    kept = float(np.linalg.norm(basis.T @ y))
    swing = kept * np.abs((rule.b - rule.a) / rule.growth) ** curve.depths
    rest = np.sqrt(np.maximum(curve.value**2 - swing**2, 0.0))
    rounding = 1e-13 * (1 + curve.depths) * np.linalg.norm(y) + 1e-7 * swing
    assert np.all(rest <= factor**curve.depths * (rest[0] + 1e-300) * (1.0 + 1e-12) + rounding)


def test_a_restart_and_a_mean_over_depths_have_no_factor():
    ends = Ends(-0.5, 0.5, True)
    assert certified_factor(ppr(), ends) is None
    assert certified_factor(cases.RULES["mean"], ends) is None
    assert certified_factor(sgc(), Ends(0.0, 0.0, True)) == 0.0
