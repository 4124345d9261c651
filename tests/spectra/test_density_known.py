import cases
import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_smooth.graphs.families import family
from spectral_smooth.operators.operator import gcn, symmetric
from spectral_smooth.spectra.density import gather, small
from spectral_smooth.spectra.density.known import known_states
from spectral_smooth.spectra.density.small import small_components
from spectral_smooth.spectra.density.twins import find_twins


def naive_twins(operator):
    """Classes of at least two twins, pair by pair from the definition: [(nodes, joined)]."""
    a = naive.dense_adjacency(operator.graph)
    n = len(a)
    diagonal = np.diag(a) + np.broadcast_to(operator.loops, (n,))
    weighted = operator.graph.weights is not None
    classes = []
    for joined in (False, True):
        seen = set()
        for i in range(n):
            members = [i]
            for j in range(i + 1, n):
                others = [k for k in range(n) if k not in (i, j)]
                same = np.array_equal(a[i, others], a[j, others]) and diagonal[i] == diagonal[j]
                fits = a[i, j] == 1.0 and not weighted if joined else a[i, j] == 0.0
                if same and fits and a[i].any() and j not in seen:
                    members.append(j)
            if len(members) > 1 and i not in seen:
                seen.update(members)
                classes.append((frozenset(members), joined))
    return set(classes)


def classes_of(twins):
    return {
        frozenset(np.flatnonzero(twins.of_node == c).tolist()): twins.values[c]
        for c in range(len(twins.sizes))
    }


def check(op, monkeypatch=None):
    n = op.graph.num_nodes
    # a node and its edge to a second one are no class of their own: the vector is the alternating one
    pair = np.isin(op.graph.components.labels, np.flatnonzero(op.graph.components.sizes < 3))
    twins = find_twins(op, ~pair)
    found = classes_of(twins)
    lonely = set(np.flatnonzero(pair).tolist())
    expected = {
        (c, joined) for c, joined in naive_twins(op) if not c & lonely and naive.degrees(op)[min(c)] > 0
    }
    off = naive.dense_adjacency(op.graph) - np.diag(np.diag(naive.dense_adjacency(op.graph)))
    expected = {(c, joined) for c, joined in expected if off[min(c)].any()}
    assert set(found) == {c for c, _ in expected}
    assert twins.sizes.tolist() == [len(c) for c in found]
    core = naive.dense_core(op)
    for members, value in found.items():
        first, *others = sorted(members)
        for other in others:
            vector = np.zeros(n)
            vector[[first, other]] = 1.0, -1.0
            assert core @ vector == pytest.approx(value * vector, abs=1e-12)
    block = np.random.default_rng(0).standard_normal((n, 3))
    before = block.copy()
    twins.filter(block)
    for members in found:
        rows = sorted(members)
        assert block[rows] == pytest.approx(np.tile(before[rows].mean(axis=0), (len(rows), 1)))
    alone = twins.of_node < 0
    assert np.array_equal(block[alone], before[alone])


@pytest.mark.parametrize("op", cases.operator_params(None, ("gcn", "symmetric", "per-node loops")))
def test_twins_are_those_of_the_definition(op):
    check(op)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000), st.booleans(), st.booleans())
def test_twins_of_random_graphs(seed, weighted, looped):
    rng = np.random.default_rng(seed)
    a = np.triu(rng.random((12, 12)) < 0.3, 1) * (rng.integers(1, 3, size=(12, 12)) if weighted else 1.0)
    # copies of nodes: twins by construction
    for copy in range(6, 12):
        a[copy] = a[:, copy] = 0.0
        source = rng.integers(6)
        full = np.triu(a, 1) + np.triu(a, 1).T
        a = np.triu(full, 1)
        a[:copy, copy] = full[source, :copy]
        a[source, copy] = float(rng.random() < 0.5)
    full = a + a.T
    if looped:
        full[np.arange(12), np.arange(12)] = rng.integers(0, 2, size=12)
    check(symmetric(cases.graph_from_matrix(full, weighted=weighted), loops=float(rng.integers(0, 2))))


def test_rows_are_looked_at_in_pieces(monkeypatch):
    monkeypatch.setattr(gather, "CHUNK", 5)
    for name in ("star hub", "bipartite", "weighted self-loops", "karate"):
        check(cases.operator(name, "gcn"))


@pytest.mark.parametrize("op", cases.operator_params(None, ("gcn", "symmetric", "walk with per-node loops")))
def test_small_components_are_solved(op):
    solved, values = small_components(op)
    everything = naive.eigenvalues(op)
    assert np.array_equal(solved, naive.degrees(op) > 0)
    known = (
        [1.0] * op.fixed_space.dimension + [-1.0] * op.fixed_space.alternating_dimension + [0.0] * op.silent
    )
    assert np.sort(np.concatenate([known, values])) == pytest.approx(everything[::-1], abs=1e-12)


def test_small_components_stop_at_the_budget(monkeypatch):
    op = gcn(family("2*cycle:9+3*cycle:4+5*path:2").graph)
    monkeypatch.setattr(small, "BUDGET", 5 * 8 + 2 * 64)
    solved, values = small_components(op)
    # smallest first: all edges, two of the three rings of four
    assert solved.sum() == 10 + 8
    assert len(values) == 5 + 2 * 3
    monkeypatch.setattr(small, "CHUNK", 16)
    again = small_components(op)
    assert np.array_equal(solved, again[0])
    assert np.sort(values) == pytest.approx(np.sort(again[1]))


def test_the_filter_leaves_the_rest_only(monkeypatch):
    monkeypatch.setattr(small, "LARGEST", 2)
    for op in (
        cases.operator("star hub", "gcn"),
        cases.operator("component and isolated edges", "symmetric"),
    ):
        known = known_states(op)
        n = op.graph.num_nodes
        projector = np.eye(n)
        known.filter(projector)
        op.fixed_space.project_out(projector)
        assert projector @ projector == pytest.approx(projector, abs=1e-12)
        assert np.trace(projector) == pytest.approx(known.rest)
        core = naive.dense_core(op)
        assert core @ projector == pytest.approx(projector @ core, abs=1e-12)


def test_isolated_nodes_edges_and_leaves_are_told_apart():
    a = np.zeros((70, 70))
    a[0, 1:61] = 1.0
    a[61, 62] = 1.0
    found = known_states(symmetric(cases.graph_from_matrix(a + a.T)))
    assert {(s.value, s.mass, s.why) for s in found.spikes} == {
        (1.0, 2.0, "fixed space"),
        (-1.0, 2.0, "alternating space"),
        (0.0, 7.0, "nodes without edges"),
        (0.0, 59.0, "twin nodes"),
    }
    assert found.rest == 0
