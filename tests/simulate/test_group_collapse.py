"""Local collapse of groups against dense powers, and against the component curves of propagate."""

import cases
import naive
import numpy as np
import pytest

from spectral_smooth.errors import UsageError
from spectral_smooth.operators.operator import gcn, random_walk
from spectral_smooth.operators.rule import concat, mean, sgc
from spectral_smooth.simulate.deflated_run import DeflatedRun
from spectral_smooth.simulate.group_collapse import GroupMeter, measure_group_collapse
from spectral_smooth.simulate.propagate import propagate

DEPTHS = np.array([0, 1, 3, 8])


def naive_states(op, x, rule, depth):
    """The states that count at one depth: all of them for a concatenation, else what is read out."""
    s, y = naive.dense_core(op), naive.similarity(op)[:, None] * x
    states = [y]
    for _ in range(depth):
        states.append(rule.a * s @ states[-1] + rule.b * states[-1] + rule.c * y)
    if rule.name == "concat":
        return states
    return [np.mean(states, axis=0)] if rule.name == "mean" else states[-1:]


@pytest.mark.parametrize(
    "op",
    cases.operator_params(
        graphs=cases.FEW_GRAPHS, operators=("gcn", "symmetric", "walk with per-node loops")
    ),
)
@pytest.mark.parametrize("rule", [sgc(), mean(), concat()], ids=lambda r: r.name)
def test_the_definition_on_any_division(op, rule):
    n = op.graph.num_nodes
    x = cases.features(n)
    division = np.arange(n) % 3 - (np.arange(n) % 5 == 4)
    found = measure_group_collapse(op, x, [division, np.arange(n)], DEPTHS, rule=rule)
    basis = naive.fixed_basis(op)
    for curves, groups in zip(found, (division, np.arange(n)), strict=True):
        for at, depth in enumerate(DEPTHS):
            states = naive_states(op, x, rule, int(depth))
            for g in range(groups.max() + 1):
                rows = [i for i in range(n) if groups[i] == g]
                deviation = sum(np.sum((y - basis @ (basis.T @ y))[rows] ** 2) for y in states)
                norm = sum(np.sum(y[rows] ** 2) for y in states)
                assert curves.deviation[g, at] ** 2 == pytest.approx(deviation, rel=1e-8, abs=1e-14)
                assert curves.norm[g, at] ** 2 == pytest.approx(norm, rel=1e-8, abs=1e-14)


@pytest.mark.parametrize("op", cases.operator_params(graphs=("disjoint union", "two equal components")))
def test_on_components_it_is_the_collapse_that_propagate_measures(op):
    x = cases.features(op.graph.num_nodes)
    curves = propagate(op, x, 40, measures=["collapse"])
    groups = np.where(op.degrees > 0, op.fixed_space.groups, -1)
    found = measure_group_collapse(op, x, [groups], np.arange(41))[0].collapse
    for group, values in enumerate(found):
        if curves.has("collapse", group):
            np.testing.assert_allclose(values, curves.curve("collapse", group).value, rtol=1e-8, atol=1e-12)


def test_several_watchers_share_one_run():
    op = gcn(cases.GRAPHS["karate"])
    x, halves = cases.features(34), np.arange(34) // 17
    run = DeflatedRun(op, x, 8)
    both = GroupMeter(run, [halves], DEPTHS), GroupMeter(run, [np.arange(34) % 4], DEPTHS)
    seen = []

    def watch(layer):
        for meter in both:
            meter(layer)

    run.follow(watch, lambda done, total: seen.append((done, total)))
    alone = measure_group_collapse(op, x, [halves], DEPTHS)[0]
    assert np.array_equal(both[0].result()[0].collapse, alone.collapse)
    assert seen[-1] == (8, 8)


def test_the_walk_collapses_to_nothing_and_says_so_in_any_group():
    op = random_walk(cases.GRAPHS["karate"], loops=1.0)
    found = measure_group_collapse(op, cases.features(34), [np.arange(34) // 9], np.array([0, 300]))[0]
    assert np.all(found.collapse[:, 0] > 0.1)
    assert np.all(found.collapse[:, 1] < 1e-12)


def test_features_of_zeros_have_no_collapse():
    found = measure_group_collapse(
        gcn(cases.GRAPHS["karate"]), np.zeros((34, 2)), [np.arange(34) // 17], DEPTHS
    )[0]
    assert np.all(found.collapse == 0)


def test_a_division_in_which_nobody_is():
    found = measure_group_collapse(gcn(cases.GRAPHS["karate"]), cases.features(34), [np.full(34, -1)], DEPTHS)
    assert found[0].collapse.shape == (0, 4)


def test_bad_arguments():
    op, x = gcn(cases.GRAPHS["karate"]), cases.features(34)
    with pytest.raises(UsageError, match="one group a node"):
        measure_group_collapse(op, x, [np.zeros(33, dtype=int)], DEPTHS)
    with pytest.raises(UsageError, match="at least 0"):
        DeflatedRun(op, x, -1)
