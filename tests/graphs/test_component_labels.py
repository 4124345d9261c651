"""Components from a sample of the entries are those from all of them."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spectral_smooth as ss
from spectral_smooth.graphs import components as module


def _same_partition(one, other):
    pairs = np.unique(np.stack([one, other]), axis=1).shape[1]
    return pairs == len(np.unique(one)) == len(np.unique(other))


@given(st.integers(1, 120), st.sampled_from((0.0, 0.5, 1.0, 1.5, 3.0)), st.integers(0, 2**32 - 1))
@settings(max_examples=200)
def test_any_graph(nodes, degree, seed):
    graph = ss.as_graph(nx.fast_gnp_random_graph(nodes, min(1.0, degree / nodes), seed=seed))
    assert _same_partition(
        module._labels(graph.indptr, graph.indices), module._labels_by_sample(graph.indptr, graph.indices)
    )


@pytest.mark.parametrize(
    "name", ["path:1", "path:2", "star:60", "5*complete:7+9*path:1+cycle:30", "grid:9x13"]
)
def test_families(name):
    graph = ss.family(name).graph
    assert _same_partition(
        module._labels(graph.indptr, graph.indices), module._labels_by_sample(graph.indptr, graph.indices)
    )


def test_large_graphs_are_sampled_and_small_ones_are_not(monkeypatch):
    graph = ss.family("20*complete:12+path:9+5*path:1").graph
    expected = module.find_components(graph.indptr, graph.indices)
    monkeypatch.setattr(module, "SAMPLED_FROM", 10)
    monkeypatch.setattr(module, "_labels", lambda *_: pytest.fail("all entries were read"))
    found = module.find_components(graph.indptr, graph.indices)
    np.testing.assert_array_equal(found.labels, expected.labels)
    np.testing.assert_array_equal(found.sizes, expected.sizes)
