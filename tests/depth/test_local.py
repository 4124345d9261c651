"""node_depths(): against dense powers, its bound against the exact depth, and the walk's inequality itself."""

import json

import cases
import naive
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_smooth.depth import local
from spectral_smooth.depth.classes import class_depths
from spectral_smooth.depth.divisions import group_divisions
from spectral_smooth.depth.grid import measured_depths
from spectral_smooth.depth.groups import group_depths
from spectral_smooth.depth.local import NodeDepths, node_depths
from spectral_smooth.depth.node_meter import NodeMeter
from spectral_smooth.depth.smoothing_bound import component_rates
from spectral_smooth.depth.spread import NOT_WITHIN, OUTSIDE, Spread
from spectral_smooth.errors import UsageError
from spectral_smooth.graphs.convert import as_graph
from spectral_smooth.graphs.families import family
from spectral_smooth.graphs.models import csbm
from spectral_smooth.operators.operator import gcn, random_walk, symmetric
from spectral_smooth.operators.rule import Rule, concat, lazy, ppr
from spectral_smooth.simulate.class_contrast import ClassMeter, ClassSplit
from spectral_smooth.simulate.deflated_run import DeflatedRun
from spectral_smooth.simulate.group_collapse import GroupMeter
from spectral_smooth.spectra.eigen import eigenpairs
from spectral_smooth.theory.group_collapse import slowest_pairs


def known_projectors(op):
    values, vectors = np.linalg.eigh(naive.dense_core(op))
    fixed, swing = vectors[:, values > 1 - 1e-9], vectors[:, values < -1 + 1e-9]
    return fixed @ fixed.T, swing @ swing.T


def naive_depths(op, x, depth, epsilon, collapse):
    """Definitions written out, one node at a time."""
    s, t = naive.dense_core(op), naive.similarity(op)
    fixed, swing = known_projectors(op)
    n, y = len(t), t[:, None] * x
    scale = np.sqrt(np.sum(y**2) / np.sum(t**2)) if t.any() else 0.0
    smooth, lost = [], []
    states = [np.linalg.matrix_power(s, k) @ y for k in range(depth + 1)]
    for i in range(n):
        if t[i] == 0:
            smooth.append(OUTSIDE)
            lost.append(OUTSIDE)
            continue
        rest = [np.linalg.norm((state - (fixed + swing) @ state)[i]) / t[i] for state in states]
        within = [k for k in range(depth + 1) if rest[k] <= epsilon * scale]
        smooth.append(within[0] if within else NOT_WITHIN)
        above = [
            k
            for k, state in enumerate(states)
            if np.linalg.norm((state - fixed @ state)[i]) >= collapse * np.linalg.norm(state[i]) > 0
        ]
        last = above[-1] + 1 if above else 0
        lost.append(last if last <= depth else NOT_WITHIN)
    return np.array(smooth), np.array(lost)


@pytest.mark.parametrize(
    "op",
    cases.operator_params(
        graphs=(*cases.FEW_GRAPHS[1:], "sparse random"),
        operators=("gcn", "symmetric", "random walk", "transposed walk"),
    ),
)
def test_the_definitions(op):
    x = cases.features(op.graph.num_nodes)
    found = node_depths(op, x, depth=20, epsilon=0.05, collapse=0.1)
    smooth, lost = naive_depths(op, x, 20, 0.05, 0.1)
    assert np.array_equal(found.smooth, smooth)
    if not op.fixed_space.alternating_dimension:
        assert np.array_equal(found.lost, lost)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), epsilon=st.sampled_from([0.3, 1e-2, 1e-5]))
def test_the_bound_is_never_below_the_exact_depth(seed, epsilon):
    rng = np.random.default_rng(seed)
    a = cases.random_matrix(18, rng.uniform(1.5, 6.0), seed, weighted=bool(seed % 2))
    graph = cases.graph_from_matrix(a, weighted=bool(seed % 2))
    op = (gcn, random_walk, symmetric)[seed % 3](graph)
    rule = (Rule(), lazy(0.3), lazy(0.8))[seed % 3]
    found = node_depths(
        op, rng.standard_normal((18, 2)), depth=400, epsilon=epsilon, collapse=None, rule=rule
    )
    both = (found.smooth >= 0) & (found.bound >= 0)
    assert np.all(found.smooth[both] <= found.bound[both])
    # Where the bound is within what was looked at, the exact depth must be.
    assert np.all(found.smooth[(found.bound >= 0) & (found.bound <= 400)] >= 0)
    assert np.array_equal(found.bound == OUTSIDE, op.degrees == 0)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_walks_own_inequality(seed):
    """|(P^k)_ij − π_j| ≤ √(d̃_j/d̃_i) ρ^k on every component, which the bound sums up."""
    graph = cases.graph_from_matrix(cases.random_matrix(14, 3.0, seed))
    op = random_walk(graph, loops=0.7)
    d, labels = naive.degrees(op), naive.component_labels(graph)
    rates = component_rates(op, eigenpairs(op, 14, "top"))
    step = naive.dense_layer(op)
    for k in (0, 1, 4, 9):
        power = np.linalg.matrix_power(step, k)
        for i in range(14):
            for j in range(14):
                if labels[i] != labels[j]:
                    continue
                share = d[j] / d[labels == labels[i]].sum()
                rate = rates[op.fixed_space.labels[i]]
                assert abs(power[i, j] - share) <= np.sqrt(d[j] / d[i]) * rate**k * (1 + 1e-9) + 1e-12


def test_the_slowest_pairs_of_a_larger_graph_bound_it_too():
    data = csbm(nodes=700)
    for op in (gcn(data.graph), random_walk(data.graph)):
        found = node_depths(op, data.features)
        assert not found.note
        both = found.smooth >= 0
        assert np.all(found.smooth[both] <= found.bound[both])


@pytest.mark.parametrize(
    "op",
    cases.operator_params(
        graphs=(*cases.FEW_GRAPHS[1:], "disjoint union"),
        operators=("gcn", "symmetric", "walk with per-node loops"),
    ),
)
@pytest.mark.parametrize("columns", [1, 60])
def test_all_pairs_predict_exactly_where_a_node_is_lost(op, columns):
    x = cases.features(op.graph.num_nodes, columns)
    found = node_depths(op, x, depth=40, collapse=0.03)
    # A bipartite part oscillates for ever and may stand at the threshold itself.
    if not op.fixed_space.alternating_dimension:
        assert np.array_equal(found.predicted, found.lost)
    assert found.agreement is None or found.agreement > 0.9


def test_the_slowest_pairs_predict_most_nodes_within_a_step():
    data = csbm(nodes=900)
    found = node_depths(gcn(data.graph), data.features)
    assert found.agreement > 0.9
    assert found.spreads["predicted"].not_within == found.spreads["lost"].not_within == 0


def test_rates_are_those_of_each_component():
    graph = as_graph(nx.disjoint_union_all([nx.cycle_graph(9), nx.complete_graph(5), nx.path_graph(4)]))
    for op in (gcn(graph), symmetric(graph)):
        space, exact = op.fixed_space, np.zeros(3)
        for c in range(3):
            at = space.labels == c
            values = np.linalg.eigvalsh(naive.dense_core(op)[np.ix_(at, at)])
            exact[c] = np.max(np.abs(values)[np.abs(np.abs(values) - 1) > 1e-9])
        np.testing.assert_allclose(component_rates(op, eigenpairs(op, 18, "top")), exact, atol=1e-12)
        few = component_rates(op, eigenpairs(op, 2, "slowest"))
        assert np.all(few >= exact - 1e-12)


def test_without_lost_it_stops_as_soon_as_all_are_smooth():
    seen = []
    op = gcn(cases.GRAPHS["dense random"])
    found = node_depths(
        op,
        cases.features(20),
        depth=500,
        collapse=None,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert found.lost is None
    assert found.predicted is found.agreement is None
    assert seen[-1] == (found.smooth.max(), 500)


def test_leaves_of_a_star_are_equal_to_each_other():
    found = node_depths(gcn(family("star:12").graph), np.eye(13)[:, :1])
    assert len(set(found.smooth[1:])) == len(set(found.lost[1:])) == 1


@pytest.mark.parametrize("x", [np.zeros((34, 2)), np.ones((34, 1))])
def test_nothing_to_smooth_is_smooth_from_the_start(x):
    found = node_depths(random_walk(cases.GRAPHS["karate"], loops=1.0), x)
    assert np.all(found.smooth == 0)
    assert np.all(found.lost == 0)
    assert np.all(found.bound == 0)


def test_a_restart_may_keep_nodes_for_ever_and_is_bounded_by_nothing():
    found = node_depths(gcn(cases.GRAPHS["karate"]), cases.features(34), rule=ppr(0.5), depth=60)
    assert np.any(found.smooth == NOT_WITHIN)
    assert np.all(found.bound[found.smooth == NOT_WITHIN] == NOT_WITHIN)
    assert "no node within 60 layers" in str(found)


def test_where_there_is_no_bound_the_note_says_why(monkeypatch):
    op, x = gcn(cases.GRAPHS["karate"]), cases.features(34)
    found = node_depths(op, x, rule=cases.RULES["signed"])
    assert found.bound is None
    assert "negative coefficient" in found.note
    pairs = eigenpairs(op, 34, "top")
    gave_up = type(pairs.convergence)(**{**vars(pairs.convergence), "converged": False})
    spoiled = type(pairs)(**{**vars(pairs), "convergence": gave_up})
    assert "slowest modes" in node_depths(op, x, pairs=spoiled).note


def test_memory_is_a_number_a_node_and_states_are_not_kept():
    run = DeflatedRun(gcn(cases.GRAPHS["karate"]), cases.features(34), 30)
    meter = NodeMeter(run, 1e-2, 1e-2)
    run.follow(meter)
    kept = [v for v in vars(meter).values() if isinstance(v, np.ndarray)]
    assert all(v.ndim == 1 and len(v) <= 34 for v in kept)


@settings(max_examples=30, deadline=None)
@given(values=st.lists(st.integers(-2, 9), min_size=1, max_size=30))
def test_spreads_count_every_node(values):
    found = Spread.of(np.array(values))
    assert sum(found.counts) + found.not_within + found.outside == len(values)
    inside = sorted(v if v >= 0 else 99 for v in values if v != OUTSIDE)
    for share in (0.25, 0.5, 1.0):
        if inside:
            expected = inside[max(0, int(np.ceil(share * len(inside) - 1e-9)) - 1)]
            assert found.quantile(share) == (None if expected == 99 else expected)


def test_plain_types_and_back(monkeypatch):
    found = node_depths(gcn(cases.GRAPHS["karate"]), cases.features(34))
    text = json.dumps(found.to_dict(), allow_nan=False)
    again = NodeDepths.from_dict(json.loads(text))
    assert json.dumps(again.to_dict(), allow_nan=False) == text
    assert np.array_equal(again.lost, found.lost)
    monkeypatch.setattr(local, "DRAWN", 10)
    large = NodeDepths.from_dict(json.loads(json.dumps(found.to_dict())))
    assert large.smooth is None
    assert large.spreads == found.spreads
    assert "34 nodes" in repr(large)


@pytest.mark.parametrize(
    "bad", [{"epsilon": -1.0}, {"epsilon": np.inf}, {"collapse": 0.0}, {"depth": -1}, {"rule": concat()}]
)
def test_bad_arguments(bad):
    with pytest.raises(UsageError):
        node_depths(gcn(cases.GRAPHS["karate"]), cases.features(34), **bad)


def test_pairs_of_one_end_are_refused():
    op = gcn(cases.GRAPHS["karate"])
    with pytest.raises(UsageError, match="slowest end"):
        component_rates(op, eigenpairs(op, 3, "top"))


def test_classes_groups_and_nodes_can_watch_one_run():
    """One propagation serves all three, and gives what each of them finds alone."""
    op, x, labels = gcn(cases.GRAPHS["karate"]), cases.features(34), np.arange(34) % 3
    pairs, grid = slowest_pairs(op), measured_depths(None, 128)
    run = DeflatedRun(op, x, 128)
    by_class = ClassMeter(run, ClassSplit.of(op, labels), grid)
    by_group = GroupMeter(run, [d.groups for d in group_divisions(op, pairs)], grid)
    by_node = NodeMeter(run, 1e-2, 1e-2)

    def watch(layer):
        squares = run.row_squares(layer)
        by_class(layer)
        by_group(layer, squares)
        by_node(layer, squares)

    run.follow(watch)
    shared = (
        class_depths(op, x, labels, measured=by_class.result()),
        group_depths(op, x, pairs=pairs, measured=by_group.result()),
        node_depths(op, x, pairs=pairs, measured=by_node),
    )
    alone = class_depths(op, x, labels), group_depths(op, x, pairs=pairs), node_depths(op, x, pairs=pairs)
    for one, two in zip(shared, alone, strict=True):
        assert one.to_dict() == two.to_dict()
