"""What the sample says about graphs whose gathers are known."""

import json

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spectral_smooth as ss
from spectral_smooth.engines.order.locality import BLOCKS, Locality, estimate_locality
from spectral_smooth.engines.order.locality_kernels import count_distinct, grow_clusters, walk_breadth_first
from spectral_smooth.engines.order.permute import permute_pattern


def shuffled(indptr, indices, seed=0):
    order = np.random.default_rng(seed).permutation(len(indptr) - 1).astype(indices.dtype)
    return permute_pattern(indptr, indices, None, order)[:2]


def grid(side):
    at = np.arange(side * side).reshape(side, side)
    rows = np.concatenate([at[:, :-1].ravel(), at[:-1].ravel()])
    columns = np.concatenate([at[:, 1:].ravel(), at[1:].ravel()])
    return from_edges(rows, columns, side * side)


def from_edges(rows, columns, n):
    keys = np.unique(np.concatenate([rows * n + columns, columns * n + rows]))
    indptr = np.searchsorted(keys // n, np.arange(n + 1))
    return indptr, (keys % n).astype(np.int32)


def planted(groups, size, degree, inside, seed=0):
    rng = np.random.default_rng(seed)
    n = groups * size
    first = rng.integers(n, size=n * degree // 2)
    near = first // size * size + rng.integers(size, size=len(first))
    second = np.where(rng.random(len(first)) < inside, near, rng.integers(n, size=len(first)))
    kept = first != second
    return from_edges(first[kept], second[kept], n)


def test_a_grid_is_local_and_shuffled_is_not():
    natural = estimate_locality(*grid(200))
    assert natural.missed(1000) == pytest.approx(0.25, abs=0.02)  # one of four neighbours was not met before
    assert natural.missed(100) == pytest.approx(0.75, abs=0.1)  # two of the others are a row of the grid away
    lost = estimate_locality(*shuffled(*grid(200)))
    assert lost.missed(1000) > 0.95
    assert lost.missed_breadth_first(4000) == pytest.approx(0.25, abs=0.03)
    assert lost.missed_clustered(1000) == pytest.approx(0.25 + 0.05, abs=0.03)


def test_hidden_clusters_are_found_and_a_random_graph_has_none():
    hidden = estimate_locality(*shuffled(*planted(60, 300, 16, inside=0.9)))
    assert hidden.missed(1000) > 0.9
    assert hidden.missed_clustered(1000) < 0.3
    random = estimate_locality(*planted(1, 20_000, 16, inside=0.0))
    assert random.missed(1000) > 0.9
    assert random.missed_clustered(1000) > 0.75
    assert random.missed_breadth_first(1000) > 0.8
    # neighbours anywhere: what does not fit is missed
    assert random.missed(10_000) == pytest.approx(0.5, abs=0.1)


def test_hubs_lead_most_gathers_of_a_power_law():
    graph = ss.as_graph(nx.barabasi_albert_graph(5000, 4, seed=0))
    found = estimate_locality(graph.indptr, graph.indices)
    top = np.sort(np.diff(graph.indptr))[::-1]
    for rows in (256, 2048):
        assert 1.0 - found.missed_hubs(rows) == pytest.approx(top[:rows].sum() / top.sum(), abs=0.02)


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_degenerate_patterns(dtype):
    none = np.array([], dtype=dtype)
    for found in (
        estimate_locality(np.array([0, 0]), none),
        estimate_locality(np.zeros(8, dtype=np.int64), none),
        estimate_locality(np.array([0, 1]), np.array([0], dtype=dtype)),
    ):
        for rows in (1, 100):
            assert found.missed(rows) == found.missed_breadth_first(rows) == 0.0
            assert found.missed_clustered(rows) == found.missed_hubs(rows) == 0.0
        assert str(found)
    star = ss.as_graph(nx.star_graph(20_000))
    found = estimate_locality(star.indptr, star.indices.astype(dtype))
    assert 0.4 <= found.missed(1000) <= 1.0


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 50), st.integers(0, 150), st.integers(0, 10**6), st.floats(0.5, 100))
def test_shares_are_shares_and_survive_json(n, edges, seed, rows):
    graph = nx.gnm_random_graph(n, min(edges, n * (n - 1) // 2), seed=seed)
    graph.add_edge(0, 0)
    graph = ss.as_graph(graph)
    found = estimate_locality(graph.indptr, graph.indices)
    assert found == estimate_locality(graph.indptr, graph.indices)
    for block in BLOCKS:
        assert 0.0 <= found.missed(rows, block) <= 1.0
    assert 0.0 <= found.missed_clustered(rows) <= found.missed(rows)
    assert 0.0 <= found.missed_breadth_first(rows) <= 1.0
    assert 0.0 <= found.missed_hubs(rows) <= 1.0
    assert Locality.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_counting_is_the_plain_set():
    indices = np.random.default_rng(0).integers(500, size=2000).astype(np.int32)
    starts, lengths = np.array([0, 700]), np.array([10, 300, 1000])
    distinct = np.empty((2, 3), dtype=np.int64)
    for shift in (0, 3):
        count_distinct(indices, 500, shift, starts, lengths, distinct)
        expected = [[len(set((indices[s : s + k] >> shift).tolist())) for k in lengths] for s in starts]
        assert distinct.tolist() == expected


def test_a_walk_meets_what_a_queue_meets():
    graph = ss.as_graph(nx.gnm_random_graph(300, 900, seed=0))
    lengths = np.array([20, 100, 5000])
    distinct, read = np.empty((2, 3), dtype=np.int64), np.empty((2, 3), dtype=np.int64)
    walk_breadth_first(graph.indptr, graph.indices, np.array([5, 250]), lengths, distinct, read)
    for s, seed in enumerate((5, 250)):
        queue, stream = [seed], []
        for u in queue:
            for v in graph.indices[graph.indptr[u] : graph.indptr[u + 1]].tolist():
                stream.append(v)
                if v not in queue:
                    queue.append(v)
        for k, length in enumerate(lengths):
            assert read[s, k] == min(length, len(stream))
            assert distinct[s, k] == len({seed, *stream[:length]})


def test_a_cluster_grows_by_the_largest_share():
    graph = ss.as_graph(nx.gnm_random_graph(200, 700, seed=1))
    sizes = np.array([1, 4, 16, 64])
    inside, volume = np.zeros((2, 4), dtype=np.int64), np.zeros((2, 4), dtype=np.int64)
    grow_clusters(graph.indptr, graph.indices, np.array([3, 150]), sizes, 10_000, inside, volume)
    for s, seed in enumerate((3, 150)):
        nodes = plain_cluster(graph, seed, 64)
        for k, size in enumerate(sizes):
            members = set(nodes[:size])
            entries = [
                v for u in members for v in graph.indices[graph.indptr[u] : graph.indptr[u + 1]].tolist()
            ]
            assert volume[s, k] == len(entries)
            assert inside[s, k] == sum(v in members for v in entries)


def plain_cluster(graph, seed, count):
    """The node with the largest share in sixteenths, of those the one that came to it first."""
    around = [set(graph.indices[a:b].tolist()) for a, b in zip(graph.indptr, graph.indptr[1:], strict=False)]
    nodes, level, since, clock = [], {seed: 0}, {seed: 0}, 0
    while len(nodes) < count:
        u = min((v for v in level if v not in nodes), key=lambda v: (-level[v], since[v]))
        nodes.append(u)
        for v in sorted(around[u] - {u} - set(nodes)):
            now = 16 * len(around[v] & set(nodes)) // len(around[v])
            if now != level.get(v):
                clock += 1
                level[v], since[v] = now, clock
    return nodes


def test_a_budget_ends_a_cluster():
    graph = ss.as_graph(nx.complete_graph(50))
    inside, volume = np.zeros((1, 2), dtype=np.int64), np.zeros((1, 2), dtype=np.int64)
    grow_clusters(graph.indptr, graph.indices, np.array([0]), np.array([2, 16]), 49 * 3, inside, volume)
    assert volume.tolist() == [[98, 0]]
    assert inside.tolist() == [[2, 0]]


def test_uneven_is_the_share_of_rows_of_another_length():
    degrees = np.array([3, 3, 1, 1, 1, 5])
    indptr = np.append(0, np.cumsum(degrees))
    indices = np.zeros(indptr[-1], dtype=np.int32)
    assert estimate_locality(indptr, indices).uneven == pytest.approx(2 / 5)
    assert estimate_locality(*from_edges(np.array([0]), np.array([1]), 2)).uneven == 0.0
