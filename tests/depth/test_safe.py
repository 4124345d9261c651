"""safe_depth(): crossings of brackets, which limits bind, and that measurements lie inside."""

import cases
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_smooth.depth.safe import Limit, SafeDepth, crossing, safe_depth
from spectral_smooth.depth.verdict import Verdict, verdict
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.families import family
from spectral_smooth.measures.curve import Curve
from spectral_smooth.measures.quadratic import QUADRATIC
from spectral_smooth.operators.operator import gcn, random_walk
from spectral_smooth.simulate.propagate import propagate
from spectral_smooth.theory.predict import predict


def _curve(lower, upper=None):
    lower = np.asarray(lower, dtype=float)
    return Curve(
        "collapse", np.arange(len(lower)), lower, lower if upper is None else np.asarray(upper), "bracket"
    )


def test_crossings():
    assert crossing(_curve([1, 0.5, 0.05, 0.04]), 0.1) == (1, 2)
    assert crossing(_curve([1, 0.5, 0.4]), 0.1) == (None, None)
    assert crossing(_curve([0.05, 0.5, 0.4]), 0.1) == (-1, None)
    assert crossing(_curve([1, 0.05, 0.5, 0.05]), 0.1) == (0, 3)
    assert crossing(_curve([1, 0.05, 0.01], [1, 0.5, 0.3]), 0.1) == (0, None)
    assert crossing(_curve([0.0, 0.0]), 0.1) == (-1, 0)


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10**6), threshold=st.floats(1e-3, 0.9))
def test_anything_inside_a_bracket_crosses_inside_the_interval(seed, threshold):
    rng = np.random.default_rng(seed)
    middle = np.exp(np.cumsum(rng.normal(-0.2, 0.3, 40)))
    lower, upper = middle * rng.uniform(0.5, 1, 40), middle * rng.uniform(1, 2, 40)
    at_least, at_most = crossing(_curve(lower, upper), threshold)
    inside = _curve(lower + rng.uniform(0, 1, 40) * (upper - lower))
    first = crossing(inside, threshold)[0]
    last = crossing(inside, threshold)[1]
    if at_least is not None and first is not None:
        assert first >= at_least
    if at_least is None:
        assert first is None
    if at_most is not None:
        assert last is not None
        assert last <= at_most
        assert first is not None
        assert first < at_most


@pytest.mark.parametrize("op", cases.operator_params(operators=("gcn", "random walk")))
def test_measured_crossing_of_every_limit_lies_in_the_interval(op):
    x = cases.features(op.graph.num_nodes)
    measured = propagate(op, x, 120, measures=QUADRATIC)
    for products in (None, 6):
        found = safe_depth(predict(op, x, 120, products=products), measured)
        for limit in found.limits:
            if limit.measured is not None:
                assert limit.at_least is not None
                assert limit.measured >= limit.at_least
                assert limit.at_most is None or limit.measured < limit.at_most
            else:
                assert limit.at_most is None


def test_small_components_are_shown_and_do_not_bind():
    op = gcn(cases.GRAPHS["component and isolated edges"])
    x = cases.features(op.graph.num_nodes)
    shares = np.bincount(op.fixed_space.groups) / op.graph.num_nodes
    predicted = predict(op, x, 200)
    alone = safe_depth(predicted, component_shares=np.where(shares > 0.4, shares, 0.0))
    edges = [limit for limit in alone.limits if limit.component not in (None, 0)]
    assert edges
    assert not any(limit.binding for limit in edges)
    assert alone.at_least > 0
    # Two nodes of the same looped degree are equal after one step.
    assert safe_depth(predicted, component_shares=np.ones(11)).at_least == 0


def test_a_binding_component_counts_wherever_it_stands():
    """Components are numbered by size: eleven paths stand before the clique, which still binds."""
    op = gcn(family("11*path:20+complete:19").graph)
    shares = np.bincount(op.fixed_space.groups) / op.graph.num_nodes
    found = safe_depth(predict(op, cases.features(op.graph.num_nodes), 100), component_shares=shares)
    assert found.at_least == 0


def test_nothing_to_smooth_is_said():
    op = random_walk(cases.GRAPHS["karate"], loops=1.0)
    found = safe_depth(predict(op, np.ones((34, 1)), 20))
    assert found.nothing_to_smooth
    assert found.at_least is found.at_most is None
    assert "nothing to smooth" in found.sentence
    assert verdict(found, rate=0.1, density=1.0).level == "low"


def test_the_sentence_says_what_it_is_not():
    found = safe_depth(predict(gcn(cases.GRAPHS["karate"]), cases.features(34), 300))
    assert "not where accuracy is best" in found.sentence
    assert str(found) == found.sentence
    assert SafeDepth.from_dict(found.to_dict()) == found
    never = safe_depth(predict(gcn(cases.GRAPHS["karate"]), cases.features(34), 3))
    assert never.at_least is never.at_most is None
    assert "No limit" in never.sentence


def test_finer_formats_hold_longer():
    found = safe_depth(predict(gcn(cases.GRAPHS["karate"]), cases.features(34), 400))
    at = {limit.kind: limit.at_least for limit in found.limits}
    assert at["resolution:bfloat16"] < at["resolution:float16"] < at["resolution:float32"]


@pytest.mark.parametrize("precision", ["float32", "float16"])
def test_a_plain_pass_in_that_format_fails_about_where_the_limit_says(precision):
    """Beyond the limit the deviation of a plain run is rounding noise, before it it is the true one."""
    op, x = gcn(cases.GRAPHS["dense random"]), cases.features(20)
    predicted = predict(op, x, 200)
    limit = next(x for x in safe_depth(predicted).limits if x.kind == f"resolution:{precision}")
    state, truth = x.astype(precision), predicted.curve("deviation").value
    matrix = op.matrix().toarray().astype(precision)
    seen = []
    for _ in range(limit.at_most + 20):
        rest = state.astype(float)
        op.fixed_space.project_out(rest)
        seen.append(np.linalg.norm(rest))
        state = (matrix @ state).astype(precision)
    error = np.abs(np.array(seen) / truth[: len(seen)] - 1.0)
    assert np.all(error[: limit.at_least // 2] < 0.05)
    assert np.all(error[limit.at_most + 15 :] > 1.0)


@pytest.mark.parametrize("bad", [{"collapse": 0.0}, {"collapse": 1.0}, {"precisions": ("float8",)}])
def test_bad_thresholds(bad):
    with pytest.raises(UsageError):
        safe_depth(predict(gcn(cases.GRAPHS["karate"]), cases.features(34), 3), **bad)


def _safe(at_least):
    limit = Limit("collapse", 0.01, None, at_least, None, None, True, "")
    return SafeDepth(at_least, None, 1024, (limit,), "exact", "")


@pytest.mark.parametrize(
    ("at_least", "rate", "density", "level"),
    [
        (None, 0.9999, 0.001, "low"),
        (200, 0.99, 0.001, "low"),
        (63, 0.99, 0.001, "moderate"),
        (7, 0.99, 0.001, "high"),
        (-1, None, 0.0, "high"),
        (None, 0.5, 0.001, "high"),
        (None, 0.9, 0.001, "moderate"),
        (None, 0.9999, 0.1, "low"),
        (None, 0.9999, 0.5, "moderate"),
        (None, 1.0, 0.0, "low"),
    ],
)
def test_verdict_is_the_worst_of_its_classes(at_least, rate, density, level):
    found = verdict(_safe(at_least), rate=rate, density=density, outside_largest=0.2, alternating=1)
    assert found.level == level
    assert len(found.facts) >= 4 - (rate is None)
    assert Verdict.from_dict(found.to_dict()) == found
