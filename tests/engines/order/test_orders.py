"""Node orders: permutations with the property that their name says, on any graph."""

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spectral_smooth as ss
from spectral_smooth.engines.order.order_kernels import SHORT, spread_labels
from spectral_smooth.engines.order.orders import ORDERS, find_order
from spectral_smooth.errors import InputError

FOUND = ("degree", "bfs", "communities")


def arrays(graph, dtype=np.int32):
    ordered = nx.empty_graph(len(graph))
    ordered.add_edges_from(graph.edges)
    graph = ss.as_graph(ordered)
    indptr, indices = graph.indptr.copy(), graph.indices.astype(dtype)
    indptr.flags.writeable = indices.flags.writeable = False
    return indptr, indices


def random_graph(n, edges, loops, seed):
    graph = nx.gnm_random_graph(n, min(edges, n * (n - 1) // 2), seed=seed)
    graph.add_edges_from((u, u) for u in range(min(loops, n)))
    return graph


GRAPHS = {
    "one node": nx.empty_graph(1),
    "one node with a loop": nx.Graph([(0, 0)]),
    "no edges": nx.empty_graph(7),
    "star": nx.star_graph(3000),
    "grid": nx.convert_node_labels_to_integers(nx.grid_2d_graph(12, 9)),
    "disconnected": nx.disjoint_union_all([nx.empty_graph(2), nx.path_graph(5), nx.complete_graph(9)]),
    "bipartite": nx.complete_bipartite_graph(4, 7),
}


@pytest.mark.parametrize("name", ORDERS)
@pytest.mark.parametrize("graph", GRAPHS)
@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_every_order_holds_every_node_once(name, graph, dtype):
    indptr, indices = arrays(GRAPHS[graph], dtype)
    order = find_order(name, indptr, indices)
    assert order.dtype == dtype
    assert np.sort(order).tolist() == list(range(len(indptr) - 1))
    assert np.array_equal(order, find_order(name, indptr, indices))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(0, 150), st.integers(0, 3), st.integers(0, 10**6))
def test_the_properties_of_each_order(n, edges, loops, seed):
    graph = random_graph(n, edges, loops, seed)
    indptr, indices = arrays(graph)
    degrees = np.diff(indptr)

    by_degree = find_order("degree", indptr, indices)
    assert by_degree.tolist() == sorted(range(n), key=lambda i: (-degrees[i], i))

    for name in ("bfs", "communities"):
        order = find_order(name, indptr, indices)
        assert np.sort(order).tolist() == list(range(n))
        assert_components_in_one_piece(order, graph)

    assert_breadth_first(find_order("bfs", indptr, indices), indptr, indices)


def assert_components_in_one_piece(order, graph):
    component = np.empty(len(order), dtype=int)
    for number, nodes in enumerate(nx.connected_components(graph)):
        component[list(nodes)] = number
    walked = component[order]
    ends = np.flatnonzero(np.diff(walked)) + 1
    pieces = np.split(walked, ends)
    assert len(pieces) == len(set(walked.tolist()))
    assert all(len(a) >= len(b) for a, b in pairwise(pieces))


def assert_breadth_first(order, indptr, indices):
    """The place of each node's first neighbour never falls, and each component begins with its largest degree."""
    place = np.argsort(order)
    parents = [
        min((place[j] for j in indices[indptr[u] : indptr[u + 1]] if j != u), default=None) for u in order
    ]
    before = -1
    start = 0
    for at, parent in enumerate(parents):
        if parent is None or parent >= at:
            start, before = at, -1
        else:
            assert parent >= max(before, start)
            before = parent
            assert (
                indptr[order[at] + 1] - indptr[order[at]] <= indptr[order[start] + 1] - indptr[order[start]]
            )


def test_communities_lie_together():
    """Cliques in a ring, hidden by shuffled ids, come out clique by clique."""
    size, count = 8, 12
    shuffled = np.random.default_rng(0).permutation(size * count)
    ring = nx.relabel_nodes(nx.ring_of_cliques(count, size), dict(enumerate(shuffled.tolist())))
    indptr, indices = arrays(nx.convert_node_labels_to_integers(ring, ordering="sorted"))
    clique = np.argsort(shuffled) // size
    walked = clique[find_order("communities", indptr, indices)]
    assert np.count_nonzero(np.diff(walked)) < 1.5 * count  # 11 if perfect, about 88 in random order


def sweep(indptr, indices, labels, active, largest, longest_row):
    n = len(labels)
    votes = np.zeros(n, dtype=np.int32)
    sizes = np.bincount(labels, minlength=n)
    changed = spread_labels(indptr, indices, labels, sizes, active, votes, largest, longest_row)
    assert not votes.any()
    assert np.array_equal(sizes, np.bincount(labels, minlength=n))
    return changed


def test_a_label_takes_no_more_than_its_largest_size():
    indptr, indices = arrays(nx.complete_graph(40))
    labels, active = np.arange(40, dtype=np.int32), np.ones(40, dtype=np.uint8)
    for _ in range(4):
        sweep(indptr, indices, labels, active, 5, 100)
        assert np.bincount(labels).max() <= 5


@pytest.mark.parametrize(("n", "edges", "longest_row"), [(50, 140, 9), (300, 14_000, 100)])
def test_a_sweep_of_labels_is_the_plain_loop(n, edges, longest_row):
    indptr, indices = arrays(random_graph(n, edges, 2, 3))
    degrees = np.diff(indptr)
    assert degrees.max() > longest_row
    assert n == 50 or (degrees > SHORT).any()
    labels, active = np.arange(n, dtype=np.int32), np.ones(n, dtype=np.uint8)
    expected, awake = labels.tolist(), [True] * n
    for _ in range(3):
        changed = plain_sweep(indptr, indices, expected, awake, 6, longest_row)
        assert sweep(indptr, indices, labels, active, 6, longest_row) == changed
        assert labels.tolist() == expected


def plain_sweep(indptr, indices, labels, awake, largest, longest_row):
    changed = 0
    for u in range(len(labels)):
        around = [labels[j] for j in indices[indptr[u] : indptr[u + 1]]]
        if not awake[u]:
            continue
        awake[u] = False
        if len(around) > longest_row:
            continue
        allowed = [a for a in around if a == labels[u] or labels.count(a) < largest]
        most = max((allowed.count(a) for a in allowed), default=0)
        best = [a for a in allowed if allowed.count(a) == most]
        if not best or labels[u] in best:
            continue
        labels[u] = best[0]
        changed += 1
        for j in indices[indptr[u] : indptr[u + 1]]:
            awake[j] = True
    return changed


def test_an_unknown_order_is_named():
    with pytest.raises(
        InputError, match="no node order 'metis'; the orders are none, degree, bfs, communities"
    ):
        find_order("metis", np.array([0, 0]), np.array([], dtype=np.int32))
