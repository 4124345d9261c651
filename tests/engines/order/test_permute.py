"""A permuted graph is the same graph: against dense indexing."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spectral_smooth as ss
from spectral_smooth.engines import threads
from spectral_smooth.engines.order.permute import gather_rows, inverse_order, permute_pattern, scatter_rows
from spectral_smooth.engines.order.permute_kernels import SHORT
from spectral_smooth.errors import InputError


@pytest.fixture(params=[1, 3], name="many_threads")
def _many_threads(request, monkeypatch):
    """As if the graph were large."""
    monkeypatch.setattr(threads, "SERIAL_BELOW", 1)
    monkeypatch.setattr(threads, "default_threads", lambda: request.param)


def weighted(n, edges, seed):
    graph = nx.gnm_random_graph(n, min(edges, n * (n - 1) // 2), seed=seed)
    rng = np.random.default_rng(seed)
    for u, v in graph.edges:
        graph[u][v]["weight"] = float(rng.uniform(0.5, 2.0))
    return graph


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 40),
    st.integers(0, 120),
    st.integers(0, 10**6),
    st.sampled_from([np.int32, np.int64]),
)
def test_it_is_the_dense_matrix_with_rows_and_columns_permuted(n, edges, seed, dtype):
    graph = ss.as_graph(weighted(n, edges, seed))
    order = np.random.default_rng(seed).permutation(n).astype(dtype)
    order.flags.writeable = False
    for weights in (graph.weights, None):
        indptr, indices, values = permute_pattern(graph.indptr, graph.indices, weights, order)
        assert indices.dtype == graph.indices.dtype
        assert (values is None) == (weights is None)
        dense = ss.Graph(graph.indptr, graph.indices, weights).adjacency().toarray()
        permuted = ss.Graph(indptr, indices, values)  # checks that rows are sorted and the matrix symmetric
        np.testing.assert_array_equal(permuted.adjacency().toarray(), dense[order][:, order])


@pytest.mark.parametrize("weights", [False, True])
def test_long_rows_are_sorted_too(many_threads, weights):
    n = 400  # ids of two bytes
    graph = ss.as_graph(weighted(n, 40_000, 0) if weights else nx.gnm_random_graph(n, 40_000, seed=0))
    assert (graph.weights is not None) == weights
    assert np.diff(graph.indptr).max() > SHORT
    order = np.random.default_rng(1).permutation(n)
    permuted = ss.Graph(*permute_pattern(graph.indptr, graph.indices, graph.weights, order))
    np.testing.assert_array_equal(
        permuted.adjacency().toarray(), graph.adjacency().toarray()[order][:, order]
    )


def test_there_and_back_is_the_same_graph():
    graph = ss.as_graph(nx.barabasi_albert_graph(500, 6, seed=0))
    order = np.random.default_rng(0).permutation(500)
    there = permute_pattern(graph.indptr, graph.indices, None, order)
    back = permute_pattern(*there, inverse_order(order))
    np.testing.assert_array_equal(back[0], graph.indptr)
    np.testing.assert_array_equal(back[1], graph.indices)


@pytest.mark.parametrize("graph", [nx.empty_graph(1), nx.empty_graph(4), nx.Graph([(0, 0)])])
def test_graphs_without_edges_between_nodes(graph):
    graph = ss.as_graph(graph)
    order = np.arange(graph.num_nodes)[::-1].copy()
    indptr, indices, _ = permute_pattern(graph.indptr, graph.indices, None, order)
    np.testing.assert_array_equal(indptr, graph.indptr)
    np.testing.assert_array_equal(indices, graph.indices)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("layout", ["C", "F", "strided"])
def test_blocks_go_into_the_order_and_back(many_threads, dtype, layout):
    rng = np.random.default_rng(0)
    n, columns, stride = 200, 5, 8
    x = rng.standard_normal((n, columns)).astype(dtype)
    x = (
        np.asfortranarray(x)
        if layout == "F"
        else np.repeat(x, 2, axis=1)[:, ::2]
        if layout == "strided"
        else x
    )
    x.flags.writeable = False
    order = rng.permutation(n).astype(np.int32)
    inside = np.full((n, stride), 7.0, dtype=dtype)
    gather_rows(x, order, inside)
    np.testing.assert_array_equal(inside[:, :columns], x[order])
    assert np.all(inside[:, columns:] == 7.0)
    back = np.full((n, columns), np.nan, dtype=dtype)
    scatter_rows(inside, order, back)
    np.testing.assert_array_equal(back, x)


def test_values_that_are_no_numbers_move_like_others():
    x = np.array([[np.nan], [np.inf], [-0.0]])
    out = np.empty_like(x)
    gather_rows(x, np.array([2, 0, 1]), out)
    np.testing.assert_array_equal(out, x[[2, 0, 1]])
    assert np.signbit(out[0, 0])


def test_the_inverse_undoes_it():
    order = np.random.default_rng(0).permutation(100)
    np.testing.assert_array_equal(inverse_order(order)[order], np.arange(100))
    np.testing.assert_array_equal(order[inverse_order(order)], np.arange(100))
    assert inverse_order(order, np.int32).dtype == np.int32
    assert len(inverse_order(np.array([], dtype=np.int64))) == 0


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        ([0, 0, 2], "node 1 is missing in the order"),
        ([0, 1, 3], "holds 0 to 3; 0 to 2 was expected"),
        ([-1, 0, 1], "holds -1 to 1; 0 to 2 was expected"),
        ([1, 0], "the order has 2 nodes, the graph 3"),
    ],
)
def test_what_is_no_order_of_the_graph_is_refused(order, sentence):
    path = ss.as_graph(nx.path_graph(3))
    with pytest.raises(InputError, match=sentence):
        permute_pattern(path.indptr, path.indices, None, np.array(order))


def test_blocks_that_do_not_fit_are_refused():
    order = np.arange(3)
    with pytest.raises(InputError, match="do not go with an order of 3 nodes"):
        gather_rows(np.zeros((3, 2)), order, np.zeros((3, 1)))
    with pytest.raises(InputError, match="do not go with an order of 3 nodes"):
        scatter_rows(np.zeros((3, 1)), order, np.zeros((3, 2)))
    with pytest.raises(InputError, match="do not go with an order of 3 nodes"):
        gather_rows(np.zeros((2, 2)), order, np.zeros((3, 2)))
    with pytest.raises(InputError, match="do not go with an order of 3 nodes"):
        gather_rows(np.zeros(3), order, np.zeros((3, 1)))
