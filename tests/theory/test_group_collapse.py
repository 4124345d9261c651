"""Predicted local collapse of groups: exact from all pairs, enclosed by the slowest ones."""

import cases
import numpy as np
import pytest

from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.models import csbm
from spectral_smooth.operators.operator import gcn, random_walk, symmetric
from spectral_smooth.operators.rule import concat, mean, ppr, residual, sgc
from spectral_smooth.simulate.group_collapse import measure_group_collapse
from spectral_smooth.spectra.eigen import eigenpairs
from spectral_smooth.theory import group_collapse
from spectral_smooth.theory.group_collapse import predict_group_collapse, slowest_pairs

DEPTHS = np.array([0, 1, 2, 5, 12, 40])
RULES = [sgc(), ppr(0.2), residual(), mean(), concat()]


def divisions(n):
    return [np.arange(n) % 3 - (np.arange(n) % 5 == 4), np.arange(n)]


@pytest.mark.parametrize(
    "op",
    cases.operator_params(
        graphs=cases.FEW_GRAPHS, operators=("gcn", "symmetric", "walk with per-node loops")
    ),
)
@pytest.mark.parametrize("rule", [sgc(), ppr(0.2), concat()], ids=lambda r: r.name)
def test_all_pairs_make_it_exact(op, rule):
    x, groups = cases.features(op.graph.num_nodes), divisions(op.graph.num_nodes)
    predicted = predict_group_collapse(op, x, groups, DEPTHS, rule=rule)
    measured = measure_group_collapse(op, x, groups, DEPTHS, rule=rule)
    for one, two in zip(predicted, measured, strict=True):
        assert one.source == "exact"
        np.testing.assert_allclose(one.middle, two.collapse, rtol=1e-6, atol=1e-7)
        assert np.all(one.lower <= one.middle)
        assert np.all(one.middle <= one.upper)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
@pytest.mark.parametrize("make", [gcn, random_walk])
@pytest.mark.parametrize("count", [1, 16])
def test_the_slowest_pairs_enclose_what_is_measured(rule, make, count):
    data = csbm(nodes=600)
    op, groups = make(data.graph), divisions(600)
    pairs = eigenpairs(op, count, "slowest", rng=0)
    predicted = predict_group_collapse(op, data.features, groups, DEPTHS, rule=rule, pairs=pairs)
    measured = measure_group_collapse(op, data.features, groups, DEPTHS, rule=rule)
    for one, two in zip(predicted, measured, strict=True):
        assert one.source in ("bracket", "estimate")
        assert np.all(one.lower <= two.collapse * (1 + 1e-7) + 1e-12)
        assert np.all(two.collapse <= one.upper * (1 + 1e-7) + 1e-12)
        assert np.all(one.lower <= one.middle)
        assert np.all(one.middle <= one.upper)


def test_deep_down_the_slowest_pairs_say_it_all():
    data = csbm(nodes=600)
    op, groups = gcn(data.graph), [np.arange(600) // 100]
    depths = np.array([60])
    pairs = eigenpairs(op, 16, "slowest", rng=0)
    found = predict_group_collapse(op, data.features, groups, depths, pairs=pairs)[0]
    seen = measure_group_collapse(op, data.features, groups, depths)[0].collapse
    np.testing.assert_allclose(found.middle, seen, rtol=0.2)


def test_an_iteration_that_gave_up_gives_what_it_reached(monkeypatch):
    """Then nothing is known about what remains, and the sides say so."""
    data = csbm(nodes=600)
    op = gcn(data.graph)
    complete = eigenpairs(op, 4, "slowest", rng=0)
    spoiled = type(complete)(**{**vars(complete), "convergence": _gave_up(complete.convergence)})

    def fail(*args, **more):
        raise group_collapse.NotConvergedError("gave up", spoiled)

    monkeypatch.setattr(group_collapse, "eigenpairs", fail)
    found = predict_group_collapse(op, data.features, [np.arange(600) % 2], DEPTHS)[0]
    assert not slowest_pairs(op).convergence.converged
    assert found.source == "estimate"


def _gave_up(convergence):
    return type(convergence)(**{**vars(convergence), "converged": False})


def test_an_empty_division():
    found = predict_group_collapse(gcn(cases.GRAPHS["karate"]), cases.features(34), [np.full(34, -1)], DEPTHS)
    assert found[0].middle.shape == (0, 6)


def test_pairs_of_one_end_are_refused():
    op = symmetric(csbm(nodes=600).graph)
    with pytest.raises(UsageError, match="slowest end"):
        predict_group_collapse(
            op, cases.features(600), divisions(600), DEPTHS, pairs=eigenpairs(op, 2, "top", rng=0)
        )
