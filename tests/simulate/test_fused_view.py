"""The fused view: against the view that takes every operation by itself, against full spectra, and where it stops."""

import cases
import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_smooth.engines.numba_csr import Numba
from spectral_smooth.engines.reference import Reference
from spectral_smooth.engines.walk import Walk
from spectral_smooth.errors import InputError
from spectral_smooth.graphs.random_models import random_regular
from spectral_smooth.measures.quadratic import QUADRATIC
from spectral_smooth.operators.operator import Operator, gcn, symmetric
from spectral_smooth.operators.rule import Rule, lazy, ppr, residual, sgc
from spectral_smooth.simulate.entering import Entering
from spectral_smooth.simulate.fused_view import FusedView, fusable
from spectral_smooth.simulate.propagate import propagate

DEPTH = 12
NO_MORE = "no products beyond"


def _curves(op, x, depth, engine=None, **options):
    return propagate(op, x, depth, measures=QUADRATIC, engine=engine or Numba(), **options).curves


def _expect_same(found, expected, rtol=1e-8):
    assert [(c.name, c.component) for c in found] == [(c.name, c.component) for c in expected]
    for one, other in zip(found, expected, strict=True):
        largest = np.abs(other.lower[np.isfinite(other.lower)]).max(initial=0.0)
        # rounding of one is no rounding of the other
        np.testing.assert_allclose(one.lower, other.lower, rtol=rtol, atol=1e-13 * largest, err_msg=one.name)


def _spectrum(op, x):
    """Eigenvalues off the known spaces and the squared content of the signal there."""
    y = naive.similarity(op)[:, None] * x
    known = np.hstack([naive.fixed_basis(op), naive.alternating_basis(op)])
    y = y - known @ (known.T @ y)
    values, vectors = np.linalg.eigh(naive.dense_core(op))
    content = ((vectors.T @ y) ** 2).sum(axis=1)
    at = np.abs(np.abs(values) - 1.0) > 1e-9
    return values[at], content[at]


@pytest.mark.parametrize(
    "op", cases.operator_params(operators=("gcn", "symmetric", "walk with per-node loops"))
)
def test_every_rule_on_every_graph(op):
    x = cases.features(op.graph.num_nodes)
    for rule in filter(fusable, cases.RULES.values()):
        _expect_same(_curves(op, x, DEPTH, rule=rule), _curves(op, x, DEPTH, Reference(), rule=rule))


@pytest.mark.parametrize(("columns", "engine"), [(1, Numba()), (20, Numba()), (3, Numba(vectors=False))])
@pytest.mark.parametrize("name", ["sgc", "signed", "ppr", "residual"])
def test_states_on_the_way(name, engine, columns):
    op, rule = cases.operator("component and isolated edges", "symmetric"), cases.RULES[name]
    x = cases.features(op.graph.num_nodes, columns)
    run, other = (
        propagate(op, x, 9, rule=rule, measures=("mad", "energy"), engine=e, keep_final=True, rng=0)
        for e in (engine, Reference())
    )
    np.testing.assert_allclose(run.final, other.final, atol=1e-13)
    np.testing.assert_allclose(run.curve("mad").lower, other.curve("mad").lower, rtol=1e-10)


@pytest.mark.parametrize("rule", [sgc(), lazy(0.3), residual()], ids=lambda rule: rule.name)
def test_float64_follows_the_full_spectrum(rule):
    op = gcn(random_regular(200, 8, rng=0).graph)
    x = cases.features(200)
    depth = 500
    values, content = _spectrum(op, x)
    factors = (np.abs(rule.a * values + rule.b) / rule.growth)[None, :] ** (
        2.0 * np.arange(depth + 1)[:, None]
    )
    run = propagate(op, x, depth, rule=rule, measures=("energy", "deviation"))
    energy, squares = factors @ (content * (1 - values)), factors @ content
    assert energy[-1] > 0
    seen = energy > 1e-200 * energy[0]
    np.testing.assert_allclose(run.curve("energy").lower[seen], energy[seen], rtol=1e-9)
    np.testing.assert_allclose(run.curve("deviation").lower[seen] ** 2, squares[seen], rtol=1e-9)


@pytest.mark.parametrize("columns", [1, 5])
def test_float32_sees_a_hundred_powers_of_ten(columns):
    op = gcn(random_regular(2000, 8, rng=0).graph)
    x = cases.features(2000, columns)
    fine, coarse = (
        propagate(op, x, 450, measures=("energy",), dtype=dtype).curve("energy").lower
        for dtype in ("float64", "float32")
    )
    seen = fine > 1e-100 * fine[0]
    assert not seen.all()
    np.testing.assert_allclose(coarse[seen], fine[seen], rtol=5e-6)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_what_does_not_change_any_more_is_not_computed(dtype, monkeypatch):
    op, x = gcn(cases.GRAPHS["karate"]), cases.features(34)
    steps = []
    step = Walk.step
    monkeypatch.setattr(Walk, "step", lambda *a, **k: steps.append(1) or step(*a, **k))
    options = {"rule": ppr(0.1), "measures": ("energy", "deviation", "mad"), "keep_final": True, "rng": 0}
    depths = np.array([0, 10, 500, 1000])
    run = propagate(op, x, 1000, **options, state_depths=depths, dtype=dtype)
    other = propagate(op, x, 1000, **options, state_depths=depths, engine=Reference())
    note = next(note for note in run.notes if NO_MORE in note)
    stopped = int(note.split("depth ")[1].split()[0])
    assert len(steps) == stopped + 1 < 400
    assert not any(NO_MORE in note for note in other.notes)
    rtol = 1e-10 if dtype == "float64" else 1e-5
    for name in ("energy", "deviation"):
        found = run.curve(name)
        assert len(found.lower) == 1001
        # the same value from there on
        assert np.all(found.lower[stopped:] == found.lower[-1])
        np.testing.assert_allclose(found.lower, other.curve(name).lower, rtol=rtol)
    # the state after the end, the known parts with it
    assert run.curve("mad").depths.tolist() == depths.tolist()
    np.testing.assert_allclose(run.curve("mad").lower, other.curve("mad").lower, rtol=rtol)
    np.testing.assert_allclose(run.final, other.final, atol=10 * rtol * np.abs(other.final).max())


def test_a_run_that_ends_before_it_is_still_says_nothing():
    run = propagate(gcn(cases.GRAPHS["karate"]), cases.features(34), 12, rule=ppr(0.1), measures=("energy",))
    assert not any(NO_MORE in note for note in run.notes)


def test_the_known_parts_go_on_after_the_rest_has_ended():
    # The alternating part of a bipartite graph swings for ever, when nothing else is left.
    op, x = symmetric(cases.GRAPHS["bipartite"]), cases.features(8)
    for depth in (40, 41):
        run, other = (
            propagate(op, x, depth, measures=("energy",), engine=e, keep_final=True)
            for e in (Numba(), Reference())
        )
        np.testing.assert_allclose(run.final, other.final, atol=1e-13)
        np.testing.assert_allclose(run.curve("energy").lower, other.curve("energy").lower, rtol=1e-12)


@pytest.mark.parametrize("c", [-0.5, 0.25])
def test_a_state_that_passes_through_zero_goes_on(c):
    # S is 0 off the fixed space of a complete graph with loops: H[1] = (b + c)·H[0] there.
    op, x = gcn(cases.family("complete:7").graph), cases.features(7)
    rule = Rule(1.0, -c, c, name="through zero")
    run, other = (
        propagate(op, x, 9, rule=rule, measures=("energy",), engine=e) for e in (Numba(), Reference())
    )
    energy = run.curve("energy").lower
    h, squares = 1.0, []
    for depth in range(10):
        squares.append((h * rule.growth**-depth) ** 2)
        h = -c * h + c
    expected = energy[0] * np.array(squares)
    np.testing.assert_allclose(energy, expected, atol=1e-14 * energy[0])
    np.testing.assert_allclose(other.curve("energy").lower, expected, atol=1e-14 * energy[0])


@pytest.mark.parametrize("rule", cases.rule_params(("sgc", "ppr", "signed", "residual", "concat")))
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_component_in_the_known_spaces_has_no_rest(rule, dtype):
    op = symmetric(cases.family("cycle:7+bipartite:2x4+complete:4").graph)
    x = cases.features(op.graph.num_nodes)
    for component in (0, 1):
        here = op.fixed_space.labels == component
        x[here] = op.fixed_space.vector[here, None] * np.array([1.0, -2.0, 0.5]) * 1e3
    curves = propagate(op, x, DEPTH, rule=rule, measures=("energy", "deviation"), dtype=dtype).curves
    other = propagate(op, x, DEPTH, rule=rule, measures=("energy", "deviation"), engine=Reference()).curves
    for one, two in zip(curves, other, strict=True):
        np.testing.assert_allclose(one.lower, two.lower, rtol=1e-5, atol=1e-12 * np.abs(two.lower).max())
    assert all(np.isfinite(c.lower).all() for c in curves)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_growth_is_divided_out_to_any_depth(dtype):
    op, x = gcn(cases.GRAPHS["karate"]), cases.features(34)
    depth = 3000
    values, content = _spectrum(op, x)
    factors = ((1 + values) / 2)[None, :] ** (2.0 * np.arange(depth + 1)[:, None])
    energy = factors @ (content * (1 - values))
    found = propagate(op, x, depth, rule=residual(), measures=("energy",), dtype=dtype).curve("energy").lower
    assert np.isfinite(found).all()
    seen = energy > 1e-290 * energy[0]
    rtol = 1e-9 if dtype == "float64" else 1e-3
    np.testing.assert_allclose(found[seen], energy[seen], rtol=rtol)


@pytest.mark.parametrize("factor", [1e-100, 1e100])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("rule", [sgc(), ppr(0.2)], ids=lambda rule: rule.name)
def test_the_size_of_the_features_does_not_matter(rule, dtype, factor):
    op, x = gcn(cases.GRAPHS["karate"]), cases.features(34)
    one, two = (
        propagate(op, data, 30, rule=rule, measures=("deviation",), dtype=dtype).curve("deviation").lower
        for data in (x, x * factor)
    )
    np.testing.assert_allclose(two, one * factor, rtol=1e-10 if dtype == "float64" else 1e-4)


def test_components_that_decay_at_different_speeds_keep_their_own_exponents():
    op = gcn(cases.family("path:30+hypercube:4+complete:9").graph)
    x = cases.features(op.graph.num_nodes)
    fine, coarse = (_curves(op, x, 400, dtype=dtype) for dtype in ("float64", "float32"))
    for one, other in zip(coarse, fine, strict=True):
        seen = other.lower > 1e-250
        np.testing.assert_allclose(one.lower[seen], other.lower[seen], rtol=2e-4, err_msg=one.component)


@pytest.mark.parametrize("deep", [0, 1, 2])
def test_no_depth_and_no_column(deep):
    op = gcn(cases.GRAPHS["karate"])
    assert (
        len(propagate(op, cases.features(34), deep, measures=("energy",)).curve("energy").lower) == deep + 1
    )
    run = propagate(op, np.zeros((34, 2)), deep, measures=("energy",), keep_final=True)
    assert not run.curve("energy").lower.any()
    assert not run.final.any()


def test_read_outs_of_several_states_take_the_other_view():
    assert [name for name, rule in cases.RULES.items() if not fusable(rule)] == [
        "mean", "heat", "s2gc", "weighted", "weighted with signs",
    ]  # fmt: skip
    op = gcn(cases.GRAPHS["karate"])
    with pytest.raises(TypeError, match="no fused steps"):
        FusedView(Entering(Reference().bind(op), cases.features(34)), sgc(), 3, "float64")


@given(
    seed=st.integers(0, 2**32 - 1),
    nodes=st.integers(1, 30),
    degree=st.floats(0.5, 6),
    is_weighted=st.booleans(),
    looped=st.booleans(),
    rule=st.builds(lambda a, b, c: Rule(a, b, c, name="any"), *[st.sampled_from([0.0, 1.0, -0.4, 0.35])] * 3),
)
@settings(max_examples=80, deadline=None)
def test_any_graph_and_rule(seed, nodes, degree, is_weighted, looped, rule):
    a = cases.random_matrix(nodes, degree, seed, weighted=is_weighted)
    rng = np.random.default_rng(seed)
    loops = rng.uniform(0, 2, nodes) * (rng.random(nodes) < 0.5) if looped else 0.0
    op = Operator(cases.graph_from_matrix(a, weighted=is_weighted), loops=loops)
    x = rng.standard_normal((nodes, 3))
    found = _curves(op, x, DEPTH, rule=rule)
    _expect_same(found, _curves(op, x, DEPTH, Reference(), rule=rule), rtol=1e-7)

    order = rng.permutation(nodes)
    turned = Operator(
        cases.graph_from_matrix(a[np.ix_(order, order)], weighted=is_weighted),
        loops=loops[order] if looped else 0.0,
    )
    summed = next(c for c in found if c.name == "energy" and not c.component)
    same = next(
        c for c in _curves(turned, x[order], DEPTH, rule=rule) if c.name == "energy" and not c.component
    )
    np.testing.assert_allclose(
        same.lower, summed.lower, rtol=1e-7, atol=1e-13 * summed.lower.max(initial=0.0)
    )

    panels = [
        propagate(op, x[:, part], DEPTH, rule=rule, measures=("energy",)).curve("energy").lower
        for part in (slice(0, 1), slice(1, 3))
    ]
    np.testing.assert_allclose(
        sum(panels), summed.lower, rtol=1e-7, atol=1e-13 * summed.lower.max(initial=0.0)
    )


def test_float32_does_not_call_a_slow_fall_a_standstill():
    # The energy falls by 1.2e-8 a depth: less than float32 can hold in a number near one.
    op = symmetric(cases.family("reflecting_path:20000").graph)
    x = np.cos(np.pi * (np.arange(20_000) + 0.5) / 20_000)[:, None]
    run = propagate(op, x, 40, measures=("energy", "deviation"), dtype="float32")
    assert not any("do not change" in note for note in run.notes)
    deviation = run.curve("deviation")
    assert np.all(np.asarray(deviation.floor)[2:] >= deviation.lower[2:])
    assert not np.any(propagate(op, x, 4, measures=("deviation",)).curve("deviation").floor)


@pytest.mark.parametrize("factor", [1e20, 1e-20])
def test_weights_beyond_the_range_of_float32_are_refused(factor):
    graph = cases.GRAPHS["weighted"]
    far = symmetric(cases.Graph(graph.indptr, graph.indices, graph.weights * factor))
    x = cases.features(graph.num_nodes)
    with pytest.raises(InputError, match="use float64, or rescale the weights"):
        propagate(far, x, 2, measures=("energy",), dtype="float32")
    found = propagate(far, x, 2, measures=("energy",)).curve("energy").lower
    near = propagate(symmetric(graph), x, 2, measures=("energy",)).curve("energy").lower
    np.testing.assert_allclose(found, near, rtol=1e-9)


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16"])
@pytest.mark.parametrize("rule", [sgc(), ppr(0.2)])
def test_features_that_enter_by_panels_are_the_same_run(monkeypatch, dtype, rule):
    from spectral_smooth.simulate import entering, fused_view

    op, x = cases.operator("component and isolated edges", "symmetric"), cases.features(36, 11)
    names = ("energy", "deviation", "norm")
    whole = propagate(op, x, 5, rule=rule, measures=names, dtype=dtype, keep_final=True)
    monkeypatch.setattr(entering.Entering.deflated, "__defaults__", (36 * 3,))
    monkeypatch.setattr(fused_view, "PANEL_VALUES", 36 * 3)
    split = propagate(op, x, 5, rule=rule, measures=names, dtype=dtype, keep_final=True)
    for name in names:
        np.testing.assert_allclose(split.curve(name).lower, whole.curve(name).lower, rtol=1e-12)
    np.testing.assert_allclose(split.final, whole.final, atol=1e-12)
