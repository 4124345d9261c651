"""pivot_layout(): finite, apart, the same every time, and hops are distances where they can be."""

import networkx as nx
import numpy as np
import pytest
from cases import GRAPHS
from scipy.stats import spearmanr

import spectral_smooth as ss
from spectral_smooth.graphs.layout import pivot_layout


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_every_graph_has_a_finite_layout_with_nodes_apart(graph):
    place = pivot_layout(graph)
    assert place.shape == (graph.num_nodes, 2)
    assert np.isfinite(place).all()
    assert len(np.unique(place.round(9), axis=0)) == graph.num_nodes
    np.testing.assert_array_equal(place, pivot_layout(graph))


def test_distances_on_the_page_follow_hops():
    graph = nx.grid_2d_graph(9, 9)
    place = pivot_layout(ss.as_graph(nx.convert_node_labels_to_integers(graph)))
    hops = np.array(nx.floyd_warshall_numpy(graph))
    drawn = np.linalg.norm(place[:, None] - place, axis=2)
    upper = np.triu_indices(81, 1)
    assert spearmanr(hops[upper], drawn[upper]).statistic > 0.9


def test_components_do_not_overlap():
    graph = ss.family("grid:6x6+cycle:9+5*path:2").graph
    place, labels = pivot_layout(graph), graph.components.labels
    boxes = [(place[labels == c].min(axis=0), place[labels == c].max(axis=0)) for c in range(7)]
    for i, (low, high) in enumerate(boxes):
        for other_low, other_high in boxes[i + 1 :]:
            assert np.any(high < other_low) or np.any(other_high < low)
