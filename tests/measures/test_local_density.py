"""Local density against loops over pairs of neighbours, and against networkx."""

import cases
import networkx as nx
import numpy as np
import pytest

from spectral_smooth.graphs.convert import as_graph
from spectral_smooth.measures import local_density as module
from spectral_smooth.measures.local_density import local_density


def naive_density(graph):
    joined = [
        {int(j) for j in graph.indices[graph.indptr[i] : graph.indptr[i + 1]] if j != i}
        for i in range(graph.num_nodes)
    ]
    out = []
    for near in joined:
        pairs = [(j, k) for j in near for k in near if j < k]
        out.append(sum(k in joined[j] for j, k in pairs) / len(pairs) if pairs else np.nan)
    return np.array(out)


@pytest.mark.parametrize("name", list(cases.GRAPHS))
def test_the_definition(name):
    graph = cases.GRAPHS[name]
    np.testing.assert_allclose(local_density(graph).values, naive_density(graph), rtol=1e-12)


@pytest.mark.parametrize("products", [1, 50, 4_000_000])
def test_blocks_of_any_size_give_the_same(products, monkeypatch):
    graph = as_graph(nx.powerlaw_cluster_graph(300, 4, 0.5, seed=1))
    monkeypatch.setattr(module, "BLOCK_PRODUCTS", products)
    found = local_density(graph)
    expected = nx.clustering(nx.from_scipy_sparse_array(graph.adjacency()))
    np.testing.assert_allclose(found.values, [expected[i] for i in range(300)], rtol=1e-12)
    assert found.mean == pytest.approx(nx.average_clustering(nx.from_scipy_sparse_array(graph.adjacency())))


def test_closed_forms():
    assert np.all(local_density(as_graph(nx.complete_graph(7))).values == 1.0)
    assert np.all(local_density(as_graph(nx.complete_bipartite_graph(3, 4))).values == 0.0)
    star = local_density(as_graph(nx.star_graph(5)))
    assert star.values[0] == 0.0
    assert np.all(np.isnan(star.values[1:]))


def test_nothing_is_said_where_there_is_no_pair():
    assert local_density(cases.GRAPHS["no edges"]).mean is None
    assert local_density(cases.GRAPHS["one edge"]).triangles.tolist() == [0, 0]
