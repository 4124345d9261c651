import itertools
import json
import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spectral_smooth as ss
from spectral_smooth.errors import UsageError
from spectral_smooth.monitoring.attention import dobrushin, run
from spectral_smooth.monitoring.attention.attention import attention
from spectral_smooth.monitoring.attention.report import AttentionReport

LOOPLESS = ss.Graph(np.zeros(4, dtype=int), np.array([], dtype=int))


def with_loops(graph):
    """Every edge both ways and a loop a node, as GAT sees a graph."""
    nodes = np.arange(graph.num_nodes)
    own = graph.rows != graph.indices
    return np.stack(
        [np.concatenate([graph.indices[own], nodes]), np.concatenate([graph.rows[own], nodes])]
    ).astype(int)


def random_weights(ends, n, rng, heads=1, sharp=1.0):
    scores = np.exp(sharp * rng.standard_normal((ends.shape[1], heads)))
    sums = np.stack([np.bincount(ends[1], scores[:, h], minlength=n) for h in range(heads)], axis=1)
    return scores / sums[ends[1]]


def dense(n, ends, weights):
    """Mean of heads, entry by entry."""
    found = np.zeros((n, n))
    for e, (source, target) in enumerate(ends.T):
        found[target, source] += np.mean(weights[e])
    return found


def means_removed(graph, state):
    out = state.copy()
    for c in range(graph.components.count):
        own = graph.components.labels == c
        out[own] -= state[own].mean(axis=0)
    return out


def naive_deviation(graph, matrices):
    """‖(I − J) A_l ... A_1‖_F by depth, as a share of ‖I − J‖_F."""
    product, found = np.eye(graph.num_nodes), []
    start = np.linalg.norm(means_removed(graph, product))
    for matrix in matrices:
        product = matrix @ product
        found.append(np.linalg.norm(means_removed(graph, product)) / start)
    return found


def naive_dobrushin(graph, matrices):
    product, found, labels = np.eye(graph.num_nodes), [], graph.components.labels
    for matrix in matrices:
        product = matrix @ product
        pairs = itertools.combinations(range(len(labels)), 2)
        values = [0.5 * np.abs(product[i] - product[j]).sum() for i, j in pairs if labels[i] == labels[j]]
        found.append(max(values, default=0.0))
    return found


def naive_field(graph, matrices):
    """Quartiles of participation, perplexity, reachable and hops at each depth, over all nodes."""
    far = dict(nx.all_pairs_shortest_path_length(nx.Graph(graph.adjacency())))
    product, found = np.eye(graph.num_nodes), []
    for matrix in matrices:
        product = matrix @ product
        rows = []
        for i, p in enumerate(product):
            seen = [j for j in range(len(p)) if p[j] > 0]
            entropy = -sum(p[j] * math.log(p[j]) for j in seen)
            hops = sum(p[j] * far[i][j] for j in seen)
            rows.append((1 / sum(p[j] ** 2 for j in seen), math.exp(entropy), len(seen), hops))
        found.append(np.percentile(rows, [25, 50, 75], axis=0).T)
    return found


def made(name="two components"):
    """A graph of two components and a lonely node, its looped edges, and three layers of two heads."""
    graph = ss.as_graph(nx.disjoint_union_all([nx.lollipop_graph(4, 3), nx.path_graph(3), nx.path_graph(1)]))
    ends, rng = with_loops(graph), np.random.default_rng(3)
    return graph, ends, [random_weights(ends, graph.num_nodes, rng, heads=2, sharp=2.0) for _ in range(3)]


def test_everything_agrees_with_dense_products():
    graph, ends, weights = made()
    n = graph.num_nodes
    matrices = [dense(n, ends, w) for w in weights]
    flat = [dense(n, ends, 1.0 / np.bincount(ends[1])[ends[1]])] * 3
    found = attention(graph, weights, edge_index=ends)
    whole = found.contraction[0]
    assert found.exact
    for decay, oracle in ((whole.attention, matrices), (whole.uniform, flat)):
        expected = naive_deviation(graph, oracle)
        np.testing.assert_allclose(decay.deviation, expected, rtol=1e-12)
        np.testing.assert_allclose(decay.rate, np.divide(expected, [1.0, *expected[:-1]]), rtol=1e-12)
        assert set(decay.deviation_error + decay.rate_error) == {0.0}
    for head, decay in enumerate(whole.heads):
        own = [dense(n, ends, w[:, [head]]) for w in weights]
        np.testing.assert_allclose(decay.deviation, naive_deviation(graph, own), rtol=1e-12)
    bound = found.dobrushin[0]
    assert bound.exact == (True,) * 3
    np.testing.assert_allclose(bound.lower, naive_dobrushin(graph, matrices), rtol=1e-12)
    np.testing.assert_allclose(bound.uniform_lower, naive_dobrushin(graph, flat), rtol=1e-12)
    for field, oracle in ((found.receptive_field, matrices), (found.uniform_receptive_field, flat)):
        table = np.array([field.participation, field.perplexity, field.reachable, field.hops])
        np.testing.assert_allclose(table.transpose(1, 0, 2), naive_field(graph, oracle), rtol=1e-6)
        assert field.targets == field.population == n


def test_components_are_what_they_are_alone():
    graph, ends, weights = made()
    found = attention(graph, weights, edge_index=ends)
    assert [c.name for c in found.contraction] == ["all", "component 0", "component 1"]
    assert [(c.nodes, c.components) for c in found.contraction] == [(10, 2), (7, 1), (3, 1)]
    for number, low, high in ((1, 0, 7), (2, 7, 10)):
        own = (ends[1] >= low) & (ends[1] < high)
        part = ss.as_graph(graph.adjacency()[low:high][:, low:high])
        alone = attention(part, [w[own] for w in weights], edge_index=ends[:, own] - low)
        np.testing.assert_allclose(
            found.contraction[number].attention.deviation, alone.contraction[0].attention.deviation
        )
        np.testing.assert_allclose(found.dobrushin[number].lower, alone.dobrushin[0].lower)


def test_entropy_is_relative_to_uniform_attention():
    graph = ss.as_graph(nx.star_graph(3))
    ends = with_loops(graph)
    hub = ends[1] == 0
    flat = 1.0 / np.bincount(ends[1])[ends[1]]
    own_only = (ends[0] == ends[1]).astype(float)
    half = np.where(hub, np.where(np.isin(ends[0], [0, 1]), 0.5, 0.0), own_only)
    found = attention(graph, [np.stack([flat, own_only, half], axis=1)], edge_index=ends)
    np.testing.assert_allclose(found.entropy, [[1.0, 0.0, math.log(2) / math.log(4) / 4]])
    loops = np.array([[0, 1, 2, 3], [0, 1, 2, 3]])
    assert attention(graph, [(loops, np.ones(4))]).entropy == ((None,),)


def test_uniform_attention_on_a_complete_graph_collapses_in_one_step():
    graph = ss.as_graph(nx.complete_graph(60))
    every = np.indices((60, 60)).reshape(2, -1)
    found = attention(graph, [np.full(3600, 1 / 60)] * 3, edge_index=every)
    decay = found.contraction[0].attention
    assert decay.deviation == (0.0, 0.0, 0.0)
    assert decay.rate == (0.0, None, None)
    assert found.dobrushin[0].upper[0] < 1e-12
    assert found.contraction[0].verdict is None
    np.testing.assert_allclose(found.receptive_field.participation, 60.0)
    np.testing.assert_allclose(found.receptive_field.hops, 59 / 60)


def test_a_path_in_closed_form_far_below_rounding():
    """Symmetric attention on a path of three nodes has the eigenvalues 0.9 and 0.7 beside one."""
    path = ss.as_graph(nx.path_graph(3))
    ends = np.array([[0, 1, 0, 1, 2, 1, 2], [0, 0, 1, 1, 1, 2, 2]])
    weights = np.array([0.9, 0.1, 0.1, 0.8, 0.1, 0.1, 0.9])
    found = attention(path, [weights] * 600, edge_index=ends).contraction[0]
    depths = np.arange(1, 601)
    expected = np.sqrt((0.9 ** (2 * depths) + 0.7 ** (2 * depths)) / 2)
    assert expected[-1] < 1e-27
    np.testing.assert_allclose(found.attention.deviation, expected, rtol=1e-10)
    # uniform attention is a looped walk with the eigenvalues 1/2 and −1/6 beside one
    assert found.verdict == "slower"
    assert found.uniform.rate[40] == pytest.approx(0.5, rel=1e-6)
    assert found.uniform.mean_rate == pytest.approx(0.5, rel=0.01)


def test_what_has_shrunk_out_of_range_is_zero_and_no_number_is_invented():
    pair = ss.as_graph(nx.path_graph(2))
    ends = np.array([[0, 1, 0, 1], [0, 0, 1, 1]])
    found = attention(pair, [np.array([0.505, 0.495, 0.495, 0.505])] * 80, edge_index=ends).contraction[0]
    values = np.array(found.attention.deviation)
    left = values > 0
    assert 60 <= np.count_nonzero(left) < 80
    np.testing.assert_allclose(values[left], 0.01 ** np.arange(1, left.sum() + 1), rtol=1e-10)
    assert found.attention.rate[-1] is None


def test_attention_to_oneself_never_contracts():
    graph = ss.as_graph(nx.path_graph(4))
    loops = np.array([[0, 1, 2, 3], [0, 1, 2, 3]])
    found = attention(graph, [(loops, np.ones(4))] * 5)
    whole = found.contraction[0]
    assert whole.attention.deviation == pytest.approx([1.0] * 5)
    assert whole.verdict == "alike"
    assert whole.walk.deviation[-1] < 0.5
    assert found.dobrushin[0].lower == (1.0,) * 5
    assert found.destination.constants is False
    assert (found.destination.split, found.destination.closed) == (1, 4)
    assert "does not end in constants" in str(found)
    assert found.receptive_field.participation[-1] == (1.0, 1.0, 1.0)
    assert any("6 edges of the graph, each way counted, carry no attention" in note for note in found.notes)


@given(st.integers(0, 2**32 - 1), st.sampled_from(["path", "wheel", "grid", "two"]))
@settings(max_examples=15, deadline=None)
def test_the_order_of_nodes_and_edges_does_not_matter(seed, kind):
    graph = {
        "path": lambda: ss.as_graph(nx.path_graph(6)),
        "wheel": lambda: ss.as_graph(nx.wheel_graph(7)),
        "grid": lambda: ss.as_graph(nx.convert_node_labels_to_integers(nx.grid_2d_graph(3, 4))),
        "two": lambda: made()[0],
    }[kind]()
    rng = np.random.default_rng(seed)
    ends, n = with_loops(graph), graph.num_nodes
    weights = [random_weights(ends, n, rng, heads=2, sharp=3.0) for _ in range(3)]
    found = attention(graph, weights, edge_index=ends)
    order, edges = rng.permutation(n), rng.permutation(ends.shape[1])
    a = graph.adjacency()[order][:, order]
    where = np.argsort(order)
    moved = attention(ss.as_graph(a), [w[edges] for w in weights], edge_index=where[ends[:, edges]])
    ours, theirs = found.to_dict(), moved.to_dict()
    for key in ("entropy", "receptive_field", "uniform_receptive_field", "destination"):
        assert_close(ours[key], theirs[key])
    assert_close(ours["contraction"][0], theirs["contraction"][0])
    assert_close(ours["dobrushin"][0], theirs["dobrushin"][0])
    decay = found.contraction[0].attention
    assert all(v <= 1.0 + 1e-9 for v in found.dobrushin[0].upper)
    assert np.all(np.diff(found.dobrushin[0].upper) <= 1e-12)
    assert all(v >= 0 for v in decay.deviation)
    assert all(0 <= e <= 1 for row in found.entropy for e in row)


def assert_close(a, b):
    if isinstance(a, dict):
        for key in a:
            assert_close(a[key], b[key])
    elif isinstance(a, list):
        for x, y in zip(a, b, strict=True):
            assert_close(x, y)
    elif isinstance(a, float):
        assert a == pytest.approx(b, rel=1e-6, abs=1e-9)
    else:
        assert a == b


def test_probes_estimate_what_unit_vectors_give(monkeypatch):
    graph, ends, weights = made()
    exact = attention(graph, weights, edge_index=ends).contraction[0]
    monkeypatch.setattr(run, "ALL_SIGNALS", 0)
    found = attention(graph, weights, edge_index=ends, probes=4000, rng=1)
    whole = found.contraction[0]
    assert (found.exact, found.signals) == (False, 4000)
    for ours, theirs in ((whole.attention, exact.attention), (whole.uniform, exact.uniform)):
        for value, error, truth in zip(ours.rate, ours.rate_error, theirs.rate, strict=True):
            assert abs(value - truth) < 5 * error < 0.1 * truth
    assert abs(whole.ratio - exact.ratio) < 5 * whole.ratio_error < 0.1
    assert attention(graph, weights, edge_index=ends, probes=40, rng=2) == attention(
        graph, weights, edge_index=ends, probes=40, rng=2
    )


def test_errors_are_as_large_as_results_scatter(monkeypatch):
    graph, ends, weights = made()
    monkeypatch.setattr(run, "ALL_SIGNALS", 0)
    runs = [attention(graph, weights, edge_index=ends, rng=k).contraction[0] for k in range(60)]
    for value, error in (
        ([r.attention.deviation[-1] for r in runs], [r.attention.deviation_error[-1] for r in runs]),
        ([r.attention.rate[1] for r in runs], [r.attention.rate_error[1] for r in runs]),
        ([r.ratio for r in runs], [r.ratio_error for r in runs]),
    ):
        assert 0.7 < np.std(value, ddof=1) / np.mean(error) < 1.4


def test_what_is_left_by_rounding_is_nothing():
    """The second layer makes equal what the first made of x, y and their mean; sums differ in the last digit."""
    every = np.indices((3, 3)).reshape(2, -1)[::-1]
    a, b = np.array([0.7, 0.2, 0.1]), np.array([0.1, 0.3, 0.6])
    first = np.stack([a, b, (a + b) / 2])
    second = np.array([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0], [0.3, 0.3, 0.4]])
    graph = ss.as_graph(nx.complete_graph(3))
    found = attention(graph, [first.ravel(), second.ravel(), first.ravel()], edge_index=every).contraction[0]
    assert naive_deviation(graph, [first, second])[-1] > 0
    assert found.attention.deviation[1:] == (0.0, 0.0)
    assert found.attention.rate[1:] == (0.0, None)


def test_uniform_weights_are_alike_and_the_walk_is_no_other(monkeypatch):
    graph = ss.load("karate").graph
    ends = with_loops(graph)
    flat = 1.0 / np.bincount(ends[1])[ends[1]]
    monkeypatch.setattr(run, "ALL_SIGNALS", 0)
    whole = attention(graph, [flat.astype(np.float32)] * 3, edge_index=ends).contraction[0]
    assert whole.verdict == "alike"
    assert whole.ratio == pytest.approx(1.0)
    assert whole.walk is None
    weighted = ss.as_graph(nx.Graph([(0, 1, {"weight": 3.0}), (1, 2, {"weight": 1.0})]))
    a = weighted.adjacency().toarray() + np.eye(3)
    ends = with_loops(weighted)
    flat = 1.0 / np.bincount(ends[1])[ends[1]]
    monkeypatch.undo()
    found = attention(weighted, [flat] * 2, edge_index=ends).contraction[0]
    np.testing.assert_allclose(
        found.walk.deviation, naive_deviation(weighted, [a / a.sum(axis=1, keepdims=True)] * 2)
    )


def test_sampled_coefficients_are_bounds_that_say_so(monkeypatch):
    graph = ss.as_graph(nx.wheel_graph(12))
    ends = with_loops(graph)
    weights = [random_weights(ends, 12, np.random.default_rng(k)) for k in range(4)]
    exact = attention(graph, weights, edge_index=ends).dobrushin[0]
    monkeypatch.setattr(dobrushin, "EXACT_NODES", 1)
    found = attention(graph, weights, edge_index=ends, rows=5).dobrushin[0]
    every = attention(graph, weights, edge_index=ends).dobrushin[0]
    assert exact.exact == (True,) * 4
    assert not any(found.exact[1:])
    # the hub is attended to by all: Doeblin's bound is below one
    assert found.upper[-1] < 1.0
    for low, value, high in zip(found.lower, exact.lower, found.upper, strict=True):
        assert low <= value + 1e-12
        assert value <= high + 1e-12
    assert every.lower == pytest.approx(exact.lower)


def test_nodes_too_far_apart_share_nothing_whatever_the_weights(monkeypatch):
    graph = ss.as_graph(nx.path_graph(9))
    ends = with_loops(graph)
    weights = [random_weights(ends, 9, np.random.default_rng(k)) for k in range(5)]
    exact = attention(graph, weights, edge_index=ends).dobrushin[0]
    monkeypatch.setattr(dobrushin, "EXACT_NODES", 1)
    found = attention(graph, weights, edge_index=ends, rows=2).dobrushin[0]
    assert found.exact[:3] == (True, True, True)
    assert exact.lower[:3] == found.lower[:3] == (1.0, 1.0, 1.0)
    assert exact.lower[4] < 1.0


def test_parallel_edges_are_added_up_and_noted():
    graph = ss.as_graph(nx.path_graph(2))
    ends = np.array([[0, 1, 1, 0, 1], [0, 0, 0, 1, 1]])
    found = attention(graph, [(ends, np.array([0.5, 0.25, 0.25, 0.5, 0.5]))])
    assert found.edges == (4,)
    assert found.notes[0] == "1 edge given more than once and added up"
    assert found.contraction[0].attention.deviation == (0.0,)


def test_nodes_that_receive_nothing_get_zero():
    graph = ss.as_graph(nx.path_graph(4))
    ends = np.array([[0, 1, 1, 2, 2, 3], [1, 1, 2, 2, 3, 3]])
    weights = np.array([0.25, 0.75, 0.5, 0.5, 0.9, 0.1])
    found = attention(graph, [weights[:, None]] * 6, edge_index=ends)
    oracle = [dense(4, ends, weights[:, None])] * 6
    whole = found.contraction[0]
    np.testing.assert_allclose(whole.attention.deviation, naive_deviation(graph, oracle), rtol=1e-12)
    assert any("no attention enters 1 node (0)" in note for note in found.notes)
    assert (found.receptive_field.targets, found.receptive_field.population) == (3, 3)
    # from 1 on everything drains to zero: rows are alike in the end, though not of sum one
    assert found.destination.constants is True
    product = np.linalg.matrix_power(oracle[0], 2)
    shares = product[1:] / product[1:].sum(axis=1, keepdims=True)
    expected = np.percentile(1 / np.sum(shares**2, axis=1), [25, 50, 75])
    np.testing.assert_allclose(found.receptive_field.participation[1], expected)
    lacking = np.hstack([product, 1 - product.sum(axis=1, keepdims=True)])
    worst = max(0.5 * np.abs(a - b).sum() for a, b in itertools.combinations(lacking, 2))
    assert found.dobrushin[0].lower[1] == pytest.approx(worst)


def test_a_layer_without_edges_leaves_nothing():
    graph = ss.as_graph(nx.path_graph(3))
    nothing = (np.zeros((2, 0), dtype=int), np.zeros((0, 2)))
    found = attention(graph, [nothing, nothing])
    assert found.contraction[0].attention.deviation == (0.0, 0.0)
    assert found.receptive_field.targets == 0
    assert found.entropy == ((None, None),) * 2


def directed(pairs):
    return np.array(pairs).T, np.ones(len(pairs))


@pytest.mark.parametrize(
    ("pairs", "constants", "split", "closed", "periodic"),
    [
        ([(0, 1), (1, 2), (2, 3), (3, 0)], False, 0, 1, 1),  # a ring one way: period four
        ([(0, 0), (0, 1), (1, 2), (0, 3)], True, 0, 1, 0),  # all copy node 0
        ([(0, 0), (0, 1), (2, 2), (2, 3)], False, 1, 2, 0),  # two that listen to themselves only
        ([(0, 1), (1, 0), (1, 2), (0, 3)], False, 0, 1, 1),  # two that swap
        ([(0, 1), (2, 1), (2, 3), (0, 3)], True, 0, 1, 0),  # two that hear nothing: all end at zero
    ],
)
def test_closed_classes_of_directed_attention(pairs, constants, split, closed, periodic):
    ends, weights = directed(pairs)
    weights = weights / np.bincount(ends[1], minlength=4)[ends[1]]
    found = attention(ss.as_graph(nx.cycle_graph(4)), [(ends, weights)] * 3)
    seen = found.destination
    assert (seen.constants, seen.split, seen.closed, seen.periodic) == (constants, split, closed, periodic)
    matrices = [dense(4, ends, weights[:, None])] * 200
    limit = naive_deviation(ss.as_graph(nx.cycle_graph(4)), matrices)[-1]
    assert (limit < 1e-9) == constants
    assert ("ends in constants on every component" in str(found)) == constants


def test_edges_that_change_from_layer_to_layer_may_leave_the_end_open():
    graph = ss.as_graph(nx.cycle_graph(4))
    one, other = directed([(0, 1), (1, 2), (2, 3), (3, 0)]), directed([(1, 0), (2, 1), (3, 2), (0, 3)])
    found = attention(graph, [one, other])
    assert found.destination.constants is None
    assert "left open" in str(found)
    ends = with_loops(graph)
    part = (ends[0] == ends[1]) | (ends[1] > ends[0])
    layers = [(e, 1.0 / np.bincount(e[1])[e[1]]) for e in (ends, ends[:, part])]
    assert attention(graph, layers).destination.constants is True


def test_attention_like_the_plain_mean_is_said_to_be_about_as_fast():
    graph = ss.load("karate").graph
    ends = np.stack([graph.indices, graph.rows])
    found = attention(graph, [(ends, 1.0 / graph.degrees[ends[1]])] * 2)
    assert "attention mixes about as fast as uniform attention." in str(found)


def test_an_undirected_bipartite_graph_without_loops_oscillates():
    graph = ss.as_graph(nx.complete_bipartite_graph(2, 3))
    ends = np.stack([graph.indices, graph.rows])
    found = attention(graph, [(ends, 1.0 / graph.degrees[ends[1]])] * 4)
    assert found.destination.periodic == 1
    assert "1 set of nodes without self-loops goes on oscillating" in str(found)
    assert found.contraction[0].attention.rate[1:] == pytest.approx([1.0] * 3)
    assert found.dobrushin[0].lower == pytest.approx([1.0] * 4)


@pytest.mark.parametrize("graph", [LOOPLESS, ss.Graph(np.zeros(2, dtype=int), np.array([], dtype=int))])
def test_single_nodes_have_nothing_to_contract(graph):
    n = graph.num_nodes
    loops = np.stack([np.arange(n)] * 2)
    found = attention(graph, [(loops, np.ones(n))] * 2)
    whole = found.contraction[0]
    assert whole.attention.deviation == whole.attention.rate == (None, None)
    assert whole.attention.mean_rate is None
    assert whole.verdict is None
    assert str(found).startswith("No component has two nodes")
    assert found.receptive_field.participation == ((1.0, 1.0, 1.0),) * 2
    assert AttentionReport.from_dict(json.loads(json.dumps(found.to_dict(), allow_nan=False))) == found


def test_heads_that_differ_between_layers_are_not_followed():
    graph, ends, weights = made()
    found = attention(graph, [weights[0], weights[1][:, :1]], edge_index=ends)
    assert found.heads == (2, 1)
    assert found.contraction[0].heads == ()
    assert any("their number differs between layers (2, 1)" in note for note in found.notes)
    assert [len(row) for row in found.entropy] == [2, 1]


def test_results_are_plain_and_come_back():
    graph, ends, weights = made()
    told = []
    found = attention(graph, weights, edge_index=ends, rows=4, progress=lambda *at: told.append(at))
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert AttentionReport.from_dict(json.loads(json.dumps(found.to_dict(), allow_nan=False))) == found
    assert found.depths == (1, 2, 3)
    assert repr(found).startswith("AttentionReport of 3 layers: After 3 layers attention leaves")
    assert "4 sampled nodes" in str(found)


def test_of_many_layers_rows_are_looked_at_for_some_depths():
    graph = ss.as_graph(nx.cycle_graph(5))
    ends = with_loops(graph)
    found = attention(graph, [np.full(15, 1 / 3)] * 40, edge_index=ends, rows=3)
    depths = found.receptive_field.depths
    assert (len(depths), depths[0], depths[-1]) == (16, 1, 40)
    assert len(found.contraction[0].attention.rate) == 40
    np.testing.assert_allclose(found.receptive_field.participation[-1], 5.0, rtol=1e-6)


def test_settings_that_make_no_sense_are_refused():
    graph, ends, weights = made()
    with pytest.raises(UsageError, match="at least two probes"):
        attention(graph, weights, edge_index=ends, probes=1)
    with pytest.raises(UsageError, match="at least one row"):
        attention(graph, weights, edge_index=ends, rows=0)


def test_many_small_components_are_pooled():
    graph = ss.as_graph(nx.disjoint_union_all([nx.path_graph(2)] * 40))
    ends = with_loops(graph)
    rng = np.random.default_rng(0)
    found = attention(graph, [random_weights(ends, 80, rng)], edge_index=ends)
    assert [c.name for c in found.contraction[-2:]] == ["component 31", "smaller components"]
    last = found.contraction[-1]
    assert (last.nodes, last.components) == (16, 8)
    assert found.dobrushin[0].lower[0] == max(d.lower[0] for d in found.dobrushin[1:])


def test_weights_that_were_rounded_to_zero_lead_nowhere_and_that_is_noted():
    graph = ss.as_graph(nx.path_graph(2))
    ends = with_loops(graph)
    weights = np.where(ends[0] == ends[1], 1.0, 0.0)
    found = attention(graph, [weights] * 2, edge_index=ends)
    assert found.notes == ("2 edges of weight zero in every head, leading nowhere",)
    assert (found.destination.constants, found.destination.closed) == (False, 2)
    assert found.contraction[0].uniform.deviation[0] == 0.0


def test_long_paths_share_nothing_in_few_layers():
    graph = ss.as_graph(nx.path_graph(20))
    ends = with_loops(graph)
    weights = [random_weights(ends, 20, np.random.default_rng(k)) for k in range(2)]
    found = attention(graph, weights, edge_index=ends).dobrushin[0]
    assert found.lower == found.upper == (1.0, 1.0)
